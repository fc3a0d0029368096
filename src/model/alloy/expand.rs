//! Turns blocks into components, and modules and `foreach` into the components that they make.

use std::cell::Cell;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::Arc;

use super::Environment;
use super::Inputs;
use super::catalog;
use super::frame::Enclosing;
use super::frame::Frame;
use super::frame::Origin;
use super::program::Component;
use super::program::Duplicate;
use super::program::Hidden;
use super::program::Kind;
use super::program::Program;
use super::values::Memo;
use crate::document::DocId;
use crate::document::alloy::Block;
use crate::document::alloy::Body;
use crate::document::alloy::File;
use crate::model::eval::Value;
use crate::text::Limit;

/// Modules in modules are followed this deep.
const DEPTH: usize = 16;

/// Blocks of the language that are no components.
const CONFIG: [&str; 13] = [
    "argument",
    "declare",
    "export",
    "foreach",
    "http",
    "import.file",
    "import.git",
    "import.http",
    "import.string",
    "livedebugging",
    "logging",
    "remotecfg",
    "tracing",
];

impl<'a> Program<'a> {
    /// Collects the blocks of `files` and expands the modules among them.
    pub(crate) fn new(
        files: Vec<(DocId, &'a File)>,
        environment: Environment,
        inputs: &'a dyn Inputs<'a>,
    ) -> Self {
        let texts: Vec<_> = files
            .iter()
            .map(|(doc, file)| (Origin { doc: *doc, file, computed: None }, &file.body))
            .collect();
        let program = Self {
            given: files.len(),
            imports: Vec::new(),
            files,
            components: Vec::new(),
            duplicates: Vec::new(),
            environment,
            inputs,
            frames: Vec::new(),
            ids: HashMap::new(),
            memo: RefCell::new(Memo::default()),
            nesting: Cell::new(0),
            steps: Cell::new(0),
            early: Cell::new(false),
            secret: Cell::new(false),
        };
        let mut expansion = Expansion {
            program,
            libraries: Vec::new(),
            instances: VecDeque::new(),
            loops: VecDeque::new(),
            seen: HashMap::new(),
            written: 0,
        };
        expansion.top_level(&texts);
        expansion.program
    }
}

/// The modules that blocks of a scope can name.
#[derive(Debug, Default)]
pub(super) struct Library<'a> {
    /// Where names are looked up that are not here.
    outer: Option<usize>,
    /// By the first part of a block's name.
    pub(super) modules: BTreeMap<Arc<str>, Module<'a>>,
    /// The folder of the text.
    module_path: Option<Arc<str>>,
}

/// What a `declare` or an `import` stands for.
#[derive(Debug, Clone)]
pub(super) enum Module<'a> {
    /// A `declare`, with the library around it.
    Declared { origin: Origin<'a>, block: &'a Block, library: usize },
    /// The modules of an imported text.
    Imported(usize),
    /// Not followed; the component that says why.
    Hidden(usize),
}

/// The expansion of one program.
pub(super) struct Expansion<'a> {
    /// What was made so far.
    pub(super) program: Program<'a>,
    /// All libraries.
    pub(super) libraries: Vec<Library<'a>>,
    /// Instances of modules that are still to be expanded.
    instances: VecDeque<usize>,
    /// Those of `foreach`, which come later: what they go over may come from a module.
    loops: VecDeque<usize>,
    /// The first block of each id.
    seen: HashMap<Arc<str>, usize>,
    /// Components of the top level.
    written: usize,
}

impl<'a> Expansion<'a> {
    fn top_level(&mut self, texts: &[(Origin<'a>, &'a Body)]) {
        let module_path = self.program.inputs.module_path().map(Arc::from);
        let library = self.library(None, module_path);
        let frame = self.frame("".into(), Enclosing::Nothing, None, library, None);
        self.fill(frame, texts);
        self.written = self.program.components.len();
        loop {
            if let Some(index) = self.instances.pop_front() {
                self.instance(index);
            } else if let Some(index) = self.loops.pop_front() {
                self.for_each(index);
            } else {
                break;
            }
        }
    }

    pub(super) fn library(&mut self, outer: Option<usize>, module_path: Option<Arc<str>>) -> usize {
        self.libraries.push(Library { outer, modules: BTreeMap::new(), module_path });
        self.libraries.len() - 1
    }

