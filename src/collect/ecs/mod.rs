//! Amazon ECS: one file per kind of resource, and the order in which they are read.

mod account_settings;
mod capacity_providers;
mod clusters;
mod container_instances;
mod daemons;
mod express_services;
mod members;
mod service_revisions;
mod services;
mod task_definitions;
mod tasks;

use std::collections::BTreeSet;

use self::clusters::Cluster;
use super::Estate;
use crate::snapshot::resolve;

/// Reads what is needed of ECS. `scheduled` gives the names of task definitions that rules and schedules run.
///
/// Gives the newest ACTIVE revision of each family, and the network interfaces of the tasks.
pub(super) async fn read(
    estate: &Estate<'_>,
    scheduled: impl Future<Output = Vec<String>>,
) -> (BTreeSet<String>, BTreeSet<String>) {
    let in_clusters = async {
        let clusters = clusters::read(estate).await;
        let (services, tasks, (), (), ()) = futures::join!(
            async {
                let services = services::read(estate, &clusters).await;
                futures::join!(
                    service_revisions::read(estate, &services),
                    express_services::read(estate, &services)
                );
                services
            },
            tasks::read(estate, &clusters),
            container_instances::read(estate, &clusters),
            capacity_providers::read(estate, &clusters),
            daemons::read(estate, &clusters),
        );
        (services, tasks)
    };
    let ((services, tasks), newest, (), scheduled) = futures::join!(
        in_clusters,
        task_definitions::list(estate),
        account_settings::read(estate),
        scheduled,
    );
    let mut named = newest.clone();
    named.extend(services.iter().flat_map(|service| service.task_definitions.iter().cloned()));
    named.extend(tasks.iter().filter_map(|task| task.task_definition.clone()));
    let (account, region) = (estate.account(), estate.session.region());
    let scheduled = scheduled.iter().filter_map(|name| resolve(name, &account, region, &newest)).collect();
    task_definitions::read(estate, &named, &scheduled).await;
    let interfaces = tasks.into_iter().flat_map(|task| task.network_interfaces).collect();
    (newest, interfaces)
}
