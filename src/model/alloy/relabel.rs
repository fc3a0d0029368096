//! Turns targets and the rules of `discovery.relabel` into the targets that come out, where both are known.
//!
//! All labels are known here, so a rule is carried out, and one that is not known leaves no answer. `flow/relabel.rs` asks
//! what rules do to series of which only the name is known, and there a rule that is not known may do anything.
//! Source: the relabelling of Prometheus. Patterns are anchored, values of several labels are joined by the separator.

use std::collections::BTreeMap;
use std::sync::Arc;

use regex::Regex;

use super::Component;
use super::Program;
use super::paths::blocks_at;
use crate::document::alloy::Block;
use crate::model::eval::LONGEST_TEXT;
use crate::model::eval::Value;
use crate::text::anchored;

/// The labels of one target.
type Labels = BTreeMap<Arc<str>, Arc<str>>;

/// One rule, with the defaults of what is not written.
#[derive(Debug)]
struct Rule {
    action: String,
    sources: Vec<Arc<str>>,
    separator: Arc<str>,
    pattern: Arc<Regex>,
    target: Arc<str>,
    replacement: Arc<str>,
}

/// The targets that a `discovery.relabel` hands on, or why they are not known.
pub(super) fn relabelled(program: &Program<'_>, component: &Component<'_>) -> Result<Value, String> {
    let targets = component.attribute("targets").ok_or("`targets` is missing")?;
    let targets = program.value(component, &targets.value)?;
    let Value::Array(targets) = targets else { return Err("its targets are not known".to_owned()) };
    let blocks = blocks_at(component.file, &component.block.body, "rule");
    let rules = blocks.into_iter().map(|block| Rule::read(program, component, block));
    let rules: Vec<Rule> = rules.collect::<Result<_, String>>()?;
    let mut out = Vec::with_capacity(targets.len());
    for target in targets {
        let Some(mut labels) = labels(target) else { return Err("its targets are not known".to_owned()) };
        let mut kept = true;
        for rule in &rules {
            kept = kept && rule.apply(&mut labels)?;
        }
        if kept {
            let labels = labels.into_iter().map(|(name, value)| (name, Value::Text(value)));
            out.push(Value::Object(labels.collect()));
        }
    }
    Ok(Value::Array(out))
}

/// The labels of a target; `None` where one is not known.
fn labels(target: Value) -> Option<Labels> {
    let Value::Object(fields) = target else { return None };
    let label = |(name, value)| match value {
        Value::Text(text) => Some((name, text)),
        _ => None,
    };
    fields.into_iter().map(label).collect()
}

impl Rule {
    fn read(program: &Program<'_>, component: &Component<'_>, block: &Block) -> Result<Self, String> {
        let argument = |name: &str| component.file.attribute(&block.body, name);
        let text = |name: &str, default: &str| -> Result<Arc<str>, String> {
            let Some(attribute) = argument(name) else { return Ok(default.into()) };
            match program.value(component, &attribute.value)? {
                Value::Text(text) => Ok(text),
                _ => Err(format!("`{name}` of a rule is not known")),
            }
        };
        let sources = match argument("source_labels") {
            None => Vec::new(),
            Some(attribute) => match program.value(component, &attribute.value)? {
                Value::Array(items) => {
                    let name = |item| match item {
                        Value::Text(name) => Ok(name),
                        _ => Err("`source_labels` of a rule are not known".to_owned()),
                    };
                    items.into_iter().map(name).collect::<Result<_, _>>()?
                }
                _ => return Err("`source_labels` of a rule are not known".to_owned()),
            },
        };
        let action = text("action", "replace")?.to_ascii_lowercase();
        if action == "hashmod" {
            return Err("a rule computes a hash".to_owned());
        }
        let pattern = text("regex", "(.*)")?;
        let pattern = anchored(&pattern).map_err(|fault| format!("a pattern cannot be read: {fault}"))?;
        let (separator, target) = (text("separator", ";")?, text("target_label", "")?);
        Ok(Self { action, sources, separator, pattern, target, replacement: text("replacement", "$1")? })
    }

    /// Changes the labels; `false` if the target is dropped. Rules that copy a label twice into itself make it longer than
    /// any memory in a few lines, so labels are followed up to a size.
    fn apply(&self, labels: &mut Labels) -> Result<bool, String> {
        let long = |name: &Arc<str>| labels.get(name).map_or(0, |value| value.len());
        let joined: usize = self.sources.iter().map(|name| long(name) + self.separator.len()).sum();
        let bytes: usize = labels.iter().map(|(name, value)| name.len() + value.len()).sum();
        let names: usize = labels.keys().map(|name| name.len() + 1).sum();
        // Each letter of a replacement may stand for all that was found.
        let made = match self.action.as_str() {
            "labelmap" => names * self.replacement.len() + 2 * bytes,
            _ => bytes + (joined + 1) * (1 + self.replacement.len() + self.target.len()),
        };
        if made > LONGEST_TEXT {
            return Err("its rules make labels larger than what is followed".to_owned());
        }
        Ok(self.change(labels))
    }

    fn change(&self, labels: &mut Labels) -> bool {
        let values: Vec<&str> =
            self.sources.iter().map(|name| labels.get(name).map_or("", |value| &**value)).collect();
        let value = values.join(&self.separator);
        let own = labels.get(&self.target).map_or("", |value| &**value);
        match self.action.as_str() {
            "keep" => return self.pattern.is_match(&value),
            "drop" => return !self.pattern.is_match(&value),
            "keepequal" => return own == value,
            "dropequal" => return own != value,
            "replace" => {
                if let Some(found) = self.pattern.captures(&value) {
                    let (mut name, mut text) = (String::new(), String::new());
                    found.expand(&self.target, &mut name);
                    found.expand(&self.replacement, &mut text);
                    if text.is_empty() {
                        labels.remove(name.as_str());
                    } else if is_label(&name) {
                        labels.insert(name.into(), text.into());
                    }
                }
            }
            "lowercase" => {
                labels.insert(self.target.clone(), value.to_lowercase().into());
            }
            "uppercase" => {
                labels.insert(self.target.clone(), value.to_uppercase().into());
            }
            "labelmap" => {
                let map = |(name, value): (&Arc<str>, &Arc<str>)| {
                    let new = self.pattern.replace_all(name, &*self.replacement);
                    self.pattern.is_match(name).then(|| (Arc::from(&*new), value.clone()))
                };
                let found: Vec<_> = labels.iter().filter_map(map).collect();
                labels.extend(found);
            }
            "labeldrop" => labels.retain(|name, _| !self.pattern.is_match(name)),
            "labelkeep" => labels.retain(|name, _| self.pattern.is_match(name)),
            _ => {}
        }
        true
    }
}

/// Whether a text can be a label's name.
fn is_label(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
