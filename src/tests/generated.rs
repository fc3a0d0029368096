//! Holds what is generated against the rules: whatever is wanted, nothing is found in it and every promise holds.
//!
//! The ordinary suite takes every combination of two of the switches; `GENERATED=all cargo test generated` takes all of
//! them in all forms.

use std::fmt::Write as _;
use std::sync::Arc;

use proptest::prelude::*;
use rayon::prelude::*;

use crate::check;
use crate::check::CheckOptions;
use crate::finding::Verdict;
use crate::generate;
use crate::generate::Agreed;
use crate::generate::Form;
use crate::generate::Given;
use crate::generate::GivenProduct;
use crate::generate::GivenSite;
use crate::generate::Said;
use crate::generate::Wanted;
use crate::model::looks_unfilled;
use crate::rule::Overrides;
use crate::source::Source;
use crate::source::Sources;

/// What somebody may want: each switch doubles the combinations.
const SWITCHES: usize = 11;

#[expect(clippy::unnecessary_wraps, reason = "as it is given")]
pub(super) fn said(text: &str) -> Option<Said<String>> {
    Some(Said { value: text.to_owned(), by: "--test".to_owned() })
}

/// What is wanted where these switches are on: one bit each.
pub(super) fn given(bits: usize) -> Given {
    let on = |bit: usize| bits >> bit & 1 == 1;
    let azure = on(0);
    let (account, other) = ("111122223333", "00000000-0000-4000-8000-0000000000b1");
    let mut given = Given {
        cloud: said(if azure { "azure" } else { "aws" }),
        workload: said("acme01-production"),
        domain: said("acme.example.com"),
        control_room: said(if on(1) { "cr.example.com" } else { "" }),
        system_logs: Some(on(2)),
        third_party_telemetry: Some(on(3)),
        front_end_logs: Some(on(4)),
        account: said(if azure { other } else { account }).filter(|_| on(5)),
        subscription: said("00000000-0000-4000-8000-0000000000a1").filter(|_| azure && on(5)),
        release: said("20260115").filter(|_| on(6)),
        ..Given::default()
    };
    if on(7) {
        for (name, domain) in
            [("main", "acme.example.com"), ("research", "r.example.org"), ("x-1", "x.example.net")]
        {
            let site = GivenSite { by: "--site".to_owned(), domain: said(domain), ..GivenSite::default() };
            given.sites.insert(name.to_owned(), site);
        }
        let site = given.sites.get_mut("research").unwrap();
        site.probed_outside = Some(false);
        site.products.insert("connect".to_owned(), GivenProduct { runs: false, prefix: None });
        let main = given.sites.get_mut("main").unwrap();
        main.products.insert("workbench".to_owned(), GivenProduct { runs: true, prefix: said("dev") });
    }
    if on(8) && on(1) {
        let names = ["up", "kube_pod_info", "probe_success"].map(str::to_owned).to_vec();
        given.kept_metrics = Some(Said { value: names, by: "--filter-from".to_owned() });
    }
    given.forward_auth = Some(!on(10));
    if on(9) {
        given.tenant_name = said("Acme & \"Söhne\" \\ { x } ${y}");
        given.region = said(if azure { "usgovvirginia" } else { "us-gov-west-1" });
        given.log_retention = said("90d");
        given.metric_retention = said("26w");
        given.taints = vec![said("nvidia.com/gpu").unwrap(), said("pool=big").unwrap()];
        given.mimir_replicas = Some(Said { value: 5, by: "--replicas".to_owned() });
        given.loki_replicas = Some(Said { value: 4, by: "--replicas".to_owned() });
        given.network_trust = said("FULL");
    }
    given
}

/// What a settings file declares of a workload: the same that its stack was written for.
pub(super) fn declaration(wanted: &Wanted) -> String {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let mut text = String::from("version: 1\nstrict: true\n");
    let room = wanted.control_room.as_deref().map_or("false".to_owned(), quoted);
    let _ = writeln!(
        text,
        "workload: {}\ncontrol_room: {room}\ndomain: {}",
        quoted(&wanted.workload),
        quoted(&wanted.domain)
    );
    let _ =
        writeln!(text, "declared:\n  cloud: {}\n  region: {}", wanted.cloud.name(), quoted(&wanted.region));
    if let Some(account) = &wanted.account {
        let _ = writeln!(text, "  account: {}", quoted(account));
    }
    if let Some(subscription) = &wanted.subscription {
        let _ = writeln!(text, "  subscription: {}", quoted(subscription));
    }
    if let Some(release) = &wanted.release {
        let _ = writeln!(
            text,
            "  clusters: {{ {}: {{ mimir_replicas: {}, loki_replicas: {} }} }}",
            quoted(release),
            wanted.mimir_replicas,
            wanted.loki_replicas
        );
    }
    if let Some(trust) = &wanted.network_trust {
        let _ = writeln!(text, "  network_trust: {trust}");
    }
    let _ = writeln!(
        text,
        "  tenant_name: {}\n  system_logs: {}",
        quoted(&wanted.tenant_name),
        wanted.system_logs
    );
    let _ = writeln!(text, "  third_party_telemetry: {}", wanted.third_party_telemetry);
    let _ = writeln!(text, "  filter_control_room_metrics: {}", wanted.kept_metrics.is_some());
    let _ = writeln!(text, "  forward_auth: {}\n  sites:", wanted.login_site().is_some());
    for site in &wanted.sites {
        let _ = writeln!(text, "    {}: {}", quoted(&site.name), quoted(&site.domain));
    }
    text
}

