//! Turns an expanded program into what its texts can be asked: what an `import` holds, and which instances a block has.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Arc;

use super::scope::Interface;
use super::scope::Site;
use super::scope::interface;
use crate::document::alloy::Block;
use crate::model::alloy::Program;
use crate::model::alloy::frame::Origin;

/// The modules of an imported text, by name.
pub(super) type Library = BTreeMap<String, Arc<Interface>>;

/// Blocks and files stay where they are while a program is checked, so that their addresses tell them apart. Two blocks
/// of equal content are two blocks.
pub(super) type Address = usize;

/// What is known of the blocks of a program.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// By the address of an `import`: what it holds. Absent where it is not in the input, or differs by instance.
    libraries: HashMap<Address, Arc<Library>>,
    /// By the address of a block: the components that it stands for, by index. A block in a module that is used several
    /// times has several, one in a module that nobody uses none.
    instances: HashMap<Address, Vec<usize>>,
}

impl Known {
    /// Looks through a program. Linear in its size.
    pub(super) fn of(program: &Program<'_>) -> Self {
        let mut known = Self::default();
        for (index, component) in program.components.iter().enumerate() {
            known.instances.entry(address(component.block)).or_default().push(index);
        }
        let mut read: HashMap<Vec<Address>, Arc<Library>> = HashMap::new();
        let mut imports: HashMap<Address, Option<Vec<Address>>> = HashMap::new();
        for import in &program.imports {
            let Some(component) = program.components.get(import.component) else { continue };
            let texts: Vec<Address> = import.texts.iter().map(|text| address(text.file)).collect();
            let library = read.entry(texts.clone()).or_insert_with(|| Arc::new(library(&import.texts)));
            let block = address(component.block);
            let same = imports.entry(block).or_insert_with(|| Some(texts.clone()));
            if component.hidden.is_some() || same.as_ref() != Some(&texts) {
                *same = None;
            }
            known.libraries.insert(block, library.clone());
        }
        known.libraries.retain(|block, _| {
            let followed = |index: &usize| {
                program.components.get(*index).is_some_and(|component| component.hidden.is_none())
            };
            let all = known.instances.get(block).is_some_and(|all| all.iter().all(followed));
            all && imports.get(block).is_some_and(Option::is_some)
        });
        known
    }

    /// What an `import` holds, where that is known and the same for all instances of the module around it.
    pub(super) fn library(&self, import: &Block) -> Option<&Arc<Library>> {
        self.libraries.get(&address(import))
    }

    /// The components that a block stands for, by index.
    pub(super) fn instances(&self, block: &Block) -> &[usize] {
        self.instances.get(&address(block)).map_or(&[], Vec::as_slice)
    }
}

fn library(texts: &[Origin<'_>]) -> Library {
    let mut found = Library::new();
    for origin in texts {
        for site in Site::of_body(*origin, &origin.file.body) {
            if let Some(label) = site.label.filter(|_| site.name == "declare") {
                found.entry(label.to_owned()).or_insert_with(|| Arc::new(interface(&site)));
            }
        }
    }
    found
}

/// What tells a block or a text from others.
pub(super) fn address<T>(of: &T) -> Address {
    std::ptr::from_ref(of).addr()
}
