//! Collectors with languages of their own: Fluent Bit, Fluentd, Vector.

use super::collectors::Collector;
use super::holds;
use super::indented;
use super::leaks;
use super::undecided;

const FLUENT_BIT: Collector = Collector {
    image: "cr.fluentbit.io/fluent/fluent-bit:3.1",
    mount: "/fluent-bit/etc",
    key: "fluent-bit.conf",
    container: "env: [{name: LOKI, value: loki.logs}]\n",
};

const TAIL: &str = "[INPUT]\n    Name tail\n    Tag kube.*\n";

#[test]
fn fluent_bit_is_judged_by_its_outputs() {
    let output = |lines: &str| FLUENT_BIT.with(&format!("{TAIL}\n[OUTPUT]\n{}", indented(lines, 4)));
    holds(&output("Name loki\nMatch *\nHost ${LOKI}\nPort 3100\n"));
    holds(&output("name stdout\nmatch *\n"));
    leaks(&output("NAME http\nMATCH kube.*\nHOST logs.example.net\n"), "logs.example.net");
    leaks(&output("Name s3\nMatch *\nBucket all-logs\n"), "all-logs");
    leaks(&output("Name s3\nMatch *\nBucket b\nEndpoint https://s3.example.net\n"), "https://s3.example.net");
    holds(&output("Name s3\nMatch *\nBucket b\nEndpoint http://loki.logs:3100\n"));
    leaks(&output("Name datadog\nMatch *\n"), "datadog");
    // No log of this stack has such a tag, and an output without a pattern gets none.
    holds(&output("Name http\nMatch host.*\nHost logs.example.net\n"));
    holds(&output("Name http\nHost logs.example.net\n"));
    undecided(&output("Name loki\nMatch *\nHost loki.logs\nPort 99\n"), "has no port 99");
    undecided(&output("Name brandnew\nMatch *\nHost loki.logs\n"), "of a kind that is not known here");
    undecided(&output("Name forward\nMatch *\nUpstream /etc/up.conf\n"), "by its setting `upstream`");
    // The name of a deployment at a vendor is no host of the cluster, and beats the host.
    leaks(&output("Name es\nMatch *\nHost loki.logs\nCloud_ID loki:bG9raS5sb2dz\n"), "loki:bG9raS5sb2dz");
    leaks(&output("Name gcs\nMatch *\nBucket all-logs\n"), "all-logs");
    leaks(&output("Name doris\nMatch *\nHost logs.example.net\n"), "logs.example.net");
    undecided(&output("Name http\nMatch *\nHost ${GONE}\n"), "GONE");
}

#[test]
fn tag_that_a_filter_rewrites_may_be_any() {
    let text = format!(
        "{TAIL}\n[FILTER]\n    Name rewrite_tag\n    Match *\n\n[OUTPUT]\n    Name http\n    Match new.*\n    Host logs.example.net\n"
    );
    leaks(&FLUENT_BIT.with(&text), "logs.example.net");
}

#[test]
fn filter_that_shows_what_passes_leaves_logs_undecided() {
    let text = |filter: &str| {
        format!(
            "{TAIL}\n[FILTER]\n    Name {filter}\n    Match *\n\n[OUTPUT]\n    Name stdout\n    Match *\n"
        )
    };
    holds(&FLUENT_BIT.with(&text("grep")));
    undecided(&FLUENT_BIT.with(&text("Nightfall")), "filter `nightfall` shows others what passes");
}

#[test]
fn includes_of_fluent_bit_are_followed_in_the_input() {
    let main = |include: &str| format!("{TAIL}\n@INCLUDE {include}\n");
    let output = "[OUTPUT]\n    Name http\n    Match *\n    Host logs.example.net\n";
    let with = |include: &str| {
        let more = format!("  output-a.conf: |\n{}", indented(output, 4));
        FLUENT_BIT.with(&main(include)).replace(
            "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: agent",
            &format!("{more}---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: agent"),
        )
    };
    leaks(&with("output-a.conf"), "logs.example.net");
    leaks(&with("output-*.conf"), "logs.example.net");
    undecided(&FLUENT_BIT.with(&main("gone.conf")), "it includes `gone.conf`, which is not in the input");
}

