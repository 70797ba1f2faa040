//! Container instances: machines of the customer's that run tasks.

use aws_sdk_ecs::types::ContainerInstanceField;

use super::Cluster;
use super::members::{self, Kind};
use crate::collect::Estate;
use crate::collect::plan::{DESCRIBE_CONTAINER_INSTANCES, LIST_CONTAINER_INSTANCES};
use crate::collect::reading::Names;
use crate::snapshot::Collection;

const KIND: Kind = Kind {
    list: LIST_CONTAINER_INSTANCES,
    arns: "containerInstanceArns",
    describe: DESCRIBE_CONTAINER_INSTANCES,
    names: Names { list: "containerInstances", key: "containerInstanceArn" },
    batch: 100,
    count: |counts| counts.container_instances,
};

/// Lists and describes the container instances of every cluster.
pub(super) async fn read(estate: &Estate<'_>, clusters: &[Cluster]) {
    let Some(reading) = estate.reading(Collection::ContainerInstances) else { return };
    let client = estate.session.ecs();
    members::read(
        reading,
        clusters,
        &KIND,
        |cluster, token, probe| {
            client
                .list_container_instances()
                .cluster(cluster)
                .max_results(100)
                .set_next_token(token)
                .customize()
                .interceptor(probe)
                .send()
        },
        |cluster, batch, probe| {
            client
                .describe_container_instances()
                .cluster(cluster)
                .set_container_instances(Some(batch))
                .include(ContainerInstanceField::Tags)
                .include(ContainerInstanceField::ContainerInstanceHealth)
                .customize()
                .interceptor(probe)
                .send()
        },
        |cluster, arn, mut body| {
            // The API does not repeat it.
            body.ensure("clusterArn", &cluster.arn);
            estate.redactor.redact(&mut body);
            reading.insert(arn, body.into_raw());
        },
    )
    .await;
}
