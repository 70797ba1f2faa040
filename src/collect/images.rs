//! The images that run or would run, and which attestors verify them.

use std::collections::BTreeMap;

use futures::future::FutureExt;
use futures::stream::{self, StreamExt};
use serde_json::value::to_raw_value;

use super::attest::{Examiner, Told, Wanted};
use super::{Options, Progress};
use crate::attest::Image;
use crate::aws::Session;
use crate::domain::ImageReference;
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
    let mut members = BTreeMap::new();
    let mut asked = Vec::new();
    for (key, used) in &used {
        asked.push(examined(examiner.as_ref(), key, used).boxed());
    }
    let mut examined = stream::iter(asked).buffer_unordered(AT_ONCE);
    while let Some((key, image)) = examined.next().await {
        // Maps with text for keys are always written.
        members.insert(key.to_owned(), to_raw_value(&image).unwrap_or_default());
        progress.read(Collection::UsedImages, members.len());
    }
    drop(examined);
    if let Some(images) = gathered.get_mut(&Collection::UsedImages) {
        images.members = members;
    }
}

/// An image with what attestors say of it, when there are any.
async fn examined<'a>(examiner: Option<&Examiner<'_>>, key: &'a str, used: &UsedImage) -> (&'a str, Image) {
    let told = match examiner {
        Some(examiner) => examiner.examine(&wanted(used)).await,
        None => Told { digest: used.digest.clone(), ..Told::default() },
    };
    (key, image(used, told))
}

/// What is asked about an image. The tags that it is used under may lead to an index that lists it.
fn wanted(used: &UsedImage) -> Wanted<'_> {
    let tags = used.written.iter().filter_map(|written| {
        let reference = ImageReference::parse(written).ok()?;
        Some(reference.tag()?.to_owned())
    });
    Wanted { reference: used.reference.as_ref(), digest: used.digest.clone(), tags: tags.collect() }
}

/// What a document says of an image.
fn image(used: &UsedImage, told: Told) -> Image {
    Image {
        registry: used.reference.as_ref().map(|reference| reference.registry().to_owned()),
        repository: used.reference.as_ref().map(|reference| reference.repository().to_owned()),
        references: used.written.clone(),
        digest: told.digest.as_ref().map(|(digest, _)| digest.to_string()),
        digest_source: told.digest.as_ref().map(|(_, source)| *source),
        users: used.users.clone(),
        attestors: told.attestors,
    }
}