#[test]
fn fluent_bit_in_yaml_is_the_same() {
    let yaml = Collector {
        key: "fluent-bit.yaml",
        container: "args: [-c, /fluent-bit/etc/fluent-bit.yaml]\n",
        ..FLUENT_BIT
    };
    let config = |host: &str| {
        yaml.with(&format!("pipeline:\n  inputs:\n    - name: tail\n  outputs:\n    - name: http\n      match: '*'\n      host: {host}\n      port: 3100\n"))
    };
    holds(&config("loki.logs"));
    leaks(&config("logs.example.net"), "logs.example.net");
}

#[test]
fn fluentd_is_judged_by_its_matches() {
    let fluentd = Collector {
        image: "docker.io/fluent/fluentd:v1.18",
        mount: "/fluentd/etc",
        key: "fluent.conf",
        container: "env: []\n",
    };
    let config = |output: &str| {
        fluentd.with(&format!(
            "<source>\n  @type tail\n</source>\n\n<match **>\n{}</match>\n",
            indented(output, 2)
        ))
    };
    holds(&config("@type loki\nurl http://loki.logs:3100\n"));
    leaks(&config("@type loki\n"), "loki");
    leaks(
        &config(
            "@type copy\n<store>\n  @type loki\n  url http://loki.logs:3100\n</store>\n<store>\n  @type http\n  endpoint https://logs.example.net/x\n</store>\n",
        ),
        "https://logs.example.net/x",
    );
    leaks(
        &config("@type forward\n<server>\n  host logs.example.net\n  port 24224\n</server>\n"),
        "logs.example.net",
    );
    // What names the destination in another way than the host, whose default is the pod itself.
    leaks(&config("@type elasticsearch\ncloud_id loki:bG9raS5sb2dz\n"), "loki:bG9raS5sb2dz");
    leaks(
        &config("@type opensearch\n<endpoint>\n  url https://logs.example.net\n</endpoint>\n"),
        "https://logs.example.net",
    );
    undecided(&config("@type kafka\nzookeeper zoo.logs:2181\n"), "by its setting `zookeeper`");
    undecided(
        &config(
            "@type forward\n<server>\n  host loki.logs\n</server>\n<service_discovery>\n  @type file\n  path /x\n</service_discovery>\n",
        ),
        "by its setting `service_discovery`",
    );
    undecided(&config("@type elasticsearch\nhost \"#{ENV['HOST']}\"\n"), "filled in when the program starts");
    undecided(&config("@type brandnew\n"), "of a kind that is not known here");
    undecided(
        &fluentd.with("@include conf.d/a.conf\n<source>\n  @type tail\n</source>\n"),
        "it includes `conf.d/a.conf`",
    );
}

#[test]
fn vector_is_judged_by_its_sinks_in_toml_and_yaml() {
    let toml = Collector {
        image: "docker.io/timberio/vector:0.48.0-alpine",
        mount: "/etc/vector",
        key: "vector.toml",
        container: "env: []\n",
    };
    let config = |sink: &str, inputs: &str| {
        toml.with(&format!("[sources.pods]\ntype = \"kubernetes_logs\"\n\n[transforms.parse]\ntype = \"remap\"\ninputs = [\"pods\"]\n\n[sinks.out]\n{sink}inputs = [\"{inputs}\"]\n"))
    };
    holds(&config("type = \"loki\"\nendpoint = \"http://loki.logs:3100\"\n", "parse"));
    leaks(
        &config("type = \"loki\"\nendpoint = \"https://logs.example.net\"\n", "parse"),
        "\"https://logs.example.net\"",
    );
    leaks(
        &config("type = \"http\"\nuri = \"https://logs.example.net\"\n", "*"),
        "\"https://logs.example.net\"",
    );
    leaks(&config("type = \"aws_s3\"\nbucket = \"all\"\n", "pods"), "\"all\"");
    undecided(&config("type = \"brandnew\"\n", "pods"), "of a kind that is not known here");
    undecided(
        &config("type = \"loki\"\nendpoint = \"http://loki.logs:3100\"\n", "gone"),
        "`gone`, from which `out` takes its input, does not exist",
    );
    let yaml = Collector { key: "vector.yaml", ..toml };
    let config = |url: &str| {
        yaml.with(&format!("sources:\n  pods: {{type: kubernetes_logs}}\nsinks:\n  out: {{type: loki, inputs: [pods], endpoint: \"{url}\"}}\n"))
    };
    holds(&config("http://loki.logs:3100"));
    leaks(&config("https://logs.example.net"), "\"https://logs.example.net\"");
}
