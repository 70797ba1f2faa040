package lib.trust_test

import rego.v1

import data.lib.trust

role(statements) := {"AssumeRolePolicyDocument": {"Statement": statements}}

tasks := {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ecs-tasks.amazonaws.com"}}

names(statements) := {[assumer.kind, assumer.name] | some assumer in trust.assumers(role(statements))}

test_whoever_a_statement_names_may_become_the_role if {
	names(tasks) == {["Service", "ecs-tasks.amazonaws.com"]}
	names([object.union(tasks, {"Principal": "*"})]) == {["AWS", "*"]}
	names([object.union(tasks, {"Principal": {"AWS": ["111122223333", "x"], "Federated": "y"}})]) == {
		["Service", "ecs-tasks.amazonaws.com"],
		["AWS", "111122223333"],
		["AWS", "x"],
		["Federated", "y"],
	}
	names([{"Effect": "Allow", "Action": "sts:*", "NotPrincipal": {"AWS": "x"}}]) == {["NotPrincipal", `{"AWS":"x"}`]}
}

test_every_way_to_become_the_role_counts if {
	every action in ["STS:assumeRole", "*", ["sts:TagSession", "sts:AssumeRoleWithWebIdentity"], "sts:AssumeRoleWithSAML"] {
		count(names([object.union(tasks, {"Action": action})])) == 1
	}
}

test_denials_and_other_actions_let_nobody_in if {
	count(names([object.union(tasks, {"Effect": "Deny"})])) == 0
	count(names([object.union(tasks, {"Action": ["sts:TagSession", "sts:SetSourceIdentity"]})])) == 0
	count(trust.assumers({})) == 0
}

test_an_assumer_is_told_by_its_place if {
	assumers := trust.assumers(role([object.union(tasks, {"Sid": "Tasks"}), tasks]))
	{[assumer.place, assumer.path] | some assumer in assumers} == {
		["statement \"Tasks\" of its trust policy", "AssumeRolePolicyDocument.Statement[0]"],
		["Statement[1] of its trust policy", "AssumeRolePolicyDocument.Statement[1]"],
	}
}

test_the_service_of_tasks_is_known if {
	trust.is_tasks({"kind": "Service", "name": "ecs-tasks.amazonaws.com"})
	not trust.is_tasks({"kind": "Service", "name": "ecs.amazonaws.com"})
	not trust.is_tasks({"kind": "AWS", "name": "ecs-tasks.amazonaws.com"})
}
