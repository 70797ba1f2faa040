//! The forms that signed things come in, brought into one: that of a bundle.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use sigstore_verify::types::{Bundle, DsseEnvelope, SignatureBytes, VerificationMaterialContent};

use super::read::{self, malformed};
use super::{pem, statement};
use crate::attest::{Layer, Refusal};
use crate::domain::Digest;

/// What cosign 2 annotates a layer with.
const SIGNATURE: &str = "dev.cosignproject.cosign/signature";
const CERTIFICATE: &str = "dev.sigstore.cosign/certificate";
const CHAIN: &str = "dev.sigstore.cosign/chain";
const LOG_ENTRY: &str = "dev.sigstore.cosign/bundle";
const TIMESTAMP: &str = "dev.sigstore.cosign/rfc3161timestamp";

/// The version whose rules are those of cosign 2: the log's promise is enough, and a chain may stand beside the certificate.
const OLDEST: &str = "application/vnd.dev.sigstore.bundle+json;version=0.1";

/// Where a bundle has a certificate.
const CERTIFIED: [&str; 2] = ["certificate", "x509CertificateChain"];

/// The most certificates, log entries or timestamps, each.
const MOST_PARTS: usize = 10;

/// The most hashes of an inclusion proof: a log of 2^64 entries has one of 64.
const MOST_HASHES: usize = 64;

/// Something signed that nobody has believed yet.
pub(super) struct Form<'a> {
    source: Source<'a>,
    signed: Signed<'a>,
}

/// Where certificate and log entry stand.
enum Source<'a> {
    /// In the annotations of a layer, beside what a bundle would hold.
    Layer(&'a Layer, &'static str, Value),
    /// In a bundle.
    Bundle(Map<String, Value>),
}

/// What a signature is over.
pub(super) enum Signed<'a> {
    /// A payload of simple signing.
    Payload(&'a [u8], SignatureBytes),
    /// A statement in an envelope.
    Envelope(DsseEnvelope),
    /// Some bytes of which only the digest is known.
    Message,
}

impl<'a> Form<'a> {
    /// A layer of cosign's simple signing.
    pub(super) fn simple_signing(layer: &'a Layer) -> Result<Self, Refusal> {
        read::within("the payload", layer.payload.len(), read::MOST_BYTES)?;
        let signature = annotation(layer, SIGNATURE)?
            .ok_or_else(|| malformed(format!("its layer is not annotated with `{SIGNATURE}`")))?;
        let signature = read::base64("the signature", signature)?;
        let content = json!({
            "messageDigest": { "algorithm": "SHA2_256", "digest": read::to_base64(&sha256(&layer.payload)) },
            "signature": read::to_base64(&signature),
        });
        let signed = Signed::Payload(&layer.payload, SignatureBytes::new(signature));
        Ok(Self { source: Source::Layer(layer, "messageSignature", content), signed })
    }

    /// A layer of cosign's attestations: an envelope.
    pub(super) fn attestation(layer: &'a Layer) -> Result<Self, Refusal> {
        let content = read::json("the envelope", &layer.payload)?;
        let signed = Signed::Envelope(envelope(&content)?);
        Ok(Self { source: Source::Layer(layer, "dsseEnvelope", content), signed })
    }

    /// A bundle.
    pub(super) fn bundle(bytes: &'a [u8]) -> Result<Self, Refusal> {
        let Value::Object(bundle) = read::json("the bundle", bytes)? else {
            return Err(malformed("the bundle is no JSON object"));
        };
        let signed = match (bundle.get("dsseEnvelope"), bundle.get("messageSignature")) {
            (Some(content), None) => Signed::Envelope(envelope(content)?),
            (None, Some(_)) => Signed::Message,
            _ => return Err(malformed("the bundle holds not exactly one of an envelope and a signature")),
        };
        Ok(Self { source: Source::Bundle(bundle), signed })
    }

    /// The kind of statement that it holds, when that can be read.
    pub(super) fn predicate_type(&self) -> Option<String> {
        match &self.signed {
            Signed::Envelope(envelope) => statement::predicate_type(envelope),
            Signed::Payload(..) | Signed::Message => None,
        }
    }

    /// Refuses everything but a signature of an image.
    pub(super) fn must_be_a_signature(&self) -> Result<(), Refusal> {
        let found = match &self.signed {
            Signed::Payload(..) => return Ok(()),
            Signed::Envelope(_) => match self.predicate_type() {
                Some(found) if found == statement::SIGNATURE => return Ok(()),
                Some(found) => format!("it is a statement of the kind {}", read::quoted(&found)),
                None => "its envelope holds no statement of a kind that can be read".to_owned(),
            },
            Signed::Message => "it is a signature over some bytes, and names no image".to_owned(),
        };
        Err(Refusal::new("not_a_signature", found))
    }

