//! Turns Kubernetes objects, Pulumi exports and values files into pieces, and finds the texts nested in them.

use std::sync::Arc;

use super::kubernetes;
use super::kubernetes::KindFault;
use super::piece::Chart;
use super::piece::Declaration;
use super::piece::Home;
use super::piece::NodeAt;
use super::piece::ObjectName;
use super::piece::Piece;
use super::piece::Problem;
use super::piece::ProblemKind;
use super::piece::Rank;
use super::piece::Release;
use super::piece::Resource;
use super::piece::ValuesLayer;
use super::reader::Nested;
use super::reader::Purpose;
use super::reader::language_of_key;
use crate::document::DocId;
use crate::document::Language;
use crate::document::NodeRef;
use crate::document::Place;
use crate::text::Span;

/// What examining one document brought to light.
pub(crate) struct Found {
    doc: DocId,
    /// How many pieces the file had before this document: indices of releases count from there.
    offset: usize,
    pub(crate) pieces: Vec<Piece>,
    pub(crate) nested: Vec<Nested>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) regions: Vec<(Span, Arc<str>)>,
    /// Layers for releases by their index among the file's pieces.
    pub(crate) layers: Vec<(usize, Rank, ValuesLayer)>,
    cluster: Option<Arc<str>>,
}

impl Found {
    pub(crate) fn new(doc: DocId, offset: usize) -> Self {
        Self {
            doc,
            offset,
            pieces: Vec::new(),
            nested: Vec::new(),
            problems: Vec::new(),
            regions: Vec::new(),
            layers: Vec::new(),
            cluster: None,
        }
    }

    /// The address of a node of this document.
    pub(crate) fn at(&self, node: NodeRef<'_>) -> NodeAt {
        NodeAt { doc: self.doc, node: node.id }
    }

    fn place(&self, node: NodeRef<'_>) -> Place {
        Place { doc: self.doc, span: node.span() }
    }

    /// The place of a key, which stands for a value of many lines.
    fn key_place(&self, node: NodeRef<'_>, key: &str, value: NodeRef<'_>) -> Place {
        node.key_span(key).map_or_else(|| self.place(value), |span| Place { doc: self.doc, span })
    }

    fn problem(
        &mut self,
        kind: ProblemKind,
        node: NodeRef<'_>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let place = self.place(node);
        self.problems.push(Problem {
            kind,
            place,
            message: message.into(),
            hint: hint.into(),
            related: None,
        });
    }

    /// Notes something whose shape cannot be read.
    pub(crate) fn malformed(
        &mut self,
        node: NodeRef<'_>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.problem(ProblemKind::Malformed, node, message, hint);
    }

    fn add_release(&mut self, release: Release) -> usize {
        self.pieces.push(Piece::Release(release));
        self.offset + self.pieces.len() - 1
    }
}

/// An object, or a list of objects. `namespace` is the one that an object gets when it names none.
pub(crate) fn object(root: NodeRef<'_>, namespace: Option<&str>, found: &mut Found) {
    let Some(api_version) = root.text_at("apiVersion") else {
        let message = "object has `kind` but no `apiVersion`";
        return found.malformed(first_key(root), message, "add `apiVersion`, as in `apiVersion: v1`");
    };
    let Some((kind_node, kind)) = root.get("kind").and_then(|node| Some((node, node.text()?))) else {
        let message = "object has `apiVersion` but no `kind`";
        return found.malformed(first_key(root), message, "add `kind`, as in `kind: ConfigMap`");
    };
    let items = root.get("items").filter(|items| items.is_sequence());
    if let Some(items) = items.filter(|_| kind.ends_with("List")) {
        for item in items.items() {
            if item.is_mapping() {
                object(item, namespace, found);
            } else {
                found.malformed(
                    item,
                    "item of a list is not an object",
                    "each item is a mapping with `kind`",
                );
            }
        }
        return;
    }
    match kubernetes::check_kind(api_version, kind) {
        None => {}
        Some(KindFault::Kind(nearest)) => {
            let message = format!("`{api_version}` has no kind `{kind}`");
            let hint = match nearest {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => "check `apiVersion` and `kind`; the API server would refuse this object".to_owned(),
            };
            found.problem(ProblemKind::UnknownKind, kind_node, message, hint);
        }
        Some(KindFault::Group(nearest)) => {
            let node = root.get("apiVersion").unwrap_or(root);
            let message = format!("there is no API group `{}`", kubernetes::group_of(api_version));
            let hint = match nearest {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => "check `apiVersion`; the API server would refuse this object".to_owned(),
            };
            found.problem(ProblemKind::UnknownKind, node, message, hint);
        }
    }
    known_object(root, api_version, kind, namespace, found);
}

