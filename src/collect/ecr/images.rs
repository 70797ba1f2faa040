//! The images in use of the account's registry: what references stand for, the images themselves, and their scans.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt};
use serde::Serialize;
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};

use super::API;
use super::references::{Asked, ImageId, Registry, named};
use super::signing;
use crate::aws::{Ask, CallError, Client, PageGuard};
use crate::collect::Estate;
use crate::collect::body::Object;
use crate::collect::plan::{DESCRIBE_IMAGES, DESCRIBE_SCAN_FINDINGS};
use crate::collect::reading::{AHEAD, Reading, paged, unexpected};
use crate::domain::{Gap, GapKind};
use crate::snapshot::Collection;

/// The most images that are described at a time.
const LIMIT_IMAGES: usize = 100;

/// The most findings of a page.
const PAGE: usize = 1000;

/// The most findings of one image that a document holds. An old distribution's full image has some 3,000.
const LIMIT_FINDINGS: usize = 5000;

/// The codes with which ECR says that there is no such image.
const IMAGE_GONE: &str = "ImageNotFoundException";
const REPOSITORY_GONE: &str = "RepositoryNotFoundException";

/// The code with which ECR says that an image was never scanned.
const NEVER_SCANNED: &str = "ScanNotFoundException";

/// What of a finding is not kept: prose, links, and what the image says already. It is nine tenths of an answer, and an
/// estate has a thousand findings an image.
const PROSE: [&str; 3] = ["description", "remediation", "resources"];
const PROSE_OF_DETAILS: [&str; 2] = ["referenceUrls", "relatedVulnerabilities"];

/// An image that exists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    pub(super) arn: String,
    pub(super) repository: String,
    pub(super) digest: String,
}

/// What a reference stands for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reference<'a> {
    registry_id: String,
    repository_name: &'a str,
    image_id: serde_json::Value,
    used_by: &'a BTreeSet<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_arn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_manifest_media_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_reason: Option<&'a str>,
}

/// Reads the images that task definitions, service revisions and tasks refer to, when these have been read.
pub(in crate::collect) async fn read(estate: &Estate<'_>) {
    let Some(reading) = estate.reading(Collection::ImageReferences) else { return };
    let registry = Registry::new(&estate.account().id, estate.session.region());
    let readings = [Collection::TaskDefinitions, Collection::ServiceRevisions, Collection::Tasks];
    let readings = readings.into_iter().filter_map(|collection| estate.reading(collection));
    let repositories = registry.sort(readings.flat_map(|reading| reading.draw(named)));
    let client = estate.client(API);
    let client = &client;
    let found = stream::iter(repositories)
        .map(async move |(name, asked): (String, Asked)| {
            Repository { estate, client, reading, name, asked }.describe().await
        })
        .buffer_unordered(AHEAD)
        .collect::<Vec<_>>()
        .await;
    let found = found.into_iter().flatten().collect::<BTreeSet<_>>();
    futures::join!(scans(estate, client, &found), signing::status(estate, client, &found));
}

/// A repository some of whose images are in use.
struct Repository<'a> {
    estate: &'a Estate<'a>,
    client: &'a Client,
    reading: &'a Reading<'a>,
    name: String,
    asked: Asked,
}