/// The `site.yaml` of each site, with its path.
fn site_files(wanted: &Wanted) -> Vec<(String, String)> {
    let file = |site: &generate::Site| {
        let mut text = String::from("apiVersion: core.posit.team/v1beta1\nkind: Site\nspec:\n");
        let _ = writeln!(text, "  enableFqdnHealthChecks: {}", site.probed_outside);
        for product in &generate::PRODUCTS {
            match site.products.iter().find(|own| own.product == product) {
                Some(own) => {
                    let _ = writeln!(
                        text,
                        "  {}: {{ replicas: 1, domainPrefix: {:?} }}",
                        product.key, own.prefix
                    );
                }
                None => {
                    let _ = writeln!(text, "  {}: {{ replicas: 0 }}", product.key);
                }
            }
        }
        (format!("site_{}/site.yaml", site.name), text)
    };
    wanted.sites.iter().map(file).collect()
}

/// What is found in files, with their settings: every finding, and every promise that does not hold.
pub(super) fn found(files: &[(String, String)], settings: &str) -> Vec<String> {
    let source = |path: &str, text: &str| Source { path: path.to_owned(), argument: 0, text: text.into() };
    let texts = files.iter().map(|(path, text)| source(path, text)).collect();
    let sources = Sources { texts, ..Sources::default() };
    let options = CheckOptions { config: Some(source("ptd-lint.yaml", settings)), ..CheckOptions::default() };
    let checked = check::check(&sources, &[".".to_owned()], &options);
    let mut told = Vec::new();
    for finding in &checked.report.findings {
        let at = finding.place.map(|place| {
            let at = checked.documents.resolve(place);
            format!("{}:{}", at.path, at.start.line)
        });
        told.push(format!(
            "{} {} {}: {}",
            at.unwrap_or_default(),
            finding.severity.name(),
            finding.rule,
            finding.message
        ));
    }
    for error in &checked.report.coverage.errors {
        told.push(format!("{}:{:?}: {}", error.path, error.line, error.message));
    }
    for verdict in &checked.report.verdicts {
        if !matches!(verdict.verdict, Verdict::Holds | Verdict::NotApplicable) {
            told.push(format!("{}: {:?} {}", verdict.invariant.id(), verdict.verdict, verdict.summary));
        }
    }
    told
}

/// The files of a stack as a user has them: with its declaration beside it.
pub(super) fn written(wanted: &Wanted, form: Form, agreed: &Arc<Agreed>) -> Vec<(String, String)> {
    let files = generate::generate(wanted, form, agreed)
        .unwrap_or_else(|fault| panic!("{form:?} {wanted:?}: {fault}"));
    assert!(!files.is_empty(), "{form:?}");
    let files = files.into_iter().map(|file| (file.file.to_owned(), file.text));
    files.chain(site_files(wanted)).collect()
}

/// The faults of all forms for this, each with what was wanted.
fn faults(given: &Given, forms: &[Form], agreed: &Arc<Agreed>) -> Vec<String> {
    let (wanted, _) = Wanted::new(given).unwrap_or_else(|faults| panic!("{given:?}: {faults:?}"));
    let settings = declaration(&wanted);
    let of_form = |form: &Form| {
        let told = found(&written(&wanted, *form, agreed), &settings);
        told.into_iter().map(|line| format!("{}: {line}", form.name())).collect::<Vec<_>>()
    };
    forms.iter().flat_map(of_form).collect()
}

