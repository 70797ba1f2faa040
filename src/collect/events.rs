//! EventBridge: the rules that run tasks.
//!
//! A rule holds those of its targets that run tasks, which the API gives apart from it. Its other targets are nobody's
//! business here, and their inputs may hold anything.

use std::collections::BTreeSet;

use futures::stream::{self, StreamExt};
use serde_json::json;
use serde_json::value::to_raw_value;

use super::Estate;
use super::body::Object;
use super::plan::{LIST_EVENT_BUSES, LIST_RULES, LIST_TARGETS_BY_RULE};
use super::reading::{AHEAD, Reading, paged, unexpected};
use crate::aws::{Api, Ask, CallError, Client, Protocol};
use crate::domain::Gap;
use crate::snapshot::{Collection, task_definitions};

const API: Api = Api {
    id: "EventBridge",
    signing_name: "events",
    host: "events",
    dual_stack_host: Some("events"),
    plain_fips_in_gov: true,
    protocol: Protocol::Json("AWSEvents"),
};

/// The most members of a page.
const PAGE: u32 = 100;

/// The bus that every account has.
const DEFAULT_BUS: &str = "default";

/// The code with which EventBridge says that a bus or a rule does not exist any more.
const GONE: &str = "ResourceNotFoundException";

/// Reads the rules of every bus that run tasks.
pub(super) async fn read(estate: &Estate<'_>) {
    let Some(reading) = estate.reading(Collection::Rules) else { return };
    let client = estate.client(API);
    let page = |token, probe| {
        let input = paged(json!({"Limit": PAGE}), "NextToken", token);
        client.send(Ask::Input("ListEventBuses", input), probe)
    };
    let names = ("EventBuses", "NextToken");
    let (listed, error) = reading.list_objects(LIST_EVENT_BUSES, names, "Name", page).await;
    if let Some(error) = error {
        reading.hide(&error, Gap::EVERYTHING, Vec::new());
    }
    let mut buses = listed.into_iter().map(|(name, _)| name).collect::<BTreeSet<_>>();
    buses.insert(DEFAULT_BUS.to_owned());
    stream::iter(buses)
        .for_each_concurrent(AHEAD, async |bus: String| of_bus(estate, &client, reading, &bus).await)
        .await;
}

async fn of_bus(estate: &Estate<'_>, client: &Client, reading: &Reading<'_>, bus: &str) {
    let page = |token, probe| {
        let input = paged(json!({"EventBusName": bus, "Limit": PAGE}), "NextToken", token);
        client.send(Ask::Input("ListRules", input), probe)
    };
    let (rules, error) = reading.list_objects(LIST_RULES, ("Rules", "NextToken"), "Arn", page).await;
    if let Some(error) = error.filter(|error| error.code != GONE) {
        reading.hide(&error, Gap::EVERYTHING, Vec::new());
    }
    stream::iter(rules)
        .for_each_concurrent(AHEAD, async |(arn, mut rule)| {
            match join_targets(client, reading, bus, &mut rule).await {
                Ok(true) => {
                    estate.redactor.redact(&mut rule);
                    reading.insert(arn, rule.into_raw());
                }
                Ok(false) => {}
                Err(error) if error.code == GONE => {
                    tracing::debug!(arn, "vanished between being listed and being described");
                }
                Err(error) => reading.hide(&error, Gap::EVERYTHING, vec![arn]),
            }
        })
        .await;
}

/// Puts the targets that run tasks into a rule; whether there are any.
async fn join_targets(
    client: &Client,
    reading: &Reading<'_>,
    bus: &str,
    rule: &mut Object,
) -> Result<bool, CallError> {
    let name = rule.optional::<String>("Name").ok_or_else(|| unexpected(LIST_RULES, "Rules[].Name"))?;
    let page = |token, probe| {
        let input = json!({"Rule": name, "EventBusName": bus, "Limit": PAGE});
        client.send(Ask::Input("ListTargetsByRule", paged(input, "NextToken", token)), probe)
    };
    let names = ("Targets", "NextToken");
    let (targets, error) = reading.list_objects(LIST_TARGETS_BY_RULE, names, "Arn", page).await;
    if let Some(error) = error {
        return Err(error);
    }
    let running = targets
        .into_iter()
        .filter(|(_, target)| target.has("EcsParameters"))
        .map(|(_, target)| target.into_raw())
        .collect::<Vec<_>>();
    let wrong = || unexpected(LIST_TARGETS_BY_RULE, "Targets[].EcsParameters.TaskDefinitionArn");
    let joined = to_raw_value(&running).map_err(|_| wrong())?;
    rule.0.insert("Targets".to_owned(), joined);
    if task_definitions(rule.clone().into_raw().get()).len() != running.len() {
        return Err(wrong());
    }
    Ok(!running.is_empty())
}
