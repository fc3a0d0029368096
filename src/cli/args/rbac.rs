//! Turns the words after `live-rbac` into typed arguments.

use clap::Args;

use super::RulesArgs;
use super::values::account;
use super::values::namespace;

/// Texts after the options.
pub(super) const EXAMPLES: &str = "\
The same roles are in `deploy/`. A test of the program holds that a run with them is denied nothing.

Examples:
  ptd-lint live-rbac | kubectl apply -f -    a ClusterRole, bound to the account ptd-lint/ptd-lint
  ptd-lint live-rbac -n alloy -n mimir -n loki -n grafana
                                             Roles in these namespaces
  ptd-lint live-rbac --select logs-leave-workload
                                             only what this rule needs
  ptd-lint live-rbac --without-secrets       and without Secrets

Exit codes:
  0  printed
  2  a rule that is not there; bad usage";

/// What a run is to do, and who does it.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(in crate::cli) struct RbacArgs {
    /// Only what these rules need: an id, a family, a promise, a pattern. Can be repeated, or be a list with commas.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub(in crate::cli) select: Vec<String>,
    /// Without what only these rules need. Can be repeated, or be a list with commas.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub(in crate::cli) ignore: Vec<String>,
    /// Further rules.
    #[command(flatten)]
    pub(in crate::cli) rules: RulesArgs,

    /// Read only this namespace: a Role in each in place of a ClusterRole. Can be repeated, or be a list with commas.
    #[arg(short, long = "namespace", value_name = "NS", value_delimiter = ',', value_parser = namespace)]
    pub(in crate::cli) namespaces: Vec<String>,
    /// Who gets the rights.
    #[arg(long, value_name = "NS/NAME", default_value = "ptd-lint/ptd-lint", value_parser = account)]
    pub(in crate::cli) service_account: (String, String),

    /// Without Secrets: what hangs on them ends undecided.
    #[arg(long, conflicts_with = "read_secret_values")]
    pub(in crate::cli) without_secrets: bool,
    /// Also the rights for `--read-secret-values`.
    #[arg(long)]
    pub(in crate::cli) read_secret_values: bool,
    /// Also the right for `--probe`: `get` on `pods/proxy`, by which every port of the pods can be asked.
    #[arg(long)]
    pub(in crate::cli) probe: bool,
    /// Also the rights for `--write-report`.
    #[arg(long)]
    pub(in crate::cli) write_report: bool,
}
