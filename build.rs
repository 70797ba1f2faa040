//! Tells cargo that the program carries the built-in bundles, so that a file that is added to them is carried too.

#![expect(clippy::print_stdout, reason = "cargo reads a build script's standard output")]

fn main() {
    println!("cargo:rerun-if-changed=bundles");
}
