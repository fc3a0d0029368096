//! Turns the words after `generate` into typed arguments.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use clap::ValueEnum;

use crate::generate::Cloud;
use crate::generate::Form;

/// Texts after the options.
pub(super) const EXAMPLES: &str = "\
Examples:
  ptd-lint generate --cloud aws --workload acme01-production --domain acme.example.com \\
    --control-room cr.example.com --as helmchart --out stack/
  ptd-lint generate __work__/acme01-production --as values --out values/
  ptd-lint generate --cloud azure --workload b01-staging --domain b.example.com | ptd-lint check --strict -

Values that were agreed (limits, addresses, times) are those of the rules: `rules.settings` of a settings file changes
what is written and what is found. Secrets are named, and never written.

Exit codes:
  0  written
  1  with --out: files differ from what is there, and --force was not given
  2  something that is needed is not known or wrong; bad usage";

/// What to write a stack for, and how.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(in crate::cli) struct GenerateArgs {
    /// Declarations of the workload: `ptd.yaml` with the `site.yaml` files beside it, or their folder.
    #[arg(value_name = "PATH")]
    pub(in crate::cli) from: Vec<OsString>,
    /// The same.
    #[arg(long = "from", value_name = "PATH")]
    pub(in crate::cli) also_from: Vec<OsString>,

    /// What to write.
    #[arg(long = "as", value_name = "FORM", value_enum, default_value_t = FormArg::Manifests)]
    pub(in crate::cli) form: FormArg,
    /// Write the files into this folder instead of to standard output.
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Replace files in the folder that differ.
    #[arg(long, requires = "out")]
    pub(in crate::cli) force: bool,
    /// Ask for what is not known. In a terminal only.
    #[arg(long)]
    pub(in crate::cli) interactive: bool,

    /// Where the workload runs.
    #[arg(long, value_enum)]
    pub(in crate::cli) cloud: Option<CloudArg>,
    /// The workload's compound name, such as `acme01-production`.
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) workload: Option<String>,
    /// The cluster's release, such as `20260115`.
    #[arg(long, value_name = "RELEASE")]
    pub(in crate::cli) release: Option<String>,
    /// The region of the workload's cloud resources.
    #[arg(long, value_name = "REGION")]
    pub(in crate::cli) region: Option<String>,
    /// The AWS account.
    #[arg(long, value_name = "ID", conflicts_with = "tenant_id")]
    pub(in crate::cli) account_id: Option<String>,
    /// The Azure tenant.
    #[arg(long, value_name = "UUID")]
    pub(in crate::cli) tenant_id: Option<String>,
    /// The Azure subscription.
    #[arg(long, value_name = "UUID")]
    pub(in crate::cli) subscription_id: Option<String>,
    /// The domain of the main site.
    #[arg(long, value_name = "DOMAIN")]
    pub(in crate::cli) domain: Option<String>,
    /// A site and its domain. Can be repeated.
    #[arg(long, value_name = "NAME=DOMAIN")]
    pub(in crate::cli) site: Vec<String>,
    /// What stands before a site's domain in the host of a product, or `off` where it does not run. Can be repeated.
    #[arg(long, value_name = "SITE.PRODUCT=PREFIX")]
    pub(in crate::cli) product: Vec<String>,
    /// The domain of the control room, which gets the metrics too.
    #[arg(long, value_name = "DOMAIN", conflicts_with = "no_control_room")]
    pub(in crate::cli) control_room: Option<String>,
    /// There is no control room, whatever a declaration says.
    #[arg(long)]
    pub(in crate::cli) no_control_room: bool,
    /// The label `tenant_name` of series and logs [default: the workload's name].
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) tenant_name: Option<String>,
    /// Collect the nodes' journals.
    #[arg(long, conflicts_with = "no_system_logs")]
    pub(in crate::cli) system_logs: bool,
    /// Do not, whatever a declaration says.
    #[arg(long)]
    pub(in crate::cli) no_system_logs: bool,
    /// Let programs tell their makers how they are used.
    #[arg(long, conflicts_with = "no_third_party_telemetry")]
    pub(in crate::cli) third_party_telemetry: bool,
    /// Do not, whatever a declaration says.
    #[arg(long)]
    pub(in crate::cli) no_third_party_telemetry: bool,
    /// Send the control room only what its alerts and dashboards read.
    #[arg(long, requires = "filter_from")]
    pub(in crate::cli) filter_control_room_metrics: bool,
    /// Alert rules and dashboards of the control room. Can be repeated.
    #[arg(long, value_name = "PATH")]
    pub(in crate::cli) filter_from: Vec<OsString>,
    /// Take no errors from browsers.
    #[arg(long)]
    pub(in crate::cli) no_front_end_logs: bool,
    /// Pods of each part of the stores that keeps data, 3 or more [default: 3].
    #[arg(long, value_name = "N")]
    pub(in crate::cli) replicas: Option<i64>,
    /// How long logs are kept, such as `30d`.
    #[arg(long, value_name = "TIME")]
    pub(in crate::cli) log_retention: Option<String>,
    /// How long metrics are kept, such as `1y`.
    #[arg(long, value_name = "TIME")]
    pub(in crate::cli) metric_retention: Option<String>,
    /// A taint of nodes that collectors run on too, besides that of sessions. Can be repeated.
    #[arg(long, value_name = "KEY[=VALUE]")]
    pub(in crate::cli) tolerate: Vec<String>,
    /// An Azure identity of `alloy`, `mimir` or `loki`. Can be repeated.
    #[arg(long, value_name = "PART=UUID")]
    pub(in crate::cli) client_id: Vec<String>,
    /// No login of the platform stands before the main site: Grafana asks for names and passwords itself.
    #[arg(long)]
    pub(in crate::cli) no_forward_auth: bool,
    /// Which pods may reach which: FULL, SAMESITE or ZERO.
    #[arg(long, value_name = "LEVEL")]
    pub(in crate::cli) network_trust: Option<String>,

    /// Use this settings file instead of looking for `ptd-lint.yaml` here and in the folders above [env:
    /// `PTD_LINT_CONFIG`].
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub(in crate::cli) config: Option<PathBuf>,
    /// Use no settings file.
    #[arg(long)]
    pub(in crate::cli) no_config: bool,
    /// Print errors and what was asked for only.
    #[arg(short, long)]
    pub(in crate::cli) quiet: bool,
}

/// Forms of a stack as the command line knows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FormArg {
    /// Values of the charts, each headed by its chart.
    Values,
    /// HelmChart objects, and what belongs beside them.
    Helmchart,
    /// Kubernetes objects, without charts.
    Manifests,
    /// The Alloy program.
    Alloy,
}

impl From<FormArg> for Form {
    fn from(form: FormArg) -> Self {
        match form {
            FormArg::Values => Self::Values,
            FormArg::Helmchart => Self::HelmChart,
            FormArg::Manifests => Self::Manifests,
            FormArg::Alloy => Self::Alloy,
        }
    }
}

/// Clouds as the command line knows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum CloudArg {
    /// Amazon.
    Aws,
    /// Microsoft.
    Azure,
}

impl CloudArg {
    /// The word in declarations.
    pub(in crate::cli) const fn name(self) -> &'static str {
        match self {
            Self::Aws => Cloud::Aws.name(),
            Self::Azure => Cloud::Azure.name(),
        }
    }
}
