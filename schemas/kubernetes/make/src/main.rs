//! Turns the Kubernetes API's types, as k8s-openapi has them, into `types.json`: one type a line, sorted by name.
//!
//! ```sh
//! cargo run --manifest-path schemas/kubernetes/make/Cargo.toml > types.json && mv types.json schemas/kubernetes/
//! ```
//!
//! For a later release of Kubernetes: raise the feature in `Cargo.toml`, and `RELEASE` here.
//!
//! A line is `"NAME":{"fields":{FIELD:WORD,...},"required":[FIELD,...]}`. Kinds are named by their API version and kind
//! (`apps/v1 Deployment`), other types as in `core.v1.Container`. Words: `text`, `integer`, `number`, `boolean`,
//! `int-or-text`, `quantity`, `any`, the name of a type; `[WORD]` is a list of them, `{WORD}` a map.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use k8s_openapi::Resource;
use k8s_openapi::api;
use k8s_openapi::kube_aggregator::pkg::apis::apiregistration;
use schemars::JsonSchema;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::Value;

/// The release of Kubernetes whose types these are.
const RELEASE: &str = "1.37";

/// Fields that the document requires and the API server does not: it fills them in, or takes them as empty.
const FILLED_IN: &[(&str, &str)] = &[
    ("admissionregistration.v1.MutatingWebhook", "sideEffects"),
    ("apps.v1.StatefulSetSpec", "serviceName"),
    ("discovery.k8s.io/v1 EndpointSlice", "endpoints"),
    ("networking.v1.NetworkPolicySpec", "podSelector"),
    ("scheduling.k8s.io/v1 PriorityClass", "value"),
];

/// Fields that earlier releases had, and that objects fetched from them still show.
const FORMER: &[(&str, &str, &str)] = &[
    ("core.v1.PodResourceClaim", "source", "any"),
    ("core.v1.ServiceSpec", "ipFamily", "text"),
    ("core.v1.ServiceSpec", "topologyKeys", "[text]"),
    ("core.v1.VolumeResourceRequirements", "claims", "any"),
    ("meta.v1.ObjectMeta", "clusterName", "text"),
    ("meta.v1.ObjectMeta", "selfLink", "text"),
];

/// Fields that only servers write, and that are nobody's to check.
const OF_SERVERS: [&str; 2] = ["status", "managedFields"];

/// A type: the words of its fields, and those that it must have.
#[derive(Default)]
struct Type {
    fields: BTreeMap<String, String>,
    required: BTreeSet<String>,
}

/// The types as they are collected.
struct Types {
    generator: SchemaGenerator,
    /// API version and kind by the document's own name of the type.
    kinds: BTreeMap<String, String>,
}

impl Types {
    /// Takes in a kind and all that it is made of.
    fn kind<K: Resource + JsonSchema>(&mut self) {
        self.generator.subschema_for::<K>();
        self.kinds.insert(K::schema_name().into_owned(), format!("{} {}", K::API_VERSION, K::KIND));
    }

    /// Our name for one of the document's.
    fn name(&self, own: &str) -> String {
        if let Some(kind) = self.kinds.get(own) {
            return kind.clone();
        }
        // `io.k8s.api.core.v1.Container`, `io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta`
        let parts: Vec<&str> = own.rsplitn(4, '.').collect();
        let [name, version, group, _] = parts[..] else { panic!("{own} has no group") };
        format!("{group}.{version}.{name}")
    }

    /// The word for what a schema allows.
    fn word(&self, schema: &Value, all: &serde_json::Map<String, Value>) -> String {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let own = reference.rsplit('/').next().unwrap_or(reference);
            let target = &all[own];
            let is_type = target.get("properties").is_some_and(|own| !own.as_object().unwrap().is_empty());
            return match own.rsplit('.').next() {
                Some("Quantity") => "quantity".to_owned(),
                Some("IntOrString") => "int-or-text".to_owned(),
                _ if is_type => self.name(own),
                _ => self.word(target, all),
            };
        }
        match schema.get("type").and_then(Value::as_str) {
            Some("string") => "text".to_owned(),
            Some(plain @ ("integer" | "number" | "boolean")) => plain.to_owned(),
            Some("array") => format!("[{}]", self.word(&schema["items"], all)),
            Some("object") => match schema.get("additionalProperties") {
                Some(each) if each.is_object() => format!("{{{}}}", self.word(each, all)),
                _ => "{any}".to_owned(),
            },
            _ => "any".to_owned(),
        }
    }

    fn types(mut self) -> BTreeMap<String, Type> {
        let all = self.generator.take_definitions(true);
        let mut types = BTreeMap::new();
        for (own, schema) in &all {
            let Some(properties) = schema.get("properties").and_then(Value::as_object) else { continue };
            let name = self.name(own);
            let mut made = Type::default();
            for (field, schema) in properties {
                let word = if OF_SERVERS.contains(&field.as_str()) {
                    "any".to_owned()
                } else {
                    self.word(schema, &all)
                };
                made.fields.insert(field.clone(), word);
            }
            for field in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
                let field = field.as_str().unwrap();
                let filled = FILLED_IN.contains(&(name.as_str(), field)) || OF_SERVERS.contains(&field);
                if !filled {
                    made.required.insert(field.to_owned());
                }
            }
            for (of, field, word) in FORMER.iter().filter(|(of, ..)| *of == name) {
                let had = made.fields.insert((*field).to_owned(), (*word).to_owned());
                assert!(
                    had.is_none() || *of == "meta.v1.ObjectMeta",
                    "{of} has {field}: take it out of FORMER"
                );
            }
            types.insert(name, made);
        }
        for (of, field) in FILLED_IN {
            assert!(types.get(*of).is_some_and(|own| own.fields.contains_key(*field)), "{of} has no {field}");
        }
        reachable(&types, self.kinds.values())
    }
}

