# METADATA
# title: Containers keep version consistency
# description: |
#   With version consistency, ECS resolves the tag of an image once per deployment, so that every task of the
#   deployment runs the same image even when the tag is pushed again. It is on unless `versionConsistency` says
#   `disabled`, and then a scale-out or a restarted task takes whatever the tag means at that moment. A value that is
#   not known fails. An image that is pinned by digest is what it is, but the next revision may not pin it, so it is
#   judged as well.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
# custom:
#   id: TD36
#   severity: low
#   resources: ecs.task_definitions
#   covers: {}
#   remediation:
#     text: |
#       Register a revision without `versionConsistency`, or with `enabled`. A sidecar that was to follow its tag on
#       its own gets a new deployment instead when its image changes. Move the services, schedules and pipelines that
#       start the old revision to the new one, then deregister the old one.
package tidewaiter.controls.task_definition.version_consistency_disabled

import rego.v1

import data.lib.containers
import data.lib.values

# Without a value the API's default holds, which is `enabled`.
consistent := {null, "enabled"}

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	some index, container in definition.containerDefinitions
	value := object.get(container, "versionConsistency", null)
	not value in consistent
	values.settled(value)
	violation := {
		"resource": arn,
		"message": sprintf("container %q has versionConsistency %s, expected \"enabled\" or no value", [
			containers.name(index, container),
			json.marshal(value),
		]),
		"evidence": containers.evidence(index, container, "versionConsistency", value),
	}
}
