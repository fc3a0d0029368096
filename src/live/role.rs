//! Turns the rights of a run into the roles that give exactly these, as YAML with a reason at each.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::kinds::kinds;
use super::probe::RESOURCE;
use super::rights::Errand;
use super::rights::Right;

/// What the roles are called.
const NAME: &str = "ptd-lint";

/// Who gets the rights, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    /// The service account: its namespace and name. Both are names that the API takes.
    pub(crate) account: (String, String),
    /// The namespaces that are read; empty for all.
    pub(crate) namespaces: Vec<String>,
}

/// The least roles for a run, and their bindings.
pub(crate) fn roles(errand: &Errand, grant: &Grant) -> String {
    let rights = errand.rights_in(&grant.namespaces);
    let mut text = head(errand, grant, &rights);
    let is_wide = |right: &&Right| grant.namespaces.is_empty() || !right.namespaced;
    let wide: Vec<&Right> = rights.iter().filter(is_wide).collect();
    if !wide.is_empty() {
        role(&mut text, None, &wide);
        binding(&mut text, None, grant);
    }
    let mut namespaces: Vec<&String> = grant.namespaces.iter().collect();
    namespaces.sort();
    namespaces.dedup();
    for namespace in namespaces {
        let own: Vec<&Right> = rights.iter().filter(|right| right.namespaced).collect();
        role(&mut text, Some(namespace), &own);
        binding(&mut text, Some(namespace), grant);
    }
    text
}

/// What a reader of the roles should know.
fn head(errand: &Errand, grant: &Grant, rights: &[Right]) -> String {
    let mut text =
        String::from("# The least rights for `ptd-lint --live`, as printed by `ptd-lint live-rbac`.\n");
    let mut say = |lines: &[&str]| {
        for line in lines {
            let _ = writeln!(text, "# {line}");
        }
    };
    say(&[
        "Besides these a run needs what Kubernetes gives to every account: to ask which kinds there are",
        "(ClusterRole system:discovery), and for `--preflight` what the account may do (system:basic-user).",
        "Kinds that the cluster does not have do no harm here.",
    ]);
    let price = kinds().iter().find(|kind| kind.kind == "Secret").map(|kind| kind.promises.join(", "));
    let price = format!("{} end undecided", price.unwrap_or_default());
    if errand.without_secrets {
        say(&[
            "Secrets are left out: nothing shows whether those that the stack names are there. So",
            &format!("{price}."),
        ]);
    } else if errand.secret_values {
        say(&["Secrets: the values of all of them can be read with these rights (`--read-secret-values`)."]);
    } else if rights.iter().any(|right| right.resource == "secrets") {
        say(&[
            "Secrets: a run asks for their metadata only, but for Helm's own records of the stack's releases, and no other",
            "value crosses the wire. Kubernetes cannot grant just that: whoever has this account's token can list Secrets",
            "with their values. `--without-secrets` leaves the right out; then",
            &format!("{price}."),
        ]);
    }
    if errand.probe {
        let where_to =
            if grant.namespaces.is_empty() { "every pod" } else { "every pod of these namespaces" };
        say(&[&format!("Probes: with `get` on `{RESOURCE}` every port of {where_to} can be asked by GET.")]);
    }
    if errand.write_report {
        say(&["Reports: only those named `ptd-lint` can be written, and nothing can be deleted."]);
    }
    if !grant.namespaces.is_empty() {
        say(&[
            "Only namespaces are read: nodes, policies of the whole cluster and what else lies in no namespace are not asked",
            "for, and what runs elsewhere is not judged.",
        ]);
    }
    text
}

/// Rules that differ in what they are for alone stand together: by group, names and verbs.
type Rules<'r> = BTreeMap<(&'r str, Vec<&'r str>, Vec<&'r str>), BTreeMap<&'r str, &'r str>>;

/// What is given on one resource: verbs, names, and what for.
type Given<'r> = (Vec<&'r str>, Vec<&'r str>, &'r str);

/// A role with these rights: of a namespace, or of the whole cluster.
fn role(text: &mut String, namespace: Option<&String>, rights: &[&Right]) {
    let mut resources: BTreeMap<(&str, &str), Given<'_>> = BTreeMap::new();
    for right in rights {
        let (verbs, names, _) = resources
            .entry((&right.group, &right.resource))
            .or_insert_with(|| (Vec::new(), Vec::new(), &right.purpose));
        verbs.push(&right.verb);
        names.extend(right.name.as_deref());
    }
    let mut rules = Rules::new();
    for ((group, resource), (mut verbs, mut names, purpose)) in resources {
        verbs.sort_unstable();
        verbs.dedup();
        names.sort_unstable();
        names.dedup();
        rules.entry((group, names, verbs)).or_default().insert(resource, purpose);
    }
    let kind = if namespace.is_some() { "Role" } else { "ClusterRole" };
    // Nothing fails when a text is written to.
    let _ = write!(
        text,
        "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata:\n  name: {NAME}\n"
    );
    in_namespace(text, namespace);
    text.push_str("rules:\n");
    for ((group, names, verbs), resources) in rules {
        let _ = write!(text, "  - apiGroups: [\"{group}\"]\n    resources:\n");
        for (resource, purpose) in resources {
            let _ = writeln!(text, "      - {resource} # {purpose}");
        }
        if !names.is_empty() {
            let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
            let _ = writeln!(text, "    resourceNames: [{}]", names.join(", "));
        }
        let _ = writeln!(text, "    verbs: [{}]", verbs.join(", "));
    }
}

fn binding(text: &mut String, namespace: Option<&String>, grant: &Grant) {
    let (kind, role) =
        if namespace.is_some() { ("RoleBinding", "Role") } else { ("ClusterRoleBinding", "ClusterRole") };
    let (home, account) = &grant.account;
    let _ = write!(
        text,
        "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata:\n  name: {NAME}\n"
    );
    in_namespace(text, namespace);
    let _ = write!(
        text,
        "roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: {role}\n  name: {NAME}\nsubjects:\n  - kind: ServiceAccount\n    name: \"{account}\"\n    namespace: \"{home}\"\n"
    );
}

fn in_namespace(text: &mut String, namespace: Option<&String>) {
    if let Some(namespace) = namespace {
        // A name may look like a number.
        let _ = writeln!(text, "  namespace: \"{namespace}\"");
    }
}

#[cfg(test)]
mod tests;
