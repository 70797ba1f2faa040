//! What holds of signatures of sigstore's, whatever bytes a registry serves or an operator configures.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use tidewaiter::attest::sigstore::{
    KeyTrust, KeylessTrust, Kind, Matcher, PublicKey, Trust, TrustedRoot, attestation, concerns, signature,
};
use tidewaiter::attest::{Content, Layer, Outcome, Refusal};
use tidewaiter::domain::Digest;

/// What the seeds of the corpus were made with and are trusted by.
const TRUST: &str = include_str!("sigstore.json");

/// The moment that everything is judged at, after the seeds were made.
const NOW: &str = "2040-01-01T00:00:00Z";

/// See [`TRUST`].
#[derive(Deserialize)]
struct Made {
    image: Digest,
    key: String,
    root: serde_json::Value,
    issuer: String,
    subject: String,
}

struct Trusts {
    image: Digest,
    /// Whom the seeds were made by: a key, a key and its log, an identity.
    ours: Vec<Trust>,
    /// Somebody else.
    theirs: Vec<Trust>,
}

fn keyless(root: TrustedRoot, issuer: &str, subject: &str) -> Trust {
    let exact = |text| Matcher::exact(text).expect("it is not empty");
    let trust = KeylessTrust::new(root, exact(issuer), exact(subject), BTreeMap::new());
    Trust::Keyless(trust.expect("the root has all parts"))
}

static TRUSTS: LazyLock<Trusts> = LazyLock::new(|| {
    let made = serde_json::from_str::<Made>(TRUST).expect("it is what the tests wrote");
    let root = TrustedRoot::from_json(&made.root.to_string()).expect("it is a root");
    let public = TrustedRoot::public_good().expect("it is a root");
    let key = PublicKey::from_pem(&made.key).expect("it is a key");
    let with_key = |log| Trust::Key(KeyTrust::new(key.clone(), log).expect("the root has logs"));
    Trusts {
        image: made.image,
        ours: vec![
            with_key(None),
            with_key(Some(root.clone())),
            keyless(root.clone(), &made.issuer, &made.subject),
        ],
        theirs: vec![
            with_key(Some(public.clone())),
            keyless(public, &made.issuer, &made.subject),
            keyless(root, &made.issuer, "somebody else"),
        ],
    }
});

/// A first line says what the rest is: a `bundle`, a `layer` with its annotations in JSON, a `key`, a `root` or a `pattern`. It is
/// read or refused with a reason, and nobody is taken for the signer of what somebody else signed or of another image.
pub fn sigstore(bytes: &[u8]) {
    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else { return };
    let (kind, rest) = (&bytes[..end], &bytes[end + 1..]);
    let text = std::str::from_utf8(rest);
    match (kind, text) {
        (b"bundle", _) => judged(&Content::Bundle(rest.to_vec())),
        (b"layer", Ok(text)) => {
            #[derive(Deserialize)]
            struct Written {
                payload: String,
                annotations: BTreeMap<String, String>,
            }
            let Ok(Written { payload, annotations }) = serde_json::from_str(text) else { return };
            let layer = Layer { payload: payload.into_bytes(), annotations };
            judged(&Content::SimpleSigning(layer.clone()));
            judged(&Content::Attestation(layer));
        }
        (b"key", Ok(text)) => {
            let Err(reason) = PublicKey::from_pem(text) else { return };
            is_clause(&reason);
        }
        (b"root", Ok(text)) => {
            let Err(reason) = TrustedRoot::from_json(text) else { return };
            is_clause(&reason);
        }
        (b"pattern", Ok(text)) => match Matcher::regex(text) {
            Ok(matcher) => drop(matcher.matches("https://github.com/acme/shop")),
            Err(reason) => is_clause(&reason),
        },
        _ => {}
    }
}

/// Judges an artifact with everybody's eyes.
fn judged(content: &Content) {
    let (now, other) = (NOW.parse().expect("it is a time"), Digest::of(b"another image"));
    let kind = concerns(content).expect("all of it is sigstore's");
    let outcomes = |image: &Digest, trust: &Trust| {
        let is_signature = signature(content, image, trust, now);
        let (predicate_type, is_attestation) = attestation(content, image, trust, now);
        assert!(!(is_told(&is_signature) && is_told(&is_attestation)), "it is both: {content:?}");
        match &kind {
            Kind::Signature => assert!(!is_told(&is_attestation), "{content:?}"),
            Kind::Attestation { predicate_type: found } => {
                assert!(!is_told(&is_signature), "{content:?}");
                assert_eq!(*found, predicate_type);
            }
        }
        is_told(&is_signature) || is_told(&is_attestation)
    };
    let Trusts { image, ours, theirs } = &*TRUSTS;
    for trust in ours {
        outcomes(image, trust);
        assert!(!outcomes(&other, trust), "it is about every image: {content:?}");
    }
    for trust in theirs {
        assert!(!outcomes(image, trust), "it is everybody's: {content:?}");
    }
}

/// Whether it is verified; a refusal says why, on one line.
fn is_told(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Verified(_) => true,
        Outcome::Refused(Refusal { code, reason }) => {
            assert!(!code.is_empty() && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
            is_clause(reason);
            false
        }
        other => panic!("{other:?}"),
    }
}

fn is_clause(reason: &str) {
    assert!(!reason.is_empty() && reason.len() < 2_000, "{reason:?}");
    assert!(!reason.ends_with('.') && !reason.chars().any(char::is_control), "{reason:?}");
}
