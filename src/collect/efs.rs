//! Amazon EFS: the access points through which tasks mount file systems.

use std::collections::BTreeSet;

use futures::stream::{self, StreamExt};

use super::Estate;
use super::body::Object;
use super::named::{Definition, Here, in_definitions};
use super::plan::DESCRIBE_ACCESS_POINTS;
use super::reading::{AHEAD, Reading, unexpected};
use crate::aws::{Api, Ask, CallError, Client, Protocol, escaped};
use crate::domain::Gap;
use crate::snapshot::Collection;

const API: Api = Api {
    id: "EFS",
    signing_name: "elasticfilesystem",
    host: "elasticfilesystem",
    dual_stack_host: Some("elasticfilesystem"),
    plain_fips_in_gov: false,
    is_global: false,
    protocol: Protocol::Rest,
};

/// The code with which EFS says that an access point does not exist.
const GONE: &str = "AccessPointNotFound";

/// Describes the access points that task definitions name. One that does not exist is no member.
pub(super) async fn read(estate: &Estate<'_>) {
    let Some(reading) = estate.reading(Collection::AccessPoints) else { return };
    let ids = in_definitions(estate, Definition::access_points);
    let ids = ids.into_iter().filter(|id| is_id(id)).collect::<BTreeSet<_>>();
    if ids.is_empty() {
        return;
    }
    let (client, here) = (estate.client(API), Here::of(estate));
    stream::iter(ids)
        .for_each_concurrent(AHEAD, async |id: String| {
            let arn = here.arn("elasticfilesystem", &format!("access-point/{id}"));
            match describe(&client, reading, &id).await {
                Ok(point) => reading.insert(arn, point.into_raw()),
                Err(error) if error.code == GONE => {}
                Err(error) => reading.hide(&error, Gap::EVERYTHING, vec![arn]),
            }
        })
        .await;
}

async fn describe(client: &Client, reading: &Reading<'_>, id: &str) -> Result<Object, CallError> {
    let page = |token: Option<String>, probe| {
        let token = token.map(|token| format!("&NextToken={}", escaped(&token))).unwrap_or_default();
        client.send(Ask::Get(format!("/2015-02-01/access-points?AccessPointId={id}{token}")), probe)
    };
    let names = ("AccessPoints", "NextToken");
    let (points, error) = reading.list_objects(DESCRIBE_ACCESS_POINTS, names, "AccessPointId", page).await;
    match (points.into_iter().find(|(found, _)| found == id), error) {
        (Some((_, point)), _) => Ok(point),
        (None, Some(error)) => Err(error),
        (None, None) => Err(unexpected(DESCRIBE_ACCESS_POINTS, "AccessPoints")),
    }
}

/// Whether an access point can be called so: EFS refuses to look for others.
fn is_id(text: &str) -> bool {
    text.strip_prefix("fsap-").is_some_and(|number| {
        (8..=40).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}
