//! What `input.iam.access` says of one principal.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::document::Statement;
use super::limit::{Allowed, Limit, Tested};
use super::principal::{Held, Kind, Tag, Through};
use super::reference::is_of_family;

/// What one user or role may do to ECS.
///
/// Lists and objects that are empty are left out.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Access {
    /// Whether it is a user or a role.
    pub kind: Kind,
    /// The ARN of its permissions boundary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boundary: Option<String>,
    /// Its tags, so that exceptions can name it by them.
    #[serde(rename = "Tags", default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// Why this may be wrong: policies that could not be read, or too much of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
    /// Statements that allow something, each with whatever limits it. A statement that is limited alike for several actions
    /// stands here once, and one that is limited in several ways once for each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<Grant>,
    /// What it may do, by action. An action that nothing allows is absent.
    pub actions: BTreeMap<String, Granted>,
}

/// What allows an action.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct Granted {
    /// The places of its grants in the list of them, from 0. One is enough for a request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<usize>,
    /// Condition keys that the action supports and that one of its grants, at least, leaves free. A key with `${TagKey}` in it
    /// is here when a grant binds no tag at all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_constrained: Vec<String>,
    /// Statements that name the action and never apply to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub void: Vec<Void>,
    /// Resource types that each request names as well, and that no statement allows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacking: Vec<String>,
    /// Why there may be more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
}

/// One statement that allows something.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Grant {
    /// The statement.
    #[serde(flatten)]
    pub origin: Origin,
    /// What it says for its actions: names, patterns, or `NotAction`.
    pub actions: BTreeSet<String>,
    /// ARNs that it is about, with wildcards.
    pub resources: Vec<String>,
    /// ARNs among these that it is not about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<String>,
    /// Each condition key that conditions name, with whatever binds it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub keys: BTreeMap<String, Bound>,
    /// Statements of the boundary and of service control policies that limit it further.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub within: Vec<Origin>,
    /// Why less may be allowed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
}

/// A statement of a policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Origin {
    /// The policy's ARN, or the name of an inline policy.
    pub policy: String,
    /// How it comes to the principal.
    pub through: Through,
    /// The ARN of the group that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The place of the statement in the policy, from 0.
    pub statement: usize,
    /// Its `Sid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
}

/// A statement that names an action and never applies to it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Void {
    /// The statement.
    #[serde(flatten)]
    pub origin: Origin,
    /// What it does not do: `Allow` or `Deny`.
    pub effect: super::limit::Word,
    /// The condition key that the action does not support; absent when its resources are none that the action acts on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// What binds a condition key.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Bound {
    /// Whether and when.
    pub binding: Binding,
    /// The only values that pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub one_of: Option<Vec<String>>,
    /// Values that do not pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub none_of: Option<Vec<String>>,
    /// The conditions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<Tested>,
}

/// Whether a condition key binds a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Binding {
    /// A request must carry it, with a value that passes.
    Required,
    /// A request without it passes; one with it needs a value that passes.
    WhenPresent,
    /// Nothing limits it.
    NotConstrained,
    /// Requests for the action never carry it, and conditions on it bind nothing.
    Unsupported,
    /// It cannot be decided.
    Unknown,
}

impl Access {
    /// The grants of an action, none when nothing allows it.
    pub fn of(&self, action: &str) -> impl Iterator<Item = &Grant> {
        let places = self.actions.get(action).into_iter().flat_map(|granted| &granted.grants);
        places.filter_map(|place| self.grants.get(*place))
    }

    /// Leaves out every action but these, and the grants that are of none of them.
    pub fn retain(&mut self, is_wanted: impl Fn(&str) -> bool) {
        self.actions.retain(|name, _| is_wanted(name));
        let kept =
            self.actions.values().flat_map(|granted| granted.grants.iter().copied()).collect::<BTreeSet<_>>();
        let places =
            kept.iter().enumerate().map(|(after, before)| (*before, after)).collect::<BTreeMap<_, _>>();
        let mut place = 0..;
        self.grants.retain(|_| place.next().is_some_and(|place| kept.contains(&place)));
        for granted in self.actions.values_mut() {
            granted.grants = granted.grants.iter().filter_map(|place| places.get(place).copied()).collect();
        }
    }

    /// Whether nothing is left open that policies say. What may be open still is what a grant says itself.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.unknown.is_empty() && self.actions.values().all(|granted| granted.unknown.is_empty())
    }
}

impl Grant {
    /// Whether something binds a key, or one with any tag's key where the name stands for these.
    #[must_use]
    pub fn binds(&self, family: &str) -> bool {
        self.keys.iter().any(|(name, bound)| {
            !matches!(bound.binding, Binding::NotConstrained | Binding::Unsupported)
                && is_of_family(family, name)
        })
    }
}

impl Origin {
    pub(super) fn of(held: &Held, statement: &Statement) -> Self {
        Self {
            policy: held.name.clone(),
            through: held.through,
            group: held.group.clone(),
            statement: statement.index,
            sid: statement.sid.clone(),
        }
    }
}

impl Bound {
    pub(super) fn of(limit: Limit) -> Self {
        let is_limited = !matches!(limit.values, Allowed::Any);
        let binding = match (limit.may_be_missing, limit.is_undecided) {
            (false, false) => Binding::Required,
            (false, true) if is_limited => Binding::Required,
            (_, true) => Binding::Unknown,
            (true, false) if is_limited => Binding::WhenPresent,
            (true, false) => Binding::NotConstrained,
        };
        let (one_of, none_of) = match &limit.values {
            Allowed::OneOf(set) => (Some(set.texts()), None),
            Allowed::NoneOf(set) => (None, Some(set.texts())),
            Allowed::Any | Allowed::Fewer => (None, None),
        };
        Self { binding, one_of, none_of, tests: limit.tests }
    }

    /// A key that requests never carry.
    pub(super) fn unsupported() -> Self {
        Self { binding: Binding::Unsupported, one_of: None, none_of: None, tests: Vec::new() }
    }
}
