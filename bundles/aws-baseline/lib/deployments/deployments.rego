# METADATA
# title: Deployments
# description: |
#   The deployments of a service that run tasks, which hold what the service itself does not show: Service Connect and
#   volumes. Services with external deployments, or with those of CodeDeploy, have task sets instead.
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

# True when somebody else than ECS deploys the service: its deployments are CodeDeploy's, or external.
elsewhere(service) if service.deploymentController.type in {"CODE_DEPLOY", "EXTERNAL"}
