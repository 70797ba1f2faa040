//! Application Auto Scaling: which services are scaled, and between which bounds.

use serde_json::json;

use super::Estate;
use super::plan::DESCRIBE_SCALABLE_TARGETS;
use super::reading::paged;
use crate::aws::{Api, Ask, Protocol};
use crate::domain::Gap;
use crate::snapshot::Collection;

const API: Api = Api {
    id: "Application Auto Scaling",
    signing_name: "application-autoscaling",
    host: "application-autoscaling",
    dual_stack_host: Some("application-autoscaling"),
    plain_fips_in_gov: true,
    is_global: false,
    protocol: Protocol::Json("AnyScaleFrontendService"),
};

/// The most scalable targets of a page.
const PAGE: u32 = 50;

/// Describes the scalable targets of ECS.
pub(super) async fn read(estate: &Estate<'_>) {
    let Some(reading) = estate.reading(Collection::ScalableTargets) else { return };
    let client = estate.client(API);
    let names = ("ScalableTargets", "NextToken");
    let page = |token, probe| {
        let input = json!({"ServiceNamespace": "ecs", "MaxResults": PAGE});
        client.send(Ask::Input("DescribeScalableTargets", paged(input, "NextToken", token)), probe)
    };
    reading.list_members(DESCRIBE_SCALABLE_TARGETS, names, "ScalableTargetARN", Gap::EVERYTHING, page).await;
}
