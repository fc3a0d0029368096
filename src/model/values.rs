//! Turns trees into facts, and a release's layers into the values that the chart will see.

use std::collections::BTreeMap;

use super::fact::Fact;
use super::fact::FactValue;
use super::piece::NodeAt;
use super::piece::Release;
use super::piece::ValuesLayer;
use crate::document::DocId;
use crate::document::Documents;
use crate::document::NodeRef;
use crate::document::Place;
use crate::document::Scalar;
use crate::text::Limit;

/// The facts of a node and all below it, aliases and merge keys resolved. The place of a mapping or list under a key is
/// that of the key. What lies beyond [`Limit::Parts`] is unknown: real values files have some hundred nodes, an alias bomb
/// has more.
pub(crate) fn fact_of(node: NodeRef<'_>, doc: DocId) -> Fact {
    let mut budget = u32::try_from(Limit::Parts.get()).unwrap_or(u32::MAX);
    fact_within(node, doc, &mut budget)
}

fn fact_within(node: NodeRef<'_>, doc: DocId, budget: &mut u32) -> Fact {
    let place = Place { doc, span: node.span() };
    if *budget == 0 {
        let limit = Limit::Parts;
        return Fact::unknown(
            format!("the value has more than {}; {}", limit.shown(), limit.remedy()),
            place,
        );
    }
    *budget -= 1;
    if node.is_mapping() {
        let mut entries = BTreeMap::new();
        for (key, value) in node.entries_merged() {
            let Some(name) = key.text() else { continue };
            let mut fact = fact_within(value, doc, budget);
            // A mapping or list is pointed at by its key: its own text begins with its first entry, which is not at fault.
            if !value.is_scalar() || value.span().is_empty() {
                fact.place = Some(Place { doc, span: key.span() });
            }
            entries.insert(name.to_owned(), fact);
        }
        return Fact { value: FactValue::Map(entries), place: Some(place) };
    }
    if node.is_sequence() {
        let items = node.items().map(|item| fact_within(item, doc, budget)).collect();
        return Fact { value: FactValue::List(items), place: Some(place) };
    }
    let value = match node.scalar() {
        None | Some(Scalar::Null) => FactValue::Null,
        Some(Scalar::Bool(value)) => FactValue::Bool(value),
        Some(Scalar::Int(value)) => FactValue::Int(value),
        Some(Scalar::Float(value)) => FactValue::Float(value),
        Some(Scalar::Text(text)) => FactValue::Text(text.into()),
    };
    Fact { value, place: Some(place) }
}

/// `over` laid over `base`, as Helm does it: mappings are merged key by key, anything else replaces, null removes.
pub(crate) fn merge(base: &mut Fact, over: Fact) {
    match (&mut base.value, over) {
        (FactValue::Map(entries), Fact { value: FactValue::Map(others), place }) => {
            for (key, other) in others {
                match entries.get_mut(&key) {
                    Some(entry) => merge(entry, other),
                    None => {
                        entries.insert(key, other);
                    }
                }
            }
            if place.is_some() {
                base.place = place;
            }
        }
        (_, over) => *base = over,
    }
}

/// The values of a release: all layers merged, weakest first.
pub(crate) fn merged(release: &Release, documents: &Documents) -> Fact {
    let mut values = Fact { value: FactValue::Map(BTreeMap::new()), place: Some(release.place) };
    for (_, layer) in &release.layers {
        match layer {
            ValuesLayer::Tree(at) => {
                if let Some(node) = at.in_documents(documents) {
                    merge(&mut values, fact_of(node, at.doc));
                }
            }
            ValuesLayer::Set(entries) => {
                for (route, at) in entries {
                    if let Some(node) = at.in_documents(documents) {
                        set(&mut values, route, scalar_of_set(node, *at));
                    }
                }
            }
        }
    }
    values
}

/// The strongest file of values of a release: what is set anew is written there. Null where there is none.
pub(crate) fn root_of(release: &Release, documents: &Documents) -> Fact {
    let trees = release.layers.iter().rev().filter_map(|(_, layer)| match layer {
        ValuesLayer::Tree(at) => at.in_documents(documents).map(|node| (node, at.doc)),
        ValuesLayer::Set(_) => None,
    });
    let root = trees
        .filter(|(node, _)| node.is_mapping())
        .map(|(node, doc)| Place { doc, span: node.span() })
        .next();
    root.map_or_else(Fact::default, |place| Fact::new(true, place))
}

/// `--set` types its values like YAML, also where the manifest quotes them.
fn scalar_of_set(node: NodeRef<'_>, at: NodeAt) -> Fact {
    let mut fact = fact_of(node, at.doc);
    if let FactValue::Text(text) = &fact.value {
        fact.value = match &**text {
            "true" => FactValue::Bool(true),
            "false" => FactValue::Bool(false),
            "null" => FactValue::Null,
            text => text.parse::<i64>().map_or_else(|_| FactValue::Text(text.into()), FactValue::Int),
        };
    }
    fact
}

/// Puts a value at a route of keys as `--set` writes it (`a.b\.c.d`), making the mappings on the way.
fn set(base: &mut Fact, route: &str, fact: Fact) {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut chars = route.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => part.extend(chars.next()),
            '.' => parts.push(std::mem::take(&mut part)),
            c => part.push(c),
        }
    }
    parts.push(part);
    let mut target = base;
    for part in parts {
        // `list[0].key` changes items of a list. They are not told apart: the list is not known any more.
        if let Some((list, _)) = part.split_once('[') {
            if let FactValue::Map(entries) = &mut target.value {
                let reason = format!("`{route}` changes an item of it");
                entries.insert(
                    list.to_owned(),
                    Fact { value: FactValue::Unknown(reason.into()), place: fact.place },
                );
            }
            return;
        }
        if !matches!(target.value, FactValue::Map(_)) {
            target.value = FactValue::Map(BTreeMap::new());
        }
        let FactValue::Map(entries) = &mut target.value else { return };
        target = entries.entry(part).or_insert_with(|| Fact::absent(fact.place));
    }
    *target = fact;
}

