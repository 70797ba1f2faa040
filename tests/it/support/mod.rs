//! What the tests stand on: the program, an emulated AWS, and the Python that runs it and OPA.

pub(crate) mod emulator;
pub(crate) mod labelled;
pub(crate) mod program;
pub(crate) mod referee;

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use program::project;

/// The Python with the emulator's and the referee's packages; installed on first use, and a failure to do so fails the test.
pub(crate) fn python() -> PathBuf {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON
        .get_or_init(|| {
            let set_up = Command::new(project("tests/support/setup")).output().unwrap();
            let said = String::from_utf8_lossy(&set_up.stderr);
            assert!(set_up.status.success(), "tests/support/setup failed: {said}");
            project("target/test-env/bin/python")
        })
        .clone()
}
