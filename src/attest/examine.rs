//! What attestors say of an image.

use std::collections::BTreeMap;

use futures::future::BoxFuture;
use jiff::Timestamp;

use super::attestor::{Forms, Found as Looked, Subject};
use super::discover::{Found, discover, fault, parsed};
use super::{
    Answer, Artifact, Attestor, Content, Examined, Layout, Outcome, Refusal, Refused, Revocation,
    RevocationQuery, RevocationState, Signature,
};
use crate::domain::{Digest, GapKind};
use crate::registry::manifest::Parsed;
use crate::registry::{Descriptor, Fault, Name, Registry};

/// The most tags of one image whose indexes are looked at.
const MOST_TAGS: usize = 5;

/// Whoever knows what AWS Signer revoked.
pub trait Revocations: Send + Sync {
    /// What of a signature was revoked: its profile, its job or certificates; nothing when it still counts.
    fn revoked<'a>(&'a self, query: &'a RevocationQuery) -> BoxFuture<'a, Result<Vec<String>, Fault>>;
}

/// An image in its registry.
#[expect(missing_debug_implementations, reason = "a registry is somebody else's")]
pub struct Target<'a> {
    /// Its repository.
    pub registry: &'a dyn Registry,
    /// Its digest.
    pub digest: &'a Digest,
    /// Tags that it is used under, which may lead to an index that lists it.
    pub tags: Vec<String>,
}

/// Asks every attestor about one image. The answers stand in the order of the attestors.
pub async fn examine(
    target: &Target<'_>,
    attestors: &[&Attestor],
    revocations: &dyn Revocations,
    now: Timestamp,
) -> Vec<Examined> {
    let forms = Forms::of(attestors.iter().copied());
    let found = discover(target.registry, target.digest, forms).await;
    let has_notation = |found: &Found| {
        found.artifacts.iter().any(|artifact| matches!(artifact.content, Content::NotationJws(_)))
    };
    let mut faults = found.faults.clone();
    let descriptor = match has_notation(&found) {
        true => described(target.registry, target.digest).await.unwrap_or_else(|fault| {
            faults.push(fault);
            None
        }),
        false => None,
    };
    let subject = Subject { digest: target.digest, descriptor: descriptor.as_ref() };
    let mut examined = Vec::new();
    for attestor in attestors {
        let mut answer = Tally::of(attestor);
        answer.take(&found.artifacts, &subject, None, revocations, now).await;
        answer.fail(&faults);
        examined.push(answer);
    }
    if forms.indexes && examined.iter().any(|tally| tally.attestor.via_index && !tally.is_settled()) {
        let (indexes, faults) = indexes(target).await;
        for index in &indexes {
            let found = discover(target.registry, &index.digest, forms).await;
            let subject = Subject { digest: &index.digest, descriptor: Some(index) };
            for tally in examined.iter_mut().filter(|tally| tally.attestor.via_index) {
                tally.take(&found.artifacts, &subject, Some(&index.digest), revocations, now).await;
                tally.fail(&found.faults);
            }
        }
        for tally in examined.iter_mut().filter(|tally| tally.attestor.via_index) {
            tally.fail(&faults);
        }
    }
    if examined.iter().any(Tally::is_empty) && descriptor.is_none() {
        // A repository that is gone has no signatures either, and says nothing about the image that runs.
        let gone = match described(target.registry, target.digest).await {
            Ok(Some(_)) => None,
            Ok(None) => Some(Refusal::new("image_not_found", "the registry does not have the image")),
            Err(fault) => Some(refusal(&fault)),
        };
        if let Some(gone) = gone {
            examined.iter_mut().filter(|tally| tally.is_empty()).for_each(|tally| tally.lose(&gone));
        }
    }
    examined.into_iter().map(Tally::finish).collect()
}

/// The descriptor of an image, whose type and size the Notary Project's signatures are about.
async fn described(registry: &dyn Registry, digest: &Digest) -> Result<Option<Descriptor>, Fault> {
    let Some(manifest) = registry.manifest(&Name::Digest(digest.clone())).await? else { return Ok(None) };
    // What it says it is has to be what it is served as.
    parsed(&manifest)?;
    Ok(Some(manifest.descriptor()))
}

