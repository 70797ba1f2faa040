//! Elastic Load Balancing: the target groups that services register their tasks with, and what leads to them.
//!
//! Of what a listener or one of its rules does, a document holds where it leads and no more: conditions may compare with
//! a header's value that only a CDN knows, and actions may hold a client's secret or a page's text.

use std::collections::BTreeSet;

use futures::stream::{self, StreamExt};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::to_raw_value;

use super::Estate;
use super::plan::{DESCRIBE_LISTENERS, DESCRIBE_LOAD_BALANCERS, DESCRIBE_RULES, DESCRIBE_TARGET_GROUPS};
use super::reading::{AHEAD, Reading, unexpected};
use super::xml::Dialect;
use super::xml::Field;
use super::xml::Shape::{Boolean, Integer, List, Object};
use crate::aws::{Api, Ask, CallError, Client, Operation, PageGuard, Protocol};
use crate::domain::{Gap, GapKind};
use crate::snapshot::Collection;

const API: Api = Api {
    id: "Elastic Load Balancing v2",
    signing_name: "elasticloadbalancing",
    host: "elasticloadbalancing",
    dual_stack_host: Some("elasticloadbalancing"),
    plain_fips_in_gov: true,
    is_global: false,
    protocol: Protocol::Query("2015-12-01"),
};

/// The most members of a page.
const PAGE: &str = "400";

/// The protocols of listeners that have rules: those of Application Load Balancers.
const WITH_RULES: [&str; 2] = ["HTTP", "HTTPS"];

/// What stays of an action.
const KEPT_OF_ACTION: [&str; 5] = ["Type", "Order", "TargetGroupArn", "ForwardConfig", "RedirectConfig"];

/// What stays of a redirect.
const KEPT_OF_REDIRECT: [&str; 2] = ["Protocol", "StatusCode"];

/// What stays of a rule.
const KEPT_OF_RULE: [&str; 4] = ["RuleArn", "Priority", "IsDefault", "Actions"];

/// How the XML becomes the CLI's JSON, from the API's model (2015-12-01) of what is kept here.
const DIALECT: Dialect = Dialect { item: "member", exceptions: &[], fields: FIELDS };

const FIELDS: &[Field] = &[
    ("Actions", "Actions", List),
    ("AlpnPolicy", "AlpnPolicy", List),
    ("AvailabilityZones", "AvailabilityZones", List),
    ("Certificates", "Certificates", List),
    ("DefaultActions", "DefaultActions", List),
    ("Listeners", "Listeners", List),
    ("LoadBalancerAddresses", "LoadBalancerAddresses", List),
    ("LoadBalancerArns", "LoadBalancerArns", List),
    ("LoadBalancers", "LoadBalancers", List),
    ("Rules", "Rules", List),
    ("SecurityGroups", "SecurityGroups", List),
    ("SourceNatIpv6Prefixes", "SourceNatIpv6Prefixes", List),
    ("TargetGroups", "TargetGroups", List),
    ("DurationSeconds", "DurationSeconds", Integer),
    ("HealthCheckIntervalSeconds", "HealthCheckIntervalSeconds", Integer),
    ("HealthCheckTimeoutSeconds", "HealthCheckTimeoutSeconds", Integer),
    ("HealthyThresholdCount", "HealthyThresholdCount", Integer),
    ("Order", "Order", Integer),
    ("Port", "Port", Integer),
    ("TargetControlPort", "TargetControlPort", Integer),
    ("UnhealthyThresholdCount", "UnhealthyThresholdCount", Integer),
    ("Weight", "Weight", Integer),
    ("Enabled", "Enabled", Boolean),
    ("HealthCheckEnabled", "HealthCheckEnabled", Boolean),
    ("IgnoreClientCertificateExpiry", "IgnoreClientCertificateExpiry", Boolean),
    ("IsDefault", "IsDefault", Boolean),
    ("ForwardConfig", "ForwardConfig", Object),
    ("IpamPools", "IpamPools", Object),
    ("Matcher", "Matcher", Object),
    ("MutualAuthentication", "MutualAuthentication", Object),
    ("State", "State", Object),
    ("TargetGroupStickinessConfig", "TargetGroupStickinessConfig", Object),
];

