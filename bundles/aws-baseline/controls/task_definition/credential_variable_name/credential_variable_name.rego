# METADATA
# title: Containers are given no credentials in environment variables of well-known names
# description: |
#   Whoever may describe a task definition, or look at a task in the console, reads its environment. Variables named
#   AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and ECS_ENGINE_AUTH_DATA have one purpose, so their presence fails
#   whatever they hold; names are compared exactly, as in Security Hub's ECS.8. The list is a parameter. The same
#   names under `secrets` are fine. Secrets under any other name are for TD17 to find.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-8
# custom:
#   id: TD16
#   severity: high
#   resources: ecs.task_definitions
#   covers:
#     aws-config: [ecs-no-environment-secrets]
#     control-tower: [CT.ECS.PR.12]
#     powerpipe: [ecs_task_definition_container_environment_no_secret]
#     security-hub: [ECS.8]
#   parameters: [credential_variable_name]
#   remediation:
#     text: |
#       Treat the credential as known to others: revoke it, and delete the access key if it is one. Register a
#       revision without the variable, give the task a role (`taskRoleArn`) instead of keys, and name what remains
#       under `secrets` from Secrets Manager or Parameter Store. Move the services, schedules and pipelines that start
#       the old revision to the new one. Then deregister and delete the old one, which shows the value for as long as
#       it exists.
package tidewaiter.controls.task_definition.credential_variable_name

import rego.v1

import data.lib.containers

forbidden := {name | some name in data.params.credential_variable_name.names}

deny contains violation if {
	names := forbidden
	some arn, definition in input.ecs.task_definitions
	some index, container in definition.containerDefinitions
	some position, variable in container.environment
	variable.name in names
	violation := {
		"resource": arn,
		"message": sprintf("container %q sets the environment variable %q, expected a task role or `secrets`", [
			containers.name(index, container),
			variable.name,
		]),
		"evidence": containers.evidence(index, container, sprintf("environment[%d].name", [position]), variable.name),
	}
}

exclude contains exclusion if {
	count(forbidden) == 0
	some arn, _ in input.ecs.task_definitions
	exclusion := {"resource": arn, "reason": "the parameter credential_variable_name.names is empty"}
}
