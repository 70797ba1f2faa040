# METADATA
# title: Endpoints of VPCs that host ECS tasks have policies that restrict access
# description: |
#   Without a policy of its own, a VPC endpoint lets everybody do everything: a task that was taken over can carry data
#   out through it with the credentials of a foreign account, into that account's bucket or log group. The control
#   fails for each interface or gateway endpoint for an AWS service in the VPC whose policy allows every action on
#   every resource to every principal without a condition, and denies nothing. All actions of one service count as
#   every action, because an endpoint leads to one. Endpoints for services of the parameter
#   `unrestricted_endpoint_policy.without_policy_support`, endpoints for other providers and endpoints that are being
#   deleted are not judged, nor is a policy that cannot be read. VPCs in which no task runs and none is configured to
#   start are not applicable, unless the parameter `judged_networks.scope` is `all`; so are VPCs that another account
#   shares.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
# custom:
#   id: NW04
#   severity: low
#   resources: ec2.vpcs
#   covers: {}
#   parameters: [judged_networks, unrestricted_endpoint_policy]
#   remediation:
#     text: |
#       Give the endpoint a policy that allows what the tasks do, at least with the condition `aws:PrincipalAccount` or
#       `aws:PrincipalOrgID`, and for Amazon S3 with the buckets that they use and the bucket of Amazon ECR's layers,
#       `arn:aws:s3:::prod-REGION-starport-layer-bucket/*`. It takes effect within minutes, for every caller in the
#       VPC.
package tidewaiter.controls.vpc.unrestricted_endpoint_policy

import rego.v1

import data.lib.endpoints
import data.lib.hosting

deny contains violation if {
	some id, endpoint in input.ec2.vpc_endpoints
	endpoint.VpcId in hosting.judged_vpcs
	service := endpoint.ServiceName
	judged(endpoint, service)
	unrestricted(statements(endpoint))
	violation := {
		"resource": endpoint.VpcId,
		"message": sprintf(
			"endpoint %q of VPC %q for %s allows everything to everybody, expected a policy that restricts it",
			[id, endpoint.VpcId, service],
		),
		"evidence": {"path": "VpcId", "value": endpoint.VpcId, "endpoint": id, "service": service},
	}
}

exclude contains exclusion if some exclusion in hosting.excluded_vpcs

# Endpoints for a service of another provider have no policy.
judged(endpoint, service) if {
	endpoint.VpcEndpointType in {"Gateway", "Interface"}
	not contains(service, ".vpce-svc-")
	not lower(object.get(endpoint, "State", "")) in {"deleted", "deleting"}
	not without_policy_support(endpoint)
}

without_policy_support(endpoint) if {
	some service in data.params.unrestricted_endpoint_policy.without_policy_support
	endpoints.is_for(endpoint, service)
}

# The statements of an endpoint's policy. Undefined for a policy that cannot be read.
statements(endpoint) := list(policy.Statement) if {
	is_string(endpoint.PolicyDocument)
	json.is_valid(endpoint.PolicyDocument)
	policy := json.unmarshal(endpoint.PolicyDocument)
}

unrestricted(them) if {
	every statement in them {
		statement.Effect == "Allow"
	}
	some statement in them
	everybody(statement.Principal)
	some action in list(statement.Action)
	everything(action)
	"*" in list(statement.Resource)
	object.get(statement, "Condition", {}) == {}
}

everybody(principal) if principal == "*"

everybody(principal) if "*" in list(principal.AWS)

everything(action) if action == "*"

everything(action) if {
	is_string(action)
	endswith(action, ":*")
}

list(value) := value if is_array(value)

list(value) := [value] if not is_array(value)
