//! EventBridge Scheduler: the schedules that run tasks.

use futures::stream::{self, StreamExt};

use super::Estate;
use super::body::Object;
use super::plan::{GET_SCHEDULE, LIST_SCHEDULES};
use super::reading::{AHEAD, Reading, unexpected};
use crate::aws::CallError;
use crate::domain::Gap;
use crate::snapshot::{Collection, runs_tasks, task_definitions};

/// The code with which Scheduler says that a schedule does not exist any more.
const GONE: &str = "ResourceNotFoundException";

/// Lists the schedules of every group, and gets those whose target runs tasks: only a schedule itself tells what it runs.
pub(super) async fn read(estate: &Estate<'_>) {
    let Some(reading) = estate.reading(Collection::Schedules) else { return };
    let client = estate.session.scheduler();
    let may_run_tasks = |summary: &Object| {
        let target = summary.optional::<Object>("Target").and_then(|target| target.optional::<String>("Arn"));
        target.is_none_or(|arn| runs_tasks(&arn))
    };
    let names = ("Schedules", "NextToken");
    let (listed, error) = reading
        .list_objects_where(LIST_SCHEDULES, names, "Arn", may_run_tasks, |token, probe| {
            client
                .list_schedules()
                .max_results(100)
                .set_next_token(token)
                .customize()
                .interceptor(probe)
                .send()
        })
        .await;
    if let Some(error) = error {
        reading.hide(&error, Gap::EVERYTHING, Vec::new());
    }
    stream::iter(listed)
        .for_each_concurrent(AHEAD, async |(arn, summary)| match get(reading, &arn, &summary).await {
            Ok(Some(mut schedule)) => {
                estate.redactor.redact(&mut schedule);
                reading.insert(arn, schedule.into_raw());
            }
            Ok(None) => {}
            Err(error) if error.code == GONE => {
                tracing::debug!(arn, "vanished between being listed and being described");
            }
            Err(error) => reading.hide(&error, Gap::EVERYTHING, vec![arn]),
        })
        .await;
}

/// `None` when it runs no tasks.
async fn get(reading: &Reading<'_>, arn: &str, summary: &Object) -> Result<Option<Object>, CallError> {
    let client = reading.session.scheduler();
    let name = summary.optional::<String>("Name").ok_or_else(|| unexpected(LIST_SCHEDULES, "Name"))?;
    let answer = reading
        .call(GET_SCHEDULE, |probe| {
            client
                .get_schedule()
                .name(name)
                .set_group_name(summary.optional("GroupName"))
                .customize()
                .interceptor(probe)
                .send()
        })
        .await?;
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