/// A describe operation, and where its answer holds what.
struct Describe {
    operation: Operation,
    /// The operation's name.
    name: &'static str,
    /// The element around the answer's members.
    wrapper: &'static str,
    /// The list in the answer.
    list: &'static str,
    /// The ARN of one of its members.
    key: &'static str,
}

const TARGET_GROUPS: Describe = Describe {
    operation: DESCRIBE_TARGET_GROUPS,
    name: "DescribeTargetGroups",
    wrapper: "DescribeTargetGroupsResult",
    list: "TargetGroups",
    key: "TargetGroupArn",
};

const LOAD_BALANCERS: Describe = Describe {
    operation: DESCRIBE_LOAD_BALANCERS,
    name: "DescribeLoadBalancers",
    wrapper: "DescribeLoadBalancersResult",
    list: "LoadBalancers",
    key: "LoadBalancerArn",
};

const LISTENERS: Describe = Describe {
    operation: DESCRIBE_LISTENERS,
    name: "DescribeListeners",
    wrapper: "DescribeListenersResult",
    list: "Listeners",
    key: "ListenerArn",
};

const RULES: Describe = Describe {
    operation: DESCRIBE_RULES,
    name: "DescribeRules",
    wrapper: "DescribeRulesResult",
    list: "Rules",
    key: "RuleArn",
};

/// Reads the target groups of services, and the load balancers, listeners and rules that lead to them.
pub(super) async fn read(estate: &Estate<'_>) {
    let Some(reading) = estate.reading(Collection::TargetGroups) else { return };
    let services = estate.reading(Collection::Services);
    let named = services.map(|services| services.draw(target_groups)).unwrap_or_default();
    let named = named.into_iter().collect::<BTreeSet<_>>();
    if named.is_empty() {
        return;
    }
    let client = estate.client(API);
    let mut leading = BTreeSet::new();
    // All of the Region's, of which there are hundreds: who asks for some by their ARNs is told nothing of any when one
    // of them is gone.
    let read = pages(&client, reading, &TARGET_GROUPS, None, |arn, group| {
        if named.contains(&arn) {
            leading.extend(texts(&group, "LoadBalancerArns"));
            insert(reading, arn, &group);
        }
    });
    if let Err(error) = read.await {
        reading.hide(&error, Gap::EVERYTHING, Vec::new());
    }
    if !leading.is_empty() {
        futures::join!(load_balancers(estate, &client, &leading), listeners(estate, &client, &leading));
    }
}

async fn load_balancers(estate: &Estate<'_>, client: &Client, arns: &BTreeSet<String>) {
    let Some(reading) = estate.reading(Collection::LoadBalancers) else { return };
    let read = pages(client, reading, &LOAD_BALANCERS, None, |arn, load_balancer| {
        if arns.contains(&arn) {
            insert(reading, arn, &load_balancer);
        }
    });
    if let Err(error) = read.await {
        reading.hide(&error, Gap::EVERYTHING, Vec::new());
    }
}

/// The listeners of load balancers, and the rules of those that have some.
async fn listeners(estate: &Estate<'_>, client: &Client, load_balancers: &BTreeSet<String>) {
    let Some(reading) = estate.reading(Collection::Listeners) else { return };
    stream::iter(load_balancers)
        .for_each_concurrent(AHEAD, async |load_balancer| {
            let mut with_rules = Vec::new();
            let of = Some(("LoadBalancerArn", load_balancer.as_str()));
            let read = pages(client, reading, &LISTENERS, of, |arn, mut listener| {
                prune(&mut listener, "DefaultActions");
                let protocol = listener.get("Protocol").and_then(Value::as_str);
                if protocol.is_some_and(|protocol| WITH_RULES.contains(&protocol)) {
                    with_rules.push(arn.clone());
                }
                insert(reading, arn, &listener);
            });
            if let Err(error) = read.await.or_else(unless_gone("LoadBalancerNotFound")) {
                reading.hide(&error, Gap::EVERYTHING, Vec::new());
            }
            rules(estate, client, &with_rules).await;
        })
        .await;
}

