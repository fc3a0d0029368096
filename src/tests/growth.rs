//! Holds the time of a run, in all its stages and reports, to grow as its input does: four times the input takes no more than
//! some four times as long. A second for each KB would be a hang; what grows faster than its input gets there with size alone.

use std::fmt::Write as _;

use super::not_run;
use crate::fuzzing;

/// How much longer a run may take with four times the input. What grows with the square takes sixteen times as long.
const MOST: u64 = 8;

/// How many of its parts the smaller input has.
const PARTS: usize = 25;

/// A program in a `ConfigMap`, indented as the text of a block.
fn program(text: &str) -> String {
    let mut file =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: alloy, namespace: alloy}\ndata:\n  config.alloy: |\n"
            .to_owned();
    for line in text.lines() {
        let _ = writeln!(file, "    {line}");
    }
    file
}

/// The texts of many parts, joined.
fn each(count: usize, between: &str, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect::<Vec<_>>().join(between)
}

/// An input of so many parts, by what is many in it.
type Shape = (&'static str, fn(usize) -> String);

const SHAPES: &[Shape] = &[
    ("leaks", |count| {
        program(&each(count, "\n", |n| {
            format!(
                "loki.source.kubernetes \"s{n}\" {{\n\ttargets = []\n\tforward_to = [loki.write.w{n}.receiver]\n}}\n\
                 loki.write \"w{n}\" {{\n\tendpoint {{ url = \"https://x{n}.example.net/push\" }}\n}}"
            )
        }))
    }),
    ("ways out of one source", |count| {
        let receivers = each(count, ", ", |n| format!("loki.write.w{n}.receiver"));
        let writers = each(count, "\n", |n| {
            format!("loki.write \"w{n}\" {{\n\tendpoint {{ url = \"https://x{n}.example.net/push\" }}\n}}")
        });
        program(&format!(
            "loki.source.kubernetes \"s\" {{\n\ttargets = []\n\tforward_to = [{receivers}]\n}}\n{writers}"
        ))
    }),
    ("steps of one way", |count| {
        let steps = each(count, "\n", |n| {
            format!("loki.process \"p{n}\" {{\n\tforward_to = [loki.process.p{}.receiver]\n}}", n + 1)
        });
        program(&format!(
            "loki.source.kubernetes \"s\" {{\n\ttargets = []\n\tforward_to = [loki.process.p0.receiver]\n}}\n{steps}\n\
             loki.process \"p{count}\" {{\n\tforward_to = [loki.write.w.receiver]\n}}\n\
             loki.write \"w\" {{\n\tendpoint {{ url = \"https://x.example.net/push\" }}\n}}"
        ))
    }),
    ("references to nothing, in one line", |count| {
        let receivers = each(count, ", ", |n| format!("nothing.here{n}.receiver"));
        program(&format!("loki.process \"p\" {{\n\tforward_to = [{receivers}]\n}}"))
    }),
    ("faults of syntax", |count| each(count, "\n", |_| "a \"b\" { c = = }".to_owned())),
    ("objects with faults, in one line", |count| {
        let objects = each(count, ",", |n| {
            format!(
                r#"{{"apiVersion":"apps/v1","kind":"Deployment","metadata":{{"name":"d{n}","namespace":"loki"}},"spec":{{"replicaz":1}}}}"#
            )
        });
        format!("{{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{objects}]}}\n")
    }),
    ("comments that accept", |count| {
        let options = each(count, "", |n| format!("      x{n}: 1 # ptd-lint: ignore[unknown-option] y\n"));
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: loki, namespace: loki}}\ndata:\n  loki.yaml: |\n    \
             auth_enabled: false\n    limits_config:\n{options}"
        )
    }),
    ("ways of another collector", |count| {
        let ways = each(count, "", |n| {
            format!(
                "    [INPUT]\n        Name tail\n        Tag t{n}\n    [OUTPUT]\n        Name http\n        \
                 Match t{n}\n        Host h{n}.example.net\n"
            )
        });
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: f, namespace: logging}}\ndata:\n  fluent-bit.conf: |\n{ways}\
             ---\napiVersion: apps/v1\nkind: DaemonSet\nmetadata: {{name: f, namespace: logging}}\nspec: {{template: {{spec: \
             {{containers: [{{name: b, image: \"fluent/fluent-bit:3\", volumeMounts: [{{name: c, mountPath: \
             /fluent-bit/etc}}]}}], volumes: [{{name: c, configMap: {{name: f}}}}]}}}}}}\n"
        )
    }),
    ("names of what is not there", |count| {
        each(count, "---\n", |n| {
            format!(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d{n}, namespace: loki}}\nspec: {{template: {{spec: \
                 {{containers: [{{name: a, image: \"grafana/loki:3.0.0\"}}], volumes: [{{name: c, configMap: {{name: \
                 gone}}}}]}}}}}}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{n}, namespace: loki}}\n"
            )
        })
    }),
    ("files", |count| {
        each(count, "", |n| {
            format!(
                "=== f{n}.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{n}, namespace: loki}}\n"
            )
        })
    }),
];

/// Processor time of this thread so far, in nanoseconds; `None` where the system does not say.
#[expect(clippy::disallowed_methods, reason = "the test asks the system how long it ran")]
fn spent() -> Option<u64> {
    std::fs::read_to_string("/proc/thread-self/schedstat").ok()?.split(' ').next()?.parse().ok()
}

/// How long a run over an input takes: the shorter of two.
fn time(input: &str) -> Option<u64> {
    let run = || {
        let before = spent()?;
        fuzzing::stack(input.as_bytes());
        Some(spent()? - before)
    };
    [run()?, run()?].into_iter().min()
}

#[test]
fn time_grows_as_the_input_does() {
    if spent().is_none() {
        not_run("/proc/thread-self/schedstat");
        return;
    }
    // What is read once is read before.
    fuzzing::stack(b"a: b");
    for (name, shape) in SHAPES {
        let [small, large] = [PARTS, 4 * PARTS].map(|count| time(&shape(count)).unwrap());
        let [small, large] = [small, large].map(|time| time.div_ceil(1_000_000));
        println!("{name}: {small} ms, four times as many {large} ms");
        assert!(large <= MOST * small.max(1), "{name}: {small} ms, four times as many {large} ms");
    }
}
