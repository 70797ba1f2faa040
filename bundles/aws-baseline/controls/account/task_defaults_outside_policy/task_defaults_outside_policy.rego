# METADATA
# title: ECS account settings for task retirement and log delivery are inside the policy
# description: |
#   `fargateTaskRetirementWaitPeriod` is how many days AWS waits before it replaces tasks on Fargate for a security
#   update; `defaultLogDriverMode` decides whether containers that say nothing wait for their log driver (`blocking`) or
#   lose logs (`non-blocking`, AWS's default since 25 June 2025). The control fails when the first is not one of the
#   parameter `task_defaults_outside_policy.retirement_wait_days`, or the second not one of
#   `task_defaults_outside_policy.log_driver_modes`. By default both hold every value that AWS documents, so that only an
#   unknown value fails: cut them to what you decided on. A setting that is not among those of the Region is not judged.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-maintenance.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutAccountSettingDefault.html
# custom:
#   id: AC05
#   severity: low
#   resources: accounts
#   covers: {}
#   parameters: [task_defaults_outside_policy]
#   remediation:
#     text: |
#       Call `aws ecs put-account-setting-default` with the name of the setting and one of the expected values, in each
#       Region. Containers take the log mode when their task starts.
package tidewaiter.controls.account.task_defaults_outside_policy

import rego.v1

import data.lib.account_settings

params := data.params.task_defaults_outside_policy

allowed := {
	"fargateTaskRetirementWaitPeriod": params.retirement_wait_days,
	"defaultLogDriverMode": params.log_driver_modes,
}

deny contains violation if {
	some account, _ in input.accounts
	some name, values in allowed
	violation := account_settings.violation(account, name, values)
}

exclude contains exclusion if {
	every name, _ in allowed {
		account_settings.absent(name)
	}
	some account, _ in input.accounts
	exclusion := {"resource": account, "reason": "ECS has neither account setting in this Region"}
}
