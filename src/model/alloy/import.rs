//! Turns `import` blocks into the modules that their texts declare.

use std::sync::Arc;

use super::Content;
use super::expand::Expansion;
use super::expand::Module;
use super::frame::Enclosing;
use super::frame::Origin;
use super::program::Hidden;
use super::program::Import;
use crate::document::Place;

impl<'a> Expansion<'a> {
    /// Reads the text that an `import` names.
    pub(super) fn import(&mut self, index: usize, library: usize) {
        let module = match self.imported(index) {
            Ok(library) => Module::Imported(library),
            Err(hidden) => {
                self.program.components[index].hidden = Some(hidden);
                Module::Hidden(index)
            }
        };
        if let Some(label) = self.program.components[index].label.clone() {
            self.libraries[library].modules.insert(label, module);
        }
    }

    /// The library of an imported text, or the reason why there is none.
    fn imported(&mut self, index: usize) -> Result<usize, Hidden> {
        let component = self.program.components[index].clone();
        let hidden = |reason: String| Hidden {
            kind: "import",
            reason: format!("what `{}` imports is not known: {reason}", component.id),
            by: None,
            place: None,
        };
        self.room(index, Some(component.block)).map_err(hidden)?;
        let mut module_path = self.program.frames[component.frame].module_path.clone();
        let mut origins = Vec::new();
        let inputs = self.program.inputs;
        let mut take = |content: Content<'a>, place: Place| {
            origins.push(match content.program {
                Some((doc, file)) => Origin { doc, file, computed: None },
                None => Origin { doc: place.doc, file: inputs.keep(content.text), computed: Some(place) },
            });
        };
        match &*component.name {
            "import.file" => {
                let program = &self.program;
                let place = component.attribute("filename").map(|own| component.place(own.value.span));
                let place = place.unwrap_or_else(|| component.name_place());
                let read = || {
                    let path = program.text_argument(&component, "filename")?;
                    if let Some(contents) = program.inputs.folder(&path) {
                        return Ok((contents, Some(path)));
                    }
                    let folder = path.rsplit_once('/').map(|(folder, _)| folder.into());
                    Ok((vec![program.inputs.file(&path)?], folder))
                };
                let (contents, folder) = program.quietly(read).map_err(hidden)?;
                for content in contents {
                    take(content, place);
                }
                module_path = folder;
            }
            "import.string" => {
                let Some(own) = component.attribute("content") else {
                    return Err(hidden("`content` is missing".to_owned()));
                };
                let content = if let Some(content) = self.program.text_behind(&component, &own.value) {
                    content
                } else {
                    let text = self.program.text_argument(&component, "content").map_err(hidden)?;
                    Content { text, program: None, secret: false }
                };
                take(content, component.place(own.value.span));
            }
            name => {
                let reason = format!(
                    "`{name}` runs code that is fetched when the collector starts and may be changed by others at any \
                     time; write it into the program, or import a file of the input"
                );
                return Err(Hidden { kind: "remote-code", reason, by: None, place: None });
            }
        }
        self.program.imports.push(Import { component: index, texts: origins.clone() });
        self.open(index, &origins, module_path).map_err(|(reason, place)| Hidden { place, ..hidden(reason) })
    }

    /// Makes a library of imported texts, or says why not, and where the text is wrong.
    fn open(
        &mut self,
        index: usize,
        origins: &[Origin<'a>],
        module_path: Option<Arc<str>>,
    ) -> Result<usize, (String, Option<Place>)> {
        for origin in origins {
            if let Some(error) = origin.file.errors.first() {
                return Err((format!("it does not parse ({})", error.message), None));
            }
            let other = origin.file.body.blocks().find(|block| {
                !matches!(block.parts.first().map(|part| origin.file.str(*part)), Some("declare" | "import"))
            });
            if let Some(other) = other {
                let name = origin.file.str(other.name);
                let reason = format!("it holds `{name}`, and a module may hold `declare` and `import` only");
                let place = Place { doc: origin.doc, span: other.name };
                return Err((reason, Some(origin.computed.unwrap_or(place))));
            }
        }
        let library = self.library(None, module_path);
        let component = &self.program.components[index];
        let (prefix, block) = (format!("{}/", component.id).into(), component.block);
        let frame = self.frame(prefix, Enclosing::Nothing, Some(index), library, Some(block));
        for origin in origins.iter().filter(|origin| origin.computed.is_none()) {
            self.program.files.push((origin.doc, origin.file));
        }
        let bodies: Vec<_> = origins.iter().map(|origin| (*origin, &origin.file.body)).collect();
        self.fill(frame, &bodies);
        Ok(library)
    }
}
