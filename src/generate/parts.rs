//! The table of what is written: which template makes which file of which form.
//!
//! To add an object to a form, write its template into `templates/` and add a line here. Parts of one file stand together;
//! files are applied in the order of the table.

use super::charts;
use super::wanted::Wanted;

/// A form of a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Values of charts, a file for each.
    Values,
    /// `HelmChart` objects with values in them, and the objects beside them.
    HelmChart,
    /// The Alloy program.
    Alloy,
    /// Plain Kubernetes objects, without charts.
    Manifests,
}

impl Form {
    /// All forms.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 4] = [Self::Values, Self::HelmChart, Self::Manifests, Self::Alloy];

    /// The word on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Values => "values",
            Self::HelmChart => "helmchart",
            Self::Alloy => "alloy",
            Self::Manifests => "manifests",
        }
    }
}

/// Something that is written.
pub(super) struct Part {
    /// The forms that have it.
    pub(super) forms: &'static [Form],
    /// The file that it is in.
    pub(super) file: &'static str,
    /// What the file is, for people.
    pub(super) about: &'static str,
    /// The name of its template.
    pub(super) template: &'static str,
    /// Whether a workload has it.
    pub(super) when: fn(&Wanted) -> bool,
}

const PLAIN: &[Form] = &[Form::Manifests];
const HELM: &[Form] = &[Form::HelmChart];
const VALUES: &[Form] = &[Form::Values];
/// Forms that say who may reach whom: values too, since the charts' own policies are off.
const GUARDED: &[Form] = &[Form::Values, Form::HelmChart, Form::Manifests];
/// Forms that bring their objects along.
const OBJECTS: &[Form] = &[Form::HelmChart, Form::Manifests];

const fn always(_: &Wanted) -> bool {
    true
}

/// All parts.
pub(super) const PARTS: &[Part] = &[
    part(OBJECTS, "namespaces.yaml", "namespaces of the stack", "objects/namespaces.yaml"),
    part(&[Form::Alloy], "config.alloy", "the collectors' program", "config.alloy"),
    part(VALUES, "alloy.yaml", "", "values/alloy.yaml"),
    part(VALUES, "mimir.yaml", "", "values/mimir.yaml"),
    part(VALUES, "loki.yaml", "", "values/loki.yaml"),
    part(VALUES, "grafana.yaml", "", "values/grafana.yaml"),
    part(VALUES, "kube-state-metrics.yaml", "", "values/kube-state-metrics.yaml"),
    part(OBJECTS, "alloy.yaml", "the collectors", "objects/program.yaml"),
    part(HELM, "alloy.yaml", "the collectors", "helmchart/alloy.yaml"),
    part(PLAIN, "alloy.yaml", "the collectors", "manifests/alloy.yaml"),
    part(PLAIN, "mimir.yaml", "the store of metrics", "manifests/mimir.yaml"),
    part(PLAIN, "loki.yaml", "the store of logs", "manifests/loki.yaml"),
    part(PLAIN, "grafana.yaml", "dashboards", "manifests/grafana.yaml"),
    part(
        PLAIN,
        "kube-state-metrics.yaml",
        "metrics of Kubernetes objects",
        "manifests/kube-state-metrics.yaml",
    ),
    part(HELM, "mimir.yaml", "the store of metrics", "helmchart/mimir.yaml"),
    part(HELM, "loki.yaml", "the store of logs", "helmchart/loki.yaml"),
    part(HELM, "grafana.yaml", "dashboards", "helmchart/grafana.yaml"),
    part(
        HELM,
        "kube-state-metrics.yaml",
        "metrics of Kubernetes objects",
        "helmchart/kube-state-metrics.yaml",
    ),
    part(GUARDED, "network-policies.yaml", "who may reach whom", "objects/network-policies.yaml"),
];

const fn part(
    forms: &'static [Form],
    file: &'static str,
    about: &'static str,
    template: &'static str,
) -> Part {
    Part { forms, file, about, template, when: always }
}

impl Part {
    /// What the file is: of values, the chart that they are for.
    pub(super) fn about(&self, form: Form) -> String {
        let chart = self.file.strip_suffix(".yaml").and_then(charts::chart);
        match chart.filter(|_| form == Form::Values) {
            Some(chart) => format!("values of the chart {} {} ({})", chart.chart, chart.version, chart.repo),
            None => self.about.to_owned(),
        }
    }
}
