//! What containers call their images, and which of these are in the registry of the account and Region.
//!
//! Other registries are not asked: their images are not the account's to describe.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::domain::{AccountId, Region};
use crate::registry::Place;

/// What ECR takes for a repository's name, a tag and a digest. Anything else it refuses together with the rest of a request.
static PATTERNS: LazyLock<Option<[Regex; 3]>> = LazyLock::new(|| {
    let compile = |pattern: &str| Regex::new(pattern).ok();
    Some([
        compile(r"^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$")?,
        compile(r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$")?,
        compile(r"^sha256:[0-9a-f]{64}$")?,
    ])
});

/// The lengths of repositories' names.
const LENGTHS: std::ops::RangeInclusive<usize> = 2..=256;

/// An image of a repository, by what it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ImageId {
    Tag(String),
    Digest(String),
}

impl ImageId {
    /// As ECR takes it.
    pub(super) fn input(&self) -> Value {
        match self {
            Self::Tag(tag) => json!({ "imageTag": tag }),
            Self::Digest(digest) => json!({ "imageDigest": digest }),
        }
    }
}

/// References of one repository: by image, who calls it so, by reference.
pub(super) type Asked = BTreeMap<ImageId, BTreeMap<String, BTreeSet<String>>>;

/// The registry of one account and Region.
#[derive(Debug)]
pub(super) struct Registry(Place);

impl Registry {
    pub(super) fn new(account: &AccountId, region: &Region) -> Self {
        Self(Place { account: account.clone(), region: region.clone() })
    }

    /// The repository and the image that a reference names; `None` for one of another registry, and for what is none.
    fn read(&self, reference: &str) -> Option<(String, ImageId)> {
        let (name, digest) = match reference.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (reference, None),
        };
        let (host, path) = name.split_once('/')?;
        if Place::of_host(host).as_ref() != Some(&self.0) {
            return None;
        }
        let (repository, tag) = path.split_once(':').unwrap_or((path, "latest"));
        let [repositories, tags, digests] = PATTERNS.as_ref()?;
        let is_name = LENGTHS.contains(&repository.len()) && repositories.is_match(repository);
        let id = match digest {
            Some(digest) => digests.is_match(digest).then(|| ImageId::Digest(digest.to_owned())),
            None => Some(ImageId::Tag(tag.to_owned())),
        };
        // A tag beside a digest is not looked at by whoever pulls the image, but must be one.
        id.filter(|_| is_name && tags.is_match(tag)).map(|id| (repository.to_owned(), id))
    }

    /// The references of the registry's images, by repository.
    pub(super) fn sort(&self, named: impl IntoIterator<Item = Named>) -> BTreeMap<String, Asked> {
        let mut repositories = BTreeMap::<String, Asked>::new();
        for Named { reference, definition } in named {
            if let Some((repository, id)) = self.read(&reference) {
                let references = repositories.entry(repository).or_default().entry(id).or_default();
                references.entry(reference).or_default().extend(definition);
            }
        }
        repositories
    }
}

/// A reference, and the task definition whose containers are started from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    reference: String,
    definition: Option<String>,
}

/// A task definition, a service revision or a task, as far as images go.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Body {
    task_definition_arn: Option<String>,
    task_definition: Option<String>,
    last_status: Option<String>,
    container_definitions: Option<Vec<Container>>,
    container_images: Option<Vec<Container>>,
    containers: Option<Vec<Container>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Container {
    image: Option<String>,
    image_digest: Option<String>,
}

/// What a task definition, a service revision or a task calls its images: as they are written, and, where ECS says which
/// image that was, by digest, because the tag may have moved on.
pub(super) fn named(body: &str) -> Vec<Named> {
    let body = serde_json::from_str::<Body>(body).unwrap_or_default();
    if body.last_status.as_deref() == Some("STOPPED") {
        return Vec::new();
    }
    let definition = body.task_definition_arn.or(body.task_definition);
    let lists = [body.container_definitions, body.container_images, body.containers];
    let references = lists.into_iter().flatten().flatten().flat_map(references);
    references.map(|reference| Named { reference, definition: definition.clone() }).collect()
}

