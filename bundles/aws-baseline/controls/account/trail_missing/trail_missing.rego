# METADATA
# title: A trail of all Regions records the account, and its files are validated
# description: |
#   Who registered a definition, started a task or opened a shell stands in CloudTrail alone, and only a trail keeps it
#   for longer than 90 days. The control fails when no trail covers all Regions, logs now and has log file validation
#   turned on, which lets a file that was changed or deleted be noticed. A trail of the organization counts. Several
#   trails do not make up for each other. Which events a trail selects is not judged. That there is no such trail is
#   only known when all trails and their statuses were read. This joins Security Hub's CloudTrail.1 and CloudTrail.4.
# related_resources:
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-create-and-update-a-trail.html
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html#cloudtrail-1
# custom:
#   id: GD04
#   severity: high
#   resources: accounts
#   covers:
#     checkov: [CKV_AWS_36, CKV_AWS_67]
#     prowler: [cloudtrail_log_file_validation_enabled, cloudtrail_multi_region_enabled]
#     security-hub: [CloudTrail.1, CloudTrail.4]
#     trivy: [AWS-0014, AWS-0016]
#   remediation:
#     text: |
#       Change a trail with `aws cloudtrail update-trail --is-multi-region-trail --enable-log-file-validation`, or
#       create one, for the organization if there is one, and start it with `aws cloudtrail start-logging`. Keep its
#       bucket in an account of its own, with read and write management events selected.
package tidewaiter.controls.account.trail_missing

import rego.v1

deny contains violation if {
	complete
	not any_sound_trail
	some arn, account in input.accounts
	violation := {
		"resource": arn,
		"message": sprintf(
			"account %s has %s, expected a trail of all Regions that logs and validates its files",
			[account.AccountId, described],
		),
		"evidence": {"path": "trailList", "value": [trail | some _, trail in trails]},
	}
}

complete if {
	input.coverage["cloudtrail.trails"].status == "complete"
	input.coverage["cloudtrail.trail_status"].status == "complete"
}

trails := {arn: trail |
	some arn, body in input.cloudtrail.trails
	trail := {
		"name": object.get(body, "Name", arn),
		"multi_region": object.get(body, "IsMultiRegionTrail", false),
		"validates": object.get(body, "LogFileValidationEnabled", false),
		"logs": arn in logging,
	}
}

logging contains arn if {
	some arn, status in input.cloudtrail.trail_status
	status.IsLogging == true
}

any_sound_trail if {
	some _, trail in trails
	trail.multi_region == true
	trail.validates == true
	trail.logs == true
}

described := "no trail" if count(trails) == 0

described := concat(", and ", [clause(trail) | some _, trail in trails]) if count(trails) > 0

clause(trail) := sprintf("trail %q, which %s", [trail.name, concat(", ", lacking)]) if {
	lacks := {"multi_region": "covers one Region", "validates": "does not validate its files", "logs": "does not log"}
	lacking := [lack | some member, lack in lacks; trail[member] != true]
}
