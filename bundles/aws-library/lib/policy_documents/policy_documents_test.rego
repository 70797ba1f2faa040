package lib.policy_documents_test

import rego.v1

import data.lib.policy_documents

test_one_value_is_a_list_of_one if {
	policy_documents.list("a") == ["a"]
	policy_documents.list(["a", "b"]) == ["a", "b"]
	policy_documents.list({"Effect": "Allow"}) == [{"Effect": "Allow"}]
	policy_documents.texts(["a", {"Ref": "b"}]) == ["a"]
	policy_documents.texts("a") == ["a"]
}

test_wildcards_stand_for_any_text if {
	every pattern in ["*", "arn:aws:s3:::b/*", "arn:*/z", "arn:aws:s3:::b/x.y/?", "arn:aws:s3:::b/x.y/z"] {
		policy_documents.matches(pattern, "arn:aws:s3:::b/x.y/z")
	}
	policy_documents.matches("a*", "a\nb")
	policy_documents.matches("${aws:x/(y|z)+}[*", "${aws:x/(y|z)+}[b")
}

test_everything_else_stands_for_itself if {
	every pattern in ["arn:aws:s3:::b", "arn:aws:s3:::b/?", "rn:*", "arn:aws:s3:::b/x.y", "${aws:PrincipalTag/team}*"] {
		not policy_documents.matches(pattern, "arn:aws:s3:::b/x.y/z")
	}
	not policy_documents.matches("a.?", "abc")
	not policy_documents.matches("[ab]*", "a")
}

test_a_pattern_includes_narrower_ones if {
	every narrow in ["s3:*", "s3:Get*", "s3:Get?", "s3:GetObject"] {
		policy_documents.includes("s3:*", narrow)
	}
	policy_documents.includes("s3:Get?", "s3:Get?")
	every narrow in ["*", "s3:*", "s3:Ge*", "s3:P*"] {
		not policy_documents.includes("s3:Get*", narrow)
	}
	not policy_documents.includes("s3:Get?", "s3:Get*")
}

test_patterns_overlap_unless_their_beginnings_differ if {
	policy_documents.overlap("s3:Get*", "s3:*Object")
	policy_documents.overlap("s3:*", "s3:GetObject")
	policy_documents.overlap("s3:G?t", "*")
	not policy_documents.overlap("s3:Get*", "s3:Put*")
	not policy_documents.overlap("s3:GetObject", "sqs:*")
}

test_only_wildcards_with_a_star_are_anything if {
	every pattern in ["*", "**", "?*"] {
		policy_documents.is_anything(pattern)
	}
	every pattern in ["", "?", "a*", "*:*"] {
		not policy_documents.is_anything(pattern)
	}
}

test_a_statement_covers_what_it_names if {
	every statement in [
		{"Action": "S3:Get*", "Resource": "*"},
		{"Action": ["sqs:*", "s3:GetObject"], "Resource": ["x", "arn:aws:s3:::b/*"]},
		{"NotAction": ["iam:*", "s3:Put*"], "NotResource": "arn:aws:s3:::other/*"},
	] {
		policy_documents.covers(statement, "s3:getobject", "arn:aws:s3:::b/Key")
	}
	every statement in [
		{"Action": "s3:Put*", "Resource": "*"},
		{"Action": "*", "Resource": "arn:aws:s3:::b/key"},
		{"NotAction": "s3:*", "Resource": "*"},
		{"Action": "*", "NotResource": ["x", "arn:aws:s3:::b/*"]},
		{"Action": "*", "Resource": {"Ref": "Bucket"}},
		{},
	] {
		not policy_documents.covers(statement, "s3:getobject", "arn:aws:s3:::b/Key")
	}
}