    /// A new scope, known to the component that makes it.
    pub(super) fn frame(
        &mut self,
        prefix: Arc<str>,
        around: Enclosing,
        maker: Option<usize>,
        library: usize,
        definition: Option<&'a Block>,
    ) -> usize {
        let index = self.program.frames.len();
        if let Some(maker) = maker {
            self.program.components[maker].inner.push(index);
        }
        self.program.frames.push(Frame {
            prefix,
            around,
            maker,
            library,
            definition,
            module_path: self.libraries[library].module_path.clone(),
            arguments: BTreeMap::new(),
            exports: BTreeMap::new(),
        });
        index
    }

    /// Adds the blocks of some bodies, which share a scope.
    pub(super) fn fill(&mut self, frame: usize, bodies: &[(Origin<'a>, &'a Body)]) {
        let library = self.program.frames[frame].library;
        // Labels of modules come before built-in names, wherever they stand.
        for (origin, body) in bodies {
            for block in body.blocks() {
                self.declare(library, *origin, block);
            }
        }
        let first = self.program.components.len();
        for (origin, body) in bodies {
            for block in body.blocks() {
                self.component(frame, library, *origin, block);
            }
        }
        for index in first..self.program.components.len() {
            if self.program.components[index].name.starts_with("import.") {
                self.import(index, library);
            }
        }
    }

    /// Notes the label of a `declare` or an `import`.
    fn declare(&mut self, library: usize, origin: Origin<'a>, block: &'a Block) {
        let Some(label) = block.label else { return };
        let module = match block.parts.first().map(|part| origin.file.str(*part)) {
            Some("declare") => Module::Declared { origin, block, library },
            Some("import") => Module::Hidden(0),
            _ => return,
        };
        self.libraries[library].modules.entry(origin.file.str(label).into()).or_insert(module);
    }

