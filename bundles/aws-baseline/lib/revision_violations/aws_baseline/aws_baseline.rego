# METADATA
# title: What the baseline finds in task definitions
# description: What each control of task definitions in `aws-baseline` finds, for `lib.violations`.
package lib.revision_violations.aws_baseline

import rego.v1

import data.tidewaiter.controls.task_definition as controls

# By the control's folder. They are named one by one: `task_definition[control]` would have everything evaluated that lies
# beside them, tests included.
found := {
	"compatibility_not_allowed": controls.compatibility_not_allowed.deny,
	"container_without_logging": controls.container_without_logging.deny,
	"credential_variable_name": controls.credential_variable_name.deny,
	"dangerous_capability_added": controls.dangerous_capability_added.deny,
	"efs_transit_unencrypted": controls.efs_transit_unencrypted.deny,
	"environment_file_not_allowed": controls.environment_file_not_allowed.deny,
	"excess_capabilities": controls.excess_capabilities.deny,
	"execution_role_as_task_role": controls.execution_role_as_task_role.deny,
	"fault_injection_in_production": controls.fault_injection_in_production.deny,
	"floating_image_tag": controls.floating_image_tag.deny,
	"host_device_mapped": controls.host_device_mapped.deny,
	"host_ipc_mode": controls.host_ipc_mode.deny,
	"host_network_mode": controls.host_network_mode.deny,
	"host_pid_mode": controls.host_pid_mode.deny,
	"image_not_allowed": controls.image_not_allowed.deny,
	"image_without_digest": controls.image_without_digest.deny,
	"linux_root_user": controls.linux_root_user.deny,
	"memory_limit_missing": controls.memory_limit_missing.deny,
	"network_mode_not_awsvpc": controls.network_mode_not_awsvpc.deny,
	"plaintext_secret": controls.plaintext_secret.deny,
	"privilege_escalation_possible": controls.privilege_escalation_possible.deny,
	"privileged_container": controls.privileged_container.deny,
	"root_user_in_host_network": controls.root_user_in_host_network.deny,
	"sensitive_host_path_mounted": controls.sensitive_host_path_mounted.deny,
	"task_role_missing": controls.task_role_missing.deny,
	"task_size_not_allowed": controls.task_size_not_allowed.deny,
	"unapproved_registry": controls.unapproved_registry.deny,
	"unconfined_container": controls.unconfined_container.deny,
	"windows_administrator_user": controls.windows_administrator_user.deny,
	"writable_root_filesystem": controls.writable_root_filesystem.deny,
}
