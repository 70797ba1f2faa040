//! Which images run or would run, by what they are called and by whom.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{Collection, Gathered};
use crate::attest::{DigestSource, UserKind as Kind, Users};
use crate::domain::{Digest, ImageReference};

/// One image that runs, or that a task definition would start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UsedImage {
    /// The reference with what it leaves out; `None` when the text is no reference.
    pub reference: Option<ImageReference>,
    /// The digest that runs or is pinned, and who says so; `None` when a registry has to be asked.
    pub digest: Option<(Digest, DigestSource)>,
    /// What containers call it, as they write it.
    pub written: BTreeSet<String>,
    /// Who uses it.
    pub users: Users,
}

/// The images of an estate by normalised reference, or by what is written where that is no reference.
///
/// What runs is what counts: the digest that a task's container runs, else the one that ECS resolved for a service's revision,
/// else the one that a task definition pins. An image that only task definitions name, by a tag, has no digest here, and is
/// left out where tasks or revisions stayed hidden: it may run under a digest that nobody saw, and would be told as another
/// image the next time. The gaps of both are this collection's too, and say so.
#[must_use]
pub fn used_images(gathered: &BTreeMap<Collection, Gathered>) -> BTreeMap<String, UsedImage> {
    let mut images = BTreeMap::<String, UsedImage>::new();
    // What a task definition calls an image that is known by a digest.
    let mut known = BTreeSet::<(String, String)>::new();
    let mut take = |of: &Container, source: DigestSource, users: &[(Kind, &String)]| {
        let (Some(written), Some(digest)) = (&of.image, &of.image_digest) else { return };
        let Ok(digest) = Digest::new(digest.as_str()) else { return };
        let reference = ImageReference::parse(written).ok();
        let key = match &reference {
            Some(reference) => format!("{}@{digest}", reference.name()),
            None => format!("{written}@{digest}"),
        };
        let image = images.entry(key).or_default();
        image.reference = image.reference.take().or(reference);
        let first = image.digest.as_ref().map_or(source, |(_, earlier)| source.min(*earlier));
        image.digest = Some((digest, first));
        image.written.insert(written.clone());
        for (kind, arn) in users {
            image.users.add(*kind, arn);
            if *kind == Kind::TaskDefinition {
                known.insert(((*arn).clone(), written.clone()));
            }
        }
    };
    for (arn, task) in members::<Task>(gathered, Collection::Tasks) {
        if task.last_status.as_deref() == Some("STOPPED") {
            continue;
        }
        let definition = task.task_definition_arn.as_ref().map(|arn| (Kind::TaskDefinition, arn));
        let users = definition.into_iter().chain([(Kind::Task, arn)]).collect::<Vec<_>>();
        task.containers.iter().flatten().for_each(|of| take(of, DigestSource::Task, &users));
    }
    for (_, revision) in members::<Revision>(gathered, Collection::ServiceRevisions) {
        let service = revision.service_arn.as_ref().map(|arn| (Kind::Service, arn));
        let definition = revision.task_definition.as_ref().map(|arn| (Kind::TaskDefinition, arn));
        let users = definition.into_iter().chain(service).collect::<Vec<_>>();
        revision
            .container_images
            .iter()
            .flatten()
            .for_each(|of| take(of, DigestSource::ServiceRevision, &users));
    }
    let mut named = Vec::new();
    for (arn, definition) in members::<Definition>(gathered, Collection::TaskDefinitions) {
        for written in definition.container_definitions.into_iter().flatten().filter_map(|of| of.image) {
            let pinned =
                ImageReference::parse(&written).ok().and_then(|reference| reference.digest().cloned());
            match pinned {
                Some(digest) => {
                    let of = Container { image: Some(written), image_digest: Some(digest.to_string()) };
                    take(&of, DigestSource::Pinned, &[(Kind::TaskDefinition, arn)]);
                }
                None => named.push((arn.clone(), written)),
            }
        }
    }
    let hides = |collection| gathered.get(&collection).is_some_and(|of| !of.gaps.is_empty());
    if hides(Collection::Tasks) || hides(Collection::ServiceRevisions) {
        return images;
    }
    for (arn, written) in named {
        if known.contains(&(arn.clone(), written.clone())) {
            continue;
        }
        let reference = ImageReference::parse(&written).ok();
        let key = reference.as_ref().map_or_else(|| written.clone(), ToString::to_string);
        let image = images.entry(key).or_default();
        image.reference = reference;
        image.written.insert(written);
        image.users.add(Kind::TaskDefinition, &arn);
    }
    images
}

