//! Application Auto Scaling: which services are scaled, and between which bounds.

use aws_sdk_applicationautoscaling::types::ServiceNamespace;

use super::Estate;
use super::plan::DESCRIBE_SCALABLE_TARGETS;
use crate::domain::Gap;
use crate::snapshot::Collection;

/// Describes the scalable targets of ECS.
pub(super) async fn read(estate: &Estate<'_>) {
    let Some(reading) = estate.reading(Collection::ScalableTargets) else { return };
    let client = estate.session.autoscaling();
    let names = ("ScalableTargets", "NextToken");
    reading
        .list_members(
            DESCRIBE_SCALABLE_TARGETS,
            names,
            "ScalableTargetARN",
            Gap::EVERYTHING,
            |token, probe| {
                client
                    .describe_scalable_targets()
                    .service_namespace(ServiceNamespace::Ecs)
                    // The most that the API allows.
                    .max_results(50)
                    .set_next_token(token)
                    .customize()
                    .interceptor(probe)
                    .send()
            },
        )
        .await;
}
