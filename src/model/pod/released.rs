//! Turns values of the alloy chart into what is known of the pod that the chart makes of them.

use super::mount_fact;
use super::taken;
use crate::document::Place;
use crate::model::fact::Fact;
use crate::model::fact::FactValue;
use crate::model::mounts::Mount;
use crate::model::mounts::Texts;
use crate::model::mounts::Volume;
use crate::model::mounts::plain;
use crate::model::stack::ReleasedChart;

/// Values that PTD's producer sets and the alloy chart does not read. One that asks for what happens anyway is not meant.
pub(crate) fn ignored_values(release: &ReleasedChart<'_>) -> Fact {
    let values = &release.values;
    let off = values.reach("alloy.reporting.enabled").bool() == Some(false);
    let reporting = values.at("alloy.reporting").filter(|fact| off || fact.bool() == Some(false));
    let set = [("tolerations", values.at("tolerations")), ("reporting", reporting)];
    let set = set.into_iter().filter_map(|(name, fact)| Some((name, fact?.clone())));
    Fact::map(set, values.place)
}

/// Adds the values that the chart passes over. What they were meant to set, and did not, points at them: that is where a
/// person must look, whatever form the rest of the input has.
pub(crate) fn note_ignored(facts: &mut Fact, ignored: Fact) {
    for (name, fact) in ignored.entries() {
        let mut meant = facts.reach(name);
        let is_set = meant.bool() == Some(false) || !meant.items().is_empty();
        if !is_set {
            meant.place = fact.place;
            facts.insert(name, meant);
        }
    }
    facts.insert("ignored", ignored);
}

/// Why arguments in values make Alloy read something else than a program of its own language.
pub(crate) fn format_of_values(values: &Fact) -> Option<(String, Place)> {
    let arguments = values.reach("alloy.extraArgs");
    let mut items = arguments.items().iter().peekable();
    while let Some(item) = items.next() {
        let Some(text) = item.text() else { continue };
        let format = match text.strip_prefix("--config.format") {
            Some("") => items.peek().and_then(|next| next.text()),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        };
        if let (Some(format), Some(place)) = (format.filter(|format| *format != "alloy"), item.place) {
            return Some((format!("it runs a `{format}` configuration, which is not read"), place));
        }
    }
    None
}

/// What the alloy chart mounts into its container: its ConfigMap, and what values add. Sources: templates of the chart
/// (`_container.yaml`, `_pod.yaml`), versions 0.1 to 1.11.
pub(crate) fn mounts_of_values(release: &ReleasedChart<'_>) -> Vec<Mount> {
    let values = &release.values;
    let volumes = values.reach("controller.volumes.extra");
    let texts = |volume: &Fact, kind: &str, name: &str| {
        let name = volume.at(kind)?.at(name)?.clone();
        let items = volume.reach(&format!("{kind}.items"));
        let pair =
            |item: &Fact| Some((item.reach("key").text()?.to_owned(), item.reach("path").text()?.to_owned()));
        let items = (!items.items().is_empty()).then(|| items.items().iter().filter_map(pair).collect());
        Some(Texts {
            name: name.text()?.to_owned(),
            place: name.place.unwrap_or(release.release.place),
            items,
        })
    };
    let source = |mount: &Fact| {
        let name = mount.reach("name");
        let mut named = volumes.items().iter().filter(|volume| volume.reach("name").text() == name.text());
        let (Some(volume), None) = (named.next(), named.next()) else { return Volume::Other };
        if mount.at("subPathExpr").is_some() {
            return Volume::Other;
        }
        if let Some(path) = volume.reach("hostPath.path").text() {
            return Volume::HostPath(path.to_owned());
        }
        let config_map = texts(volume, "configMap", "name").map(Volume::ConfigMap);
        config_map
            .or_else(|| texts(volume, "secret", "secretName").map(Volume::Secret))
            .unwrap_or(Volume::Other)
    };
    let place = release.release.place;
    let extra = values.reach("alloy.mounts.extra");
    let mut mounts: Vec<Mount> = extra
        .items()
        .iter()
        .map(|mount| Mount {
            path: plain(mount.reach("mountPath").text().unwrap_or_default()),
            sub_path: mount.reach("subPath").text().map(str::to_owned),
            source: source(mount),
            read_only: mount.reach("readOnly").bool().unwrap_or(false),
            place: mount.reach("mountPath").place.or(mount.place).unwrap_or(place),
        })
        .collect();
    let name = values.reach("alloy.configMap.name");
    let name = name.text().map(str::to_owned).or_else(|| release.full_name()).unwrap_or_default();
    mounts.push(Mount {
        path: "/etc/alloy".to_owned(),
        sub_path: None,
        source: Volume::ConfigMap(Texts { name, place, items: None }),
        read_only: false,
        place,
    });
    mounts
}

