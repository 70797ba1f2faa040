//! Bundles from wherever they are: read, and verified where a key is given.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use crate::cli;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{self, Source, Tree, Verification, VerificationKey};
use crate::sources::{self, Location, Remote};

use super::{STACK_BYTES, moment};

/// The largest key or file of claims.
const LIMIT_KEY: u64 = 64 << 10;

/// Every bundle that can be had; what keeps the others from it goes to `problems`.
pub(super) fn all(
    locations: &[Location],
    verification: &cli::Verification,
    profile: Option<&str>,
    problems: &mut Vec<Diagnostic>,
) -> Vec<Source> {
    let by = match by(verification) {
        Ok(by) => by,
        Err(problem) => {
            problems.push(problem);
            return Vec::new();
        }
    };
    let read = locations.iter().filter_map(|location| match (location, &by) {
        (Location::Path(path), None) if !path.is_file() => Some(Source::Directory(path.clone())),
        (Location::Builtin(None), _) => Some(Source::Builtin),
        _ => match one(location, by.as_ref(), profile) {
            Ok(tree) => Some(Source::Loaded(Arc::new(tree))),
            Err(found) => {
                problems.extend(found);
                None
            }
        },
    });
    read.collect()
}

/// What a signature must be; nothing when no key is given.
pub(super) fn by(options: &cli::Verification) -> Result<Option<Verification>, Diagnostic> {
    let Some(path) = &options.verification_key else { return Ok(None) };
    let content = small_file(path)?;
    Ok(Some(Verification {
        key: VerificationKey::new(&path.display().to_string(), &content, options.signing_alg)?,
        key_id: options.verification_key_id.clone(),
        scope: options.scope.clone(),
        // Not the moment that --now makes up: it is about the estate, and a signature expires for real.
        now: moment(None),
    }))
}

/// Reads one bundle, and verifies the very bytes that were read.
pub(super) fn one(
    location: &Location,
    by: Option<&Verification>,
    profile: Option<&str>,
) -> Result<Tree, Vec<Diagnostic>> {
    let limits = policy::Limits::default();
    let name = location.to_string();
    let tree = match location {
        Location::Path(path) if path.is_file() => {
            let bytes = read(path, limits.archive_bytes).map_err(|problem| vec![problem])?;
            Tree::of_archive(&name, &bytes, &limits)?
        }
        Location::Path(path) => Tree::of_directory(path, &limits)?,
        // What the program carries is verified with the program.
        Location::Builtin(Some(name)) => return Tree::built_in(name).map_err(|problem| vec![problem]),
        Location::Builtin(None) => {
            let problem = Diagnostic::of_file(name, Code::InvalidValue, "several bundles are meant here");
            return Err(vec![problem.with_help("name one of them: `builtin/aws-baseline`")]);
        }
        Location::Invalid { why, .. } => {
            return Err(vec![Diagnostic::of_file(name, Code::InvalidValue, why.to_string())]);
        }
        Location::Remote(remote) => {
            let bytes = fetch(remote, profile, limits.archive_bytes).map_err(|problem| vec![problem])?;
            Tree::of_archive(&name, &bytes, &limits)?
        }
    };
    if let Some(by) = by {
        tree.verify(by)?;
    }
    Ok(tree)
}

/// Reads a key, or another file that is never large.
pub(super) fn small_file(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    read(path, LIMIT_KEY)
}

fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Diagnostic> {
    let name = path.display().to_string();
    let mut bytes = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut bytes));
    read.map_err(|error| Diagnostic::of_file(&name, Code::Unreadable, format!("cannot be read: {error}")))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
        return Err(Diagnostic::of_file(name, Code::TooLarge, format!("is larger than {limit} bytes")));
    }
    Ok(bytes)
}

/// Downloads a bundle, on a thread of its own: a command may or may not be inside a runtime already.
fn fetch(remote: &Remote, profile: Option<&str>, limit: u64) -> Result<Vec<u8>, Diagnostic> {
    let limits = sources::Limits { bytes: limit, ..sources::Limits::default() };
    let work = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| sources::Error::Unreachable(error.to_string()))?;
        runtime.block_on(sources::read(remote, profile, &limits))
    };
    let fetched = thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
        let thread = thread.map_err(|error| sources::Error::Unreachable(error.to_string()))?;
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    });
    fetched.map_err(|error| {
        let code = match error {
            sources::Error::TooLarge(_) => Code::TooLarge,
            _ => Code::Unreadable,
        };
        let problem = Diagnostic::of_file(remote.to_string(), code, error.to_string());
        problem.with_help(error.help())
    })
}
