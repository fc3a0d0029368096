//! Finds an entry of a table that has one JSON entry a line, sorted by name.
//!
//! The tables in `schemas/alloy/` and `schemas/charts/` are built into the program as text. A lookup is a binary search over their lines, so
//! that only the entries that occur are ever parsed.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::PoisonError;

use serde::Deserialize;

/// The entries of tables that were asked for, each parsed once: a run over many stacks asks for the same ones. They are kept
/// until the process ends.
#[derive(Debug)]
pub(crate) struct Entries<T: 'static>(OnceLock<Mutex<HashMap<&'static str, &'static T>>>);

impl<T: Deserialize<'static>> Entries<T> {
    /// None yet.
    pub(crate) const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// The entry of that name, in the first of the tables that has one. The tables are the same in each call.
    pub(crate) fn get(&self, tables: &[&'static str], name: &str) -> Option<&'static T> {
        let parsed = || self.0.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = parsed().get(name) {
            return Some(known);
        }
        // Names come from the input: only those that a table has are kept.
        let (own, text) = tables.iter().find_map(|table| find_line(table, name))?;
        let made: &'static T = Box::leak(Box::new(serde_json::from_str(text).ok()?));
        Some(parsed().entry(own).or_insert(made))
    }
}

/// The JSON text of the entry of that name.
pub(crate) fn find(table: &'static str, name: &str) -> Option<&'static str> {
    find_line(table, name).map(|(_, text)| text)
}

/// The entry of that name: the name as the table has it, and the JSON text.
pub(crate) fn find_line(table: &'static str, name: &str) -> Option<(&'static str, &'static str)> {
    let (mut low, mut high) = (0, table.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = table[..middle].rfind('\n').map_or(0, |at| at + 1);
        let end = table[middle..].find('\n').map_or(table.len(), |at| middle + at);
        let line = &table[start..end];
        let Some((own, value)) = line.strip_prefix('"').and_then(|rest| rest.split_once("\":")) else {
            // The first and last line hold a brace each.
            if start == 0 {
                low = end + 1;
            } else {
                high = start;
            }
            continue;
        };
        match own.cmp(name) {
            std::cmp::Ordering::Equal => return Some((own, value.strip_suffix(',').unwrap_or(value))),
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    None
}

/// Every name of a table, in order.
pub(crate) fn names(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter_map(|line| Some(line.strip_prefix('"')?.split_once('"')?.0))
}
