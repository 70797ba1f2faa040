//! What crosses rooms: the program as a user starts it, emulated AWS, OPA as referee, and the rules of the house.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, also in what it stands on"
)]

mod access;
mod anonymize;
mod attest;
mod attest_notation;
mod attest_sigstore;
mod bad_input;
mod bundle_files;
mod bundles;
mod catalogue;
mod check;
mod corpus;
mod diff;
mod docs;
mod emulator;
mod example;
mod faults;
mod fixture;
mod fuzzed;
mod guardrails;
mod killed;
mod labelled;
mod new_control;
mod opinion;
mod pass;
mod peers;
mod registries;
mod rights;
mod signatures;
mod support;
mod tester;
mod tidy;
