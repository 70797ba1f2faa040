package lib.admission_images_test

import rego.v1

import data.lib.admission_images

digest := "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

caught(image, kind, operator, values) := found.message if {
	rule := {"rule": kind, "action": "log", "operator": operator, "values": values}
	found := admission_images.problem(0, {"name": "web", "image": image}, rule)
}

test_a_registry_is_a_host_in_any_case if {
	caught("Quay.io/team/web:1", "imageRegistry", "equals", ["quay.IO"])
	caught("registry.example.com:5000/web", "imageRegistry", "startsWith", ["registry."])
	caught("nginx", "imageRegistry", "contains", ["docker"])
	not caught("quay.io/docker.io/web", "imageRegistry", "contains", ["docker"])
	not caught("quay.io/team/web", "imageRegistry", "notEquals", ["ghcr.io", "quay.io"])
	caught("quay.io.example.com/web", "imageRegistry", "notEquals", ["quay.io"])
}

test_a_name_is_the_repository_of_the_registry if {
	caught("quay.io/team/web:1", "imageName", "equals", ["team/web"])
	caught("quay.io/team/web:1", "imageName", "startsWith", ["team/"])
	not caught("quay.io/team/web:1", "imageName", "equals", ["web"])
	not caught("quay.io/team/web:1", "imageName", "contains", ["quay", ":1"])
	caught("quay.io/library/nginx", "imageName", "notEquals", ["nginx"])
}

test_an_official_image_has_two_names if {
	every image in ["nginx:1.27", "library/nginx", "docker.io/library/nginx", "index.docker.io/nginx"] {
		every name in ["nginx", "library/nginx"] {
			caught(image, "imageName", "equals", [name])
			not caught(image, "imageName", "notEquals", [name])
		}
	}
	not caught("team/library/nginx", "imageName", "startsWith", ["nginx", "library/"])
}

test_a_tag_is_the_latest_unless_something_else_is_written if {
	caught("nginx", "imageTag", "equals", ["latest"])
	caught("nginx:1.27", "imageTag", "startsWith", ["1."])
	not caught("nginx:Latest", "imageTag", "equals", ["latest"])
	pinned := sprintf("nginx@%s", [digest])
	not caught(pinned, "imageTag", "equals", ["latest"])
	endswith(caught(pinned, "imageTag", "notEquals", ["1.27"]), `, which has no tag, expected one that is "1.27"`)
	not caught(sprintf("nginx:1.27@%s", [digest]), "imageTag", "notEquals", ["1.27"])
}

test_a_path_is_all_of_a_reference_and_also_what_is_written if {
	every path in ["docker.io/library/nginx:1.27", "docker.io/nginx:1.27", "nginx:1.27"] {
		caught("nginx:1.27", "imagePath", "equals", [path])
		not caught("nginx:1.27", "imagePath", "notEquals", [path])
	}
	caught("example.com/org/repo", "imagePath", "equals", ["example.com/org/repo:latest"])
	not caught("quay.io/team/web:1", "imagePath", "equals", ["quay.io/team/web"])
	caught("quay.io/team/web:1", "imagePath", "contains", ["team/web"])
}

test_a_path_need_not_name_the_digest if {
	both := sprintf("quay.io/team/web:1@%s", [digest])
	caught(both, "imagePath", "equals", [both])
	caught(both, "imagePath", "equals", ["quay.io/team/web:1"])
	pinned := sprintf("quay.io/team/web@%s", [digest])
	caught(pinned, "imagePath", "equals", [pinned])
	caught(pinned, "imagePath", "equals", ["quay.io/team/web"])
}

test_what_is_caught_says_why if {
	caught("quay.io/team/web:1", "imagePath", "notContains", ["acme/", "corp/"]) == concat(" ", [
		`container "web" has the image "quay.io/team/web:1", whose path is "quay.io/team/web:1",`,
		`expected one that contains "acme/" or "corp/"`,
	])
	rule := {"rule": "imageName", "action": "log", "operator": "equals", "values": ["nginx"]}
	admission_images.problem(1, {"name": "web", "image": "nginx"}, rule) == {
		"message": `container "web" has the image "nginx", whose name is "nginx", expected one that is not "nginx"`,
		"evidence": {"container": "web", "path": "containerDefinitions[1].image", "value": "nginx"},
	}
}

test_what_is_no_reference_is_caught_by_every_rule if {
	every kind in ["imageRegistry", "imageName", "imageTag", "imagePath"] {
		caught("${Image}", kind, "equals", ["x"]) == concat(" ", [
			`container "web" has the image "${Image}",`,
			"which is no image reference, expected one",
		])
	}
	caught("", "imageTag", "equals", ["x"])
	not caught({"Ref": "Image"}, "imageTag", "notEquals", ["x"])
}
