//! AWS Organizations: the service control policies that limit the account, level by level.
//!
//! Only the management account and those that it has delegated this to may read them. Whoever is refused knows nothing of
//! them, which is a gap; an account that is in no organization, or manages one, has none, which is a fact.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use super::Estate;
use super::body::Object;
use super::plan::{DESCRIBE_ORGANIZATION, DESCRIBE_POLICY, LIST_PARENTS, LIST_POLICIES_FOR_TARGET};
use super::reading::{AHEAD, Reading, paged, unexpected};
use crate::aws::{Api, Ask, CallError, Client, Protocol};
use crate::domain::{Gap, GapKind};
use crate::snapshot::Collection;

const API: Api = Api {
    id: "Organizations",
    signing_name: "organizations",
    host: "organizations",
    dual_stack_host: Some("organizations"),
    plain_fips_in_gov: true,
    is_global: true,
    protocol: Protocol::Json("AWSOrganizationsV20161128"),
};

/// The code with which AWS says that an account is in no organization.
const NOT_IN_USE: &str = "AWSOrganizationsNotInUseException";

/// The features of an organization that has no policies at all.
const WITHOUT_POLICIES: &str = "CONSOLIDATED_BILLING";

/// The most policies of a page.
const PAGE: u32 = 20;

/// The most levels above an account: five organizational units and the root. Source: Organizations user guide, "Quotas".
const MOST_LEVELS: usize = 6;

/// What policies are attached to.
struct Level {
    id: String,
    kind: String,
    parent: Option<String>,
}

/// Reads what the account stands in, and the policies of each.
pub(super) async fn read(estate: &Estate<'_>) {
    let Some(reading) = estate.reading(Collection::ServiceControlPolicies) else { return };
    let client = estate.client(API);
    let account = estate.account().id.to_string();
    let levels = match is_limited(&client, reading, &account).await {
        Ok(true) => levels(&client, reading, account).await,
        Ok(false) => return,
        Err(error) => Err(error),
    };
    match levels {
        Ok(levels) => policies(&client, reading, levels).await,
        Err(error) => reading.hide(&error, Gap::EVERYTHING, Vec::new()),
    }
}

/// Whether service control policies can limit the account.
async fn is_limited(client: &Client, reading: &Reading<'_>, account: &str) -> Result<bool, CallError> {
    let operation = DESCRIBE_ORGANIZATION;
    let ask = Ask::Input("DescribeOrganization", json!({}));
    let answer = match reading.call(operation, |probe| client.send(ask, probe)).await {
        Err(error) if error.code == NOT_IN_USE => return Ok(false),
        answer => answer?,
    };
    let organization =
        Object::read(operation, answer.body.as_bytes())?.take::<Object>(operation, "Organization")?;
    let management = organization.require::<String>(operation, "MasterAccountId")?;
    let features = organization.require::<String>(operation, "FeatureSet")?;
    Ok(management != account && features != WITHOUT_POLICIES)
}

/// The account and everything above it.
async fn levels(client: &Client, reading: &Reading<'_>, account: String) -> Result<Vec<Level>, CallError> {
    let mut levels = vec![Level { id: account, kind: "ACCOUNT".to_owned(), parent: None }];
    while let Some(level) = levels.last_mut().filter(|level| level.kind != "ROOT") {
        let page = |token, probe| {
            let input = paged(json!({"ChildId": level.id}), "NextToken", token);
            client.send(Ask::Input("ListParents", input), probe)
        };
        let (mut parents, error) =
            reading.list_objects(LIST_PARENTS, ("Parents", "NextToken"), "Id", page).await;
        if let Some(error) = error {
            return Err(error);
        }
        let (Some((id, parent)), None) = (parents.pop(), parents.pop()) else {
            return Err(unexpected(LIST_PARENTS, "Parents"));
        };
        level.parent = Some(id.clone());
        let kind = parent.require(LIST_PARENTS, "Type")?;
        if levels.len() > MOST_LEVELS {
            let message = format!("there is no root within {MOST_LEVELS} levels");
            return Err(CallError::of_answer(LIST_PARENTS, GapKind::Malformed, "TooManyLevels", message));
        }
        levels.push(Level { id, kind, parent: None });
    }
    Ok(levels)
}

/// Reads the policies of each level. A level of which one cannot be read is a gap, because nothing tells then what it allows.
async fn policies(client: &Client, reading: &Reading<'_>, levels: Vec<Level>) {
    let listed = stream::iter(levels)
        .map(async |level| {
            let page = |token, probe| {
                let filter = "SERVICE_CONTROL_POLICY";
                let input = json!({"TargetId": level.id, "Filter": filter, "MaxResults": PAGE});
                let ask = Ask::Input("ListPoliciesForTarget", paged(input, "NextToken", token));
                client.send(ask, probe)
            };
            let names = ("Policies", "NextToken");
            let (policies, error) = reading.list_objects(LIST_POLICIES_FOR_TARGET, names, "Id", page).await;
            match error {
                Some(error) => {
                    reading.hide(&error, Gap::EVERYTHING, vec![level.id]);
                    None
                }
                None => Some((level, policies.into_iter().map(|(id, _)| id).collect::<Vec<_>>())),
            }
        })
        .buffered(AHEAD)
        .filter_map(async |listed| listed)
        .collect::<Vec<_>>()
        .await;
    let wanted = listed.iter().flat_map(|(_, ids)| ids.iter().cloned()).collect::<BTreeSet<_>>();
    let described = stream::iter(wanted)
        .map(async |id: String| {
            let policy = describe(client, reading, &id).await;
            (id, policy)
        })
        .buffered(AHEAD)
        .collect::<BTreeMap<_, _>>()
        .await;
    for (Level { id, kind, parent }, ids) in listed {
        let policies = ids.iter().filter_map(|id| described.get(id)).map(Result::as_ref);
        match policies.collect::<Result<Vec<_>, _>>() {
            Ok(policies) => {
                let mut member = json!({"Id": id, "Type": kind, "Policies": policies});
                if let (Some(parent), Some(members)) = (parent, member.as_object_mut()) {
                    members.insert("ParentId".to_owned(), Value::String(parent));
                }
                reading.insert(id, to_raw_value(&member).unwrap_or_default());
            }
            Err(error) => reading.hide(error, Gap::EVERYTHING, vec![id]),
        }
    }
}

/// One policy with what it says, which comes as text.
async fn describe(client: &Client, reading: &Reading<'_>, id: &str) -> Result<Box<RawValue>, CallError> {
    let operation = DESCRIBE_POLICY;
    let ask = Ask::Input("DescribePolicy", json!({"PolicyId": id}));
    let answer = reading.call(operation, |probe| client.send(ask, probe)).await?;
    let mut policy = Object::read(operation, answer.body.as_bytes())?.take::<Object>(operation, "Policy")?;
    policy.require::<Object>(operation, "PolicySummary")?.require::<String>(operation, "Arn")?;
    let content = policy.require::<String>(operation, "Content")?;
    let content = serde_json::from_str::<BTreeMap<String, Value>>(&content);
    let content = content.ok().and_then(|content| to_raw_value(&content).ok());
    let content = content.ok_or_else(|| {
        let message = "the policy is not JSON";
        CallError::of_answer(operation, GapKind::Malformed, "MalformedDocument", message)
    })?;
    policy.0.insert("Content".to_owned(), content);
    Ok(policy.into_raw())
}
