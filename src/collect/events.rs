//! EventBridge: the rules that run tasks, and what rules match.
//!
//! A rule holds those of its targets that run tasks, which the API gives apart from it. Its other targets are nobody's
//! business here, and their inputs may hold anything.

use std::collections::BTreeSet;

use futures::stream::{self, StreamExt};
use serde::Deserialize;
use serde_json::value::to_raw_value;
use serde_json::{Value, json};

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
    is_global: false,
    protocol: Protocol::Json("AWSEvents"),
};

/// The most members of a page.
const PAGE: u32 = 100;

/// The bus that every account has.
const DEFAULT_BUS: &str = "default";

/// The code with which EventBridge says that a bus or a rule does not exist any more.
const GONE: &str = "ResourceNotFoundException";

/// What a pattern's member holds of its rule: nothing that was written for people or for targets.
const KEPT_OF_PATTERN: [&str; 6] = ["Arn", "EventBusName", "EventPattern", "ManagedBy", "Name", "State"];

/// Reads the rules of every bus that run tasks, and the patterns of those on the default bus, which is where AWS's
/// services send their events.
pub(super) async fn read(estate: &Estate<'_>) {
    let client = estate.client(API);
    let mut buses = BTreeSet::from([DEFAULT_BUS.to_owned()]);
    if let Some(reading) = estate.reading(Collection::Rules) {
        let page = |token, probe| {
            let input = paged(json!({"Limit": PAGE}), "NextToken", token);
            client.send(Ask::Input("ListEventBuses", input), probe)
        };
        let names = ("EventBuses", "NextToken");
        let (listed, error) = reading.list_objects(LIST_EVENT_BUSES, names, "Name", page).await;
        if let Some(error) = error {
            reading.hide(&error, Gap::EVERYTHING, Vec::new());
        }
        buses.extend(listed.into_iter().map(|(name, _)| name));
    }
    stream::iter(buses)
        .for_each_concurrent(AHEAD, async |bus: String| of_bus(estate, &client, &bus).await)
        .await;
}

async fn of_bus(estate: &Estate<'_>, client: &Client, bus: &str) {
    let running = estate.reading(Collection::Rules);
    let patterns = estate.reading(Collection::Patterns).filter(|_| bus == DEFAULT_BUS);
    let Some(reading) = patterns.or(running) else { return };
    let page = |token, probe| {
        let input = paged(json!({"EventBusName": bus, "Limit": PAGE}), "NextToken", token);
        client.send(Ask::Input("ListRules", input), probe)
    };
    let (rules, error) = reading.list_objects(LIST_RULES, ("Rules", "NextToken"), "Arn", page).await;
    if let (Some(patterns), Some(running)) = (patterns, running) {
        running.charge(patterns.spent());
    }
    if let Some(error) = error.filter(|error| error.code != GONE) {
        for reading in running.into_iter().chain(patterns) {
            reading.hide(&error, Gap::EVERYTHING, Vec::new());
        }
    }
    if let Some(patterns) = patterns {
        for (arn, rule) in rules.iter().filter(|(_, rule)| is_on_aws(rule)) {
            let mut kept = rule.clone();
            kept.0.retain(|name, _| KEPT_OF_PATTERN.contains(&name.as_str()));
            patterns.insert(arn.clone(), kept.into_raw());
        }
    }
    let Some(reading) = running else { return };
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

/// Whether a rule matches events that an AWS service may send. What matches an organisation's own events is nobody's
/// business here.
fn is_on_aws(rule: &Object) -> bool {
    #[derive(Deserialize)]
    struct Pattern {
        source: Option<Vec<Value>>,
    }
    let Some(pattern) = rule.optional::<String>("EventPattern") else { return false };
    match serde_json::from_str::<Pattern>(&pattern) {
        // A matcher that is no text, such as a prefix, may match anything.
        Ok(Pattern { source: Some(sources) }) => {
            sources.iter().any(|source| source.as_str().is_none_or(|source| source.starts_with("aws.")))
        }
        Ok(Pattern { source: None }) => true,
        Err(_) => false,
    }
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
