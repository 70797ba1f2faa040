# METADATA
# title: Task roles allow named actions
# description: |
#   Whoever gets into a container has the rights of its task role. A statement that allows every action of a service, or
#   of all services, also allows what nobody thought of when it was written, and what the service will be able to do
#   later; one that allows everything makes whoever gets in the administrator of the account. The control looks at each
#   role that tasks in use have as their task role, overrides of tasks and of launches included, and fails when one of its
#   policies, inline or attached, allows `*`, `service:*` or, with `NotAction`, everything but some actions, on whatever
#   resources, or `kms:Decrypt` or `kms:ReEncryptFrom` with every key. No condition excuses a wildcard of actions;
#   decrypting is excused by conditions that confine it to some keys or to one service, as on `kms:ViaService`. A
#   statement does not count when a denial without a condition, or the permissions boundary, takes back every action that
#   nobody named. Policies of the organization are not looked at. A role fails too when it has a policy that is not among
#   those of IAM, since nobody knows what it allows. Roles that no task has as its task role are not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-21
# custom:
#   id: RL01
#   severity: high
#   resources: iam.roles
#   covers:
#     aws-config:
#       - iam-customer-policy-blocked-kms-actions
#       - iam-inline-policy-blocked-kms-actions
#       - iam-policy-no-statements-with-admin-access
#       - iam-policy-no-statements-with-full-access
#     checkov: [CKV_AWS_62, CKV_AWS_63]
#     cloudsplaining: [ServiceWildcard]
#     prowler:
#       - iam_aws_attached_policy_no_administrative_privileges
#       - iam_customer_attached_policy_no_administrative_privileges
#       - iam_inline_policy_no_administrative_privileges
#       - iam_inline_policy_no_full_access_to_kms
#       - iam_policy_no_full_access_to_kms
#       - iam_role_administratoraccess_policy
#     security-hub: [IAM.1, IAM.21, KMS.1, KMS.2]
#   remediation:
#     text: |
#       Write down what the application calls, for which the role's last accessed information and CloudTrail help, and
#       replace the statement by one that names it:
#       `{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::BUCKET/*"}`. Where all
#       actions of a service are meant, add it to `unlimited_task_role.allowed_services`.
package tidewaiter.controls.role.unlimited_task_role

import rego.v1

import data.lib.arns
import data.lib.grants
import data.lib.policy_documents
import data.lib.task_roles
import data.lib.wording

params := data.params.unlimited_task_role

deny contains violation if {
	some arn, users in task_roles.of_tasks
	rights := grants.of(input.iam.roles[arn])
	found := array.concat(wildcards(rights), decryptions(grants.among(rights, {"kms"})))
	count(found) > 0
	violation := {
		"resource": arn,
		"message": sprintf(
			"role %q, the task role of %s, allows %s, expected named actions",
			[arns.name(arn), wording.few(users), grants.named(found)],
		),
		"evidence": grants.evidence_of(found, users),
	}
}

deny contains violation if {
	some arn, users in task_roles.of_tasks
	violation := grants.unseen_violation(arn, "the task role", users)
}

exclude contains exclusion if some exclusion in task_roles.excluded

# The statements of a role that allow actions which nobody named.
wildcards(rights) := [grant |
	some entry in rights.allowing
	may_be_wild(entry.statement)
	some action, meant in everything(entry.statement)
	some service in services(rights, meant)
	not service in params.allowed_services
	not accepted(entry.statement)
	some resource in grants.examples(entry.statement)
	grants.keeps(rights, sprintf("%s:any-action", [service]), resource)
	grant := {"entry": entry, "action": action, "resource": grants.resources(entry.statement)}
]

# Few statements are, and every look at one costs.
may_be_wild(statement) if regex.match(`[":][*?]+"`, json.marshal(statement.Action))

may_be_wild(statement) if statement.NotAction

# What is left of every service is, within a boundary, every service of which that allows every action.
services(rights, meant) := {meant} | {service |
	meant == "any-service"
	some entry in rights.boundary
	entry.statement.Effect == "Allow"
	some service in everything(entry.statement)
}

# The patterns of a statement that stand for all actions of a service, or of any.
everything(statement) := {action: "any-service"} if {
	action := sprintf("everything but %s", [concat(", ", policy_documents.texts(statement.NotAction))])
} else := {pattern: service |
	some pattern in policy_documents.texts(statement.Action)
	service := whole_service(pattern)
}

whole_service(pattern) := "any-service" if policy_documents.is_anything(split(pattern, ":")[0])

whole_service(pattern) := lower(parts[0]) if {
	parts := split(pattern, ":")
	not policy_documents.is_anything(parts[0])
	policy_documents.is_anything(parts[1])
}

accepted(statement) if {
	params.accept_named_resources == true
	patterns := policy_documents.texts(statement.Resource)
	count([pattern | some pattern in patterns; policy_documents.is_anything(pattern)]) == 0
}

# The statements that allow decrypting with every key, but for those that allow all of KMS anyway.
decryptions(rights) := [grant |
	some action in ["kms:Decrypt", "kms:ReEncryptFrom"]
	some entry in grants.granting_all(rights, lower(action), "kms:key/")
	count([service | some service in everything(entry.statement); service in {"any-service", "kms"}]) == 0
	grant := {"entry": entry, "action": action, "resource": grants.resources(entry.statement)}
]
