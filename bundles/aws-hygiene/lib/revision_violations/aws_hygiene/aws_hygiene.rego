# METADATA
# title: What hygiene finds in task definitions
# description: What each control of task definitions in `aws-hygiene` finds, by its folder, for `lib.violations`.
package lib.revision_violations.aws_hygiene

import rego.v1

import data.tidewaiter.controls.operation.blocking_log_mode
import data.tidewaiter.controls.tagging.required_tags_missing

found := {
	"blocking_log_mode": blocking_log_mode.deny,
	"required_tags_missing": required_tags_missing.deny,
}
