//! Objects with one fault each, objects with none that could tempt, and random ones beside an independent validator.

use serde_json::Value;
use serde_json::json;

use super::table;
use super::table::Word;
use crate::model::Expected;
use crate::model::FilePieces;
use crate::model::Stack;
use crate::model::read;
use crate::tests::Random;

/// What is wrong with the objects of a text: the words that are underlined, what is said, and what to do.
fn faults(text: &str) -> Vec<(String, String, String)> {
    let reading = read(0, "a.yaml", &text.into(), Expected::Any);
    let documents = crate::document::Documents { files: vec![reading.file] };
    let stack = Stack::assemble(&documents, &[FilePieces { file: 0, pieces: &reading.pieces }], None);
    let found = super::subjects(&stack).into_iter();
    let found =
        found.filter(|subject| subject.facts.at("fault").and_then(|fact| fact.text()) != Some("none"));
    let found = found.map(|subject| {
        let text =
            |name: &str| subject.facts.at(name).and_then(|fact| fact.text()).unwrap_or_default().to_owned();
        (documents.slice(subject.facts.place.unwrap()).to_owned(), text("message"), text("help"))
    });
    found.collect()
}

/// A Deployment whose pods have that specification, indented by six.
fn deployment(pod: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a, namespace: b}}\nspec:\n  selector: {{matchLabels: {{a: b}}}}\n  template:\n    spec:\n{pod}"
    )
}

fn one(text: &str) -> (String, String, String) {
    let mut found = faults(text);
    assert_eq!(found.len(), 1, "{text}\n{found:#?}");
    found.remove(0)
}

const CONTAINER: &str = "      containers:\n        - name: a\n          image: b\n";

#[test]
fn misspelt_field_is_told_at_its_key_with_the_nearest_name() {
    let (at, message, help) = one(&deployment(&format!("{CONTAINER}          resorces: {{}}\n")));
    assert_eq!(at, "resorces");
    assert_eq!(message, "`spec.template.spec.containers[0]` has no field `resorces`");
    assert_eq!(help, "did you mean `resources`?");
    let (at, message, help) = one("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndta: {a: b}\n");
    assert_eq!((at.as_str(), message.as_str()), ("dta", "a ConfigMap has no field `dta`"));
    assert_eq!(help, "did you mean `data`?");
}

#[test]
fn field_in_the_wrong_place_is_told_where_it_belongs() {
    let (_, _, help) = one(&deployment(CONTAINER).replace("spec:\n  sel", "spec:\n  tolerations: []\n  sel"));
    assert_eq!(help, "a Deployment has it at `spec.template.spec.tolerations`: move it there");
    let (_, _, help) = one(&deployment(&format!("      livenessProbe: {{}}\n{CONTAINER}")));
    assert_eq!(help, "a Deployment has it at `spec.template.spec.containers[].livenessProbe`: move it there");
    let (_, _, help) = one(&deployment(&format!("      wholly: {{}}\n{CONTAINER}")));
    assert_eq!(help, "take it out, or move it to where Kubernetes has it");
}

#[test]
fn wrong_type_is_told_at_its_value_and_a_collection_at_its_key() {
    for (line, at, message, help) in [
        (
            "replicas: \"2\"",
            "2",
            "`spec.replicas` is text, where Kubernetes wants a whole number",
            "take the quotes off",
        ),
        (
            "replicas: 1.5",
            "1.5",
            "`spec.replicas` is a number, where Kubernetes wants a whole number",
            "write a whole number",
        ),
        (
            "paused: yes please",
            "yes please",
            "`spec.paused` is text, where Kubernetes wants true or false",
            "write true or false",
        ),
        (
            "replicas: [2]",
            "replicas",
            "`spec.replicas` is a list, where Kubernetes wants a whole number",
            "write a whole number",
        ),
        (
            "strategy: Recreate",
            "Recreate",
            "`spec.strategy` is text, where Kubernetes wants a map",
            "write `key: value` lines below it",
        ),
    ] {
        let text = deployment(CONTAINER).replace("spec:\n  sel", &format!("spec:\n  {line}\n  sel"));
        let found = one(&text);
        // Quotes are no part of what is compared.
        assert_eq!((found.0.trim_matches('"'), found.1.as_str(), found.2.as_str()), (at, message, help));
    }
    let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  password: 12345678\n";
    let found = one(text);
    assert_eq!(found.1, "`stringData.password` is a number, where Kubernetes wants text");
    assert!(!found.1.contains("1234") && !found.2.contains("1234"), "nothing of a secret is said");
}

