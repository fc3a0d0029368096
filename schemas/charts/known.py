"""What is known of the charts besides the collected facts: how their templates treat what they are given.

The facts list the names in `values.yaml` and those that templates read by their full route. A template also reads by way of
variables, and hands whole sections on; what of that is known stands here. Where nothing is known, nothing is told.
"""

# Sections that a chart hands to Kubernetes as they are: their keys are those of Kubernetes, not the chart's.
HANDED_ON = {
    "resources", "securityContext", "podSecurityContext", "containerSecurityContext", "resourcePolicy", "affinity",
    "podAntiAffinity", "podAffinity", "nodeAffinity", "nodeSelector", "readinessProbe", "livenessProbe", "startupProbe",
    "strategy", "deploymentStrategy", "statefulStrategy", "updateStrategy", "podDisruptionBudget", "capabilities",
    "annotations", "labels", "podAnnotations", "podLabels", "labelSelectors", "behavior", "limits", "requests",
    "topologySpreadConstraints", "dnsConfig", "seccompProfile", "sessionAffinityConfig", "hostAliases", "headers",
}

# The templates of the alloy chart read by full route what is not one of these.
HANDED_ON_BY_ALLOY = {"resources", "securityContext", "podSecurityContext", "resourcePolicy"}

# Values that templates take in several types.
ANY_TYPE = {
    "affinity", "topologySpreadConstraints", "extraObjects", "hostUsers", "tls", "annotations", "podAnnotations",
}

# Sections whose names are free: charts within charts, maps that templates go through, and sections that are pasted into a
# configuration whose options are judged elsewhere.
OPEN = {
    "mimir-distributed": ["grafana-agent-operator", "minio", "rollout_operator", "ingress.paths", "gateway.route", "nginx.route"],
    "loki": [
        "grafana-agent-operator", "minio", "rollout_operator", "ingress.paths", "gateway.route", "route",
        "loki.bloom_build", "loki.bloom_gateway", "loki.commonConfig", "loki.extraMemberlistConfig", "loki.frontend",
        "loki.frontend_worker", "loki.index_gateway", "loki.ingester", "loki.limits_config", "loki.pattern_ingester",
        "loki.rulerConfig", "loki.server", "loki.storage_config", "loki.storage.filesystem", "loki.storage.swift",
        "loki.testSchemaConfig", "loki.tracing", "loki.memcached", "monitoring.alerts", "monitoring.rules",
        "monitoring.multiCluster", "monitoring.serviceMonitor",
    ],
    "grafana": ["grafana.ini", "imageRenderer.env", "listenerSet", "route", "verticalPodAutoscaler"],
}

# Values that templates read although no `values.yaml` of the samples has them, with their types.
ALSO_READ = {
    # Commented out in `values.yaml` from 6.1 on, and needed by the templates ever since.
    "loki": {
        "loki.storage.bucketNames": "block", "loki.storage.bucketNames.chunks": "string",
        "loki.storage.bucketNames.ruler": "string", "loki.storage.bucketNames.admin": "string",
        "loki.storage.s3.http_config": "block", "loki.storage.s3.http_config.idle_conn_timeout": "null",
        "loki.storage.s3.http_config.response_header_timeout": "null",
        "loki.storage.s3.http_config.insecure_skip_verify": "bool", "loki.storage.s3.http_config.ca_file": "string",
        "loki.storage.s3.sse": "map",
    },
}

# Below these, the templates name every value that they read.
STRICT = ("loki.storage",)

# Sections at the top that are no components, although they look like some.
NO_COMPONENTS = {"loki", "defaults"}

# Two of these make a section at the top a component.
MARKS_OF_COMPONENTS = {"replicas", "podAnnotations", "nodeSelector", "extraArgs", "tolerations", "affinity"}

# Sections that a chart pastes as they are from a version on; before it, the templates name every value that they read.
OPEN_FROM = {
    "loki": {
        "loki.storage.azure": "6.35.0", "loki.storage.gcs": "6.35.0", "loki.storage.s3": "6.35.0",
        "loki.storage.s3.http_config": "6.35.0",
    },
}

# Values that a version of the chart was the first to read. Names of whole sections at the top need no mention: a template
# that does not exist reads nothing. Others were often read long before `values.yaml` named them.
CAME = {
    "mimir-distributed": {
        "ruler.remoteEvaluationDedicatedQueryPath", "distributor.kedaAutoscaling", "querier.kedaAutoscaling",
        "query_frontend.kedaAutoscaling",
    } | {
        f"{part}.persistentVolume.{name}"
        for part in ("alertmanager", "compactor", "ingester", "store_gateway")
        for name in ("enableRetentionPolicy", "whenDeleted", "whenScaled")
    },
    "loki": {
        "deploymentMode", "loki.storage.object_store", "loki.storage.use_thanos_objstore", "loki.generatedConfigObjectName",
        "loki.configObjectName", "loki.useTestSchema", "loki.query_range", "loki.bloom_build", "loki.bloom_gateway",
        "loki.block_builder", "loki.operational_config", "loki.ui", "loki.pattern_ingester",
    },
    "grafana": {"assertNoLeakedSecrets", "shadowBundledPlugins", "persistence.persistentVolumeClaimRetentionPolicy"},
}

