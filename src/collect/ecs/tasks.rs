//! Tasks that run or are about to.

use aws_sdk_ecs::types::{DesiredStatus, TaskField};
use serde::Deserialize;

use super::Cluster;
use super::members::{self, Kind};
use crate::collect::Estate;
use crate::collect::body::Object;
use crate::collect::plan::{DESCRIBE_TASKS, LIST_TASKS};
use crate::collect::reading::Names;
use crate::snapshot::Collection;

const KIND: Kind = Kind {
    list: LIST_TASKS,
    arns: "taskArns",
    describe: DESCRIBE_TASKS,
    names: Names { list: "tasks", key: "taskArn" },
    batch: 100,
    count: |counts| counts.tasks,
};

/// What other collections need to know of a task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Task {
    pub(super) task_definition: Option<String>,
    pub(super) network_interfaces: Vec<String>,
}

/// Lists and describes the tasks of every cluster.
pub(super) async fn read(estate: &Estate<'_>, clusters: &[Cluster]) -> Vec<Task> {
    let Some(reading) = estate.reading(Collection::Tasks) else { return Vec::new() };
    let client = estate.session.ecs();
    members::read(
        reading,
        clusters,
        &KIND,
        |cluster, token, probe| {
            client
                .list_tasks()
                .cluster(cluster)
                .desired_status(DesiredStatus::Running)
                .max_results(100)
                .set_next_token(token)
                .customize()
                .interceptor(probe)
                .send()
        },
        |cluster, batch, probe| {
            client
                .describe_tasks()
                .cluster(cluster)
                .set_tasks(Some(batch))
                .include(TaskField::Tags)
                .customize()
                .interceptor(probe)
                .send()
        },
        |cluster, arn, mut body| {
            let task = Task {
                task_definition: body.optional("taskDefinitionArn"),
                network_interfaces: network_interfaces(&body),
            };
            body.ensure("clusterArn", &cluster.arn);
            estate.redactor.redact(&mut body);
            reading.insert(arn, body.into_raw());
            task
        },
    )
    .await
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
