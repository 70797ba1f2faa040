//! `Resources[0]`: the one resource that a finding is about.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{Unwritable, filled, shapes};
use crate::domain::{Finding, FindingId, Partition, Scope};
use crate::snapshot::Collection;

/// Tags of a resource that are sent: AWS allows 50 on one.
const LIMIT_TAGS: usize = 50;

/// Bytes of a resource's id. No limit is documented, and no ARN is as long as this; a longer id is replaced by the finding's.
const LIMIT_ID: usize = 2048;

/// Characters of a tag's key and value. Source: AWS General Reference, "Tagging your AWS resources".
const LIMIT_TAG_KEY: usize = 128;
const LIMIT_TAG_VALUE: usize = 256;

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::publish) struct Resource {
    #[serde(rename = "Type")]
    kind: &'static str,
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    partition: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) tags: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) details: Option<Value>,
}

impl Resource {
    /// The resource of a finding, with what ASFF takes of its body.
    pub(super) fn of(scope: &Scope, finding: &Finding) -> Self {
        let mut resource = Self::bare(scope, Some(finding.collection), &finding.resource, &finding.id);
        // A body that is no JSON comes from no snapshot; the finding is the same without it.
        let body = finding.body.as_deref().and_then(|body| serde_json::from_str::<Value>(body).ok());
        if let Some(body) = body {
            resource.tags = tags(&body);
            let (kind, details) = shapes::typed(Some(finding.collection), &finding.resource);
            resource.details = match details {
                Some(details) => details.of(&body).map(|details| json!({ kind: details })),
                None if kind == shapes::OTHER => {
                    shapes::other(finding.collection, &body).map(|members| json!({ shapes::OTHER: members }))
                }
                None => None,
            };
        }
        resource
    }

    /// A resource of which only the key is known.
    pub(super) fn bare(
        scope: &Scope,
        collection: Option<Collection>,
        key: &str,
        finding_id: &FindingId,
    ) -> Self {
        let (kind, _) = shapes::typed(collection, key);
        // IAM and the account are of no Region.
        let is_regional = !matches!(
            collection,
            Some(
                Collection::Access
                    | Collection::Accounts
                    | Collection::Groups
                    | Collection::LastAccessed
                    | Collection::Policies
                    | Collection::Roles
                    | Collection::ServiceControlPolicies
                    | Collection::Users
            )
        );
        Self {
            kind,
            id: identity(scope, collection, key)
                .filter(|id| id.len() <= LIMIT_ID)
                .unwrap_or_else(|| finding_id.as_str().to_owned()),
            partition: partition(&scope.partition),
            region: is_regional.then(|| scope.region.to_string()),
            tags: BTreeMap::new(),
            details: None,
        }
    }

    pub(super) fn to_json(&self) -> Result<Box<RawValue>, Unwritable> {
        Ok(serde_json::value::to_raw_value(self)?)
    }
}

/// The resource's canonical id: its ARN wherever AWS has one.
fn identity(scope: &Scope, collection: Option<Collection>, key: &str) -> Option<String> {
    let key = filled(key, usize::MAX)?;
    let Scope { partition, account, region } = scope;
    let noun = match collection {
        Some(Collection::NetworkInterfaces) => "network-interface",
        Some(Collection::RouteTables) => "route-table",
        Some(Collection::SecurityGroups) => "security-group",
        Some(Collection::Subnets) => "subnet",
        Some(Collection::Vpcs) => "vpc",
        Some(Collection::VpcEndpoints) => "vpc-endpoint",
        Some(Collection::FlowLogs) => "vpc-flow-log",
        Some(Collection::Instances) => "instance",
        Some(Collection::Volumes) => "volume",
        Some(Collection::MachineImages) => "image",
        // A name of the operator's, which says nothing by itself.
        Some(Collection::Attestors) => return Some(format!("attestor/{key}")),
        _ => return Some(key),
    };
    Some(format!("arn:{partition}:ec2:{region}:{account}:{noun}/{key}"))
}

/// ASFF's word for a partition; it has none for the others, and the member is optional.
fn partition(partition: &Partition) -> Option<&'static str> {
    match partition.as_str() {
        "aws" => Some("aws"),
        "aws-cn" => Some("aws-cn"),
        "aws-us-gov" => Some("aws-us-gov"),
        "aws-iso" => Some("aws-us-iso"),
        "aws-iso-b" => Some("aws-us-iso-b"),
        _ => None,
    }
}

/// The resource's tags, as ECS (`key`) or as EC2 and IAM (`Key`) print them. AWS's own and those without a value are left
/// out: ASFF takes no blank values.
fn tags(body: &Value) -> BTreeMap<String, String> {
    let list = [("tags", "key", "value"), ("Tags", "Key", "Value")];
    let tags = list.iter().flat_map(|(list, key, value)| {
        let tags = body.get(list).and_then(Value::as_array).into_iter().flatten();
        tags.filter_map(move |tag| {
            let (key, value) = (tag.get(key)?.as_str()?, tag.get(value)?.as_str()?);
            let is_awss = key.to_ascii_lowercase().starts_with("aws:");
            if is_awss { None } else { Some((filled(key, LIMIT_TAG_KEY)?, filled(value, LIMIT_TAG_VALUE)?)) }
        })
    });
    tags.take(LIMIT_TAGS).collect()
}
