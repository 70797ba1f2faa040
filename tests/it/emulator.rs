//! The emulated AWS keeps AWS's rules: what the other tests prove is worth as much as this.

use std::process::Command;

use crate::support::program::project;
use crate::support::python;

#[test]
fn the_emulator_pages_limits_filters_and_refuses_as_aws_does() {
    let checked = Command::new(python())
        .arg(project("tests/support/emulator/selfcheck.py"))
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&checked.stdout);
    assert!(checked.status.success(), "{said}\n{}", String::from_utf8_lossy(&checked.stderr));
}
