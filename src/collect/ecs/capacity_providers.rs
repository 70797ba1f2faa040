//! Capacity providers: those of the account, AWS's own, and the Managed Instances providers of clusters.

use std::collections::BTreeSet;

use aws_sdk_ecs::types::CapacityProviderField;
use futures::stream::{self, StreamExt};

use super::Cluster;
use crate::collect::Estate;
use crate::collect::plan::DESCRIBE_CAPACITY_PROVIDERS;
use crate::collect::reading::{AHEAD, Reading};
use crate::domain::Gap;
use crate::snapshot::Collection;

/// Describes capacity providers: there is no list operation, and without names all of the account are described.
///
/// Those of Managed Instances belong to a cluster; a cluster that names a provider which was not described is asked for
/// its own.
pub(super) async fn read(estate: &Estate<'_>, clusters: &[Cluster]) {
    let Some(reading) = estate.reading(Collection::CapacityProviders) else { return };
    let known = describe(estate, reading, None).await;
    let asked = clusters
        .iter()
        .filter(|cluster| cluster.capacity_providers.iter().any(|name| !known.contains(name)))
        .map(|cluster| &cluster.arn);
    stream::iter(asked)
        .for_each_concurrent(AHEAD, async |cluster| {
            describe(estate, reading, Some(cluster)).await;
        })
        .await;
}

/// Describes them page by page, and gives their names.
async fn describe(estate: &Estate<'_>, reading: &Reading<'_>, cluster: Option<&str>) -> BTreeSet<String> {
    let client = estate.session.ecs();
    let names = ("capacityProviders", "nextToken");
    let (described, error) = reading
        .list_objects(DESCRIBE_CAPACITY_PROVIDERS, names, "capacityProviderArn", |token, probe| {
            client
                .describe_capacity_providers()
                .set_cluster(cluster.map(str::to_owned))
                .include(CapacityProviderField::Tags)
                // The most that the API allows.
                .max_results(10)
                .set_next_token(token)
                .customize()
                .interceptor(probe)
                .send()
        })
        .await;
    let mut known = BTreeSet::new();
    for (arn, body) in described {
        known.extend(body.optional::<String>("name"));
        reading.insert(arn, body.into_raw());
    }
    if let Some(error) = error {
        reading.hide(&error, cluster.unwrap_or(Gap::EVERYTHING), Vec::new());
    }
    known
}
