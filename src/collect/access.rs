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
///
/// Service control policies only take away: where AWS refuses to show them, grants are what IAM's own policies allow. One
/// that was lost on its way hides what anybody may do, or grants would come and go with the weather.
pub(super) fn work_out(gathered: &mut BTreeMap<Collection, Gathered>) {
    if !gathered.contains_key(&Collection::Access) {
        return;
    }
    let hidden = SOURCES.iter().filter_map(|source| gathered.get(source)).flat_map(|of| &of.gaps);
    let mut gaps = hidden.filter(|gap| gap.hides_members()).cloned().collect::<Vec<_>>();
    let limits = gathered.get(&Collection::ServiceControlPolicies);
    let lost = limits.into_iter().flat_map(|limits| &limits.gaps).filter(|gap| !gap.is_refusal());
    let lost = lost.map(|gap| Gap { ids: Vec::new(), ..gap.clone() }).collect::<Vec<_>>();
    if !lost.is_empty() {
        gaps.extend(lost);
        if let Some(access) = gathered.get_mut(&Collection::Access) {
            access.gaps.extend(gaps);
        }
        return;
    }
    let none = Members::new();
    let [groups, policies, roles, users] =
        SOURCES.map(|source| gathered.get(&source).map_or(&none, |gathered| &gathered.members));
    let limits = limits.map_or(&none, |limits| &limits.members);
    let mut estate = Estate::new(Sources { groups, policies, roles, users }).limited(limits);
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
        worked_out_under(roles, Gathered::default())
    }

    fn worked_out_under(roles: Gathered, limits: Gathered) -> Gathered {
        let mut gathered = BTreeMap::from([
            (Collection::Access, Gathered::default()),
            (Collection::Roles, roles),
            (Collection::ServiceControlPolicies, limits),
        ]);
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
    fn policies_that_may_not_be_seen_leave_grants_and_those_that_were_lost_hide_them() {
        let allow = role(json!({"Statement": {"Effect": "Allow", "Action": "ecs:*", "Resource": "*"}}));
        let level = json!({"Policies": [{"PolicySummary": {"Arn": "arn:p"}, "Content": {"Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": "ecs:RunTask", "Resource": "*"},
        ]}}]});
        let under = |members: &[(&str, &Value)], gaps: Vec<Gap>| {
            let roles = Members::from([(ROLE.to_owned(), to_raw_value(&allow).unwrap())]);
            let members = members.iter().map(|(id, body)| ((*id).to_owned(), to_raw_value(body).unwrap()));
            let limits = Gathered { members: members.collect(), gaps, ..Gathered::default() };
            worked_out_under(Gathered { members: roles, ..Gathered::default() }, limits)
        };
        let may_run = |found: &Gathered| {
            let access = serde_json::from_str::<Value>(found.members[ROLE].get()).unwrap();
            access["actions"].get("ecs:RunTask").is_some()
        };
        let refusal = Gap {
            kind: GapKind::Denied,
            action: Some("organizations:ListParents".to_owned()),
            ..gap("*", &[])
        };
        let known = under(&[("r-1", &level)], Vec::new());
        assert!(!may_run(&known) && known.gaps.is_empty());
        let refused = under(&[], vec![refusal.clone()]);
        assert!(may_run(&refused) && refused.gaps.is_empty());
        let partly = under(&[("r-1", &level)], vec![Gap { ids: vec!["ou-1".to_owned()], ..refusal.clone() }]);
        assert!(!may_run(&partly) && partly.gaps.is_empty(), "what is known takes away");
        for lost in [gap("*", &["ou-1"]), Gap { action: None, ..refusal }] {
            let found = under(&[("r-1", &level)], vec![lost]);
            assert_eq!(found.members.len(), 0);
            assert_eq!(found.gaps.iter().map(|gap| gap.ids.len()).collect::<Vec<_>>(), [0]);
        }
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
