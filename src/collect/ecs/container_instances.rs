//! Container instances: machines of the customer's that run tasks.

use aws_sdk_ecs::types::ContainerInstanceField;
use futures::stream::{self, StreamExt};

use super::Cluster;
use super::clusters::list_members;
use crate::collect::Estate;
use crate::collect::plan::{DESCRIBE_CONTAINER_INSTANCES, LIST_CONTAINER_INSTANCES};
use crate::collect::reading::{AHEAD, Names};
use crate::snapshot::Collection;

/// The most container instances that one call describes.
const BATCH: usize = 100;

const NAMES: Names = Names { list: "containerInstances", key: "containerInstanceArn" };

/// Lists and describes the container instances of every cluster.
pub(super) async fn read(estate: &Estate<'_>, clusters: &[Cluster]) {
    let Some(reading) = estate.reading(Collection::ContainerInstances) else { return };
    let client = estate.session.ecs();
    stream::iter(clusters)
        .for_each_concurrent(AHEAD, async |cluster| {
            let arns = list_members(
                reading,
                cluster,
                LIST_CONTAINER_INSTANCES,
                "containerInstanceArns",
                |counts| counts.container_instances,
                |token, probe| {
                    client
                        .list_container_instances()
                        .cluster(&cluster.arn)
                        .max_results(100)
                        .set_next_token(token)
                        .customize()
                        .interceptor(probe)
                        .send()
                },
            )
            .await;
            let described = reading
                .describe(DESCRIBE_CONTAINER_INSTANCES, NAMES, BATCH, &cluster.arn, arns, |batch, probe| {
                    client
                        .describe_container_instances()
                        .cluster(&cluster.arn)
                        .set_container_instances(Some(batch))
                        .include(ContainerInstanceField::Tags)
                        .include(ContainerInstanceField::ContainerInstanceHealth)
                        .customize()
                        .interceptor(probe)
                        .send()
                })
                .await;
            for (arn, mut body) in described {
                // The API does not repeat it.
                body.ensure("clusterArn", &cluster.arn);
                estate.redactor.redact(&mut body);
                reading.insert(arn, body.into_raw());
            }
        })
        .await;
}
