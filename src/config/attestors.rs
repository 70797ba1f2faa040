//! The attestors file: whose signatures count, and with which roles registries are read.

mod wire;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_saphyr::{Location, Spanned};

use crate::attest::{Attestor, Trust, notation, sigstore};
use crate::diagnostic::{Code, Diagnostic};
use crate::registry::Place;

use self::wire::{Asked, AwsSigner, CosignKey, Keyless, Log, Notation, Parts, Root};

/// The most attestors of a file.
const MOST: usize = 100;

/// The longest name of an attestor.
const LONGEST_NAME: usize = 64;

/// The keys of an attestor: what it is called, of which kind it is, and what is looked for.
const COMMON: [&str; 3] = ["name", "attestations", "via_index"];
const KINDS: [&str; 4] = ["cosign_key", "keyless", "notation", "aws_signer"];

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

/// One attestor while it is read; problems pile up in it.
struct Entry<'a> {
    file: &'a str,
    place: Location,
    values: BTreeMap<String, Spanned<Value>>,
    problems: Vec<Diagnostic>,
    read: &'a dyn Fn(&str) -> Result<Vec<u8>, String>,
}

impl Entry<'_> {
    fn problem(&mut self, key: Option<&str>, message: impl Into<String>, help: impl Into<String>) {
        let place = key.and_then(|key| self.values.get(key)).map_or(self.place, |value| value.referenced);
        let problem = Diagnostic::of_file(self.file, Code::InvalidValue, message).with_help(help);
        self.problems.push(located(problem, place));
    }

    fn name(&mut self) -> Option<String> {
        let is_name = |name: &str| {
            (1..=LONGEST_NAME).contains(&name.len())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
                && name != WHOLE_FILE
        };
        let name = self.values.get("name").and_then(|name| name.value.as_str()).filter(|name| is_name(name));
        let name = name.map(str::to_owned);
        if name.is_none() {
            let help = "an attestor has a `name` of letters, digits, `-`, `_` and `.` by which rules call it";
            self.problem(Some("name"), "the attestor has no usable `name`", help);
        }
        name
    }

    fn attestor(&mut self, name: &str) -> Option<Configured> {
        let known = |key: &str| COMMON.contains(&key) || KINDS.contains(&key);
        let unknown = self.values.iter().filter(|(key, _)| !known(key));
        let unknown = unknown.map(|(key, value)| (key.clone(), value.referenced)).collect::<Vec<_>>();
        for (key, place) in unknown {
            let problem = Diagnostic::of_file(
                self.file,
                Code::UnknownKey,
                format!("`{key}` is not a key of an attestor"),
            )
            .with_help(format!(
                "the keys are {}, and one of {}",
                COMMON.join(", "),
                KINDS.join(", ")
            ));
            self.problems.push(located(problem, place));
        }
        let kinds = KINDS.into_iter().filter(|kind| self.values.contains_key(*kind)).collect::<Vec<_>>();
        let attestations = self.attestations();
        let via_index = self.via_index();
        let [kind] = kinds.as_slice() else {
            let found =
                if kinds.is_empty() { "no kind".to_owned() } else { format!("{} kinds", kinds.len()) };
            let help = format!("give it one of {}", KINDS.join(", "));
            self.problem(None, format!("the attestor `{name}` has {found}"), help);
            return None;
        };
        let ready = |trust| {
            Configured::Ready(Attestor {
                name: name.to_owned(),
                via_index,
                attestations: attestations.clone(),
                trust,
            })
        };
        if !attestations.is_empty() && matches!(*kind, "notation" | "aws_signer") {
            let help = "statements are looked for with `cosign_key` and `keyless`";
            self.problem(
                Some("attestations"),
                "the Notary Project signs images and no statements about them",
                help,
            );
        }
        match *kind {
            "cosign_key" => {
                let wire = self.wire::<CosignKey>("cosign_key")?;
                let log = self.log(&wire);
                match (wire.key, wire.pem, wire.kms) {
                    (None, None, Some(arn)) => {
                        if !arn.starts_with("arn:") || !arn.contains(":kms:") {
                            let help = "write `arn:aws:kms:REGION:ACCOUNT:key/ID` or `…:alias/NAME`";
                            self.problem(
                                Some("cosign_key"),
                                format!("`{arn}` is no ARN of a key in AWS KMS"),
                                help,
                            );
                        }
                        let name = name.to_owned();
                        Some(Configured::Kms(KmsAttestor { arn, log: log?, name, via_index, attestations }))
                    }
                    (Some(path), None, None) => {
                        let pem = self.text("cosign_key", &path)?;
                        self.key(&path, &pem, log?).map(ready)
                    }
                    (None, Some(pem), None) => self.key("pem", &pem, log?).map(ready),
                    _ => {
                        let help =
                            "give it one of `key` (a file), `pem` (the text of one) and `kms` (an ARN)";
                        self.problem(Some("cosign_key"), "the key is given in no way, or in several", help);
                        None
                    }
                }
            }
            "keyless" => self.keyless().map(|trust| ready(Trust::Sigstore(sigstore::Trust::Keyless(trust)))),
            "notation" => {
                self.notation().map(|trust| ready(Trust::Notation(notation::Trust::Notation(trust))))
            }
            _ => self.signer().map(|trust| ready(Trust::Notation(notation::Trust::Signer(trust)))),
        }
    }

    /// The value of a kind, in its shape.
    fn wire<T: DeserializeOwned>(&mut self, kind: &str) -> Option<T> {
        let value = self.values.get(kind)?.value.clone();
        match serde_json::from_value(value) {
            Ok(wire) => Some(wire),
            Err(error) => {
                let help = "docs/attestors.md lists what each kind takes";
                self.problem(Some(kind), format!("`{kind}` is not understood: {error}"), help);
                None
            }
        }
    }

    fn attestations(&mut self) -> BTreeSet<String> {
        let Some(value) = self.values.get("attestations") else { return BTreeSet::new() };
        let kinds = serde_json::from_value::<BTreeSet<String>>(value.value.clone()).ok();
        kinds.filter(|kinds| kinds.iter().all(|kind| !kind.is_empty())).unwrap_or_else(|| {
            let help = "write `attestations: [https://spdx.dev/Document]`";
            self.problem(Some("attestations"), "`attestations` is no list of predicate types", help);
            BTreeSet::new()
        })
    }

    fn via_index(&mut self) -> bool {
        match self.values.get("via_index").map(|value| value.value.clone()) {
            None => true,
            Some(Value::Bool(via_index)) => via_index,
            Some(_) => {
                self.problem(
                    Some("via_index"),
                    "`via_index` is neither true nor false",
                    "it is true when it is left out",
                );
                true
            }
        }
    }

    fn bytes(&mut self, key: &str, path: &str) -> Option<Vec<u8>> {
        match (self.read)(path) {
            Ok(bytes) => Some(bytes),
            Err(reason) => {
                let help = "paths are relative to the attestors file";
                self.problem(Some(key), format!("`{path}` cannot be read: {reason}"), help);
                None
            }
        }
    }

    fn text(&mut self, key: &str, path: &str) -> Option<String> {
        let bytes = self.bytes(key, path)?;
        match String::from_utf8(bytes) {
            Ok(text) => Some(text),
            Err(_) => {
                self.problem(Some(key), format!("`{path}` is not a text"), "name a file in PEM or JSON");
                None
            }
        }
    }

    /// What a constructor of trust material says, with its place.
    fn made<T>(&mut self, key: &str, of: &str, made: Result<T, String>) -> Option<T> {
        match made {
            Ok(made) => Some(made),
            Err(reason) => {
                self.problem(
                    Some(key),
                    format!("`{of}` cannot be used: {reason}"),
                    "docs/attestors.md says what it must be",
                );
                None
            }
        }
    }

    fn key(&mut self, of: &str, pem: &str, log: Option<sigstore::TrustedRoot>) -> Option<Trust> {
        let key = self.made("cosign_key", of, sigstore::PublicKey::from_pem(pem))?;
        let trust = self.made("cosign_key", "trusted_root", sigstore::KeyTrust::new(key, log))?;
        Some(Trust::Sigstore(sigstore::Trust::Key(trust)))
    }

    /// The log that has to have an entry; `None` when there is a problem.
    #[expect(clippy::option_option, reason = "a problem is something else than no log")]
    fn log(&mut self, wire: &CosignKey) -> Option<Option<sigstore::TrustedRoot>> {
        match (&wire.transparency_log, &wire.trusted_root) {
            (Log::NotRequired, None) => Some(None),
            (Log::NotRequired, Some(_)) => {
                let help = "leave out one of `trusted_root` and `transparency_log: not_required`";
                self.problem(
                    Some("cosign_key"),
                    "a trusted root is given for a log that is not required",
                    help,
                );
                None
            }
            (Log::Required, root) => self.root("cosign_key", root.as_ref()).map(Some),
        }
    }

    fn root(&mut self, key: &str, root: Option<&Root>) -> Option<sigstore::TrustedRoot> {
        match root {
            None => self.made(key, "trusted_root", sigstore::TrustedRoot::public_good()),
            Some(Root::Whole(path)) => {
                let text = self.text(key, path)?;
                self.made(key, path, sigstore::TrustedRoot::from_json(&text))
            }
            Some(Root::Parts(Parts { fulcio, rekor, ct })) => {
                let parts = [fulcio, rekor, ct].map(|path| path.as_ref().map(|path| self.text(key, path)));
                // A part that cannot be read has been told already.
                if parts.contains(&Some(None)) {
                    return None;
                }
                let [fulcio, rekor, ct] = parts.map(Option::flatten);
                let root =
                    sigstore::TrustedRoot::from_parts(fulcio.as_deref(), rekor.as_deref(), ct.as_deref());
                self.made(key, "trusted_root", root)
            }
        }
    }

    fn matcher(
        &mut self,
        what: &str,
        exact: Option<String>,
        regex: Option<String>,
    ) -> Option<sigstore::Matcher> {
        match (exact, regex) {
            (Some(exact), None) => self.made("keyless", what, sigstore::Matcher::exact(&exact)),
            (None, Some(regex)) => {
                self.made("keyless", &format!("{what}_regex"), sigstore::Matcher::regex(&regex))
            }
            _ => {
                let help =
                    format!("give it one of `{what}` and `{what}_regex`, which has to match the whole text");
                self.problem(Some("keyless"), format!("the {what} is given in no way, or in both"), help);
                None
            }
        }
    }

    fn keyless(&mut self) -> Option<sigstore::KeylessTrust> {
        let wire = self.wire::<Keyless>("keyless")?;
        let issuer = self.matcher("issuer", wire.issuer, wire.issuer_regex);
        let subject = self.matcher("subject", wire.subject, wire.subject_regex);
        let root = self.root("keyless", wire.trusted_root.as_ref());
        self.made("keyless", "keyless", sigstore::KeylessTrust::new(root?, issuer?, subject?, wire.claims))
    }

    /// The certificates of some files.
    fn certificates(&mut self, kind: &str, paths: &[String]) -> Option<notation::TrustStore> {
        let mut stores = notation::TrustStore::default();
        for path in paths {
            let bytes = self.bytes(kind, path)?;
            let store = match std::str::from_utf8(&bytes) {
                Ok(pem) => notation::TrustStore::from_pem(pem),
                Err(_) => notation::TrustStore::from_der(&bytes),
            };
            stores = stores.with(self.made(kind, path, store)?);
        }
        Some(stores)
    }

    fn notation(&mut self) -> Option<notation::NotationTrust> {
        let wire = self.wire::<Notation>("notation")?;
        let ca = self.certificates("notation", &wire.ca);
        let signing_authority = self.certificates("notation", &wire.signing_authority);
        let mut identities = Vec::new();
        for identity in &wire.trusted_identities {
            identities.push(self.made("notation", identity, notation::TrustedIdentity::parse(identity))?);
        }
        let level = notation::Level::parse(wire.level.as_deref().unwrap_or("strict"));
        let level = self.made("notation", "level", level)?;
        let mut overrides = Vec::new();
        for (check, action) in &wire.overrides {
            let check = self.made("notation", "overrides", notation::Check::parse(check))?;
            overrides.push((check, self.made("notation", "overrides", notation::Action::parse(action))?));
        }
        let strictness = self.made("notation", "overrides", notation::Strictness::new(level, &overrides))?;
        let mut crls = Vec::new();
        for path in &wire.crls {
            let bytes = self.bytes("notation", path)?;
            let crl = match std::str::from_utf8(&bytes) {
                Ok(pem) => notation::Crl::from_pem(pem),
                Err(_) => notation::Crl::from_der(&bytes),
            };
            crls.push(self.made("notation", path, crl)?);
        }
        let trust = notation::NotationTrust::new(ca?, signing_authority?, identities, strictness, crls);
        self.made("notation", "notation", trust)
    }

    fn signer(&mut self) -> Option<notation::SignerTrust> {
        let wire = self.wire::<AwsSigner>("aws_signer")?;
        let mut profiles = Vec::new();
        for profile in &wire.profiles {
            profiles.push(self.made("aws_signer", profile, notation::ProfileArn::parse(profile))?);
        }
        let roots = match &wire.roots {
            Some(paths) => Some(self.certificates("aws_signer", paths)?),
            None => None,
        };
        let trust = notation::SignerTrust::new(profiles, roots, wire.revocation == Asked::Ask);
        self.made("aws_signer", "aws_signer", trust)
    }
}

#[cfg(test)]
mod tests;
