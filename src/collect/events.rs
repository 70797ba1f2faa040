//! EventBridge: the rules that run tasks.
//!
//! A rule holds those of its targets that run tasks, which the API gives apart from it. Its other targets are nobody's
//! business here, and their inputs may hold anything.

use std::collections::BTreeSet;

use futures::stream::{self, StreamExt};
use serde_json::value::to_raw_value;

use super::Estate;
use super::body::Object;
use super::plan::{LIST_EVENT_BUSES, LIST_RULES, LIST_TARGETS_BY_RULE};
use super::reading::{AHEAD, Reading, unexpected};
use crate::aws::CallError;
use crate::domain::Gap;
use crate::snapshot::{Collection, task_definitions};

/// The bus that every account has.
const DEFAULT_BUS: &str = "default";

/// The code with which EventBridge says that a bus or a rule does not exist any more.
const GONE: &str = "ResourceNotFoundException";

/// Reads the rules of every bus that run tasks.
pub(super) async fn read(estate: &Estate<'_>) {
    let Some(reading) = estate.reading(Collection::Rules) else { return };
    let client = estate.session.eventbridge();
    let (listed, error) = reading
        .list_objects(LIST_EVENT_BUSES, ("EventBuses", "NextToken"), "Name", |token, probe| {
            client.list_event_buses().limit(100).set_next_token(token).customize().interceptor(probe).send()
        })
        .await;
    if let Some(error) = error {
        reading.hide(&error, Gap::EVERYTHING, Vec::new());
    }
    let mut buses = listed.into_iter().map(|(name, _)| name).collect::<BTreeSet<_>>();
    buses.insert(DEFAULT_BUS.to_owned());
    stream::iter(buses).for_each_concurrent(AHEAD, async |bus| of_bus(estate, reading, &bus).await).await;
}

async fn of_bus(estate: &Estate<'_>, reading: &Reading<'_>, bus: &str) {
    let client = estate.session.eventbridge();
    let (rules, error) = reading
        .list_objects(LIST_RULES, ("Rules", "NextToken"), "Arn", |token, probe| {
            client
                .list_rules()
                .event_bus_name(bus)
                .limit(100)
                .set_next_token(token)
                .customize()
                .interceptor(probe)
                .send()
        })
        .await;
    if let Some(error) = error.filter(|error| error.code != GONE) {
        reading.hide(&error, Gap::EVERYTHING, Vec::new());
    }
    stream::iter(rules)
        .for_each_concurrent(AHEAD, async |(arn, mut rule)| {
            match join_targets(reading, bus, &mut rule).await {
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
async fn join_targets(reading: &Reading<'_>, bus: &str, rule: &mut Object) -> Result<bool, CallError> {
    let client = reading.session.eventbridge();
    let name = rule.optional::<String>("Name").ok_or_else(|| unexpected(LIST_RULES, "Rules[].Name"))?;
    let (targets, error) = reading
        .list_objects(LIST_TARGETS_BY_RULE, ("Targets", "NextToken"), "Arn", |token, probe| {
            client
                .list_targets_by_rule()
                .rule(&name)
                .event_bus_name(bus)
                .limit(100)
                .set_next_token(token)
                .customize()
                .interceptor(probe)
                .send()
        })
        .await;
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
