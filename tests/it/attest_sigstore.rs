//! Signatures and attestations of sigstore's, made by real signers in a real registry, and what an attacker makes of them.

mod bundles;
mod corpus;
mod keyless;
mod keys;
mod statements;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};
use tidewaiter::attest::sigstore::{
    KeyTrust, KeylessTrust, Matcher, PublicKey, Trust, TrustedRoot, attestation, signature,
};
use tidewaiter::attest::{Content, Evidence, Layer, Outcome};
use tidewaiter::domain::Digest;

use crate::support::signers::Signers;

/// Who vouches for whom in these tests.
const ISSUER: &str = "https://token.actions.githubusercontent.com";
const SUBJECT: &str = "https://github.com/acme/shop/.github/workflows/release.yml@refs/tags/v1.0.0";

/// Annotations of cosign 2.
const SIGNATURE: &str = "dev.cosignproject.cosign/signature";
const CERTIFICATE: &str = "dev.sigstore.cosign/certificate";
const CHAIN: &str = "dev.sigstore.cosign/chain";
const LOG_ENTRY: &str = "dev.sigstore.cosign/bundle";

/// What the identity token of the release workflow says.
fn release() -> Value {
    json!({
        "iss": ISSUER,
        "sub": SUBJECT,
        "aud": "sigstore",
        "exp": 4_102_444_800_i64,
        "event_name": "push",
        "repository": "acme/shop",
        "ref": "refs/tags/v1.0.0",
        "sha": "0123456789abcdef0123456789abcdef01234567",
        "workflow": "release",
    })
}

/// The release workflow's token with one claim changed.
fn release_but(claim: &str, value: Value) -> Value {
    let mut claims = release();
    claims[claim] = value;
    claims
}

fn key(pem: &str) -> Trust {
    Trust::Key(KeyTrust::new(PublicKey::from_pem(pem).unwrap(), None).unwrap())
}

fn logged_key(pem: &str, root: TrustedRoot) -> Trust {
    Trust::Key(KeyTrust::new(PublicKey::from_pem(pem).unwrap(), Some(root)).unwrap())
}

/// Trust in the release workflow.
fn keyless(root: TrustedRoot) -> Trust {
    let (issuer, subject) = (Matcher::exact(ISSUER).unwrap(), Matcher::exact(SUBJECT).unwrap());
    Trust::Keyless(KeylessTrust::new(root, issuer, subject, BTreeMap::new()).unwrap())
}

/// `verified`, or the code of the refusal.
fn code(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Verified(_) => "verified".to_owned(),
        Outcome::Refused(refusal) => refusal.code.clone(),
        other => format!("{other:?}"),
    }
}

/// What comes of a signature, now.
fn judged(content: &Content, image: &Digest, trust: &Trust) -> String {
    code(&signature(content, image, trust, now()))
}

/// What comes of an attestation, now.
fn attested(content: &Content, image: &Digest, trust: &Trust) -> (Option<String>, String) {
    let (predicate_type, outcome) = attestation(content, image, trust, now());
    (predicate_type, code(&outcome))
}

#[track_caller]
fn evidence(content: &Content, image: &Digest, trust: &Trust) -> Evidence {
    match signature(content, image, trust, now()) {
        Outcome::Verified(evidence) => *evidence,
        other => panic!("{other:?}"),
    }
}

#[expect(clippy::disallowed_methods, reason = "what is signed now is verified now")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// Names of cases whose answer is another than expected, with it.
fn surprises(cases: Vec<(&str, String, &str)>) -> Vec<String> {
    let other = cases.into_iter().filter(|(_, found, expected)| found != expected);
    other.map(|(name, found, expected)| format!("{name}: {found} instead of {expected}")).collect()
}

/// An image in a repository of its own.
fn image(repository: &str, text: &str) -> Digest {
    Signers::get().registry.push_image(repository, text, text)
}

/// The only signature below cosign 2's tag.
#[track_caller]
fn only_layer(kind: &str, repository: &str, image: &Digest) -> Layer {
    let layers = Signers::get().layers(kind, repository, image);
    let [layer] = layers.as_slice() else { panic!("{} layers", layers.len()) };
    layer.clone()
}

/// A layer with an annotation changed, or taken away.
fn annotated(layer: &Layer, name: &str, value: Option<&str>) -> Content {
    let mut layer = layer.clone();
    match value {
        Some(value) => layer.annotations.insert(name.to_owned(), value.to_owned()),
        None => layer.annotations.remove(name),
    };
    Content::SimpleSigning(layer)
}

/// A layer with its log entry changed.
fn with_entry(layer: &Layer, change: impl FnOnce(&mut Value)) -> Content {
    let mut entry = serde_json::from_str::<Value>(&layer.annotations[LOG_ENTRY]).unwrap();
    change(&mut entry);
    annotated(layer, LOG_ENTRY, Some(&entry.to_string()))
}

/// A bundle with something changed.
fn changed(bundle: &Value, change: impl FnOnce(&mut Value)) -> Content {
    let mut bundle = bundle.clone();
    change(&mut bundle);
    Content::Bundle(bundle.to_string().into_bytes())
}
