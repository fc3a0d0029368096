//! Turns `accepted.txt` into changes that no test can or need notice, each with its reason.
//!
//! One a line: `NAME -- REASON`. A name without ` #2` and so on stands for all changes of that name. Lines that begin with `#` are for people.

use std::collections::BTreeMap;

/// The list, by name.
pub(crate) fn read(text: &str) -> Result<BTreeMap<String, String>, String> {
    let mut accepted = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, reason) =
            line.split_once(" -- ").ok_or_else(|| format!("accepted.txt:{}: there is no ` -- REASON`", index + 1))?;
        if accepted.insert(name.trim().to_owned(), reason.trim().to_owned()).is_some() {
            return Err(format!("accepted.txt:{}: {name} is there twice", index + 1));
        }
    }
    Ok(accepted)
}
