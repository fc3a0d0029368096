//! Turns a question for one option of a store into what sets it, stack by stack: `explain --value`.

use super::CheckOptions;
use super::assembled;
use crate::document::Documents;
use crate::document::without_url_passwords;
use crate::finding::ValueChain;
use crate::finding::ValueStep;
use crate::model::Fact;
use crate::model::FactValue;
use crate::model::store;
use crate::source::Sources;

/// What sets the option at `path` in each store of the inputs that has it, with the documents that places refer to.
pub(crate) fn values(
    sources: &Sources,
    arguments: &[String],
    options: &CheckOptions,
    path: &str,
) -> (Documents, Vec<ValueChain>) {
    let assumed = store::Assumed { versions: options.assumed.clone(), ..store::Assumed::default() };
    let mut chains = Vec::new();
    let documents = assembled::each(sources, arguments, options, &mut |name, stack| {
        let found = store::explain(stack, &assumed, path).into_iter();
        chains.extend(found.map(|explained| chain(name, explained)));
    });
    (documents, chains)
}

/// Whether a store of any version has an option of that path.
pub(crate) fn is_option(path: &str) -> bool {
    [crate::model::Store::Mimir, crate::model::Store::Loki]
        .into_iter()
        .any(|store| store::options(store).spec(path).is_some())
}

/// The options whose names are near, where no store of any version has the one that was asked for.
pub(crate) fn near_values(path: &str) -> Vec<String> {
    let last = path.rsplit('.').next().unwrap_or(path);
    let tables = [crate::model::Store::Mimir, crate::model::Store::Loki].map(store::options);
    let all = || tables.iter().flat_map(|table| table.paths());
    if all().any(|own| own == path) {
        return Vec::new();
    }
    let mut near: Vec<String> =
        all().filter(|own| own.rsplit('.').next() == Some(last)).take(5).map(str::to_owned).collect();
    if near.is_empty() {
        near.extend(crate::text::nearest(path, all()).map(str::to_owned));
    }
    near
}

fn chain(stack: &str, explained: store::Explained) -> ValueChain {
    // Nothing would be a hole in the line.
    let shown = |fact: &Fact| match (&fact.value, crate::rule::shown(fact, "")) {
        (FactValue::List(_), text) if text.is_empty() => "[]".to_owned(),
        (FactValue::Map(_), text) if text.is_empty() => "{}".to_owned(),
        (_, text) if text.is_empty() => "\"\"".to_owned(),
        (_, text) => text,
    };
    let step = |said: &store::Said| {
        let mut value = shown(&said.value);
        without_url_passwords(&mut value);
        ValueStep { value, origin: said.origin.clone(), place: said.value.place.filter(|_| said.is_written) }
    };
    ValueChain {
        stack: stack.to_owned(),
        store: explained.store,
        version: explained.version,
        kind: explained.kind,
        steps: explained.chain.iter().map(step).collect(),
    }
}
