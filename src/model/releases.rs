//! Turns what installs charts (HelmChart, HelmRelease, Application, Pulumi Release, values files) into releases.

use std::sync::Arc;

use super::found::Found;
use super::objects;
use super::piece::Chart;
use super::piece::Home;
use super::piece::ObjectName;
use super::piece::Piece;
use super::piece::Rank;
use super::piece::Release;
use super::piece::ValuesLayer;
use super::queries::is_rule_groups;
use super::queries::may_be_dashboard;
use super::reader::Encoding;
use super::reader::Nested;
use super::reader::Purpose;
use super::shape::is_alloy;
use super::shape::language_of_collector;
use crate::document::Language;
use crate::document::NodeRef;
use crate::document::Place;

/// The value of the alloy chart that holds the program.
const PROGRAM: &str = "alloy.configMap.content";

/// `helm.cattle.io/v1` HelmChart, and HelmChartConfig which adds values to the HelmChart of its name.
pub(super) fn helm_chart(root: NodeRef<'_>, object: &ObjectName, name: NodeRef<'_>, found: &mut Found) {
    let Some(spec) = root.get("spec") else { return };
    let mut release = release(spec.text_at("chart"), name, object, found);
    release.namespace = Some(spec.text_at("targetNamespace").unwrap_or(&object.namespace).into());
    release.version = version(spec.get("version"), found);
    for key in ["chartContent", "valuesSecrets"] {
        if let Some(node) = spec.get(key).filter(|node| !node.is_null()) {
            release.unseen.push((format!("spec.{key}"), found.key_place(spec, key, node)));
        }
    }
    let kind = if &*object.kind == "HelmChartConfig" { Piece::ReleaseConfig } else { Piece::Release };
    let index = found.add_release(kind, release);
    let mut values = Values { object: Some(object), release: index, found };
    values.tree(spec.get("values"), "spec.values", Rank::Base);
    values.text(spec.get("valuesContent"), "spec.valuesContent");
    // Helm gives `set` the last word.
    if let Some(set) = spec.get("set").filter(|set| !set.is_null()) {
        if !set.is_mapping() {
            let message = format!("`spec.set` of {object} is not a mapping of routes to values");
            return found.malformed(set, message, "write each as `route.of.keys: value`");
        }
        let entries = set.entries_merged().into_iter();
        let entries = entries.filter_map(|(key, value)| {
            let key = key.text()?;
            Some((key.to_owned(), format!("spec.set.{key}"), value))
        });
        values.single(entries.collect());
    }
}

/// Flux `HelmRelease`.
pub(super) fn helm_release(root: NodeRef<'_>, object: &ObjectName, name: NodeRef<'_>, found: &mut Found) {
    let Some(spec) = root.get("spec") else { return };
    let chart = spec.text_at("chart.spec.chart").or_else(|| spec.text_at("chartRef.name"));
    let mut release = release(chart, name, object, found);
    release.name = spec.text_at("releaseName").map(Into::into).or(release.name);
    release.namespace = Some(spec.text_at("targetNamespace").unwrap_or(&object.namespace).into());
    release.version = version(spec.at("chart.spec.version"), found);
    for key in ["valuesFrom", "postRenderers"] {
        if let Some(node) = spec.get(key).filter(|node| node.items().next().is_some()) {
            release.unseen.push((format!("spec.{key}"), found.key_place(spec, key, node)));
        }
    }
    let index = found.add_release(Piece::Release, release);
    Values { object: Some(object), release: index, found }.tree(
        spec.get("values"),
        "spec.values",
        Rank::Text,
    );
}

