//! Amazon ECR: the repositories of the account's registry, what they allow, and how they are scanned; the images in use,
//! what scans found in them, and how far they are signed.

mod images;
mod references;
mod signing;

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt};
use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use super::Estate;
use super::body::Object;
use super::plan::{
    DESCRIBE_REPOSITORIES, GET_LIFECYCLE_POLICY, GET_REGISTRY_SCANNING, GET_REPOSITORY_POLICY,
    GET_REPOSITORY_SCANNING, LIST_REPOSITORY_TAGS,
};
use super::reading::{AHEAD, Reading, paged, unexpected};
use crate::aws::{Api, Ask, CallError, Client, Operation, Protocol};
use crate::domain::{Gap, GapKind};
use crate::snapshot::Collection;

/// The API of private registries.
pub(crate) const API: Api = Api {
    id: "ECR",
    signing_name: "ecr",
    host: "api.ecr",
    dual_stack_host: Some("ecr"),
    plain_fips_in_gov: false,
    is_global: false,
    protocol: Protocol::Json("AmazonEC2ContainerRegistry_V20150921"),
};

/// The most repositories of a page.
const PAGE: u32 = 1000;

/// The most repositories that are asked for their scanning at a time.
const LIMIT_SCANNING: usize = 25;

/// The code with which ECR says that a repository does not exist any more.
const GONE: &str = "RepositoryNotFoundException";

pub(super) use images::read as read_images;

/// Something that each repository is asked for by itself.
struct Part {
    collection: Collection,
    operation: Operation,
    /// The operation's name.
    name: &'static str,
    /// The code with which ECR says that the repository has none.
    none: &'static str,
    /// A member of the answer that is a policy's text.
    policy: Option<&'static str>,
}

const PARTS: [Part; 3] = [
    Part {
        collection: Collection::RepositoryPolicies,
        operation: GET_REPOSITORY_POLICY,
        name: "GetRepositoryPolicy",
        none: "RepositoryPolicyNotFoundException",
        policy: Some("policyText"),
    },
    Part {
        collection: Collection::LifecyclePolicies,
        operation: GET_LIFECYCLE_POLICY,
        name: "GetLifecyclePolicy",
        none: "LifecyclePolicyNotFoundException",
        policy: Some("lifecyclePolicyText"),
    },
    Part {
        collection: Collection::RepositoryTags,
        operation: LIST_REPOSITORY_TAGS,
        name: "ListTagsForResource",
        none: GONE,
        policy: None,
    },
];

/// Reads what is needed of the registry.
pub(super) async fn read(estate: &Estate<'_>) {
    let client = estate.client(API);
    futures::join!(registry(estate, &client), signing::configuration(estate, &client), async {
        let repositories = repositories(estate, &client).await;
        futures::join!(parts(estate, &client, &repositories), scanning(estate, &client, &repositories));
    });
}

/// How the registry scans.
async fn registry(estate: &Estate<'_>, client: &Client) {
    let Some(reading) = estate.reading(Collection::RegistryScanning) else { return };
    let ask = Ask::Input("GetRegistryScanningConfiguration", json!({}));
    let read = async {
        let answer = reading.call(GET_REGISTRY_SCANNING, |probe| client.send(ask, probe)).await?;
        let configuration = Object::read(GET_REGISTRY_SCANNING, answer.body.as_bytes())?;
        configuration.require::<Object>(GET_REGISTRY_SCANNING, "scanningConfiguration")?;
        Ok::<_, CallError>(configuration)
    };
    match read.await {
        Ok(configuration) => reading.insert(estate.account().id.to_string(), configuration.into_raw()),
        Err(error) => reading.hide(&error, Gap::EVERYTHING, Vec::new()),
    }
}

/// Every repository, by ARN, with its name.
async fn repositories(estate: &Estate<'_>, client: &Client) -> Vec<(String, String)> {
    let Some(reading) = estate.reading(Collection::Repositories) else { return Vec::new() };
    let names = ("repositories", "nextToken");
    let page = |token, probe| {
        let input = paged(json!({"maxResults": PAGE}), "nextToken", token);
        client.send(Ask::Input("DescribeRepositories", input), probe)
    };
    let (listed, error) = reading.list_objects(DESCRIBE_REPOSITORIES, names, "repositoryArn", page).await;
    if let Some(error) = error {
        reading.hide(&error, Gap::EVERYTHING, Vec::new());
    }
    let mut repositories = Vec::new();
    for (arn, repository) in listed {
        match repository.require::<String>(DESCRIBE_REPOSITORIES, "repositoryName") {
            Ok(name) => repositories.push((arn.clone(), name)),
            Err(error) => {
                reading.hide(&error, Gap::EVERYTHING, vec![arn]);
                continue;
            }
        }
        reading.insert(arn, repository.into_raw());
    }
    repositories
}

