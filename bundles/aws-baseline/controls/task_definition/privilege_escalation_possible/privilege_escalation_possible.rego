# METADATA
# title: Containers on EC2 cannot gain privileges while they run
# description: |
#   With the security option `no-new-privileges`, the kernel ignores set-user-ID bits and file capabilities, so that a
#   process cannot become root through `sudo`, `su` or a forgotten binary of the image. Docker leaves it off; each
#   container, sidecars and init containers included, has to name it in `dockerSecurityOptions`. Where it is named
#   several times, Docker goes by the last. AWS documents the field for EC2, so definitions that only Fargate or
#   Managed Instances can run are left out, and so are those for Windows, which has no such option. Trend Vision One
#   calls the rule allowPrivilegeEscalation.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
#   - https://docs.docker.com/reference/cli/docker/container/run/#security-opt
#   - https://docs.kernel.org/userspace-api/no_new_privs.html
# custom:
#   id: TD12
#   severity: medium
#   resources: ecs.task_definitions
#   covers:
#     trend-vision-one: [allowPrivilegeEscalation]
#   remediation:
#     text: |
#       Register a revision whose containers each list `no-new-privileges` under `dockerSecurityOptions`. A container
#       that starts as root and changes to another user still can; one that calls `sudo` no longer works. Move the
#       services, schedules and pipelines that start the old revision to the new one, then deregister the old one.
package tidewaiter.controls.task_definition.privilege_escalation_possible

import rego.v1

import data.lib.security_options

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	not security_options.inapplicable(definition)
	some index, container in definition.containerDefinitions
	problem := security_options.escalation(index, container)
	violation := {"resource": arn, "message": problem.message, "evidence": problem.evidence}
}

exclude contains exclusion if some exclusion in security_options.excluded
