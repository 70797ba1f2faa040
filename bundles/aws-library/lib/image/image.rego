# METADATA
# title: Image references
# description: |
#   Reads an image reference as Docker and ECS do, after https://pkg.go.dev/github.com/distribution/reference. There
#   is one for each container of an estate, so it is read with a few operations on strings: in regorus a regular
#   expression costs many times as much, because its automaton is made again for each match.
package lib.image

import rego.v1

# What the image of a container is, as `parse` says it. Undefined where a template leaves it open.
of(container) := parse(text) if {
	text := object.get(container, "image", "")
	is_string(text)
}

# {"reference", "valid", "registry", "repository", "tag", "digest"} of a reference. Tag and digest are "" when they are
# not written, and everything is when the text is no reference, such as a repository in capitals or a variable that
# nobody filled in.
parse(text) := {
	"reference": text,
	"valid": true,
	"registry": registry,
	"repository": _repository(registry, path),
	"tag": tag,
	"digest": digest,
} if {
	halves := split(text, "@")
	digest := _digest(halves)
	host := _host(halves[0])
	trim(host, _host_characters) == ""
	parts := split(trim_prefix(halves[0], concat("", [host, "/"])), ":")
	path := parts[0]
	_is_path(path)
	tag := _tag(parts)

	# Hosts are compared in lower case: DNS does not tell `Quay.io` from `quay.io`.
	registry := object.get({"": "docker.io", "index.docker.io": "docker.io"}, lower(host), lower(host))
} else := {"reference": text, "valid": false, "registry": "", "repository": "", "tag": "", "digest": ""}

# Trimming leaves nothing of a text exactly when each of its characters is one of these.
_host_characters := "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.:[]-"

_path_characters := "abcdefghijklmnopqrstuvwxyz0123456789._-/"

_tag_characters := "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"

# What stands behind the `@`: the algorithm's name, and 64 or 128 digits. "" when there is none.
_digest(halves) := "" if {
	count(halves) == 1
} else := halves[1] if {
	count(halves) == 2
	[algorithm, digits] := split(halves[1], ":")
	{"sha256": 64, "sha512": 128}[algorithm] == count(digits)
	trim(digits, "0123456789abcdef") == ""
}

# The first component is a host when it holds what a repository cannot, a port or a capital, or what it seldom does, a
# dot, or is `localhost`. Anything else that is first belongs to a repository on Docker Hub.
_host(name) := first if {
	first := split(name, "/")[0]
	first != name
	trim(first, "abcdefghijklmnopqrstuvwxyz0123456789_-") != ""
} else := "localhost" if {
	startswith(name, "localhost/")
} else := ""

# Each component of a repository's path begins with a letter or a digit.
_is_path(path) if {
	trim(path, _path_characters) == ""
	bounded := concat("", ["/", path, "/"])
	not contains(bounded, "//")
	not contains(bounded, "/.")
	not contains(bounded, "/_")
	not contains(bounded, "/-")
}

# What stands behind the `:`, at most 128 characters. "" when there is none.
_tag(parts) := "" if {
	count(parts) == 1
} else := parts[1] if {
	count(parts) == 2
	parts[1] != ""
	count(parts[1]) <= 128
	trim(parts[1], _tag_characters) == ""
	trim_left(parts[1], ".-") == parts[1]
}

# `nginx` is short for `library/nginx`, on Docker Hub alone.
_repository(registry, path) := concat("/", ["library", path]) if {
	registry == "docker.io"
	not contains(path, "/")
} else := path

# True when the image, as `parse` says it, comes from one of the sources: registries, or repositories and paths that
# lead to several. Whole components only: `quay.io/team` leads to `quay.io/team/web`, not to `quay.io/teamwork`.
comes_from(found, sources) if {
	count(sources) > 0
	path := sprintf("%s/%s", [found.registry, found.repository])
	some source in sources
	_leads_to(source, path)
}

_leads_to(source, path) if path == source

_leads_to(source, path) if startswith(path, sprintf("%s/", [source]))

# The account and region of the host of a private ECR registry, in every partition and with its FIPS and dual-stack
# names. Undefined for any other host, also for one that only looks like ECR.
ecr(registry) := {"account": labels[0], "region": labels[3]} if {
	labels := split(registry, ".")
	labels[1] == "dkr"
	labels[2] in {"ecr", "ecr-fips"}
	_is_account(labels[0])
	concat(".", array.slice(labels, 4, count(labels))) in _single_stack
}

ecr(registry) := {"account": labels[0], "region": labels[2]} if {
	labels := split(registry, ".")
	labels[1] in {"dkr-ecr", "dkr-ecr-fips"}
	_is_account(labels[0])
	concat(".", array.slice(labels, 3, count(labels))) in _dual_stack
}

_single_stack := {
	"amazonaws.com",
	"amazonaws.com.cn",
	"amazonaws.eu",
	"c2s.ic.gov",
	"sc2s.sgov.gov",
	"cloud.adc-e.uk",
	"csp.hci.ic.gov",
}

_dual_stack := {"on.aws", "on.amazonwebservices.com.cn"}

_is_account(label) if {
	count(label) == 12
	trim(label, "0123456789") == ""
}
