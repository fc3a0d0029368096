//! Asks Mimir, Loki and Alloy themselves, through the API server's proxy, what they run with.
//!
//! Only these are ever asked: `/config`, `/runtime_config` and the version of the stores, the list of Alloy's components. What
//! a component was given is not asked for. What comes back becomes a text of the cluster, an answer (`model/answers`).

mod answer;
mod plan;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use tokio::task::JoinSet;

use self::plan::Process;
use self::plan::Program;
use super::call::Accept;
use super::call::Call;
use super::cause::Cause;
use super::cause::Refusal;
use super::connection::Connection;
use super::survey::Missed;
use super::texts;

/// The resource of the right that all of it needs, with the verb `get`.
pub(crate) const RESOURCE: &str = "pods/proxy";

/// The promises that hang on what stores answer: those of the rules over `running_option`, `running_tenant` and
/// `running_version`.
pub(crate) const OF_STORES: [&str; 4] = ["store-limits", "store-retention", "store-storage", "coherence"];

/// The promises that hang on what collectors answer: those of the rules over `running_component` and `running_program`.
pub(crate) const OF_COLLECTORS: [&str; 1] = ["coherence"];

/// The most modules of one collector that are asked for their components.
const MODULES: usize = 50;

/// What was found out by asking.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// The answers by the names that reports give them.
    pub(super) texts: Vec<(String, String)>,
    /// What could not be asked.
    pub(super) missed: Vec<Missed>,
    /// What was left out on purpose.
    pub(super) notes: Vec<String>,
}

/// Reads any bytes as each kind of answer; gives the configurations, covered. See `live/invariants.rs`.
#[cfg(any(test, feature = "fuzzing"))]
pub(super) fn configurations(bytes: &[u8]) -> Vec<String> {
    let _ = (answer::version(bytes), answer::components(bytes));
    [answer::configuration(bytes), answer::runtime(bytes)].into_iter().filter_map(Result::ok).collect()
}

/// Asks the processes that the objects show: pods and what makes them, with their kinds.
pub(super) async fn ask(cluster: &str, connection: &Arc<Connection>, objects: &[(&str, Value)]) -> Answers {
    let plan = plan::plan(objects.iter().map(|(kind, object)| (*kind, object)));
    let mut answers = Answers { notes: plan.notes, ..Answers::default() };
    for (program, namespace, (kind, name)) in plan.none_ready {
        let message = format!("no pod of {kind} {name} is ready to be asked; look why, and ask again");
        answers.missed.push(missed(program, &namespace, name, Refusal::new(Cause::Unreachable, message)));
    }
    let mut running = JoinSet::new();
    for process in plan.processes {
        let asking =
            Asking { connection: Arc::clone(connection), process, fields: Map::new(), missed: Vec::new() };
        running.spawn(asking.ask());
    }
    while let Some(outcome) = running.join_next().await {
        let Ok(Asking { process, fields, missed, .. }) = outcome else { continue };
        answers.missed.extend(missed);
        if !fields.is_empty() {
            let path = texts::path(cluster, &process.namespace, "Answer", &process.pod);
            answers.texts.push((path, text(&process, fields)));
        }
    }
    // They come in any order; reports must not.
    answers.texts.sort();
    answers.missed.sort_by(|one, two| {
        (&one.namespace, &one.name, &one.refusal.message).cmp(&(
            &two.namespace,
            &two.name,
            &two.refusal.message,
        ))
    });
    answers
}

/// An answer as a text to lint.
fn text(process: &Process, fields: Map<String, Value>) -> String {
    let (kind, name) = &process.workload;
    let mut answer = Map::new();
    answer.insert("apiVersion".to_owned(), json!("ptd-lint/v1"));
    answer.insert("kind".to_owned(), json!("Answer"));
    answer.insert("metadata".to_owned(), json!({"name": process.pod, "namespace": process.namespace}));
    answer.insert("program".to_owned(), json!(process.program.name()));
    answer.insert("workload".to_owned(), json!({"kind": kind, "name": name}));
    answer.extend(fields);
    texts::pretty(&Value::Object(answer))
}

fn missed(program: Program, namespace: &str, name: String, refusal: Refusal) -> Missed {
    let promises: &[&str] = if program == Program::Alloy { &OF_COLLECTORS } else { &OF_STORES };
    Missed {
        kind: None,
        verb: "get",
        resource: RESOURCE.to_owned(),
        namespace: Some(namespace.to_owned()),
        name: Some(name),
        refusal,
        promises: promises.iter().map(|id| (*id).to_owned()).collect(),
    }
}

/// A process while it is asked.
struct Asking {
    connection: Arc<Connection>,
    process: Process,
    /// What it said.
    fields: Map<String, Value>,
    /// What it did not say.
    missed: Vec<Missed>,
}

