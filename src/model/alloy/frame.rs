//! Scopes of a program: the top level, instances of modules, items of `foreach`.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::document::DocId;
use crate::document::Place;
use crate::document::alloy::Block;
use crate::document::alloy::File;
use crate::model::eval::Value;

/// A scope with what it holds besides components.
#[derive(Debug)]
pub(crate) struct Frame<'a> {
    /// What ids in it begin with: nothing at the top level, `logs.all/` in an instance of a module.
    pub(super) prefix: Arc<str>,
    /// What is around it.
    pub(super) around: Enclosing,
    /// The component that it is made by.
    pub(super) maker: Option<usize>,
    /// Index of the modules that blocks in it can name.
    pub(super) library: usize,
    /// The block whose body it is, where that is a module's.
    pub(super) definition: Option<&'a Block>,
    /// The folder of the text, as expressions see it.
    pub(super) module_path: Option<Arc<str>>,
    /// `argument` blocks by label: indices of components.
    pub(super) arguments: BTreeMap<Arc<str>, usize>,
    /// `export` blocks by label: indices of components.
    pub(super) exports: BTreeMap<Arc<str>, usize>,
}

/// What is around a scope.
#[derive(Debug, Clone)]
pub(super) enum Enclosing {
    /// Nothing: the top level of a program, or of a text that is imported.
    Nothing,
    /// A module: its arguments come from the instance.
    Module {
        /// Index of the component that is the instance.
        instance: usize,
    },
    /// An item of a `foreach`: everything around is visible.
    Item {
        /// Index of the scope around.
        outer: usize,
        /// The name of the variable.
        name: Arc<str>,
        /// The item.
        value: Value,
    },
}

/// A text that blocks stand in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin<'a> {
    /// The document; for a computed text the one that computes it.
    pub(super) doc: DocId,
    /// The text's tree.
    pub(super) file: &'a File,
    /// For a computed text: the expression that stands for all of it.
    pub(super) computed: Option<Place>,
}