impl Repository<'_> {
    /// Describes its images in use, and gives those that exist.
    ///
    /// One image that does not exist fails the call for all that were asked for with it, so that these are asked for again
    /// in halves until each is described or known to be missing.
    async fn describe(&self) -> Vec<Found> {
        let ids = self.asked.keys().collect::<Vec<_>>();
        let mut open = ids.chunks(LIMIT_IMAGES).map(<[&ImageId]>::to_vec).collect::<Vec<_>>();
        let mut found = Vec::new();
        while let Some(batch) = open.pop() {
            match self.details(&batch).await {
                Ok(details) => found.extend(self.settle(&batch, details)),
                Err(error) if error.code == IMAGE_GONE && batch.len() > 1 => {
                    let (one, other) = batch.split_at(batch.len() / 2);
                    open.extend([one.to_vec(), other.to_vec()]);
                }
                Err(error) if [IMAGE_GONE, REPOSITORY_GONE].contains(&error.code.as_str()) => {
                    batch.iter().for_each(|id| self.insert(id, Err(&error)));
                }
                Err(error) => batch.iter().for_each(|id| self.hide(id, &error)),
            }
        }
        found
    }

    /// What ECR says of images, by digest. It gives no pages where images are named, but a token would be followed.
    async fn details(&self, ids: &[&ImageId]) -> Result<BTreeMap<String, Object>, CallError> {
        let ids = ids.iter().map(|id| id.input()).collect::<Vec<_>>();
        let (mut guard, mut token, mut details) = (PageGuard::default(), None, BTreeMap::new());
        loop {
            let input = json!({"repositoryName": self.name, "imageIds": ids});
            let ask = Ask::Input("DescribeImages", paged(input, "nextToken", token));
            let answer = self.reading.call(DESCRIBE_IMAGES, |probe| self.client.send(ask, probe)).await?;
            let mut answer = Object::read(DESCRIBE_IMAGES, answer.body.as_bytes())?;
            for detail in answer.take::<Vec<Object>>(DESCRIBE_IMAGES, "imageDetails")? {
                details.insert(detail.require(DESCRIBE_IMAGES, "imageDigest")?, detail);
            }
            token = guard.next(answer.optional("nextToken")).map_err(|(code, message)| {
                CallError::of_answer(DESCRIBE_IMAGES, GapKind::Truncated, code, message)
            })?;
            if token.is_none() {
                return Ok(details);
            }
        }
    }

    /// Matches what was asked with what was answered.
    fn settle(&self, batch: &[&ImageId], details: BTreeMap<String, Object>) -> Vec<Found> {
        let tags = details.iter().flat_map(|(digest, detail)| {
            detail.items::<String>("imageTags").into_iter().map(move |tag| (tag, digest))
        });
        let tags = tags.collect::<BTreeMap<_, _>>();
        let mut digests = BTreeSet::new();
        for id in batch {
            let digest = match id {
                ImageId::Tag(tag) => tags.get(tag).copied(),
                ImageId::Digest(digest) => Some(digest),
            };
            match digest.and_then(|digest| details.get_key_value(digest)) {
                Some((digest, detail)) => {
                    self.insert(id, Ok((digest, detail)));
                    digests.insert(digest);
                }
                None => {
                    let message = "the answer neither describes the image nor says that it is missing";
                    let code = "IncompleteAnswer";
                    let error = CallError::of_answer(DESCRIBE_IMAGES, GapKind::Truncated, code, message);
                    self.hide(id, &error);
                }
            }
        }
        let found = digests.into_iter().map(|digest| self.found(digest)).collect::<Vec<_>>();
        if let Some(images) = self.estate.reading(Collection::Images) {
            for (digest, detail) in details {
                let image = self.found(&digest);
                if found.contains(&image) {
                    images.insert(image.arn, detail.into_raw());
                }
            }
        }
        found
    }

    /// The image of a digest, by the ARN that Inspector and Security Hub know it by.
    fn found(&self, digest: &str) -> Found {
        let account = self.estate.account();
        let (region, name) = (self.estate.session.region(), &self.name);
        let arn = format!("arn:{}:ecr:{region}:{}:repository/{name}/{digest}", account.partition, account.id);
        Found { arn, repository: name.clone(), digest: digest.to_owned() }
    }

    /// Takes the references to an image: its digest with what ECR says of it, or ECR's word that there is none.
    fn insert(&self, id: &ImageId, image: Result<(&String, &Object), &CallError>) {
        let mut image_id = id.input();
        if let (Ok((digest, _)), Some(members)) = (image, image_id.as_object_mut()) {
            members.insert("imageDigest".to_owned(), json!(digest));
        }
        let arn = image.ok().map(|(digest, _)| self.found(digest).arn);
        let told = |member: &str| image.ok().and_then(|(_, detail)| detail.optional::<String>(member));
        for (reference, used_by) in self.asked.get(id).into_iter().flatten() {
            let body = to_raw_value(&Reference {
                registry_id: self.estate.account().id.to_string(),
                repository_name: &self.name,
                image_id: image_id.clone(),
                used_by,
                image_arn: arn.as_deref(),
                image_manifest_media_type: told("imageManifestMediaType"),
                image_status: told("imageStatus"),
                failure_code: image.err().map(|error| error.code.as_str()),
                failure_reason: image.err().map(|error| error.message.as_str()),
            });
            // Maps with text for keys are always written.
            self.reading.insert(reference, body.unwrap_or_default());
        }
    }

    fn hide(&self, id: &ImageId, error: &CallError) {
        let references = self.asked.get(id).into_iter().flatten().map(|(reference, _)| reference.clone());
        self.reading.hide(error, Gap::EVERYTHING, references.collect());
    }
}

