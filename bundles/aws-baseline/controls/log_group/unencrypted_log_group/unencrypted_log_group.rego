# METADATA
# title: Log groups of containers are encrypted with a KMS key
# description: |
#   What containers print holds what they work on, and now and then a secret. CloudWatch Logs encrypts every log
#   group, but only with a KMS key, which is always one of the customer's, does reading take a permission that can be
#   withdrawn and leave a trace in CloudTrail. The control fails when a log group that a task definition names has no
#   key, and when the parameter `unencrypted_log_group.keys` lists keys and the group's is not among them. While the
#   parameter `required` is false, no group is judged.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
#   - https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html
# custom:
#   id: LG02
#   severity: medium
#   resources: logs.log_groups
#   covers:
#     checkov: [CKV_AWS_158]
#     prowler: [cloudwatch_log_group_kms_encryption_enabled]
#     trivy: [AWS-0017]
#   parameters: [unencrypted_log_group]
#   remediation:
#     text: |
#       Let the service principal of CloudWatch Logs use the key, limited by `kms:EncryptionContext` to the log group,
#       then set it with `aws logs associate-kms-key`. Only what is written from then on is encrypted with it.
package tidewaiter.controls.log_group.unencrypted_log_group

import rego.v1

params := data.params.unencrypted_log_group

deny contains violation if {
	params.required == true
	some arn, group in input.logs.log_groups
	object.get(group, "kmsKeyId", "") == ""
	violation := {
		"resource": arn,
		"message": sprintf("log group %q has no KMS key, expected one", [name(arn)]),
		"evidence": {"path": "logGroups[0].kmsKeyId", "value": null},
	}
}

deny contains violation if {
	params.required == true
	count(params.keys) > 0
	some arn, group in input.logs.log_groups
	key := group.kmsKeyId
	key != ""
	not key in params.keys
	violation := {
		"resource": arn,
		"message": sprintf(
			"log group %q is encrypted with key %q, expected one of the parameter unencrypted_log_group.keys",
			[name(arn), key],
		),
		"evidence": {"path": "logGroups[0].kmsKeyId", "value": key},
	}
}

exclude contains exclusion if {
	params.required != true
	some arn, _ in input.logs.log_groups
	exclusion := {"resource": arn, "reason": "the parameter unencrypted_log_group.required is false"}
}

# The name out of `arn:aws:logs:REGION:ACCOUNT:log-group:NAME`; names of log groups have no colon.
name(arn) := split(arn, ":")[6]
