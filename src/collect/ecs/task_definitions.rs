//! Task definitions in use, and the newest ACTIVE revision of each family.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use aws_sdk_ecs::types::{SortOrder, TaskDefinitionField, TaskDefinitionStatus};
use futures::stream::{self, StreamExt};
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};

use crate::aws::CallError;
use crate::collect::Estate;
use crate::collect::body::Object;
use crate::collect::plan::{DESCRIBE_TASK_DEFINITION, LIST_TASK_DEFINITIONS};
use crate::collect::reading::{AHEAD, Reading, unexpected};
use crate::domain::{Gap, GapKind};
use crate::snapshot::Collection;

/// The numbers of revisions by family, each family as the ARNs of its revisions begin. An account may have a million
/// revisions, so their ARNs are not kept.
type Families = BTreeMap<String, BTreeSet<u64>>;

/// Lists every ACTIVE revision and gives the newest of each family: one call per hundred revisions, where asking each
/// family for its newest would take one call per family.
pub(super) async fn list(estate: &Estate<'_>) -> BTreeSet<String> {
    let of_definitions = estate.reading(Collection::TaskDefinitions);
    let of_families = estate.reading(Collection::TaskDefinitionFamilies);
    let Some(reading) = of_definitions.or(of_families) else { return BTreeSet::new() };
    let client = estate.session.ecs();
    let names = ("taskDefinitionArns", "nextToken");
    let (mut families, mut odd) = (Families::new(), false);
    let page = |token, probe| {
        client
            .list_task_definitions()
            .status(TaskDefinitionStatus::Active)
            .sort(SortOrder::Desc)
            .max_results(100)
            .set_next_token(token)
            .customize()
            .interceptor(probe)
            .send()
    };
    let take = |item: &RawValue| odd |= !note(&mut families, item);
    let error = reading.list(LIST_TASK_DEFINITIONS, names, page, take).await;
    let error = error.or_else(|| odd.then(|| unexpected(LIST_TASK_DEFINITIONS, names.0)));
    if let (Some(definitions), Some(error)) = (of_definitions, &error) {
        definitions.hide(error, Gap::EVERYTHING, Vec::new());
    }
    if let Some(reading) = of_families {
        if let Some(definitions) = of_definitions {
            reading.charge(definitions.spent());
        }
        if let Some(error) = &error {
            reading.hide(error, Gap::EVERYTHING, Vec::new());
            // A family that was listed may have more revisions than were.
            reading.hide(error, Gap::EVERYTHING, families.keys().cloned().collect());
        }
        for (arn, revisions) in &families {
            let family = arn.rsplit('/').next().unwrap_or(arn);
            let body = json!({"family": family, "activeRevisions": revisions});
            reading.insert(arn.clone(), to_raw_value(&body).unwrap_or_default());
        }
    }
    newest(&families)
}

/// Notes a revision; whether it is one.
fn note(families: &mut Families, item: &RawValue) -> bool {
    let Ok(arn) = serde_json::from_str::<String>(item.get()) else { return false };
    let Some((family, revision)) = arn.rsplit_once(':') else { return false };
    let Ok(revision) = revision.parse() else { return false };
    match families.get_mut(family) {
        Some(revisions) => revisions.insert(revision),
        None => families.insert(family.to_owned(), BTreeSet::from([revision])).is_none(),
    };
    true
}

/// The revision with the highest number of each family.
fn newest(families: &Families) -> BTreeSet<String> {
    let newest = families.iter().filter_map(|(family, revisions)| Some((family, revisions.last()?)));
    newest.map(|(family, revision)| format!("{family}:{revision}")).collect()
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
        let mut families = Families::new();
        for arn in arns {
            assert!(note(&mut families, &to_raw_value(arn).unwrap()));
        }
        assert_eq!(
            newest(&families).into_iter().collect::<Vec<_>>(),
            ["a:task-definition/api:1", "a:task-definition/web:10"]
        );
    }

    #[test]
    fn what_has_no_number_is_no_revision() {
        for item in
            [json!("a:task-definition/web"), json!("a:task-definition/web:latest"), json!(7), json!("")]
        {
            let mut families = Families::new();
            assert!(!note(&mut families, &to_raw_value(&item).unwrap()), "{item}");
            assert_eq!(families, Families::new());
        }
    }
}
