//! Files that a command is given, read with errors that name them.

use std::fs;
use std::io::Read;
use std::path::Path;

use crate::cli;
use crate::config;
use crate::diagnostic::{Code, Diagnostic};
use crate::domain::{ControlId, Exception};
use crate::policy::{self, Bundles};
use crate::snapshot::{self, Snapshot};
use crate::sources::Location;

use super::bundle_sources;
use super::failure::Failure;

/// The example estate, so that a first run needs neither a file nor an account.
const EXAMPLE: &str = include_str!("../../examples/estate.json");

/// The largest parameters or exceptions file: 4 MiB, about 20,000 exceptions.
const LIMIT_CONFIGURATION: u64 = 4 << 20;

/// Policies, ready to judge, and what people laid over them.
#[derive(Debug)]
pub(super) struct Policies {
    /// The bundles.
    pub(super) bundles: Bundles,
    /// The exceptions, expired ones included.
    pub(super) exceptions: Vec<Exception>,
    /// Where the bundles came from.
    pub(super) sources: Vec<policy::Source>,
}

/// Which policies a command was told to use.
#[derive(Debug)]
pub(super) struct Choice<'a> {
    /// The bundles; the built-in ones when there are none.
    pub(super) bundles: &'a [Location],
    /// Who must have signed them; nothing when the built-in ones were named, which nobody signs.
    pub(super) verification: Option<&'a cli::Verification>,
    /// The profile of AWS's configuration files for bundles in S3.
    pub(super) profile: Option<&'a str>,
    /// The file of parameters.
    pub(super) params: Option<&'a Path>,
    /// The file of exceptions.
    pub(super) exceptions: Option<&'a Path>,
    /// The controls; all that are on by default when there are none.
    pub(super) controls: &'a [ControlId],
}

impl Policies {
    /// Loads everything that the options name; every problem of every file is reported at once.
    pub(super) fn load(options: &cli::Policies) -> Result<Self, Failure> {
        Self::load_as(options, None)
    }

    /// The same, with a profile of AWS's configuration files for bundles in S3.
    pub(super) fn load_as(options: &cli::Policies, profile: Option<&str>) -> Result<Self, Failure> {
        Self::of(&Choice {
            bundles: &options.bundles,
            verification: Some(&options.verification),
            profile,
            params: options.params.as_deref(),
            exceptions: options.exceptions.as_deref(),
            controls: &options.controls,
        })
    }

    /// Loads bundles, parameters and exceptions, and chooses controls.
    pub(super) fn of(choice: &Choice<'_>) -> Result<Self, Failure> {
        let mut problems = Vec::new();
        let sources = match (choice.bundles, choice.verification) {
            ([], Some(verification)) if verification.verification_key.is_some() => {
                let error =
                    anyhow::anyhow!("there is no bundle to verify: the built-in ones carry no signature");
                return Err(Failure::misuse(error).with_help("name the bundles with --bundle"));
            }
            (bundles @ [_, ..], Some(verification)) => {
                bundle_sources::all(bundles, verification, choice.profile, &mut problems)
            }
            ([], _) | (_, None) => vec![policy::Source::Builtin],
        };
        let mut text_of = |path: &Path| match configuration(path) {
            Ok(text) => Some((path.display().to_string(), text)),
            Err(diagnostic) => {
                problems.push(diagnostic);
                None
            }
        };
        let params = choice.params.and_then(&mut text_of);
        let exceptions = choice.exceptions.and_then(&mut text_of);
        let exceptions = exceptions.map(|(file, text)| config::parse_exceptions(&file, &text));
        let exceptions = exceptions.unwrap_or_else(|| Ok(Vec::new())).unwrap_or_else(|found| {
            problems.extend(found);
            Vec::new()
        });
        let overrides = params.as_ref().map(|(file, text)| (file.as_str(), text.as_str()));
        let bundles = match Bundles::load(&sources, overrides, &policy::Limits::default()) {
            Ok(bundles) => Some(bundles),
            // A bundle that was refused is missing here: what that leads to is no news.
            Err(_) if sources.len() < choice.bundles.len() => None,
            Err(found) => {
                problems.extend(found);
                None
            }
        };
        let bundles = match bundles {
            Some(bundles) if problems.is_empty() => bundles,
            _ => return Err(Failure::in_files("the policies and their configuration", problems)),
        };
        let bundles = match choice.controls {
            [] => bundles,
            controls => bundles.select(controls).map_err(|unknown| {
                let ids =
                    unknown.iter().map(|unknown| format!("`{}`", unknown.id)).collect::<Vec<_>>().join(", ");
                let help = unknown.into_iter().next().map(|unknown| unknown.help).unwrap_or_default();
                Failure::misuse(anyhow::anyhow!("no bundle has the control {ids}")).with_help(help)
            })?,
        };
        Ok(Self { bundles, exceptions, sources })
    }
}

fn configuration(path: &Path) -> Result<String, Diagnostic> {
    let file = path.display().to_string();
    let unreadable = |error: std::io::Error| {
        Diagnostic::of_file(&file, Code::Unreadable, format!("cannot be read: {error}"))
    };
    let size = fs::metadata(path).map_err(unreadable)?.len();
    if size > LIMIT_CONFIGURATION {
        let message = format!("is larger than {LIMIT_CONFIGURATION} bytes");
        return Err(Diagnostic::of_file(&file, Code::TooLarge, message));
    }
    fs::read_to_string(path).map_err(unreadable)
}

/// The example estate.
pub(super) fn example() -> Result<Snapshot, Failure> {
    Snapshot::from_json(EXAMPLE).map_err(Failure::failed)
}

/// Reads a snapshot from a file, or from stdin for `-`.
pub(super) fn snapshot(path: &Path) -> Result<Snapshot, Failure> {
    let name = path.display();
    let mut text = String::new();
    let limit = snapshot::LIMIT_BYTES;
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(limit + 1).read_to_string(&mut text)
    } else {
        fs::File::open(path).and_then(|file| file.take(limit + 1).read_to_string(&mut text))
    };
    let read = read.map_err(|error| {
        Failure::misuse(anyhow::Error::new(error).context(format!("cannot read the snapshot `{name}`")))
            .with_help("name a file that `tidewaiter snapshot --output FILE` wrote")
    })?;
    if u64::try_from(read).unwrap_or(u64::MAX) > limit {
        return Err(Failure::misuse(anyhow::anyhow!("the snapshot `{name}` is larger than {limit} bytes")));
    }
    Snapshot::from_json(&text).map_err(|error| {
        let help = match &error {
            snapshot::Error::Syntax(source) if source.is_eof() => "the file ends early: copy it again",
            snapshot::Error::Version { .. } => {
                "write the snapshot again with this version of tidewaiter, or judge it with the version that wrote it"
            }
            _ => "`docs/input.schema.json` describes what a snapshot holds",
        };
        Failure::misuse(anyhow::Error::new(error).context(format!("cannot use the snapshot `{name}`")))
            .with_help(help)
    })
}
