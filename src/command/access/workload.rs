//! The roles of what runs: of a service, a task or a task definition.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::command::failure::Failure;
use crate::policy::nearest;
use crate::snapshot::{Collection, Snapshot};

/// What says with which roles something runs.
pub(super) const SOURCES: [Collection; 3] =
    [Collection::Services, Collection::TaskDefinitions, Collection::Tasks];

/// How the end of an ARN begins that is of such a thing, and where it stands.
const KINDS: [(&str, Collection); 3] = [
    ("service/", Collection::Services),
    ("task-definition/", Collection::TaskDefinitions),
    ("task/", Collection::Tasks),
];

/// What of a service, a task or a task definition leads to its roles.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Body {
    task_definition: Option<String>,
    task_definition_arn: Option<String>,
    task_role_arn: Option<String>,
    execution_role_arn: Option<String>,
    overrides: Overrides,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Overrides {
    task_role_arn: Option<String>,
    execution_role_arn: Option<String>,
}

/// Whether a principal is called by what runs with its rights.
pub(super) fn is_one(name: &str) -> bool {
    kind(name).is_some()
}

fn kind(name: &str) -> Option<(&str, Collection)> {
    let end = if name.starts_with("arn:") { name.splitn(6, ':').nth(5)? } else { name };
    let (_, collection) = KINDS.into_iter().find(|(beginning, _)| end.starts_with(beginning))?;
    Some((end, collection))
}

/// The task role and the task execution role of what is called so; `None` for the name of a user or role.
///
/// A task definition without a revision is all of those that are known of its family.
///
/// # Errors
///
/// When there is no such thing, or it has no roles.
pub(super) fn roles(name: &str, snapshot: &Snapshot) -> Result<Option<BTreeSet<String>>, Failure> {
    let Some((end, collection)) = kind(name) else { return Ok(None) };
    let Some(members) = snapshot.collections.get(&collection) else {
        return Err(super::missing(collection));
    };
    let is_it = |arn: &str| {
        let own = arn.splitn(6, ':').nth(5).unwrap_or_default();
        let is_family = collection == Collection::TaskDefinitions && !end.contains(':');
        own == end || (is_family && own.rsplit_once(':').is_some_and(|(family, _)| family == end))
    };
    let found = members.keys().filter(|arn| *arn == name || is_it(arn)).collect::<Vec<_>>();
    if found.is_empty() {
        let known = members.keys().filter_map(|arn| arn.splitn(6, ':').nth(5)).collect::<Vec<_>>();
        let help = match nearest(end, &known) {
            _ if !snapshot.coverage.is_complete(collection) => {
                format!("not everything of {collection} could be read")
            }
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("{} are known of {collection}", known.len()),
        };
        return Err(Failure::misuse(anyhow::anyhow!("there is no `{end}`")).with_help(help));
    }
    let mut roles = BTreeSet::new();
    for arn in found {
        let body = body(snapshot, collection, arn);
        let definition = match body.task_definition.as_deref().or(body.task_definition_arn.as_deref()) {
            Some(arn) if collection != Collection::TaskDefinitions => {
                if snapshot.member(Collection::TaskDefinitions, arn).is_none() {
                    return Err(Failure::misuse(anyhow::anyhow!("the task definition `{arn}` was not read"))
                        .with_help(format!("`{end}` runs it, and it names the roles")));
                }
                self::body(snapshot, Collection::TaskDefinitions, arn)
            }
            _ => Body::default(),
        };
        roles.extend(body.overrides.task_role_arn.or(body.task_role_arn).or(definition.task_role_arn));
        let own = body.overrides.execution_role_arn.or(body.execution_role_arn);
        roles.extend(own.or(definition.execution_role_arn));
    }
    if roles.is_empty() {
        return Err(Failure::misuse(anyhow::anyhow!("no role of `{end}` is known"))
            .with_help("without a task role its containers may do nothing to AWS"));
    }
    Ok(Some(roles))
}

/// What is known of a member; nothing of one that was not read.
fn body(snapshot: &Snapshot, collection: Collection, arn: &str) -> Body {
    let body = snapshot.member(collection, arn);
    body.and_then(|body| serde_json::from_str(body.get()).ok()).unwrap_or_default()
}
