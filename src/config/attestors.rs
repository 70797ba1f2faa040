//! The attestors file: whose signatures count, and with which roles registries are read.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_saphyr::{Location, Spanned};

use crate::attest::{Attestor, Trust, notation, sigstore};
use crate::diagnostic::{Code, Diagnostic};

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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CosignKey {
    key: Option<String>,
    pem: Option<String>,
    kms: Option<String>,
    #[serde(default)]
    transparency_log: Log,
    trusted_root: Option<Root>,
}

/// A trusted root in one file, or in the parts that private instances hand out.
#[derive(Deserialize)]
#[serde(untagged)]
enum Root {
    Whole(String),
    Parts(Parts),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    fulcio: Option<String>,
    rekor: Option<String>,
    ct: Option<String>,
}

#[derive(Default, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Log {
    #[default]
    Required,
    NotRequired,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keyless {
    issuer: Option<String>,
    issuer_regex: Option<String>,
    subject: Option<String>,
    subject_regex: Option<String>,
    #[serde(default)]
    claims: BTreeMap<String, String>,
    trusted_root: Option<Root>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Notation {
    #[serde(default)]
    ca: Vec<String>,
    #[serde(default)]
    signing_authority: Vec<String>,
    trusted_identities: Vec<String>,
    level: Option<String>,
    #[serde(default)]
    overrides: BTreeMap<String, String>,
    #[serde(default)]
    crls: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AwsSigner {
    profiles: Vec<String>,
    roots: Option<Vec<String>>,
    #[serde(default)]
    revocation: Asked,
}

#[derive(Default, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Asked {
    #[default]
    Ask,
    DoNotAsk,
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
        let is_role = role.starts_with("arn:") && role.contains(":role/");
        if !is_role || all.roles.insert(registry.to_ascii_lowercase(), role).is_some() {
            let message = match is_role {
                true => format!("the registry `{registry}` stands there twice"),
                false => format!("the role of the registry `{registry}` is no ARN of a role"),
            };
            let problem = Diagnostic::of_file(file, Code::InvalidValue, message)
                .with_help("write `registry: 111122223333.dkr.ecr.eu-central-1.amazonaws.com` and `role: arn:aws:iam::…:role/…`");
            all.invalid.entry(WHOLE_FILE.to_owned()).or_default().push(located(problem, entry.referenced));
        }
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
mod tests {
    use super::*;
    use crate::attest::sigstore::PUBLIC_GOOD_DATE;

    /// A public key of P-256 that nobody has the other half of.
    const KEY: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEBtKnZTOFSXVZg43wIX2gPKyrsgMo
rwgpWGvdemeqUftvdxsFsc95fgK5fLUdJKNSYbxqhbjinwuz5YQIJ4IqbA==
-----END PUBLIC KEY-----
";

    fn read(path: &str) -> Result<Vec<u8>, String> {
        match path {
            "key.pub" => Ok(KEY.into()),
            "not.pub" => {
                Ok("-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----\n".into())
            }
            "binary" => Ok(vec![0xff, 0xfe]),
            _ => Err("there is no such file".to_owned()),
        }
    }

    fn problems(text: &str) -> Vec<String> {
        let attestors = parse("attestors.yaml", text, &read);
        attestors.problems().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_kind_can_be_configured() {
        let text = r"
attestors:
  - name: release
    cosign_key: {key: key.pub, transparency_log: not_required}
    attestations: [https://spdx.dev/Document]
    via_index: false
  - name: logged
    cosign_key: {key: key.pub}
  - name: kms
    cosign_key: {kms: 'arn:aws:kms:eu-central-1:111122223333:key/1', transparency_log: not_required}
  - name: github
    keyless: {issuer: https://token.actions.githubusercontent.com, subject_regex: 'https://github\.com/acme/.*'}
  - name: pipeline
    aws_signer: {profiles: ['arn:aws:signer:eu-central-1:111122223333:/signing-profiles/release']}
registries:
  - {registry: 444455556666.DKR.ecr.eu-central-1.amazonaws.com, role: 'arn:aws:iam::444455556666:role/read'}
";
        let attestors = parse("attestors.yaml", text, &read);
        assert_eq!(attestors.problems(), []);
        let kinds = attestors.attestors.iter().map(|it| (it.name(), it.kind())).collect::<Vec<_>>();
        assert_eq!(
            kinds,
            [
                ("release", "cosign_key"),
                ("logged", "cosign_key"),
                ("kms", "cosign_key"),
                ("github", "keyless"),
                ("pipeline", "aws_signer")
            ]
        );
        let Configured::Ready(release) = &attestors.attestors[0] else { panic!("its key is known") };
        assert!(!release.via_index && release.attestations.contains("https://spdx.dev/Document"));
        let Configured::Kms(kms) = &attestors.attestors[2] else { panic!("its key is KMS's to tell") };
        assert!(kms.log.is_none());
        let registry = "444455556666.dkr.ecr.eu-central-1.amazonaws.com";
        assert_eq!(attestors.roles[registry], "arn:aws:iam::444455556666:role/read");
    }

    #[test]
    fn every_problem_is_told_at_once_and_the_other_attestors_stay() {
        let text = r"
attestors:
  - name: good
    cosign_key: {key: key.pub, transparency_log: not_required}
  - cosign_key: {key: key.pub, transparency_log: not_required}
  - name: two words
    cosign_key: {key: key.pub, transparency_log: not_required}
  - name: private
    cosign_key: {key: not.pub, transparency_log: not_required}
  - name: gone
    cosign_key: {key: gone.pub, transparency_log: not_required}
  - name: binary
    cosign_key: {key: binary, transparency_log: not_required}
  - name: ways
    cosign_key: {key: key.pub, kms: 'arn:aws:kms:eu-central-1:111122223333:key/1'}
  - name: root
    cosign_key: {key: key.pub, transparency_log: not_required, trusted_root: key.pub}
  - name: kms
    cosign_key: {kms: key/1, transparency_log: not_required}
  - name: none
    colour: red
  - name: both
    cosign_key: {key: key.pub, transparency_log: not_required}
    keyless: {issuer: a, subject: b}
  - name: regex
    keyless: {issuer: a, subject_regex: '('}
  - name: claims
    keyless: {issuer: a, subject: b, claims: {shoe_size: '44'}}
  - name: misspelt
    keyless: {issuer: a, subjekt: b}
  - name: company
    notation: {trusted_identities: ['x509.subject: C=DE, ST=Berlin, O=Acme']}
    attestations: [https://spdx.dev/Document]
  - name: level
    notation: {ca: [key.pub], trusted_identities: ['*'], level: lax}
  - name: profile
    aws_signer: {profiles: ['*']}
  - name: index
    cosign_key: {key: key.pub, transparency_log: not_required}
    via_index: often
  - name: good
    cosign_key: {key: key.pub, transparency_log: not_required}
registries:
  - {registry: a.b, role: read}
";
        let attestors = parse("attestors.yaml", text, &read);
        assert_eq!(attestors.attestors.len(), 0, "of two that are called `good` nobody knows which is meant");
        insta::assert_snapshot!(problems(text).join("\n"), @r"
        attestors.yaml:5:5: the attestor has no usable `name` [invalid-value]
        attestors.yaml:6:11: the attestor has no usable `name` [invalid-value]
        attestors.yaml:9:17: `not.pub` cannot be used: holds a private key; only its public half belongs here [invalid-value]
        attestors.yaml:11:17: `gone.pub` cannot be read: there is no such file [invalid-value]
        attestors.yaml:13:17: `binary` is not a text [invalid-value]
        attestors.yaml:15:17: the key is given in no way, or in several [invalid-value]
        attestors.yaml:17:17: a trusted root is given for a log that is not required [invalid-value]
        attestors.yaml:19:17: `key/1` is no ARN of a key in AWS KMS [invalid-value]
        attestors.yaml:20:5: the attestor `none` has no kind [invalid-value]
        attestors.yaml:21:13: `colour` is not a key of an attestor [unknown-key]
        attestors.yaml:22:5: the attestor `both` has 2 kinds [invalid-value]
        attestors.yaml:26:14: `subject_regex` cannot be used: is no valid regular expression [invalid-value]
        attestors.yaml:28:14: `keyless` cannot be used: asks for the claim `shoe_size`, and only build_config_digest, build_config_uri, build_signer_digest, build_signer_uri, build_trigger, deployment_environment, github_workflow_name, github_workflow_ref, github_workflow_repository, github_workflow_sha, github_workflow_trigger, run_invocation_uri, runner_environment, source_repository_digest, source_repository_identifier, source_repository_owner_identifier, source_repository_owner_uri, source_repository_ref, source_repository_uri, source_repository_visibility_at_signing, token_subject are known [invalid-value]
        attestors.yaml:30:14: `keyless` is not understood: unknown field `subjekt`, expected one of `issuer`, `issuer_regex`, `subject`, `subject_regex`, `claims`, `trusted_root` [invalid-value]
        attestors.yaml:32:15: `notation` cannot be used: no certificate is trusted, neither of an authority nor of a signing authority [invalid-value]
        attestors.yaml:33:19: the Notary Project signs images and no statements about them [invalid-value]
        attestors.yaml:35:15: `key.pub` cannot be used: a block of PEM is `PUBLIC KEY`, expected `CERTIFICATE` [invalid-value]
        attestors.yaml:35:15: `level` cannot be used: `lax` is no level, expected one of `strict`, `permissive`, `audit` [invalid-value]
        attestors.yaml:37:17: `*` cannot be used: `*` is not the ARN of a signing profile, expected `arn:aws:signer:REGION:ACCOUNT:/signing-profiles/NAME` with or without `/VERSION` [invalid-value]
        attestors.yaml:40:16: `via_index` is neither true nor false [invalid-value]
        attestors.yaml:41:11: two attestors are called `good` [invalid-value]
        attestors.yaml:44:5: the role of the registry `a.b` is no ARN of a role [invalid-value]
        ");
        assert!(!problems(text).join("\n").contains("MIGHAgEA"), "a private key is not quoted");
    }

    #[test]
    fn a_file_that_does_not_parse_is_a_problem_of_the_file() {
        for text in ["", "attestors: 1", "attestors: [", "attestor: []", "- a"] {
            let attestors = parse("attestors.yaml", text, &read);
            assert_eq!(attestors.invalid.keys().collect::<Vec<_>>(), [WHOLE_FILE], "{text}");
        }
        let many = (0..=MOST).map(|number| {
            format!("  - {{name: a{number}, cosign_key: {{key: key.pub, transparency_log: not_required}}}}\n")
        });
        let attestors = parse("attestors.yaml", &format!("attestors:\n{}", many.collect::<String>()), &read);
        assert_eq!((attestors.attestors.len(), attestors.invalid.len()), (MOST, 1));
    }

    #[test]
    fn the_documentation_names_the_day_of_the_public_root() {
        let page = include_str!("../../docs/attestors.md");
        assert!(page.contains(&format!("of {PUBLIC_GOOD_DATE}")), "{PUBLIC_GOOD_DATE}");
    }
}