/// Argo `Application`.
pub(super) fn application(root: NodeRef<'_>, object: &ObjectName, name: NodeRef<'_>, found: &mut Found) {
    let Some(spec) = root.get("spec") else { return };
    let single = spec.get("source").map(|source| ("spec.source".to_owned(), source));
    let many = spec.get("sources").into_iter().flat_map(NodeRef::items).enumerate();
    let many = many.map(|(index, source)| (format!("spec.sources[{index}]"), source));
    for (route, source) in single.into_iter().chain(many) {
        let helm = source.get("helm");
        // A chart in a folder of a repository is called by that folder.
        let chart = source.text_at("chart").or_else(|| helm.and(source.text_at("path")));
        if chart.is_none() {
            continue;
        }
        let helm_text = |key: &str| helm.and_then(|helm| helm.text_at(key));
        let mut release = release(chart, name, object, found);
        release.name = helm_text("releaseName").map(Into::into).or(release.name);
        release.namespace = spec.text_at("destination.namespace").map(Into::into);
        release.version = version(source.get("targetRevision"), found);
        for key in ["valueFiles", "fileParameters"] {
            let node = helm.and_then(|helm| Some((helm, helm.get(key).filter(|node| !node.is_null())?)));
            if let Some((helm, node)) = node {
                release.unseen.push((format!("helm.{key}"), found.key_place(helm, key, node)));
            }
        }
        let index = found.add_release(Piece::Release, release);
        let Some(helm) = helm else { continue };
        let mut values = Values { object: Some(object), release: index, found };
        values.text(helm.get("values"), &format!("{route}.helm.values"));
        values.tree(helm.get("valuesObject"), &format!("{route}.helm.valuesObject"), Rank::Object);
        let parameters = helm.get("parameters").into_iter().flat_map(NodeRef::items).enumerate();
        let entries = parameters.filter_map(|(index, item)| {
            let field = format!("{route}.helm.parameters[{index}].value");
            Some((item.text_at("name")?.to_owned(), field, item.get("value")?))
        });
        values.single(entries.collect());
    }
}

/// What Helm itself keeps of a release that it installed, as `--live` reads it.
pub(super) fn recorded(root: NodeRef<'_>, object: &ObjectName, name: NodeRef<'_>, found: &mut Found) {
    let mut release = release(root.text_at("chart.name"), name, object, found);
    release.name = Some(object.name.clone());
    release.namespace = Some(object.namespace.clone());
    release.version = version(root.at("chart.version"), found);
    let index = found.add_release(Piece::Release, release);
    let mut values = Values { object: Some(object), release: index, found };
    values.tree(root.get("values"), "values", Rank::Text);
}

/// A Helm release in a Pulumi export.
pub(super) fn pulumi_release(inputs: NodeRef<'_>, found: &mut Found) {
    let Some(chart) = inputs.text_at("chart") else { return };
    let name = inputs.get("name").filter(|name| name.text().is_some());
    let object = ObjectName {
        group: "helm.sh".into(),
        kind: "Release".into(),
        namespace: inputs.text_at("namespace").unwrap_or_default().into(),
        name: name.and_then(NodeRef::text).unwrap_or(chart).into(),
    };
    let mut release = release(Some(chart), name.unwrap_or(inputs), &object, found);
    release.name = Some(object.name.clone());
    release.namespace = inputs.text_at("namespace").map(Into::into);
    release.version = version(inputs.get("version"), found);
    if let Some(values) = inputs.get("values")
        && let Some(hidden) = encrypted(values, release.chart == Some(Chart::Alloy))
    {
        release.unseen.push(("values, encrypted in this export".to_owned(), found.place(hidden)));
    }
    found.regions.push((inputs.span(), object.to_string().into()));
    let index = found.add_release(Piece::Release, release);
    Values { object: Some(&object), release: index, found }.tree(inputs.get("values"), "values", Rank::Text);
}

