//! Programs of real stacks.

use super::errors;
use super::outline;
use super::read;
use crate::tests::PROGRAMS;
use crate::tests::shared;

/// Incidents of `../shared/corpus/ptd/history`.
const INCIDENTS: &[&str] = &[
    "alerted-metric-never-scraped",
    "auth-proxy-without-forward-auth",
    "azure-lb-wrong-resource-group",
    "azure-resource-graph-syntax",
    "blackbox-instance-duplicates",
    "cluster-label-without-release",
    "control-room-url-without-domain",
    "hash-comments-in-alloy",
    "main-domain-alphabetical",
    "mimir-volumes-never-deleted",
    "orphan-mimir-auth-aws",
    "orphan-mimir-auth-azure",
    "remote-write-shards",
    "remote-write-stale-retry-storm",
    "store-gateway-without-limits",
    "tenant-name-by-relabel",
    "values-serialization-yaml-v3",
];

/// The programs among them with `#` comments: Alloy did not start. It took more than one commit to be rid of them, and
/// branches still had them when the next faults were mended.
const HASHED: &[(&str, &str)] = &[
    ("blackbox-instance-duplicates", "after"),
    ("blackbox-instance-duplicates", "before"),
    ("hash-comments-in-alloy", "before"),
    ("mimir-volumes-never-deleted", "after"),
    ("mimir-volumes-never-deleted", "before"),
];

/// The text of `config.alloy` in a manifest, taken out by its indentation: enough for a block scalar.
fn program(manifest: &str) -> Option<String> {
    let (_, after) = manifest.split_once("\n  config.alloy: |")?;
    let lines = after.lines().skip(1).take_while(|line| line.is_empty() || line.starts_with("    "));
    Some(lines.map(|line| line.get(4..).unwrap_or_default()).collect::<Vec<_>>().join("\n"))
}

#[test]
fn rendered_programs_have_no_errors() {
    for folder in PROGRAMS {
        let Some(text) = shared(&format!("corpus/ptd/{folder}/alloy/config.alloy")) else { return };
        let file = read(&text);
        assert_eq!(errors(&file), [""; 0], "{folder}");
        assert!(file.body.blocks().count() > 10, "{folder}");
    }
}

#[test]
fn programs_of_past_incidents_parse_but_for_those_with_hash_comments() {
    for incident in INCIDENTS {
        for state in ["before", "after"] {
            // The one that was never mended.
            if (*incident, state) == ("auth-proxy-without-forward-auth", "after") {
                continue;
            }
            let path = format!("corpus/ptd/history/{incident}/{state}/manifests/alloy.yaml");
            let Some(manifest) = shared(&path) else { return };
            let text = program(&manifest).unwrap_or_else(|| panic!("{path} holds no program"));
            let file = read(&text);
            assert!(file.body.blocks().count() > 10, "{path}");
            if HASHED.contains(&(*incident, state)) {
                let first = &file.errors[0];
                assert_eq!(first.message, "illegal character U+0023 '#'", "{path}");
                assert!(text[first.span.start as usize..].starts_with('#'), "{path}");
                let clean: Vec<&str> =
                    text.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
                let clean = read(&clean.join("\n"));
                assert_eq!(errors(&clean), [""; 0]);
                assert_eq!(outline(&file), outline(&clean), "hash comments cost nothing in {path}");
            } else {
                assert_eq!(errors(&file), [""; 0], "{path}");
            }
        }
    }
}