impl Fact {
    /// The fact at a route, or an absent one that points at the nearest container that is there.
    pub(crate) fn reach(&self, route: &str) -> Fact {
        let mut fact = self;
        let mut place = self.place;
        for part in route.split('.') {
            let FactValue::Map(entries) = &fact.value else { return Fact::absent(place) };
            let Some(next) = entries.get(part) else { return Fact::absent(place) };
            fact = next;
            place = next.place.or(place);
        }
        fact.clone()
    }

    /// The fact, or what the chart uses when the value is absent; the place stays that of the container.
    pub(crate) fn or_default(mut self, default: impl Into<FactValue>) -> Fact {
        if matches!(self.value, FactValue::Null) {
            self.value = default.into();
        }
        self
    }

    /// Text, where it is text.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            FactValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A boolean, where it is one.
    pub(crate) fn bool(&self) -> Option<bool> {
        match self.value {
            FactValue::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it is absent or null.
    pub(crate) fn is_null(&self) -> bool {
        matches!(self.value, FactValue::Null)
    }

    /// The items of a list.
    pub(crate) fn items(&self) -> &[Fact] {
        match &self.value {
            FactValue::List(items) => items,
            _ => &[],
        }
    }

    /// The entries of a map.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, &Fact)> {
        let entries = match &self.value {
            FactValue::Map(entries) => Some(entries),
            _ => None,
        };
        entries.into_iter().flatten().map(|(key, fact)| (key.as_str(), fact))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Documents;
    use crate::model::Expected;
    use crate::model::FactValue;
    use crate::model::Piece;
    use crate::model::Reading;
    use crate::model::read;

    fn documents(text: &str) -> (Documents, Vec<Piece>) {
        let Reading { file, pieces, .. } = read(0, "a.yaml", &text.into(), Expected::Any);
        (Documents { files: vec![file] }, pieces)
    }

    fn values_of(text: &str) -> (Documents, Fact) {
        let (documents, pieces) = documents(text);
        let release = pieces.iter().find_map(|piece| match piece {
            Piece::Release(release) => Some(release.clone()),
            _ => None,
        });
        let values = merged(&release.unwrap(), &documents);
        (documents, values)
    }

    const CHART: &str =
        "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata:\n  name: loki\nspec:\n  chart: loki\n";

    #[test]
    fn single_values_have_the_last_word_and_dots_can_be_escaped() {
        let text = format!(
            "{CHART}  set:\n    loki.auth_enabled: \"false\"\n    nodeSelector.a\\.b/c: x\n  valuesContent: |\n    loki:\n      auth_enabled: true\n      other: 1\n"
        );
        let (_, values) = values_of(&text);
        assert_eq!(values.reach("loki.auth_enabled").value, FactValue::Bool(false));
        assert_eq!(values.reach("loki.other").value, FactValue::Int(1));
        let selector: Vec<&str> = values.at("nodeSelector").unwrap().entries().map(|(key, _)| key).collect();
        assert_eq!(selector, ["a.b/c"]);
    }

    #[test]
    fn null_removes_and_lists_replace_as_in_helm() {
        let mut base =
            Fact::map([("a", Fact::bare(1_i64)), ("l", Fact::list([Fact::bare(1_i64)], None))], None);
        let over = Fact::map([("a", Fact::default()), ("l", Fact::list([Fact::bare(2_i64)], None))], None);
        merge(&mut base, over);
        assert!(base.at("a").unwrap().is_null());
        assert_eq!(base.at("l.0").unwrap().value, FactValue::Int(2));
        assert_eq!(base.at("l").unwrap().items().len(), 1);
    }

    #[test]
    fn mappings_are_pointed_at_by_their_keys_and_absent_values_by_their_container() {
        let (documents, values) =
            values_of(&format!("{CHART}  valuesContent: |\n    loki:\n      limits_config:\n        a: b\n"));
        let slice = |fact: &Fact| documents.slice(fact.place.unwrap()).to_owned();
        assert_eq!(slice(&values.reach("loki.limits_config")), "limits_config");
        assert_eq!(slice(&values.reach("loki.limits_config.a")), "b");
        assert_eq!(slice(&values.reach("loki.limits_config.missing.deep")), "limits_config");
    }

    #[test]
    fn what_aliases_blow_up_beyond_the_budget_is_unknown() {
        let mut text = String::from("loki:\n  a0: &a0 [x, x, x, x, x, x, x, x]\n");
        // 8^6 nodes: more than the budget here, less than what the reader refuses.
        for level in 1..6 {
            let one = format!("*a{}", level - 1);
            let eight = vec![one; 8].join(", ");
            let line = format!("  a{level}: &a{level} [{eight}]\n");
            text.push_str(&line);
        }
        let (_, values) = values_of(&text);
        let mut last = values.reach("loki.a5");
        while let Some(item) = last.items().last().cloned() {
            last = item;
        }
        let reason = "the value has more than 200000 parts; raise it with `--limit parts=400000`";
        assert_eq!(last.value, FactValue::Unknown(reason.into()));
    }
}
