//! What an answer over HTTP, and the bytes in it, have to be whichever API they come by.

use super::{Descriptor, Fault, Limits};
use crate::domain::{Digest, GapKind};
use crate::http::{Answer, Client, Patience};

/// Media types of blobs that are signatures and nothing else.
const SIGNATURES: [&str; 3] =
    ["application/cose", "application/jose+json", "application/vnd.dev.cosign.simplesigning.v1+json"];

/// Asks over HTTP within the limits.
pub(super) fn client(limits: &Limits) -> Client {
    Client::new(Patience { answer: limits.answer, body: limits.body, backoff: limits.backoff })
}

/// Answers a question, or says that it took too long.
pub(super) async fn within<T>(
    operation: &str,
    limits: &Limits,
    question: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    match tokio::time::timeout(limits.question, question).await {
        Ok(answer) => answer,
        Err(_) => Err(Fault::late(operation, limits)),
    }
}

/// A header of an answer.
pub(super) fn header<'a>(
    operation: &str,
    answer: &'a Answer,
    name: &'static str,
) -> Result<Option<&'a str>, Fault> {
    answer.header(name).map_err(|error| Fault::of_http(operation, &error))
}

/// The body of an answer.
pub(super) async fn body(
    operation: &str,
    client: &Client,
    answer: Answer,
    limit: u64,
) -> Result<Vec<u8>, Fault> {
    match header(operation, &answer, "content-encoding")? {
        None | Some("" | "identity") => {}
        // Nobody asked for it, and what bytes it stands for is not for its digest to say.
        Some(_) => return Err(malformed(operation, "it is compressed, which was not asked for")),
    }
    client.body(answer, limit).await.map_err(|error| Fault::of_http(operation, &error))
}

/// The body of an answer that is a blob.
pub(super) async fn blob_body(
    operation: &str,
    client: &Client,
    answer: Answer,
    blob: &Descriptor,
) -> Result<Vec<u8>, Fault> {
    let bytes = body(operation, client, answer, blob.size).await.map_err(|fault| {
        let is_longer = fault.code == "TooLarge";
        // What is longer than its descriptor says is something else.
        Fault { kind: if is_longer { GapKind::Contradiction } else { fault.kind }, ..fault }
    })?;
    check_blob(operation, blob, bytes)
}

/// An answer that is not what the API promises.
pub(super) fn malformed(operation: &str, why: &str) -> Fault {
    let message = format!("the answer is not what the API promises: {why}");
    Fault::new(operation, GapKind::Malformed, "UnexpectedAnswer", message)
}

/// Refuses a blob that is too large before it is asked for.
pub(super) fn check_size(operation: &str, blob: &Descriptor, limits: &Limits) -> Result<(), Fault> {
    let is_signature = SIGNATURES.contains(&blob.media_type.as_str());
    let limit = if is_signature { limits.signature_bytes } else { limits.attestation_bytes };
    if blob.size > limit {
        let message = format!("the blob has {} bytes, and at most {limit} are read", blob.size);
        return Err(Fault::new(operation, GapKind::Truncated, "TooLarge", message));
    }
    Ok(())
}

/// The bytes of a blob, if they are those that were asked for.
pub(super) fn check_blob(operation: &str, blob: &Descriptor, bytes: Vec<u8>) -> Result<Vec<u8>, Fault> {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if size != blob.size {
        let message = format!("the blob has {size} bytes, and its descriptor says {}", blob.size);
        return Err(Fault::new(operation, GapKind::Contradiction, "OtherSize", message));
    }
    check_digest(operation, &blob.digest, &bytes)?;
    Ok(bytes)
}

/// The digest of bytes, if it is the one that was asked for.
pub(super) fn check_digest(operation: &str, asked: &Digest, bytes: &[u8]) -> Result<(), Fault> {
    let found = Digest::of(bytes);
    if found == *asked { Ok(()) } else { Err(Fault::other_bytes(operation, asked, &found)) }
}
