# METADATA
# title: Deployments
# description: |
#   The deployments of a service that run tasks, which hold what the service itself does not show: Service Connect and
#   volumes; and everything of a service that has a revision and capacity: itself, its deployments and its task sets.
#   Services with external deployments, or with those of CodeDeploy, have task sets and no deployments.
package lib.deployments

import rego.v1

import data.lib.arns

# A deployment is INACTIVE when it was replaced completely; one without a status is judged rather than not.
running(service) := [deployment |
	some deployment in service.deployments
	not deployment.status == "INACTIVE"
]

# What a violation in a deployment is about, to begin its message with.
subject(arn, deployment) := sprintf("service %q", [arns.name(arn)]) if deployment.status == "PRIMARY"

else := sprintf("deployment %q of service %q, which still runs tasks,", [deployment.id, arns.name(arn)])

# Where a member of a deployment stands in the service.
path(deployment, member) := sprintf("deployments[?id=='%s'].%s", [deployment.id, member])

# The service, its deployments that run tasks, and its task sets: `subject` begins a message and is followed by the
# service's name, `path` leads to the `body`.
units(service) := array.concat(
	[{"subject": "service", "path": "", "body": service}],
	array.concat(
		[unit |
			some deployment in running(service)
			unit := {
				"subject": sprintf("deployment %q of service", [deployment.id]),
				"path": path(deployment, ""),
				"body": deployment,
			}
		],
		[unit |
			some task_set in service.taskSets
			unit := {
				"subject": sprintf("task set %q of service", [task_set.id]),
				"path": sprintf("taskSets[?id=='%s'].", [task_set.id]),
				"body": task_set,
			}
		],
	),
)

# True when somebody else than ECS deploys the service: its deployments are CodeDeploy's, or external.
elsewhere(service) if service.deploymentController.type in {"CODE_DEPLOY", "EXTERNAL"}
