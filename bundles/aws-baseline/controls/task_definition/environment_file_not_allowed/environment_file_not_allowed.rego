# METADATA
# title: Environment files come from allowed buckets
# description: |
#   `environmentFiles` fills the environment of a container from an object in S3, which no check of the definition
#   looks into and which whoever may write to the bucket can change between two starts. By parameter such files are
#   forbidden, or may come from the buckets that are named; by default nothing is judged. What names no bucket, and a
#   type of file other than `s3`, fails when anything is judged. Whether a bucket is private and encrypted is not in
#   the definition.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/use-environment-file.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EnvironmentFile.html
# custom:
#   id: TD19
#   severity: medium
#   resources: ecs.task_definitions
#   covers: {}
#   parameters: [environment_file_not_allowed]
#   remediation:
#     text: |
#       Register a revision without the file: harmless variables go under `environment`, secrets under `secrets`, by
#       reference to Secrets Manager or Parameter Store. Where files are allowed, move the file to an allowed bucket
#       and let the execution role read it there. Move the services, schedules and pipelines that start the old
#       revision to the new one, then deregister the old one.
package tidewaiter.controls.task_definition.environment_file_not_allowed

import rego.v1

import data.lib.containers
import data.lib.values

buckets := {bucket | some bucket in data.params.environment_file_not_allowed.buckets}

forbidden if data.params.environment_file_not_allowed.forbidden == true

configured if forbidden

configured if count(buckets) > 0

deny contains violation if {
	configured
	some arn, definition in input.ecs.task_definitions
	some index, container in definition.containerDefinitions
	some position, file in container.environmentFiles
	value := object.get(file, "value", null)
	values.settled(value)
	not allowed(file)
	violation := {
		"resource": arn,
		"message": sprintf("container %q takes its environment from %s, expected %s", [
			containers.name(index, container),
			json.marshal(value),
			expectation,
		]),
		"evidence": containers.evidence(index, container, sprintf("environmentFiles[%d].value", [position]), value),
	}
}

exclude contains exclusion if {
	not configured
	some arn, _ in input.ecs.task_definitions
	exclusion := {"resource": arn, "reason": "the parameter environment_file_not_allowed restricts nothing"}
}

allowed(file) if {
	not forbidden
	file.type == "s3"
	bucket_of(file.value) in buckets
}

# The bucket in `arn:aws:s3:::bucket/key`. Undefined for anything else, such as the ARN of an access point.
bucket_of(arn) := split(parts[5], "/")[0] if {
	is_string(arn)
	parts := split(arn, ":")
	[parts[0], parts[2], parts[3], parts[4]] == ["arn", "s3", "", ""]
}

expectation := "no environment file" if {
	forbidden
} else := sprintf("a file in one of the buckets %s", [concat(", ", sort(buckets))])