fn references(container: Container) -> Vec<String> {
    let Some(image) = container.image else { return Vec::new() };
    let resolved = container.image_digest.map(|digest| {
        let name = image.split('@').next().unwrap_or_default();
        let at = name.rfind('/').unwrap_or_default();
        let (path, last) = name.split_at_checked(at).unwrap_or((name, ""));
        format!("{path}{}@{digest}", last.split(':').next().unwrap_or_default())
    });
    std::iter::once(image).chain(resolved).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registry() -> Registry {
        Registry::new(&AccountId::new("123456789012").unwrap(), &Region::new("eu-central-1").unwrap())
    }

    const HOST: &str = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";

    #[test]
    fn images_of_the_registry_are_told_from_others() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        let tag = |tag: &str| Some(ImageId::Tag(tag.to_owned()));
        for (reference, expected) in [
            (format!("{HOST}/team/web:1.2"), tag("1.2")),
            (format!("{HOST}/team/web"), tag("latest")),
            (format!("{}/team/web:1", HOST.to_uppercase()), tag("1")),
            (format!("{HOST}/team/web:1@{digest}"), Some(ImageId::Digest(digest.clone()))),
            ("123456789012.dkr-ecr.eu-central-1.on.aws/team/web:1".to_owned(), tag("1")),
            ("123456789012.dkr.ecr-fips.eu-central-1.amazonaws.com/team/web:1".to_owned(), tag("1")),
            ("nginx".to_owned(), None),
            ("123456789013.dkr.ecr.eu-central-1.amazonaws.com/team/web:1".to_owned(), None),
            ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/web:1".to_owned(), None),
            (format!("{HOST}.evil.example/team/web:1"), None),
            (format!("{HOST}/Team/web:1"), None),
            (format!("{HOST}/team/web:-1"), None),
            (format!("{HOST}/team/web:1:2"), None),
            (format!("{HOST}/team/web@sha256:12"), None),
            (format!("{HOST}/w:1"), None),
            (format!("{HOST}/{}:1", "w".repeat(257)), None),
            (HOST.to_owned(), None),
            (String::new(), None),
        ] {
            let read = registry().read(&reference);
            assert!(read.as_ref().is_none_or(|(repository, _)| repository == "team/web"), "{reference}");
            assert_eq!(read.map(|(_, id)| id), expected, "{reference}");
        }
    }

    fn names(body: Value) -> Vec<String> {
        named(&body.to_string()).into_iter().map(|named| named.reference).collect()
    }

    #[test]
    fn a_container_that_runs_is_known_by_its_digest_too() {
        let digest = "sha256:b";
        for (image, resolved) in [
            ("host:5000/team/web:1", "host:5000/team/web@sha256:b"),
            ("host/web", "host/web@sha256:b"),
            ("host/web:1@sha256:a", "host/web@sha256:b"),
            ("web:1", "web@sha256:b"),
        ] {
            let container = json!({"image": image, "imageDigest": digest});
            assert_eq!(names(json!({"containers": [container]})), [image, resolved]);
            assert_eq!(names(json!({"containerImages": [container]})), [image, resolved]);
        }
        assert_eq!(names(json!({"containerDefinitions": [{"image": "web:1"}, {}]})), ["web:1"]);
    }

    #[test]
    fn a_task_that_has_stopped_uses_no_image() {
        assert_eq!(names(json!({"lastStatus": "STOPPED", "containers": [{"image": "web"}]})), [""; 0]);
        assert_eq!(names(json!([])), [""; 0]);
    }

    #[test]
    fn whoever_uses_an_image_is_a_task_definition() {
        let reference = format!("{HOST}/web:1");
        let of = |name: &str, value: &str| {
            named(&json!({name: value, "containers": [{"image": reference}]}).to_string())
        };
        let all = of("taskDefinitionArn", "td:1").into_iter().chain(of("taskDefinition", "td:2"));
        let sorted = registry().sort(all);
        let users = BTreeSet::from(["td:1".to_owned(), "td:2".to_owned()]);
        let references = BTreeMap::from([(reference, users)]);
        let asked = Asked::from([(ImageId::Tag("1".to_owned()), references)]);
        assert_eq!(sorted, BTreeMap::from([("web".to_owned(), asked)]));
    }
}
