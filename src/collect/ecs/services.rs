//! Services, and the task sets that stand in their bodies.

use std::collections::BTreeSet;

use aws_sdk_ecs::types::ServiceField;

use super::Cluster;
use super::members::{self, Kind};
use crate::aws::CallError;
use crate::collect::Estate;
use crate::collect::body::Object;
use crate::collect::plan::{DESCRIBE_SERVICES, LIST_SERVICES};
use crate::collect::reading::{Names, Reading, unexpected};
use crate::snapshot::Collection;

const KIND: Kind = Kind {
    list: LIST_SERVICES,
    arns: "serviceArns",
    describe: DESCRIBE_SERVICES,
    names: Names { list: "services", key: "serviceArn" },
    batch: 10,
    count: |counts| counts.services,
};

/// What other collections need to know of a service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Service {
    pub(super) arn: String,
    pub(super) cluster: String,
    /// Those that it, its deployments and its task sets name.
    pub(super) task_definitions: BTreeSet<String>,
    pub(super) revisions: BTreeSet<String>,
    /// Whether ECS manages its resources: an Express Mode service.
    pub(super) is_express: bool,
}

/// Lists and describes the services of every cluster.
pub(super) async fn read(estate: &Estate<'_>, clusters: &[Cluster]) -> Vec<Service> {
    let Some(reading) = estate.reading(Collection::Services) else { return Vec::new() };
    let client = estate.session.ecs();
    let taken = members::read(
        reading,
        clusters,
        &KIND,
        |cluster, token, probe| {
            client
                .list_services()
                .cluster(cluster)
                .max_results(100)
                .set_next_token(token)
                .customize()
                .interceptor(probe)
                .send()
        },
        |cluster, batch, probe| {
            client
                .describe_services()
                .cluster(cluster)
                .set_services(Some(batch))
                .include(ServiceField::Tags)
                .customize()
                .interceptor(probe)
                .send()
        },
        |cluster, arn, body| {
            // A deleted service is described for a while.
            let is_gone = body.optional::<String>("status").as_deref() == Some("INACTIVE");
            (!is_gone).then(|| take(estate, reading, &cluster.arn, arn, body))
        },
    )
    .await;
    let mut services = taken.into_iter().flatten().collect::<Vec<_>>();
    services.sort_by(|one, other| one.arn.cmp(&other.arn));
    services
}

fn take(estate: &Estate<'_>, reading: &Reading<'_>, cluster: &str, arn: String, mut body: Object) -> Service {
    let mut service = Service {
        revisions: arns(&body, "currentServiceRevisions", "arn"),
        task_definitions: arns(&body, "deployments", "taskDefinition"),
        is_express: body.optional::<String>("resourceManagementType").as_deref() == Some("ECS"),
        cluster: cluster.to_owned(),
        arn,
    };
    service.task_definitions.extend(body.optional::<String>("taskDefinition"));
    for mut task_set in body.items::<Object>("taskSets") {
        service.task_definitions.extend(task_set.optional::<String>("taskDefinition"));
        let Some(task_sets) = estate.reading(Collection::TaskSets) else { continue };
        task_set.ensure("clusterArn", cluster);
        task_set.ensure("serviceArn", &service.arn);
        estate.redactor.redact(&mut task_set);
        match task_set.optional::<String>("taskSetArn") {
            Some(key) => task_sets.insert(key, task_set.into_raw()),
            None => {
                let error: CallError = unexpected(DESCRIBE_SERVICES, "taskSets[].taskSetArn");
                task_sets.hide(&error, &service.arn, Vec::new());
            }
        }
    }
    // The last hundred events change with every deployment and say nothing about how the service is set up.
    body.0.remove("events");
    body.ensure("clusterArn", cluster);
    estate.redactor.redact(&mut body);
    reading.insert(service.arn.clone(), body.into_raw());
    service
}

/// The texts called `name` in the objects of a list.
fn arns(body: &Object, list: &str, name: &str) -> BTreeSet<String> {
    body.items::<Object>(list).iter().filter_map(|item| item.optional(name)).collect()
}