#[test]
fn missing_field_is_told_at_what_lacks_it() {
    let (at, message, _) = one(&deployment("      containers:\n        - image: b\n"));
    assert_eq!(
        (at.as_str(), message.as_str()),
        ("image", "`spec.template.spec.containers[0]` has no `name`")
    );
    let (at, message, _) = one(&deployment("      containers:\n"));
    assert_eq!((at.as_str(), message.as_str()), ("containers", "`spec.template.spec` has no `containers`"));
    let (at, message, _) = one("apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: a}\n");
    assert_eq!((at.as_str(), message.as_str()), ("StorageClass", "this StorageClass has no `provisioner`"));
}

#[test]
fn what_servers_add_and_what_is_not_set_is_no_fault() {
    for text in [
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n  creationTimestamp: null\n  managedFields: [{anything: 1}]\n  selfLink: /x\nspec:\n  ports: [{port: 80, targetPort: http}, {port: 81.0, targetPort: 81}]\n  clusterIP:\nstatus: {loadBalancer: {}}\n",
        "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: a}\naddressType: IPv4\nendpoints: null\n",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a}\nrules: null\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: null\n",
        "apiVersion: traefik.io/v1alpha1\nkind: Middleware\nmetadata: {name: a}\nspec: {anything: [1]}\n",
        "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: a, namespace: b}\nspec: {chart: c, set: {a: 1}, values: {b: {c: 1}}, bootstrap: true}\n",
        "apiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\nspec: {maxReplicas: 3, scaleTargetRef: {kind: Deployment, name: a}}\n",
        "{\"kind\": \"ConfigMapList\", \"apiVersion\": \"v1\", \"items\": [{\"metadata\": {\"name\": \"a\"}, \"data\": {\"a\": \"b\"}}]}",
    ] {
        assert_eq!(faults(text), [], "{text}");
    }
    let scheduled = format!("{CONTAINER}          ports: [{{containerPort: \"{{{{ .Values.port }}}}\"}}]\n");
    assert_eq!(faults(&deployment(&scheduled)), [], "a place for a value is none");
}

#[test]
fn secrets_that_pulumi_keeps_encrypted_are_no_fault() {
    let hidden = "{4dabf18193072939515e22adb298388d: 1b47061264138c4ac30d75fd1eb44270, ciphertext: AAAA}";
    for text in [
        format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\nstringData: {hidden}\n"),
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\ndata:\n  b: {hidden}\n__fieldManager: x\n"
        ),
    ] {
        assert_eq!(faults(&text), [], "{text}");
    }
}

#[test]
fn what_is_no_text_in_a_config_map_is_left_to_what_opens_it() {
    for value in ["{c: d}", "[c]"] {
        let map = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  b: {value}\n");
        assert_eq!(faults(&map), [], "{map}");
    }
    assert_eq!(faults("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: [b]\n"), []);
}

#[test]
fn what_aliases_repeat_is_told_once() {
    let twice = deployment(&format!(
        "{CONTAINER}          env: &e [{{name: x, value: 1}}]\n        - name: c\n          image: b\n          env: *e\n"
    ));
    assert_eq!(one(&twice).0, "1");
}

