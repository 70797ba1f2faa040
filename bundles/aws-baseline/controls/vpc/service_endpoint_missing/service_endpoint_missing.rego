# METADATA
# title: VPCs with isolated ECS tasks have the VPC endpoints that those need
# description: |
#   A task in a subnet from which no route leaves the VPC reaches AWS over VPC endpoints or not at all: without them it
#   pulls no image, reads no secret and writes no log, and sooner or later somebody adds a route to the internet. The
#   control fails for each service of the parameter `service_endpoint_missing.services` without an endpoint in the VPC
#   that works for the subnet, and in subnets with container instances for each of `container_instance_services` too;
#   tasks on Fargate need no endpoint for ECS itself. An interface endpoint works when it is available and has private
#   DNS (parameter `private_dns`); a gateway endpoint when it is available and one of the route tables of the subnet
#   has it. The parameter `subnets` widens this to subnets without a route to an internet gateway, or to all, as
#   Security Hub's EC2.55, EC2.56 and EC2.57 do. A route out of the VPC may lead to endpoints in another VPC, which are
#   not seen here. VPCs without such a subnet are not applicable. So are VPCs in which no task runs and none is
#   configured to start, unless the parameter `judged_networks.scope` is `all`, and VPCs that another account shares. A
#   subnet whose route table is not known is not taken for isolated, and without a complete list of endpoints there is
#   no violation.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
#   - https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-55
# custom:
#   id: NW03
#   severity: medium
#   resources: ec2.vpcs
#   covers:
#     security-hub: [EC2.55, EC2.56, EC2.57]
#   parameters: [judged_networks, service_endpoint_missing]
#   remediation:
#     text: |
#       Create an interface endpoint with private DNS for the service in the VPC, with a security group that allows
#       port 443 from the tasks, and for Amazon S3 a gateway endpoint in the route tables of the subnets. If the tasks
#       do not use the service, take it off the parameter's list.
package tidewaiter.controls.vpc.service_endpoint_missing

import rego.v1

import data.lib.endpoints
import data.lib.hosting
import data.lib.routes

params := data.params.service_endpoint_missing

deny contains violation if {
	input.coverage["ec2.vpc_endpoints"].status == "complete"
	some vpc in hosting.judged_vpcs
	some need in needs(vpc)
	some service in need.services
	unserved := {subnet |
		some subnet in need.subnets
		not served(vpc, service, subnet)
	}
	count(unserved) > 0
	violation := {
		"resource": vpc,
		"message": sprintf(
			"VPC %q has no endpoint for %s that works for %s%s, expected one",
			[vpc, service, hosting.named(unserved), cut_off],
		),
		"evidence": {
			"path": "VpcId",
			"value": vpc,
			"service": service,
			"subnets": sort(unserved),
			"endpoints": sort(endpoints.of(vpc, service)),
		},
	}
}

exclude contains exclusion if some exclusion in hosting.excluded_vpcs

exclude contains exclusion if {
	some vpc in hosting.judged_vpcs
	count(subnets_of(vpc)) == 0
	exclusion := {"resource": vpc, "reason": sprintf("none of its subnets with tasks is %s", [params.subnets])}
}

needs(vpc) := [
	{"services": params.services, "subnets": subnets},
	{"services": params.container_instance_services, "subnets": subnets & hosting.subnets_of_instances},
] if {
	subnets := subnets_of(vpc)
}

# The subnets of a VPC that need endpoints.
subnets_of(vpc) := {subnet |
	some subnet in hosting.judged_subnets_of(vpc)
	needs_endpoints(subnet)
}

needs_endpoints(_) if params.subnets == "all"

needs_endpoints(subnet) if {
	params.subnets == "private"
	routes.tables[subnet]
	not routes.to_internet[subnet]
}

needs_endpoints(subnet) if {
	params.subnets == "isolated"
	subnet in routes.isolated
}

served(vpc, service, subnet) if {
	some endpoint in endpoints.of(vpc, service)
	works(input.ec2.vpc_endpoints[endpoint], subnet)
}

works(endpoint, _) if {
	endpoint.VpcEndpointType == "Interface"
	endpoints.available(endpoint)
	named_privately(endpoint)
}

works(endpoint, subnet) if {
	endpoint.VpcEndpointType == "Gateway"
	endpoints.available(endpoint)
	some table in routes.tables[subnet]
	table in endpoint.RouteTableIds
}

# Which routes a subnet has is not known.
works(endpoint, subnet) if {
	endpoint.VpcEndpointType == "Gateway"
	endpoints.available(endpoint)
	not routes.tables[subnet]
}

named_privately(_) if params.private_dns == false

# Private DNS of an endpoint for Amazon S3 may be for callers from outside the VPC alone, beside a gateway endpoint.
named_privately(endpoint) if {
	endpoint.PrivateDnsEnabled == true
	not endpoint.DnsOptions.PrivateDnsOnlyForInboundResolverEndpoint == true
}

# What messages say of the subnets.
cut_off := ", from which no route leaves the VPC" if params.subnets == "isolated"

else := ", without a route to an internet gateway" if params.subnets == "private"

else := ""
