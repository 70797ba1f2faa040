//! Tells cargo that the program carries the built-in bundles, so that a file that is added to them is carried too.

fn main() {
    println!("cargo:rerun-if-changed=bundles");
}
