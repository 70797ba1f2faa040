//! Express Mode services, whose load balancers, roles and scaling ECS manages.

use futures::stream::{self, StreamExt};

use super::services::Service;
use crate::collect::Estate;
use crate::collect::body::Object;
use crate::collect::plan::DESCRIBE_EXPRESS_SERVICE;
use crate::collect::reading::AHEAD;
use crate::snapshot::Collection;

/// Describes those services that say that ECS manages their resources.
pub(super) async fn read(estate: &Estate<'_>, services: &[Service]) {
    let Some(reading) = estate.reading(Collection::ExpressServices) else { return };
    let client = estate.session.ecs();
    stream::iter(services.iter().filter(|service| service.is_express))
        .for_each_concurrent(AHEAD, async |service| {
            let answer = reading
                .call(DESCRIBE_EXPRESS_SERVICE, |probe| {
                    client
                        .describe_express_gateway_service()
                        .service_arn(&service.arn)
                        .include(aws_sdk_ecs::types::ExpressGatewayServiceInclude::Tags)
                        .customize()
                        .interceptor(probe)
                        .send()
                })
                .await;
            let body = answer.and_then(|answer| {
                Object::read(DESCRIBE_EXPRESS_SERVICE, answer.body.as_bytes())?
                    .take::<Object>(DESCRIBE_EXPRESS_SERVICE, "service")
            });
            match body {
                Ok(mut body) => {
                    body.ensure("clusterArn", &service.cluster);
                    estate.redactor.redact(&mut body);
                    reading.insert(service.arn.clone(), body.into_raw());
                }
                Err(error) => reading.hide(&error, &service.cluster, vec![service.arn.clone()]),
            }
        })
        .await;
}
