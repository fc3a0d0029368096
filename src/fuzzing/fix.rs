//! Turns the files of a stack into a panic where mending them does harm, or is not done at once.

use std::collections::BTreeMap;

use super::FOLDER;
use super::files;
use super::sources;
use super::stack::sound;
use super::text_of;
use crate::check::CheckOptions;
use crate::check::Checked;
use crate::fix;
use crate::source::Sources;

/// All that can be mended is: no promise ends worse, no error of the run is new, and a second time changes nothing.
pub fn fix(bytes: &[u8]) {
    let text = text_of(bytes);
    let mut sources = sources(files("stack.yaml", &text));
    let options = CheckOptions::default();
    let mend = |sources: &Sources| fix::mend(sources, &[FOLDER.to_owned()], &options, (true, None));
    let fixed = mend(&sources);
    sound(&fixed.before);
    assert_eq!(fixed.done.is_empty(), fixed.texts.is_empty(), "{text:?}: {:?}", fixed.done);
    let Some(after) = &fixed.after else { return };
    sound(after);
    let (before, now) = (harm(&fixed.before), harm(after));
    for (promise, harm) in &now {
        assert!(before.get(promise).is_none_or(|was| harm <= was), "{promise:?} is worse: {text:?}");
    }
    let errors = |checked: &Checked| checked.report.coverage.errors.len();
    assert!(errors(after) <= errors(&fixed.before), "{text:?}: {:?}", after.report.coverage.errors);
    for (file, text) in &fixed.texts {
        if let Some(source) = sources.texts.get_mut(*file as usize) {
            source.text = text.clone().into();
        }
    }
    let again = mend(&sources);
    assert!(again.texts.is_empty(), "{text:?} is mended twice: {:?}, {:?}", again.done, again.texts);
}

/// How each promise ended; more is worse.
fn harm(checked: &Checked) -> BTreeMap<(&'static str, String), u8> {
    let verdicts = checked.report.verdicts.iter();
    verdicts.map(|own| ((own.invariant.id(), own.subject.clone()), own.verdict.harm())).collect()
}
