//! Amazon GuardDuty: what it is told to detect, and which clusters its runtime agent covers.

use futures::stream::{self, StreamExt};
use serde_json::json;

use super::Estate;
use super::body::Object;
use super::plan::{GET_DETECTOR, LIST_COVERAGE, LIST_DETECTORS};
use super::reading::{AHEAD, Reading, paged};
use crate::aws::{Api, Ask, CallError, Client, Protocol, escaped};
use crate::domain::Gap;
use crate::snapshot::Collection;

const API: Api = Api {
    id: "GuardDuty",
    signing_name: "guardduty",
    host: "guardduty",
    dual_stack_host: Some("guardduty"),
    plain_fips_in_gov: true,
    is_global: false,
    protocol: Protocol::Rest,
};

/// The most members of a page.
const PAGE: u32 = 50;

/// Gets every detector, of which a Region has one at most, and lists its coverage of ECS clusters.
pub(super) async fn read(estate: &Estate<'_>) {
    let Some(reading) = estate.reading(Collection::Detectors) else { return };
    let client = estate.client(API);
    let page = |token: Option<String>, probe| {
        let token = token.map(|token| format!("&nextToken={}", escaped(&token))).unwrap_or_default();
        client.send(Ask::Get(format!("/detector?maxResults={PAGE}{token}")), probe)
    };
    let detectors = reading.list_all_arns(LIST_DETECTORS, "detectorIds", page).await;
    stream::iter(&detectors)
        .for_each_concurrent(AHEAD, async |id| match detector(&client, reading, id).await {
            Ok(detector) => reading.insert(id.clone(), detector.into_raw()),
            Err(error) => reading.hide(&error, Gap::EVERYTHING, vec![id.clone()]),
        })
        .await;
    let Some(reading) = estate.reading(Collection::RuntimeCoverage) else { return };
    let clusters = json!({"filterCriterion": [
        {"criterionKey": "RESOURCE_TYPE", "filterCondition": {"equals": ["ECS"]}},
    ]});
    for id in &detectors {
        let page = |token, probe| {
            let input = paged(json!({"maxResults": PAGE, "filterCriteria": clusters}), "nextToken", token);
            client.send(Ask::Post(format!("/detector/{}/coverage", escaped(id)), input), probe)
        };
        let names = ("resources", "nextToken");
        reading.list_members(LIST_COVERAGE, names, "resourceId", Gap::EVERYTHING, page).await;
    }
}

async fn detector(client: &Client, reading: &Reading<'_>, id: &str) -> Result<Object, CallError> {
    let ask = Ask::Get(format!("/detector/{}", escaped(id)));
    let answer = reading.call(GET_DETECTOR, |probe| client.send(ask, probe)).await?;
    let detector = Object::read(GET_DETECTOR, answer.body.as_bytes())?;
    detector.require::<String>(GET_DETECTOR, "status")?;
    Ok(detector)
}
