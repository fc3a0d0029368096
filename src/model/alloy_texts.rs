//! Finds the texts of other languages that Alloy programs hold in strings.

use crate::document::alloy::ExprKind;
use crate::document::alloy::File;
use crate::document::alloy::decode_string;
use crate::text::Embedding;
use crate::text::Span;

/// Arguments that hold YAML: component and attribute. From the component reference of Alloy 1.18.
const YAML: [(&str, &str); 2] =
    [("prometheus.exporter.blackbox", "config"), ("prometheus.exporter.snmp", "config")];

/// A YAML text in a string of a program.
pub(crate) struct YamlText {
    /// The component and the argument: `prometheus.exporter.blackbox.front_door.config`.
    pub(crate) field: String,
    /// The text.
    pub(crate) text: String,
    /// From the text to the program.
    pub(crate) map: Embedding,
}

/// All of them, where they are written as one string. What is computed is not read here.
pub(crate) fn yaml_texts(file: &File) -> Vec<YamlText> {
    let mut found = Vec::new();
    for block in file.body.blocks() {
        let name = file.str(block.name);
        for (_, argument) in YAML.iter().filter(|(component, _)| *component == name) {
            for attribute in block.body.attributes().filter(|attribute| file.str(attribute.name) == *argument)
            {
                let ExprKind::String = attribute.value.kind else { continue };
                let Some((text, map)) = decode_string(&file.text, attribute.value.span) else { continue };
                let label = block.label.map_or("", |label: Span| file.str(label));
                found.push(YamlText { field: format!("{name}.{label}.{argument}"), text, map });
            }
        }
    }
    found
}
