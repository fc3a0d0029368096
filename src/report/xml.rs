//! Turns names and texts into XML that says just these texts.

use std::io::Result;
use std::io::Write;

use quick_xml::Writer;
use quick_xml::events::BytesDecl;
use quick_xml::events::BytesText;
use quick_xml::events::Event;

use super::clean;

/// An XML text that is being written.
pub(super) struct Xml<W: Write>(Writer<W>);

impl<W: Write> Xml<W> {
    /// Begins a text with the element that holds all others.
    pub(super) fn document(
        out: W,
        name: &str,
        attributes: &[(&str, String)],
        content: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let mut xml = Self(Writer::new_with_indent(out, b' ', 2));
        xml.0.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        xml.element(name, attributes, content)?;
        xml.0.get_mut().write_all(b"\n")
    }

    /// An element with others in it.
    pub(super) fn element(
        &mut self,
        name: &str,
        attributes: &[(&str, String)],
        content: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let start = start(name, attributes);
        self.0.write_event(Event::Start(start.borrow()))?;
        content(self)?;
        self.0.write_event(Event::End(start.to_end()))
    }

    /// An element with nothing in it.
    pub(super) fn empty(&mut self, name: &str, attributes: &[(&str, String)]) -> Result<()> {
        self.0.write_event(Event::Empty(start(name, attributes)))
    }

    /// An element with a text in it, which may have several lines.
    pub(super) fn text(&mut self, name: &str, attributes: &[(&str, String)], text: &str) -> Result<()> {
        let start = start(name, attributes);
        self.0.write_event(Event::Start(start.borrow()))?;
        self.0.write_event(Event::Text(BytesText::new(&clean::lines(text))))?;
        self.0.write_event(Event::End(start.to_end()))
    }
}

fn start<'a>(name: &'a str, attributes: &[(&str, String)]) -> quick_xml::events::BytesStart<'a> {
    let mut start = quick_xml::events::BytesStart::new(name);
    for (name, value) in attributes {
        start.push_attribute((*name, clean::line(value).as_str()));
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_leaves_its_place() {
        let mut out = Vec::new();
        let value = "\"><a b='\u{1b}\n&amp;\u{ffff}".to_owned();
        Xml::document(&mut out, "x", &[("y", value.clone())], |xml| {
            xml.empty("e", &[])?;
            xml.text("t", &[], "]]></t>\n&\u{0}<")
        })
        .unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <x y=\"&quot;&gt;&lt;a b=&apos;␛␊&amp;amp;\u{fffd}\">\n  <e/>\n  \
             <t>]]&gt;&lt;/t&gt;\n&amp;␀&lt;</t>\n</x>\n"
        );
    }
}
