//! What the tests stand on: the program, an emulated AWS, the Python that runs it and OPA, and Node.

pub(crate) mod emulator;
pub(crate) mod labelled;
pub(crate) mod program;
pub(crate) mod referee;

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use program::project;

/// The Python with the emulator's and the referee's packages.
pub(crate) fn python() -> PathBuf {
    environment().join("bin/python")
}

/// The Node that runs the other evaluator of IAM policies.
pub(crate) fn node() -> PathBuf {
    environment().join("bin/node")
}

/// What the tests need beside cargo; installed on first use, and a failure to do so fails the test.
fn environment() -> PathBuf {
    static ENVIRONMENT: OnceLock<PathBuf> = OnceLock::new();
    ENVIRONMENT
        .get_or_init(|| {
            let set_up = Command::new(project("tests/support/setup")).output().unwrap();
            let said = String::from_utf8_lossy(&set_up.stderr);
            assert!(set_up.status.success(), "tests/support/setup failed: {said}");
            project("target/test-env")
        })
        .clone()
}
