# METADATA
# title: Violations of task definitions
# description: |
#   What the controls of task definitions find, for controls on what runs a revision: a violation of the revision is one
#   of the task and of the service as well, and no control of task definitions is written twice. Which of them count is
#   for `data.params.violating_revision`. Each bundle brings what its own controls find, in a package of its own below
#   `lib.revision_violations`, so that a control counts where its bundle is loaded.
package lib.violations

import rego.v1

# The folders of the controls that a revision violates, by its ARN.
# Whole, because OPA goes through a partial rule again for each key that it is asked for.
of_revision := _of_revision

_of_revision[arn] contains control if {
	some findings in by_bundle
	some control in data.params.violating_revision.controls
	some violation in findings[control]
	arn := violation.resource
}

# What the controls of each bundle find, by their folders.
by_bundle := [bundle.found | some bundle in data.lib.revision_violations]
