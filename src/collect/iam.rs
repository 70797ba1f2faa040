//! IAM: every principal and policy of the account, in one operation.
//!
//! The SDK sends the requests; the answers' own XML is read, so that no field is lost, and their policy documents, which
//! come percent-encoded, become JSON.

use aws_sdk_iam::types::EntityType;
use percent_encoding::percent_decode_str;
use serde_json::value::to_raw_value;
use serde_json::{Map, Value};

use super::Estate;
use super::plan::GET_ACCOUNT_AUTHORIZATION_DETAILS as OPERATION;
use super::reading::{Reading, unexpected};
use super::xml::Dialect;
use super::xml::Shape::{Boolean, Integer, List, Object};
use crate::aws::{CallError, PageGuard};
use crate::domain::{Gap, GapKind};
use crate::snapshot::Collection;

/// The most entries of a page.
const PAGE: i32 = 1000;

const DIALECT: Dialect = Dialect {
    item: "member",
    exceptions: &[],
    fields: &[
        ("AttachedManagedPolicies", "AttachedManagedPolicies", List),
        ("AttachmentCount", "AttachmentCount", Integer),
        ("GroupDetailList", "GroupDetailList", List),
        ("GroupList", "GroupList", List),
        ("GroupPolicyList", "GroupPolicyList", List),
        ("InstanceProfileList", "InstanceProfileList", List),
        ("IsAttachable", "IsAttachable", Boolean),
        ("IsDefaultVersion", "IsDefaultVersion", Boolean),
        ("IsTruncated", "IsTruncated", Boolean),
        ("PermissionsBoundary", "PermissionsBoundary", Object),
        ("PermissionsBoundaryUsageCount", "PermissionsBoundaryUsageCount", Integer),
        ("Policies", "Policies", List),
        ("PolicyVersionList", "PolicyVersionList", List),
        ("RoleDetailList", "RoleDetailList", List),
        ("RoleLastUsed", "RoleLastUsed", Object),
        ("RolePolicyList", "RolePolicyList", List),
        ("Roles", "Roles", List),
        ("Tags", "Tags", List),
        ("UserDetailList", "UserDetailList", List),
        ("UserPolicyList", "UserPolicyList", List),
    ],
};

/// The members that hold a policy document.
const DOCUMENTS: &[&str] = &["AssumeRolePolicyDocument", "Document", "PolicyDocument"];

/// The collections, the lists that hold them, and the filters that ask for them.
const LISTS: [(Collection, &str, &[EntityType]); 4] = [
    (Collection::Groups, "GroupDetailList", &[EntityType::Group]),
    (Collection::Policies, "Policies", &[EntityType::LocalManagedPolicy, EntityType::AwsManagedPolicy]),
    (Collection::Roles, "RoleDetailList", &[EntityType::Role]),
    (Collection::Users, "UserDetailList", &[EntityType::User]),
];

