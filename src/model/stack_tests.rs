use super::*;
use crate::model::Expected;
use crate::model::Reading;
use crate::model::read;

/// Hands the stack of some files, by path and text, to `look`, with what was read of each.
pub(crate) fn with_stack<T>(files: &[(&str, &str)], look: impl FnOnce(&Stack<'_>, &[Reading]) -> T) -> T {
    let mut readings: Vec<Reading> = files
        .iter()
        .enumerate()
        .map(|(index, (path, text))| {
            read(u32::try_from(index).unwrap(), path, &(*text).into(), Expected::Any)
        })
        .collect();
    let documents =
        Documents { files: readings.iter_mut().map(|reading| std::mem::take(&mut reading.file)).collect() };
    let pieces: Vec<FilePieces<'_>> = readings
        .iter()
        .enumerate()
        .map(|(index, reading)| FilePieces { file: u32::try_from(index).unwrap(), pieces: &reading.pieces })
        .collect();
    look(&Stack::assemble(&documents, &pieces, None), &readings)
}

/// The problems of a stack made of these files.
fn problems(files: &[&str]) -> Vec<(String, String)> {
    let files: Vec<_> =
        files.iter().enumerate().map(|(index, text)| (format!("{index}.yaml"), *text)).collect();
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    with_stack(&files, |stack, _| {
        let told = |problem: &Problem| {
            let place = stack.documents.resolve(problem.place);
            (format!("{}:{}:{}", place.path, place.start.line, place.start.column), problem.message.clone())
        };
        stack.problems.iter().map(told).collect()
    })
}

const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata:\n  name: loki-gateway\n  namespace: loki\nspec:\n  ports:\n  - port: 80\n";

#[test]
fn the_same_object_as_the_server_gives_it_back_is_no_conflict() {
    let live = "apiVersion: v1\nkind: List\nitems:\n- kind: Service\n  apiVersion: v1\n  metadata:\n    namespace: loki\n    name: loki-gateway\n    uid: 12\n    resourceVersion: \"7\"\n    managedFields: []\n  status: {}\n  spec:\n    ports: [{port: 80.0}]\n";
    assert_eq!(problems(&[SERVICE, live]), []);
    let of_one_kind = live
        .replace("kind: List", "kind: ServiceList")
        .replace("- kind: Service\n  apiVersion: v1\n  metadata", "- metadata");
    assert_ne!(of_one_kind, live);
    assert_eq!(problems(&[SERVICE, &of_one_kind]), []);
    let other = of_one_kind.replace("80.0", "81");
    assert_eq!(problems(&[SERVICE, &other]).len(), 1);
}

#[test]
fn an_object_with_other_content_is_a_conflict_at_its_name() {
    let other = SERVICE.replace("80", "81");
    let message = "Service loki/loki-gateway occurs twice in this stack with different content";
    assert_eq!(problems(&[SERVICE, &other]), [("1.yaml:4:9".to_owned(), message.to_owned())]);
}

#[test]
fn objects_of_other_namespaces_and_groups_are_other_objects() {
    let namespace = SERVICE.replace("namespace: loki", "namespace: logs").replace("80", "81");
    let group = SERVICE.replace("apiVersion: v1", "apiVersion: serving.example.dev/v1").replace("80", "81");
    assert_eq!(problems(&[SERVICE, &namespace, &group]), []);
}

#[test]
fn keys_of_data_named_like_fields_of_the_server_and_annotations_count() {
    let map = |status: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: b\ndata:\n  status: {status}\n"
        )
    };
    assert_eq!(problems(&[&map("x"), &map("y")]).len(), 1);
    let door = |middleware: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: a\n  namespace: b\n  annotations:\n    m: {middleware}\n    kubectl.kubernetes.io/last-applied-configuration: {middleware}\nspec: {{}}\n"
        )
    };
    assert_eq!(problems(&[&door("auth"), &door("none")]).len(), 1);
    assert_eq!(
        problems(&[&door("auth"), &door("auth").replace("configuration: auth", "configuration: x")]),
        []
    );
}

#[test]
fn declarations_that_differ_are_told_at_the_one_that_is_not_read() {
    let ptd =
        "apiVersion: posit.team/v1\nkind: AWSWorkloadConfig\nspec:\n  control_room_domain: cr.example.com\n";
    assert_eq!(problems(&[ptd, ptd]), []);
    let message = "this stack is declared twice, and not alike";
    assert_eq!(
        problems(&[ptd, &ptd.replace("cr.", "ops.")]),
        [("1.yaml:2:7".to_owned(), message.to_owned())]
    );
}

#[test]
fn a_pod_whose_replica_set_is_known_by_metadata_alone_counts_unless_that_has_an_owner() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a-1\n  namespace: x\n  ownerReferences: [{kind: ReplicaSet, name: a}]\nspec: {containers: []}\n";
    let bare = "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: a, namespace: x}\n";
    let owned =
        bare.replace("namespace: x}", "namespace: x, ownerReferences: [{kind: Deployment, name: a}]}");
    let whole = format!("{bare}spec: {{replicas: 1}}\n");
    let is_made = |set: &str| {
        with_stack(&[("pod.yaml", pod), ("set.yaml", set)], |stack, _| {
            let (_, root) = stack.object("Pod", "x", "a-1").unwrap();
            crate::model::pod::is_made_by_another(stack, root)
        })
    };
    assert!(!is_made(bare));
    assert!(is_made(&owned));
    assert!(is_made(&whole));
}