/// Combinations of which every two switches are seen in all four positions: any two numbers differ in a bit.
fn pairs() -> Vec<usize> {
    const ALL: usize = (1 << SWITCHES) - 1;
    let of_bit = |bit: usize| {
        (0..SWITCHES).filter(|switch| (switch + 1) >> bit & 1 == 1).map(|switch| 1 << switch).sum()
    };
    let rows = (0..4).flat_map(|bit| {
        let row: usize = of_bit(bit);
        [row, ALL ^ row]
    });
    rows.chain([0, ALL]).collect()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test asks whether to take its time")]
fn whatever_is_wanted_keeps_all_promises() {
    let all = std::env::var("GENERATED").is_ok_and(|value| value == "all");
    let chosen = if all { (0..1 << SWITCHES).collect() } else { pairs() };
    let agreed = Arc::new(Agreed::new(Overrides::new()));
    let told: Vec<String> = chosen
        .par_iter()
        .with_max_len(1)
        .flat_map(|bits| {
            let told = faults(&given(*bits), &Form::ALL, &agreed);
            told.into_iter().map(|line| format!("{bits:010b} {line}")).collect::<Vec<_>>()
        })
        .collect();
    assert!(told.is_empty(), "{} faults:\n{}", told.len(), told[..told.len().min(40)].join("\n"));
}

#[test]
fn a_setting_changes_what_is_written_and_what_is_found() {
    let (wanted, _) = Wanted::new(&given(0b0_0010)).unwrap();
    let plain = declaration(&wanted);
    for (rule, setting, own) in [
        ("series-limit-differs", "series", "700001"),
        ("label-names-limit-differs", "labels", "44"),
        ("mimir-volume-differs", "size", "21Gi"),
        ("query-timeout-differs", "timeout", "299s"),
        ("query-hedging-differs", "at", "251ms"),
        ("old-sample-age-differs", "age", "169h"),
        ("query-split-differs", "interval", "16m"),
        ("session-nodes-not-tolerated", "value", "visit"),
        ("new-users-not-editor", "role", "Viewer"),
        ("header-login-differs", "header", "X-User"),
        ("grafana-address-differs", "prefix", "dash."),
        ("blocks-without-prefix", "prefix", "bricks"),
        ("control-room-write-elsewhere", "name", "metrics"),
        ("collector-outside-its-namespace", "namespace", "collectors"),
    ] {
        let settings = format!("{plain}rules:\n  settings:\n    {rule}: {{ {setting}: {own} }}\n");
        let as_agreed = Arc::new(Agreed::new(Overrides::new()));
        let as_set = Arc::new(Agreed::new(overrides(&settings)));
        let (before, after) =
            (written(&wanted, Form::HelmChart, &as_agreed), written(&wanted, Form::HelmChart, &as_set));
        assert_ne!(before, after, "{rule}");
        assert_eq!(found(&after, &settings), [""; 0], "{rule}: written with the setting, judged with it");
        let told = found(&before, &settings);
        assert!(
            told.iter().any(|line| line.contains(rule)),
            "{rule}: written without, judged with it: {told:?}"
        );
        let told = found(&after, &plain);
        assert!(
            told.iter().any(|line| line.contains(rule)),
            "{rule}: written with, judged without it: {told:?}"
        );
    }
}

/// The settings of rules in a settings file.
fn overrides(settings: &str) -> Overrides {
    let stream = crate::document::parse_yaml(&Arc::from(settings));
    let document = crate::document::Document {
        text: settings.into(),
        language: crate::document::Language::Yaml,
        host: None,
        body: crate::document::Body::Tree(stream.documents.into_iter().next().unwrap()),
        lines: Arc::new(crate::text::LineIndex::new(&Arc::from(settings))),
        regions: Vec::new(),
    };
    let doc = crate::document::DocId { file: 0, index: 0 };
    let (config, problems) = crate::config::Config::parse(doc, &document);
    assert!(problems.is_empty(), "{problems:?}");
    let (overrides, problems) = crate::rule::RuleSet::builtin().overrides(&config.settings);
    assert!(problems.is_empty(), "{problems:?}");
    overrides
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// Names, domains and labels are what people make them.
    #[test]
    fn any_names_that_are_taken_keep_all_promises(
        bits in 0_usize..1 << SWITCHES,
        workload in "[a-z][a-z0-9]{0,12}(-[a-z]{1,10}){0,2}",
        sites in prop::collection::btree_map("[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", "([a-z0-9]{1,8}[.]){1,3}example[.](com|org)", 1..4),
        tenant in "[^\\p{C}\\p{Zs}{}]{1,20}",
        release in prop::option::of("[0-9]{8}"),
    ) {
        prop_assume!(!looks_unfilled(&tenant));
        let mut given = given(bits & !(1 << 7));
        given.workload = said(&workload);
        given.tenant_name = said(&tenant);
        given.release = release.as_deref().and_then(said);
        given.domain = None;
        for (name, domain) in &sites {
            let site = GivenSite { by: "--site".to_owned(), domain: said(domain), ..GivenSite::default() };
            given.sites.insert(name.clone(), site);
        }
        let agreed = Arc::new(Agreed::new(Overrides::new()));
        let told = faults(&given, &[Form::ALL[bits % Form::ALL.len()]], &agreed);
        prop_assert!(told.is_empty(), "{told:#?}");
    }
}
