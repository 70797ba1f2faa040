//! Managed daemons, in Regions that have them.

use futures::stream::{self, StreamExt};

use super::Cluster;
use crate::aws::CallError;
use crate::collect::Estate;
use crate::collect::body::Object;
use crate::collect::plan::{DESCRIBE_DAEMON, LIST_DAEMONS};
use crate::collect::reading::{AHEAD, Reading};
use crate::snapshot::Collection;

/// Codes with which a Region says that it does not know an operation.
const UNSUPPORTED: &[&str] = &[
    "InvalidAction",
    "NotImplemented",
    "UnknownOperation",
    "UnknownOperationException",
    "UnsupportedFeatureException",
    "UnsupportedOperation",
    "UnsupportedOperationException",
];

/// Lists and describes the daemons of every cluster.
pub(super) async fn read(estate: &Estate<'_>, clusters: &[Cluster]) {
    let Some(reading) = estate.reading(Collection::Daemons) else { return };
    stream::iter(clusters)
        .for_each_concurrent(AHEAD, async |cluster| of_cluster(estate, reading, &cluster.arn).await)
        .await;
}

async fn of_cluster(estate: &Estate<'_>, reading: &Reading<'_>, cluster: &str) {
    let client = estate.session.ecs();
    let (daemons, mut error) = reading
        .list_objects(LIST_DAEMONS, ("daemonSummariesList", "nextToken"), "daemonArn", |token, probe| {
            client
                .list_daemons()
                .cluster_arn(cluster)
                .max_results(100)
                .set_next_token(token)
                .customize()
                .interceptor(probe)
                .send()
        })
        .await;
    if let Some(error) = error.take_if(|error| UNSUPPORTED.contains(&error.code.as_str())) {
        tracing::info!(cluster, code = %error.code, "the Region has no managed daemons");
        return;
    }
    if let Some(error) = error {
        reading.hide(&error, cluster, Vec::new());
    }
    stream::iter(daemons)
        .for_each_concurrent(AHEAD, async |(arn, _)| match describe(reading, &arn).await {
            Ok(mut body) => {
                body.ensure("clusterArn", cluster);
                estate.redactor.redact(&mut body);
                reading.insert(arn, body.into_raw());
            }
            Err(error) => reading.hide(&error, cluster, vec![arn]),
        })
        .await;
}

async fn describe(reading: &Reading<'_>, arn: &str) -> Result<Object, CallError> {
    let client = reading.session.ecs();
    let answer = reading
        .call(DESCRIBE_DAEMON, |probe| {
            client.describe_daemon().daemon_arn(arn).customize().interceptor(probe).send()
        })
        .await?;
    Object::read(DESCRIBE_DAEMON, answer.body.as_bytes())?.take(DESCRIBE_DAEMON, "daemon")
}
