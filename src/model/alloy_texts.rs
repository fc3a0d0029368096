//! Finds the texts of other languages, and the programs, that Alloy programs hold in strings.

use crate::document::Language;
use crate::document::alloy::Body;
use crate::document::alloy::ExprKind;
use crate::document::alloy::File;
use crate::document::alloy::decode_string;
use crate::text::Embedding;
use crate::text::Span;

/// Arguments that hold texts: component and attribute. From the component reference of Alloy 1.18.
const TEXTS: [(&str, &str, Language); 3] = [
    ("import.string", "content", Language::Alloy),
    ("prometheus.exporter.blackbox", "config", Language::Yaml),
    ("prometheus.exporter.snmp", "config", Language::Yaml),
];

/// Blocks whose bodies hold components: modules, and what is repeated.
const BODIES: [&str; 3] = ["declare", "foreach", "template"];

/// A text in a string of a program.
pub(crate) struct NestedText {
    /// The component and the argument: `prometheus.exporter.blackbox.front_door.config`.
    pub(crate) field: String,
    /// Where it stands in the program.
    pub(crate) span: Span,
    /// What it is written in.
    pub(crate) language: Language,
    /// The text.
    pub(crate) text: String,
    /// From the text to the program.
    pub(crate) map: Embedding,
}

/// All of them, where they are written as one string. What is computed is not read here.
pub(crate) fn nested_texts(file: &File) -> Vec<NestedText> {
    let mut found = Vec::new();
    // A stack of our own: the depth is the user's.
    let mut bodies: Vec<&Body> = vec![&file.body];
    while let Some(body) = bodies.pop() {
        for block in body.blocks() {
            let name = file.str(block.name);
            if BODIES.contains(&name) {
                bodies.push(&block.body);
            }
            for (_, argument, language) in TEXTS.iter().filter(|(component, ..)| *component == name) {
                for attribute in
                    block.body.attributes().filter(|attribute| file.str(attribute.name) == *argument)
                {
                    let ExprKind::String = attribute.value.kind else { continue };
                    let Some((text, map)) = decode_string(&file.text, attribute.value.span) else { continue };
                    let label = block.label.map_or("", |label: Span| file.str(label));
                    let field = format!("{name}.{label}.{argument}");
                    let span = attribute.value.span;
                    found.push(NestedText { field, span, language: *language, text, map });
                }
            }
        }
    }
    found
}
