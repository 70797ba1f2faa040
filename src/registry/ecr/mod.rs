//! Private registries of Amazon ECR, by its own API: IAM says who may read, and errors are typed.

mod place;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use futures::future::BoxFuture;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::Url;

use super::answer::{self, check_digest, check_size, malformed, within};
use super::manifest::{LIMIT_BYTES, MEDIA_TYPES};
use super::{Descriptor, Fault, Limits, Manifest, Name, Registry};
use crate::aws::{Ask, Bucket, CallError, Client, Operation, PageGuard, Session};
use crate::collect::ECR;
use crate::domain::{Digest, GapKind};
use crate::http::{self, Get};

pub use place::Place;

const BATCH_GET_IMAGE: Operation = Operation::new("ecr:BatchGetImage", Bucket::EcrPull);
const GET_DOWNLOAD_URL: Operation = Operation::new("ecr:GetDownloadUrlForLayer", Bucket::EcrPull);
const LIST_REFERRERS: Operation = Operation::new("ecr:ListImageReferrers", Bucket::EcrPull);

/// What reading a layer from where ECR says it is, is called in faults.
const LAYER: &str = "GET layer";

/// The most referrers of a page.
const PAGE: u32 = 50;

/// The code with which ECR says that a repository does not exist: it holds nothing then, as registries over HTTP say with
/// `NAME_UNKNOWN`. Who may not look at a repository is denied, and not told this.
const REPOSITORY_GONE: &str = "RepositoryNotFoundException";

/// The codes with which ECR says that there is no such image, as an error or beside other images.
const IMAGE_GONE: [&str; 2] = ["ImageNotFound", "ImageNotFoundException"];

/// The code with which ECR says that a repository has no such layer.
const LAYER_GONE: &str = "LayersNotFoundException";

/// One repository.
#[derive(Debug)]
pub struct Ecr<'a> {
    session: &'a Session,
    client: Client,
    place: Place,
    repository: String,
    limits: Limits,
    layers: http::Client,
}

/// An answer about images.
#[derive(Deserialize)]
struct Images {
    #[serde(default)]
    images: Vec<Image>,
    #[serde(default)]
    failures: Vec<Failure>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Image {
    image_id: ImageId,
    image_manifest: String,
    image_manifest_media_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ImageId {
    image_digest: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    failure_code: String,
}

/// A page of referrers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    referrers: Vec<Referrer>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Referrer {
    digest: Digest,
    media_type: String,
    size: u64,
}

/// Where a layer is. It has no `Debug`, because the URL opens the door.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Download {
    download_url: String,
}

