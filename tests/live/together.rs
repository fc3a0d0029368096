//! Reports of several runs are joined as if one run had seen all.

use std::collections::BTreeSet;

use serde_json::Value;

use super::audit::Audit;
use super::audit::Audited;
use super::audit::example;
use super::audit::verdicts;
use super::kubeconfig::Address;
use super::kubeconfig::Kubeconfig;
use super::lab::free_port;

/// Verdicts of all clusters.
fn all_verdicts(report: &Value) -> BTreeSet<String> {
    let names = ["clean", "down", "leaking"];
    names
        .iter()
        .flat_map(|name| verdicts(report, name).into_iter().map(move |verdict| format!("{name} {verdict}")))
        .collect()
}

#[test]
fn shards_that_are_merged_are_one_run() {
    let (Some(sound), Some(leaking)) = (example("sound"), example("leaking")) else { return };
    let down = Address { url: format!("https://127.0.0.1:{}", free_port()), ..sound.address() };
    let config = Kubeconfig::one("clean", &sound.address(), &sound.admin().credential())
        .with("down", &down, &sound.admin().credential())
        .with("leaking", &leaking.address(), &leaking.admin().credential());
    let folder = sound.lab().folder("shards");
    let config = config.write(&folder, "config");
    let run = |arguments: &[&str]| Audit::new(&config).and(&["--all-contexts"]).and(arguments).run();
    let whole = run(&[]);
    assert_eq!(whole.code, 2);

    let file = |name: &str, ran: &Audited| {
        let path = folder.join(name);
        std::fs::write(&path, &ran.stdout).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let first = run(&["--shard", "0/2"]);
    // As in a pod of an Indexed Job.
    let second =
        Audit::new(&config).and(&["--all-contexts", "--shard", "/2"]).with("JOB_COMPLETION_INDEX", "1").run();
    assert_eq!((first.verdicts("clean").len(), first.verdicts("leaking").len()), (8, 8));
    assert_eq!((first.code, first.verdicts("down").len()), (1, 0));
    assert_eq!((second.code, second.verdicts("down").len(), second.verdicts("clean").len()), (2, 8, 0));

    let (first, second) = (file("report-0.json", &first), file("report-1.json", &second));
    let merge = |order: [&str; 2]| Audit::with_words(&["merge", "-o", "json"]).and(&order).run();
    let (merged, turned) = (merge([&first, &second]), merge([&second, &first]));
    assert_eq!(merged.stdout, turned.stdout);
    assert_eq!(all_verdicts(&merged.report()), all_verdicts(&whole.report()));
    assert_eq!(all_verdicts(&merged.report()).len(), 24);
    assert_eq!(merged.findings(), whole.findings());
    assert_eq!(merged.not_seen("down"), whole.not_seen("down"));
    assert_eq!((merged.code, merged.report()["summary"].clone()), (2, whole.report()["summary"].clone()));

    let missing = Audit::with_words(&["merge", "-o", "json", &first, "not-there.json"]).run();
    assert_eq!(missing.code, 2, "{}", missing.stderr);
    assert_eq!(all_verdicts(&missing.report()).len(), 16);
}
