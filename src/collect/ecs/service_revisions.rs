//! Service revisions: what the scheduler resolved for a deployment, image digests above all.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt};

use super::services::Service;
use crate::collect::Estate;
use crate::collect::plan::DESCRIBE_SERVICE_REVISIONS;
use crate::collect::reading::{AHEAD, Names};
use crate::snapshot::Collection;

/// The most revisions that one call describes.
const BATCH: usize = 20;

const NAMES: Names = Names { list: "serviceRevisions", key: "serviceRevisionArn" };

/// Describes the revisions that services run now.
///
/// Revisions from before 25 October 2024 do not exist, and AWS says so.
pub(super) async fn read(estate: &Estate<'_>, services: &[Service]) {
    let Some(reading) = estate.reading(Collection::ServiceRevisions) else { return };
    let client = estate.session.ecs();
    let mut by_cluster = BTreeMap::<&str, BTreeSet<String>>::new();
    for service in services {
        by_cluster.entry(&service.cluster).or_default().extend(service.revisions.iter().cloned());
    }
    stream::iter(by_cluster)
        .for_each_concurrent(AHEAD, async |(cluster, arns)| {
            let described = reading
                .describe(DESCRIBE_SERVICE_REVISIONS, NAMES, BATCH, cluster, arns, |batch, probe| {
                    client
                        .describe_service_revisions()
                        .set_service_revision_arns(Some(batch))
                        .customize()
                        .interceptor(probe)
                        .send()
                })
                .await;
            for (arn, mut body) in described {
                body.ensure("clusterArn", cluster);
                estate.redactor.redact(&mut body);
                reading.insert(arn, body.into_raw());
            }
        })
        .await;
}
