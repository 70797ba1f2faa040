//! Asks attestors about images: opens registries, resolves tags, and asks AWS what only AWS knows of an attestor.
//!
//! It stands apart from [`crate::attest`] because that verifies and asks nobody, and from the collections because one image is
//! examined without an estate too.

mod aws;
mod registries;
mod watch;

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use jiff::Timestamp;

use self::registries::Registries;
use crate::attest::{
    self, Attestor, AttestorStatus, DigestSource, Examined, Image, Known, Refusal, Standing, Target, Trust,
    is_lasting,
};
use crate::aws::{Limits, Session};
use crate::config::{Attestors, Configured};
use crate::domain::{Digest, ImageReference};
use crate::registry::{self, DockerConfig, Name, Registry};
use crate::snapshot::{Collection, Snapshot};

/// What images are examined with.
#[derive(Debug, Default)]
pub struct Attesting {
    /// The attestors file.
    pub attestors: Attestors,
    /// Credentials of registries that are not ECR's.
    pub docker: DockerConfig,
    /// What one question to a registry may cost.
    pub limits: registry::Limits,
    /// The same for calls with a role that the file names.
    pub aws_limits: Limits,
    /// What attestors said of images in earlier passes, where it holds for good.
    pub known: Known,
}

/// What came of examining an image.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Told {
    /// The digest that was looked at.
    pub digest: Option<(Digest, DigestSource)>,
    /// What each attestor says, by name.
    pub attestors: BTreeMap<String, Examined>,
}

/// The attestors of a pass, ready to be asked.
#[derive(Debug)]
pub struct Examiner<'a> {
    registries: Registries<'a>,
    known: &'a Known,
    now: Timestamp,
    ready: Vec<(Attestor, String)>,
    /// Attestors that cannot be asked, and why.
    unready: BTreeMap<String, Refusal>,
    standings: BTreeMap<String, AttestorStatus>,
}

impl<'a> Examiner<'a> {
    /// Gets attestors ready: keys are asked for, profiles looked up, and roles of registries assumed.
    pub async fn new(with: &'a Attesting, session: Option<&'a Session>, now: Timestamp) -> Self {
        let registries = Registries::open(with, session).await;
        let mut examiner = Self {
            registries,
            known: &with.known,
            now,
            ready: Vec::new(),
            unready: BTreeMap::new(),
            standings: BTreeMap::new(),
        };
        for (name, problems) in &with.attestors.invalid {
            let problems = problems.iter().map(ToString::to_string).collect::<Vec<_>>();
            if name != crate::config::WHOLE_FILE {
                let reason = problems.first().cloned().unwrap_or_default();
                let refusal =
                    Refusal::new("invalid_attestor", format!("the attestor cannot be used: {reason}"));
                examiner.unready.insert(name.clone(), refusal);
            }
            examiner.standings.insert(name.clone(), status(None, Standing::Invalid, problems));
        }
        let asked = with.attestors.attestors.iter().map(|configured| made_ready(configured, session, now));
        for (configured, (attestor, standing)) in with.attestors.attestors.iter().zip(join_all(asked).await) {
            let name = configured.name().to_owned();
            match attestor {
                Ok(attestor) => {
                    let fingerprint = attestor.fingerprint();
                    examiner.ready.push((attestor, fingerprint));
                }
                Err(refusal) => {
                    examiner.unready.insert(name.clone(), refusal);
                }
            }
            examiner.standings.insert(name, standing);
        }
        examiner
    }

    /// Whether each attestor can be relied on, by name; problems of the file itself stand under `attestors`.
    #[must_use]
    pub fn standings(&self) -> &BTreeMap<String, AttestorStatus> {
        &self.standings
    }

    /// The digest that counts for a reference: the one that it is pinned to, else the one that its tag leads to now; or why that
    /// cannot be told.
    pub async fn resolve(&self, reference: &ImageReference) -> Result<(Digest, DigestSource), Refusal> {
        if let Some(digest) = reference.digest() {
            return Ok((digest.clone(), DigestSource::Pinned));
        }
        let registry = self.registries.repository(reference)?;
        let tag = Name::Tag(reference.tag().unwrap_or("latest").to_owned());
        match registry.manifest(&tag).await {
            Ok(Some(manifest)) => Ok((manifest.digest, DigestSource::Tag)),
            Ok(None) => {
                Err(Refusal::new("image_not_found", format!("the registry has no image `{reference}`")))
            }
            Err(fault) => Err(attest::refusal(&fault)),
        }
    }

    /// What every attestor answers when an image could not be looked at.
    #[must_use]
    pub fn unknown(&self, reason: &Refusal) -> BTreeMap<String, Examined> {
        let attestors = self.ready.iter().map(|(attestor, _)| attestor).collect::<Vec<_>>();
        let names = attestors.iter().map(|attestor| attestor.name.clone());
        names.zip(attest::unknown(&attestors, reason)).chain(self.without_answer()).collect()
    }

