# METADATA
# title: Secrets of ECS containers come from Secrets Manager or a SecureString parameter
# description: |
#   `secrets` promises that a value is kept somewhere safe, but ECS takes it from any parameter of Systems Manager, also
#   from one of type `String` that everybody who may read parameters sees in plain text. The control judges `secrets`
#   and `logConfiguration.secretOptions` of every container. It passes secrets of Secrets Manager, which are known by
#   their ARN in whatever account and Region, and parameters of this account and Region whose type is `SecureString`. It
#   fails for a parameter of another type, for one that does not exist, and for what is neither a secret nor a
#   parameter. The type of a parameter in another Region or account cannot be seen from here: it fails too, unless its
#   ARN matches one of the patterns in the parameter `unprotected_secret_source.trusted_parameters`, with which somebody
#   vouches for it. Credentials of registries are for TD37 to judge.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Secret.html
#   - https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterMetadata.html
# custom:
#   id: TD18
#   severity: medium
#   resources: ecs.task_definitions
#   covers: {}
#   parameters: [unprotected_secret_source]
#   remediation:
#     text: |
#       Create the parameter anew under another name with `aws ssm put-parameter --type SecureString`, or the secret with
#       `aws secretsmanager create-secret`, with a value that was never stored in plain text: rotate it. Let the
#       execution role read it and decrypt with its key, register a revision that names it, move the services, schedules
#       and pipelines that start the old revision to the new one, and delete the old parameter.
package tidewaiter.controls.task_definition.unprotected_secret_source

import rego.v1

import data.lib.containers
import data.lib.evidence
import data.lib.values

expected := "a secret of Secrets Manager or a SecureString parameter"

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	some source in sources(definition)
	found := fault(source.value)
	violation := {
		"resource": arn,
		"message": sprintf("container %q takes %q from %s, expected %s", [
			containers.name(source.index, source.container),
			source.name,
			found.message,
			expected,
		]),
		"evidence": object.union(
			containers.evidence(source.index, source.container, source.path, source.value),
			found.evidence,
		),
	}
}

# Where variables and options of log drivers take their secrets from. A source that a template leaves open is not judged.
sources(definition) := of_variables(definition) | of_options(definition)

of_variables(definition) := {source |
	some index, container in definition.containerDefinitions
	some number, secret in container.secrets
	source := described(index, container, "secrets", number, secret)
}

of_options(definition) := {source |
	some index, container in definition.containerDefinitions
	some number, secret in container.logConfiguration.secretOptions
	source := described(index, container, "logConfiguration.secretOptions", number, secret)
}

described(index, container, list, number, secret) := source if {
	value := object.get(secret, "valueFrom", "")
	values.settled(value)
	source := {
		"index": index,
		"container": container,
		"path": sprintf("%s[%d].valueFrom", [list, number]),
		"name": object.get(secret, "name", ""),
		"value": value,
	}
}

# What is wrong with a source. Undefined for one that is in order, and for one of which too little is known.
fault(value) := verdict if {
	not is_secret(value)
	arn := parameter(value)
	verdict := fault_of_parameter(value, arn)
}

fault(value) := {"message": sprintf("%s, which names neither", [json.marshal(value)]), "evidence": {}} if {
	not is_secret(value)
	not parameter(value)
}

fault_of_parameter(value, arn) := verdict if {
	local(arn)
	type := object.get(input.ssm.parameters[arn], "Type", null)
	type != "SecureString"
	verdict := {
		"message": sprintf("parameter %q, which is %s", [value, of_type(type)]),
		"evidence": {"parameter": {"path": "Type", "value": type, "expected": "SecureString"}},
	}
}

fault_of_parameter(value, arn) := verdict if {
	local(arn)
	object.get(input, ["ssm", "parameters", arn], null) == null
	evidence.looked_up("ssm.parameters", arn)
	verdict := {"message": sprintf("parameter %q, which does not exist", [value]), "evidence": {}}
}

fault_of_parameter(value, arn) := verdict if {
	not local(arn)
	not trusted(arn)
	message := "parameter %q of another Region or account, whose type cannot be seen from here"
	verdict := {"message": sprintf(message, [value]), "evidence": {}}
}

of_type(null) := "of no type"

of_type(type) := sprintf("a %v", [type]) if type != null

# A secret of Secrets Manager, also one that is read through Parameter Store.
is_secret(value) if {
	is_string(value)
	parts := split(value, ":")
	[parts[0], parts[2], parts[5]] == ["arn", "secretsmanager", "secret"]
	parts[6] != ""
}

is_secret(value) if {
	is_string(value)
	regex.match(`^(arn:[^:]*:ssm:[^:]*:[^:]*:parameter)?/aws/reference/secretsmanager/.`, value)
}

# The ARN of the parameter that a source names: with it, or by the name alone, which then is one of this account and
# Region.
parameter(value) := value if {
	is_string(value)
	regex.match(`^arn:[^:]+:ssm:[^:]+:[0-9]{12}:parameter/[A-Za-z0-9_.\-/]+$`, value)
}

parameter(value) := arn_of(trim_prefix(value, "/")) if {
	is_string(value)
	regex.match(`^/?[A-Za-z0-9_.\-][A-Za-z0-9_.\-/]*$`, value)
}

local(arn) if startswith(arn, arn_of(""))

arn_of(name) := sprintf("arn:%s:ssm:%s:%s:parameter/%s", [
	input.account.partition,
	input.region,
	input.account.id,
	name,
])

trusted(arn) if {
	some pattern in data.params.unprotected_secret_source.trusted_parameters
	glob.match(pattern, [":"], arn)
}
