//! Finds an entry of a table that has one JSON entry a line, sorted by name.
//!
//! The tables in `schemas/alloy/` and `schemas/charts/` are built into the program as text. A lookup is a binary search over their lines, so
//! that only the entries that occur are ever parsed.

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
