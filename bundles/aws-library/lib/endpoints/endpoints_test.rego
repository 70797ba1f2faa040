package lib.endpoints_test

import rego.v1

import data.lib.endpoints

endpoint(vpc, service) := {"VpcId": vpc, "ServiceName": service}

test_of_finds_the_endpoints_of_the_vpc_for_the_service if {
	found := endpoints.of("vpc-1", "ecr.api") with input.region as "eu-central-1"
		with input.ec2.vpc_endpoints as {
			"vpce-1": endpoint("vpc-1", "com.amazonaws.eu-central-1.ecr.api"),
			"vpce-2": endpoint("vpc-2", "com.amazonaws.eu-central-1.ecr.api"),
			"vpce-3": endpoint("vpc-1", "com.amazonaws.eu-central-1.ecr.dkr"),
			"vpce-4": endpoint("vpc-1", "com.amazonaws.eu-west-1.ecr.api"),
		}
	found == {"vpce-1"}
}

test_is_for_looks_at_the_end_of_the_name if {
	china := endpoint("vpc-1", "cn.com.amazonaws.cn-north-1.ecr.dkr")
	endpoints.is_for(china, "ecr.dkr") with input.region as "cn-north-1"
	not endpoints.is_for(china, "dkr") with input.region as "cn-north-1"
	not endpoints.is_for({"VpcId": "vpc-1"}, "ecr.dkr") with input.region as "cn-north-1"
}

test_available_in_either_spelling if {
	endpoints.available({"State": "available"})
	endpoints.available({"State": "Available"})
	not endpoints.available({"State": "pendingAcceptance"})
	not endpoints.available({})
}