/// The types that kinds are made of, status and what else is not checked left out.
fn reachable<'k>(
    types: &BTreeMap<String, Type>,
    kinds: impl Iterator<Item = &'k String>,
) -> BTreeMap<String, Type> {
    let mut found = BTreeMap::new();
    let mut rest: Vec<String> = kinds.cloned().collect();
    while let Some(name) = rest.pop() {
        let Some(own) = types.get(&name).filter(|_| !found.contains_key(&name)) else { continue };
        let inner = own.fields.values().map(|word| word.trim_matches(['[', ']', '{', '}']));
        rest.extend(inner.filter(|word| types.contains_key(*word)).map(str::to_owned));
        found.insert(name, Type { fields: own.fields.clone(), required: own.required.clone() });
    }
    found
}

fn main() {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut types = Types { generator, kinds: BTreeMap::new() };
    types.kind::<api::core::v1::ConfigMap>();
    types.kind::<api::core::v1::Endpoints>();
    types.kind::<api::core::v1::LimitRange>();
    types.kind::<api::core::v1::Namespace>();
    types.kind::<api::core::v1::PersistentVolume>();
    types.kind::<api::core::v1::PersistentVolumeClaim>();
    types.kind::<api::core::v1::Pod>();
    types.kind::<api::core::v1::PodTemplate>();
    types.kind::<api::core::v1::ReplicationController>();
    types.kind::<api::core::v1::ResourceQuota>();
    types.kind::<api::core::v1::Secret>();
    types.kind::<api::core::v1::Service>();
    types.kind::<api::core::v1::ServiceAccount>();
    types.kind::<api::admissionregistration::v1::MutatingWebhookConfiguration>();
    types.kind::<api::admissionregistration::v1::ValidatingWebhookConfiguration>();
    types.kind::<api::apps::v1::DaemonSet>();
    types.kind::<api::apps::v1::Deployment>();
    types.kind::<api::apps::v1::ReplicaSet>();
    types.kind::<api::apps::v1::StatefulSet>();
    types.kind::<api::autoscaling::v1::HorizontalPodAutoscaler>();
    types.kind::<api::autoscaling::v2::HorizontalPodAutoscaler>();
    types.kind::<api::batch::v1::CronJob>();
    types.kind::<api::batch::v1::Job>();
    types.kind::<api::coordination::v1::Lease>();
    types.kind::<api::discovery::v1::EndpointSlice>();
    types.kind::<api::networking::v1::Ingress>();
    types.kind::<api::networking::v1::IngressClass>();
    types.kind::<api::networking::v1::NetworkPolicy>();
    types.kind::<api::policy::v1::PodDisruptionBudget>();
    types.kind::<api::rbac::v1::ClusterRole>();
    types.kind::<api::rbac::v1::ClusterRoleBinding>();
    types.kind::<api::rbac::v1::Role>();
    types.kind::<api::rbac::v1::RoleBinding>();
    types.kind::<api::scheduling::v1::PriorityClass>();
    types.kind::<api::storage::v1::CSIDriver>();
    types.kind::<api::storage::v1::StorageClass>();
    types.kind::<apiregistration::v1::APIService>();
    println!("{{");
    for (name, own) in types.types() {
        let fields: Vec<String> =
            own.fields.iter().map(|(field, word)| format!("{field:?}:{word:?}")).collect();
        let required: Vec<String> = own.required.iter().map(|field| format!("{field:?}")).collect();
        let required = if required.is_empty() {
            String::new()
        } else {
            format!(",\"required\":[{}]", required.join(","))
        };
        println!("{name:?}:{{\"fields\":{{{}}}{required}}},", fields.join(","));
    }
    // Behind all names, which begin with small letters.
    println!("\"~release\":{RELEASE:?}");
    println!("}}");
}
