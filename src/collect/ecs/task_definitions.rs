//! Task definitions in use, and the newest ACTIVE revision of each family.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use aws_sdk_ecs::types::{SortOrder, TaskDefinitionField, TaskDefinitionStatus};
use futures::stream::{self, StreamExt};
use serde_json::value::RawValue;

use crate::aws::CallError;
use crate::collect::Estate;
use crate::collect::body::Object;
use crate::collect::plan::{DESCRIBE_TASK_DEFINITION, LIST_TASK_DEFINITIONS};
use crate::collect::reading::{AHEAD, Reading, unexpected};
use crate::domain::{Gap, GapKind};
use crate::snapshot::Collection;

/// Lists every ACTIVE revision and gives the newest of each family: one call per hundred revisions, where asking each
/// family for its newest would take one call per family.
pub(super) async fn list(estate: &Estate<'_>) -> BTreeSet<String> {
    let Some(reading) = estate.reading(Collection::TaskDefinitions) else { return BTreeSet::new() };
    let client = estate.session.ecs();
    let active = reading
        .list_all_arns(LIST_TASK_DEFINITIONS, "taskDefinitionArns", |token, probe| {
            client
                .list_task_definitions()
                .status(TaskDefinitionStatus::Active)
                .sort(SortOrder::Desc)
                .max_results(100)
                .set_next_token(token)
                .customize()
                .interceptor(probe)
                .send()
        })
        .await;
    newest(active)
}

/// The revision with the highest number of each family.
fn newest(arns: BTreeSet<String>) -> BTreeSet<String> {
    let mut by_family = BTreeMap::<String, (u64, String)>::new();
    for arn in arns {
        let (family, revision) = match arn.rsplit_once(':') {
            Some((family, revision)) => (family.to_owned(), revision.parse().unwrap_or_default()),
            None => (arn.clone(), 0),
        };
        let newest = by_family.entry(family).or_insert_with(|| (revision, arn.clone()));
        if newest.0 < revision {
            *newest = (revision, arn);
        }
    }
    by_family.into_values().map(|(_, arn)| arn).collect()
}

/// Whether ECS says that there is no such revision.
fn is_unknown(error: &CallError) -> bool {
    error.code == "ClientException" && error.message.starts_with("Unable to describe task definition")
}

/// Describes task definitions, each with its tags: those that ECS itself named, and those that only rules or schedules do.
///
/// Nobody keeps a schedule from naming a revision that was deleted or never was, which is then no member; one that ECS
/// itself named must be there.
pub(super) async fn read(estate: &Estate<'_>, named: &BTreeSet<String>, scheduled: &BTreeSet<String>) {
    let Some(reading) = estate.reading(Collection::TaskDefinitions) else { return };
    // The action knows no resources: who may not describe one definition may describe none, and ten thousand refusals
    // say no more than the first.
    let refused = OnceLock::<CallError>::new();
    stream::iter(named.union(scheduled))
        .for_each_concurrent(AHEAD, async |arn| {
            let described = match refused.get() {
                Some(refused) => Err(refused.clone()),
                None => describe(reading, arn).await,
            };
            match described {
                Ok(mut body) => {
                    estate.redactor.redact(&mut body);
                    reading.insert(arn.clone(), body.into_raw());
                }
                Err(error) if is_unknown(&error) && !named.contains(arn) => {
                    tracing::info!(arn, "a rule or schedule names a task definition that does not exist");
                }
                Err(error) => {
                    reading.hide(&error, Gap::EVERYTHING, vec![arn.clone()]);
                    if error.kind == GapKind::Denied {
                        let _ = refused.set(error);
                    }
                }
            }
        })
        .await;
}

async fn describe(reading: &Reading<'_>, arn: &str) -> Result<Object, CallError> {
    let client = reading.session.ecs();
    let answer = reading
        .call(DESCRIBE_TASK_DEFINITION, |probe| {
            client
                .describe_task_definition()
                .task_definition(arn)
                .include(TaskDefinitionField::Tags)
                .customize()
                .interceptor(probe)
                .send()
        })
        .await?;
    let mut body = Object::read(DESCRIBE_TASK_DEFINITION, answer.body.as_bytes())?;
    let mut definition = body.take::<Object>(DESCRIBE_TASK_DEFINITION, "taskDefinition")?;
    if definition.optional::<String>("taskDefinitionArn").as_deref() != Some(arn) {
        return Err(unexpected(DESCRIBE_TASK_DEFINITION, "taskDefinition.taskDefinitionArn"));
    }
    // The tags were asked for; a definition without any comes without the list.
    let tags = body.0.remove("tags").map_or_else(|| serde_json::value::to_raw_value::<[(); 0]>(&[]), Ok);
    if let Ok(tags) = tags {
        let tags: Box<RawValue> = tags;
        definition.0.insert("tags".to_owned(), tags);
    }
    Ok(definition)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_revision_is_the_one_with_the_highest_number() {
        let arns = ["a:task-definition/web:9", "a:task-definition/web:10", "a:task-definition/api:1"];
        let newest = newest(arns.into_iter().map(str::to_owned).collect());
        assert_eq!(
            newest.into_iter().collect::<Vec<_>>(),
            ["a:task-definition/api:1", "a:task-definition/web:10"]
        );
    }
}
