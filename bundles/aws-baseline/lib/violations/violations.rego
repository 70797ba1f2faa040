# METADATA
# title: Violations of task definitions
# description: |
#   What the controls of task definitions find, for controls on what runs a revision: a violation of the revision is one
#   of the task and of the service as well, and no control of task definitions is written twice. Which of them count is
#   for `data.params.violating_revision`.
package lib.violations

import rego.v1

# The folders of the controls that a revision violates, by its ARN.
of_revision[arn] contains control if {
	some control in data.params.violating_revision.controls
	some violation in data.tidewaiter.controls.task_definition[control].deny
	arn := violation.resource
}
