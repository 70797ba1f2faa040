package lib.load_balancers_test

import rego.v1

import data.lib.load_balancers

test_target_groups_of_a_service_come_with_their_paths if {
	service := {
		"loadBalancers": [{"loadBalancerName": "classic"}, {
			"targetGroupArn": "blue",
			"advancedConfiguration": {"alternateTargetGroupArn": "green"},
		}],
		"taskSets": [{"id": "ecs-svc/1", "loadBalancers": [{"targetGroupArn": "set"}, {"targetGroupArn": {"Ref": "x"}}]}],
	}
	load_balancers.target_groups(service) == {
		{"arn": "blue", "path": "loadBalancers[1].targetGroupArn"},
		{"arn": "green", "path": "loadBalancers[1].advancedConfiguration.alternateTargetGroupArn"},
		{"arn": "set", "path": "taskSets[?id=='ecs-svc/1'].loadBalancers[0].targetGroupArn"},
	}
}

test_a_service_without_load_balancers_has_none if {
	count(load_balancers.target_groups({"serviceName": "web"})) == 0
}

test_a_default_action_leads_to_a_target_group if {
	elbv2 := {"listeners": {
		"https": {"DefaultActions": [{"Type": "authenticate-oidc"}, {"Type": "forward", "TargetGroupArn": "web"}]},
		"weighted": {"DefaultActions": [{
			"Type": "forward",
			"ForwardConfig": {"TargetGroups": [{"TargetGroupArn": "web"}, {"TargetGroupArn": "green"}]},
		}]},
		"redirecting": {"DefaultActions": [{"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS"}}]},
	}}
	found := load_balancers.listeners with input.elbv2 as elbv2
	found == {"web": {"https", "weighted"}, "green": {"weighted"}}
}

test_a_rule_leads_to_a_target_group if {
	elbv2 := {
		"listeners": {"https": {"DefaultActions": [{"Type": "fixed-response"}]}},
		"listener_rules": {"rule": {
			"ListenerArn": "https",
			"Actions": [{"Type": "forward", "TargetGroupArn": "web"}],
		}},
	}
	found := load_balancers.listeners with input.elbv2 as elbv2
	found == {"web": {"https"}}
}

test_names_are_read_out_of_arns if {
	load_balancers.name("arn:aws:elasticloadbalancing:eu-central-1:1:loadbalancer/app/web/50dc6c495c0c9188") == "web"
	load_balancers.name("arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/api/50dc6c495c0c9188") == "api"
}
