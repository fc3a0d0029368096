//! Turns what is wanted of a workload into the texts of its monitoring stack, in one of several forms.
//!
//! `given` and `wanted` are what is said of the workload, `agreed` what the rules want of every stack, `names` what follows
//! from both; `templates/` at the top of the project are the texts, `parts` says which of them make which file of which
//! form, and `render` fills them in. Same input, same bytes.

mod agreed;
mod charts;
mod checks;
mod given;
mod images;
mod kept;
mod names;
mod parts;
mod questions;
mod quote;
mod render;
mod secrets;
#[cfg(test)]
mod tests;
mod wanted;
mod words;

pub(crate) use agreed::Agreed;
pub(crate) use given::Given;
pub(crate) use given::GivenProduct;
pub(crate) use given::GivenSite;
pub(crate) use given::Said;
pub(crate) use kept::Kept;
pub(crate) use kept::kept_metrics;
pub(crate) use parts::Form;
pub(crate) use questions::Topic;
pub(crate) use secrets::needed;
pub(crate) use wanted::Cloud;
pub(crate) use wanted::PRODUCTS;
#[cfg(test)]
pub(crate) use wanted::Site;
pub(crate) use wanted::Wanted;

use std::sync::Arc;

use parts::PARTS;
use render::Templates;

/// A file of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    /// Its name, such as `mimir.yaml`.
    pub(crate) file: &'static str,
    /// What it is, for people.
    pub(crate) about: String,
    /// Its content, with a line end at its end.
    pub(crate) text: String,
}

/// Why nothing is written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// Something that was said cannot be taken.
    #[error("{by}: {why}")]
    Given {
        /// Who says it: a flag, or a file and line.
        by: String,
        /// What is wrong with it.
        why: String,
    },
    /// Something that has to be said and is not.
    #[error("{what} is not known: say {how}")]
    Missing {
        /// What.
        what: String,
        /// The flags.
        how: String,
    },
    /// A template asks for what is not there: a fault of this program.
    #[error("{0}")]
    Template(String),
}

/// The files of a stack in a form, in the order in which they are to be applied.
pub(crate) fn generate(wanted: &Wanted, form: Form, agreed: &Arc<Agreed>) -> Result<Vec<Written>, Fault> {
    let templates = Templates::new(agreed.clone(), names::names(wanted, form, agreed)?)?;
    let mut files: Vec<Written> = Vec::new();
    for part in PARTS.iter().filter(|part| part.forms.contains(&form) && (part.when)(wanted)) {
        let text = templates.text(part.template)?;
        // Parts of one file are documents of one stream.
        match files.last_mut().filter(|last| last.file == part.file) {
            Some(last) => {
                last.text.push_str("---\n");
                last.text.push_str(&text);
            }
            None => files.push(Written { file: part.file, about: part.about(form), text }),
        }
    }
    Ok(files)
}

/// All files as one text: a stream of YAML documents, or the one program.
pub(crate) fn stream(files: &[Written]) -> String {
    let mut text = String::new();
    for (index, file) in files.iter().enumerate() {
        if std::path::Path::new(file.file).extension().is_none_or(|ending| ending != "yaml") {
            text.push_str(&file.text);
            continue;
        }
        text.push_str(if index == 0 { "" } else { "---\n" });
        for part in ["# ", file.file, ": ", &file.about, "\n", &file.text] {
            text.push_str(part);
        }
    }
    text
}
