# METADATA
# title: ECS services on Fargate run on the latest platform version
# description: |
#   A Fargate platform version is the kernel and the container runtime under a task; an older one no longer gets
#   everything that the latest gets. The control fails when a service, a deployment of it that runs tasks, or a task set
#   in it asks Fargate for a version that is neither `LATEST` nor listed in the parameter
#   `outdated_platform_version.linux` or, for Windows, `outdated_platform_version.windows`. A deployment shows what
#   `LATEST` stood for when it began, so a service that says `LATEST` fails while its tasks still run on an older
#   version. An absent version means `LATEST`. Services that do not run on Fargate are not applicable. This is Security
#   Hub's ECS.10, which looks at the service alone.
# related_resources:
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-10
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-fargate.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
# custom:
#   id: SV08
#   severity: medium
#   resources: ecs.services
#   covers:
#     aws-config: [ecs-fargate-latest-platform-version]
#     checkov: [CKV_AWS_332]
#     control-tower: [CT.ECS.PR.1]
#     powerpipe: [ecs_service_fargate_using_latest_platform_version]
#     prowler: [ecs_service_fargate_latest_platform_version]
#     security-hub: [ECS.10]
#   parameters: [outdated_platform_version]
#   remediation:
#     text: |
#       Update the service with `platformVersion` `LATEST`, which starts a new deployment. If the service says `LATEST`
#       already, force a new deployment: its tasks then start on the version that is the latest now.
package tidewaiter.controls.service.outdated_platform_version

import rego.v1

import data.lib.arns
import data.lib.deployments
import data.lib.values

deny contains violation if {
	some arn, service in input.ecs.services
	some unit in units(service)
	on_fargate(unit.body)
	version := unit.body.platformVersion
	version != "LATEST"
	values.settled(version)
	expected := current(family(unit.body, service))
	not version in expected
	violation := {
		"resource": arn,
		"message": sprintf(
			"%s %q asks for Fargate platform version %v, expected %s",
			[unit.subject, arns.name(arn), version, concat(" or ", array.concat(["LATEST"], expected))],
		),
		"evidence": {
			"path": sprintf("%splatformVersion", [unit.path]),
			"value": version,
			"expected": array.concat(["LATEST"], expected),
		},
	}
}

exclude contains exclusion if {
	some arn, service in input.ecs.services
	count([unit | some unit in units(service); on_fargate(unit.body)]) == 0
	exclusion := {"resource": arn, "reason": "the service does not run on Fargate"}
}

# What of a service has a platform version, and another one than the service.
units(service) := [unit |
	some unit in deployments.units(service)
	says_more(unit, service)
]

says_more(unit, _) if unit.path == ""

says_more(unit, service) if unit.body.platformVersion != object.get(service, "platformVersion", "LATEST")

on_fargate(body) if body.launchType == "FARGATE"

on_fargate(body) if {
	some item in body.capacityProviderStrategy
	item.capacityProvider in {"FARGATE", "FARGATE_SPOT"}
}

family(body, service) := lower(name) if {
	name := object.get(body, "platformFamily", object.get(service, "platformFamily", "LINUX"))
	is_string(name)
}

# The versions that count as the latest; none for a family that is not known.
current(name) := data.params.outdated_platform_version.linux if name == "linux"

else := data.params.outdated_platform_version.windows if startswith(name, "windows")

else := []
