//! Clusters, and how much lives in them as they say themselves.

use std::collections::BTreeSet;

use aws_sdk_ecs::types::ClusterField;

use crate::aws::CallError;
use crate::collect::Estate;
use crate::collect::body::Object;
use crate::collect::plan::{DESCRIBE_CLUSTERS, LIST_CLUSTERS};
use crate::collect::reading::{Names, Reading};
use crate::domain::Gap;
use crate::snapshot::Collection;

/// The most clusters that one call describes.
const BATCH: usize = 100;

const NAMES: Names = Names { list: "clusters", key: "clusterArn" };

/// A cluster that was listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cluster {
    pub(super) arn: String,
    /// Its capacity providers, by name.
    pub(super) capacity_providers: Vec<String>,
    /// What it says about itself; zeros when it could not be described.
    pub(super) counts: Counts,
}

/// How much lives in a cluster, as it says itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) services: u64,
    pub(super) tasks: u64,
    pub(super) container_instances: u64,
}

impl Counts {
    fn of(cluster: &Object) -> Self {
        let count = |name| cluster.optional(name).unwrap_or_default();
        Self {
            services: count("activeServicesCount"),
            tasks: count("runningTasksCount"),
            container_instances: count("registeredContainerInstancesCount"),
        }
    }
}

/// Lists and describes clusters.
pub(super) async fn read(estate: &Estate<'_>) -> Vec<Cluster> {
    let Some(reading) = estate.reading(Collection::Clusters) else { return Vec::new() };
    let client = estate.session.ecs();
    let arns = reading
        .list_all_arns(LIST_CLUSTERS, "clusterArns", |token, probe| {
            client
                .list_clusters()
                .max_results(100)
                .set_next_token(token)
                .customize()
                .interceptor(probe)
                .send()
        })
        .await;
    let described = describe(reading, arns.clone()).await;
    let mut clusters = Vec::new();
    let mut unknown = arns;
    for (arn, mut body) in described {
        unknown.remove(&arn);
        // A deleted cluster is described for a while.
        if body.optional::<String>("status").as_deref() == Some("INACTIVE") {
            continue;
        }
        let counts = Counts::of(&body);
        let capacity_providers = body.items("capacityProviders");
        clusters.push(Cluster { arn: arn.clone(), capacity_providers, counts });
        estate.redactor.redact(&mut body);
        reading.insert(arn, body.into_raw());
    }
    // Of a cluster that is hidden, or gone, the members can still be asked for: who is gone says so.
    clusters.extend(unknown.into_iter().map(|arn| Cluster { arn, ..Cluster::default() }));
    clusters.sort_by(|one, other| one.arn.cmp(&other.arn));
    clusters
}

async fn describe(reading: &Reading<'_>, arns: BTreeSet<String>) -> Vec<(String, Object)> {
    let client = reading.session.ecs();
    reading
        .describe(DESCRIBE_CLUSTERS, NAMES, BATCH, Gap::EVERYTHING, arns, |batch, probe| {
            client
                .describe_clusters()
                .set_clusters(Some(batch))
                .set_include(Some(vec![
                    ClusterField::Attachments,
                    ClusterField::Configurations,
                    ClusterField::Settings,
                    ClusterField::Statistics,
                    ClusterField::Tags,
                ]))
                .customize()
                .interceptor(probe)
                .send()
        })
        .await
}

/// What a cluster says about itself now; `None` when it is gone.
pub(super) async fn counts_now(reading: &Reading<'_>, arn: &str) -> Result<Option<Counts>, CallError> {
    let client = reading.session.ecs();
    let answer = reading
        .call(DESCRIBE_CLUSTERS, |probe| {
            client.describe_clusters().clusters(arn).customize().interceptor(probe).send()
        })
        .await?;
    let mut body = Object::read(DESCRIBE_CLUSTERS, answer.body.as_bytes())?;
    let clusters = body.take::<Vec<Object>>(DESCRIBE_CLUSTERS, NAMES.list)?;
    let alive =
        clusters.iter().find(|cluster| cluster.optional::<String>("status").as_deref() != Some("INACTIVE"));
    Ok(alive.map(Counts::of))
}
