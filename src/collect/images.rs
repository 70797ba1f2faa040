//! The images that run or would run, and which attestors verify them.

use std::collections::BTreeMap;

use serde_json::value::to_raw_value;

use crate::attest::Image;
use crate::snapshot::{Collection, Gathered, UsedImage, used_images};

/// Fills `images`, when it is among the collections that are needed.
pub(super) fn work_out(gathered: &mut BTreeMap<Collection, Gathered>) {
    if !gathered.contains_key(&Collection::UsedImages) {
        return;
    }
    let members = used_images(gathered).into_iter().filter_map(|(key, used)| {
        let body = to_raw_value(&image(&used)).ok()?;
        Some((key, body))
    });
    let members = members.collect();
    if let Some(images) = gathered.get_mut(&Collection::UsedImages) {
        images.members = members;
    }
}

/// What is known of an image before anybody is asked.
fn image(used: &UsedImage) -> Image {
    Image {
        registry: used.reference.as_ref().map(|reference| reference.registry().to_owned()),
        repository: used.reference.as_ref().map(|reference| reference.repository().to_owned()),
        references: used.written.clone(),
        digest: used.digest.as_ref().map(|(digest, _)| digest.to_string()),
        digest_source: used.digest.as_ref().map(|(_, source)| *source),
        users: used.users.clone(),
        attestors: BTreeMap::new(),
    }
}
