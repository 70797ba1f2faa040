# METADATA
# title: Images of private registries are pulled with credentials from Secrets Manager
# description: |
#   ECS pulls from a private registry other than ECR with `repositoryCredentials`, which names a secret of Secrets
#   Manager. An image of one of the registries that the parameter lists fails without it: what pulls it then is an
#   anonymous client, or on EC2 credentials in the agent's configuration, for every task of the instance. Credentials
#   that name something other than a secret, such as a parameter of Systems Manager, fail wherever the image comes
#   from. A definition without credentials is left out while the parameter is empty, since nothing says that its
#   images are private.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/private-auth.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RepositoryCredentials.html
# custom:
#   id: TD37
#   severity: low
#   resources: ecs.task_definitions
#   covers: {}
#   parameters: [registry_credentials_missing]
#   remediation:
#     text: |
#       Store the credentials in Secrets Manager as `{"username": …, "password": …}`, with a token that may only pull,
#       allow the execution role to read that secret, and register a revision whose container names it as
#       `repositoryCredentials.credentialsParameter`; or copy the image into ECR. Move the services, schedules and
#       pipelines that start the old revision to the new one, then deregister the old one.
package tidewaiter.controls.task_definition.registry_credentials_missing

import rego.v1

import data.lib.containers
import data.lib.image
import data.lib.values

sources := {trim_suffix(lower(source), "/") | some source in data.params.registry_credentials_missing.sources}

deny contains violation if {
	count(sources) > 0
	some arn, definition in input.ecs.task_definitions
	some index, container in definition.containerDefinitions
	parameter(container) == null
	found := image.of(container)
	image.comes_from(found, sources)
	violation := {
		"resource": arn,
		"message": sprintf("container %q pulls %q without credentials, expected a secret in repositoryCredentials", [
			containers.name(index, container),
			found.reference,
		]),
		"evidence": containers.evidence(index, container, "repositoryCredentials.credentialsParameter", null),
	}
}

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	some index, container in definition.containerDefinitions
	value := parameter(container)
	value != null
	values.settled(value)
	not names_secret(value)
	violation := {
		"resource": arn,
		"message": sprintf("container %q has registry credentials in %s, expected a secret of Secrets Manager", [
			containers.name(index, container),
			json.marshal(value),
		]),
		"evidence": containers.evidence(index, container, "repositoryCredentials.credentialsParameter", value),
	}
}

exclude contains exclusion if {
	count(sources) == 0
	some arn, definition in input.ecs.task_definitions
	every container in definition.containerDefinitions {
		parameter(container) == null
	}
	exclusion := {
		"resource": arn,
		"reason": "it names no credentials, and the parameter registry_credentials_missing.sources is empty",
	}
}

parameter(container) := object.get(container, ["repositoryCredentials", "credentialsParameter"], null)

# ECS takes a text that is no ARN for the name of a secret in the task's own region.
names_secret(value) if {
	is_string(value)
	value != ""
	not startswith(value, "arn:")
}

names_secret(value) if {
	is_string(value)
	parts := split(value, ":")
	[parts[0], parts[2], parts[5]] == ["arn", "secretsmanager", "secret"]
}
