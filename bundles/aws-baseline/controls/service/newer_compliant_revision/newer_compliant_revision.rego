# METADATA
# title: ECS services run the newest revision without violations
# description: |
#   A corrected revision corrects nothing until the services run it. The control fails when a service, a deployment of it
#   that runs tasks, or a task set in it names a revision for which the family has a newer ACTIVE one in which the
#   controls of task definitions find nothing. Which controls count is the parameter `violating_revision.controls`. The
#   revisions that the document holds are compared: those in use, and the newest of each family. A newer revision that
#   violates something itself is no reason to change, and the one in use is judged by the controls of task definitions.
#   Services with external deployments name their revisions in task sets alone; without any there is nothing to judge.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/update-service-console-v2.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
# custom:
#   id: SV14
#   severity: medium
#   resources: ecs.services
#   covers: {}
#   parameters: [violating_revision]
#   remediation:
#     text: |
#       Update the service with the revision that the finding names, or create a task set with it, which replaces the
#       tasks. If that revision is not meant to run, deregister it.
package tidewaiter.controls.service.newer_compliant_revision

import rego.v1

import data.lib.arns
import data.lib.deployments
import data.lib.revisions
import data.lib.violations

deny contains violation if {
	some arn, service in input.ecs.services
	some unit in deployments.units(service)
	says_more(unit, service)
	newer := newest_compliant(unit.body.taskDefinition)
	violation := {
		"resource": arn,
		"message": sprintf(
			"%s %q runs revision %q, expected the newer %q, which violates nothing",
			[unit.subject, arns.name(arn), revisions.label(unit.body.taskDefinition), revisions.label(newer)],
		),
		"evidence": {
			"path": sprintf("%staskDefinition", [unit.path]),
			"value": unit.body.taskDefinition,
			"expected": newer,
		},
	}
}

exclude contains exclusion if {
	some arn, service in input.ecs.services
	count([unit | some unit in deployments.units(service); unit.body.taskDefinition]) == 0
	exclusion := {"resource": arn, "reason": "the service names no task definition"}
}

# A deployment that runs what the service names adds nothing.
says_more(unit, _) if unit.path == ""

says_more(unit, service) if unit.body.taskDefinition != object.get(service, "taskDefinition", null)

newest_compliant(arn) := compliant[count(compliant) - 1] if {
	compliant := [newer |
		some newer in revisions.all_newer(arn)
		not violations.of_revision[newer]
	]
}