/// The type as a JSON Schema, for a validator that is not ours.
fn json_schema(word: &'static str) -> Value {
    match Word::parse(word) {
        Word::Text => json!({"type": ["string", "null"]}),
        Word::Integer => json!({"type": ["integer", "null"]}),
        Word::Number => json!({"type": ["number", "null"]}),
        Word::Boolean => json!({"type": ["boolean", "null"]}),
        Word::IntOrText => json!({"type": ["integer", "string", "null"]}),
        Word::Quantity => json!({
            "type": ["number", "string", "null"],
            "pattern": r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(|[numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)$",
        }),
        Word::Any => json!({}),
        Word::List(inner) => json!({"type": ["array", "null"], "items": json_schema(inner)}),
        Word::Map(inner) => json!({"type": ["object", "null"], "additionalProperties": json_schema(inner)}),
        Word::Type(name) => {
            let entry = table::entry(name).unwrap();
            let fields = entry.fields.iter().map(|(field, word)| ((*field).to_owned(), json_schema(word)));
            json!({
                "type": ["object", "null"],
                "properties": fields.collect::<serde_json::Map<_, _>>(),
                "required": entry.required,
                "additionalProperties": false,
            })
        }
    }
}

/// A value as the word says, with something wrong in it now and then.
fn value(word: &'static str, random: &mut Random, depth: u32) -> Value {
    if random.below(60) == 0 {
        return match random.below(6) {
            0 => json!(true),
            1 => json!(7),
            2 => json!(1.5),
            3 => json!("text"),
            4 => json!([]),
            _ => json!({}),
        };
    }
    match Word::parse(word) {
        Word::Text | Word::Any => json!("text"),
        Word::Integer | Word::IntOrText | Word::Number => json!(random.below(9)),
        Word::Boolean => json!(random.below(2) == 0),
        Word::Quantity => json!(["1Gi", "100m", "20GB", ".5", "1e3", "5K"][random.below(6)]),
        Word::List(inner) if depth > 0 => {
            (0..random.below(3)).map(|_| value(inner, random, depth - 1)).collect()
        }
        Word::List(_) => json!([]),
        Word::Map(inner) => json!({"key": value(inner, random, depth.saturating_sub(1))}),
        Word::Type(name) => {
            let entry = table::entry(name).unwrap();
            let mut made = serde_json::Map::new();
            for (field, word) in &entry.fields {
                let required = entry.required.contains(field);
                let chosen = if required { random.below(40) > 0 } else { depth > 0 && random.below(6) == 0 };
                if chosen {
                    let field = if random.below(60) == 0 { format!("{field}s") } else { (*field).to_owned() };
                    made.insert(field, value(word, random, depth.saturating_sub(1)));
                }
            }
            Value::Object(made)
        }
    }
}

#[test]
fn random_objects_are_judged_as_by_a_validator_of_json_schema() {
    let mut random = Random(20);
    let kinds = [
        "apps/v1 Deployment",
        "v1 Service",
        "networking.k8s.io/v1 Ingress",
        "autoscaling/v2 HorizontalPodAutoscaler",
    ];
    let (mut sound, mut faulty) = (0, 0);
    for name in kinds {
        let validator = jsonschema::validator_for(&json_schema(name)).unwrap();
        let (version, kind) = name.split_once(' ').unwrap();
        for _ in 0..400 {
            let mut object = value(name, &mut random, 6);
            let Some(fields) = object.as_object_mut() else { continue };
            fields.insert("apiVersion".to_owned(), json!(version));
            fields.insert("kind".to_owned(), json!(kind));
            fields.insert("metadata".to_owned(), json!({"name": "a"}));
            let text = object.to_string();
            let found = faults(&text);
            assert_eq!(found.is_empty(), validator.is_valid(&object), "{text}\n{found:#?}");
            if found.is_empty() { sound += 1 } else { faulty += 1 }
        }
    }
    assert!(sound > 100 && faulty > 100, "{sound} sound, {faulty} faulty");
}
