//! What crosses modules: one binary, so that it is linked once.

mod bundles;
mod support;
