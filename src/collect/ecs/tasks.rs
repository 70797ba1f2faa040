//! Tasks that run or are about to.

use aws_sdk_ecs::types::{DesiredStatus, TaskField};
use futures::stream::{self, StreamExt};
use serde::Deserialize;

use super::Cluster;
use super::clusters::list_members;
use crate::collect::Estate;
use crate::collect::body::Object;
use crate::collect::plan::{DESCRIBE_TASKS, LIST_TASKS};
use crate::collect::reading::{AHEAD, Names, Reading};
use crate::snapshot::Collection;

/// The most tasks that one call describes.
const BATCH: usize = 100;

const NAMES: Names = Names { list: "tasks", key: "taskArn" };

/// What other collections need to know of a task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Task {
    pub(super) task_definition: Option<String>,
    pub(super) network_interfaces: Vec<String>,
}

/// Lists and describes the tasks of every cluster.
pub(super) async fn read(estate: &Estate<'_>, clusters: &[Cluster]) -> Vec<Task> {
    let Some(reading) = estate.reading(Collection::Tasks) else { return Vec::new() };
    let by_cluster = clusters.iter().map(|cluster| of_cluster(estate, reading, cluster)).collect::<Vec<_>>();
    stream::iter(by_cluster).buffer_unordered(AHEAD).collect::<Vec<_>>().await.concat()
}

async fn of_cluster(estate: &Estate<'_>, reading: &Reading<'_>, cluster: &Cluster) -> Vec<Task> {
    let client = estate.session.ecs();
    let arns = list_members(
        reading,
        cluster,
        LIST_TASKS,
        "taskArns",
        |counts| counts.tasks,
        |token, probe| {
            client
                .list_tasks()
                .cluster(&cluster.arn)
                .desired_status(DesiredStatus::Running)
                .max_results(100)
                .set_next_token(token)
                .customize()
                .interceptor(probe)
                .send()
        },
    )
    .await;
    let described = reading
        .describe(DESCRIBE_TASKS, NAMES, BATCH, &cluster.arn, arns, |batch, probe| {
            client
                .describe_tasks()
                .cluster(&cluster.arn)
                .set_tasks(Some(batch))
                .include(TaskField::Tags)
                .customize()
                .interceptor(probe)
                .send()
        })
        .await;
    let take = |(arn, mut body): (String, Object)| {
        let task = Task {
            task_definition: body.optional("taskDefinitionArn"),
            network_interfaces: network_interfaces(&body),
        };
        body.ensure("clusterArn", &cluster.arn);
        estate.redactor.redact(&mut body);
        reading.insert(arn, body.into_raw());
        task
    };
    described.into_iter().map(take).collect()
}

#[derive(Deserialize)]
struct Attachment {
    #[serde(default)]
    details: Vec<Detail>,
}

#[derive(Deserialize)]
struct Detail {
    name: Option<String>,
    value: Option<String>,
}

/// The interfaces that are attached to a task, by id.
fn network_interfaces(task: &Object) -> Vec<String> {
    task.items::<Attachment>("attachments")
        .into_iter()
        .flat_map(|attachment| attachment.details)
        .filter(|detail| detail.name.as_deref() == Some("networkInterfaceId"))
        .filter_map(|detail| detail.value)
        .collect()
}
