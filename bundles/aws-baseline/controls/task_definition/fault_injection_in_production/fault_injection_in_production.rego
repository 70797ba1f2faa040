# METADATA
# title: Task definitions do not enable fault injection in production
# description: |
#   With `enableFaultInjection`, the ECS agent takes requests from the task's own containers to lose, delay or block
#   its network traffic: made for experiments, and a way to take an application down for whoever runs code in a
#   container. Production is the clusters that carry the parameter's tag, and a definition fails when a service, a
#   task set, a running task, a schedule or a rule uses it in one of them. Without a configured tag nothing tells
#   production from the rest, so that every definition with the setting fails, used or not. Fault injection does not
#   exist on Windows, so definitions for it are left out.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fault-injection.html
#   - https://docs.aws.amazon.com/fis/latest/userguide/ecs-task-actions.html
# custom:
#   id: TD30
#   severity: medium
#   resources: ecs.task_definitions
#   covers: {}
#   parameters: [fault_injection_in_production]
#   remediation:
#     text: |
#       Register a revision without `enableFaultInjection` for production, and keep one with it in a family for the
#       clusters where experiments run. Move the services, schedules and pipelines that start the old revision in
#       production to the new one.
package tidewaiter.controls.task_definition.fault_injection_in_production

import rego.v1

import data.lib.arns
import data.lib.containers
import data.lib.launches
import data.lib.tags
import data.lib.tasks

tag_key := data.params.fault_injection_in_production.cluster_tag_key

tag_values := data.params.fault_injection_in_production.cluster_tag_values

deny contains violation if {
	tag_key == ""
	some arn, definition in input.ecs.task_definitions
	injectable(definition)
	violation := {
		"resource": arn,
		"message": "enableFaultInjection is true, expected false",
		"evidence": {"path": "enableFaultInjection", "value": true},
	}
}

deny contains violation if {
	tag_key != ""
	some arn, definition in input.ecs.task_definitions
	injectable(definition)
	some cluster in clusters(arn)
	tags.carries(input.ecs.clusters[cluster].tags, tag_key, tag_values)
	violation := {
		"resource": arn,
		"message": sprintf("enableFaultInjection is true in the production cluster %q, expected false", [arns.name(cluster)]),
		"evidence": {"path": "enableFaultInjection", "value": true, "cluster": cluster},
	}
}

exclude contains exclusion if {
	some arn, definition in input.ecs.task_definitions
	containers.windows(definition)
	exclusion := {"resource": arn, "reason": "it runs on Windows, which has no fault injection"}
}

injectable(definition) if {
	definition.enableFaultInjection == true
	not containers.windows(definition)
}

# Where the definition is used.
clusters(arn) := union({
	{input.ecs.services[service].clusterArn | some service in input.usage[arn].services},
	{input.ecs.task_sets[task_set].clusterArn | some task_set in input.usage[arn].task_sets},
	{task.clusterArn |
		some task_arn in input.usage[arn].tasks
		task := input.ecs.tasks[task_arn]
		not tasks.stopped(task)
	},
	{launch.cluster |
		some schedule in input.usage[arn].schedules
		some launch in launches.of(input.scheduler.schedules[schedule])
	},
	{target.Arn |
		some rule in input.usage[arn].schedules
		some target in input.events.rules[rule].Targets
		runs(target.EcsParameters.TaskDefinitionArn, arn)
	},
})

# A target names a revision, or a family and thereby its newest one. A rule can have targets for other definitions.
runs(name, arn) if startswith(sprintf("%s:", [arn]), sprintf("%s:", [name]))