/// The first part of the values that the export holds as ciphertext: all of them or, where any of them may decide what
/// is run (`deep`), one value.
fn encrypted(values: NodeRef<'_>, deep: bool) -> Option<NodeRef<'_>> {
    let is_secret = |node: NodeRef<'_>| node.is_mapping() && objects::is_withheld(node);
    let mut hidden = Some(values).filter(|values| is_secret(*values));
    if deep {
        let mut budget = 200_000;
        let complete = values.walk(&mut budget, |node| {
            if hidden.is_none() && is_secret(node) {
                hidden = Some(node);
            }
        });
        if !complete {
            return Some(values);
        }
    }
    hidden
}

/// A values file by itself.
pub(super) fn values_file(root: NodeRef<'_>, chart: Chart, found: &mut Found) {
    let first_key = root.entries().next().map_or(root, |(key, _)| key);
    let release = Release {
        chart: Some(chart),
        chart_name: chart.name().into(),
        name: None,
        namespace: None,
        version: None,
        layers: Vec::new(),
        place: found.place(first_key),
        object: None,
        cluster: None,
        unseen: Vec::new(),
    };
    let index = found.add_release(Piece::Release, release);
    Values { object: None, release: index, found }.tree(Some(root), "", Rank::Text);
}

/// The document in a text of values.
pub(super) fn values_document(root: NodeRef<'_>, release: usize, found: &mut Found) {
    if root.is_mapping() {
        Values { object: None, release, found }.tree(Some(root), "", Rank::Text);
    } else {
        found.malformed(root, "chart values are not a mapping", "write them as `key: value` lines");
    }
}

/// A release of that chart without values, made by an object.
fn release(chart: Option<&str>, name: NodeRef<'_>, object: &ObjectName, found: &Found) -> Release {
    let chart = chart.unwrap_or_default();
    Release {
        chart: Chart::from_reference(chart),
        chart_name: chart.into(),
        name: name.text().map(Into::into),
        namespace: None,
        version: None,
        layers: Vec::new(),
        place: found.place(name),
        object: Some(object.clone()),
        cluster: found.cluster.clone(),
        unseen: Vec::new(),
    }
}

fn version(node: Option<NodeRef<'_>>, found: &Found) -> Option<(Arc<str>, Place)> {
    node.and_then(|node| Some((node.text()?.into(), found.place(node))))
}

/// The values of one release, as they are found.
struct Values<'f> {
    /// The object that makes the release.
    object: Option<&'f ObjectName>,
    /// The release's index among the file's pieces.
    release: usize,
    found: &'f mut Found,
}