    /// Refuses everything but a statement about an image.
    pub(super) fn must_be_an_attestation(&self) -> Result<(), Refusal> {
        match (&self.signed, self.predicate_type()) {
            (Signed::Envelope(_), Some(found)) if found != statement::SIGNATURE => Ok(()),
            (Signed::Envelope(_), None) => Err(malformed("its statement does not say of which kind it is")),
            _ => Err(Refusal::new("not_an_attestation", "it is a signature, and states nothing else")),
        }
    }

    /// Refuses what is not about an image, and gives what the signature is over.
    pub(super) fn about(&self, image: &Digest) -> Result<&Signed<'a>, Refusal> {
        match &self.signed {
            Signed::Payload(bytes, _) => statement::payload_is_about(bytes, image)?,
            Signed::Envelope(envelope) => statement::envelope_is_about(envelope, image)?,
            Signed::Message => return Err(Refusal::new("not_a_signature", "it names no image")),
        }
        Ok(&self.signed)
    }

    /// Whether there is a log entry.
    pub(super) fn has_log_entry(&self) -> bool {
        match &self.source {
            Source::Layer(layer, ..) => has(layer, LOG_ENTRY),
            Source::Bundle(bundle) => has_items(bundle, "tlogEntries"),
        }
    }

    /// Whether there is a timestamp in a place that only cosign 2 knows of.
    pub(super) fn has_odd_timestamp(&self) -> bool {
        matches!(&self.source, Source::Layer(layer, ..) if has(layer, TIMESTAMP))
    }

    /// It as a bundle of whoever holds a certificate.
    pub(super) fn certified(&self) -> Result<Bundle, Refusal> {
        let bundle = match &self.source {
            Source::Layer(layer, name, content) => of_layer(layer, name, content, certificates(layer)?)?,
            Source::Bundle(bundle) => {
                let material = bundle.get("verificationMaterial").and_then(Value::as_object);
                let holds = |name: &str| material.is_some_and(|material| material.contains_key(name));
                match (CERTIFIED.iter().filter(|name| holds(name)).count(), holds("publicKey")) {
                    (1, false) => {}
                    (0, _) => {
                        let reason = "it was signed with a key, and has no certificate";
                        return Err(Refusal::new("no_certificate", reason));
                    }
                    _ => {
                        return Err(malformed(
                            "the bundle has several certificates, or a certificate and a key",
                        ));
                    }
                }
                bundle.clone()
            }
        };
        checked(bundle)
    }

    /// It as a bundle of whoever holds a key; what else may stand beside it says nothing about that key.
    pub(super) fn keyed(&self) -> Result<Bundle, Refusal> {
        let key = json!({ "publicKey": { "hint": "" } });
        let bundle = match &self.source {
            Source::Layer(layer, name, content) => of_layer(layer, name, content, key)?,
            Source::Bundle(bundle) => {
                let mut bundle = bundle.clone();
                let material = bundle.get_mut("verificationMaterial").and_then(Value::as_object_mut);
                let material =
                    material.ok_or_else(|| malformed("the bundle has no verification material"))?;
                CERTIFIED.iter().for_each(|name| drop(material.remove(*name)));
                material.insert("publicKey".into(), json!({ "hint": "" }));
                bundle
            }
        };
        checked(bundle)
    }
}

fn envelope(content: &Value) -> Result<DsseEnvelope, Refusal> {
    DsseEnvelope::deserialize(content)
        .map_err(|error| malformed(format!("the envelope cannot be read: {error}")))
}

fn has(layer: &Layer, name: &str) -> bool {
    layer.annotations.get(name).is_some_and(|text| !text.is_empty())
}

fn has_items(bundle: &Map<String, Value>, name: &str) -> bool {
    let items = bundle.get("verificationMaterial").and_then(|material| material.get(name));
    items.and_then(Value::as_array).is_some_and(|items| !items.is_empty())
}

fn annotation<'a>(layer: &'a Layer, name: &str) -> Result<Option<&'a str>, Refusal> {
    let Some(text) = layer.annotations.get(name).filter(|text| !text.is_empty()) else { return Ok(None) };
    read::within(&format!("the annotation `{name}`"), text.len(), read::MOST_ANNOTATION)?;
    Ok(Some(text))
}