/// What makes names lead elsewhere in the pods of a release of the alloy chart than in the cluster, with its place.
pub(crate) fn names_redirected_by_values(release: &ReleasedChart<'_>) -> Option<(String, Place)> {
    let values = &release.values;
    let aliases = values.reach("alloy.hostAliases");
    let policy = values.reach("controller.dnsPolicy");
    let host_network = values.reach("controller.hostNetwork");
    let shares_node = host_network.bool() == Some(true);
    let (what, fact) = match policy.text() {
        _ if !aliases.items().is_empty() => ("`hostAliases` give names addresses of their own", aliases),
        Some("Default") => (NODE_NAMES, policy),
        Some("ClusterFirstWithHostNet" | "None") => return None,
        _ if shares_node => (NODE_NAMES, host_network),
        _ => return None,
    };
    let place = fact.place.unwrap_or(release.release.place);
    Some((format!("{what}, so that the names in its program may lead anywhere"), place))
}

/// Why names of Services do not lead to them.
pub(super) const NODE_NAMES: &str =
    "the pod asks the name server of its node, which does not know the Services of the cluster";

/// The lists of values that others are added to, where they are there.
fn lists_of_values(values: &Fact) -> Fact {
    let list = |route: &str| match values.at(route) {
        Some(fact) if matches!(fact.value, FactValue::List(_)) => Fact::new(true, fact.place),
        _ => Fact::default(),
    };
    let (extra_volumes, extra_mounts) =
        (values.reach("controller.volumes.extra"), values.reach("alloy.mounts.extra"));
    let text = |fact: &'_ Fact, key: &str| fact.reach(key).text().map(str::to_owned);
    let volumes: Vec<String> =
        extra_volumes.items().iter().filter_map(|volume| text(volume, "name")).collect();
    let paths: Vec<String> =
        extra_mounts.items().iter().filter_map(|mount| text(mount, "mountPath")).collect();
    let (volumes, paths) = (volumes.iter().map(String::as_str), paths.iter().map(String::as_str));
    Fact::map(
        [
            ("arguments", list("alloy.extraArgs")),
            ("mounts", list("alloy.mounts.extra")),
            ("tolerations", list("controller.tolerations")),
            ("volumes", list("controller.volumes.extra")),
            ("taken", Fact::list(volumes.chain(paths).map(taken), None)),
        ],
        None,
    )
}

/// Where the volume of that name stands; `None` where several mounts need it.
fn volume_of(name: &str, mounts: &Fact, volumes: &Fact) -> Option<Place> {
    let is_it = |one: &&Fact| one.reach("name").text() == Some(name);
    if mounts.items().iter().filter(is_it).count() > 1 {
        return None;
    }
    volumes.items().iter().find(is_it)?.place
}

/// The same facts from values of the alloy chart. Values that the chart does not read do not count; they are listed
/// under `ignored`. Sources: the chart's values and templates (versions 0.1 to 1.11).
pub(crate) fn facts_of_values(release: &ReleasedChart<'_>) -> Vec<(&'static str, Fact)> {
    let values = &release.values;
    let extra = values.reach("alloy.mounts.extra");
    let extra_volumes = values.reach("controller.volumes.extra");
    let is_secret = |name: &str| {
        extra_volumes.items().iter().any(|volume| {
            volume.reach("name").text() == Some(name)
                && volume.reach("secret.secretName").text() == Some("mimir-auth")
        })
    };
    let secret = extra.items().iter().find(|mount| mount.reach("name").text().is_some_and(is_secret));
    let arguments = values.reach("alloy.extraArgs");
    let argument = |flag: &str| {
        let given = |argument: &&Fact| {
            argument.text().is_some_and(|text| text == flag || text.strip_prefix(flag) == Some("=true"))
        };
        arguments.items().iter().find(given).and_then(|argument| argument.place)
    };
    let clustering = match argument("--cluster.enabled") {
        Some(place) => Fact::new(true, place),
        None => values.reach("alloy.clustering.enabled").or_default(false),
    };
    let reporting = match argument("--disable-reporting") {
        Some(place) => Fact::new(false, place),
        None => values.reach("alloy.enableReporting").or_default(true),
    };
    let place = release.release.place;
    let mount = secret.map(|mount| Mount {
        path: mount.reach("mountPath").text().unwrap_or_default().to_owned(),
        sub_path: None,
        source: Volume::Other,
        read_only: mount.reach("readOnly").bool().unwrap_or(false),
        place: mount.reach("mountPath").place.or(mount.place).unwrap_or(place),
    });
    vec![
        ("form", Fact::bare("values")),
        ("kind", values.reach("controller.type").or_default("daemonset")),
        ("clustering", clustering),
        ("reporting", reporting),
        ("tolerations", values.reach("controller.tolerations")),
        (
            "mimir_auth",
            mount_fact(
                mount.as_ref(),
                secret.and_then(|item| item.place),
                secret.and_then(|item| volume_of(item.reach("name").text()?, &extra, &extra_volumes)),
                extra.place.unwrap_or(place),
            ),
        ),
        ("lists", lists_of_values(values)),
        ("varlog", values.reach("alloy.mounts.varlog").or_default(false)),
        ("varlog_of_root", Fact::bare(false)),
        ("privileged", values.reach("alloy.securityContext.privileged").or_default(false)),
        ("run_as_user", values.reach("alloy.securityContext.runAsUser")),
    ]
}
