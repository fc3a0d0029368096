//! Reads a value that somebody agreed on for an option, as the option's own type.

use super::options::table;
use super::scalars;
use super::scalars::Raw;
use crate::document::NodeRef;
use crate::model::fact::FactValue;
use crate::model::piece::Store;
use crate::text::suggest;

/// Options that are listed where one is not known.
const NEAR: usize = 8;

/// The value of a bound for the option at `path`, typed as the newest version has it. The error says what is wrong, and
/// what to do.
pub(crate) fn bound(store: Store, path: &str, node: NodeRef<'_>) -> Result<FactValue, (String, String)> {
    let options = table(store);
    let name = store.product();
    let Some(spec) = options.spec(path) else {
        let section = path.rsplit_once('.').map_or("", |(section, _)| section);
        let beside: Vec<&str> = options.below(section).map(|(path, _)| path).collect();
        let near = crate::text::nearest(path, beside.iter().copied());
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None if beside.len() <= NEAR => suggest(path, beside),
            None => "write its path in the store's configuration, with dots".to_owned(),
        };
        return Err((format!("{name} has no option `{path}`"), help));
    };
    let kind = spec.type_in(options.newest);
    let raw = node.text().zip(node.scalar()).map(|(text, scalar)| Raw { text, scalar });
    let reason = match raw.map(|raw| scalars::read(store, kind, raw)) {
        Some(Ok(value)) if !matches!(value, FactValue::Null) => return Ok(value),
        Some(Err(reason)) => reason,
        _ => "a single value is wanted".to_owned(),
    };
    Err((format!("this is no value of `{path}`: {reason}"), format!("write {}", scalars::name(kind))))
}
