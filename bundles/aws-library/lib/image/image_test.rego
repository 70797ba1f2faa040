package lib.image_test

import rego.v1

import data.lib.image

digest := "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

reads_as(reference, registry, repository, tag, pin) if {
	image.parse(reference) == {
		"reference": reference,
		"valid": true,
		"registry": registry,
		"repository": repository,
		"tag": tag,
		"digest": pin,
	}
}

test_parses_a_bare_name_as_an_official_image_of_docker_hub if {
	reads_as("nginx", "docker.io", "library/nginx", "", "")
}

test_parses_the_tag_of_a_bare_name if {
	reads_as("nginx:1.27", "docker.io", "library/nginx", "1.27", "")
}

test_parses_a_name_with_a_user_as_docker_hub if {
	reads_as("grafana/loki:3.2", "docker.io", "grafana/loki", "3.2", "")
}

test_parses_docker_hub_by_its_name if {
	reads_as("docker.io/nginx", "docker.io", "library/nginx", "", "")
}

test_parses_docker_hub_by_its_old_name if {
	reads_as("index.docker.io/grafana/loki", "docker.io", "grafana/loki", "", "")
}

test_parses_a_registry if {
	reads_as("quay.io/keycloak/keycloak:26", "quay.io", "keycloak/keycloak", "26", "")
}

test_does_not_put_library_before_a_name_on_another_registry if {
	reads_as("registry.example.com/web", "registry.example.com", "web", "", "")
}

test_parses_a_registry_in_capitals_as_lower_case if {
	reads_as("Quay.IO/team/web", "quay.io", "team/web", "", "")
}

test_parses_a_port_as_part_of_the_registry if {
	reads_as("registry.example.com:5000/team/web:1", "registry.example.com:5000", "team/web", "1", "")
}

test_parses_a_one_word_host_with_a_port if {
	reads_as("cache:5000/web", "cache:5000", "web", "", "")
}

test_parses_localhost_as_a_registry if {
	reads_as("localhost/web", "localhost", "web", "", "")
}

test_parses_an_address_as_a_registry if {
	reads_as("[2001:db8::1]:5000/web:2", "[2001:db8::1]:5000", "web", "2", "")
}

test_parses_what_looks_like_a_port_as_a_tag_when_no_path_follows if {
	reads_as("web:5000", "docker.io", "library/web", "5000", "")
}

test_parses_a_digest if {
	reads_as(concat("@", ["quay.io/team/web", digest]), "quay.io", "team/web", "", digest)
}

test_parses_a_tag_and_a_digest if {
	reads_as(concat("@", ["quay.io/team/web:1", digest]), "quay.io", "team/web", "1", digest)
}

test_parses_deep_paths_and_separators if {
	reference := "public.ecr.aws/aws-observability/otel__x/a.b-c:v0.1_rc-2"
	reads_as(reference, "public.ecr.aws", "aws-observability/otel__x/a.b-c", "v0.1_rc-2", "")
}

test_does_not_parse_a_short_digest if {
	not image.parse("nginx@sha256:abc").valid
}

test_does_not_parse_a_digest_of_an_unknown_algorithm if {
	not image.parse(concat(":", ["nginx@md5", "0123456789abcdef0123456789abcdef"])).valid
}

test_does_not_parse_a_repository_in_capitals if {
	not image.parse("quay.io/Team/web").valid
}

test_does_not_parse_an_unfilled_variable if {
	not image.parse("${Registry}/web:1").valid
}

test_does_not_parse_a_tag_that_is_too_long if {
	not image.parse(concat("", ["nginx:", trim_prefix(digest, "sha256:"), trim_prefix(digest, "sha256:"), "0"])).valid
}

test_does_not_parse_the_empty_string if {
	not image.parse("").valid
}

test_does_not_parse_white_space if {
	not image.parse("nginx ").valid
}

test_does_not_parse_an_empty_component if {
	not image.parse("quay.io//web").valid
}

test_does_not_parse_a_host_alone if {
	not image.parse("quay.io/").valid
}

test_does_not_parse_an_empty_tag if {
	not image.parse("nginx:").valid
}

test_parses_what_is_no_reference_as_nothing if {
	image.parse("${Image}") == {
		"reference": "${Image}",
		"valid": false,
		"registry": "",
		"repository": "",
		"tag": "",
		"digest": "",
	}
}

test_of_holds_the_reference_as_it_is_written if {
	found := image.of({"image": "Quay.io/team/web:1.27"})
	found.reference == "Quay.io/team/web:1.27"
	found.registry == "quay.io"
}

test_of_is_no_reference_without_an_image if {
	found := image.of({"name": "web"})
	found.reference == ""
	found.valid == false
}

test_of_is_undefined_when_a_template_leaves_it_open if {
	not image.of({"image": {"Ref": "Image"}})
}

test_ecr_reads_account_and_region if {
	host := "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
	image.ecr(host) == {"account": "123456789012", "region": "eu-central-1"}
}

test_ecr_reads_a_fips_host if {
	image.ecr("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com").region == "us-gov-west-1"
}

test_ecr_reads_a_dual_stack_host if {
	image.ecr("123456789012.dkr-ecr.eu-west-1.on.aws").account == "123456789012"
}

test_ecr_reads_a_host_in_china if {
	image.ecr("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn").region == "cn-north-1"
}

test_ecr_does_not_read_a_host_that_only_begins_like_ecr if {
	not image.ecr("123456789012.dkr.ecr.eu-central-1.amazonaws.com.example.org")
}

test_ecr_does_not_read_a_host_that_only_ends_like_ecr if {
	not image.ecr("mirror-123456789012.dkr.ecr.eu-central-1.amazonaws.com")
}

test_ecr_does_not_read_the_public_gallery if {
	not image.ecr("public.ecr.aws")
}

test_comes_from_its_registry if {
	image.comes_from(image.parse("quay.io/team/web:1"), {"quay.io"})
}

test_comes_from_its_repository if {
	image.comes_from(image.parse("nginx"), {"quay.io", "docker.io/library/nginx"})
}

test_comes_from_a_path_that_leads_to_it if {
	image.comes_from(image.parse("quay.io/team/web:1"), {"quay.io/team"})
}

test_does_not_come_from_a_path_that_only_begins_alike if {
	not image.comes_from(image.parse("quay.io/teamwork/web:1"), {"quay.io/team"})
}

test_does_not_come_from_nothing if {
	not image.comes_from(image.parse("quay.io/team/web:1"), set())
}
