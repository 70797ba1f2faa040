# METADATA
# title: VPC endpoints
# description: |
#   Which endpoints a VPC has for which AWS service. The name of a service ends with the Region and the service's own
#   name, as `com.amazonaws.eu-central-1.ecr.api`; what comes before differs by partition. An endpoint for the service
#   in another Region is none for this one.
package lib.endpoints

import rego.v1

# The ids of the endpoints of a VPC for a service, named as `ecr.api`.
of(vpc, service) := {id |
	some id, endpoint in input.ec2.vpc_endpoints
	endpoint.VpcId == vpc
	is_for(endpoint, service)
}

is_for(endpoint, service) if endswith(endpoint.ServiceName, sprintf(".%s.%s", [input.region, service]))

# The API writes the state with or without a capital.
available(endpoint) if lower(endpoint.State) == "available"