fn first_key(root: NodeRef<'_>) -> NodeRef<'_> {
    root.entries().next().map_or(root, |(key, _)| key)
}

fn known_object(
    root: NodeRef<'_>,
    api_version: &str,
    kind: &str,
    namespace: Option<&str>,
    found: &mut Found,
) {
    let group = kubernetes::group_of(api_version);
    if group == "posit.team" && kind.ends_with("Config") {
        let at = found.at(root);
        found.pieces.push(Piece::Declaration(Declaration { kind: kind.into(), at }));
        return;
    }
    let name = root
        .get("metadata")
        .and_then(|metadata| metadata.get("name").or_else(|| metadata.get("generateName")));
    if group == "core.posit.team" && kind == "Site" && name.is_none() {
        let at = found.at(root);
        found.pieces.push(Piece::Site(at));
        return;
    }
    let Some((name_node, name)) = name.and_then(|node| Some((node, node.text()?))) else {
        let node = root.get("kind").unwrap_or(root);
        return found.malformed(node, format!("{kind} has no `metadata.name`"), "give the object a name");
    };
    let namespace = root.text_at("metadata.namespace").or(namespace).unwrap_or_default();
    let object =
        ObjectName { group: group.into(), kind: kind.into(), namespace: namespace.into(), name: name.into() };
    let resource = Resource {
        object: object.clone(),
        at: found.at(root),
        place: found.place(name_node),
        cluster: found.cluster.clone(),
    };
    found.regions.push((root.span(), object.to_string().into()));
    found.pieces.push(Piece::Resource(resource));
    match (group, kind) {
        ("", "ConfigMap") => config_data(root, &object, false, found),
        ("", "Secret") => config_data(root, &object, true, found),
        ("helm.cattle.io", "HelmChart" | "HelmChartConfig") => helm_chart(root, &object, name_node, found),
        ("helm.toolkit.fluxcd.io", "HelmRelease") => helm_release(root, &object, name_node, found),
        ("argoproj.io", "Application") => application(root, &object, name_node, found),
        _ => {}
    }
}

/// The texts of a ConfigMap or Secret.
fn config_data(root: NodeRef<'_>, object: &ObjectName, secret: bool, found: &mut Found) {
    for (section, base64) in [("data", secret), ("stringData", false), ("binaryData", true)] {
        let Some(data) = root.get(section) else { continue };
        if data.is_null() {
            continue;
        }
        if !data.is_mapping() {
            let message = format!("`{section}` of {object} is not a mapping of keys to texts");
            found.malformed(data, message, "write each key on its own line below it: `config.alloy: |`");
            continue;
        }
        for (key, value) in data.entries() {
            let (Some(key), Some(text)) = (key.text(), value.text()) else { continue };
            let language = language_of_key(key);
            // Base64 is not sniffed: what is in a Secret is read only where its key says that it is configuration.
            if language.is_none() && (base64 || !super::shape::looks_like_alloy(text)) {
                continue;
            }
            let home = Home {
                object: Some(object.clone()),
                key: Some(key.into()),
                release: None,
                cluster: found.cluster.clone(),
            };
            found.nested.push(Nested {
                node: value.resolved().id,
                field: format!("{section}.{key}"),
                object: Some(object.to_string()),
                base64,
                language: language.unwrap_or(Language::Alloy),
                purpose: Purpose::ConfigData(home),
            });
        }
    }
}

/// `helm.cattle.io/v1` HelmChart, and HelmChartConfig which adds values to the HelmChart of its name.
fn helm_chart(root: NodeRef<'_>, object: &ObjectName, name: NodeRef<'_>, found: &mut Found) {
    let Some(spec) = root.get("spec") else { return };
    let chart_name = spec.text_at("chart").unwrap_or_default();
    let mut release = Release {
        chart: Chart::from_reference(chart_name),
        chart_name: chart_name.into(),
        name: name.text().map(Into::into),
        namespace: Some(spec.text_at("targetNamespace").unwrap_or(&object.namespace).into()),
        version: version(spec.get("version"), found),
        layers: Vec::new(),
        place: found.place(name),
        object: Some(object.clone()),
        cluster: found.cluster.clone(),
        unseen: Vec::new(),
    };
    if let Some(values) = spec.get("values").filter(|values| values.is_mapping()) {
        release.layers.push((Rank::Base, ValuesLayer::Tree(found.at(values))));
    }
    for key in ["chartContent", "valuesSecrets"] {
        if let Some(node) = spec.get(key).filter(|node| !node.is_null()) {
            release.unseen.push((format!("spec.{key}"), found.key_place(spec, key, node)));
        }
    }
    let values = spec.get("values");
    let index = if &*object.kind == "HelmChartConfig" {
        found.pieces.push(Piece::ReleaseConfig(release));
        found.offset + found.pieces.len() - 1
    } else {
        found.add_release(release)
    };
    if let Some(values) = values {
        nested_values(values, Some(object), index, found);
    }
    values_text(spec.get("valuesContent"), "spec.valuesContent", object, index, found);
    // Helm gives `set` the last word.
    if let Some(set) = spec.get("set") {
        let entries = set
            .entries()
            .filter_map(|(key, value)| Some((key.text()?.to_owned(), found.at(value))))
            .collect();
        found.layers.push((index, Rank::Set, ValuesLayer::Set(entries)));
    }
}

fn values_text(
    node: Option<NodeRef<'_>>,
    field: &str,
    object: &ObjectName,
    release: usize,
    found: &mut Found,
) {
    let Some(node) = node.filter(|node| !node.is_null()) else { return };
    if !node.is_scalar() {
        let message = format!("`{field}` of {object} is not text");
        return found.malformed(node, message, "values are YAML text here: write `|` after the key");
    }
    found.nested.push(Nested {
        node: node.resolved().id,
        field: field.to_owned(),
        object: Some(object.to_string()),
        base64: false,
        language: Language::Yaml,
        purpose: Purpose::ChartValues(release),
    });
}

fn version(node: Option<NodeRef<'_>>, found: &Found) -> Option<(Arc<str>, Place)> {
    node.and_then(|node| Some((node.text()?.into(), found.place(node))))
}

/// Flux `HelmRelease`.
fn helm_release(root: NodeRef<'_>, object: &ObjectName, name: NodeRef<'_>, found: &mut Found) {
    let Some(spec) = root.get("spec") else { return };
    let chart_name =
        spec.text_at("chart.spec.chart").or_else(|| spec.text_at("chartRef.name")).unwrap_or_default();
    let mut release = Release {
        chart: Chart::from_reference(chart_name),
        chart_name: chart_name.into(),
        name: spec.text_at("releaseName").or(name.text()).map(Into::into),
        namespace: Some(spec.text_at("targetNamespace").unwrap_or(&object.namespace).into()),
        version: version(spec.at("chart.spec.version"), found),
        layers: Vec::new(),
        place: found.place(name),
        object: Some(object.clone()),
        cluster: found.cluster.clone(),
        unseen: Vec::new(),
    };
    if let Some(node) = spec.get("valuesFrom").filter(|node| node.items().next().is_some()) {
        let place = found.key_place(spec, "valuesFrom", node);
        release.unseen.push(("spec.valuesFrom".to_owned(), place));
    }
    let values = spec.get("values").filter(|values| values.is_mapping());
    if let Some(values) = values {
        release.layers.push((Rank::Text, ValuesLayer::Tree(found.at(values))));
    }
    let index = found.add_release(release);
    if let Some(values) = values {
        nested_values(values, Some(object), index, found);
    }
}

/// Argo `Application`.
fn application(root: NodeRef<'_>, object: &ObjectName, name: NodeRef<'_>, found: &mut Found) {
    let Some(spec) = root.get("spec") else { return };
    let many = spec.get("sources").into_iter().flat_map(NodeRef::items);
    for source in spec.get("source").into_iter().chain(many) {
        let Some(chart_name) = source.text_at("chart") else { continue };
        let helm = source.get("helm");
        let helm_text = |key: &str| helm.and_then(|helm| helm.text_at(key));
        let mut release = Release {
            chart: Chart::from_reference(chart_name),
            chart_name: chart_name.into(),
            name: helm_text("releaseName").or(name.text()).map(Into::into),
            namespace: spec.text_at("destination.namespace").map(Into::into),
            version: version(source.get("targetRevision"), found),
            layers: Vec::new(),
            place: found.place(name),
            object: Some(object.clone()),
            cluster: found.cluster.clone(),
            unseen: Vec::new(),
        };
        if let Some((helm, node)) = helm.and_then(|helm| Some((helm, helm.get("valueFiles")?))) {
            let place = found.key_place(helm, "valueFiles", node);
            release.unseen.push(("helm.valueFiles".to_owned(), place));
        }
        let index = found.add_release(release);
        let Some(helm) = helm else { continue };
        values_text(helm.get("values"), "spec.source.helm.values", object, index, found);
        if let Some(values) = helm.get("valuesObject").filter(|values| values.is_mapping()) {
            let at = found.at(values);
            found.layers.push((index, Rank::Object, ValuesLayer::Tree(at)));
            nested_values(values, Some(object), index, found);
        }
        let entries: Vec<_> = helm
            .get("parameters")
            .into_iter()
            .flat_map(NodeRef::items)
            .filter_map(|item| Some((item.text_at("name")?.to_owned(), found.at(item.get("value")?))))
            .collect();
        if !entries.is_empty() {
            found.layers.push((index, Rank::Set, ValuesLayer::Set(entries)));
        }
    }
}

/// The resources of `pulumi stack export`: Kubernetes objects as their inputs, and Helm releases.
pub(crate) fn pulumi_export(root: NodeRef<'_>, found: &mut Found) {
    for resource in root.at("deployment.resources").into_iter().flat_map(NodeRef::items) {
        let Some(kind) = resource.text_at("type") else { continue };
        let inputs = resource.get("inputs").filter(|inputs| inputs.is_mapping());
        let Some(inputs) = inputs.or_else(|| resource.get("outputs").filter(|outputs| outputs.is_mapping()))
        else {
            continue;
        };
        // `urn:pulumi:STACK::PROJECT::pulumi:providers:kubernetes::NAME::ID`: one provider per cluster.
        found.cluster = resource.text_at("provider").and_then(|provider| {
            let mut parts = provider.rsplit("::");
            parts.next();
            parts.next().map(Into::into)
        });
        if kind.starts_with("kubernetes:helm.sh/") && kind.ends_with(":Release") {
            pulumi_release(inputs, found);
        } else if kind.starts_with("kubernetes:") && inputs.get("kind").is_some() {
            object(inputs, None, found);
        }
    }
    found.cluster = None;
}

fn pulumi_release(inputs: NodeRef<'_>, found: &mut Found) {
    let Some(chart_name) = inputs.text_at("chart") else { return };
    let name = inputs.get("name");
    let object = ObjectName {
        group: "helm.sh".into(),
        kind: "Release".into(),
        namespace: inputs.text_at("namespace").unwrap_or_default().into(),
        name: name.and_then(NodeRef::text).unwrap_or(chart_name).into(),
    };
    let values = inputs.get("values").filter(|values| values.is_mapping());
    let release = Release {
        chart: Chart::from_reference(chart_name),
        chart_name: chart_name.into(),
        name: Some(object.name.clone()),
        namespace: inputs.text_at("namespace").map(Into::into),
        version: version(inputs.get("version"), found),
        layers: values.map(|values| (Rank::Text, ValuesLayer::Tree(found.at(values)))).into_iter().collect(),
        place: found.place(name.unwrap_or(inputs)),
        object: Some(object.clone()),
        cluster: found.cluster.clone(),
        unseen: Vec::new(),
    };
    found.regions.push((inputs.span(), object.to_string().into()));
    let index = found.add_release(release);
    if let Some(values) = values {
        nested_values(values, Some(&object), index, found);
    }
}

/// A values file by itself.
pub(crate) fn values_file(root: NodeRef<'_>, chart: Chart, found: &mut Found) {
    let release = Release {
        chart: Some(chart),
        chart_name: chart.name().into(),
        name: None,
        namespace: None,
        version: None,
        layers: vec![(Rank::Text, ValuesLayer::Tree(found.at(root)))],
        place: found.place(first_key(root)),
        object: None,
        cluster: None,
        unseen: Vec::new(),
    };
    let index = found.add_release(release);
    nested_values(root, None, index, found);
}

/// The texts and objects nested in values of the known charts.
pub(crate) fn nested_values(
    values: NodeRef<'_>,
    object: Option<&ObjectName>,
    release: usize,
    found: &mut Found,
) {
    let home =
        Home { object: object.cloned(), key: None, release: Some(release), cluster: found.cluster.clone() };
    if let Some(node) =
        values.at("alloy.configMap.content").filter(|node| node.text().is_some_and(|text| !text.is_empty()))
    {
        found.nested.push(Nested {
            node: node.resolved().id,
            field: "alloy.configMap.content".to_owned(),
            object: object.map(ToString::to_string),
            base64: false,
            language: Language::Alloy,
            purpose: Purpose::AlloyProgram(home),
        });
    }
    for key in ["extraObjects", "extraDeploy"] {
        for item in values.get(key).into_iter().flat_map(NodeRef::items) {
            if item.is_mapping() && item.get("kind").is_some() {
                self::object(item, None, found);
            }
        }
    }
}
