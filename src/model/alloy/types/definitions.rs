//! Turns a place in a program into what can be named there, and a name there into the block that it means.
//!
//! Looks at texts as they are written, also at what is left of broken ones, and knows nothing of imported texts: a module that is
//! imported leads to its `import` block.

use super::known::Known;
use super::scope::Holder;
use super::scope::Level;
use super::scope::Site;
use crate::document::DocId;
use crate::document::Place;
use crate::document::alloy::Body;
use crate::document::alloy::ExprKind;
use crate::document::alloy::File;
use crate::model::alloy::frame::Origin;
use crate::model::eval::chain_name;
use crate::model::eval::chains;
use crate::text::Span;

/// Bodies nested more deeply are not looked at.
const DEEPEST: usize = 64;

/// Something that expressions can name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Visible {
    /// Its id: `loki.write.local`.
    pub(crate) id: String,
    /// Its exports with their types, where they are known.
    pub(crate) exports: Vec<(String, Option<&'static str>)>,
}

/// What the expressions at a place of a program can name, sorted. `files` are all texts of the program.
pub(crate) fn visible(files: &[(DocId, &File)], at: Place) -> Vec<Visible> {
    let mut found = Vec::new();
    around(files, at, &mut |_, level| {
        for (id, node) in level.nodes() {
            let exports = node.exports().unwrap_or_default().into_iter();
            let exports = exports.map(|name| (name.to_owned(), node.export(name)));
            found.push(Visible { id: id.to_owned(), exports: exports.collect() });
        }
    });
    found.sort();
    found
}

/// The name and label of the block that the name at a place stands for: a component that an expression refers to, or the module
/// that a block is an instance of.
pub(crate) fn definition(files: &[(DocId, &File)], at: Place) -> Option<Place> {
    let mut found = None;
    around(files, at, &mut |bodies, level| {
        let Some(site) = bodies.last().and_then(|sites| sites.iter().find(|site| holds(site, at))) else {
            return;
        };
        let target = if touches(site.block.name, at.span) {
            level.module_site(site.first_part())
        } else {
            parts_at(site.file, &site.block.body, at.span)
                .and_then(|parts| Some(level.resolve(&parts)?))
                .map(|resolved| (resolved.out, resolved.site))
        };
        let body = target.and_then(|(out, site)| Some((bodies.len().checked_sub(out + 1)?, site)));
        let target = body.and_then(|(body, site)| bodies.get(body)?.get(site));
        found = target.map(Site::name_place);
    });
    found
}

/// Bodies from the outermost inwards, each with its blocks, and what the innermost sees.
type Look<'l, 'a> = dyn FnMut(&[Vec<Site<'a>>], &Level<'a, '_>) + 'l;

/// Calls `look` with the body of components that a place stands in.
fn around<'a>(files: &[(DocId, &'a File)], at: Place, look: &mut Look<'_, 'a>) {
    let sites = files.iter().flat_map(|(doc, file)| {
        let origin = Origin { doc: *doc, file, computed: None };
        Site::of_body(origin, &file.body)
    });
    let mut bodies = vec![sites.collect()];
    inwards(&mut bodies, Holder::Root, None, None, at, look);
}

fn inwards<'a>(
    bodies: &mut Vec<Vec<Site<'a>>>,
    holder: Holder,
    parent: Option<(&Level<'a, '_>, usize)>,
    variable: Option<&'a str>,
    at: Place,
    look: &mut Look<'_, 'a>,
) {
    let Some(sites) = bodies.last() else { return };
    let level = Level::new(sites, holder, parent, variable, &Known::default());
    let site = sites.iter().cloned().enumerate().find(|(_, site)| holds(site, at));
    let inner = site.filter(|_| bodies.len() < DEEPEST).and_then(|(index, site)| {
        let (body, holder) = match site.name.as_str() {
            "declare" => (&site.block.body, Holder::Module),
            "foreach" => {
                let templates = site.block.body.blocks();
                let mut templates = templates.filter(|block| site.file.str(block.name) == "template");
                (&templates.find(|block| touches(block.span, at.span))?.body, Holder::Template)
            }
            _ => return None,
        };
        // On the head of the block, and in its own arguments, the body around counts.
        let start = site.block.label.unwrap_or(site.block.name).end;
        (start < at.span.start && inside(body, at.span)).then_some((index, site, body, holder))
    });
    match inner {
        Some((index, site, body, holder)) => {
            let name = site.file.attribute(&site.block.body, "var").map(|var| site.file.str(var.value.span));
            let variable = name.map(|name| name.trim_matches('"')).filter(|_| holder == Holder::Template);
            let inner = Site::of_body(site.origin, body).collect();
            bodies.push(inner);
            inwards(bodies, holder, Some((&level, index)), variable, at, look);
        }
        None => look(bodies, &level),
    }
}