/// Indexes that the tags of an image lead to and that list it, and what kept others from being read.
async fn indexes(target: &Target<'_>) -> (Vec<Descriptor>, Vec<Fault>) {
    let (mut indexes, mut faults) = (Vec::<Descriptor>::new(), Vec::new());
    if target.tags.len() > MOST_TAGS {
        let message =
            format!("the image is used under more than {MOST_TAGS} tags, and others may lead to an index");
        faults.push(fault("TooManyTags", GapKind::Truncated, message));
    }
    for tag in target.tags.iter().take(MOST_TAGS) {
        let read = async {
            let Some(manifest) = target.registry.manifest(&Name::Tag(tag.clone())).await? else {
                return Ok(None);
            };
            if manifest.digest == *target.digest {
                return Ok(None);
            }
            let Parsed::Index(index) = parsed(&manifest)? else { return Ok(None) };
            let lists = index.manifests.iter().any(|entry| entry.descriptor.digest == *target.digest);
            Ok(lists.then(|| manifest.descriptor()))
        };
        match read.await {
            Ok(Some(index)) if !indexes.contains(&index) => indexes.push(index),
            Ok(_) => {}
            Err(fault) => faults.push(fault),
        }
    }
    (indexes, faults)
}

/// What one attestor has seen so far.
struct Tally<'a> {
    attestor: &'a Attestor,
    image: Count,
    attestations: BTreeMap<String, Count>,
}

/// What was seen of one kind.
#[derive(Default)]
struct Count {
    verified: Option<Signature>,
    refused: Vec<Refused>,
    unknown: Option<Refusal>,
}

impl<'a> Tally<'a> {
    fn of(attestor: &'a Attestor) -> Self {
        let attestations = attestor.attestations.iter().map(|kind| (kind.clone(), Count::default()));
        Self { attestor, image: Count::default(), attestations: attestations.collect() }
    }

    /// Whether nothing that is still to be read could change anything.
    fn is_settled(&self) -> bool {
        self.image.verified.is_some() && self.attestations.values().all(|count| count.verified.is_some())
    }

    async fn take(
        &mut self,
        artifacts: &[Artifact],
        subject: &Subject<'_>,
        via_index: Option<&Digest>,
        revocations: &dyn Revocations,
        now: Timestamp,
    ) {
        for artifact in artifacts {
            let (count, outcome) = match self.attestor.look(&artifact.content, subject, now) {
                Looked::Nothing => continue,
                Looked::Signature(outcome) => (&mut self.image, outcome),
                Looked::Attestation(kind, outcome) => (self.attestations.entry(kind).or_default(), outcome),
            };
            if count.verified.is_none() {
                let outcome = settled(outcome, revocations).await;
                count.take(artifact, outcome, via_index);
            }
        }
    }

    /// Whether something that is looked for has not been seen at all.
    fn is_empty(&self) -> bool {
        let is_empty =
            |count: &Count| count.verified.is_none() && count.refused.is_empty() && count.unknown.is_none();
        is_empty(&self.image) || self.attestations.values().any(is_empty)
    }

    /// What could not be read might have been the signature that is missing.
    fn fail(&mut self, faults: &[Fault]) {
        if let Some(fault) = faults.first() {
            self.lose(&refusal(fault));
        }
    }

    fn lose(&mut self, reason: &Refusal) {
        for count in std::iter::once(&mut self.image).chain(self.attestations.values_mut()) {
            count.unknown.get_or_insert_with(|| reason.clone());
        }
    }

    fn finish(self) -> Examined {
        let attestations = self.attestations.into_iter().map(|(kind, count)| (kind, count.finish()));
        Examined { attestations: attestations.collect(), ..self.image.finish() }
    }
}

