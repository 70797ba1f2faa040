//! What the tests stand on: the program, an emulated AWS, the Python that runs it and OPA, Node, a registry, and those who
//! sign images in it.

pub(crate) mod emulator;
pub(crate) mod keyless;
pub(crate) mod labelled;
pub(crate) mod program;
pub(crate) mod referee;
pub(crate) mod registry;
pub(crate) mod signers;

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

/// The packages that Node finds for one of the folders of `tests/support` that have a lock file.
pub(crate) fn node_modules(name: &str) -> PathBuf {
    environment().join(name).join("node_modules")
}

/// One of Debian's programs, `docker-registry`, `cosign` and `oras`, or `notation`, which is built from Debian's library.
pub(crate) fn debian(name: &str) -> PathBuf {
    environment().join("debian/usr/bin").join(name)
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
