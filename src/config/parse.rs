//! Reads the configuration file; every mistake has a place and a remedy.

use super::Allowed;
use super::Config;
use super::ConfigProblem;
use super::ControlRoom;
use super::Endpoint;
use super::EndpointRole;
use super::RuleSetting;
use super::SettingValue;
use super::Spanned;
use super::known_entries;
use super::rules::SELECTORS;
use crate::document::DocId;
use crate::document::Document;
use crate::document::NodeRef;
use crate::document::Place;
use crate::document::Scalar;
use crate::finding::Severity;
use crate::model::Minor;
use crate::model::SETTINGS_KEYS;
use crate::model::Store;
use crate::model::store::wanted;
use crate::text::Span;
use crate::text::suggest;

impl Config {
    /// Reads a configuration file, as far as it can be read.
    pub(crate) fn parse(doc: DocId, document: &Document) -> (Self, Vec<ConfigProblem>) {
        let mut reader = Reader { doc, problems: Vec::new() };
        let root = document.tree().and_then(crate::document::Tree::root);
        let config = match root {
            Some(root) => reader.config(root),
            None => Self::default(),
        };
        (config, reader.problems)
    }

    /// Holds the rules under `accepted` against those that exist.
    pub(crate) fn unknown_accepted(&self, ids: &[&str]) -> Vec<ConfigProblem> {
        let named = self.accepted.iter().map(|entry| &entry.rule);
        let unknown = named.filter(|id| !ids.contains(&id.value.as_str()));
        unknown
            .map(|id| ConfigProblem {
                place: id.place,
                message: format!("unknown rule `{}`", id.value),
                help: suggest(&id.value, ids.iter().copied()),
            })
            .collect()
    }
}

/// Reads one file, and notes what is wrong with it.
pub(super) struct Reader {
    doc: DocId,
    problems: Vec<ConfigProblem>,
}

impl Reader {
    pub(super) fn report(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        let place = Place { doc: self.doc, span };
        self.problems.push(ConfigProblem { place, message: message.into(), help: help.into() });
    }

    /// How many problems there are so far.
    pub(super) fn problems(&self) -> usize {
        self.problems.len()
    }

    /// The place of a node.
    pub(super) fn place(&self, node: NodeRef<'_>) -> Place {
        Place { doc: self.doc, span: node.span() }
    }

    pub(super) fn at<T>(&self, node: NodeRef<'_>, value: T) -> Spanned<T> {
        Spanned { value, place: Place { doc: self.doc, span: node.span() } }
    }

    fn config(&mut self, root: NodeRef<'_>) -> Config {
        let mut config = Config::default();
        let mut versioned = false;
        for (key, value) in self.entries(root, SETTINGS_KEYS, "the configuration") {
            if let Some(name) = SETTINGS_KEYS.iter().find(|name| **name == key) {
                config.keys.insert(name, self.place(value));
            }
            match key {
                "version" => {
                    versioned = true;
                    self.version(value);
                }
                "workload" => config.workload = self.text(value, "the workload's name"),
                "control_room" => config.control_room = self.control_room(value),
                "declared" => config.declared = self.declared(value),
                "limits" => config.limits = self.limits(value),
                "domain" => config.domain = self.text(value, "a domain such as `example.com`"),
                "allowed" => {
                    config.allowed =
                        self.items(value, "destinations").filter_map(|item| self.allowed(item)).collect();
                }
                "accepted" => {
                    config.accepted =
                        self.items(value, "entries").filter_map(|item| self.accepted(item)).collect();
                }
                "endpoints" => {
                    config.endpoints =
                        self.items(value, "endpoints").filter_map(|item| self.endpoint(item)).collect();
                }
                "rules" => {
                    for (key, value) in self.entries(value, &["settings", "severities"], "`rules`") {
                        match key {
                            "settings" => self.settings(value, &mut config.settings),
                            _ => config.severities = self.severities(value),
                        }
                    }
                }
                "profile" => config.profile = self.profile(value),
                "select" => config.select = self.select(value),
                "extend_select" => config.extend_select = self.texts(value, SELECTORS),
                "ignore" => config.ignore = self.texts(value, SELECTORS),
                "baseline" => config.baseline = self.text(value, "the file of a baseline"),
                "fail_on" => config.fail_on = self.severity(value),
                "strict" => config.strict = self.flag(value),
                "stacks" => config.stacks = self.stacks(value),
                _ => config.assume = self.assume(value),
            }
        }
        if !versioned && root.is_mapping() {
            let start = root.entries().next().map_or(root.span(), |(key, _)| key.span());
            self.report(start, "the configuration has no `version`", "add `version: 1` at its top");
        }
        config
    }

