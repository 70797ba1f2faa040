//! What holds for any policies, and that what is reported agrees with what is decided.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};
use tidewaiter::access::{Access, Answer, Binding, Context, decide, reference};

use super::support::{Account, ROLE};

const REQUESTS: [(&str, &str); 7] = [
    ("ecs:RunTask", "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:1"),
    ("ecs:RegisterTaskDefinition", "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:1"),
    ("ecs:StopTask", "arn:aws:ecs:eu-west-1:111122223333:task/web/1"),
    ("ecs:StopTask", "arn:aws:ecs:eu-west-1:111122223333:task/api/2"),
    ("ecs:ListClusters", "*"),
    ("iam:PassRole", "arn:aws:iam::111122223333:role/web"),
    ("iam:PassRole", "arn:aws:iam::111122223333:role/admin"),
];

fn names() -> impl Strategy<Value = String> {
    let names = [
        "*",
        "ecs:*",
        "ecs:Run*",
        "ECS:stop*",
        "ecs:*Task",
        "ecs:ListCluster?",
        "iam:PassRole",
        "iam:*",
        "s3:*",
        "ecs:RegisterTaskDefinition",
    ];
    prop::sample::select(names.to_vec()).prop_map(str::to_owned)
}

fn resources() -> impl Strategy<Value = String> {
    let patterns = [
        "*",
        "arn:aws:ecs:*:*:task/web/*",
        "arn:aws:ecs:*:*:task/*",
        "arn:aws:ecs:*:*:task-definition/w*",
        "arn:aws:ecs:eu-west-1:111122223333:*",
        "arn:aws:ecs:*",
        "arn:aws:iam::*:role/web",
        "arn:aws:iam::*:role/*",
        "arn:aws:ecs:*:*:task/${aws:userid}/*",
    ];
    prop::sample::select(patterns.to_vec()).prop_map(str::to_owned)
}

