//! Policy documents.
//!
//! IAM refuses most of what is odd here, so that it stands only in files that somebody made. What is not understood is a
//! problem that leaves whoever has the policy undecided; nothing of it is guessed.

use serde_json::{Map, Value as Json};

use super::bits::Bits;
use super::condition::{self, Clause};
use super::names::Names;
use super::resource::Resources;
use super::variables::Text;

/// The largest document that is read, in bytes of JSON. The largest that IAM and Organizations keep have some ten thousand
/// characters.
const LARGEST: usize = 128 << 10;

/// The most clauses of a condition that are read.
const MOST_CLAUSES: usize = 1_000;

/// The longest name of an action that is looked at, in bytes; IAM's are a fraction of that.
const LONGEST_NAME: usize = 512;

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Effect {
    /// It allows.
    Allow,
    /// It denies.
    Deny,
}

/// One statement.
#[derive(Debug)]
pub(super) struct Statement {
    /// Its place in the document, from 0.
    pub(super) index: usize,
    /// Its `Sid`, when it has one.
    pub(super) sid: Option<String>,
    /// What it does.
    pub(super) effect: Effect,
    /// The actions of the reference that it is about.
    pub(super) actions: Bits,
    /// What was written for them, each with the actions that it stands for.
    names: Vec<(String, Bits)>,
    is_not_action: bool,
    /// What it is about.
    pub(super) resources: Resources,
    /// When it applies.
    pub(super) clauses: Vec<Clause>,
}

/// A policy as far as it could be read.
#[derive(Debug, Default)]
pub(super) struct Policy {
    /// Its statements.
    pub(super) statements: Vec<Statement>,
    /// What could not be understood.
    pub(super) problems: Vec<String>,
}

impl Policy {
    /// Reads a document.
    pub(super) fn read(document: &Json, names: &mut Names) -> Self {
        let mut policy = Self::default();
        let Some(members) = document.as_object() else {
            policy.problems.push("the document is not an object".to_owned());
            return policy;
        };
        if is_larger(document, &mut { LARGEST }) {
            policy.problems.push(format!("the document is larger than {LARGEST} bytes"));
            return policy;
        }
        let version = members.get("Version").and_then(Json::as_str);
        if !matches!((version, members.get("Version")), (Some("2012-10-17" | "2008-10-17"), _) | (None, None))
        {
            policy.problems.push("the version is not one of IAM's".to_owned());
        }
        let has_variables = version == Some("2012-10-17");
        let statements = match members.get("Statement") {
            Some(Json::Array(statements)) => statements.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => {
                policy.problems.push("the document has no statement".to_owned());
                return policy;
            }
        };
        for (index, statement) in statements.iter().enumerate() {
            match Statement::read(index, statement, has_variables, names) {
                Ok(statement) => policy.statements.push(statement),
                Err(problem) => policy.problems.push(format!("statement {index} {problem}")),
            }
        }
        policy
    }
}

impl Statement {
    fn read(index: usize, statement: &Json, has_variables: bool, names: &mut Names) -> Result<Self, String> {
        const KNOWN: [&str; 8] =
            ["Action", "Condition", "Effect", "NotAction", "NotResource", "Principal", "Resource", "Sid"];
        let members = statement.as_object().ok_or("is not an object")?;
        if let Some(unknown) = members.keys().find(|name| !KNOWN.contains(&name.as_str())) {
            return Err(format!("has the unknown element `{}`", shown(unknown)));
        }
        let effect = match members.get("Effect").and_then(Json::as_str) {
            Some("Allow") => Effect::Allow,
            Some("Deny") => Effect::Deny,
            _ => return Err("neither allows nor denies".to_owned()),
        };
        let (actions, is_not_action) = one_of(members, "Action", "NotAction")?;
        let (resources, is_inverse) = one_of(members, "Resource", "NotResource")?;
        let clauses = match members.get("Condition") {
            Some(condition) => {
                condition::read(condition, has_variables).ok_or("has a condition that is none")?
            }
            None => Vec::new(),
        };
        if clauses.len() > MOST_CLAUSES {
            return Err(format!("has more than {MOST_CLAUSES} conditions"));
        }
        if actions.iter().any(|name| name.len() > LONGEST_NAME) {
            return Err(format!("names an action in more than {LONGEST_NAME} bytes"));
        }
        let actions = actions.into_iter().map(|name| {
            let found = names.matching(&name);
            (name, found)
        });
        let actions = actions.collect::<Vec<_>>();
        let named = actions.iter().fold(Bits::default(), |all, (_, found)| all.union(*found));
        Ok(Self {
            index,
            sid: members.get("Sid").and_then(Json::as_str).filter(|sid| !sid.is_empty()).map(str::to_owned),
            effect,
            actions: if is_not_action { names.all().without(named) } else { named },
            names: actions,
            is_not_action,
            resources: Resources::new(
                resources.iter().map(|text| Text::new(text, has_variables)).collect(),
                is_inverse,
            ),
            clauses,
        })
    }

    /// What the statement wrote for the action at this place: the name itself, the pattern that it matches, or `NotAction`.
    pub(super) fn wrote(&self, place: usize, action: &str) -> &str {
        self.written(place, action).map_or("NotAction", |(name, _)| name)
    }

