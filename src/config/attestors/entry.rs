//! One attestor of the file: its kind, what it is told to trust, and what is wrong with that.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_saphyr::{Location, Spanned};

use super::wire::{Asked, AwsSigner, CosignKey, Keyless, Log, Notation, Parts, Root};
use super::{Configured, KmsAttestor, WHOLE_FILE, located};
use crate::attest::{Attestor, Trust, notation, sigstore};
use crate::diagnostic::{Code, Diagnostic};

/// The longest name of an attestor.
const LONGEST_NAME: usize = 64;

/// The keys of an attestor: what it is called, of which kind it is, and what is looked for.
const COMMON: [&str; 3] = ["name", "attestations", "via_index"];
const KINDS: [&str; 4] = ["cosign_key", "keyless", "notation", "aws_signer"];

/// One attestor while it is read; problems pile up in it.
pub(super) struct Entry<'a> {
    pub(super) file: &'a str,
    pub(super) place: Location,
    pub(super) values: BTreeMap<String, Spanned<Value>>,
    pub(super) problems: Vec<Diagnostic>,
    pub(super) read: &'a dyn Fn(&str) -> Result<Vec<u8>, String>,
}

impl Entry<'_> {
    pub(super) fn problem(&mut self, key: Option<&str>, message: impl Into<String>, help: impl Into<String>) {
        let place = key.and_then(|key| self.values.get(key)).map_or(self.place, |value| value.referenced);
        let problem = Diagnostic::of_file(self.file, Code::InvalidValue, message).with_help(help);
        self.problems.push(located(problem, place));
    }

    pub(super) fn name(&mut self) -> Option<String> {
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

    pub(super) fn attestor(&mut self, name: &str) -> Option<Configured> {
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