/// Members whose facts cannot be read have none: their collector has judged them already.
fn members<T: for<'de> Deserialize<'de>>(
    gathered: &BTreeMap<Collection, Gathered>,
    collection: Collection,
) -> impl Iterator<Item = (&String, T)> {
    let members = gathered.get(&collection).into_iter().flat_map(|gathered| &gathered.members);
    members.filter_map(|(key, body)| Some((key, serde_json::from_str(body.get()).ok()?)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Task {
    task_definition_arn: Option<String>,
    last_status: Option<String>,
    containers: Option<Vec<Container>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Revision {
    service_arn: Option<String>,
    task_definition: Option<String>,
    container_images: Option<Vec<Container>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Definition {
    container_definitions: Option<Vec<Container>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Container {
    image: Option<String>,
    image_digest: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::testing::gap;

    fn digest(digit: &str) -> String {
        format!("sha256:{}", digit.repeat(64))
    }

    fn gathered(estate: &[(Collection, &str, Value)]) -> BTreeMap<Collection, Gathered> {
        let mut gathered = BTreeMap::<Collection, Gathered>::new();
        for (collection, key, body) in estate {
            let body = serde_json::value::to_raw_value(body).unwrap();
            gathered.entry(*collection).or_default().members.insert((*key).to_owned(), body);
        }
        gathered
    }

    fn of(estate: &[(Collection, &str, Value)]) -> BTreeMap<String, UsedImage> {
        used_images(&gathered(estate))
    }

    fn definition(images: &[&str]) -> Value {
        let containers = images.iter().map(|image| json!({ "image": image })).collect::<Vec<_>>();
        json!({ "containerDefinitions": containers })
    }

    #[test]
    fn what_runs_is_what_counts() {
        let (a, b, c) = (digest("a"), digest("b"), digest("c"));
        let images = of(&[
            (Collection::TaskDefinitions, "td:1", definition(&["web:1", "side", &format!("h.io/x:2@{c}")])),
            (
                Collection::Tasks,
                "task",
                json!({"taskDefinitionArn": "td:1", "lastStatus": "RUNNING", "containers": [
                    {"image": "web:1", "imageDigest": a}, {"image": "side"}]}),
            ),
            (
                Collection::Tasks,
                "gone",
                json!({"taskDefinitionArn": "td:1", "lastStatus": "STOPPED", "containers": [
                    {"image": "web:1", "imageDigest": digest("e")}]}),
            ),
            (
                Collection::ServiceRevisions,
                "rev",
                json!({"serviceArn": "svc", "taskDefinition": "td:1", "containerImages": [
                    {"image": "web:1", "imageDigest": a}, {"image": "web:2", "imageDigest": b}]}),
            ),
        ]);
        let seen = images.iter().map(|(key, image)| {
            let source = image.digest.as_ref().map(|(_, source)| *source);
            (key.as_str(), source, serde_json::to_value(&image.users).unwrap())
        });
        let web = "docker.io/library/web";
        assert_eq!(
            seen.collect::<Vec<_>>(),
            [
                ("docker.io/library/side:latest", None, json!({"task_definitions": ["td:1"]})),
                (
                    format!("{web}@{a}").as_str(),
                    Some(DigestSource::Task),
                    json!({"services": ["svc"], "task_definitions": ["td:1"], "tasks": ["task"]})
                ),
                (
                    format!("{web}@{b}").as_str(),
                    Some(DigestSource::ServiceRevision),
                    json!({"services": ["svc"], "task_definitions": ["td:1"]})
                ),
                (
                    format!("h.io/x@{c}").as_str(),
                    Some(DigestSource::Pinned),
                    json!({"task_definitions": ["td:1"]})
                ),
            ]
        );
        assert_eq!(images[&format!("h.io/x@{c}")].written, BTreeSet::from([format!("h.io/x:2@{c}")]));
    }

    #[test]
    fn what_may_run_unseen_is_not_told_by_its_tag() {
        let pinned = format!("h.io/x@{}", digest("c"));
        let estate = gathered(&[(Collection::TaskDefinitions, "td:1", definition(&["web:1", &pinned]))]);
        for hidden in [Collection::Tasks, Collection::ServiceRevisions] {
            let mut estate = estate.clone();
            estate.entry(hidden).or_default().gaps.push(gap("cluster", &[]));
            assert_eq!(used_images(&estate).into_keys().collect::<Vec<_>>(), [pinned.as_str()], "{hidden:?}");
        }
        assert_eq!(used_images(&estate).len(), 2);
    }

    #[test]
    fn what_is_no_reference_is_kept_as_it_is_written() {
        let images = of(&[(Collection::TaskDefinitions, "td:1", definition(&["Not A Reference"]))]);
        assert_eq!(images["Not A Reference"].reference, None);
    }
}
