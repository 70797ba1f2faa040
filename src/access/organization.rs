//! Service control policies as a document has them: `organizations.service_control_policies`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::Estate;

/// What policies are attached to: the root, an organizational unit or the account.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Level {
    parent_id: Option<String>,
    policies: Vec<Policy>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    policy_summary: Summary,
    content: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Summary {
    arn: String,
}

impl Estate<'_> {
    /// The same account under the service control policies that are known, by what they are attached to.
    ///
    /// A level that cannot be read limits nothing, and neither does one without policies: as long as an organization uses them
    /// AWS keeps one at each level, so that there is none where this kind of policy is off.
    #[must_use]
    pub fn limited(self, targets: &BTreeMap<String, Box<RawValue>>) -> Self {
        let levels = targets.iter().filter_map(|(id, body)| {
            let level = serde_json::from_str::<Level>(body.get()).ok()?;
            Some((id.as_str(), level))
        });
        let levels = levels.collect::<BTreeMap<_, _>>();
        // How many levels are known above one: the root has none. Parents that go round in a circle end with the levels.
        let above = |id: &str| {
            let parent_of = |id: &str| levels.get(id)?.parent_id.as_deref();
            std::iter::successors(parent_of(id), |id| parent_of(id)).take(levels.len()).count()
        };
        let mut ordered = levels.iter().map(|(id, level)| (above(id), level)).collect::<Vec<_>>();
        ordered.sort_by_key(|(above, _)| *above);
        let documents =
            ordered.into_iter().filter(|(_, level)| !level.policies.is_empty()).map(|(_, level)| {
                let policies = level.policies.iter();
                policies.map(|policy| (policy.policy_summary.arn.clone(), policy.content.clone())).collect()
            });
        self.under(&documents.collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use serde_json::value::to_raw_value;

    use super::*;
    use crate::access::Sources;

    const ROLE: &str = "arn:aws:iam::111122223333:role/r";

    /// The statements by which the role may do something, under these levels.
    fn granted(levels: &[(&str, Option<&str>, Value)]) -> Value {
        let none = BTreeMap::new();
        let allow = json!({"Statement": {"Effect": "Allow", "Action": "ecs:RunTask", "Resource": "*"}});
        let role = json!({"RolePolicyList": [{"PolicyName": "p", "PolicyDocument": allow}]});
        let roles = BTreeMap::from([(ROLE.to_owned(), to_raw_value(&role).unwrap())]);
        let levels = levels.iter().map(|(id, parent, policies)| {
            let level = json!({"Id": id, "ParentId": parent, "Policies": policies});
            ((*id).to_owned(), to_raw_value(&level).unwrap())
        });
        let sources = Sources { groups: &none, policies: &none, roles: &roles, users: &none };
        let mut estate = Estate::new(sources).limited(&levels.collect());
        let principal = estate.principal(ROLE).unwrap();
        json!(estate.access(&principal))["actions"]["ecs:RunTask"].take()
    }

    fn policy(name: &str, effect: &str, action: &str) -> Value {
        let arn = format!("arn:aws:organizations::1:policy/o-1/service_control_policy/{name}");
        let statement = json!({"Effect": effect, "Action": action, "Resource": "*"});
        json!({"PolicySummary": {"Arn": arn}, "Content": {"Version": "2012-10-17", "Statement": [statement]}})
    }

    #[test]
    fn a_denial_of_any_level_takes_away() {
        let everything = || json!([policy("all", "Allow", "*")]);
        let denial = json!([policy("all", "Allow", "*"), policy("no", "Deny", "ecs:Run*")]);
        let free = granted(&[("r-1", None, everything()), ("111122223333", Some("r-1"), everything())]);
        assert_eq!(free["grants"].as_array().map(Vec::len), Some(1), "{free}");
        for (root, account) in [(denial.clone(), everything()), (everything(), denial)] {
            let bound = granted(&[("r-1", None, root), ("111122223333", Some("r-1"), account)]);
            assert_eq!(bound, Value::Null);
        }
    }

    #[test]
    fn each_level_must_allow_and_one_without_policies_does_not_count() {
        let others = json!([policy("s3", "Allow", "s3:*")]);
        assert_eq!(granted(&[("r-1", None, others)]), Value::Null);
        let free = granted(&[("r-1", None, json!([])), ("111122223333", Some("r-1"), json!([]))]);
        assert_ne!(free, Value::Null);
    }

    #[test]
    fn levels_that_are_odd_limit_nothing_and_end() {
        let round = [("r-1", Some("ou-1"), json!([])), ("ou-1", Some("r-1"), json!([]))];
        assert_ne!(granted(&round), Value::Null);
        assert_ne!(granted(&[("r-1", None, json!("?"))]), Value::Null);
    }
}
