//! Turns a span into the way from the top of its program, for people: `loki.write.local.endpoint.url`.

use super::syntax::File;
use crate::text::Span;

impl File {
    /// The names of the blocks and of the attribute that hold the span. Blocks are as deep as the parser allows.
    pub(crate) fn way_to(&self, span: Span) -> String {
        let mut names: Vec<&str> = Vec::new();
        let mut body = &self.body;
        while let Some(block) = body.blocks().find(|block| block.span.contains(span)) {
            names.extend(block.parts.iter().map(|part| self.str(*part)));
            names.extend(block.label.map(|label| self.str(label)));
            body = &block.body;
        }
        let attribute = body.attributes().find(|own| own.name.to(own.value.span).contains(span));
        names.extend(attribute.map(|attribute| self.str(attribute.name)));
        names.join(".")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::document::alloy::parse;
    use crate::text::Span;

    #[test]
    fn way_names_blocks_labels_and_the_attribute() {
        let text = "loki.write \"local\" {\n  endpoint {\n    url = \"http://x\"\n  }\n}\nlogging {}\n";
        let file = parse(Arc::from(text));
        let way = |part: &str| {
            let start = u32::try_from(text.find(part).unwrap()).unwrap();
            file.way_to(Span::new(start, start + u32::try_from(part.len()).unwrap()))
        };
        assert_eq!(way("http://x"), "loki.write.local.endpoint.url");
        assert_eq!(way("endpoint"), "loki.write.local.endpoint");
        assert_eq!(way("logging"), "logging");
        assert_eq!(way("}\nlogging"), "");
    }
}
