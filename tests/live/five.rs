//! Many clusters at once, in all states: the run ends in time and tells the truth about each.

use std::path::PathBuf;
use std::time::Duration;

use super::assets::say;
use super::audit::Audit;
use super::audit::Audited;
use super::audit::example;
use super::audit::fill;
use super::cluster::TOKEN_CANARY;
use super::kubeconfig::Address;
use super::kubeconfig::Kubeconfig;
use super::lab::free_port;
use super::proxy::Fault;
use super::proxy::Proxy;
use super::requests::Asked;
use super::requests::assert_only_reads;

/// The contexts, in the order of reports.
const CONTEXTS: [&str; 5] = ["clean", "down", "forbidden", "leaking", "slow"];

/// A kubeconfig with a context for each state of a cluster, and the servers that notes are taken at.
struct Five {
    config: PathBuf,
    proxies: Vec<Proxy>,
}

/// The five, in that order in the kubeconfig.
fn five(folder: &str, order: [&str; 5]) -> Option<Five> {
    let (sound, leaking) = (example("sound")?, example("leaking")?);
    // A cluster of its own: one that is met under two names is judged once.
    let patient = sound.lab().shared("slow", |cluster| fill(cluster, "sound"));
    let slow = Proxy::start(patient);
    // Each of its lists of Services comes long after anybody waits.
    slow.on(|asked: &Asked| asked.is("list", "services"), Fault::Late(Duration::from_secs(60)));
    let (clean, leaks, forbidden) = (Proxy::start(sound), Proxy::start(leaking), Proxy::start(leaking));
    let down = Address { url: format!("https://127.0.0.1:{}", free_port()), ..sound.address() };
    let nobody = leaking.nobody();
    let mut config = Kubeconfig::default();
    for name in order {
        config = match name {
            "clean" => config.with(name, &clean.address(), &sound.admin().credential()),
            "down" => config.with(name, &down, &sound.admin().credential()),
            "forbidden" => config.with(name, &forbidden.address(), &nobody.credential()),
            "leaking" => config.with(name, &leaks.address(), &leaking.admin().credential()),
            _ => config.with(name, &slow.address(), &patient.admin().credential()),
        };
    }
    let config = config.write(&sound.lab().folder(folder), "config");
    Some(Five { config, proxies: vec![slow, clean, leaks, forbidden] })
}

/// How long the run may take: the slow cluster alone takes four times the wait for one request.
const WHOLE: Duration = Duration::from_secs(40);

fn run(five: &Five, arguments: &[&str]) -> Audited {
    let audit = Audit::new(&five.config).and(&["--timeout", "40s", "--request-timeout", "3s"]);
    let ran = audit.and(arguments).run();
    ran.ended_within(WHOLE).never_says(&[TOKEN_CANARY]);
    for proxy in &five.proxies {
        assert_only_reads(&proxy.asked());
    }
    ran
}

/// What the report says of each cluster.
fn table(ran: &Audited) -> String {
    let mut lines = vec![format!("{:20} {}", "", CONTEXTS.map(|name| format!("{name:14}")).join(" "))];
    for verdict in ran.verdicts("clean") {
        let promise = verdict.split(' ').next().unwrap();
        let cells = CONTEXTS.map(|name| format!("{:14}", ran.verdict(name, promise)));
        lines.push(format!("{promise:20} {}", cells.join(" ")));
    }
    let causes = |name: &str| {
        let mut causes: Vec<String> =
            ran.not_seen(name).iter().map(|missed| missed.rsplit(' ').next().unwrap().to_owned()).collect();
        causes.sort();
        causes.dedup();
        if causes.is_empty() { "-".to_owned() } else { causes.join(",") }
    };
    let cells = CONTEXTS.map(|name| format!("{:14}", causes(name)));
    lines.push(format!("{:20} {}", "not seen, since", cells.join(" ")));
    let cells = CONTEXTS.map(|name| format!("{:14}", ran.not_seen(name).len()));
    lines.push(format!("{:20} {}", "kinds not seen", cells.join(" ")));
    lines.push(format!("exit code {}, after {:.1} s", ran.code, ran.took.as_secs_f64()));
    lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")
}