fn conditions() -> impl Strategy<Value = Value> {
    let conditions = [
        json!({}),
        json!({"StringEquals": {"ecs:enable-execute-command": "false"}}),
        json!({"StringNotEquals": {"ecs:enable-execute-command": "true"}}),
        json!({"StringEqualsIfExists": {"ecs:enable-execute-command": ["false", "other"]}}),
        json!({"Null": {"ecs:enable-execute-command": "true"}}),
        json!({"Null": {"ecs:enable-execute-command": "false"}}),
        json!({"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}}),
        json!({"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}}),
        json!({"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["a"]}}),
        json!({"ForAllValues:StringNotEquals": {"aws:TagKeys": ["b"]}}),
        json!({"StringEquals": {"ecs:enable-execute-command": "false", "aws:RequestTag/x": "1"}}),
        json!({"Bool": {"ecs:privileged": "false"}, "StringLike": {"aws:RequestTag/x": "*"}}),
        json!({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/tested"}}),
        json!({"StringMatches": {"aws:RequestTag/x": "1"}}),
        json!({"StringEquals": {"ecs:nonsense": "1"}}),
        json!({"StringEquals": {"ecs:subnet": "subnet-a"}}),
    ];
    prop::sample::select(conditions.to_vec())
}

fn statement(effects: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let parts = (
        prop::sample::select(effects.to_vec()),
        prop::collection::vec(names(), 1..3),
        prop::bool::weighted(0.2),
        prop::collection::vec(resources(), 1..3),
        prop::bool::weighted(0.2),
        conditions(),
    );
    parts.prop_map(|(effect, names, is_not_action, resources, is_not_resource, condition)| {
        let mut statement = json!({"Effect": effect});
        statement[if is_not_action { "NotAction" } else { "Action" }] = json!(names);
        statement[if is_not_resource { "NotResource" } else { "Resource" }] = json!(resources);
        if condition.as_object().is_some_and(|condition| !condition.is_empty()) {
            statement["Condition"] = condition;
        }
        statement
    })
}

fn statements(most: usize) -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(statement(&["Allow", "Allow", "Deny"]), 0..most)
}

/// A whole request: which action, about what, and what it carries.
fn request() -> impl Strategy<Value = (String, String, BTreeMap<String, Vec<String>>)> {
    let value = |values: &'static [&'static str]| {
        prop::option::of(prop::sample::select(values.to_vec()).prop_map(|value| vec![value.to_owned()]))
    };
    let tags = prop::option::of(prop::collection::vec(
        prop::sample::select(vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]),
        0..3,
    ));
    let parts = (
        prop::sample::select(REQUESTS.to_vec()),
        value(&["true", "false", "other"]),
        value(&["true", "false"]),
        value(&["1", "2"]),
        tags,
        value(&["web", "api"]),
    );
    parts.prop_map(|((action, resource), exec, privileged, tag, tags, user)| {
        let carried = [
            ("ecs:enable-execute-command", exec),
            ("ecs:privileged", privileged),
            ("aws:RequestTag/x", tag),
            ("aws:TagKeys", tags),
            ("aws:userid", user),
        ];
        let carried =
            carried.into_iter().filter_map(|(key, values)| Some((key.to_owned(), values?))).collect();
        (action.to_owned(), resource.to_owned(), carried)
    })
}

type Request = (String, String, BTreeMap<String, Vec<String>>);

fn answer(account: &Account, (action, resource, carried): &Request) -> Answer {
    let mut context = Context::complete();
    carried.iter().for_each(|(key, values)| context.insert(key, values.clone()));
    let action = reference().action(action).unwrap().1;
    account.with(|estate| {
        let principal = estate.principal(ROLE).unwrap();
        decide(&principal, action, std::slice::from_ref(resource), &context).answer
    })
}

fn access(account: &Account) -> Access {
    account.with(|estate| {
        let principal = estate.principal(ROLE).unwrap();
        estate.access(&principal)
    })
}

fn account(statements: &[Value]) -> Account {
    Account::new(Account::document("2012-10-17", statements.to_vec()))
}

fn within(statements: &[Value], boundary: &[Value]) -> Account {
    account(statements).within(Account::document("2012-10-17", boundary.to_vec()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_denial_more_never_adds_access(
        statements in statements(4), denial in statement(&["Deny"]), request in request(),
    ) {
        let before = answer(&account(&statements), &request);
        let after = answer(&account(&[statements, vec![denial]].concat()), &request);
        prop_assert!(after <= before, "{before:?} became {after:?}");
    }

    #[test]
    fn a_boundary_never_adds_access_and_neither_does_a_narrower_one(
        statements in statements(4), boundary in statements(4), request in request(), cut in 0_usize..4,
    ) {
        let free = answer(&account(&statements), &request);
        let bound = answer(&within(&statements, &boundary), &request);
        prop_assert!(bound <= free, "{free:?} became {bound:?}");
        let is_kept = |(at, statement): &(usize, &Value)| *at != cut || statement["Effect"] == "Deny";
        let narrower = boundary.iter().enumerate().filter(is_kept).map(|(_, it)| it.clone()).collect::<Vec<_>>();
        prop_assert!(answer(&within(&statements, &narrower), &request) <= bound);
    }

    #[test]
    fn a_wildcard_is_the_list_of_the_actions_that_it_stands_for(name in names()) {
        let one = access(&account(&[json!({"Effect": "Allow", "Action": name, "Resource": "*"})]));
        let listed = one.actions.keys().cloned().collect::<Vec<_>>();
        let folded = name.to_ascii_lowercase();
        let pattern = globset::GlobBuilder::new(&folded).literal_separator(false).build().unwrap().compile_matcher();
        let expected = reference().actions().iter().map(|action| action.name.clone());
        let expected = expected.filter(|action| pattern.is_match(action.to_ascii_lowercase())).collect::<Vec<_>>();
        prop_assert_eq!(&listed.iter().collect::<BTreeSet<_>>(), &expected.iter().collect::<BTreeSet<_>>());
        if !listed.is_empty() {
            let all = access(&account(&[json!({"Effect": "Allow", "Action": listed, "Resource": "*"})]));
            prop_assert_eq!(all.actions.keys().collect::<Vec<_>>(), listed.iter().collect::<Vec<_>>());
        }
    }

    /// The report leaves nothing out: a request that is allowed, or may be, is within one of the grants, and passes
    /// whatever binds its keys.
    #[test]
    fn what_may_be_allowed_is_within_a_grant(
        statements in statements(5), boundary in prop::option::of(statements(3)), request in request(),
    ) {
        let account = match &boundary {
            Some(boundary) => within(&statements, boundary),
            None => account(&statements),
        };
        let answered = answer(&account, &request);
        let (action, _, carried) = &request;
        let access = access(&account);
        let grants = access.of(action).collect::<Vec<_>>();
        let passes = grants.iter().any(|grant| {
            grant.keys.iter().all(|(key, bound)| {
                let values = carried.get(key).filter(|values| !values.is_empty());
                match (bound.binding, values) {
                    (Binding::NotConstrained | Binding::Unknown | Binding::Unsupported, _) => true,
                    (Binding::WhenPresent, None) => true,
                    (Binding::Required, None) => false,
                    (_, Some(values)) => {
                        let is_exact = |text: &String| !text.contains('*');
                        let one_of = bound.one_of.as_ref().is_none_or(|texts| {
                            texts.iter().any(|text| !is_exact(text)) || values.iter().all(|value| texts.contains(value))
                        });
                        one_of && bound.none_of.as_ref().is_none_or(|texts| !values.iter().any(|value| texts.contains(value)))
                    }
                }
            })
        });
        prop_assert!(answered == Answer::Denied || passes, "{answered:?} outside of {grants:#?}");
    }
}
