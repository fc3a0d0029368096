# Checks that conftest makes in the benchmark: a few of ptd-lint's, as far as one document can say them. Nothing here follows
# data through a program, or looks across documents: texts are searched, and fields are compared.
package main

import rego.v1

# Programs of Alloy, as texts.
programs contains program if {
	input.kind == "ConfigMap"
	program := input.data["config.alloy"]
}

# Logs stay: each `url` in a block of `loki.write` is inside the cluster. Like logs-leave-workload, but blind to variables, modules
# and other components that send logs.
deny contains message if {
	some program in programs
	some block in regex.find_n(`(?s)loki\.write "[^"]+" \{.*?\n\}`, program, -1)
	some found in regex.find_all_string_submatch_n(`url\s*=\s*"([^"]+)"`, block, -1)
	not contains(found[1], ".svc.cluster.local")
	message := sprintf("logs are sent to %s", [found[1]])
}

# Metrics are written to two stores. Like dual-write, but it only counts.
deny contains "metrics are not written to two stores" if {
	some program in programs
	contains(program, "prometheus.scrape")
	count(regex.find_n(`prometheus\.remote_write "`, program, -1)) < 2
}

# Configurations of Mimir, from the ConfigMap and from values of the chart.
mimir contains yaml.unmarshal(input.data["mimir.yaml"]) if input.kind == "ConfigMap"

mimir contains values.mimir.structuredConfig if {
	input.kind == "HelmChart"
	values := yaml.unmarshal(input.spec.valuesContent)
}

deny contains message if {
	some configuration in mimir
	series := configuration.limits.max_global_series_per_user
	series != 800000
	message := sprintf("Mimir keeps %v series for each tenant", [series])
}

deny contains "Mimir keeps metrics for ever" if {
	some configuration in mimir
	not configuration.limits.compactor_blocks_retention_period
}

deny contains "Mimir keeps blocks on the pod's own disk" if {
	some configuration in mimir
	object.get(configuration, ["blocks_storage", "backend"], "filesystem") == "filesystem"
	object.get(configuration, ["common", "storage", "backend"], "filesystem") == "filesystem"
}

# Values of Loki's chart.
deny contains message if {
	input.kind == "HelmChart"
	values := yaml.unmarshal(input.spec.valuesContent)
	limit := values.loki.limits_config
	object.get(limit, "reject_old_samples", true) == false
	message := "Loki takes samples of any age"
}

# Pods of whatever kind of object makes them.
pod := input.spec.template.spec

# The collector may have to read the node's journal as root; here nothing tells whether it does.
deny contains message if {
	input.metadata.namespace != "alloy"
	some container in pod.containers
	container.securityContext.privileged == true
	message := sprintf("container %s is privileged", [container.name])
}

deny contains message if {
	some container in pod.containers
	not container.resources.requests
	message := sprintf("container %s of %s %s asks for no resources", [container.name, input.kind, input.metadata.name])
}

# Pods find the ConfigMaps that they mount under their own name: others cannot be told without looking across documents.
deny contains message if {
	some volume in pod.volumes
	volume.configMap
	not volume.configMap.name
	message := sprintf("volume %s names no ConfigMap", [volume.name])
}
