//! The attestors file and what belongs to it, read for the commands that ask attestors.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::attest::Known;
use crate::cli;
use crate::collect::attest::Attesting;
use crate::config;
use crate::registry::DockerConfig;

use super::failure::Failure;
use super::session;

/// The largest attestors file, and the largest file that one names: 4 MiB, ten times sigstore's own trusted root and more.
const LIMIT: u64 = 4 << 20;

/// Reads what the options name; `None` without attestors.
///
/// A file that cannot be read is a mistake in the arguments. What is wrong in it is not: a pass goes on, and says so.
pub(super) fn read(options: &cli::Attesting, aws: &cli::Aws) -> Result<Option<Attesting>, Failure> {
    let docker = match &options.registry_config {
        None => DockerConfig::default(),
        Some(path) => {
            let bytes =
                bytes(path).map_err(|reason| unreadable(path, "the registry configuration", &reason))?;
            DockerConfig::read(&bytes)
                .map_err(|reason| unreadable(path, "the registry configuration", &reason))?
        }
    };
    let Some(path) = &options.attestors else { return Ok(None) };
    let text =
        bytes(path).and_then(|bytes| String::from_utf8(bytes).map_err(|_| "it is not a text".to_owned()));
    let text = text.map_err(|reason| unreadable(path, "the attestors", &reason))?;
    let beside = path.parent().unwrap_or(Path::new(""));
    let attestors = config::parse_attestors(&path.display().to_string(), &text, &|named: &str| {
        bytes(&beside.join(named))
    });
    Ok(Some(Attesting { attestors, docker, aws_limits: session::limits(aws), ..Attesting::default() }))
}

impl Attesting {
    /// The same, with what earlier passes remember.
    pub(super) fn knowing(self, known: Known) -> Self {
        Self { known, ..self }
    }
}

/// A file's bytes, or one clause about what keeps it from being read.
fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| error.to_string())?;
    let read = file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    match u64::try_from(read) {
        Ok(read) if read <= LIMIT => Ok(bytes),
        _ => Err(format!("it is larger than {LIMIT} bytes")),
    }
}

fn unreadable(path: &Path, what: &str, reason: &str) -> Failure {
    Failure::misuse(anyhow::anyhow!("cannot read {what} in `{}`: {reason}", path.display()))
        .with_help("docs/attestors.md says what stands in these files")
}
