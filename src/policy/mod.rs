//! Bundles of Rego policies: loaded, checked, and asked for verdicts.
//!
//! This room is apart because the engine has traps that must not be met anywhere else: data silently replaces rules, the
//! parser is exponential in bracket depth, a recursive function aborts the process, METADATA is thrown away, unknown
//! functions and misspelt paths are undefined rather than wrong. Each is closed here, before or around the engine, and what
//! the engine does by itself is pinned by the tests in `tests/contract.rs`; nothing else imports `regorus`.
//!
//! - [`Bundles::load`] reads bundles and reports everything that is wrong with them at once.
//! - [`Bundles::reads`] says which collections their policies look into, which decides what is collected.
//! - [`judge()`] turns a snapshot into verdicts: a pure function of snapshot, bundles, parameters, exceptions and the time
//!   that it is given, whatever the number of threads.
//! - [`check()`] says what is wrong with policies before they are judged with.
//! - [`test()`] runs the `test_` rules of any Rego library with the engine that judges, [`run_examples`] the examples of
//!   controls.
//!
//! **Invariant:** no verdict is *passed* unless every collection that the control reads was read as far as it matters to
//! the resource; what cannot be evaluated is *unknown*, never absent.
//!
//! **Invariant:** one control's failure, time limit or panic never changes another control's verdicts.
//!
//! The engine uses errors that capture backtraces for its control flow. With `RUST_BACKTRACE` or `RUST_LIB_BACKTRACE` set, a
//! policy at the limit of bracket depth takes a quarter of a second to parse instead of 15 ms, and judging takes a tenth
//! longer; nothing else changes. The environment is the operator's, and cannot be changed from inside the process without
//! unsafe code, so it is left alone.

mod answer;
mod archive;
mod bundle;
mod bundles;
mod catalogue;
mod check;
mod contents;
mod covers;
mod data;
mod engine;
mod errors;
mod exceptions;
mod files;
mod frameworks;
mod graph;
mod input;
mod input_paths;
mod judge;
mod limits;
mod manifest;
mod metadata;
mod nearest;
mod omissions;
mod params;
mod requirements;
mod scaffold;
mod scan;
mod signing;
mod stack;
mod syntax;
mod testing;
mod touch;
mod walk;
mod yaml;

pub use bundles::{BundleInfo, Bundles, UnknownControl};
pub use catalogue::{Example, ExampleFile, example_files, examples};
pub use check::{Checked, check};
pub use exceptions::{ExceptionUse, UnusedException};
pub use files::{Source, Tree};
pub use frameworks::{Framework, Requirement};
pub use judge::{ControlError, ControlErrorKind, Hidden, Judgement, Options, RawAnswer, judge, raw_answers};
pub use limits::Limits;
pub use nearest::nearest;
pub use omissions::Omission;
pub use scaffold::{Refusal, Scaffold, Wish, files as scaffold_files, scaffold};
pub use signing::{
    Algorithm, Signature, SigningKey, Statement, UnknownAlgorithm, Verification, VerificationKey,
};
pub use testing::{
    Bench, CaseResult, Coverage, ExampleKind, ExampleResult, FailedAt, FileCoverage, TestOptions,
    TestOutcome, TestPaths, TestResult, TestRun, run_examples, run_tests, test,
};

#[cfg(test)]
mod tests;