/// A collection that is read, and the list that holds it.
type Wanted<'a, 'b> = (&'a Reading<'b>, &'static str);

/// Reads what is needed of IAM.
pub(super) async fn read(estate: &Estate<'_>) {
    let mut filters = Vec::new();
    let mut wanted = Vec::<Wanted<'_, '_>>::new();
    for (collection, list, entities) in LISTS {
        if let Some(reading) = estate.reading(collection) {
            filters.extend_from_slice(entities);
            wanted.push((reading, list));
        }
    }
    let Some(((first, _), others)) = wanted.split_first() else { return };
    let result = pages(estate, first, &filters, &wanted).await;
    for (reading, _) in others {
        reading.charge(first.spent());
    }
    if let Err(error) = result {
        wanted.iter().for_each(|(reading, _)| reading.hide(&error, Gap::EVERYTHING, Vec::new()));
    }
}

/// Reads every page; the calls count for `first`.
async fn pages(
    estate: &Estate<'_>,
    first: &Reading<'_>,
    filters: &[EntityType],
    wanted: &[Wanted<'_, '_>],
) -> Result<(), CallError> {
    let client = estate.session.iam();
    let mut guard = PageGuard::default();
    let mut marker = None;
    loop {
        let answer = first
            .call(OPERATION, |probe| {
                client
                    .get_account_authorization_details()
                    .set_filter(Some(filters.to_vec()))
                    .max_items(PAGE)
                    .set_marker(marker.take())
                    .customize()
                    .interceptor(probe)
                    .send()
            })
            .await?;
        let wrapper = Some("GetAccountAuthorizationDetailsResult");
        let mut page = DIALECT.read(OPERATION, answer.body.as_bytes(), wrapper)?;
        for (reading, list) in wanted {
            let Some(Value::Array(members)) = page.remove(*list) else {
                return Err(unexpected(OPERATION, list));
            };
            for member in members {
                take(reading, member)?;
            }
        }
        marker = match next(&page) {
            Ok(next) => guard.next(next).map_err(|(code, message)| truncated(code, message))?,
            Err(error) => return Err(error),
        };
        if marker.is_none() {
            return Ok(());
        }
    }
}

fn truncated(code: &str, message: impl Into<String>) -> CallError {
    CallError::of_answer(OPERATION, GapKind::Truncated, code, message)
}

/// The marker of the next page, if there is one. A page may hold fewer entries than asked for and still not be the last.
fn next(page: &Map<String, Value>) -> Result<Option<String>, CallError> {
    let is_truncated = page.get("IsTruncated").and_then(Value::as_bool);
    let marker = page.get("Marker").and_then(Value::as_str).filter(|marker| !marker.is_empty());
    match (is_truncated, marker) {
        (Some(false), _) => Ok(None),
        (Some(true), Some(marker)) => Ok(Some(marker.to_owned())),
        (Some(true), None) => Err(truncated("MissingMarker", "a page that is not the last has no marker")),
        (None, _) => Err(unexpected(OPERATION, "IsTruncated")),
    }
}

fn take(reading: &Reading<'_>, mut member: Value) -> Result<(), CallError> {
    let arn = member.get("Arn").and_then(Value::as_str).filter(|arn| !arn.is_empty());
    let arn = arn.ok_or_else(|| unexpected(OPERATION, "Arn"))?.to_owned();
    if decode_documents(&mut member) > 0 {
        let message = "a policy document is not JSON and was kept as text";
        let error = CallError::of_answer(OPERATION, GapKind::Malformed, "MalformedDocument", message);
        reading.hide(&error, Gap::EVERYTHING, vec![arn.clone()]);
    }
    let body = to_raw_value(&member).map_err(|_| unexpected(OPERATION, "Arn"))?;
    reading.insert(arn, body);
    Ok(())
}

/// Turns every policy document below a value into JSON; gives the number of those that are none, which stay as they
/// came.
fn decode_documents(value: &mut Value) -> usize {
    match value {
        Value::Array(items) => items.iter_mut().map(decode_documents).sum(),
        Value::Object(members) => members
            .iter_mut()
            .map(|(name, value)| match value {
                Value::String(text) if DOCUMENTS.contains(&name.as_str()) => match decode(text) {
                    Some(document) => {
                        *value = document;
                        0
                    }
                    None => 1,
                },
                other => decode_documents(other),
            })
            .sum(),
        _ => 0,
    }
}

/// Only `%XX` is decoded: in RFC 3986, unlike in forms, a plus is a plus.
fn decode(text: &str) -> Option<Value> {
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    serde_json::from_str::<Value>(&decoded).ok().filter(Value::is_object)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn documents_are_decoded_at_every_depth_and_a_plus_stays_a_plus() {
        let mut role = json!({
            "AssumeRolePolicyDocument": "%7B%22a%22%3A%22b%2Bc+d%22%7D",
            "RolePolicyList": [{"PolicyName": "p%41", "PolicyDocument": "{}"}],
            "InstanceProfileList": [{"Roles": [{"AssumeRolePolicyDocument": "%7B%7D"}]}],
        });
        assert_eq!(decode_documents(&mut role), 0);
        assert_eq!(
            role,
            json!({
                "AssumeRolePolicyDocument": {"a": "b+c+d"},
                "RolePolicyList": [{"PolicyName": "p%41", "PolicyDocument": {}}],
                "InstanceProfileList": [{"Roles": [{"AssumeRolePolicyDocument": {}}]}],
            })
        );
    }

    #[test]
    fn a_document_that_is_no_json_object_stays_text() {
        for text in ["%7B", "%FF", "\"text\"", ""] {
            let mut policy = json!({"Document": text, "PolicyVersionList": [{"Document": "{}"}]});
            assert_eq!(decode_documents(&mut policy), 1, "{text}");
            assert_eq!(policy, json!({"Document": text, "PolicyVersionList": [{"Document": {}}]}));
        }
    }

    #[test]
    fn a_page_without_a_word_about_the_next_is_refused() {
        let page = |value: Value| value.as_object().cloned().unwrap();
        assert_eq!(next(&page(json!({"IsTruncated": false, "Marker": "m"}))), Ok(None));
        assert_eq!(next(&page(json!({"IsTruncated": true, "Marker": "m"}))), Ok(Some("m".to_owned())));
        assert_eq!(next(&page(json!({"IsTruncated": true}))).unwrap_err().code, "MissingMarker");
        assert_eq!(next(&page(json!({}))).unwrap_err().code, "UnexpectedAnswer");
    }
}
