# METADATA
# title: Services are never right
# description: |
#   Two lines:
#   of text.
# related_resources:
#   - https://example.com/a
#   - ref: https://example.com/b
#     description: b
# custom:
#   id: XX01
#   severity: high
#   resources: ecs.services
#   remediation:
#     text: None.
#     action: ecs.service.update
#   enabled: false
#   aliases: [OLD-1]
#   deprecated: XX02 says more
package tidewaiter.controls.fuzzed.it

import rego.v1

deny contains violation if {
	some arn, _ in input.ecs.services
	violation := {"resource": arn, "message": "wrong", "evidence": {"path": "serviceName"}}
}
