//! Checks the blocks of one body of a program: the root, a `declare`, a template of `foreach`.

use std::collections::HashMap;
use std::sync::Arc;

use super::arguments::Where;
use super::cycles;
use super::fault;
use super::fault::Fault;
use super::fault::Kind;
use super::known::Known;
use super::known::Library;
use super::scope::Holder;
use super::scope::Interface;
use super::scope::Level;
use super::scope::Module;
use super::scope::Site;
use super::scope::place_in;
use super::table;
use super::table::Entry;
use super::version::Running;
use super::version::Stability;
use crate::document::Place;
use crate::document::alloy::Body;
use crate::model::alloy::Program;
use crate::model::alloy::frame::Origin;
use crate::text::nearest;

/// Bodies in bodies in bodies: deeper ones are not looked at. The parser stops not far behind.
const DEEPEST: u32 = 64;

/// How many names are compared in one program to find those that were meant. A program of many thousand components has
/// suggestions for its first faults only: each compares all names.
const COMPARISONS: usize = 50_000;

/// What is found out while a program is checked.
pub(super) struct Checker<'a, 'd> {
    /// The program, expanded.
    pub(super) program: &'a Program<'d>,
    /// What is known of its blocks.
    pub(super) known: &'a Known,
    /// What is known of the process.
    pub(super) running: &'a Running,
    faults: Vec<Fault>,
    comparisons: usize,
}

impl<'a, 'd> Checker<'a, 'd> {
    pub(super) fn new(program: &'a Program<'d>, known: &'a Known, running: &'a Running) -> Self {
        Self { program, known, running, faults: Vec::new(), comparisons: COMPARISONS }
    }

    /// All that was found.
    pub(super) fn finish(self) -> Vec<Fault> {
        fault::in_order(self.faults)
    }

    /// Notes a fault.
    pub(super) fn fault(&mut self, kind: Kind, component: &str, place: Place, message: String, help: String) {
        let unsure = match kind {
            // One file of several may well use what another one declares.
            Kind::UnknownReference => self.running.alone || self.running.is_newer(),
            Kind::UnknownComponent | Kind::UnknownArgument | Kind::UnknownExport | Kind::WrongValue => {
                self.running.is_newer()
            }
            _ => false,
        };
        let component = component.to_owned();
        self.faults.push(Fault { kind, component, message, help, place, related: None, unsure });
    }

    /// Adds to the fault that was noted last.
    pub(super) fn last(&mut self) -> Option<&mut Fault> {
        self.faults.last_mut()
    }

