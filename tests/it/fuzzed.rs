//! The corpora of the fuzz targets, each input given to the same function as while fuzzing.

#[expect(unreachable_pub, reason = "the file is a library of its own, too")]
#[path = "../../fuzz/src/lib.rs"]
mod promises;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::support::program::project;

/// How long one input may take; they all take milliseconds, but the machine may have other things to do.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// Gives every file of a corpus to its target.
fn replay(corpus: &str, target: fn(&[u8])) {
    let directory = project("fuzz/corpus").join(corpus);
    let entries = fs::read_dir(&directory).unwrap_or_else(|error| panic!("no corpus `{corpus}`: {error}"));
    let mut paths = entries.map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    paths.sort();
    assert!(!paths.is_empty(), "the corpus `{corpus}` is empty");
    for path in paths {
        let bytes = fs::read(&path).unwrap();
        let (done, ended) = mpsc::channel();
        // A thread that hangs is left behind: the test has failed by then.
        thread::spawn(move || done.send(catch_unwind(AssertUnwindSafe(|| target(&bytes))).is_ok()));
        match ended.recv_timeout(TIME_LIMIT) {
            Ok(held) => assert!(held, "{} breaks what the target holds to", path.display()),
            Err(_) => panic!("{} takes longer than {TIME_LIMIT:?}", path.display()),
        }
    }
}

#[test]
fn what_metadata_was_fuzzed_with_still_holds() {
    replay("metadata", promises::metadata);
}

#[test]
fn what_bundles_were_fuzzed_with_still_holds() {
    replay("bundle", promises::bundle);
}

#[test]
fn what_snapshots_were_fuzzed_with_still_holds() {
    replay("snapshot", promises::snapshot);
}

#[test]
fn what_policies_of_iam_were_fuzzed_with_still_holds() {
    replay("access", promises::access);
}

#[test]
fn what_signatures_of_notation_were_fuzzed_with_still_holds() {
    replay("notation", promises::notation);
}

#[test]
fn what_signatures_of_sigstore_s_were_fuzzed_with_still_holds() {
    replay("sigstore", promises::sigstore);
}

#[test]
fn what_answers_of_registries_were_fuzzed_with_still_holds() {
    replay("registry", promises::registry);
}
