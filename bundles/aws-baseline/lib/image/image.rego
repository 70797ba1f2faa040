# METADATA
# title: Image references
# description: |
#   Reads an image reference as Docker and ECS do, after https://pkg.go.dev/github.com/distribution/reference. There
#   is one for each container of an estate, so one match says whether it is a reference at all, and `split` takes it
#   apart: in regorus, captures cost many times as much.
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
	"repository": _repository(registry, parts[0]),
	"tag": tag,
	"digest": digest,
} if {
	regex.match(_grammar, text)
	halves := split(text, "@")
	digest := concat("", array.slice(halves, 1, 2))
	count(digest) in {0, 71, 135} # the algorithm's name, and 64 or 128 digits
	host := _host(text)
	parts := split(trim_prefix(halves[0], concat("", [host, "/"])), ":")
	tag := concat("", array.slice(parts, 1, 2))
	count(tag) <= 128

	# Hosts are compared in lower case: DNS does not tell `Quay.io` from `quay.io`.
	registry := object.get({"": "docker.io", "index.docker.io": "docker.io"}, lower(host), lower(host))
} else := {"reference": text, "valid": false, "registry": "", "repository": "", "tag": "", "digest": ""}

# Host, path, tag and digest, without `\w`, which means Unicode to regorus and ASCII to OPA.
_grammar := concat("", [
	`^(?:[A-Za-z0-9.:\[\]-]+/)?`,
	`[a-z0-9][a-z0-9._-]*(?:/[a-z0-9][a-z0-9._-]*)*`,
	`(?::[A-Za-z0-9_][A-Za-z0-9_.-]*)?`,
	`(?:@sha(?:256|512):[0-9a-f]+)?$`,
])

# The first component is a host when it holds what a repository cannot, a port or a capital, or what it seldom does, a
# dot, or is `localhost`. Anything else that is first belongs to a repository on Docker Hub.
_host(text) := split(text, "/")[0] if {
	regex.match(`^(?:localhost|[^/@]*[.:A-Z][^/@]*)/`, text)
} else := ""

# `nginx` is short for `library/nginx`, on Docker Hub alone.
_repository(registry, path) := concat("/", ["library", path]) if {
	registry == "docker.io"
	not contains(path, "/")
} else := path

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
