//! Turns the command line of a container into what Alloy runs: the path of its program, or why that is not known.

use super::pod;
use crate::document::NodeRef;

/// What a container's command line starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Start {
    /// Alloy with the program at that path.
    Program(String),
    /// Alloy with something that is not read, or not for certain; in words that follow "it".
    Unclear(String),
    /// A subcommand that collects nothing.
    Tool,
}

/// Flags that take no value, so that the argument behind one is not its value. Source: `cmd_run.go` and
/// the reference page of `run`, 1.0 to 1.18. (`--feature.prometheus.metric-validation-scheme` took a value before it became
/// one of these.)
const SWITCHES: [&str; 11] = [
    "--cluster.enabled",
    "--cluster.enable-tls",
    "--cluster.use-discovery-v1",
    "--config.bypass-conversion-errors",
    "--disable-reporting",
    "--feature.community-components.enabled",
    "--feature.prometheus.direct-fanout.enabled",
    "--server.http.disable-support-bundle",
    "--server.http.enable-graphql",
    "--server.http.enable-graphql-playground",
    "--server.http.enable-pprof",
];

/// The program that the image starts with when the container gives no arguments.
const DEFAULT: &str = "/etc/alloy/config.alloy";

/// Whether the container's own command is Alloy, whatever its image is called.
pub(super) fn runs_alloy(container: NodeRef<'_>) -> bool {
    pod::texts(container, "command").first().is_some_and(|command| base_name(command) == "alloy")
}

/// Whether a container runs Grafana Agent in flow mode, whose programs are those of Alloy. Source: the entry point of the
/// image `grafana/agent`: the variable chooses the program, and only flow mode has the subcommand `run`.
pub(super) fn is_flow_mode(container: NodeRef<'_>) -> bool {
    let image = container.text_at("image").unwrap_or_default();
    if !matches!(pod::image_name(image), "agent" | "grafana-agent") || !image.contains("grafana") {
        return false;
    }
    let variables = container.get("env").into_iter().flat_map(NodeRef::items);
    let chosen = variables
        .filter(|variable| variable.text_at("name") == Some("AGENT_MODE"))
        .any(|variable| variable.text_at("value") == Some("flow"));
    let arguments = pod::arguments(container);
    let program = arguments.iter().any(|argument| argument.rsplit('.').next() == Some("river"));
    let runs = arguments.iter().take(2).any(|argument| argument == "run");
    runs && (chosen || program)
}

/// What the command line of a container of Alloy starts.
pub(super) fn start(container: NodeRef<'_>) -> Start {
    let command = pod::texts(container, "command");
    let mut arguments = Vec::new();
    if let Some((program, rest)) = command.split_first() {
        if !matches!(base_name(program), "alloy" | "agent" | "grafana-agent" | "grafana-agent-flow") {
            return Start::Unclear(format!("is started by `{program}`, whose arguments are not read"));
        }
        arguments.extend(rest.iter().cloned());
    }
    arguments.extend(pod::texts(container, "args"));
    let Some((subcommand, arguments)) = arguments.split_first() else {
        return Start::Program(DEFAULT.to_owned());
    };
    match subcommand.as_str() {
        "run" => run(arguments),
        "fmt" | "validate" | "convert" | "tools" | "completion" | "help" | "--help" | "--version" => {
            Start::Tool
        }
        "otel" => Start::Unclear("runs `alloy otel`, which is not read".to_owned()),
        other => Start::Unclear(format!("is started with `{other}` instead of `run`")),
    }
}

/// `alloy run [flags] PATH`: the one argument that is neither a flag nor the value of one is the path.
fn run(arguments: &[String]) -> Start {
    let mut paths = Vec::new();
    let mut before: Option<&str> = None;
    let mut format = None;
    for argument in arguments {
        let flag = before.replace(argument);
        if let Some(given) = argument.strip_prefix("--config.format=") {
            format = Some(given);
        }
        if argument.starts_with('-') {
            continue;
        }
        match flag.filter(|flag| flag.starts_with('-') && !flag.contains('=') && !SWITCHES.contains(flag)) {
            Some("--config.format") => format = Some(argument),
            Some(_) => {}
            None => paths.push(argument),
        }
    }
    if let Some(format) = format.filter(|format| *format != "alloy") {
        return Start::Unclear(format!("runs a `{format}` configuration, which is not read"));
    }
    match &paths[..] {
        [path] => Start::Program((*path).clone()),
        [] => Start::Unclear("names no program in its arguments".to_owned()),
        _ => Start::Unclear("names several programs in its arguments".to_owned()),
    }
}

/// The last part of a path.
fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::Start;
    use super::run;

    fn run_with(arguments: &[&str]) -> Start {
        run(&arguments.iter().map(|argument| (*argument).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn the_value_of_a_flag_is_not_the_program() {
        let path = Start::Program("/opt/b.alloy".to_owned());
        assert_eq!(run_with(&["--storage.path", "/etc/alloy/config.alloy", "/opt/b.alloy"]), path);
        assert_eq!(run_with(&["/opt/b.alloy", "--storage.path=/tmp/alloy"]), path);
        assert_eq!(run_with(&["--cluster.enabled", "/opt/b.alloy"]), path);
        assert_eq!(run_with(&["--server.http.enable-graphql", "/opt/b.alloy"]), path);
        assert_eq!(run_with(&["--feature.component-shutdown-deadline", "5m", "/opt/b.alloy"]), path);
    }

    #[test]
    fn a_command_line_without_one_certain_program_is_unclear() {
        assert!(matches!(run_with(&["a.alloy", "b.alloy"]), Start::Unclear(_)));
        assert!(matches!(run_with(&["--storage.path", "a.alloy"]), Start::Unclear(_)));
        let otel = Start::Unclear("runs a `otelcol` configuration, which is not read".to_owned());
        assert_eq!(run_with(&["a.yaml", "--config.format=otelcol"]), otel);
        assert_eq!(run_with(&["--config.format", "otelcol", "a.yaml"]), otel);
    }
}
