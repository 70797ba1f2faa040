//! Managed daemons, in Regions that have them: which there are, the revisions that they run, and what these run.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt};

use super::Cluster;
use crate::aws::CallError;
use crate::collect::Estate;
use crate::collect::body::Object;
use crate::collect::plan::{
    DESCRIBE_DAEMON, DESCRIBE_DAEMON_REVISIONS, DESCRIBE_DAEMON_TASK_DEFINITION, LIST_DAEMONS,
};
use crate::collect::reading::{AHEAD, Names, Reading, unexpected};
use crate::domain::Gap;
use crate::snapshot::Collection;

/// The most revisions that one call describes.
const BATCH: usize = 20;

const REVISIONS: Names = Names { list: "daemonRevisions", key: "daemonRevisionArn" };

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

/// Reads what is needed of the daemons of every cluster.
pub(super) async fn read(estate: &Estate<'_>, clusters: &[Cluster]) {
    let Some(reading) = estate.reading(Collection::Daemons) else { return };
    let by_cluster = clusters
        .iter()
        .map(async |cluster| {
            let current = of_cluster(estate, reading, &cluster.arn).await;
            (cluster.arn.as_str(), current)
        })
        .collect::<Vec<_>>();
    let current = stream::iter(by_cluster).buffer_unordered(AHEAD).collect::<BTreeMap<_, _>>().await;
    let definitions = revisions(estate, current).await;
    task_definitions(estate, definitions).await;
}

/// Lists and describes the daemons of a cluster, and gives the ARNs of the revisions that they run.
async fn of_cluster(estate: &Estate<'_>, reading: &Reading<'_>, cluster: &str) -> BTreeSet<String> {
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
        return BTreeSet::new();
    }
    if let Some(error) = error {
        reading.hide(&error, cluster, Vec::new());
    }
    let described = stream::iter(daemons)
        .map(async |(arn, _)| match describe(reading, &arn).await {
            Ok(mut body) => {
                let current = body.items::<Object>("currentRevisions");
                body.ensure("clusterArn", cluster);
                estate.redactor.redact(&mut body);
                reading.insert(arn, body.into_raw());
                current.iter().filter_map(|revision| revision.optional("arn")).collect::<Vec<String>>()
            }
            Err(error) => {
                reading.hide(&error, cluster, vec![arn]);
                Vec::new()
            }
        })
        .buffer_unordered(AHEAD)
        .collect::<Vec<_>>()
        .await;
    described.into_iter().flatten().collect()
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

/// Describes revisions, which are named by cluster, and gives the ARNs of the definitions that they run.
async fn revisions(estate: &Estate<'_>, current: BTreeMap<&str, BTreeSet<String>>) -> BTreeSet<String> {
    let Some(reading) = estate.reading(Collection::DaemonRevisions) else { return BTreeSet::new() };
    let client = estate.session.ecs();
    let mut definitions = BTreeSet::new();
    for (cluster, arns) in current {
        let described = reading
            .describe(DESCRIBE_DAEMON_REVISIONS, REVISIONS, BATCH, cluster, arns, |batch, probe| {
                client
                    .describe_daemon_revisions()
                    .set_daemon_revision_arns(Some(batch))
                    .customize()
                    .interceptor(probe)
                    .send()
            })
            .await;
        for (arn, mut body) in described {
            match body.require::<String>(DESCRIBE_DAEMON_REVISIONS, "daemonTaskDefinitionArn") {
                Ok(definition) => definitions.insert(definition),
                Err(error) => {
                    reading.hide(&error, cluster, vec![arn]);
                    continue;
                }
            };
            body.ensure("clusterArn", cluster);
            reading.insert(arn, body.into_raw());
        }
    }
    definitions
}

async fn task_definitions(estate: &Estate<'_>, definitions: BTreeSet<String>) {
    let Some(reading) = estate.reading(Collection::DaemonTaskDefinitions) else { return };
    stream::iter(definitions)
        .for_each_concurrent(AHEAD, async |arn| match describe_definition(reading, &arn).await {
            Ok(mut body) => {
                estate.redactor.redact(&mut body);
                reading.insert(arn, body.into_raw());
            }
            Err(error) => reading.hide(&error, Gap::EVERYTHING, vec![arn]),
        })
        .await;
}

async fn describe_definition(reading: &Reading<'_>, arn: &str) -> Result<Object, CallError> {
    let operation = DESCRIBE_DAEMON_TASK_DEFINITION;
    let client = reading.session.ecs();
    let answer = reading
        .call(operation, |probe| {
            client
                .describe_daemon_task_definition()
                .daemon_task_definition(arn)
                .customize()
                .interceptor(probe)
                .send()
        })
        .await?;
    let definition =
        Object::read(operation, answer.body.as_bytes())?.take::<Object>(operation, "daemonTaskDefinition")?;
    if definition.optional::<String>("daemonTaskDefinitionArn").as_deref() != Some(arn) {
        return Err(unexpected(operation, "daemonTaskDefinition.daemonTaskDefinitionArn"));
    }
    Ok(definition)
}