    /// "Did you mean", or other words where nothing is near.
    pub(super) fn suggest<'n>(
        &mut self,
        wrong: &str,
        names: impl IntoIterator<Item = &'n str>,
        otherwise: &str,
    ) -> String {
        let names: Vec<&str> = names.into_iter().take(self.comparisons + 1).collect();
        // All or none: names come in no order, and the nearest of some would not be the same in every run.
        let left = self.comparisons.checked_sub(names.len());
        self.comparisons = left.unwrap_or(0);
        let near = left.and_then(|_| nearest(wrong, names));
        near.map_or_else(|| otherwise.to_owned(), |name| format!("did you mean `{name}`?"))
    }

    /// Attributes beside the blocks of a program.
    pub(super) fn stray_attributes(&mut self, origin: &Origin<'_>, body: &Body) {
        for attribute in body.attributes() {
            let name = origin.file.str(attribute.name);
            let place = place_in(origin, attribute.name);
            let help =
                "attributes stand in components; write `name \"label\" { ... }` around it, or remove it";
            self.fault(
                Kind::Misplaced,
                name,
                place,
                format!("unrecognized attribute {name}"),
                help.to_owned(),
            );
        }
    }

    /// Checks texts that share a scope.
    pub(super) fn program(&mut self, texts: &[Origin<'a>], holder: Holder) {
        for text in texts {
            self.stray_attributes(text, &text.file.body);
        }
        let sites: Vec<Site<'a>> =
            texts.iter().flat_map(|text| Site::of_body(*text, &text.file.body)).collect();
        self.body(&sites, holder, None, None, 0);
    }

    /// Checks the blocks of a body.
    pub(super) fn body(
        &mut self,
        sites: &[Site<'a>],
        holder: Holder,
        parent: Option<(&Level<'a, '_>, usize)>,
        variable: Option<&'a str>,
        depth: u32,
    ) {
        let level = Level::new(sites, holder, parent, variable, self.known);
        self.repeated_ids(sites);
        let mut edges: Vec<Vec<(usize, Place)>> = vec![Vec::new(); sites.len()];
        for (index, site) in sites.iter().enumerate() {
            let at = Where::new(&level, site, index);
            self.site(&at, depth);
            if let Some(own) = edges.get_mut(index) {
                *own = at.into_edges();
            }
        }
        for (user, module, place) in level.into_uses() {
            if let Some(edges) = edges.get_mut(user) {
                edges.push((module, place));
            }
        }
        for circle in cycles::find(&edges) {
            self.cycle(sites, &edges, &circle);
        }
    }

    /// Ids that are given twice: among components, among blocks of the language, among declarations.
    fn repeated_ids(&mut self, sites: &[Site<'a>]) {
        let mut seen: HashMap<&str, &Site<'a>> = HashMap::with_capacity(sites.len());
        for site in sites {
            let Some(first) = seen.get(&*site.id) else {
                seen.insert(&site.id, site);
                continue;
            };
            let (place, first) = (site.name_place(), first.name_place());
            let help = match site.label {
                Some(_) => "give one of them another label, or remove one",
                None => "put both into one block, or remove one",
            };
            let message = format!("block {} already declared", site.id);
            self.fault(Kind::RepeatedId, &site.id, place, message, help.to_owned());
            if let Some(fault) = self.last() {
                fault.related = Some((first, "first declared here".to_owned()));
            }
        }
    }

    /// One circle of references.
    fn cycle(&mut self, sites: &[Site<'a>], edges: &[Vec<(usize, Place)>], circle: &[usize]) {
        let Some(site) = circle.first().and_then(|first| sites.get(*first)) else { return };
        let inside = |to: usize| circle.binary_search(&to).is_ok();
        let out = circle.first().and_then(|first| edges.get(*first));
        let place = out.and_then(|out| out.iter().find(|(to, _)| inside(*to))).map(|(_, place)| *place);
        let names: Vec<&str> =
            circle.iter().take(8).filter_map(|index| sites.get(*index)).map(|site| &*site.id).collect();
        let (names, more) = (names.join(", "), if circle.len() > 8 { ", ..." } else { "" });
        let message = match circle.len() {
            1 => format!("self reference: {names}"),
            _ => format!("cycle: {names}{more}"),
        };
        let help = match site.name.as_str() {
            "declare" => {
                "a module that holds an instance of itself never ends; remove one of the instances on the way"
            }
            _ => "data cannot go round; remove one of the references on the way",
        };
        self.fault(
            Kind::Cycle,
            &site.id,
            place.unwrap_or_else(|| site.name_place()),
            message,
            help.to_owned(),
        );
    }

    /// One component or block of the language.
    fn site(&mut self, at: &Where<'a, '_>, depth: u32) {
        let site = at.site;
        if at.level.holder == Holder::Library && !matches!(site.first_part(), "declare" | "import") {
            let message =
                format!("only declare and import blocks are allowed in a module, got {}", site.name);
            let help = "write `declare \"name\" { ... }` around it, or do not import this text";
            self.fault(Kind::Misplaced, &site.id, site.place(site.block.name), message, help.to_owned());
            return;
        }
        match table::component(&site.name) {
            Some(entry) if entry.config => self.config_block(at, &entry, depth),
            entry => match (at.level.module(site.first_part()).cloned(), entry) {
                (Some(module), _) => self.custom(at, &module),
                (None, Some(entry)) => {
                    if site.label.is_none() {
                        let message = format!("component \"{}\" must have a label", site.name);
                        let help = format!("write `{} \"name\" {{`", site.name);
                        self.fault(Kind::WrongLabel, &site.id, site.name_place(), message, help);
                    }
                    let known = self.availability(at, &entry);
                    self.arguments(at, &entry, known);
                }
                (None, None) => self.unknown(at),
            },
        }
    }

    /// A block of the language.
    fn config_block(&mut self, at: &Where<'a, '_>, entry: &Arc<Entry>, depth: u32) {
        let site = at.site;
        let name = site.name.as_str();
        let wrong_holder = match at.level.holder {
            Holder::Root | Holder::Library if entry.module_only() => {
                Some(format!("{name} blocks only allowed inside a module"))
            }
            Holder::Module | Holder::Template if entry.root_only() => {
                Some(format!("{name} block not allowed inside a module"))
            }
            _ => None,
        };
        if let Some(message) = wrong_holder {
            let help =
                if entry.root_only() { "move it to the top level" } else { "move it into a `declare`" };
            self.fault(Kind::Misplaced, &site.id, site.name_place(), message, help.to_owned());
            return;
        }
        match site.label {
            None if !entry.takes_no_label() && !entry.root_only() => {
                let message = format!("block \"{name}\" requires non-empty label");
                self.fault(
                    Kind::WrongLabel,
                    &site.id,
                    site.name_place(),
                    message,
                    format!("write `{name} \"name\" {{`"),
                );
            }
            Some(label) => {
                let (message, help) = if entry.takes_no_label() {
                    (format!("block \"{name}\" does not support specifying labels"), "remove the label")
                } else if name == "declare" && label == "declare" {
                    let message = "'declare' is not a valid label for a declare block";
                    (message.to_owned(), "choose another name")
                } else {
                    (String::new(), "")
                };
                if !message.is_empty() {
                    let place = site.place(site.block.label.unwrap_or(site.block.name));
                    self.fault(Kind::WrongLabel, &site.id, place, message, help.to_owned());
                }
            }
            None => {}
        }
        let known = self.availability(at, entry);
        if name == "declare" {
            self.inner(at, &site.block.body, Holder::Module, None, depth);
            return;
        }
        self.arguments(at, entry, known);
        if name == "foreach" {
            let variable = site.block.body.attributes().find(|own| site.file.str(own.name) == "var");
            let variable = variable.map(|variable| site.file.str(variable.value.span).trim_matches('"'));
            for inner in site.block.body.blocks().filter(|block| site.file.str(block.name) == "template") {
                self.inner(at, &inner.body, Holder::Template, variable, depth);
            }
        }
    }

    /// A body of a program inside a block.
    fn inner(
        &mut self,
        at: &Where<'a, '_>,
        body: &'a Body,
        holder: Holder,
        variable: Option<&'a str>,
        depth: u32,
    ) {
        if depth >= DEEPEST {
            return;
        }
        let site = at.site;
        self.stray_attributes(&site.origin, body);
        let sites: Vec<Site<'a>> = Site::of_body(site.origin, body).collect();
        self.body(&sites, holder, Some((at.level, at.index)), variable, depth + 1);
    }

    /// A component that no table and no module has.
    fn unknown(&mut self, at: &Where<'a, '_>) {
        let site = at.site;
        let message = format!("cannot find the definition of component name \"{}\"", site.name);
        let names = table::components().iter().copied().chain(at.level.module_labels());
        let otherwise = "correct the name; if a newer Alloy has it, tell the authors of ptd-lint";
        let help = self.suggest(&site.name, names, otherwise);
        self.fault(Kind::UnknownComponent, &site.id, site.name_place(), message, help);
        let built_in = table::components().iter().any(|own| own.split('.').next() == Some(site.first_part()));
        let alone = self.running.alone && !built_in;
        if let Some(fault) = self.last() {
            fault.unsure |= alone;
        }
        self.references_below(at, &site.block.body, 0);
    }

    /// An instance of a module.
    fn custom(&mut self, at: &Where<'a, '_>, module: &Module) {
        let site = at.site;
        let dotted = site.name.contains('.');
        at.level.uses(site.first_part(), site.name_place());
        match module {
            Module::Declared(interface) if !dotted => self.module_arguments(at, interface),
            Module::Imported(None) if dotted => self.references_below(at, &site.block.body, 0),
            Module::Imported(Some(library)) if dotted => self.imported(at, library),
            _ => {
                let first = site.first_part();
                let message = format!("cannot find the definition of component name \"{}\"", site.name);
                let help = if dotted {
                    format!(
                        "`{first}` is declared in this program, which hides all components that begin with it: rename the `declare`"
                    )
                } else {
                    format!("`{first}` is imported: write `{first}.name \"label\"` for a module in it")
                };
                self.fault(Kind::UnknownComponent, &site.id, site.name_place(), message, help);
            }
        }
    }

    /// An instance of an imported module.
    fn imported(&mut self, at: &Where<'a, '_>, library: &Library) {
        let site = at.site;
        let (space, name) = site.name.split_once('.').unwrap_or_default();
        if let Some(interface) = library.get(name) {
            self.module_arguments(at, interface);
            return;
        }
        let message = format!("cannot find the definition of component name \"{}\"", site.name);
        let names: Vec<String> = library.keys().take(12).map(|own| format!("`{space}.{own}`")).collect();
        let otherwise = match names.as_slice() {
            [] => format!("what `{space}` imports declares no module"),
            _ => format!("what `{space}` imports declares {}", names.join(", ")),
        };
        let help = match nearest(name, library.keys().map(String::as_str)) {
            Some(near) => format!("did you mean `{space}.{near}`?"),
            None => otherwise,
        };
        self.fault(Kind::UnknownComponent, &site.id, site.name_place(), message, help);
        self.references_below(at, &site.block.body, 0);
    }

    /// The arguments of an instance of a module.
    fn module_arguments(&mut self, at: &Where<'a, '_>, interface: &Interface) {
        let (site, body) = (at.site, &at.site.block.body);
        let mut given: HashMap<&str, Place> = HashMap::new();
        // Names that wrong ones were probably meant to be: they are not missing too.
        let mut meant: Vec<&str> = Vec::new();
        for attribute in body.attributes() {
            let name = site.file.str(attribute.name);
            let place = site.place(attribute.name);
            if let Some(first) = given.insert(name, place) {
                let message = format!("attribute \"{name}\" may only be provided once");
                self.fault(Kind::RepeatedArgument, &site.id, place, message, "remove one of them".to_owned());
                if let Some(fault) = self.last() {
                    fault.related = Some((first, "first given here".to_owned()));
                }
            } else if !interface.arguments.contains_key(name) {
                let message = format!("Provided argument \"{name}\" is not defined in the module");
                let names = || interface.arguments.keys().map(String::as_str);
                meant.extend(nearest(name, names()));
                let help = self.suggest(name, names(), "declare it with `argument`, or remove it");
                self.fault(Kind::ModuleArgument, &site.id, place, message, help);
            }
            self.any_value(at, &attribute.value);
        }
        for block in body.blocks() {
            let name = super::scope::block_name(site.file, block);
            let message = format!("unrecognized block name \"{name}\"");
            let help = "arguments of modules are attributes: write `name = value`".to_owned();
            self.fault(Kind::ModuleArgument, &site.id, site.place(block.name), message, help);
        }
        for (name, _) in interface
            .arguments
            .iter()
            .filter(|(name, required)| **required && !given.contains_key(name.as_str()))
            .filter(|(name, _)| !meant.contains(&name.as_str()))
        {
            let message = format!("missing required argument \"{name}\" to module");
            self.fault(
                Kind::ModuleArgument,
                &site.id,
                site.name_place(),
                message,
                format!("add `{name} = ...`"),
            );
        }
    }

    /// Whether the collector's version has a component and runs it. `false` where its absence has been told.
    fn availability(&mut self, at: &Where<'a, '_>, entry: &Entry) -> bool {
        let (site, running) = (at.site, self.running);
        let place = site.name_place();
        if let Some(version) = entry.since.and_then(|since| running.before(since)) {
            let since = entry.since.unwrap_or_default();
            let (message, help) = super::arguments::not_yet(&site.name, since, version);
            self.fault(Kind::NotYet, &site.id, place, message, help);
            return false;
        }
        if let Some(version) = entry.gone.and_then(|gone| running.after(gone)) {
            let gone = entry.gone.unwrap_or_default();
            let (message, help) = super::arguments::no_longer(&site.name, gone, version);
            self.fault(Kind::NoLonger, &site.id, place, message, help);
            return false;
        }
        if entry.is_community() && running.community == Some(false) {
            let message = format!("`{}` is a community component, and the collector runs none", site.name);
            let help =
                "add `--feature.community-components.enabled` to its arguments, or use another component";
            self.fault(Kind::Unstable, &site.id, place, message, help.to_owned());
        } else if let (Some(own), Some(lowest)) = (entry.stability(), running.stability)
            && own < lowest
        {
            self.unstable(at, &format!("`{}`", site.name), place, (own, lowest));
        }
        true
    }

    /// Something that is less settled than the collector runs.
    pub(super) fn unstable(
        &mut self,
        at: &Where<'a, '_>,
        what: &str,
        place: Place,
        (own, lowest): (Stability, Stability),
    ) {
        let (own, lowest) = (own.name(), lowest.name());
        let message = format!(
            "{what} is at stability level \"{own}\", which is below the minimum allowed stability level \"{lowest}\""
        );
        let help = format!(
            "run the collector with `--stability.level={own}` (chart value `alloy.stabilityLevel`), or do without"
        );
        self.fault(Kind::Unstable, &at.site.id, place, message, help);
    }
}
