# METADATA
# title: Image references
# description: |
#   Reads an image reference as Docker and ECS do, after https://pkg.go.dev/github.com/distribution/reference. Strings are
#   taken apart by `split` and `trim`: there is one reference for each container of an estate, and a regular expression
#   with captures takes many times as long.
package lib.image

import rego.v1

# The reference that a container names, or "" when it names none. Undefined where a template leaves it open.
reference(container) := text if {
	text := object.get(container, "image", "")
	is_string(text)
}

# {"registry", "repository", "tag", "digest"} of a reference; tag and digest are "" when they are not written. Undefined
# for what is not a reference, such as a repository in capitals or a variable that nobody filled in.
parse(text) := {
	"registry": _registry(host),
	"repository": _repository(host, path),
	"tag": tag,
	"digest": digest,
} if {
	halves := split(text, "@")
	digest := _digest(halves)
	host := _host(split(halves[0], "/"))
	named := _after(host, halves[0])
	parts := split(named, ":")
	path := parts[0]
	_is_path(path)
	tag := _tag(parts)
}

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

_lower := "abcdefghijklmnopqrstuvwxyz0123456789"

_upper := "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

# No repository begins with a component that holds more than lower case, `-` and `_`; a registry's host has a dot, a port
# or a capital, or is `localhost`.
_host(components) := "" if not _has_host(components)

_host(components) := components[0] if {
	_has_host(components)
	components[0] != ""
	trim(components[0], concat("", [_lower, _upper, ".-:[]"])) == ""
}

_has_host(components) if {
	count(components) > 1
	trim(components[0], concat("", [_lower, "-_"])) != ""
}

_has_host(components) if {
	count(components) > 1
	components[0] in {"", "localhost"}
}

_after("", text) := text

_after(host, text) := substring(text, count(host) + 1, -1) if host != ""

_is_path(path) if {
	path != ""
	trim(path, concat("", [_lower, "._-/"])) == ""
	trim(path, "._-/") == path
	not contains(path, "//")
}

_tag(parts) := "" if count(parts) == 1

_tag(parts) := parts[1] if {
	count(parts) == 2
	parts[1] != ""
	count(parts[1]) <= 128
	trim(parts[1], concat("", [_lower, _upper, "_.-"])) == ""
	trim_left(parts[1], ".-") == parts[1]
}

_digest(halves) := "" if count(halves) == 1

_digest(halves) := halves[1] if {
	count(halves) == 2
	[algorithm, value] := split(halves[1], ":")
	count(value) == _digits[algorithm]
	trim(value, "0123456789abcdef") == ""
}

# The hexadecimal digits of each algorithm's digest.
_digits := {"sha256": 64, "sha512": 128}

_hub := {"", "docker.io", "index.docker.io"}

# Hosts are compared in lower case: DNS does not tell `Quay.io` from `quay.io`.
_registry(host) := lower(host) if not lower(host) in _hub

_registry(host) := "docker.io" if lower(host) in _hub

# `nginx` is short for `library/nginx`, on Docker Hub alone.
_repository(host, path) := path if not _official(host, path)

_repository(host, path) := sprintf("library/%s", [path]) if _official(host, path)

_official(host, path) if {
	lower(host) in _hub
	not contains(path, "/")
}
