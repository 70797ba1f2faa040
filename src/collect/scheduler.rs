//! EventBridge Scheduler: the schedules that run tasks.

use futures::stream::{self, StreamExt};

use super::Estate;
use super::body::Object;
use super::plan::{GET_SCHEDULE, LIST_SCHEDULES};
use super::reading::{AHEAD, Reading, unexpected};
use crate::aws::{Api, Ask, CallError, Client, Protocol, escaped};
use crate::domain::Gap;
use crate::snapshot::{Collection, runs_tasks, task_definitions};

const API: Api = Api {
    id: "Scheduler",
    signing_name: "scheduler",
    host: "scheduler",
    dual_stack_host: Some("scheduler"),
    plain_fips_in_gov: false,
    is_global: false,
    protocol: Protocol::Rest,
};

/// The most schedules of a page.
const PAGE: u32 = 100;

/// The code with which Scheduler says that a schedule does not exist any more.
const GONE: &str = "ResourceNotFoundException";

/// Lists the schedules of every group, and gets those whose target runs tasks: only a schedule itself tells what it runs.
pub(super) async fn read(estate: &Estate<'_>) {
    let Some(reading) = estate.reading(Collection::Schedules) else { return };
    let client = estate.client(API);
    let may_run_tasks = |summary: &Object| {
        let target = summary.optional::<Object>("Target").and_then(|target| target.optional::<String>("Arn"));
        target.is_none_or(|arn| runs_tasks(&arn))
    };
    let names = ("Schedules", "NextToken");
    let page = |token: Option<String>, probe| {
        let token = token.map(|token| format!("&NextToken={}", escaped(&token))).unwrap_or_default();
        client.send(Ask::Get(format!("/schedules?MaxResults={PAGE}{token}")), probe)
    };
    let (listed, error) = reading.list_objects_where(LIST_SCHEDULES, names, "Arn", may_run_tasks, page).await;
    if let Some(error) = error {
        reading.hide(&error, Gap::EVERYTHING, Vec::new());
    }
    stream::iter(listed)
        .for_each_concurrent(AHEAD, async |(arn, summary)| {
            match get(&client, reading, &arn, &summary).await {
                Ok(Some(mut schedule)) => {
                    estate.redactor.redact(&mut schedule);
                    reading.insert(arn, schedule.into_raw());
                }
                Ok(None) => {}
                Err(error) if error.code == GONE => {
                    tracing::debug!(arn, "vanished between being listed and being described");
                }
                Err(error) => reading.hide(&error, Gap::EVERYTHING, vec![arn]),
            }
        })
        .await;
}

/// `None` when it runs no tasks.
async fn get(
    client: &Client,
    reading: &Reading<'_>,
    arn: &str,
    summary: &Object,
) -> Result<Option<Object>, CallError> {
    let name = summary.require::<String>(LIST_SCHEDULES, "Name")?;
    let group = summary.optional::<String>("GroupName");
    let group = group.map(|group| format!("?groupName={}", escaped(&group))).unwrap_or_default();
    let ask = Ask::Get(format!("/schedules/{}{group}", escaped(&name)));
    let answer = reading.call(GET_SCHEDULE, |probe| client.send(ask, probe)).await?;
    let schedule = Object::read(GET_SCHEDULE, answer.body.as_bytes())?;
    if schedule.optional::<String>("Arn").as_deref() != Some(arn) {
        return Err(unexpected(GET_SCHEDULE, "Arn"));
    }
    let target = schedule.optional::<Object>("Target").ok_or_else(|| unexpected(GET_SCHEDULE, "Target"))?;
    let is_templated = target.has("EcsParameters");
    if is_templated && task_definitions(schedule.clone().into_raw().get()).is_empty() {
        return Err(unexpected(GET_SCHEDULE, "Target.EcsParameters.TaskDefinitionArn"));
    }
    let runs_tasks = is_templated || target.optional::<String>("Arn").is_some_and(|arn| runs_tasks(&arn));
    Ok(runs_tasks.then_some(schedule))
}