impl Values<'_> {
    /// Values that stand in the document as a mapping, with the texts and objects in them.
    fn tree(&mut self, node: Option<NodeRef<'_>>, field: &str, rank: Rank) {
        let Some(node) = node.filter(|node| !node.is_null()) else { return };
        if !node.is_mapping() {
            let message = format!("`{field}`{} is not a mapping", self.of_object());
            let hint = "write the values below it as `key: value` lines, without `|`";
            return self.found.malformed(node, message, hint);
        }
        let at = self.found.at(node);
        self.found.layers.push((self.release, rank, ValuesLayer::Tree(at)));
        let prefix = if field.is_empty() { String::new() } else { format!("{field}.") };
        let field = format!("{prefix}{PROGRAM}");
        if let Some(program) = node.at(PROGRAM) {
            self.program(program, field);
        }
        self.queries(node, &prefix);
        self.sections(node);
        // Programs of collectors that a chart brings along in a chart, or in texts that become objects.
        let mut known = vec![node.at(PROGRAM).map(|program| program.resolved().id)];
        for key in ["extraObjects", "extraDeploy"] {
            for item in node.get(key).into_iter().flat_map(NodeRef::items) {
                if item.is_mapping() && item.get("kind").is_some() {
                    objects::object(item, None, self.found);
                    let texts = ["data", "stringData"].into_iter().filter_map(|section| item.get(section));
                    known.extend(
                        texts.flat_map(NodeRef::entries_merged).map(|(_, text)| Some(text.resolved().id)),
                    );
                }
            }
        }
        let known: Vec<_> = known.into_iter().flatten().collect();
        objects::programs_below(node, self.object, &known, self.found);
    }

    /// Alert rules and dashboards in values of Grafana's chart, or of a chart that brings Grafana along.
    fn queries(&mut self, node: NodeRef<'_>, field: &str) {
        let home = || Home {
            object: self.object.cloned(),
            key: None,
            release: Some(self.release),
            cluster: self.found.cluster.clone(),
        };
        let charts = [Some((node, "")), node.get("grafana").map(|inner| (inner, "grafana."))];
        for (chart, prefix) in charts.into_iter().flatten() {
            for (_, file) in chart.get("alerting").into_iter().flat_map(NodeRef::entries_merged) {
                if is_rule_groups(file) {
                    self.found.pieces.push(Piece::RuleGroups(self.found.at(file), home()));
                }
            }
            let providers = chart.get("dashboards").into_iter().flat_map(NodeRef::entries_merged);
            for (key, dashboard) in providers.flat_map(|(_, provider)| provider.entries_merged()) {
                let Some(json) =
                    dashboard.get("json").filter(|json| json.text().is_some_and(may_be_dashboard))
                else {
                    continue;
                };
                let key = key.text().unwrap_or_default();
                self.found.nested.push(Nested {
                    node: json.resolved().id,
                    field: format!("{field}{prefix}dashboards.{key}.json"),
                    object: self.object.map(ToString::to_string),
                    encoding: Encoding::Plain,
                    language: Language::Json,
                    purpose: Purpose::ConfigData(home()),
                });
            }
        }
        let maps = node.get("additionalPrometheusRulesMap").into_iter().flat_map(NodeRef::entries_merged);
        for (_, file) in maps.filter(|(_, file)| is_rule_groups(*file)) {
            self.found.pieces.push(Piece::RuleGroups(self.found.at(file), home()));
        }
    }

    /// Texts of a configuration of Fluent Bit, which its chart takes one by one.
    fn sections(&mut self, node: NodeRef<'_>) {
        for route in ["config.service", "config.inputs", "config.filters", "config.outputs"] {
            let Some((section, text)) = node.at(route).and_then(|section| Some((section, section.text()?)))
            else {
                continue;
            };
            if language_of_collector("fluent-bit.conf", text) != Some(Language::FluentBit) {
                continue;
            }
            let home = Home {
                object: self.object.cloned(),
                key: Some(route.into()),
                release: Some(self.release),
                cluster: self.found.cluster.clone(),
            };
            self.found.nested.push(Nested {
                node: section.resolved().id,
                field: route.to_owned(),
                object: self.object.map(ToString::to_string),
                encoding: Encoding::Plain,
                language: Language::FluentBit,
                purpose: Purpose::ConfigData(home),
            });
        }
    }

    /// Values that stand in a text.
    fn text(&mut self, node: Option<NodeRef<'_>>, field: &str) {
        let Some(node) = node.filter(|node| !node.is_null()) else { return };
        if !node.is_scalar() {
            let message = format!("`{field}`{} is not text", self.of_object());
            return self.found.malformed(node, message, "values are YAML text here: write `|` after the key");
        }
        self.found.nested.push(Nested {
            node: node.resolved().id,
            field: field.to_owned(),
            object: self.object.map(ToString::to_string),
            encoding: Encoding::Plain,
            language: Language::Yaml,
            purpose: Purpose::ChartValues(self.release),
        });
    }

    /// Values set one by one: route, field, value.
    fn single(&mut self, entries: Vec<(String, String, NodeRef<'_>)>) {
        if entries.is_empty() {
            return;
        }
        let layer = entries.iter().map(|(route, _, value)| (route.clone(), self.found.at(*value))).collect();
        self.found.layers.push((self.release, Rank::Set, ValuesLayer::Set(layer)));
        for (route, field, value) in entries {
            if route == PROGRAM || value.text().is_some_and(is_alloy) {
                self.program(value, field);
            }
        }
    }

    /// A collector's program.
    fn program(&mut self, node: NodeRef<'_>, field: String) {
        let Some(text) = node.text() else {
            let message = format!("`{field}`{} is not text", self.of_object());
            return self.found.malformed(
                node,
                message,
                "the program is one text: write `|` after `content:`",
            );
        };
        if text.is_empty() || node.is_null() {
            return;
        }
        let home = Home {
            object: self.object.cloned(),
            key: None,
            release: Some(self.release),
            cluster: self.found.cluster.clone(),
        };
        self.found.nested.push(Nested {
            node: node.resolved().id,
            field,
            object: self.object.map(ToString::to_string),
            encoding: Encoding::Plain,
            language: Language::Alloy,
            purpose: Purpose::AlloyProgram(home),
        });
    }

    fn of_object(&self) -> String {
        self.object.map(|object| format!(" of {object}")).unwrap_or_default()
    }
}