impl<'a> Ecr<'a> {
    /// The IAM actions that reading takes.
    pub const ACTIONS: [&'static str; 3] =
        [BATCH_GET_IMAGE.action, GET_DOWNLOAD_URL.action, LIST_REFERRERS.action];

    /// A repository of the registry at a place, read as the session's caller; the registry may be another account's, and its
    /// Region another than the session's.
    #[must_use]
    pub fn new(session: &'a Session, place: Place, repository: &str, limits: Limits) -> Self {
        let client = session.client_in(ECR, &place.region);
        let layers = answer::client(&limits);
        Self { session, client, place, repository: repository.to_owned(), limits, layers }
    }

    /// Calls an operation about the repository.
    async fn call<T: DeserializeOwned>(
        &self,
        operation: Operation,
        mut input: Value,
    ) -> Result<T, CallError> {
        if let Some(members) = input.as_object_mut() {
            members.insert("registryId".to_owned(), json!(self.place.account));
            members.insert("repositoryName".to_owned(), json!(self.repository));
        }
        let name = operation.action.split_once(':').map_or(operation.action, |(_, name)| name);
        let ask = Ask::Input(name, input);
        let answer = self.session.read(operation, |probe| self.client.send(ask, probe)).await?;
        // The parser's message is left out, because it may quote the body.
        serde_json::from_slice(answer.body.as_bytes()).map_err(|_| {
            let message = "the answer is not what the API promises";
            CallError::of_answer(operation, GapKind::Malformed, "UnexpectedAnswer", message)
        })
    }

    async fn get_manifest(&self, name: &Name) -> Result<Option<Manifest>, Fault> {
        let operation = BATCH_GET_IMAGE.action;
        let id = match name {
            Name::Tag(tag) => json!({ "imageTag": tag }),
            Name::Digest(digest) => json!({ "imageDigest": digest }),
        };
        let input = json!({ "imageIds": [id], "acceptedMediaTypes": MEDIA_TYPES });
        let answer = match self.call::<Images>(BATCH_GET_IMAGE, input).await {
            Ok(answer) => answer,
            Err(error) if error.code == REPOSITORY_GONE || IMAGE_GONE.contains(&error.code.as_str()) => {
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        let is_gone = |failure: &&Failure| IMAGE_GONE.contains(&failure.failure_code.as_str());
        let (gone, failures) = answer.failures.iter().partition::<Vec<_>, _>(is_gone);
        if let Some(failure) = failures.first() {
            return Err(failed(&failure.failure_code));
        }
        // An image that several tags name is described once for each.
        let mut manifests = BTreeMap::new();
        for image in answer.images {
            let manifest = read(image)?;
            manifests.insert(manifest.digest.clone(), manifest);
        }
        match (manifests.pop_first(), manifests.is_empty(), gone.is_empty()) {
            (None, _, false) => Ok(None),
            (None, _, true) => {
                let message = "the answer neither holds the image nor says that it is missing";
                Err(Fault::new(operation, GapKind::Truncated, "IncompleteAnswer", message))
            }
            (Some((_, manifest)), true, true) => {
                if let Name::Digest(digest) = name {
                    check_digest(operation, digest, &manifest.bytes)?;
                }
                Ok(Some(manifest))
            }
            (Some(_), ..) => {
                let message = "one image was asked for, and the answer is about several";
                Err(Fault::new(operation, GapKind::Contradiction, "OtherDigest", message))
            }
        }
    }

    async fn get_blob(&self, blob: &Descriptor) -> Result<Option<Vec<u8>>, Fault> {
        check_size(GET_DOWNLOAD_URL.action, blob, &self.limits)?;
        let input = json!({ "layerDigest": blob.digest });
        let download = match self.call::<Download>(GET_DOWNLOAD_URL, input).await {
            Ok(download) => download,
            Err(error) if [LAYER_GONE, REPOSITORY_GONE].contains(&error.code.as_str()) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let url = Url::parse(&download.download_url).ok().filter(|url| http::is_allowed(url).is_ok());
        let url =
            url.ok_or_else(|| malformed(GET_DOWNLOAD_URL.action, "it leads to no place that is asked"))?;
        let answer = self.layers.send(Get::url(&url)).await.map_err(|error| Fault::of_http(LAYER, &error))?;
        let kind = match answer.status {
            200 => return answer::blob_body(LAYER, &self.layers, answer, blob).await.map(Some),
            401 | 403 => GapKind::Denied,
            429 => GapKind::Throttled,
            500.. => GapKind::Server,
            // ECR has just said that the layer is there.
            _ => GapKind::Contradiction,
        };
        let (status, code) = (answer.status, format!("Http{}", answer.status));
        Err(Fault::new(LAYER, kind, &code, format!("where ECR keeps the layer answers with status {status}")))
    }

    /// An ECR that does not know the operation is a fault like any other, and does not lead to the tag: such a registry may hold
    /// referrers all the same, because signers push them over HTTP.
    async fn get_referrers(&self, digest: &Digest) -> Result<Vec<Descriptor>, Fault> {
        let operation = LIST_REFERRERS.action;
        let (mut guard, mut token, mut found) = (PageGuard::default(), None::<String>, Vec::new());
        for _ in 0..self.limits.pages {
            // Archived referrers are referrers.
            let mut input = json!({
                "subjectId": {"imageDigest": digest},
                "filter": {"artifactStatus": "ANY"},
                "maxResults": PAGE,
            });
            if let (Some(token), Some(members)) = (&token, input.as_object_mut()) {
                members.insert("nextToken".to_owned(), json!(token));
            }
            let page = match self.call::<Page>(LIST_REFERRERS, input).await {
                Ok(page) => page,
                Err(error) if error.code == REPOSITORY_GONE && token.is_none() => return Ok(Vec::new()),
                Err(error) => return Err(error.into()),
            };
            for Referrer { digest, media_type, size } in page.referrers {
                let descriptor = Descriptor { media_type, digest, size };
                if !found.contains(&descriptor) {
                    found.push(descriptor);
                }
            }
            if found.len() > self.limits.referrers {
                return Err(Fault::too_many(operation, self.limits.referrers, "referrers"));
            }
            token = guard
                .next(page.next_token)
                .map_err(|(code, message)| Fault::new(operation, GapKind::Truncated, code, message))?;
            if token.is_none() {
                return Ok(found);
            }
        }
        Err(Fault::too_many(operation, self.limits.pages, "pages of referrers"))
    }
}

impl Registry for Ecr<'_> {
    fn manifest<'a>(&'a self, name: &'a Name) -> BoxFuture<'a, Result<Option<Manifest>, Fault>> {
        Box::pin(within(BATCH_GET_IMAGE.action, &self.limits, self.get_manifest(name)))
    }

    fn blob<'a>(&'a self, blob: &'a Descriptor) -> BoxFuture<'a, Result<Option<Vec<u8>>, Fault>> {
        Box::pin(within(GET_DOWNLOAD_URL.action, &self.limits, self.get_blob(blob)))
    }

    fn referrers<'a>(&'a self, digest: &'a Digest) -> BoxFuture<'a, Result<Option<Vec<Descriptor>>, Fault>> {
        let question = async { self.get_referrers(digest).await.map(Some) };
        Box::pin(within(LIST_REFERRERS.action, &self.limits, question))
    }
}

/// A manifest as ECR gives it, if its bytes are those that ECR names.
fn read(image: Image) -> Result<Manifest, Fault> {
    let operation = BATCH_GET_IMAGE.action;
    let bytes = image.image_manifest.into_bytes();
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LIMIT_BYTES {
        let message = format!("the manifest is larger than {LIMIT_BYTES} bytes");
        return Err(Fault::new(operation, GapKind::Truncated, "TooLarge", message));
    }
    let media_type = MEDIA_TYPES.into_iter().find(|it| *it == image.image_manifest_media_type);
    let media_type = media_type.ok_or_else(|| {
        let message = "the manifest is of a media type that was not asked for";
        Fault::new(operation, GapKind::Malformed, "UnexpectedMediaType", message)
    })?;
    let named = Digest::new(image.image_id.image_digest)
        .map_err(|_| malformed(operation, "`imageDigest` is no SHA-256 digest"))?;
    check_digest(operation, &named, &bytes)?;
    Ok(Manifest { media_type: media_type.to_owned(), digest: named, bytes })
}

/// Why ECR did not give one of the images that were asked for.
fn failed(code: &str) -> Fault {
    let (kind, code, why) = match code {
        "ImageInaccessible" => (GapKind::Denied, code, "is archived, or its key cannot be used"),
        "KmsError" => (GapKind::Denied, code, "is encrypted with a key that cannot be used"),
        "UpstreamAccessDenied" => (GapKind::Denied, code, "is of another registry, which denies access"),
        "UpstreamTooManyRequests" => {
            (GapKind::Throttled, code, "is of another registry, which throttles ECR")
        }
        "UpstreamUnavailable" => (GapKind::Server, code, "is of another registry, which does not answer ECR"),
        "ImageTagDoesNotMatchDigest" | "InvalidImageDigest" | "InvalidImageTag" | "MissingDigestAndTag" => {
            (GapKind::Contradiction, code, "is asked for by a name that ECR does not take")
        }
        _ => (GapKind::Contradiction, "ImageFailure", "is not given, for a reason that is not known here"),
    };
    Fault::new(BATCH_GET_IMAGE.action, kind, code, format!("the image {why}"))
}
