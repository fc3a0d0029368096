//! Turns the flags of `generate`, declarations and the settings file into what is said of a workload.

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::sync::Arc;

use super::Stop;
use super::args::GenerateArgs;
use super::asking;
use super::output::say;
use super::problem_line;
use super::settings::ConfigChoice;
use super::settings::Settings;
use crate::config::Config;
use crate::document::DocId;
use crate::document::Documents;
use crate::document::Place;
use crate::generate::Given;
use crate::generate::GivenProduct;
use crate::generate::GivenSite;
use crate::generate::Kept;
use crate::generate::PRODUCTS;
use crate::generate::Said;
use crate::generate::kept_metrics;
use crate::model;
use crate::model::Expected;
use crate::model::FilePieces;
use crate::model::Piece;
use crate::model::Stack;
use crate::rule::Overrides;
use crate::rule::RuleSet;
use crate::source;
use crate::source::Source;

/// What is said of a workload, and the settings of rules that agreed values come from.
pub(super) struct Declared {
    /// All sources, one over the other.
    pub(super) given: Given,
    /// The user's settings of rules.
    pub(super) overrides: Overrides,
}

/// Reads all sources: flags beat the settings file, which beats declarations.
pub(super) fn declared(args: &GenerateArgs) -> Result<Declared, Stop> {
    let choice = ConfigChoice::of(args.no_config, args.config.as_deref(), ConfigChoice::Discovered);
    let settings = Settings::read(&choice, &[]).map_err(|problem| super::failed(&problem))?;
    if let Some(problem) = settings.problems.first() {
        return Err(super::failed(problem));
    }
    let from: Vec<OsString> = args.from.iter().chain(&args.also_from).cloned().collect();
    let files = source::read_all(&from, None, &mut std::io::stdin().lock());
    if let Some(problem) = files.problems.first() {
        return Err(super::failed(problem));
    }
    let (below, overrides) = of_files(&files.texts, settings.config.as_ref(), args.release.as_deref())?;
    let mut given = flags(args)?.over(below);
    if args.interactive {
        let stdin = std::io::stdin();
        if !stdin.is_terminal() {
            let why = "--interactive: there is nobody to ask: standard input is not a terminal";
            return Err(Stop::Failed(vec![why.to_owned()]));
        }
        asking::ask(&mut given, &mut stdin.lock(), &mut std::io::stderr())
            .map_err(|why| Stop::Failed(vec![format!("--interactive: {why}")]))?;
    }
    if let Some(kept) = kept(args)? {
        given.kept_metrics = Some(kept);
    } else if given.filter.as_ref().is_some_and(|said| said.value) {
        let by = given.filter.as_ref().map_or("", |said| said.by.as_str());
        let why = "the control room's metrics are to be filtered: name its alert rules and dashboards with `--filter-from PATH`";
        return Err(Stop::Failed(vec![format!("{by}: {why}")]));
    }
    Ok(Declared { given, overrides })
}

/// What declarations and the settings file say, of that cluster where several are declared.
fn of_files(
    files: &[Source],
    config: Option<&Source>,
    cluster: Option<&str>,
) -> Result<(Given, Overrides), Stop> {
    let all: Vec<&Source> = files.iter().chain(config).collect();
    let read = |(index, source): (u32, &&Source)| {
        model::read(index, &source.path, &source.text.opened(), Expected::Any)
    };
    let mut readings: Vec<_> = (0_u32..).zip(&all).map(read).collect();
    let documents =
        Documents { files: readings.iter_mut().map(|reading| std::mem::take(&mut reading.file)).collect() };
    let problems = readings.iter().zip(&all).flat_map(|(reading, source)| {
        reading.problems.iter().map(|problem| {
            format!("{}: {}", by(&documents, Some(problem.place), &source.path), problem.message)
        })
    });
    let problems: Vec<String> = problems.collect();
    if !problems.is_empty() {
        return Err(Stop::Failed(problems));
    }
    let (config, overrides) = config_of(&documents, files.len(), config)?;
    let pieces: Vec<FilePieces<'_>> = (0_u32..)
        .zip(&readings)
        .map(|(file, reading)| FilePieces { file, pieces: &reading.pieces })
        .collect();
    for (source, reading) in files.iter().zip(&readings) {
        let declares = reading
            .pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Declaration(_) | Piece::Settings(_) | Piece::Site(_)));
        if !declares {
            let why = "declares nothing: a `ptd.yaml` or `site.yaml` is expected here";
            return Err(Stop::Failed(vec![format!("{}: {why}", source.path)]));
        }
    }
    let stack = Stack::assemble(&documents, &pieces, cluster);
    if stack.declarations.len() > 1 {
        let why = "several workloads are declared: name the `ptd.yaml` of one";
        return Err(Stop::Failed(vec![why.to_owned()]));
    }
    let path = stack.declarations.first().map_or("", |declaration| path_of(&documents, declaration.at.doc));
    let workload = model::workload(&stack, &config.stated(), folder_name(path));
    if workload.is_control_room {
        return Err(Stop::Failed(vec![format!(
            "{path}: this declares a control room; stacks are written for workloads"
        )]));
    }
    let places = |place: Option<Place>| by(&documents, place, path);
    let mut given = Given::declared(&workload, &places);
    let products = model::declared_products(&stack, &workload);
    given.add_products(&products, &places);
    Ok((given, overrides))
}

