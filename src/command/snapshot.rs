//! `tidewaiter snapshot`: the input document, and nothing else.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::aws::Session;
use crate::cli;
use crate::collect::{self, RedactionKey};
use crate::snapshot::{Collection, Snapshot};

use super::Exit;
use super::console::{self, Progress};
use super::failure::Failure;
use super::input::Policies;
use super::session;

/// Reads an account and Region and writes the document.
pub(super) async fn snapshot(options: &cli::Snapshot, console: &cli::Console) -> Result<Exit, Failure> {
    let policies = Policies::load_as(&options.policies, options.aws.profile.as_deref())?;
    let wanted = if options.all { Collection::ALL.into_iter().collect() } else { policies.bundles.reads() };
    let progress = Progress::new(console);
    progress.say("connecting to AWS");
    let session = session::open(&options.aws).await?;
    let snapshot = read(&session, &wanted, random_key()?, options.policies.now, &progress).await;
    drop(progress);
    match options.output.as_deref() {
        Some(path) if path != Path::new("-") => {
            write(path, &snapshot).map_err(|error| {
                let context = format!("cannot write the snapshot `{}`", path.display());
                Failure::failed(anyhow::Error::new(error).context(context))
            })?;
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
fn random_key() -> Result<RedactionKey, Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::failed(anyhow::anyhow!("the system gives no random numbers: {error}")))?;
    Ok(RedactionKey::new(bytes))
}

/// Reads the wanted collections while the terminal says which.
pub(super) async fn read(
    session: &Session,
    wanted: &BTreeSet<Collection>,
    key: RedactionKey,
    now: Option<jiff::Timestamp>,
    progress: &Progress,
) -> Snapshot {
    let options = collect::Options { taken_at: super::moment(now), key };
    collect::collect(session, wanted, progress, &options).await
}

impl collect::Progress for Progress {
    fn read(&self, collection: Collection, members: usize) {
        self.say(format!("reading {collection}: {members}"));
    }
}

/// Writes a document beside its place and moves it there, so that a reader never sees half of one.
fn write(path: &Path, snapshot: &Snapshot) -> std::io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let written = File::create(&part).and_then(|file| {
        let mut writer = BufWriter::new(file);
        snapshot.to_json(&mut writer)?;
        writer.write_all(b"\n")?;
        writer.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()
    });
    match written.and_then(|()| std::fs::rename(&part, path)) {
        Ok(()) => Ok(()),
        Err(error) => {
            let _ = std::fs::remove_file(&part);
            Err(error)
        }
    }
}
