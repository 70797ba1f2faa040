//! CloudTrail: the trails that record what is done in the Region, and whether they do.

use futures::stream::{self, StreamExt};
use serde_json::json;

use super::Estate;
use super::body::Object;
use super::plan::{DESCRIBE_TRAILS, GET_TRAIL_STATUS};
use super::reading::{AHEAD, Reading};
use crate::aws::{Api, Ask, CallError, Client, Protocol};
use crate::domain::Gap;
use crate::snapshot::Collection;

const API: Api = Api {
    id: "CloudTrail",
    signing_name: "cloudtrail",
    host: "cloudtrail",
    dual_stack_host: Some("cloudtrail"),
    plain_fips_in_gov: true,
    is_global: false,
    protocol: Protocol::Json("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101"),
};

/// The code with which CloudTrail says that a trail does not exist any more.
const GONE: &str = "TrailNotFoundException";

/// Describes every trail that covers the Region, and asks each whether it logs.
pub(super) async fn read(estate: &Estate<'_>) {
    let Some(reading) = estate.reading(Collection::Trails) else { return };
    let client = estate.client(API);
    // All of them come in one answer. Trails of other Regions and of the organization record this one too.
    let ask = Ask::Input("DescribeTrails", json!({"includeShadowTrails": true}));
    let names = ("trailList", "nextToken");
    let page = |_, probe| client.send(ask.clone(), probe);
    let (trails, error) = reading.list_objects(DESCRIBE_TRAILS, names, "TrailARN", page).await;
    if let Some(error) = error {
        reading.hide(&error, Gap::EVERYTHING, Vec::new());
    }
    let mut arns = Vec::new();
    for (arn, trail) in trails {
        reading.insert(arn.clone(), trail.into_raw());
        arns.push(arn);
    }
    let Some(reading) = estate.reading(Collection::TrailStatus) else { return };
    stream::iter(arns)
        .for_each_concurrent(AHEAD, async |arn: String| match status(&client, reading, &arn).await {
            Ok(status) => reading.insert(arn, status.into_raw()),
            Err(error) if error.code == GONE => {
                tracing::debug!(arn, "vanished between being listed and being described");
            }
            Err(error) => reading.hide(&error, Gap::EVERYTHING, vec![arn]),
        })
        .await;
}

async fn status(client: &Client, reading: &Reading<'_>, arn: &str) -> Result<Object, CallError> {
    let ask = Ask::Input("GetTrailStatus", json!({"Name": arn}));
    let answer = reading.call(GET_TRAIL_STATUS, |probe| client.send(ask, probe)).await?;
    let status = Object::read(GET_TRAIL_STATUS, answer.body.as_bytes())?;
    status.require::<bool>(GET_TRAIL_STATUS, "IsLogging")?;
    Ok(status)
}