    /// The entries of a mapping whose keys are known and given once; others are problems.
    pub(super) fn entries<'t>(
        &mut self,
        node: NodeRef<'t>,
        allowed: &[&str],
        what: &str,
    ) -> Vec<(&'t str, NodeRef<'t>)> {
        known_entries(node, allowed, what, |span, message, help| self.report(span, message, help))
    }

    fn version(&mut self, node: NodeRef<'_>) {
        if node.int() != Some(1) {
            self.report(node.span(), "this version of the file is not known", "write `version: 1`");
        }
    }

    pub(super) fn text(&mut self, node: NodeRef<'_>, what: &str) -> Option<Spanned<String>> {
        match node.scalar() {
            Some(Scalar::Text(text)) if !text.trim().is_empty() => Some(self.at(node, text.to_owned())),
            // A name such as `2024` is meant as text.
            Some(Scalar::Int(_) | Scalar::Float(_)) => {
                Some(self.at(node, node.text().unwrap_or_default().to_owned()))
            }
            other => {
                let written = node.text().unwrap_or_default();
                // Such as `y` and `null`, which may be names to whoever wrote them.
                let help = match other {
                    Some(Scalar::Bool(_) | Scalar::Null) if !written.is_empty() => {
                        format!("write `{written}` in quotes: without them it is no text")
                    }
                    _ => "write a text that is not empty".to_owned(),
                };
                self.report(node.span(), format!("{what} is expected here"), help);
                None
            }
        }
    }

    fn items<'t>(&mut self, node: NodeRef<'t>, what: &str) -> std::vec::IntoIter<NodeRef<'t>> {
        if !node.is_sequence() {
            self.report(node.span(), format!("a list of {what} is expected here"), "write each after a `- `");
        }
        node.items().collect::<Vec<_>>().into_iter()
    }

    pub(super) fn texts(&mut self, node: NodeRef<'_>, what: &str) -> Vec<Spanned<String>> {
        let mut texts: Vec<Spanned<String>> = Vec::new();
        for item in self.items(node, what) {
            let Some(text) = self.text(item, what) else { continue };
            if texts.iter().any(|other| other.value == text.value) {
                self.report(item.span(), format!("`{}` is given twice", text.value), "remove one of the two");
            }
            texts.push(text);
        }
        texts
    }

    /// `assume`: versions by store.
    fn assume(&mut self, node: NodeRef<'_>) -> Vec<(Store, Minor)> {
        let mut assumed = Vec::new();
        for (store, value) in self.entries(node, &Store::ALL.map(Store::name), "`assume`") {
            match wanted(store, value.text().unwrap_or_default()) {
                Ok(found) => assumed.push(found),
                Err(reason) => self.report(value.span(), reason, "write a version such as \"3.0\""),
            }
        }
        assumed
    }

    fn stacks(&mut self, node: NodeRef<'_>) -> Vec<Spanned<String>> {
        let folders = self.texts(node, "folders");
        for folder in &folders {
            if folder.value.starts_with('/') || folder.value.split('/').any(|part| part == "..") {
                let message = format!("`{}` does not lie below this file", folder.value);
                self.report(folder.place.span, message, "name a folder beside or below this file");
            }
        }
        folders
    }

    pub(super) fn flag(&mut self, node: NodeRef<'_>) -> Option<Spanned<bool>> {
        let flag = node.bool();
        if flag.is_none() {
            self.report(node.span(), "true or false is expected here", "write `true` or `false`");
        }
        flag.map(|flag| self.at(node, flag))
    }

    fn control_room(&mut self, node: NodeRef<'_>) -> Option<Spanned<ControlRoom>> {
        match node.scalar() {
            Some(Scalar::Bool(false)) => Some(self.at(node, ControlRoom::None)),
            // A dot at the end says that the name is whole.
            Some(Scalar::Text(text)) if is_domain(text.strip_suffix('.').unwrap_or(text)) => {
                let domain = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
                Some(self.at(node, ControlRoom::Domain(domain)))
            }
            _ => {
                let help = "write its domain, such as `cr.example.com`, or `false` where there is none";
                self.report(node.span(), "the control room is a domain or `false`", help);
                None
            }
        }
    }

    fn severity(&mut self, node: NodeRef<'_>) -> Option<Spanned<Severity>> {
        let name = node.text().unwrap_or_default();
        let severity = Severity::from_name(name);
        if severity.is_none() {
            let help = suggest(name, ["error", "warning", "info"]);
            self.report(node.span(), format!("unknown severity `{name}`"), help);
        }
        severity.map(|severity| self.at(node, severity))
    }

    fn allowed(&mut self, node: NodeRef<'_>) -> Option<Allowed> {
        let (mut destination, mut reason) = (None, None);
        let before = self.problems.len();
        for (key, value) in self.entries(node, &["destination", "reason"], "an allowed destination") {
            match key {
                "destination" => destination = self.destination(value),
                _ => reason = self.text(value, "the reason"),
            }
        }
        if self.problems.len() == before {
            if destination.is_none() {
                self.report(node.span(), "the entry has no `destination`", "add `destination: HOST`");
            }
            if reason.is_none() {
                let help = "say why data may go there: `reason: ...`";
                self.report(node.span(), "the allowed destination has no `reason`", help);
            }
        }
        Some(Allowed { destination: destination?, reason: reason? })
    }

    fn destination(&mut self, node: NodeRef<'_>) -> Option<Spanned<String>> {
        let host = self.text(node, "a host")?;
        if !is_domain(&host.value.replace('*', "x")) {
            let help = "write the host alone, such as `logs.example.com` or `*.example.com`";
            self.report(node.span(), format!("`{}` is no host", host.value), help);
            return None;
        }
        if host.value.chars().all(|c| matches!(c, '*' | '.')) {
            let help = "name the host, or a domain as `*.example.com`";
            self.report(node.span(), format!("`{}` allows every destination", host.value), help);
            return None;
        }
        // Addresses are allowed by their beginning: `10.1.2.*`.
        let address = host.value.starts_with(|c: char| c.is_ascii_digit());
        let open = host.value.rsplit('.').take(2).any(|label| label.contains('*'));
        if open && !address {
            let help = "write the last two parts of the name without `*`, such as `*.example.com`";
            self.report(node.span(), format!("`{}` allows domains of anyone", host.value), help);
            return None;
        }
        Some(Spanned { value: host.value.to_ascii_lowercase(), ..host })
    }

    fn endpoint(&mut self, node: NodeRef<'_>) -> Option<Endpoint> {
        let (mut service, mut role) = (None, None);
        let before = self.problems.len();
        for (key, value) in self.entries(node, &["service", "is"], "an endpoint") {
            match key {
                "service" => service = self.service(value),
                _ => role = self.role(value),
            }
        }
        for (name, missing) in [("service", service.is_none()), ("is", role.is_none())] {
            if missing && self.problems.len() == before {
                self.report(
                    node.span(),
                    format!("the endpoint has no `{name}`"),
                    format!("add `{name}: ...`"),
                );
            }
        }
        Some(Endpoint { service: service?, role: role? })
    }

    fn service(&mut self, node: NodeRef<'_>) -> Option<Spanned<String>> {
        let service = self.text(node, "a Service")?;
        let parts: Vec<&str> = service.value.split('.').collect();
        if parts.len() != 2 || !is_domain(&service.value) {
            let help = "write `name.namespace`, such as `loki-gateway.loki`";
            self.report(node.span(), format!("`{}` is no Service", service.value), help);
            return None;
        }
        Some(service)
    }

    fn role(&mut self, node: NodeRef<'_>) -> Option<Spanned<EndpointRole>> {
        let name = node.text().unwrap_or_default();
        let role = EndpointRole::ALL.into_iter().find(|role| role.name() == name);
        if role.is_none() {
            let help = suggest(name, EndpointRole::ALL.map(EndpointRole::name));
            self.report(node.span(), format!("unknown kind of endpoint `{name}`"), help);
        }
        role.map(|role| self.at(node, role))
    }

    /// `rules.settings`: rule, then setting.
    fn settings(&mut self, node: NodeRef<'_>, settings: &mut Vec<RuleSetting>) {
        if !node.is_mapping() {
            self.report(node.span(), "`settings` is a mapping", "write `RULE: { SETTING: value }`");
        }
        for (rule, values) in node.entries() {
            if !values.is_mapping() {
                self.report(values.span(), "the settings of a rule are a mapping", "write `SETTING: value`");
            }
            for (name, value) in values.entries() {
                let Some(parsed) = setting_value(value) else {
                    let help = "write one value, or a list of values";
                    self.report(value.span(), "a setting is a scalar or a list of scalars", help);
                    continue;
                };
                let text = |node: NodeRef<'_>| node.text().unwrap_or_default().to_owned();
                let setting = RuleSetting {
                    rule: self.at(rule, text(rule)),
                    name: self.at(name, text(name)),
                    value: self.at(value, parsed),
                };
                let same = |other: &RuleSetting| {
                    other.rule.value == setting.rule.value && other.name.value == setting.name.value
                };
                if settings.iter().any(same) {
                    let message = format!("`{}` is given twice", setting.name.value);
                    self.report(name.span(), message, "remove one of the two");
                } else {
                    settings.push(setting);
                }
            }
        }
    }
}

/// Whether a text is a host name: labels of letters, digits and dashes.
pub(crate) fn is_domain(text: &str) -> bool {
    text.len() <= 253
        && text.split('.').all(|label| {
            !label.is_empty()
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

fn setting_value(node: NodeRef<'_>) -> Option<SettingValue> {
    if node.is_sequence() {
        return node.items().map(scalar_value).collect::<Option<Vec<_>>>().map(SettingValue::List);
    }
    scalar_value(node)
}

fn scalar_value(node: NodeRef<'_>) -> Option<SettingValue> {
    Some(match node.scalar()? {
        Scalar::Null => SettingValue::Null,
        Scalar::Bool(value) => SettingValue::Bool(value),
        Scalar::Int(value) => SettingValue::Int(value),
        Scalar::Float(value) => SettingValue::Float(value),
        Scalar::Text(text) => SettingValue::Text(text.to_owned()),
    })
}