impl Count {
    fn take(&mut self, artifact: &Artifact, outcome: Outcome, via_index: Option<&Digest>) {
        let (manifest, layout) = (artifact.manifest.to_string(), layout(&artifact.content));
        let via_index = via_index.map(ToString::to_string);
        match outcome {
            Outcome::Verified(evidence) => {
                self.verified = Some(Signature { manifest, layout, via_index, evidence: *evidence });
            }
            Outcome::Refused(refusal) => {
                let Refusal { code, reason } = refusal;
                self.refused.push(Refused { manifest, layout, via_index, code, reason });
            }
            Outcome::Unknown(refusal) => {
                self.unknown.get_or_insert(refusal);
            }
            Outcome::Revocable(..) => {
                self.unknown.get_or_insert(Refusal::new(
                    "revocation_unknown",
                    "nobody was asked whether it was revoked",
                ));
            }
        }
    }

    fn finish(self) -> Examined {
        let answer = match (&self.verified, &self.unknown) {
            (Some(_), _) => Answer::Verified,
            (None, Some(_)) => Answer::Unknown,
            (None, None) if self.refused.is_empty() => Answer::NoSignature,
            (None, None) => Answer::NotVerified,
        };
        let reason = self.unknown.filter(|_| answer == Answer::Unknown);
        let mut refused = self.refused;
        if answer == Answer::Verified {
            // Statements about the image, beside the signature that was looked for, are no news.
            refused.retain(|refused| refused.code != "not_a_signature");
        }
        Examined { answer, reason, signature: self.verified, refused, ..Examined::default() }
    }
}

/// An answer of every attestor when the image itself could not be looked at.
#[must_use]
pub fn unknown(attestors: &[&Attestor], reason: &Refusal) -> Vec<Examined> {
    let unknown = || Examined { reason: Some(reason.clone()), ..Examined::default() };
    let of = |attestor: &&Attestor| {
        let attestations = attestor.attestations.iter().map(|kind| (kind.clone(), unknown()));
        Examined { attestations: attestations.collect(), ..unknown() }
    };
    attestors.iter().map(of).collect()
}

/// Why nobody can tell, in the words of what failed.
#[must_use]
pub fn refusal(fault: &Fault) -> Refusal {
    let missing = fault.missing.as_ref().map(|action| format!(" (missing IAM action {action})"));
    Refusal::new(
        &fault.code,
        format!("{}: {}{}", fault.operation, fault.message, missing.unwrap_or_default()),
    )
}

/// Asks whether a signature was revoked, where somebody can tell.
async fn settled(outcome: Outcome, revocations: &dyn Revocations) -> Outcome {
    let Outcome::Revocable(mut evidence, query) = outcome else { return outcome };
    let source = Some("aws-signer".to_owned());
    match revocations.revoked(&query).await {
        Ok(revoked) if revoked.is_empty() => {
            evidence.revocation = Revocation { state: RevocationState::Good, source };
            Outcome::Verified(evidence)
        }
        Ok(revoked) => {
            let what = revoked.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
            Outcome::Refused(Refusal::new("revoked", format!("AWS Signer says that it was revoked: {what}")))
        }
        Err(fault) => Outcome::Unknown(Refusal::new(
            "revocation_unknown",
            format!("whether it was revoked is not known: {}", refusal(&fault).reason),
        )),
    }
}

fn layout(content: &Content) -> Layout {
    match content {
        Content::SimpleSigning(_) | Content::Attestation(_) => Layout::CosignTag,
        Content::Bundle(_) => Layout::SigstoreBundle,
        Content::NotationJws(_) | Content::Unsupported(_) => Layout::Notation,
    }
}

/// What attestors said of images, by the image's digest and the attestor's fingerprint.
pub type Known = BTreeMap<(String, String), Examined>;

/// Whether an answer need not be asked for again while the attestor is configured as it is: nobody can revoke its signature, and
/// it has not expired.
#[must_use]
pub fn is_lasting(examined: &Examined, now: Timestamp) -> bool {
    let verified = |examined: &Examined| {
        let signature = examined.signature.as_ref().filter(|_| examined.answer == Answer::Verified);
        signature.is_some_and(|signature| {
            let evidence = &signature.evidence;
            let mut ends = evidence.expires_at.iter().chain(&evidence.valid_until);
            evidence.revocation.state == RevocationState::NotChecked && ends.all(|end| now < *end)
        })
    };
    verified(examined) && examined.attestations.values().all(verified)
}
