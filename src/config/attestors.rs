//! The attestors file: whose signatures count, and with which roles registries are read.

mod entry;
mod wire;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;
use serde_saphyr::{Location, Spanned};

use crate::attest::{Attestor, Trust, notation, sigstore};
use crate::diagnostic::{Code, Diagnostic};
use crate::registry::Place;

use self::entry::Entry;

/// The most attestors of a file.
const MOST: usize = 100;

/// What a file configures. Attestors with problems stand apart from those without: a pass goes on with the others and says of
/// these that they are invalid.
#[derive(Debug, Default)]
pub struct Attestors {
    /// Those that can verify, in the order of the file.
    pub attestors: Vec<Configured>,
    /// What is wrong with the others, by name; under `attestors` what is wrong with the file.
    pub invalid: BTreeMap<String, Vec<Diagnostic>>,
    /// The role that a registry of ECR is read with, by its host.
    pub roles: BTreeMap<String, String>,
}

/// An attestor of a file.
#[derive(Debug)]
pub enum Configured {
    /// Everything that it verifies with is known.
    Ready(Attestor),
    /// Its key is AWS KMS's to tell.
    Kms(KmsAttestor),
}

/// An attestor whose public key is asked for (`kms:GetPublicKey`).
#[derive(Debug, Clone)]
pub struct KmsAttestor {
    /// ARN of the key or of an alias.
    pub arn: String,
    /// The log that has to have an entry.
    pub log: Option<sigstore::TrustedRoot>,
    name: String,
    via_index: bool,
    attestations: BTreeSet<String>,
}

impl KmsAttestor {
    /// What policies call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The attestor, with the key that KMS told.
    ///
    /// # Errors
    ///
    /// A root without transparency logs, in one clause.
    pub fn with_key(&self, key: sigstore::PublicKey) -> Result<Attestor, String> {
        let trust = sigstore::KeyTrust::new(key, self.log.clone())?;
        Ok(Attestor {
            name: self.name.clone(),
            via_index: self.via_index,
            attestations: self.attestations.clone(),
            trust: Trust::Sigstore(sigstore::Trust::Key(trust)),
        })
    }
}

impl Configured {
    /// What policies call it.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Ready(attestor) => &attestor.name,
            Self::Kms(attestor) => &attestor.name,
        }
    }

    /// The word of its kind in the file.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Kms(_) => "cosign_key",
            Self::Ready(attestor) => match &attestor.trust {
                Trust::Sigstore(sigstore::Trust::Key(_)) => "cosign_key",
                Trust::Sigstore(sigstore::Trust::Keyless(_)) => "keyless",
                Trust::Notation(notation::Trust::Notation(_)) => "notation",
                Trust::Notation(notation::Trust::Signer(_)) => "aws_signer",
            },
        }
    }
}

impl Attestors {
    /// Every problem, in the file's order.
    #[must_use]
    pub fn problems(&self) -> Vec<Diagnostic> {
        let mut problems = self.invalid.values().flatten().cloned().collect::<Vec<_>>();
        problems.sort();
        problems
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    attestors: Vec<Spanned<BTreeMap<String, Spanned<Value>>>>,
    #[serde(default)]
    registries: Vec<Spanned<RegistryEntry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RegistryEntry {
    registry: String,
    role: String,
}

/// Reads an attestors file; `read` gives the bytes of a file that it names, or one clause about what keeps it from being read.
#[must_use]
pub fn parse(file: &str, text: &str, read: &dyn Fn(&str) -> Result<Vec<u8>, String>) -> Attestors {
    let mut all = Attestors::default();
    let parsed = match serde_saphyr::from_str::<File>(text) {
        Ok(parsed) => parsed,
        Err(error) => {
            let location = error.location();
            let message =
                error.without_snippet().to_string().split_whitespace().collect::<Vec<_>>().join(" ");
            let problem = Diagnostic::of_file(file, Code::Syntax, message).with_help(
                "the file is a YAML object with a list `attestors` and perhaps one of `registries`",
            );
            let problem = match location {
                Some(location) => located(problem, location),
                None => problem,
            };
            all.invalid.insert(WHOLE_FILE.to_owned(), vec![problem]);
            return all;
        }
    };
    let mut names = BTreeSet::new();
    for (number, entry) in parsed.attestors.into_iter().enumerate() {
        let mut reader =
            Entry { file, place: entry.referenced, values: entry.value, problems: Vec::new(), read };
        let name = reader.name();
        let called = name.clone().unwrap_or_else(|| format!("attestor {}", number + 1));
        if number >= MOST {
            reader.problem(
                None,
                format!("the file has more than {MOST} attestors"),
                "take out those that no rule names",
            );
        }
        if !names.insert(called.clone()) {
            reader.problem(
                Some("name"),
                format!("two attestors are called `{called}`"),
                "give each a name of its own",
            );
        }
        let configured = reader.attestor(&called);
        match configured {
            Some(configured) if reader.problems.is_empty() => all.attestors.push(configured),
            _ => all.invalid.entry(called).or_default().append(&mut reader.problems),
        }
    }
    // Which of two attestors of one name is meant nobody can tell.
    all.attestors.retain(|attestor| !all.invalid.contains_key(attestor.name()));
    for entry in parsed.registries {
        let RegistryEntry { registry, role } = entry.value;
        let wrong = if Place::of_host(&registry).is_none() {
            format!("`{registry}` is no private registry of ECR, and others are read without a role")
        } else if !(role.starts_with("arn:") && role.contains(":role/")) {
            format!("the role of the registry `{registry}` is no ARN of a role")
        } else if all.roles.insert(registry.to_ascii_lowercase(), role).is_some() {
            format!("the registry `{registry}` stands there twice")
        } else {
            continue;
        };
        let problem = Diagnostic::of_file(file, Code::InvalidValue, wrong)
            .with_help("write `registry: 111122223333.dkr.ecr.eu-central-1.amazonaws.com` and `role: arn:aws:iam::…:role/…`");
        all.invalid.entry(WHOLE_FILE.to_owned()).or_default().push(located(problem, entry.referenced));
    }
    all
}

/// What problems of the file itself are called, where attestors have names.
pub(crate) const WHOLE_FILE: &str = "attestors";

fn located(diagnostic: Diagnostic, location: Location) -> Diagnostic {
    let line = usize::try_from(location.line()).unwrap_or_default();
    let column = usize::try_from(location.column()).unwrap_or_default();
    if line == 0 { diagnostic } else { diagnostic.at(line, column) }
}

#[cfg(test)]
mod tests;