/// What cosign 2 puts beside a layer, as a bundle has it.
fn of_layer(
    layer: &Layer,
    name: &str,
    content: &Value,
    mut material: Value,
) -> Result<Map<String, Value>, Refusal> {
    if let (Some(text), Some(fields)) = (annotation(layer, LOG_ENTRY)?, material.as_object_mut()) {
        fields.insert("tlogEntries".into(), json!([log_entry(text)?]));
    }
    let mut bundle = Map::new();
    bundle.insert("mediaType".into(), OLDEST.into());
    bundle.insert("verificationMaterial".into(), material);
    bundle.insert(name.to_owned(), content.clone());
    Ok(bundle)
}

/// The certificate of a layer, with those that it is said to come from.
fn certificates(layer: &Layer) -> Result<Value, Refusal> {
    let read = |name: &str, text: &str| {
        pem::certificates(text, MOST_PARTS)
            .map_err(|reason| malformed(format!("its annotation `{name}` {reason}")))
    };
    let leaf = annotation(layer, CERTIFICATE)?.ok_or_else(|| {
        Refusal::new("no_certificate", format!("its layer is not annotated with `{CERTIFICATE}`"))
    })?;
    let mut chain = read(CERTIFICATE, leaf)?;
    if chain.len() != 1 {
        return Err(malformed(format!("its annotation `{CERTIFICATE}` holds several certificates")));
    }
    if let Some(text) = annotation(layer, CHAIN)? {
        chain.extend(read(CHAIN, text)?);
    }
    let chain = chain.iter().map(|der| json!({ "rawBytes": read::to_base64(der) })).collect::<Vec<_>>();
    Ok(json!({ "x509CertificateChain": { "certificates": chain } }))
}

/// The log entry in an annotation, as a bundle has it.
fn log_entry(text: &str) -> Result<Value, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Noted {
        signed_entry_timestamp: String,
        payload: Payload,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Payload {
        body: String,
        integrated_time: i64,
        log_index: i64,
        #[serde(rename = "logID")]
        log_id: String,
    }
    let unreadable = |error| malformed(format!("its annotation `{LOG_ENTRY}` cannot be read: {error}"));
    let noted = serde_json::from_str::<Noted>(text).map_err(unreadable)?;
    let body = read::json("the log entry", &read::base64("the log entry", &noted.payload.body)?)?;
    let log = bytes_of_hex(&noted.payload.log_id)
        .ok_or_else(|| malformed("the id of the log is not hexadecimal"))?;
    Ok(json!({
        "logIndex": noted.payload.log_index.to_string(),
        "logId": { "keyId": read::to_base64(&log) },
        "kindVersion": { "kind": body.get("kind"), "version": body.get("apiVersion") },
        "integratedTime": noted.payload.integrated_time.to_string(),
        "inclusionPromise": { "signedEntryTimestamp": noted.signed_entry_timestamp },
        "canonicalizedBody": noted.payload.body,
    }))
}

/// A bundle that is within bounds, with log entries that are what they say they are.
fn checked(bundle: Map<String, Value>) -> Result<Bundle, Refusal> {
    let bundle = serde_json::from_value::<Bundle>(Value::Object(bundle))
        .map_err(|error| malformed(format!("the bundle cannot be read: {error}")))?;
    let material = &bundle.verification_material;
    let n_certificates = match &material.content {
        VerificationMaterialContent::X509CertificateChain { certificates } => certificates.len(),
        _ => 1,
    };
    let n_timestamps = material.timestamp_verification_data.rfc3161_timestamps.len();
    let counts = [
        (n_certificates, "certificates"),
        (material.tlog_entries.len(), "log entries"),
        (n_timestamps, "timestamps"),
    ];
    for (found, what) in counts {
        if found > MOST_PARTS {
            return Err(Refusal::new(
                "too_large",
                format!("it has {found} {what}, and at most {MOST_PARTS} are read"),
            ));
        }
    }
    for entry in &material.tlog_entries {
        if entry.inclusion_proof.as_ref().is_some_and(|proof| proof.hashes.len() > MOST_HASHES) {
            return Err(Refusal::new(
                "too_large",
                format!("a log's proof has more than {MOST_HASHES} hashes"),
            ));
        }
        // The log signed the body and not what stands beside it, so that the body has to say what it is.
        let body = read::json("the log entry", entry.canonicalized_body.as_bytes())?;
        let is = |name: &str, said: &str| body.get(name).and_then(Value::as_str) == Some(said);
        if !is("kind", entry.kind_version.kind()) || !is("apiVersion", entry.kind_version.version()) {
            return Err(Refusal::new("log_entry_foreign", "the log entry is of another kind than is said"));
        }
    }
    Ok(bundle)
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref().to_vec()
}

/// The bytes of hexadecimal digits in lower case, which is how a log's signature has them.
fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [high, low] => Some(digit(high)? << 4 | digit(low)?),
            _ => None,
        })
        .collect()
}