/// Whether a place is not among the attributes of a body.
fn inside(body: &Body, span: Span) -> bool {
    !body.attributes().any(|attribute| touches(attribute.name.to(attribute.value.span), span))
}

fn holds(site: &Site<'_>, at: Place) -> bool {
    site.origin.doc == at.doc && touches(site.block.span, at.span)
}

/// Whether a span is in another, or at its end: a cursor behind a word means the word.
fn touches(outer: Span, span: Span) -> bool {
    outer.start <= span.start && span.end <= outer.end
}

/// The chain of names at a place of a body, down into its blocks.
fn parts_at<'a>(file: &'a File, body: &'a Body, at: Span) -> Option<Vec<&'a str>> {
    let mut body = body;
    for _ in 0..DEEPEST {
        if let Some(attribute) = body.attributes().find(|own| touches(own.value.span, at)) {
            if matches!(attribute.value.kind, ExprKind::String) {
                return None;
            }
            let mut found = None;
            chains(&attribute.value, &mut |nodes| {
                if nodes.last().is_some_and(|whole| touches(whole.span, at)) {
                    found = Some(nodes.iter().map(|node| chain_name(file, node)).collect());
                }
            });
            return found;
        }
        body = &body.blocks().find(|block| touches(block.span, at))?.body;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::alloy::parse;

    const DOC: DocId = DocId { file: 0, index: 0 };

    /// The text of the block's head that the name at `^` leads to.
    fn leads_to(marked: &str) -> String {
        let offset = u32::try_from(marked.find('^').unwrap()).unwrap();
        let file = parse(marked.replace('^', "").into());
        let found = definition(&[(DOC, &file)], Place { doc: DOC, span: Span::at(offset) });
        found.map(|place| format!("{}@{}", file.str(place.span), place.span.start)).unwrap_or_default()
    }

    #[test]
    fn name_leads_to_the_component_in_scope() {
        let program =
            "loki.write \"a\" {\n}\nloki.process \"p\" {\n\tforward_to = [loki.wr^ite.a.receiver]\n}\n";
        assert_eq!(leads_to(program), "loki.write \"a\"@0");
        assert_eq!(
            leads_to(&program.replace("wr^ite.a.receiver", "write.a.receiver^")),
            "loki.write \"a\"@0"
        );
        assert_eq!(leads_to(&program.replace("wr^ite.a.", "wr^ite.b.")), "", "nothing of that name");
        let inner =
            "b \"x\" {\n\tc {\n\t\td = [1, f(loki.write.a^.receiver)]\n\t}\n}\nloki.write \"a\" { }\n";
        assert!(leads_to(inner).starts_with("loki.write \"a\"@"), "in a block of a block, and further down");
        assert_eq!(leads_to("loki.write \"a\" {\n\tx = \"loki.write.a^\"\n}\n"), "", "a text is no name");
    }

    #[test]
    fn modules_see_their_own_and_templates_what_is_around() {
        let module = concat!(
            "loki.write \"a\" { }\ndeclare \"m\" {\n\targument \"to\" { }\n",
            "\tloki.process \"p\" {\n\t\tforward_to = argument.to.val^ue\n\t}\n}\nm \"one\" { }\n"
        );
        assert_eq!(leads_to(module), "argument \"to\"@34");
        assert_eq!(leads_to(&module.replace("argument.to.val^ue", "[loki.write.a^.receiver]")), "");
        assert_eq!(leads_to(&module.replace('^', "").replace("m \"one\"", "m^ \"one\"")), "declare \"m\"@19");
        let each = concat!(
            "loki.write \"a\" { }\nforeach \"f\" {\n\tvar = \"x\"\n\tcollection = [1]\n\ttemplate {\n",
            "\t\tloki.process \"p\" {\n\t\t\tforward_to = [loki.write.a^.receiver]\n\t\t}\n\t}\n}\n"
        );
        assert_eq!(leads_to(each), "loki.write \"a\"@0");
        assert_eq!(leads_to("import.file \"lib\" { }\nlib.mod^ \"x\" { }\n"), "import.file \"lib\"@0");
    }

    #[test]
    fn what_is_visible_has_its_exports() {
        let text =
            "loki.write \"a\" { }\ndeclare \"m\" {\n\texport \"out\" {\n\t\tvalue = 1\n\t}\n}\nm \"x\" { }\n";
        let file = parse(text.into());
        let at = Place { doc: DOC, span: Span::at(0) };
        let found = visible(&[(DOC, &file)], at);
        let words: Vec<String> = found.iter().map(|one| format!("{} {:?}", one.id, one.exports)).collect();
        assert_eq!(
            words,
            [
                "loki.write.a [(\"receiver\", Some(\"LogsReceiver\"))]".to_owned(),
                "m.x [(\"out\", None)]".to_owned()
            ]
        );
    }
}
