# METADATA
# title: Task definitions hold no secret in plain text
# description: |
#   Everything in a task definition is shown to whoever may describe it, stays readable after a newer revision
#   replaced it, and is copied into consoles, pipelines and logs. While the document is collected, a detector looks at
#   the values of environment variables, labels, options of log drivers, log routers and volumes, and at each argument
#   of commands, entry points and health checks, and puts a class in their place. The control fails on every class but
#   `plain`, one that it has never heard of included. It never judges by a variable's name alone: a class that is too
#   vague to act on, such as a text that merely looks random, counts where the name of what holds it speaks of a
#   secret and does not end like a reference to one. It shows the place and the class, never the value or its hash.
#   Classes, and single names, can be accepted by parameter.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-tasks-containers.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Secret.html
# custom:
#   id: TD17
#   severity: critical
#   resources: ecs.task_definitions
#   covers:
#     kics: [ecs_task_definition_container_has_password]
#     prowler: [ecs_task_definitions_no_environment_secrets]
#     trivy: [AWS-0036]
#   parameters: [plaintext_secret]
#   remediation:
#     text: |
#       Treat the secret as known to others: replace it where it was issued. Store the new one in Secrets Manager or
#       as a SecureString in Parameter Store, and register a revision that names it under `secrets`, or under
#       `logConfiguration.secretOptions` for a log driver; a command reads it from the environment when it runs. Move
#       the services, schedules and pipelines that start the old revision to the new one. Then deregister and delete
#       the old revisions that hold the secret, which show it for as long as they exist.
package tidewaiter.controls.task_definition.plaintext_secret

import rego.v1

import data.lib.containers
import data.lib.redaction

ignored := {class | some class in data.params.plaintext_secret.ignored_classes}

vague := {class | some class in data.params.plaintext_secret.vague_classes}

reference_endings := {ending | some ending in data.params.plaintext_secret.reference_endings}

accepted := {[entry.name, entry.class] | some entry in data.params.plaintext_secret.accepted}

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	some index, container in definition.containerDefinitions
	some suspect in redaction.suspects(container)
	judged(suspect)
	name := containers.name(index, container)
	violation := {
		"resource": arn,
		"message": sprintf("container %q holds %s in %s, expected a reference to a secret store", [
			name,
			described(suspect.class),
			suspect.path,
		]),
		"evidence": {
			"container": name,
			"path": sprintf("containerDefinitions[%d].%s", [index, suspect.path]),
			"name": suspect.name,
			"class": suspect.class,
		},
	}
}

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	some index, volume in definition.volumes
	some suspect in redaction.suspects_of_volume(volume)
	judged(suspect)
	name := containers.name(index, volume)
	violation := {
		"resource": arn,
		"message": sprintf("volume %q holds %s in %s, expected no secret in the definition of a volume", [
			name,
			described(suspect.class),
			suspect.path,
		]),
		"evidence": {
			"volume": name,
			"path": sprintf("volumes[%d].%s", [index, suspect.path]),
			"name": suspect.name,
			"class": suspect.class,
		},
	}
}

judged(suspect) if {
	not suspect.class in ignored
	not [suspect.name, suspect.class] in accepted
	telling(suspect)
}

telling(suspect) if not suspect.class in vague

telling(suspect) if {
	is_string(suspect.name)
	name := replace(replace(lower(suspect.name), "-", "_"), ".", "_")
	words := split(name, "_")
	not words[count(words) - 1] in reference_endings
	some word in data.params.plaintext_secret.telling_words
	contains(sprintf("_%s_", [name]), sprintf("_%s_", [word]))
}

described("") := "text of an unknown class"

described(class) := sprintf("a text of class %q", [class]) if class != ""
