//! Holds what is generated against the fixes: there is nothing in it that any of them wants to change.

use std::sync::Arc;

use rayon::prelude::*;

use super::generated::declaration;
use super::generated::given;
use super::generated::written;
use crate::check;
use crate::check::CheckOptions;
use crate::document;
use crate::fix;
use crate::fix::Wishes;
use crate::fix::Workings;
use crate::generate::Agreed;
use crate::generate::Form;
use crate::generate::Wanted;
use crate::rule::Overrides;
use crate::source::Source;
use crate::source::Sources;

/// What fixes, unsafe ones too, make of files with their settings: each change, and each finding that is left.
fn changed(files: &[(String, String)], settings: &str) -> Vec<String> {
    let source = |path: &str, text: &str| Source { path: path.to_owned(), argument: 0, text: text.into() };
    let texts = files.iter().map(|(path, text)| source(path, text)).collect();
    let sources = Sources { texts, ..Sources::default() };
    let options = CheckOptions { config: Some(source("ptd-lint.yaml", settings)), ..CheckOptions::default() };
    let check = |sources: &Sources| check::check(sources, &[".".to_owned()], &options);
    let workings = Workings { check: &check, edits: &document::edits };
    let wishes = Wishes { unsafe_too: true, ..Wishes::default() };
    let fixed = fix::fix(&sources, &wishes, &workings);
    assert!(fix::is_governed(&sources, &fixed.before), "the settings were not understood");
    let done =
        fixed.done.iter().map(|done| format!("{}:{} {}: {}", done.path, done.line, done.rule, done.title));
    let left = fixed.left.iter().map(|left| format!("left: {:?}", left.why));
    let texts = fixed.texts.keys().map(|file| format!("changed: {}", sources.texts[*file as usize].path));
    done.chain(left).chain(texts).collect()
}

#[test]
fn nothing_that_is_generated_is_changed_by_a_fix() {
    let agreed = Arc::new(Agreed::new(Overrides::new()));
    // With each switch off and on; as `generated` has them.
    let told: Vec<String> = [0, 0b111_1111_1111, 0b010_1010_1010, 0b101_0101_0101]
        .par_iter()
        .with_max_len(1)
        .flat_map(|bits| {
            let given = given(*bits);
            let (wanted, _) = Wanted::new(&given).unwrap_or_else(|faults| panic!("{given:?}: {faults:?}"));
            let settings = declaration(&wanted);
            let of_form = |form: &Form| {
                let told = changed(&written(&wanted, *form, &agreed), &settings);
                told.into_iter()
                    .map(|line| format!("{bits:011b} {}: {line}", form.name()))
                    .collect::<Vec<_>>()
            };
            Form::ALL.iter().flat_map(of_form).collect::<Vec<_>>()
        })
        .collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn what_is_changed_in_a_generated_stack_is_changed_back() {
    let agreed = Arc::new(Agreed::new(Overrides::new()));
    let (wanted, _) = Wanted::new(&given(0)).unwrap();
    let settings = declaration(&wanted);
    let mut files = written(&wanted, Form::HelmChart, &agreed);
    for (_, text) in &mut files {
        *text = text.replace("auto_assign_org_role: Editor", "auto_assign_org_role: Viewer");
    }
    let told = changed(&files, &settings);
    assert!(told.iter().any(|line| line.contains("new-users-not-editor")), "{told:?}");
}
