//! A registry in memory, for tests of what is made of one.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::{BoxFuture, ready};

use super::answer::check_blob;
use super::{Descriptor, Fault, Manifest, Name, Registry};
use crate::domain::{Digest, GapKind};

/// What every fault names as its operation.
const OPERATION: &str = "in memory";

/// A repository that holds what tests put into it. Its members may be changed at will.
#[derive(Debug, Default)]
pub(crate) struct InMemory {
    /// Manifests by digest.
    pub(crate) manifests: BTreeMap<Digest, Manifest>,
    /// Digests by tag.
    pub(crate) tags: BTreeMap<String, Digest>,
    /// Blobs by digest.
    pub(crate) blobs: BTreeMap<Digest, Vec<u8>>,
    /// Referrers by subject; without it there is no referrers API.
    pub(crate) referrers: Option<BTreeMap<Digest, Vec<Descriptor>>>,
    /// What fails: tags, digests, and `referrers` for all of these; with the kind of the fault.
    pub(crate) faults: BTreeMap<String, GapKind>,
    /// Digests under which other bytes are served.
    pub(crate) forged: BTreeSet<Digest>,
}

impl InMemory {
    /// Puts a manifest in, with whatever tags.
    pub(crate) fn push(&mut self, media_type: &str, bytes: &[u8], tags: &[&str]) -> Descriptor {
        let digest = Digest::of(bytes);
        let media_type = media_type.to_owned();
        let manifest =
            Manifest { media_type: media_type.clone(), digest: digest.clone(), bytes: bytes.to_vec() };
        self.manifests.insert(digest.clone(), manifest);
        self.tags.extend(tags.iter().map(|tag| ((*tag).to_owned(), digest.clone())));
        Descriptor { media_type, digest, size: u64::try_from(bytes.len()).unwrap() }
    }

    /// Puts a blob in.
    pub(crate) fn push_blob(&mut self, media_type: &str, bytes: &[u8]) -> Descriptor {
        let digest = Digest::of(bytes);
        self.blobs.insert(digest.clone(), bytes.to_vec());
        Descriptor { media_type: media_type.to_owned(), digest, size: u64::try_from(bytes.len()).unwrap() }
    }

    /// Has a manifest refer to a subject, by a referrers API that exists from now on.
    pub(crate) fn refer(&mut self, subject: &Digest, referrer: Descriptor) {
        self.referrers.get_or_insert_default().entry(subject.clone()).or_default().push(referrer);
    }

    fn check(&self, name: &str) -> Result<(), Fault> {
        match self.faults.get(name) {
            Some(kind) => Err(Fault::new(OPERATION, *kind, "Injected", format!("{name} fails"))),
            None => Ok(()),
        }
    }

    fn get_manifest(&self, name: &Name) -> Result<Option<Manifest>, Fault> {
        let digest = match name {
            Name::Tag(tag) => {
                self.check(tag)?;
                self.tags.get(tag)
            }
            Name::Digest(digest) => Some(digest),
        };
        let Some(digest) = digest else { return Ok(None) };
        self.check(digest.as_str())?;
        if self.forged.contains(digest) {
            return Err(Fault::other_bytes(OPERATION, digest, &Digest::of(b"forged")));
        }
        Ok(self.manifests.get(digest).cloned())
    }

    fn get_blob(&self, blob: &Descriptor) -> Result<Option<Vec<u8>>, Fault> {
        self.check(blob.digest.as_str())?;
        let bytes = match self.forged.contains(&blob.digest) {
            true => Some(b"forged".to_vec()),
            false => self.blobs.get(&blob.digest).cloned(),
        };
        bytes.map(|bytes| check_blob(OPERATION, blob, bytes)).transpose()
    }
}

impl Registry for InMemory {
    fn manifest<'a>(&'a self, name: &'a Name) -> BoxFuture<'a, Result<Option<Manifest>, Fault>> {
        Box::pin(ready(self.get_manifest(name)))
    }

    fn blob<'a>(&'a self, blob: &'a Descriptor) -> BoxFuture<'a, Result<Option<Vec<u8>>, Fault>> {
        Box::pin(ready(self.get_blob(blob)))
    }

    fn referrers<'a>(&'a self, digest: &'a Digest) -> BoxFuture<'a, Result<Option<Vec<Descriptor>>, Fault>> {
        let referrers = self.referrers.as_ref().map(|it| it.get(digest).cloned().unwrap_or_default());
        Box::pin(ready(self.check("referrers").map(|()| referrers)))
    }
}

#[tokio::test]
async fn the_registry_in_memory_keeps_what_registries_promise() {
    let mut registry = InMemory::default();
    let image = registry.push("application/x", b"image", &["latest"]);
    let signature = registry.push("application/x", b"signature", &[]);
    let blob = registry.push_blob("application/y", b"blob");
    let latest = Name::Tag("latest".to_owned());
    assert_eq!(registry.manifest(&latest).await.unwrap().unwrap().bytes, b"image");
    assert_eq!(registry.manifest(&Name::Tag("other".to_owned())).await, Ok(None));
    assert_eq!(registry.blob(&blob).await.unwrap().unwrap(), b"blob");
    assert_eq!(registry.referrers(&image.digest).await, Ok(None));
    registry.refer(&image.digest, signature.clone());
    assert_eq!(registry.referrers(&image.digest).await, Ok(Some(vec![signature.clone()])));
    assert_eq!(registry.referrers(&signature.digest).await, Ok(Some(Vec::new())));
    registry.forged.extend([image.digest.clone(), blob.digest.clone()]);
    registry.faults.insert("referrers".to_owned(), GapKind::Throttled);
    assert_eq!(registry.manifest(&latest).await.unwrap_err().kind, GapKind::Contradiction);
    assert_eq!(registry.blob(&blob).await.unwrap_err().kind, GapKind::Contradiction);
    assert_eq!(registry.referrers(&image.digest).await.unwrap_err().kind, GapKind::Throttled);
}