/// The settings file, put into effect.
fn config_of(
    documents: &Documents,
    file: usize,
    source: Option<&Source>,
) -> Result<(Config, Overrides), Stop> {
    let Some(source) = source else { return Ok((Config::default(), Overrides::new())) };
    let doc = DocId { file: u32::try_from(file).unwrap_or(u32::MAX), index: 0 };
    let Some(document) = documents.files.get(file).and_then(|file| file.documents.first()) else {
        return Ok((Config::default(), Overrides::new()));
    };
    let (config, problems) = Config::parse(doc, document);
    let rules = RuleSet::builtin();
    let (overrides, mismatched) = rules.overrides(&config.settings);
    let own = problems.iter().map(|problem| (problem.place, &problem.message));
    let all = own.chain(mismatched.iter().map(|problem| (problem.place, &problem.message)));
    let lines: Vec<String> = all
        .map(|(place, message)| format!("{}: {message}", by(documents, Some(place), &source.path)))
        .collect();
    if lines.is_empty() { Ok((config, overrides)) } else { Err(Stop::Failed(lines)) }
}

/// A place in words: file and line.
fn by(documents: &Documents, place: Option<Place>, path: &str) -> String {
    let Some(place) = place else { return path.to_owned() };
    let resolved = documents.resolve(place);
    format!("{}:{}", path_of(documents, place.doc), resolved.start.line)
}

fn path_of(documents: &Documents, doc: DocId) -> &str {
    let file = usize::try_from(doc.file).ok().and_then(|file| documents.files.get(file));
    file.map_or("", |file| file.path.as_str())
}

/// The workload's name by the folder of its declaration: `__work__/NAME/ptd.yaml`.
fn folder_name(path: &str) -> &str {
    path.rsplit('/').nth(1).unwrap_or_default()
}