    /// The name or pattern that was written for the action at this place, with the actions that it stands for; `None` for
    /// `NotAction`.
    pub(super) fn written(&self, place: usize, action: &str) -> Option<(&str, Bits)> {
        let exact = self.names.iter().find(|(name, _)| name.eq_ignore_ascii_case(action));
        let written = exact.or_else(|| self.names.iter().find(|(_, found)| found.contains(place)));
        written.filter(|_| !self.is_not_action).map(|(name, found)| (name.as_str(), *found))
    }
}

/// The texts of an element that has an inverse, and whether it is the inverse.
fn one_of(members: &Map<String, Json>, element: &str, inverse: &str) -> Result<(Vec<String>, bool), String> {
    let (texts, is_inverse) = match (members.get(element), members.get(inverse)) {
        (Some(texts), None) => (texts, false),
        (None, Some(texts)) => (texts, true),
        (Some(_), Some(_)) => return Err(format!("has both `{element}` and `{inverse}`")),
        (None, None) => return Err(format!("has neither `{element}` nor `{inverse}`")),
    };
    let read = match texts {
        Json::String(text) => Some(vec![text.clone()]),
        Json::Array(texts) => texts.iter().map(|text| text.as_str().map(str::to_owned)).collect(),
        _ => None,
    };
    match read {
        Some(read) if !read.is_empty() => Ok((read, is_inverse)),
        _ => Err(format!("names nothing as `{}`", if is_inverse { inverse } else { element })),
    }
}

/// Whether a value takes more bytes than these, of which it takes what it needs.
fn is_larger(value: &Json, left: &mut usize) -> bool {
    let own = match value {
        Json::String(text) => text.len() + 2,
        Json::Object(members) => members.keys().map(|key| key.len() + 4).sum::<usize>() + 2,
        Json::Array(items) => items.len() + 2,
        Json::Null | Json::Bool(_) | Json::Number(_) => 5,
    };
    match left.checked_sub(own) {
        None => true,
        Some(rest) => {
            *left = rest;
            match value {
                Json::Array(items) => items.iter().any(|item| is_larger(item, left)),
                Json::Object(members) => members.values().any(|member| is_larger(member, left)),
                _ => false,
            }
        }
    }
}

/// The beginning of somebody's text, on one line.
pub(super) fn shown(text: &str) -> String {
    const SHOWN: usize = 60;
    let mut shown =
        text.chars().take(SHOWN).map(|it| if it.is_control() { ' ' } else { it }).collect::<String>();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::access::reference;

    fn read(document: &Json) -> Policy {
        Policy::read(document, &mut Names::new(reference()))
    }

    fn names(policy: &Policy) -> Vec<&str> {
        let actions = reference().actions().iter().enumerate();
        let statement = &policy.statements[0];
        actions
            .filter(|(at, _)| statement.actions.contains(*at))
            .map(|(_, action)| action.name.as_str())
            .collect()
    }

    #[test]
    fn one_statement_and_one_name_need_no_list() {
        let policy = read(&json!({"Statement":
            {"Effect": "Allow", "Action": "ECS:Run*", "Resource": "*", "Sid": "a"}}));
        assert_eq!(policy.problems, Vec::<String>::new());
        assert_eq!(names(&policy), ["ecs:RunTask"]);
        assert_eq!(policy.statements[0].sid.as_deref(), Some("a"));
    }

    #[test]
    fn what_is_not_named_is_everything_else() {
        let policy = read(
            &json!({"Statement": [{"Effect": "Allow", "NotAction": ["ecs:*", "ecr:*"], "Resource": "*"}]}),
        );
        let names = names(&policy);
        assert!(
            names.contains(&"iam:PassRole") && !names.iter().any(|name| name.starts_with("ecs:")),
            "{names:?}"
        );
    }

    #[test]
    fn what_is_not_understood_is_a_problem() {
        for (document, problem) in [
            (json!("text"), "the document is not an object"),
            (json!({}), "the document has no statement"),
            (json!({"Version": "2013-01-01", "Statement": []}), "the version is not one of IAM's"),
            (json!({"Statement": 1}), "statement 0 is not an object"),
            (json!({"Statement": [{"Effect": "allow"}]}), "statement 0 neither allows nor denies"),
            (
                json!({"Statement": {"Effect": "Deny", "Resource": "*"}}),
                "statement 0 has neither `Action` nor `NotAction`",
            ),
            (
                json!({"Statement": {"Effect": "Deny", "Action": "*", "Resource": []}}),
                "statement 0 names nothing as `Resource`",
            ),
            (
                json!({"Statement": {"Effect": "Deny", "Action": [1], "Resource": "*"}}),
                "statement 0 names nothing as `Action`",
            ),
            (
                json!({"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": 1}}}),
                "statement 0 has a condition that is none",
            ),
            (
                json!({"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*", "Conditions": {}}}),
                "statement 0 has the unknown element `Conditions`",
            ),
            (
                json!({"Statement": {"Effect": "Deny", "Action": "a".repeat(200_000), "Resource": "*"}}),
                "the document is larger than 131072 bytes",
            ),
        ] {
            assert_eq!(read(&document).problems, [problem]);
        }
    }
}