/// What each repository is asked for by itself.
async fn parts(estate: &Estate<'_>, client: &Client, repositories: &[(String, String)]) {
    for part in &PARTS {
        let Some(reading) = estate.reading(part.collection) else { continue };
        stream::iter(repositories)
            .for_each_concurrent(AHEAD, async |(arn, name)| {
                match one(client, reading, part, arn, name).await {
                    Ok(body) => reading.insert(arn.clone(), body),
                    Err(error) if error.code == part.none => {}
                    Err(error) if error.code == GONE => {
                        tracing::debug!(arn, "vanished between being listed and being described");
                    }
                    Err(error) => reading.hide(&error, Gap::EVERYTHING, vec![arn.clone()]),
                }
            })
            .await;
    }
}

async fn one(
    client: &Client,
    reading: &Reading<'_>,
    part: &Part,
    arn: &str,
    name: &str,
) -> Result<Box<RawValue>, CallError> {
    let input = match part.policy {
        Some(_) => json!({"repositoryName": name}),
        None => json!({"resourceArn": arn}),
    };
    let ask = Ask::Input(part.name, input);
    let answer = reading.call(part.operation, |probe| client.send(ask, probe)).await?;
    let mut body = Object::read(part.operation, answer.body.as_bytes())?;
    match part.policy {
        Some(member) => decode(&mut body, part.operation, member)?,
        None => drop(body.require::<Vec<Object>>(part.operation, "tags")?),
    }
    Ok(body.into_raw())
}

/// Puts a policy in the place of its text, as IAM's policies stand in a document.
fn decode(body: &mut Object, operation: Operation, member: &str) -> Result<(), CallError> {
    let text = body.require::<String>(operation, member)?;
    let policy = serde_json::from_str::<Value>(&text).ok().filter(Value::is_object);
    let policy = policy.and_then(|policy| to_raw_value(&policy).ok());
    body.0.insert(member.to_owned(), policy.ok_or_else(|| unexpected(operation, member))?);
    Ok(())
}

/// How each repository is scanned in effect, whatever the registry's rules and its own setting say.
async fn scanning(estate: &Estate<'_>, client: &Client, repositories: &[(String, String)]) {
    let Some(reading) = estate.reading(Collection::RepositoryScanning) else { return };
    stream::iter(repositories.chunks(LIMIT_SCANNING))
        .for_each_concurrent(AHEAD, async |batch| {
            if let Err(error) = scanning_of(client, reading, batch).await {
                let arns = batch.iter().map(|(arn, _)| arn.clone()).collect();
                reading.hide(&error, Gap::EVERYTHING, arns);
            }
        })
        .await;
}

async fn scanning_of(
    client: &Client,
    reading: &Reading<'_>,
    batch: &[(String, String)],
) -> Result<(), CallError> {
    let operation = GET_REPOSITORY_SCANNING;
    let names = batch.iter().map(|(_, name)| name).collect::<Vec<_>>();
    let ask = Ask::Input("BatchGetRepositoryScanningConfiguration", json!({"repositoryNames": names}));
    let answer = reading.call(operation, |probe| client.send(ask, probe)).await?;
    let mut answer = Object::read(operation, answer.body.as_bytes())?;
    let failures = answer.items::<Failure>("failures");
    let mut configured = BTreeMap::new();
    for configuration in answer.take::<Vec<Object>>(operation, "scanningConfigurations")? {
        let arn = configuration.require::<String>(operation, "repositoryArn")?;
        configured.insert(arn, configuration.into_raw());
    }
    for (arn, name) in batch {
        if let Some(configuration) = configured.remove(arn) {
            reading.insert(arn.clone(), configuration);
            continue;
        }
        let failure = failures.iter().find(|failure| failure.repository_name == *name);
        let (code, message) = match failure {
            Some(failure) if failure.failure_code == "REPOSITORY_NOT_FOUND" => continue,
            Some(failure) => (failure.failure_code.as_str(), failure.failure_reason.as_str()),
            None => ("IncompleteAnswer", "the answer does not speak of the repository"),
        };
        let error = CallError::of_answer(operation, GapKind::Server, code, message);
        reading.hide(&error, Gap::EVERYTHING, vec![arn.clone()]);
    }
    Ok(())
}

/// What ECR says about a repository whose scanning it does not tell.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Failure {
    repository_name: String,
    failure_code: String,
    failure_reason: String,
}
