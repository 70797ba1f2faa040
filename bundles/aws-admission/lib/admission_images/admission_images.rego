# METADATA
# title: Images as rules of admission call them
# description: |
#   The parts of an image reference by which Trend Vision One's rules know an image. Its registry is a host; its name is
#   the repository in it, which for Docker's official images may be written with and without `library/`; its path is all
#   of it, registry, name and tag, and the digest where there is one. An image without a tag and a digest has the tag
#   `latest`.
package lib.admission_images

import rego.v1

import data.lib.containers
import data.lib.image
import data.lib.image_rules

# What is to be said of a container whose image a rule catches. Undefined for one whose image it does not, and where a
# template leaves the image open. What is no image reference is caught by every rule.
problem(index, container, rule) := {
	"message": sprintf("container %q has the image %q, %s", [
		containers.name(index, container),
		found.reference,
		_caught(found, rule),
	]),
	"evidence": containers.evidence(index, container, "image", found.reference),
} if {
	found := image.of(container)
}

_caught(found, _) := "which is no image reference, expected one" if not found.valid

_caught(found, rule) := sprintf("%s, %s", [
	_in_words(found, rule.rule),
	image_rules.expected(rule.operator, rule.values),
]) if {
	found.valid
	image_rules.holds(rule.operator, _texts(found, rule.rule), _values(rule))
}

_in_words(found, "imageRegistry") := sprintf("whose registry is %q", [found.registry])

_in_words(found, "imageName") := sprintf("whose name is %q", [_names(found)[0]])

_in_words(found, "imageTag") := sprintf("whose tag is %q", [tag]) if {
	tag := image_rules.tag(found)
	tag != ""
} else := "which has no tag"

_in_words(found, "imagePath") := sprintf("whose path is %q", [_paths(found)[0]])

_texts(found, "imageRegistry") := {found.registry}

_texts(found, "imageName") := {name | some name in _names(found)}

_texts(found, "imageTag") := {image_rules.tag(found)}

# Also as it is written: `nginx:1.27` beside `docker.io/library/nginx:1.27`.
_texts(found, "imagePath") := {path | some path in _paths(found)} | {found.reference}

# Hosts are compared in lower case.
_values(rule) := [lower(value) | some value in rule.values] if {
	rule.rule == "imageRegistry"
} else := rule.values

_names(found) := [trim_prefix(found.repository, "library/"), found.repository] if {
	found.registry == "docker.io"
} else := [found.repository]

# Both with and without the digest, which need not be known to whoever writes a rule.
_paths(found) := [sprintf("%s/%s%s%s", [found.registry, name, _tag(found), digest]) |
	some digest in _digests(found)
	some name in [found.repository, _names(found)[0]]
]

_tag(found) := sprintf(":%s", [tag]) if {
	tag := image_rules.tag(found)
	tag != ""
} else := ""

_digests(found) := [""] if {
	found.digest == ""
} else := [sprintf("@%s", [found.digest]), ""]
