//! Turns a size into inputs: manifests and Alloy programs that look like a real stack and grow in proportion.

use std::fmt::Write as _;
use std::sync::Arc;

/// Namespaces that take turns.
const NAMESPACES: [&str; 4] = ["posit-team", "posit-team-system", "loki", "mimir"];

/// What each program starts with: its log and the stores that it writes to.
const STORES: &str = r#"logging {
  level = "info"
}

loki.write "local" {
  endpoint {
    url = "http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push"
  }
}

prometheus.remote_write "workload" {
  endpoint {
    url = "http://mimir-gateway.mimir.svc.cluster.local/api/v1/push"
  }
}

prometheus.remote_write "control_room" {
  endpoint {
    url = "https://mimir.cr.example.com/api/v1/push"
    basic_auth {
      username      = "workload"
      password_file = "/etc/mimir/password"
    }
  }
}
"#;

/// An Alloy program of about ten components for each unit of `size`: pod logs and scrapes through relabel components
/// to the stores of the workload and the control room.
pub(crate) fn program(size: usize) -> Arc<str> {
    let mut text = STORES.to_owned();
    for unit in 0..size {
        let namespace = NAMESPACES[unit % NAMESPACES.len()];
        let _ = write!(
            text,
            r#"
discovery.kubernetes "pods_{unit}" {{
  role = "pod"
  namespaces {{
    names = ["{namespace}"]
  }}
}}

discovery.relabel "pods_{unit}" {{
  targets = discovery.kubernetes.pods_{unit}.targets
  rule {{
    source_labels = ["__meta_kubernetes_pod_label_app"]
    target_label  = "app"
  }}
  rule {{
    source_labels = ["__meta_kubernetes_pod_phase"]
    regex         = "Pending|Succeeded|Failed"
    action        = "drop"
  }}
}}

prometheus.scrape "pods_{unit}" {{
  targets         = discovery.relabel.pods_{unit}.output
  scrape_interval = "60s"
  forward_to      = [prometheus.relabel.site_{unit}.receiver]
}}

// Every series carries the site.
prometheus.relabel "site_{unit}" {{
  forward_to = [prometheus.relabel.default_{unit}.receiver]
  rule {{
    target_label = "site"
    replacement  = "main-" + "{unit}"
  }}
}}

prometheus.relabel "default_{unit}" {{
  forward_to = [prometheus.remote_write.workload.receiver, prometheus.remote_write.control_room.receiver]
  rule {{
    action = "labeldrop"
    regex  = "pod_uid"
  }}
}}

loki.source.kubernetes "pods_{unit}" {{
  targets    = discovery.relabel.pods_{unit}.output
  forward_to = [loki.process.pods_{unit}.receiver]
}}

loki.process "pods_{unit}" {{
  forward_to = [loki.relabel.pods_{unit}.receiver]
  stage.static_labels {{
    values = {{ cluster = "main", unit = "{unit}" }}
  }}
}}

loki.relabel "pods_{unit}" {{
  forward_to = [loki.write.local.receiver]
  rule {{
    source_labels = ["namespace", "pod"]
    separator     = "/"
    target_label  = "instance"
  }}
}}

prometheus.exporter.blackbox "sites_{unit}" {{
  config = "{{ modules: {{ http_2xx: {{ prober: http, timeout: 5s }} }} }}"
  target {{
    name    = "home"
    address = "https://site-{unit}.example.com/health"
    module  = "http_2xx"
  }}
}}

prometheus.scrape "sites_{unit}" {{
  targets    = prometheus.exporter.blackbox.sites_{unit}.targets
  forward_to = [prometheus.relabel.default_{unit}.receiver]
}}
"#
        );
    }
    text.into()
}

/// A manifest of a workload's own: a Deployment and a Service, some 60 lines.
pub(crate) fn manifest(number: usize) -> String {
    let namespace = NAMESPACES[number % NAMESPACES.len()];
    format!(
        r#"---
# One of many.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-{number}
  namespace: {namespace}
  labels: &labels
    app.kubernetes.io/name: app-{number}
    app.kubernetes.io/managed-by: "pulumi"
spec:
  replicas: 2
  selector:
    matchLabels: *labels
  template:
    metadata:
      labels:
        app.kubernetes.io/name: app-{number}
    spec:
      serviceAccountName: app-{number}
      tolerations:
        - key: workload-type
          operator: Equal
          value: session
          effect: NoSchedule
      containers:
        - name: main
          image: "registry.example.com/team/app:{number}"
          args: ["--listen", ":8080", "--log-format=json"]
          env:
            - name: SITE
              value: 'main'
            - name: TOKEN
              valueFrom:
                secretKeyRef: {{ name: app-{number}, key: token }}
          ports:
            - containerPort: 8080
              name: http
          resources:
            requests: {{ cpu: 100m, memory: 128Mi }}
            limits: {{ memory: 256Mi }}
          volumeMounts:
            - name: config
              mountPath: /etc/app
      volumes:
        - name: config
          configMap:
            name: app-{number}
---
apiVersion: v1
kind: Service
metadata:
  name: app-{number}
  namespace: {namespace}
spec:
  selector:
    app.kubernetes.io/name: app-{number}
  ports:
    - name: http
      port: 80
      targetPort: http
"#
    )
}

/// Manifests of one stream, about 20 for each unit of `size`.
pub(crate) fn stream(size: usize) -> Arc<str> {
    (0..size * 20).map(manifest).collect::<String>().into()
}

/// A JSON list of objects, as `kubectl get -o json` prints it, about 40 objects for each unit of `size`.
pub(crate) fn list(size: usize) -> Arc<str> {
    let mut text = String::from("{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"List\",\n  \"items\": [");
    for number in 0..size * 40 {
        let comma = if number == 0 { "" } else { "," };
        let namespace = NAMESPACES[number % NAMESPACES.len()];
        let _ = write!(
            text,
            r#"{comma}
    {{
      "apiVersion": "v1",
      "kind": "ConfigMap",
      "metadata": {{
        "name": "settings-{number}",
        "namespace": "{namespace}",
        "labels": {{ "app": "app-{number}", "tier": "back \"end\"" }}
      }},
      "data": {{ "settings.txt": "level = info\nworkers = {number}\n", "empty": "", "flag": "true" }}
    }}"#
        );
    }
    text.push_str("\n  ]\n}\n");
    text.into()
}

/// A program as the `HelmChart` that deploys it: the text stands in YAML that stands in YAML.
pub(crate) fn chart(program: &str) -> String {
    let indented = |text: &str, by: &str| {
        text.lines()
            .map(|line| if line.is_empty() { "\n".to_owned() } else { format!("{by}{line}\n") })
            .collect::<String>()
    };
    let values = format!(
        "controller:\n  type: daemonset\nalloy:\n  clustering:\n    enabled: true\n  configMap:\n    content: |\n{}",
        indented(program, "      ")
    );
    format!(
        "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata:\n  name: alloy\n  namespace: kube-system\nspec:\n  \
         chart: alloy\n  repo: https://grafana.github.io/helm-charts\n  targetNamespace: alloy\n  valuesContent: |\n{}",
        indented(&values, "    ")
    )
}

/// Files of a whole stack: the collector, and 10 files of manifests for each unit of `size`.
pub(crate) fn stack(size: usize) -> Vec<(String, Arc<str>)> {
    let collector = ("alloy.yaml".to_owned(), Arc::from(chart(&program(size))));
    let manifests = (0..size * 10).map(|number| (format!("app-{number}.yaml"), Arc::from(manifest(number))));
    std::iter::once(collector).chain(manifests).collect()
}
