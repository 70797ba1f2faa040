//! What principals may do: worked out from the users, groups, roles and policies that were read.

use std::collections::BTreeMap;

use serde_json::value::to_raw_value;

use super::plan::GET_ACCOUNT_AUTHORIZATION_DETAILS as OPERATION;
use crate::access::{Estate, Sources};
use crate::domain::{Gap, GapKind};
use crate::snapshot::{Collection, Gathered, Members};

/// What it is worked out from.
const SOURCES: [Collection; 4] =
    [Collection::Groups, Collection::Policies, Collection::Roles, Collection::Users];

/// Fills the collection, when it is among those that are needed.
///
/// What hides members of the sources hides what anybody may do. A policy that cannot be understood concerns those who
/// have it.
pub(super) fn work_out(gathered: &mut BTreeMap<Collection, Gathered>) {
    if !gathered.contains_key(&Collection::Access) {
        return;
    }
    let none = Members::new();
    let [groups, policies, roles, users] =
        SOURCES.map(|source| gathered.get(&source).map_or(&none, |gathered| &gathered.members));
    let mut estate = Estate::new(Sources { groups, policies, roles, users });
    let (mut members, mut undecided) = (Members::new(), Vec::new());
    let arns = estate.arns().map(str::to_owned).collect::<Vec<_>>();
    for arn in arns {
        let Some(principal) = estate.principal(&arn) else { continue };
        let access = estate.access(&principal);
        let body = to_raw_value(&access).ok();
        if body.is_none() || !access.is_complete() {
            undecided.push(arn.clone());
        }
        members.extend(body.map(|body| (arn, body)));
    }
    let hidden = SOURCES.iter().filter_map(|source| gathered.get(source)).flat_map(|of| &of.gaps);
    let mut gaps = hidden.filter(|gap| gap.hides_members()).cloned().collect::<Vec<_>>();
    if !undecided.is_empty() {
        gaps.push(Gap {
            scope: Gap::EVERYTHING.to_owned(),
            ids: undecided,
            operation: OPERATION.action.to_owned(),
            kind: GapKind::Malformed,
            code: "UndecidedPolicy".to_owned(),
            message: "policies could not be understood, or are too large".to_owned(),
            action: None,
        });
    }
    if let Some(access) = gathered.get_mut(&Collection::Access) {
        access.members = members;
        access.gaps.extend(gaps);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::testing::gap;

    const ROLE: &str = "arn:aws:iam::111122223333:role/r";

    fn worked_out(roles: &[(&str, Value)], gaps: Vec<Gap>) -> Gathered {
        let members = roles.iter().map(|(arn, body)| ((*arn).to_owned(), to_raw_value(body).unwrap()));
        let roles = Gathered { members: members.collect(), gaps, ..Gathered::default() };
        let mut gathered =
            BTreeMap::from([(Collection::Access, Gathered::default()), (Collection::Roles, roles)]);
        work_out(&mut gathered);
        gathered.remove(&Collection::Access).unwrap()
    }

    fn role(document: Value) -> Value {
        json!({"RolePolicyList": [{"PolicyName": "p", "PolicyDocument": document}]})
    }

    #[test]
    fn roles_of_services_are_left_apart() {
        let allow = role(json!({"Statement": {"Effect": "Allow", "Action": "ecs:RunTask", "Resource": "*"}}));
        let of_service =
            "arn:aws:iam::111122223333:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS";
        let found = worked_out(&[(ROLE, allow.clone()), (of_service, allow)], Vec::new());
        assert_eq!(found.members.keys().collect::<Vec<_>>(), [ROLE]);
        assert_eq!(found.gaps, []);
        let access = serde_json::from_str::<Value>(found.members[ROLE].get()).unwrap();
        assert_eq!(access["grants"][0]["policy"], "p");
    }

    #[test]
    fn a_role_that_may_do_nothing_to_ecs_costs_next_to_nothing() {
        let found = worked_out(&[(ROLE, role(json!({"Statement": []})))], Vec::new());
        assert_eq!(found.members[ROLE].get(), r#"{"kind":"role","actions":{}}"#);
    }

    #[test]
    fn what_hides_roles_hides_access_and_a_policy_that_is_none_leaves_its_role_undecided() {
        let found = worked_out(&[(ROLE, role(json!("%7B")))], vec![gap("*", &[]), gap("*", &[ROLE])]);
        let gaps = found.gaps.iter().map(|gap| (gap.ids.concat(), gap.code.as_str())).collect::<Vec<_>>();
        assert_eq!(gaps.len(), 2, "{gaps:?}");
        assert_eq!(gaps[1], (ROLE.to_owned(), "UndecidedPolicy"));
        assert!(gaps[0].0.is_empty());
    }
}