/// What scans found in each image.
///
/// An image that was never scanned has a member that says so, in ECR's words, so that nobody has to conclude it from there
/// being none.
async fn scans(estate: &Estate<'_>, client: &Client, images: &BTreeSet<Found>) {
    let Some(reading) = estate.reading(Collection::ImageScanFindings) else { return };
    stream::iter(images)
        .for_each_concurrent(AHEAD, async |image| match scan(client, reading, image).await {
            Ok((scan, cut)) => {
                reading.insert(&image.arn, scan);
                if let Some(error) = cut {
                    reading.hide(&error, Gap::EVERYTHING, vec![image.arn.clone()]);
                }
            }
            Err(error) if [NEVER_SCANNED, IMAGE_GONE, REPOSITORY_GONE].contains(&error.code.as_str()) => {
                let body = to_raw_value(&json!({
                    "registryId": estate.account().id,
                    "repositoryName": image.repository,
                    "imageId": {"imageDigest": image.digest},
                    "failureCode": error.code,
                    "failureReason": error.message,
                }));
                reading.insert(&image.arn, body.unwrap_or_default());
            }
            Err(error) => reading.hide(&error, Gap::EVERYTHING, vec![image.arn.clone()]),
        })
        .await;
}

/// The pages of one image as one answer, with an error when there were more findings than are kept.
async fn scan(
    client: &Client,
    reading: &Reading<'_>,
    image: &Found,
) -> Result<(Box<RawValue>, Option<CallError>), CallError> {
    let operation = DESCRIBE_SCAN_FINDINGS;
    let (mut guard, mut token, mut whole) = (PageGuard::default(), None, Scan::default());
    loop {
        let id = json!({"imageDigest": image.digest});
        let input = json!({"repositoryName": image.repository, "imageId": id, "maxResults": PAGE});
        let ask = Ask::Input("DescribeImageScanFindings", paged(input, "nextToken", token));
        let answer = reading.call(operation, |probe| client.send(ask, probe)).await?;
        let answer = Object::read(operation, answer.body.as_bytes())?;
        let next = guard
            .next(answer.optional("nextToken"))
            .map_err(|(code, message)| CallError::of_answer(operation, GapKind::Truncated, code, message))?;
        whole.add(answer)?;
        token = next;
        if whole.count >= LIMIT_FINDINGS && token.is_some() {
            let message = format!("the image has more than {LIMIT_FINDINGS} findings");
            let cut = CallError::of_answer(operation, GapKind::Truncated, "TooManyFindings", message);
            return Ok((whole.into_raw()?, Some(cut)));
        }
        if token.is_none() {
            return Ok((whole.into_raw()?, None));
        }
    }
}

/// The pages of an answer so far.
#[derive(Default)]
struct Scan {
    answer: Object,
    findings: Object,
    lists: BTreeMap<&'static str, Vec<Box<RawValue>>>,
    count: usize,
}

impl Scan {
    fn add(&mut self, mut page: Object) -> Result<(), CallError> {
        page.0.remove("nextToken");
        if page.has("imageScanFindings") {
            let mut findings = page.take::<Object>(DESCRIBE_SCAN_FINDINGS, "imageScanFindings")?;
            for name in ["findings", "enhancedFindings"] {
                if findings.has(name) {
                    let list = findings.take::<Vec<Object>>(DESCRIBE_SCAN_FINDINGS, name)?;
                    self.count += list.len();
                    self.lists.entry(name).or_default().extend(list.into_iter().map(without_prose));
                }
            }
            self.findings.0.extend(findings.0);
        }
        self.answer.0.extend(page.0);
        Ok(())
    }

    fn into_raw(mut self) -> Result<Box<RawValue>, CallError> {
        let status = self.answer.require::<Object>(DESCRIBE_SCAN_FINDINGS, "imageScanStatus")?;
        status.require::<String>(DESCRIBE_SCAN_FINDINGS, "status")?;
        for (name, list) in &self.lists {
            put(&mut self.findings, name, list)?;
        }
        if !self.findings.0.is_empty() {
            self.answer.0.insert("imageScanFindings".to_owned(), self.findings.into_raw());
        }
        Ok(self.answer.into_raw())
    }
}

fn put(object: &mut Object, name: &str, value: &impl Serialize) -> Result<(), CallError> {
    let value = to_raw_value(value).map_err(|_| unexpected(DESCRIBE_SCAN_FINDINGS, name))?;
    object.0.insert(name.to_owned(), value);
    Ok(())
}

fn without_prose(mut finding: Object) -> Box<RawValue> {
    finding.0.retain(|name, _| !PROSE.contains(&name.as_str()));
    if let Some(mut details) = finding.optional::<Object>("packageVulnerabilityDetails") {
        details.0.retain(|name, _| !PROSE_OF_DETAILS.contains(&name.as_str()));
        finding.0.insert("packageVulnerabilityDetails".to_owned(), details.into_raw());
    }
    finding.into_raw()
}