impl Asking {
    async fn ask(mut self) -> Self {
        match self.process.program {
            Program::Alloy => self.ask_collector().await,
            Program::Loki => self.ask_store("/loki/api/v1/status/buildinfo").await,
            Program::Mimir => self.ask_store("/api/v1/status/buildinfo").await,
        }
        self
    }

    async fn ask_store(&mut self, version: &str) {
        // Where the way there is closed, it is closed for all.
        match self.get("/config").await.and_then(|body| answer::configuration(&body).map_err(not_understood))
        {
            Ok(text) => self.say("config", json!(text)),
            Err(refusal) => {
                let closed = refusal.cause != Cause::NotUnderstood && refusal.cause != Cause::Gone;
                self.miss("/config", &refusal);
                if closed {
                    return;
                }
            }
        }
        match self.get("/runtime_config").await {
            // A store that is told of no runtime file has no such path.
            Err(refusal) if refusal.cause == Cause::Gone && self.loads_nothing() => {
                self.say("runtime_config", json!(""));
            }
            answered => match answered.and_then(|body| answer::runtime(&body).map_err(not_understood)) {
                Ok(text) => self.say("runtime_config", json!(text)),
                Err(refusal) => self.miss("/runtime_config", &refusal),
            },
        }
        match self.get(version).await.and_then(|body| answer::version(&body).map_err(not_understood)) {
            Ok(number) => self.say("version", json!(number)),
            Err(refusal) => self.miss(version, &refusal),
        }
    }

    async fn ask_collector(&mut self) {
        let root = "/api/v0/web/components";
        let (mut components, mut modules) = match self.components(root).await {
            Ok(found) => found,
            Err(refusal) => return self.miss(root, &refusal),
        };
        let mut asked: BTreeSet<String> = BTreeSet::new();
        while let Some(module) = modules.pop() {
            if asked.len() >= MODULES || !asked.insert(module.clone()) {
                continue;
            }
            let path = format!("/api/v0/web/modules/{}/components", encoded(&module));
            match self.components(&path).await {
                Ok((more, further)) => {
                    components.extend(more);
                    modules.extend(further);
                }
                // Items of a loop come and go.
                Err(refusal) if refusal.cause == Cause::Gone => {}
                Err(refusal) => self.miss(&path, &refusal),
            }
        }
        let key = |component: &Value| {
            let text = |key| component.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            (text("moduleID"), text("localID"))
        };
        components.sort_by_key(key);
        self.say("components", Value::Array(components));
    }

    async fn components(&self, path: &str) -> Result<(Vec<Value>, Vec<String>), Refusal> {
        answer::components(&self.get(path).await?).map_err(not_understood)
    }

    /// The body of the process' answer.
    async fn get(&self, path: &str) -> Result<Vec<u8>, Refusal> {
        let call = Call::get(self.process.path(path), Accept::Anything);
        match self.connection.send(&call).await {
            Ok(answer) => Ok(answer.body),
            // The credentials were good enough for all that came before: it is the program that wants others.
            Err(refusal) if refusal.cause == Cause::Unauthorized => {
                Err(Refusal::new(refusal.cause, "the program wants a login, which the probe does not have"))
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// Whether its configuration names no runtime file.
    fn loads_nothing(&self) -> bool {
        let Some(text) = self.fields.get("config").and_then(Value::as_str) else { return false };
        let stream = crate::document::parse_yaml(&Arc::from(text));
        let root = stream.documents.first().and_then(crate::document::Tree::root);
        root.is_some_and(|root| root.text_at("runtime_config.file").is_none_or(str::is_empty))
    }

    fn say(&mut self, field: &str, value: Value) {
        self.fields.insert(field.to_owned(), value);
    }

    fn miss(&mut self, path: &str, refusal: &Refusal) {
        let Process { program, namespace, pod, .. } = &self.process;
        let message = format!("{path}: {}", refusal.message);
        let refusal = Refusal::new(refusal.cause, message);
        self.missed.push(missed(*program, namespace, pod.clone(), refusal));
    }
}

fn not_understood(why: &'static str) -> Refusal {
    Refusal::new(Cause::NotUnderstood, format!("the answer is not what this program gives: {why}"))
}

/// An id of a module as a part of a path. Its slashes are those of its parts.
fn encoded(module: &str) -> String {
    let mut out = String::new();
    for byte in module.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    // A path that goes up would leave the program's own.
    out.replace("..", "%2E%2E")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_modules_stay_within_the_path() {
        assert_eq!(encoded("logs.all/one"), "logs.all/one");
        assert_eq!(encoded("a b?c#d"), "a%20b%3Fc%23d");
        assert_eq!(encoded("../../secrets"), "%2E%2E/%2E%2E/secrets");
    }
}
