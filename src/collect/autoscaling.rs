//! Application Auto Scaling: which services are scaled, and between which bounds.

use aws_sdk_applicationautoscaling::types::ServiceNamespace;

use super::Estate;
use super::body::Object;
use super::plan::DESCRIBE_SCALABLE_TARGETS;
use super::reading::unexpected;
use crate::domain::Gap;
use crate::snapshot::Collection;

/// Describes the scalable targets of ECS.
pub(super) async fn read(estate: &Estate<'_>) {
    let Some(reading) = estate.reading(Collection::ScalableTargets) else { return };
    let client = estate.session.autoscaling();
    let (targets, mut error) = reading
        .list(DESCRIBE_SCALABLE_TARGETS, ("ScalableTargets", "NextToken"), |token, probe| {
            client
                .describe_scalable_targets()
                .service_namespace(ServiceNamespace::Ecs)
                // The most that the API allows.
                .max_results(50)
                .set_next_token(token)
                .customize()
                .interceptor(probe)
                .send()
        })
        .await;
    for target in targets {
        let body = serde_json::from_str::<Object>(target.get()).unwrap_or_default();
        match body.optional::<String>("ScalableTargetARN") {
            Some(arn) => reading.insert(arn, target),
            None => {
                error = error.or_else(|| Some(unexpected(DESCRIBE_SCALABLE_TARGETS, "ScalableTargetARN")))
            }
        }
    }
    if let Some(error) = error {
        reading.hide(&error, Gap::EVERYTHING, Vec::new());
    }
}
