//! ECR's managed signing: what the registry signs when it is pushed, and how far that has come with images in use.

use std::collections::BTreeSet;

use futures::stream::{self, StreamExt};
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};

use super::images::Found;
use crate::aws::{Ask, CallError, Client};
use crate::collect::Estate;
use crate::collect::body::Object;
use crate::collect::plan::{DESCRIBE_SIGNING_STATUS, GET_SIGNING_CONFIGURATION};
use crate::collect::reading::{AHEAD, Reading};
use crate::domain::Gap;
use crate::snapshot::Collection;

/// The code with which ECR says that the registry signs nothing.
const NO_CONFIGURATION: &str = "SigningConfigurationNotFoundException";

/// What the registry signs. That it signs nothing is a configuration without rules, so that nobody has to conclude it from there
/// being none.
pub(super) async fn configuration(estate: &Estate<'_>, client: &Client) {
    let Some(reading) = estate.reading(Collection::SigningConfiguration) else { return };
    let account = estate.account().id.to_string();
    match ask_configuration(client, reading).await {
        Ok(configuration) => reading.insert(account, configuration),
        Err(error) if error.code == NO_CONFIGURATION => {
            let body = to_raw_value(&json!({"registryId": account, "signingConfiguration": {"rules": []}}));
            reading.insert(account, body.unwrap_or_default());
        }
        Err(error) => reading.hide(&error, Gap::EVERYTHING, Vec::new()),
    }
}

async fn ask_configuration(client: &Client, reading: &Reading<'_>) -> Result<Box<RawValue>, CallError> {
    let operation = GET_SIGNING_CONFIGURATION;
    let ask = Ask::Input("GetSigningConfiguration", json!({}));
    let answer = reading.call(operation, |probe| client.send(ask, probe)).await?;
    let answer = Object::read(operation, answer.body.as_bytes())?;
    let configuration = answer.require::<Object>(operation, "signingConfiguration")?;
    for rule in configuration.require::<Vec<Object>>(operation, "rules")? {
        rule.require::<String>(operation, "signingProfileArn")?;
    }
    Ok(answer.into_raw())
}

/// How far signing has come with each image.
pub(super) async fn status(estate: &Estate<'_>, client: &Client, images: &BTreeSet<Found>) {
    let Some(reading) = estate.reading(Collection::SigningStatus) else { return };
    stream::iter(images)
        .for_each_concurrent(AHEAD, async |image| match ask_status(client, reading, image).await {
            Ok(status) => reading.insert(&image.arn, status),
            // Also one that ECR does not know any more: it was described a moment ago, and not signed is something else.
            Err(error) => reading.hide(&error, Gap::EVERYTHING, vec![image.arn.clone()]),
        })
        .await;
}

async fn ask_status(
    client: &Client,
    reading: &Reading<'_>,
    image: &Found,
) -> Result<Box<RawValue>, CallError> {
    let operation = DESCRIBE_SIGNING_STATUS;
    let id = json!({"imageDigest": image.digest});
    let ask =
        Ask::Input("DescribeImageSigningStatus", json!({"repositoryName": image.repository, "imageId": id}));
    let answer = reading.call(operation, |probe| client.send(ask, probe)).await?;
    let answer = Object::read(operation, answer.body.as_bytes())?;
    for status in answer.require::<Vec<Object>>(operation, "signingStatuses")? {
        status.require::<String>(operation, "status")?;
    }
    Ok(answer.into_raw())
}
