# METADATA
# title: Load balancers
# description: |
#   Which listeners lead to a service: a service registers its tasks with target groups, and listeners forward to these
#   by their default action or by one of their rules. A listener that only redirects, or answers by itself, leads
#   nowhere. The map is built once per evaluation; controls look target groups up in it.
package lib.load_balancers

import rego.v1

# The target groups that a service names, for itself and in its task sets, by ARN, with where it names them. Blue/green
# deployments have two for each container.
target_groups(service) := {entry |
	some index, balanced in service.loadBalancers
	some member, arn in _named(balanced)
	entry := {"arn": arn, "path": sprintf("loadBalancers[%d].%s", [index, member])}
} | {entry |
	some task_set in service.taskSets
	some index, balanced in task_set.loadBalancers
	some member, arn in _named(balanced)
	entry := {"arn": arn, "path": sprintf("taskSets[?id=='%s'].loadBalancers[%d].%s", [task_set.id, index, member])}
}

_named(balanced) := {member: arn |
	some member, path in {
		"targetGroupArn": ["targetGroupArn"],
		"advancedConfiguration.alternateTargetGroupArn": ["advancedConfiguration", "alternateTargetGroupArn"],
	}
	arn := object.get(balanced, path, null)
	is_string(arn)
}

# The listeners that forward to each target group, by ARN.
# Whole, because OPA goes through a partial rule again for each key that it is asked for.
listeners := _listeners

_listeners[group] contains listener if {
	some listener, body in input.elbv2.listeners
	some group in _forwarded_to(body.DefaultActions)
}

_listeners[group] contains rule.ListenerArn if {
	some _, rule in input.elbv2.listener_rules
	some group in _forwarded_to(rule.Actions)
}

_forwarded_to(actions) := {group | some action in actions; group := action.TargetGroupArn} | {group |
	some action in actions
	some weighted in action.ForwardConfig.TargetGroups
	group := weighted.TargetGroupArn
}

# The name of a load balancer or of a target group: the part of its ARN before the last.
name(arn) := parts[count(parts) - 2] if {
	parts := split(arn, "/")
	count(parts) > 1
}
