//! `tidewaiter snapshot`: the input document, and nothing else.

use std::collections::BTreeSet;
use std::path::Path;

use crate::aws::Session;
use crate::cli;
use crate::collect::{self, RedactionKey};
use crate::snapshot::{Anonymizer, Collection, Snapshot};

use super::console::{self, Progress};
use super::failure::Failure;
use super::input::{self, Policies};
use super::{Exit, attesting, output, session};

/// Reads an account and Region, or a file, and writes the document.
pub(super) async fn snapshot(options: &cli::Snapshot, console: &cli::Console) -> Result<Exit, Failure> {
    let policies = Policies::load_as(&options.policies, options.aws.profile.as_deref())?;
    let progress = Progress::new(console);
    let mut snapshot = match &options.snapshot {
        Some(path) => input::snapshot(path)?,
        None => {
            let wanted =
                if options.all { Collection::ALL.into_iter().collect() } else { policies.bundles.reads() };
            progress.say("connecting to AWS");
            let session = session::open(&options.aws).await?;
            let mut how = collect::Options::new(super::moment(options.policies.now), random_key()?);
            how.attesting = attesting::read(&options.attesting, &options.aws)?;
            read(&session, &wanted, &how, &progress).await
        }
    };
    if options.anonymize {
        progress.say("anonymizing");
        let mut anonymizer = Anonymizer::new(policies.bundles.texts().iter().cloned());
        snapshot = anonymizer.snapshot(&snapshot).map_err(Failure::failed)?;
    }
    drop(progress);
    match options.output.as_deref() {
        Some(path) if path != Path::new("-") => {
            let write = output::write(path, |writer| {
                snapshot.to_json(&mut *writer)?;
                writer.write_all(b"\n")
            });
            write.map_err(|error| output::cannot_write(path, "the snapshot", error))?;
        }
        _ => {
            let mut text = Vec::new();
            snapshot.to_json(&mut text).map_err(Failure::failed)?;
            text.push(b'\n');
            console::print(&String::from_utf8_lossy(&text)).map_err(Failure::failed)?;
        }
    }
    for (collection, gap) in snapshot.coverage.gaps() {
        console::complain(&format!("warning: {collection}: {}\n", gap.reason()));
    }
    Ok(if snapshot.coverage.gaps().next().is_some() { Exit::Partial } else { Exit::Complete })
}

/// A key that nobody has: hashes can be compared within one snapshot, and with no other.
pub(super) fn random_key() -> Result<RedactionKey, Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::failed(anyhow::anyhow!("the system gives no random numbers: {error}")))?;
    Ok(RedactionKey::new(bytes))
}

/// Reads the wanted collections while the terminal says which.
pub(super) async fn read(
    session: &Session,
    wanted: &BTreeSet<Collection>,
    how: &collect::Options,
    progress: &Progress,
) -> Snapshot {
    collect::collect(session, wanted, progress, how).await
}

impl collect::Progress for Progress {
    fn read(&self, collection: Collection, members: usize) {
        self.say(format!("reading {collection}: {members}"));
    }
}
