//! CloudWatch Logs: the log groups that task definitions write to.

use std::collections::BTreeSet;

use futures::stream::{self, StreamExt};
use serde::Deserialize;
use serde_json::json;

use super::Estate;
use super::body::Object;
use super::named::Here;
use super::plan::DESCRIBE_LOG_GROUPS;
use super::reading::{AHEAD, Reading, paged};
use crate::aws::{Api, Ask, CallError, Client, PageGuard, Protocol};
use crate::domain::{Gap, GapKind};
use crate::snapshot::Collection;

const API: Api = Api {
    id: "CloudWatch Logs",
    signing_name: "logs",
    host: "logs",
    dual_stack_host: Some("logs"),
    plain_fips_in_gov: true,
    is_global: false,
    protocol: Protocol::Json("Logs_20140328"),
};

/// Describes the log groups of the Region that task definitions name.
///
/// Definitions may name a group of another Region, which is not looked at, and one that does not exist, which then is no
/// member.
pub(super) async fn read(estate: &Estate<'_>) {
    let Some(reading) = estate.reading(Collection::LogGroups) else { return };
    let definitions = estate.reading(Collection::TaskDefinitions);
    let region = estate.session.region().to_string();
    let named = definitions.map(|definitions| definitions.draw(|body| log_groups(body, &region)));
    let named = named.unwrap_or_default().into_iter().collect::<BTreeSet<_>>();
    if named.is_empty() {
        return;
    }
    let (client, here) = (estate.client(API), Here::of(estate));
    stream::iter(named)
        .for_each_concurrent(AHEAD, async |name: String| match describe(&client, reading, &name).await {
            Ok(Some((arn, group))) => reading.insert(arn, group.into_raw()),
            Ok(None) => {}
            // A finding is known by the ARN: under the name alone the group would count as gone.
            Err(error) => {
                reading.hide(&error, Gap::EVERYTHING, vec![here.arn("logs", &format!("log-group:{name}"))]);
            }
        })
        .await;
}

/// One group; `None` when there is none of that name.
async fn describe(
    client: &Client,
    reading: &Reading<'_>,
    name: &str,
) -> Result<Option<(String, Object)>, CallError> {
    let (mut guard, mut token) = (PageGuard::default(), None);
    loop {
        let input = json!({"logGroupNamePrefix": name, "limit": 1});
        let ask = Ask::Input("DescribeLogGroups", paged(input, "nextToken", token));
        let answer = reading.call(DESCRIBE_LOG_GROUPS, |probe| client.send(ask, probe)).await?;
        let mut answer = Object::read(DESCRIBE_LOG_GROUPS, answer.body.as_bytes())?;
        let groups = answer.take::<Vec<Object>>(DESCRIBE_LOG_GROUPS, "logGroups")?;
        // Groups come in the order of their names, so of all that begin with a name the one that is called so is the first.
        if let Some(group) = groups.into_iter().next() {
            if group.require::<String>(DESCRIBE_LOG_GROUPS, "logGroupName")? != name {
                return Ok(None);
            }
            let arn = group.require::<String>(DESCRIBE_LOG_GROUPS, "arn")?;
            // The ARN of a group ends so where it stands for its streams too.
            let arn = arn.strip_suffix(":*").unwrap_or(&arn).to_owned();
            return Ok(Some((arn, group)));
        }
        // A page without groups says that there are none only where it is the last.
        token = guard.next(answer.optional("nextToken")).map_err(|(code, message)| {
            CallError::of_answer(DESCRIBE_LOG_GROUPS, GapKind::Truncated, code, message)
        })?;
        if token.is_none() {
            return Ok(None);
        }
    }
}

/// The log groups of a Region that a task definition names; options that do not say where mean the definition's own.
fn log_groups(definition: &str, region: &str) -> Vec<String> {
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct Definition {
        container_definitions: Vec<Container>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct Container {
        log_configuration: Option<Configuration>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct Configuration {
        log_driver: String,
        options: Options,
    }
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "kebab-case")]
    struct Options {
        awslogs_group: Option<String>,
        awslogs_region: Option<String>,
    }
    let definition = serde_json::from_str::<Definition>(definition).unwrap_or_default();
    let configurations = definition.container_definitions.into_iter().filter_map(|it| it.log_configuration);
    let of_logs = configurations.filter(|configuration| configuration.log_driver == "awslogs");
    let options = of_logs.map(|configuration| configuration.options);
    let here = options.filter(|options| options.awslogs_region.as_ref().is_none_or(|it| it == region));
    // A name that was replaced while it was read is no name.
    let names = here.filter_map(|options| options.awslogs_group);
    names.filter(|name| !name.is_empty() && !name.starts_with("redacted:")).collect()
}
