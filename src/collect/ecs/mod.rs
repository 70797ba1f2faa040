//! Amazon ECS: one file per kind of resource, and the order in which they are read.

mod account_settings;
mod capacity_providers;
mod clusters;
mod container_instances;
mod daemons;
mod express_services;
mod service_revisions;
mod services;
mod task_definitions;
mod tasks;

use std::collections::BTreeSet;

use self::clusters::Cluster;
use super::Estate;

/// Reads what is needed of ECS.
///
/// Gives the newest ACTIVE revision of each family, and the network interfaces of the tasks.
pub(super) async fn read(estate: &Estate<'_>) -> (BTreeSet<String>, BTreeSet<String>) {
    let clusters = clusters::read(estate).await;
    let (services, tasks, newest, (), (), (), ()) = futures::join!(
        async {
            let services = services::read(estate, &clusters).await;
            futures::join!(
                service_revisions::read(estate, &services),
                express_services::read(estate, &services)
            );
            services
        },
        tasks::read(estate, &clusters),
        task_definitions::list(estate),
        container_instances::read(estate, &clusters),
        capacity_providers::read(estate, &clusters),
        daemons::read(estate, &clusters),
        account_settings::read(estate),
    );
    let mut definitions = newest.clone();
    definitions.extend(services.iter().flat_map(|service| service.task_definitions.iter().cloned()));
    definitions.extend(tasks.iter().filter_map(|task| task.task_definition.clone()));
    task_definitions::read(estate, definitions).await;
    let interfaces = tasks.into_iter().flat_map(|task| task.network_interfaces).collect();
    (newest, interfaces)
}
