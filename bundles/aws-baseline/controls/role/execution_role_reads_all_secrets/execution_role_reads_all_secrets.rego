# METADATA
# title: Task execution roles read only the secrets of their tasks
# description: |
#   Amazon ECS reads the secrets that a task definition names with the task execution role. When that role may read all of
#   them, whoever may register a task definition with it can have any secret of the account put into a container, and
#   whoever gets at the credentials that the agent holds reads them all. The control looks at each role that tasks in use
#   have as their task execution role, overrides of tasks and of launches included, and fails when its policies allow
#   reading every secret (`secretsmanager:GetSecretValue`), every parameter (`ssm:GetParameters`, `ssm:GetParameter`,
#   `ssm:GetParameterHistory`, `ssm:GetParametersByPath`), or decrypting with every key (`kms:Decrypt`): on `*`, or on a
#   pattern that every name matches, in whichever Region and account. A pattern with the beginning of a name, such as
#   `secret:prod/*`, passes. Conditions count that confine the statement for sure: on tags of the resource, on
#   `secretsmanager:SecretId`, and for keys on `kms:ViaService`, aliases or the encryption context; so do denials without
#   a condition and the permissions boundary. A role fails too when it has a policy that is not among those of IAM.
#   Roles that no task has as its task execution role are not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html#task-execution-secrets
#   - https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html#kms-2
# custom:
#   id: RL03
#   severity: medium
#   resources: iam.roles
#   covers:
#     cloudsplaining: [DataExfiltration]
#   remediation:
#     text: |
#       Name what the task definitions name:
#       `{"Effect": "Allow", "Action": ["secretsmanager:GetSecretValue", "ssm:GetParameters"], "Resource": ["arn:aws:secretsmanager:REGION:ACCOUNT:secret:APP/*", "arn:aws:ssm:REGION:ACCOUNT:parameter/APP/*"]}`
#       and for secrets under a key of your own `{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "arn:aws:kms:REGION:ACCOUNT:key/ID"}`.
#       Give applications that need different secrets execution roles of their own.
package tidewaiter.controls.role.execution_role_reads_all_secrets

import rego.v1

import data.lib.arns
import data.lib.grants
import data.lib.task_roles
import data.lib.wording

# What reads secrets, and the kind of what it reads.
reads := {
	"kms:Decrypt": "kms:key/",
	"secretsmanager:GetSecretValue": "secretsmanager:secret:",
	"ssm:GetParameter": "ssm:parameter/",
	"ssm:GetParameterHistory": "ssm:parameter/",
	"ssm:GetParameters": "ssm:parameter/",
	"ssm:GetParametersByPath": "ssm:parameter/",
}

actions := {lower(action) | some action, _ in reads}

services := {split(action, ":")[0] | some action in actions}

deny contains violation if {
	some arn, users in task_roles.of_execution
	rights := grants.about(grants.among(grants.of(input.iam.roles[arn]), services), actions)
	found := [grant |
		some action, kind in reads
		some entry in grants.granting_all(rights, lower(action), kind)
		grant := {"entry": entry, "action": action, "resource": grants.resources(entry.statement)}
	]
	count(found) > 0
	violation := {
		"resource": arn,
		"message": sprintf(
			"role %q, the task execution role of %s, allows %s, expected the secrets of its tasks alone",
			[arns.name(arn), wording.few(users), grants.named(found)],
		),
		"evidence": grants.evidence_of(found, users),
	}
}

deny contains violation if {
	some arn, users in task_roles.of_execution
	violation := grants.unseen_violation(arn, "the task execution role", users)
}

exclude contains exclusion if {
	roles := task_roles.of_execution
	some arn, _ in input.iam.roles
	not roles[arn]
	exclusion := {
		"resource": arn,
		"reason": "no task that is configured or runs has it as its task execution role",
	}
}
