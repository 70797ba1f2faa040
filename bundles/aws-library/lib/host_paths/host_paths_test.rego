package lib.host_paths_test

import rego.v1

import data.lib.host_paths

test_canonical_ends_each_part_with_a_slash if {
	host_paths.canonical("/var/lib/docker") == "/var/lib/docker/"
}

test_canonical_root_is_one_slash if {
	host_paths.canonical("/") == "/"
}

test_canonical_leaves_out_what_says_nothing if {
	host_paths.canonical("//etc/./ecs/") == "/etc/ecs/"
}

test_canonical_takes_a_path_upwards_for_the_root if {
	host_paths.canonical("/srv/../etc") == "/"
}

test_canonical_takes_dots_in_a_name_for_a_name if {
	host_paths.canonical("/srv/..data") == "/srv/..data/"
}

test_canonical_knows_where_var_run_leads if {
	host_paths.canonical("/var/run/docker.sock") == "/run/docker.sock/"
}

test_canonical_reads_windows_paths if {
	host_paths.canonical(`C:\ProgramData\Docker`) == "/c:/programdata/docker/"
}

test_canonical_reads_windows_paths_with_slashes if {
	host_paths.canonical("C:/ProgramData/Docker") == "/c:/programdata/docker/"
}

test_canonical_reads_named_pipes if {
	host_paths.canonical(`\\.\pipe\docker_engine`) == "/pipe/docker_engine/"
}

test_canonical_is_undefined_for_the_name_of_a_volume if {
	not host_paths.canonical("etc")
}

test_touches_what_is_below if {
	host_paths.touches("/etc/ecs/ecs.config", "/etc")
}

test_touches_what_is_above if {
	host_paths.touches("/run", "/var/run/docker.sock")
}

test_does_not_touch_a_similar_name if {
	not host_paths.touches("/etcetera", "/etc")
}

test_does_not_touch_a_sibling if {
	not host_paths.touches("/var/lib/app", "/var/lib/docker")
}

test_below_holds_for_the_path_itself if {
	host_paths.below("/etc/localtime", "/etc/localtime")
}

test_below_does_not_hold_for_what_is_above if {
	not host_paths.below("/etc", "/etc/localtime")
}