    /// Attestors that cannot be asked about anything.
    fn without_answer(&self) -> impl Iterator<Item = (String, Examined)> {
        self.unready.iter().map(|(name, refusal)| {
            (name.clone(), Examined { reason: Some(refusal.clone()), ..Examined::default() })
        })
    }

    /// Asks every attestor about the image of a digest in the repository of a reference; tags that it is used under may lead to
    /// an index that lists it.
    pub async fn examine(
        &self,
        reference: &ImageReference,
        digest: &Digest,
        tags: BTreeSet<String>,
    ) -> BTreeMap<String, Examined> {
        let (mut told, mut open) = (self.without_answer().collect::<BTreeMap<_, _>>(), Vec::new());
        for (attestor, fingerprint) in &self.ready {
            let known = self.known.get(&(digest.to_string(), fingerprint.clone()));
            match known.filter(|examined| is_lasting(examined, self.now)) {
                Some(examined) => {
                    told.insert(attestor.name.clone(), examined.clone());
                }
                None => open.push(attestor),
            }
        }
        if open.is_empty() {
            return told;
        }
        let examined = match self.registries.repository(reference) {
            Ok(registry) => {
                let target = Target { registry: &registry, digest, tags: tags.into_iter().collect() };
                attest::examine(&target, &open, &self.registries, self.now).await
            }
            Err(refusal) => attest::unknown(&open, &refusal),
        };
        told.extend(open.iter().map(|attestor| attestor.name.clone()).zip(examined));
        told
    }
}

/// What is worth remembering of a document: answers that hold for good, by the image and by everything that the attestor trusts.
#[must_use]
pub fn lasting(snapshot: &Snapshot, now: Timestamp) -> Known {
    let read = |collection| snapshot.members(collection).map(|(key, body)| (key, body.get()));
    let fingerprints = read(Collection::Attestors).filter_map(|(name, body)| {
        let status = serde_json::from_str::<AttestorStatus>(body).ok()?;
        Some((name, status.fingerprint?))
    });
    let fingerprints = fingerprints.collect::<BTreeMap<_, _>>();
    let mut lasting = Known::new();
    for (_, body) in read(Collection::UsedImages) {
        let Ok(Image { digest: Some(digest), attestors, .. }) = serde_json::from_str::<Image>(body) else {
            continue;
        };
        for (name, examined) in attestors {
            if let Some(fingerprint) = fingerprints.get(name.as_str())
                && is_lasting(&examined, now)
            {
                lasting.insert((digest.clone(), fingerprint.clone()), examined);
            }
        }
    }
    lasting
}

fn status(kind: Option<&str>, status: Standing, problems: Vec<String>) -> AttestorStatus {
    AttestorStatus { kind: kind.map(str::to_owned), status, problems, expires_at: None, fingerprint: None }
}

/// What two things say of one attestor: what is wrong for certain stays, whatever else is not known.
fn worse(one: Standing, other: Standing) -> Standing {
    match (one, other) {
        (Standing::Valid, other) => other,
        (Standing::Unknown, other) if other != Standing::Valid => other,
        (one, _) => one,
    }
}

/// An attestor with what only AWS knows of it, or why it cannot be asked; and whether it can be relied on.
async fn made_ready(
    configured: &Configured,
    session: Option<&Session>,
    now: Timestamp,
) -> (Result<Attestor, Refusal>, AttestorStatus) {
    let kind = Some(configured.kind());
    let attestor = match configured {
        Configured::Ready(attestor) => attestor.clone(),
        Configured::Kms(wanted) => match aws::public_key(session, &wanted.arn).await {
            Ok(key) => match key.and_then(|key| wanted.with_key(key)) {
                Ok(attestor) => attestor,
                Err(reason) => {
                    let refusal = Refusal::new("invalid_attestor", format!("the key in AWS KMS {reason}"));
                    let problems = vec![refusal.reason.clone()];
                    return (Err(refusal), status(kind, Standing::Invalid, problems));
                }
            },
            Err((standing, refusal)) => {
                let problems = vec![refusal.reason.clone()];
                return (Err(refusal), status(kind, standing, problems));
            }
        },
    };
    let mut standing = status(kind, Standing::Valid, Vec::new());
    standing.fingerprint = Some(attestor.fingerprint());
    if let Trust::Notation(trust) = &attestor.trust {
        if let Some(expires_at) = trust.expires_at() {
            standing.expires_at = Some(expires_at.to_string());
            if expires_at <= now {
                standing.status = Standing::Expired;
                standing.problems.push(format!("a certificate that it trusts expired at {expires_at}"));
            }
        }
        for profile in trust.profiles() {
            if let Some((found, problem)) = aws::profile(session, profile).await {
                standing.status = worse(standing.status, found);
                standing.problems.push(problem);
            }
        }
    }
    (Ok(attestor), standing)
}

#[cfg(test)]
mod tests;
