//! The images that run or would run, and which attestors verify them.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::FutureExt;
use futures::stream::{self, StreamExt};
use serde_json::value::to_raw_value;

use super::attest::{Examiner, Told};
use super::{Options, Progress};
use crate::attest::{DigestSource, Examined, Image, Refusal};
use crate::aws::Session;
use crate::domain::{Digest, ImageReference};
use crate::snapshot::{Collection, Gathered, UsedImage, used_images};

/// Images that are examined at one time.
const AT_ONCE: usize = 32;

/// Fills `images` and `attestors`, when they are among the collections that are needed.
///
/// What an attestor cannot tell stands in its answer, with the reason, and is no gap: whether it matters is for a rule to say.
pub(super) async fn read(
    gathered: &mut BTreeMap<Collection, Gathered>,
    session: &Session,
    options: &Options,
    progress: &dyn Progress,
) {
    if !gathered.contains_key(&Collection::Attestors) {
        return;
    }
    let examiner = match &options.attesting {
        Some(attesting) => Some(Examiner::new(attesting, Some(session), options.taken_at).await),
        None => None,
    };
    if let (Some(attestors), Some(examiner)) = (gathered.get_mut(&Collection::Attestors), &examiner) {
        let standings = examiner.standings().iter();
        attestors.members =
            standings.filter_map(|(name, status)| Some((name.clone(), to_raw_value(status).ok()?))).collect();
    }
    if !gathered.contains_key(&Collection::UsedImages) {
        return;
    }
    let used = used_images(gathered);
    let told = match &examiner {
        Some(examiner) => examined(examiner, &used, progress).await,
        None => BTreeMap::new(),
    };
    let members = used.iter().map(|(key, used)| {
        // Maps with text for keys are always written.
        (key.clone(), to_raw_value(&image(used, told.get(key.as_str()))).unwrap_or_default())
    });
    let members = members.collect();
    if let Some(images) = gathered.get_mut(&Collection::UsedImages) {
        images.members = members;
    }
}

/// One image in one repository, by whatever names it is used.
#[derive(Default)]
struct Group<'a> {
    reference: Option<&'a ImageReference>,
    tags: BTreeSet<String>,
    keys: Vec<(&'a str, DigestSource)>,
}

/// What attestors say of each image. An image is looked at once in each repository, however often it is named.
async fn examined<'a>(
    examiner: &Examiner<'_>,
    used: &'a BTreeMap<String, UsedImage>,
    progress: &dyn Progress,
) -> BTreeMap<&'a str, Told> {
    let mut told = BTreeMap::new();
    let mut resolving = Vec::new();
    for (key, image) in used {
        resolving.push(resolved(examiner, key, image).boxed());
    }
    let mut groups = BTreeMap::<(String, Digest), Group<'_>>::new();
    let mut resolving = stream::iter(resolving).buffer_unordered(AT_ONCE);
    while let Some((key, image, digest)) = resolving.next().await {
        match (digest, &image.reference) {
            (Ok((digest, source)), Some(reference)) => {
                let group = groups.entry((reference.name(), digest)).or_default();
                group.reference = Some(reference);
                group.tags.extend(tags(image));
                group.keys.push((key, source));
            }
            (Ok(digest), None) => {
                let attestors = examiner.unknown(&no_reference());
                told.insert(key, Told { digest: Some(digest), attestors });
            }
            (Err(refusal), _) => {
                told.insert(key, Told { digest: None, attestors: examiner.unknown(&refusal) });
            }
        }
    }
    drop(resolving);
    let mut asking = Vec::new();
    for ((_, digest), group) in groups {
        asking.push(asked(examiner, digest, group).boxed());
    }
    let mut asking = stream::iter(asking).buffer_unordered(AT_ONCE);
    while let Some((digest, keys, attestors)) = asking.next().await {
        for (key, source) in keys {
            told.insert(key, Told { digest: Some((digest.clone(), source)), attestors: attestors.clone() });
        }
        progress.read(Collection::UsedImages, told.len());
    }
    told
}

async fn resolved<'a>(
    examiner: &Examiner<'_>,
    key: &'a str,
    image: &'a UsedImage,
) -> (&'a str, &'a UsedImage, Result<(Digest, DigestSource), Refusal>) {
    let digest = match (&image.digest, &image.reference) {
        (Some(digest), _) => Ok(digest.clone()),
        (None, Some(reference)) => examiner.resolve(reference).await,
        (None, None) => Err(no_reference()),
    };
    (key, image, digest)
}

async fn asked<'a>(
    examiner: &Examiner<'_>,
    digest: Digest,
    group: Group<'a>,
) -> (Digest, Vec<(&'a str, DigestSource)>, BTreeMap<String, Examined>) {
    let attestors = match group.reference {
        Some(reference) => examiner.examine(reference, &digest, group.tags).await,
        None => examiner.unknown(&no_reference()),
    };
    (digest, group.keys, attestors)
}

fn no_reference() -> Refusal {
    Refusal::new("invalid_reference", "what the container names is no reference of an image")
}

/// The tags that an image is used under.
fn tags(image: &UsedImage) -> impl Iterator<Item = String> {
    let references = image.written.iter().filter_map(|written| ImageReference::parse(written).ok());
    references.filter_map(|reference| reference.tag().map(str::to_owned))
}

/// What a document says of an image.
fn image(used: &UsedImage, told: Option<&Told>) -> Image {
    let digest = told.map_or(&used.digest, |told| &told.digest).as_ref();
    Image {
        registry: used.reference.as_ref().map(|reference| reference.registry().to_owned()),
        repository: used.reference.as_ref().map(|reference| reference.repository().to_owned()),
        references: used.written.clone(),
        digest: digest.map(|(digest, _)| digest.to_string()),
        digest_source: digest.map(|(_, source)| *source),
        users: used.users.clone(),
        attestors: told.map(|told| told.attestors.clone()).unwrap_or_default(),
    }
}