# Values that charts stopped to read, each with all that lies below it. Others left `values.yaml` and are read still.
WENT = {
    "mimir-distributed": {
        "admin-cache", "admin_api", "federation_frontend", "gateway.enabledNonEnterprise", "gr-aggr-cache",
        "gr-metricname-cache", "graphite", "license", "nginx", "provisioner", "tokengenJob", "enterprise.enabled",
        "enterprise.legacyLabels",
    },
    "loki": {
        "adminApi", "bloomCompactor", "enterprise", "enterpriseGateway", "loki.existingSecretForConfig",
        "loki.externalConfigSecretName", "loki.storage.object_store.prefix", "monitoring.lokiCanary",
        "monitoring.selfMonitoring", "networkPolicy.flavor", "rbac.pspEnabled", "read.legacyReadTarget",
    },
    "grafana": {"serviceAccount.autoMount"},
}

# What people set and no version reads, besides what the facts list; and what to do about values that a version dropped.
PASSED_OVER = {
    "mimir-distributed": {
        "structured_config": {"instead": "mimir.structuredConfig"},
        "limits": {"instead": "mimir.structuredConfig.limits"},
        "nginx": {"passed": "the chart dropped it in version 6.0: use `gateway`"},
        "gateway.enabledNonEnterprise": {"passed": "the chart dropped it in version 6.0: `gateway.enabled` decides"},
    },
    "loki": {
        "structured_config": {"instead": "loki.structuredConfig"},
        "schemaConfig": {"instead": "loki.schemaConfig"},
        "schema_config": {"instead": "loki.schemaConfig"},
        "storage_config": {"instead": "loki.storage_config"},
        "storage": {"instead": "loki.storage"},
        "auth_enabled": {"instead": "loki.auth_enabled"},
        "loki.limitsConfig": {"instead": "loki.limits_config"},
        "loki.common_config": {"instead": "loki.commonConfig"},
        "loki.storage.s3.bucketnames": {"instead": "loki.storage.bucketNames.chunks"},
        "loki.storage.s3.bucketNames": {"instead": "loki.storage.bucketNames"},
        "loki.storage.s3.access_key_id": {"instead": "loki.storage.s3.accessKeyId"},
        "loki.storage.s3.secret_access_key": {"instead": "loki.storage.s3.secretAccessKey"},
        "loki.storage.s3.s3forcepathstyle": {"instead": "loki.storage.s3.s3ForcePathStyle"},
        "loki.storage.azure.account_name": {"instead": "loki.storage.azure.accountName"},
        "loki.storage.azure.account_key": {"instead": "loki.storage.azure.accountKey"},
        "loki.storage.azure.container_name": {"instead": "loki.storage.bucketNames.chunks"},
        "loki.storage.azure.use_federated_token": {"instead": "loki.storage.azure.useFederatedToken"},
        "loki.storage.azure.use_managed_identity": {"instead": "loki.storage.azure.useManagedIdentity"},
        "loki.storage.object_store.prefix": {"passed": "from 6.28 on the chart reads `loki.storage.object_store.storage_prefix`"},
        "loki.existingSecretForConfig": {"passed": "from 6.0 on, name the Secret in `loki.configObjectName`"},
        "monitoring.lokiCanary": {"passed": "from 6.0 on the chart reads `lokiCanary`"},
    },
    "grafana": {"grafana": {"instead": "grafana.ini"}},
}

# Values that a template leaves out when they are false, 0 or empty, each with the first version that no longer does.
LEFT_OUT_WHEN_EMPTY = {
    "loki": {
        f"loki.storage.s3.http_config.{name}": "6.35.0"
        for name in ("idle_conn_timeout", "response_header_timeout", "insecure_skip_verify")
    },
}


def came(chart, path, fact):
    """Whether the version that first had a name in `values.yaml` was also the first to read it."""
    whole_section = "." not in path and fact["t"] == "block"
    return chart == "alloy" or whole_section or path in CAME.get(chart, ())


def went(chart, path):
    """Whether a chart that no longer has a name in `values.yaml` reads it no more."""
    return chart == "alloy" or path in WENT.get(chart, ())
