//! Turns a place in the inputs into the object that is named there: ConfigMaps, Secrets and their keys, Services.

use super::CheckOptions;
use super::assembled;
use crate::document::Documents;
use crate::document::Place;
use crate::model;
use crate::model::Link;
use crate::source::Sources;

/// The objects that the text at a place names, each once, with the documents that places refer to. `address` is the text there,
/// where it may be an address.
pub(crate) fn links(
    sources: &Sources,
    arguments: &[String],
    options: &CheckOptions,
    (at, address): (Place, Option<&str>),
) -> (Documents, Vec<Link>) {
    let mut found: Vec<Link> = Vec::new();
    let documents = assembled::each(sources, arguments, options, &mut |_, stack| {
        let of_text = address.map(|text| model::links_of_text(stack, text, at)).unwrap_or_default();
        let named = model::links(stack, model::cluster(stack)).into_iter();
        let here = named.filter(|link| {
            link.from.doc == at.doc
                && link.from.span.start <= at.span.start
                && at.span.end <= link.from.span.end
        });
        for link in here.chain(of_text) {
            if found.iter().all(|other| other.to != link.to) {
                found.push(link);
            }
        }
    });
    // Where a key is named, the object is no second answer.
    found.truncate(1);
    (documents, found)
}
