//! What is signed: cosign's payload about an image, and in-toto statements.

use serde::Deserialize;
use serde::de::IgnoredAny;
use sigstore_verify::types::{DsseEnvelope, Sha256Hash, Statement};

use super::read::{self, malformed, quoted};
use crate::attest::Refusal;
use crate::domain::Digest;

/// The kind of statement that is a signature; in other letters it is another kind.
pub(super) const SIGNATURE: &str = "https://sigstore.dev/cosign/sign/v1";

/// What a payload of cosign's says it is.
const PAYLOAD: &str = "cosign container image signature";

/// What an envelope with a statement in it says it holds.
const IN_TOTO: &str = "application/vnd.in-toto+json";

/// The versions of statements; cosign 2 writes the first one.
const STATEMENTS: [&str; 2] = ["https://in-toto.io/Statement/v0.1", "https://in-toto.io/Statement/v1"];

/// The most subjects of a statement.
const MOST_SUBJECTS: usize = 1_000;

/// Refuses a payload of simple signing that is not about an image.
pub(super) fn payload_is_about(payload: &[u8], image: &Digest) -> Result<(), Refusal> {
    let payload = read::json("the payload", payload)?;
    let text = |path: &str| payload.pointer(path).and_then(|found| found.as_str());
    let kind = text("/critical/type").ok_or_else(|| malformed("the payload does not say what it is"))?;
    if kind != PAYLOAD {
        let reason = format!("its payload says that it is {}, not `{PAYLOAD}`", quoted(kind));
        return Err(Refusal::new("not_a_signature", reason));
    }
    let found = text("/critical/image/docker-manifest-digest")
        .ok_or_else(|| malformed("the payload does not say which image it is about"))?;
    if found == image.as_str() {
        return Ok(());
    }
    Err(Refusal::new("other_image", format!("it is about {}, not {image}", quoted(found))))
}

/// The kind of statement in an envelope, when that can be read.
pub(super) fn predicate_type(envelope: &DsseEnvelope) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Head {
        predicate_type: String,
        #[serde(rename = "predicate")]
        _predicate: Option<IgnoredAny>,
    }
    if envelope.payload_type != IN_TOTO {
        return None;
    }
    serde_json::from_slice::<Head>(envelope.payload.as_bytes()).ok().map(|head| head.predicate_type)
}

/// Refuses an envelope whose statement is not about an image.
pub(super) fn envelope_is_about(envelope: &DsseEnvelope, image: &Digest) -> Result<(), Refusal> {
    if envelope.payload_type != IN_TOTO {
        let reason = format!("its envelope holds {}, not `{IN_TOTO}`", quoted(&envelope.payload_type));
        return Err(Refusal::new("unsupported", reason));
    }
    let statement = serde_json::from_slice::<Statement>(envelope.payload.as_bytes())
        .map_err(|error| malformed(format!("its statement cannot be read: {error}")))?;
    if !STATEMENTS.contains(&statement.type_.as_str()) {
        let reason = format!("its statement is of the kind {}", quoted(&statement.type_));
        return Err(Refusal::new("unsupported", reason));
    }
    if statement.subject.len() > MOST_SUBJECTS {
        let found = statement.subject.len();
        return Err(Refusal::new(
            "too_large",
            format!("it has {found} subjects, and at most {MOST_SUBJECTS} are read"),
        ));
    }
    if statement.matches_sha256(&hash(image)?) {
        return Ok(());
    }
    let found = statement.subject.iter().find_map(|subject| subject.digest.sha256.as_ref());
    let found = found.map_or_else(
        || "something without a SHA-256".to_owned(),
        |found| format!("sha256:{}", found.to_hex()),
    );
    Err(Refusal::new("other_image", format!("it is about {found}, not {image}")))
}

/// An image's digest as the verifier takes it.
pub(super) fn hash(image: &Digest) -> Result<Sha256Hash, Refusal> {
    Sha256Hash::from_hex(image.hex()).map_err(|_| malformed("the image's digest is none"))
}
