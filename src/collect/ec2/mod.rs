//! Amazon EC2: the network that tasks live in, and the machines of container instances.

mod hosts;
mod shapes;

pub(super) use self::hosts::read as read_hosts;

use std::collections::BTreeSet;

use futures::stream::{self, StreamExt};
use serde_json::Value;
use serde_json::value::to_raw_value;

use super::Estate;
use super::plan::{
    DESCRIBE_FLOW_LOGS, DESCRIBE_NETWORK_INTERFACES, DESCRIBE_ROUTE_TABLES, DESCRIBE_SECURITY_GROUPS,
    DESCRIBE_SUBNETS, DESCRIBE_VPC_ENDPOINTS, DESCRIBE_VPCS,
};
use super::reading::{Reading, unexpected};
use super::xml::Dialect;
use crate::aws::{Api, Ask, CallError, Client, Operation, PageGuard, Protocol};
use crate::domain::{Gap, GapKind};
use crate::snapshot::Collection;

/// EC2, whose API has had one version since 2016.
const API: Api = Api {
    id: "EC2",
    signing_name: "ec2",
    host: "ec2",
    dual_stack_host: Some("ec2"),
    plain_fips_in_gov: true,
    is_global: false,
    protocol: Protocol::Query("2016-11-15"),
};

/// The most values that one filter takes.
const LIMIT_FILTER_VALUES: usize = 200;

/// A describe operation, and where its answer holds what.
struct Describe {
    collection: Collection,
    operation: Operation,
    dialect: Dialect,
    /// The list in the answer.
    list: &'static str,
    /// The id of one of its members.
    key: &'static str,
    /// The most members of a page.
    page: &'static str,
    /// Parameters that every request has.
    always: &'static [(&'static str, &'static str)],
    /// The members that an item of the list holds; most are one themselves.
    unfold: fn(Value) -> Option<Vec<Value>>,
}

const fn describe(
    collection: Collection,
    operation: Operation,
    list: &'static str,
    key: &'static str,
    page: &'static str,
) -> Describe {
    let unfold = |item| Some(vec![item]);
    Describe { collection, operation, dialect: shapes::DIALECT, list, key, page, always: &[], unfold }
}

/// What is read whole: a Region has tens to hundreds of each, and a filter would take as many calls as it saves.
const WHOLE: [Describe; 6] = [
    describe(Collection::FlowLogs, DESCRIBE_FLOW_LOGS, "FlowLogs", "FlowLogId", "1000"),
    describe(Collection::RouteTables, DESCRIBE_ROUTE_TABLES, "RouteTables", "RouteTableId", "100"),
    describe(Collection::SecurityGroups, DESCRIBE_SECURITY_GROUPS, "SecurityGroups", "GroupId", "1000"),
    describe(Collection::Subnets, DESCRIBE_SUBNETS, "Subnets", "SubnetId", "1000"),
    describe(Collection::VpcEndpoints, DESCRIBE_VPC_ENDPOINTS, "VpcEndpoints", "VpcEndpointId", "1000"),
    describe(Collection::Vpcs, DESCRIBE_VPCS, "Vpcs", "VpcId", "1000"),
];

const NETWORK_INTERFACES: Describe = Describe {
    dialect: shapes::NETWORK_INTERFACES,
    ..describe(
        Collection::NetworkInterfaces,
        DESCRIBE_NETWORK_INTERFACES,
        "NetworkInterfaces",
        "NetworkInterfaceId",
        "1000",
    )
};

/// Reads what is needed of the Region's network.
pub(super) async fn read(estate: &Estate<'_>) {
    let needed = WHOLE
        .iter()
        .filter_map(|describe| Some((describe, estate.reading(describe.collection)?)))
        .collect::<Vec<_>>();
    if needed.is_empty() {
        return;
    }
    let client = estate.client(API);
    stream::iter(needed)
        .for_each_concurrent(None, async |(describe, reading)| {
            if let Err(error) = pages(&client, reading, describe, &[]).await {
                reading.hide(&error, Gap::EVERYTHING, Vec::new());
            }
        })
        .await;
}

/// Reads network interfaces by id.
pub(super) async fn read_network_interfaces(estate: &Estate<'_>, ids: BTreeSet<String>) {
    by_filter(estate, &NETWORK_INTERFACES, "network-interface-id", ids).await;
}

/// Reads members that belong to one of some ids.
///
/// The ids stand in a filter, because a filter does not fail when there is nothing of one of them any more: machines and
/// interfaces come and go.
async fn by_filter(estate: &Estate<'_>, describe: &Describe, name: &str, ids: BTreeSet<String>) {
    let Some(reading) = estate.reading(describe.collection) else { return };
    if ids.is_empty() {
        return;
    }
    let client = estate.client(API);
    let ids = ids.into_iter().collect::<Vec<_>>();
    stream::iter(ids.chunks(LIMIT_FILTER_VALUES))
        .for_each_concurrent(None, async |batch| {
            let mut filter = vec![("Filter.1.Name".to_owned(), name.to_owned())];
            let values = batch.iter().zip(1..);
            filter.extend(values.map(|(id, at)| (format!("Filter.1.Value.{at}"), id.clone())));
            if let Err(error) = pages(&client, reading, describe, &filter).await {
                reading.hide(&error, Gap::EVERYTHING, batch.to_vec());
            }
        })
        .await;
}

/// Reads every page and takes its members.
async fn pages(
    client: &Client,
    reading: &Reading<'_>,
    describe: &Describe,
    parameters: &[(String, String)],
) -> Result<(), CallError> {
    let Describe { operation, dialect, list, key, page, always, unfold, .. } = describe;
    let action = operation.action.strip_prefix("ec2:").unwrap_or(operation.action);
    let mut guard = PageGuard::default();
    let mut next = None;
    loop {
        let mut parameters = parameters.to_vec();
        parameters.push(("MaxResults".to_owned(), (*page).to_owned()));
        parameters.extend(always.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        parameters.extend(next.take().map(|token| ("NextToken".to_owned(), token)));
        let answer =
            reading.call(*operation, |probe| client.send(Ask::Form(action, parameters), probe)).await?;
        let mut answer = dialect.read(*operation, answer.body.as_bytes(), None)?;
        let Some(Value::Array(items)) = answer.remove(*list) else {
            return Err(unexpected(*operation, list));
        };
        let members = items.into_iter().map(unfold).collect::<Option<Vec<_>>>();
        for member in members.ok_or_else(|| unexpected(*operation, list))?.into_iter().flatten() {
            let id = member.get(key).and_then(Value::as_str).filter(|id| !id.is_empty());
            let id = id.ok_or_else(|| unexpected(*operation, key))?.to_owned();
            let member = to_raw_value(&member).map_err(|_| unexpected(*operation, key))?;
            reading.insert(id, member);
        }
        let token = answer.get("NextToken").and_then(Value::as_str).map(str::to_owned);
        next = guard
            .next(token)
            .map_err(|(code, message)| CallError::of_answer(*operation, GapKind::Truncated, code, message))?;
        if next.is_none() {
            return Ok(());
        }
    }
}