/// What the command line says.
fn flags(args: &GenerateArgs) -> Result<Given, Stop> {
    let said = |value: &Option<String>, flag: &str| {
        value.as_ref().map(|value| Said { value: value.clone(), by: flag.to_owned() })
    };
    let switch = |on: bool, off: bool| if on { Some(true) } else { off.then_some(false) };
    let replicas = args.replicas.map(|value| Said { value, by: "--replicas".to_owned() });
    let mut given = Given {
        cloud: args.cloud.map(|cloud| Said { value: cloud.name().to_owned(), by: "--cloud".to_owned() }),
        workload: said(&args.workload, "--workload"),
        release: said(&args.release, "--release"),
        region: said(&args.region, "--region"),
        account: said(&args.account_id, "--account-id").or_else(|| said(&args.tenant_id, "--tenant-id")),
        subscription: said(&args.subscription_id, "--subscription-id"),
        domain: said(&args.domain, "--domain"),
        control_room: said(&args.control_room, "--control-room").or_else(|| {
            args.no_control_room.then(|| Said { value: String::new(), by: "--no-control-room".to_owned() })
        }),
        tenant_name: said(&args.tenant_name, "--tenant-name"),
        system_logs: switch(args.system_logs, args.no_system_logs),
        third_party_telemetry: switch(args.third_party_telemetry, args.no_third_party_telemetry),
        filter: args
            .filter_control_room_metrics
            .then(|| Said { value: true, by: "--filter-control-room-metrics".to_owned() }),
        front_end_logs: args.no_front_end_logs.then_some(false),
        mimir_replicas: replicas.clone(),
        loki_replicas: replicas,
        log_retention: said(&args.log_retention, "--log-retention"),
        metric_retention: said(&args.metric_retention, "--metric-retention"),
        taints: args
            .tolerate
            .iter()
            .map(|value| Said { value: value.clone(), by: "--tolerate".to_owned() })
            .collect(),
        identities: args
            .client_id
            .iter()
            .map(|value| Said { value: value.clone(), by: "--client-id".to_owned() })
            .collect(),
        forward_auth: args.no_forward_auth.then_some(false),
        network_trust: said(&args.network_trust, "--network-trust"),
        ..Given::default()
    };
    for text in &args.site {
        let Some((name, domain)) = text.split_once('=') else {
            return Err(wrong("--site", text, "NAME=DOMAIN"));
        };
        let by = "--site".to_owned();
        let domain = Some(Said { value: domain.to_owned(), by: by.clone() });
        let site = GivenSite { by, domain, ..GivenSite::default() };
        if given.sites.insert(name.to_owned(), site).is_some() {
            return Err(Stop::Failed(vec![format!("--site: site `{name}` is given twice")]));
        }
    }
    for text in &args.product {
        let words =
            text.split_once('=').and_then(|(product, prefix)| Some((product.split_once('.')?, prefix)));
        let Some(((site, product), prefix)) = words else {
            return Err(wrong("--product", text, "SITE.PRODUCT=PREFIX or SITE.PRODUCT=off"));
        };
        if PRODUCTS.iter().all(|known| known.name != product) {
            let names: Vec<&str> = PRODUCTS.iter().map(|known| known.name).collect();
            return Err(Stop::Failed(vec![format!(
                "--product: `{product}` is no product; there are {}",
                names.join(", ")
            )]));
        }
        let by = "--product".to_owned();
        let prefix = (prefix != "off").then(|| Said { value: prefix.to_owned(), by: by.clone() });
        let own =
            given.sites.entry(site.to_owned()).or_insert_with(|| GivenSite { by, ..GivenSite::default() });
        own.products.insert(product.to_owned(), GivenProduct { runs: prefix.is_some(), prefix });
    }
    Ok(given)
}

fn wrong(flag: &str, text: &str, form: &str) -> Stop {
    Stop::Failed(vec![format!("{flag}: `{text}` is not of the form {form}")])
}

/// The metrics that the control room reads, where files of its alert rules and dashboards are named.
fn kept(args: &GenerateArgs) -> Result<Option<Said<Vec<String>>>, Stop> {
    if args.filter_from.is_empty() {
        return Ok(None);
    }
    let files = source::read_all(&args.filter_from, None, &mut std::io::stdin().lock());
    let unread: Vec<String> = files.problems.iter().map(problem_line).collect();
    if !unread.is_empty() {
        return Err(Stop::Failed(unread));
    }
    let texts: Vec<(String, Arc<str>)> =
        files.texts.iter().map(|source| (source.path.clone(), source.text.opened())).collect();
    let Kept { metrics, silenced, emptied } = kept_metrics(&texts);
    if !silenced.is_empty() {
        let lines = silenced.iter().map(|words| {
            format!("--filter-from: it cannot be told which metrics {words} reads, and a filter would silence it; name them in the query")
        });
        return Err(Stop::Failed(lines.collect()));
    }
    if metrics.is_empty() {
        return Err(Stop::Failed(vec![
            "--filter-from: no alert rule or dashboard in these files reads any metric".to_owned(),
        ]));
    }
    for words in emptied {
        say(&format!(
            "warning: it cannot be told which metrics {words} reads; the filter may leave it empty"
        ));
    }
    Ok(Some(Said { value: metrics, by: "--filter-from".to_owned() }))
}