#[test]
fn truth_is_told_about_each_of_five_clusters() {
    let Some(five) = five("five", CONTEXTS) else { return };
    let ran = run(&five, &["--all-contexts"]);
    say(&table(&ran));
    assert_eq!(ran.code, 2);

    assert_eq!(ran.not_seen("clean"), Vec::<String>::new());
    assert_eq!(ran.verdict("clean", "log-boundary"), "holds");
    let undecided = |name: &str| {
        let all = ran.verdicts(name);
        let open = all.iter().filter(|verdict| verdict.ends_with(" undecided")).count();
        (all.len(), open)
    };
    assert!(ran.verdicts("clean").iter().all(|verdict| verdict.ends_with(" holds")));

    assert_eq!(ran.not_seen("down"), ["connect unreachable"]);
    assert_eq!(undecided("down"), (8, 8));

    let missed = ran.not_seen("forbidden");
    assert!(missed.len() > 10 && missed.iter().all(|missed| missed.ends_with(" forbidden")), "{missed:?}");
    assert_eq!(undecided("forbidden"), (8, 8));

    assert_eq!(ran.not_seen("leaking"), Vec::<String>::new());
    let others = ran.verdicts("leaking").iter().filter(|verdict| verdict.ends_with(" holds")).count();
    assert_eq!((ran.verdict("leaking", "log-boundary").as_str(), others), ("violated", 7));
    let leaks = ran.of_rule("logs-leave-workload");
    assert_eq!(leaks.len(), 1, "{leaks:?}");
    assert_eq!(leaks[0]["clusters"], serde_json::json!(["leaking"]));
    assert_eq!(leaks[0]["location"]["path"], "leaking/alloy/ConfigMap/heron-alloy");

    assert_eq!(ran.not_seen("slow"), ["list services timed-out"]);
    assert_eq!(ran.verdict("slow", "log-boundary"), "undecided");
    assert_eq!(ran.verdict("slow", "store-limits"), ran.verdict("clean", "store-limits"));
}

#[test]
fn report_is_the_same_for_any_order_of_clusters() {
    let backwards = {
        let mut order = CONTEXTS;
        order.reverse();
        order
    };
    let Some(forth) = five("forth", CONTEXTS) else { return };
    let Some(back) = five("back", backwards) else { return };
    let named = [
        "--context",
        "slow",
        "--context",
        "clean",
        "--context",
        "leaking",
        "--context",
        "down",
        "--context",
        "forbidden",
    ];
    let runs = [
        run(&forth, &["--all-contexts"]),
        run(&forth, &["--all-contexts"]),
        run(&forth, &named),
        run(&back, &["--all-contexts"]),
    ];
    // The server names the user whom it refuses; each folder has its own.
    let plain = |ran: &Audited| {
        let text = ran.stdout.clone();
        let mut pieces =
            text.split("user-").map(|piece| piece.trim_start_matches(|c: char| c.is_ascii_digit()));
        pieces.by_ref().collect::<Vec<_>>().join("user-")
    };
    assert_eq!(runs[0].stdout, runs[1].stdout);
    assert_eq!(runs[0].stdout, runs[2].stdout);
    assert_eq!(plain(&runs[0]), plain(&runs[3]));
    assert!(runs.iter().all(|ran| ran.code == 2));
}

#[test]
fn server_that_answers_nothing_in_time_does_not_hold_up_the_run() {
    let (Some(cluster), Some(other)) = (example("sound"), example("leaking")) else { return };
    let proxy = Proxy::start(cluster);
    proxy.on(|asked: &Asked| asked.target().is_some(), Fault::Silence);
    let config = Kubeconfig::one("stuck", &proxy.address(), &cluster.admin().credential());
    let config = config.with("leaking", &other.address(), &other.admin().credential());
    let config = config.write(&cluster.lab().folder("stuck"), "config");
    let limits = ["--all-contexts", "--request-timeout", "60s", "--timeout", "10s"];
    let ran = Audit::new(&config).and(&limits).run();
    ran.ended_within(Duration::from_secs(10));
    let missed = ran.not_seen("stuck");
    assert!(missed.len() > 10 && missed.iter().all(|missed| missed.ends_with(" timed-out")), "{missed:?}");
    assert!(ran.verdicts("stuck").iter().all(|verdict| verdict.ends_with(" undecided")));
    assert_eq!((ran.verdict("leaking", "log-boundary").as_str(), ran.code), ("violated", 2));
}

#[test]
fn server_that_takes_its_time_is_seen_whole() {
    let Some(cluster) = example("leaking") else { return };
    let proxy = Proxy::start(cluster);
    proxy.on(|_| true, Fault::Late(Duration::from_millis(400)));
    let folder = cluster.lab().folder("patient");
    let ran = Audit::of(&folder, &proxy.address(), &cluster.admin().credential()).run();
    assert_eq!(ran.not_seen("here"), Vec::<String>::new());
    assert_eq!((ran.verdict("here", "log-boundary").as_str(), ran.code), ("violated", 1));
}