async fn rules(estate: &Estate<'_>, client: &Client, listeners: &[String]) {
    let Some(reading) = estate.reading(Collection::ListenerRules) else { return };
    stream::iter(listeners)
        .for_each_concurrent(AHEAD, async |listener| {
            let of = Some(("ListenerArn", listener.as_str()));
            let read = pages(client, reading, &RULES, of, |arn, mut rule| {
                keep(&mut rule, &KEPT_OF_RULE);
                prune(&mut rule, "Actions");
                if let Value::Object(members) = &mut rule {
                    members.insert("ListenerArn".to_owned(), Value::String(listener.clone()));
                }
                insert(reading, arn, &rule);
            });
            if let Err(error) = read.await.or_else(unless_gone("ListenerNotFound")) {
                reading.hide(&error, Gap::EVERYTHING, Vec::new());
            }
        })
        .await;
}

/// Reads every page of a list and gives each member away, with its ARN.
async fn pages(
    client: &Client,
    reading: &Reading<'_>,
    describe: &Describe,
    of: Option<(&str, &str)>,
    mut take: impl FnMut(String, Value),
) -> Result<(), CallError> {
    let Describe { operation, name, wrapper, list, key } = *describe;
    let (mut guard, mut marker) = (PageGuard::default(), None);
    loop {
        let mut parameters = vec![("PageSize".to_owned(), PAGE.to_owned())];
        parameters.extend(of.map(|(name, value)| (name.to_owned(), value.to_owned())));
        parameters.extend(marker.take().map(|marker| ("Marker".to_owned(), marker)));
        let answer = reading.call(operation, |probe| client.send(Ask::Form(name, parameters), probe)).await?;
        let mut answer = DIALECT.read(operation, answer.body.as_bytes(), Some(wrapper))?;
        let Some(Value::Array(members)) = answer.remove(list) else {
            return Err(unexpected(operation, list));
        };
        for member in members {
            let arn = member.get(key).and_then(Value::as_str).filter(|arn| !arn.is_empty());
            let arn = arn.ok_or_else(|| unexpected(operation, key))?.to_owned();
            take(arn, member);
        }
        let next = answer.get("NextMarker").and_then(Value::as_str).map(str::to_owned);
        marker = guard
            .next(next)
            .map_err(|(code, message)| CallError::of_answer(operation, GapKind::Truncated, code, message))?;
        if marker.is_none() {
            return Ok(());
        }
    }
}

/// What was deleted since it was named has nothing that could be missed.
fn unless_gone(code: &str) -> impl Fn(CallError) -> Result<(), CallError> {
    move |error| if error.code == code { Ok(()) } else { Err(error) }
}

fn insert(reading: &Reading<'_>, arn: String, member: &Value) {
    // A value that was read from XML is written as JSON, which cannot fail.
    reading.insert(arn, to_raw_value(member).unwrap_or_default());
}

/// The texts in a list.
fn texts(member: &Value, list: &str) -> Vec<String> {
    let items = member.get(list).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Leaves of the actions in a list where they lead.
fn prune(member: &mut Value, list: &str) {
    for action in member.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
        keep(action, &KEPT_OF_ACTION);
        if let Some(redirect) = action.get_mut("RedirectConfig") {
            keep(redirect, &KEPT_OF_REDIRECT);
        }
    }
}

/// Leaves these members of an object, and nothing of what is none.
fn keep(value: &mut Value, names: &[&str]) {
    match value {
        Value::Object(members) => members.retain(|name, _| names.contains(&name.as_str())),
        other => *other = Value::Null,
    }
}

/// The target groups that a service names, for itself and in its task sets; those for blue/green deployments come in
/// pairs.
fn target_groups(service: &str) -> Vec<String> {
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct Registered {
        load_balancers: Vec<LoadBalancer>,
        task_sets: Vec<Self>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct LoadBalancer {
        target_group_arn: Option<String>,
        advanced_configuration: Option<Advanced>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct Advanced {
        alternate_target_group_arn: Option<String>,
    }
    let service = serde_json::from_str::<Registered>(service).unwrap_or_default();
    let of_sets = service.task_sets.into_iter().flat_map(|set| set.load_balancers);
    let all = service.load_balancers.into_iter().chain(of_sets);
    let pairs = all.map(|it| {
        [it.target_group_arn, it.advanced_configuration.and_then(|it| it.alternate_target_group_arn)]
    });
    pairs.flatten().flatten().collect()
}