    /// The module of that name, seen from a library.
    fn module(&self, library: usize, name: &str) -> Option<&Module<'a>> {
        let mut at = Some(library);
        // Libraries around others were made before them.
        while let Some(library) = at.and_then(|at| self.libraries.get(at)) {
            if let Some(module) = library.modules.get(name) {
                return Some(module);
            }
            at = library.outer;
        }
        None
    }

    /// Makes a component of a block.
    fn component(&mut self, frame: usize, library: usize, origin: Origin<'a>, block: &'a Block) {
        let parts: Vec<_> = block.parts.iter().map(|part| origin.file.str(*part)).collect();
        let name = parts.join(".");
        let label: Option<Arc<str>> = block.label.map(|label| origin.file.str(label).into());
        let own = &self.program.frames[frame];
        let id: Arc<str> = match &label {
            Some(label) => format!("{}{name}.{label}", own.prefix).into(),
            None => format!("{}{name}", own.prefix).into(),
        };
        let first = parts.first().copied().unwrap_or_default();
        let kind = if CONFIG.contains(&name.as_str()) {
            catalog::entry(&name).map_or(Kind::Unknown, Kind::Config)
        } else if self.module(library, first).is_some() {
            Kind::Custom(first.into())
        } else {
            catalog::entry(&name).map_or(Kind::Unknown, Kind::Known)
        };
        let index = self.program.components.len();
        let component = Component {
            id: id.clone(),
            name: name.into(),
            label,
            doc: origin.doc,
            file: origin.file,
            computed: origin.computed,
            block,
            kind,
            frame,
            inner: Vec::new(),
            hidden: None,
        };
        if let Some(first) = self.seen.get(&id).and_then(|first| self.program.components.get(*first)) {
            let (first, again) = (first.name_place(), component.name_place());
            self.program.duplicates.push(Duplicate { id, first, again });
        } else {
            self.seen.insert(id.clone(), index);
            match &component.kind {
                Kind::Config(_) => self.config(frame, index, &component),
                Kind::Custom(_) => self.instances.push_back(index),
                _ => {}
            }
            if !component.is_config() {
                self.program.ids.insert(id, index);
            }
        }
        self.program.components.push(component);
    }

    fn config(&mut self, frame: usize, index: usize, component: &Component<'a>) {
        let frame = &mut self.program.frames[frame];
        match (&*component.name, &component.label) {
            ("argument", Some(label)) => {
                frame.arguments.insert(label.clone(), index);
            }
            ("export", Some(label)) => {
                frame.exports.insert(label.clone(), index);
            }
            ("foreach", _) => self.loops.push_back(index),
            _ => {}
        }
    }

    /// Whether there is room for what a component stands for, or the reason why not.
    pub(super) fn room(&self, index: usize, definition: Option<&'a Block>) -> Result<(), String> {
        let limit = Limit::Components;
        if self.program.components.len() - self.written > limit.count() {
            return Err(format!("modules make more than {}; {}", limit.shown(), limit.remedy()));
        }
        let mut around = self.program.frames_around(&self.program.components[index]);
        if let Some(definition) = definition
            && around.any(|frame| frame.definition.is_some_and(|outer| std::ptr::eq(outer, definition)))
        {
            return Err("a module that contains itself is refused by the collector".to_owned());
        }
        if self.program.frames_around(&self.program.components[index]).count() > DEPTH {
            return Err(format!("modules stand more than {DEPTH} deep in each other"));
        }
        Ok(())
    }

    /// Expands an instance of a module.
    fn instance(&mut self, index: usize) {
        let component = &self.program.components[index];
        let library = self.program.frames[component.frame].library;
        let mut parts = component.name.split('.');
        let first = parts.next().unwrap_or_default();
        let hidden = |reason: String, by| Hidden { kind: "module-instance", reason, by, place: None };
        let missing = || {
            hidden(
                format!("`{}` is not the name of a module that is declared or imported", component.name),
                None,
            )
        };
        let found = match (self.module(library, first), parts.next(), parts.next()) {
            (Some(Module::Declared { origin, block, library }), None, _) => Ok((*origin, *block, *library)),
            (Some(Module::Imported(imported)), Some(second), None) => {
                match self.libraries[*imported].modules.get(second) {
                    Some(Module::Declared { origin, block, library }) => Ok((*origin, *block, *library)),
                    _ => Err(missing()),
                }
            }
            (Some(Module::Hidden(import)), ..) => {
                let reason = format!("`{}` is an instance of a module that is not followed", component.id);
                Err(hidden(reason, Some(*import)))
            }
            _ => Err(missing()),
        };
        let room = found.and_then(|found| match self.room(index, Some(found.1)) {
            Ok(()) => Ok(found),
            Err(reason) => Err(hidden(format!("`{}` is not followed: {reason}", component.id), None)),
        });
        match room {
            Ok((origin, block, library)) => {
                let prefix = format!("{}/", component.id).into();
                // The text's own folder, which for an imported one is not that of the program.
                let module_path = self.libraries[library].module_path.clone();
                let library = self.library(Some(library), module_path);
                let around = Enclosing::Module { instance: index };
                let frame = self.frame(prefix, around, Some(index), library, Some(block));
                self.fill(frame, &[(origin, &block.body)]);
            }
            Err(hidden) => self.program.components[index].hidden = Some(hidden),
        }
    }

    /// Expands a `foreach`: once for each item, or once for all if they are not known.
    fn for_each(&mut self, index: usize) {
        let component = &self.program.components[index];
        let hide = |reason: String| Some(Hidden { kind: "foreach", reason, by: None, place: None });
        let template =
            component.block.body.blocks().find(|block| component.file.str(block.name) == "template");
        let (Some(template), Some(collection)) = (template, component.attribute("collection")) else {
            let reason = format!("`{}` has no `template` or no `collection`", component.id);
            self.program.components[index].hidden = hide(reason);
            return;
        };
        let name = match self.program.text_argument(component, "var") {
            Ok(name) => name,
            Err(reason) => {
                let reason = format!("the variable of `{}` is not known: {reason}", component.id);
                self.program.components[index].hidden = hide(reason);
                return;
            }
        };
        let items = match self.program.evaluate(component, &collection.value) {
            Ok(Value::Array(items)) => items,
            Ok(Value::Null) => Vec::new(),
            Ok(Value::Unknown(reason)) => vec![Value::Unknown(reason)],
            Ok(_) => vec![Value::Unknown(format!("the items of {} are not known", component.id).into())],
            Err(error) => vec![Value::Unknown(error.message.into())],
        };
        let origin = Origin { doc: component.doc, file: component.file, computed: component.computed };
        let (id, outer) = (component.id.clone(), component.frame);
        for (number, value) in items.into_iter().enumerate() {
            if let Err(reason) = self.room(index, None) {
                let reason = format!("`{id}` is not followed to its end: {reason}");
                self.program.components[index].hidden = hide(reason);
                return;
            }
            let around = &self.program.frames[outer];
            let (library, module_path) = (around.library, around.module_path.clone());
            let library = self.library(Some(library), module_path);
            let around = Enclosing::Item { outer, name: name.clone(), value };
            let frame = self.frame(format!("{id}[{number}]/").into(), around, Some(index), library, None);
            self.fill(frame, &[(origin, &template.body)]);
        }
    }
}
