//! Users and roles with everything that says what they may do.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::context::Context;
use super::document::{Policy, Statement, shown};
use super::names::Names;
use super::reference::reference;

/// Members of a collection, by ARN.
type Members = BTreeMap<String, Box<RawValue>>;

/// Where in an ARN's end roles stand that belong to AWS's services.
const SERVICE_LINKED: &str = ":role/aws-service-role/";

/// The most policies of one principal that are looked at; IAM allows a tenth of that.
const MOST_POLICIES: usize = 300;

/// What a principal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A user.
    User,
    /// A role.
    Role,
}

/// How a policy comes to a principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Through {
    /// It is part of the principal.
    Inline,
    /// It is attached.
    Attached,
    /// It is part of one of the user's groups.
    GroupInline,
    /// It is attached to one of the user's groups.
    GroupAttached,
    /// It is the permissions boundary.
    Boundary,
    /// It is a service control policy.
    ServiceControl,
}

/// A policy of a principal.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) through: Through,
    /// The ARN, or the name of an inline policy.
    pub(super) name: String,
    pub(super) group: Option<String>,
    pub(super) policy: Arc<Policy>,
}

/// A user or role.
#[derive(Debug)]
pub struct Principal {
    /// Its ARN.
    pub arn: String,
    /// What it is.
    pub kind: Kind,
    /// The ARN of its permissions boundary.
    pub boundary: Option<String>,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// Why it cannot be known what it may do: policies that could not be read.
    pub problems: Vec<String>,
    pub(super) identity: Vec<Held>,
    /// The boundary; `None` without one, and when it could not be read.
    pub(super) limit: Option<Held>,
    /// Service control policies, level by level from the root.
    pub(super) levels: Vec<Vec<Held>>,
    /// What is known of each of its requests.
    pub(super) facts: Context,
}

impl Principal {
    /// Every policy of it, with its statements.
    pub(super) fn statements(&self) -> impl Iterator<Item = (&Held, &Statement)> {
        self.identity
            .iter()
            .chain(&self.limit)
            .chain(self.levels.iter().flatten())
            .flat_map(|held| held.policy.statements.iter().map(move |statement| (held, statement)))
    }
}

/// The parts of a document that say who may do what.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// `iam.groups`.
    pub groups: &'a Members,
    /// `iam.policies`.
    pub policies: &'a Members,
    /// `iam.roles`.
    pub roles: &'a Members,
    /// `iam.users`.
    pub users: &'a Members,
}

/// An account's IAM, its managed policies and groups read once.
#[derive(Debug)]
pub struct Estate<'a> {
    sources: Sources<'a>,
    pub(super) names: Names,
    managed: BTreeMap<&'a str, Arc<Policy>>,
    groups: BTreeMap<String, Group>,
    levels: Vec<Vec<Held>>,
}

#[derive(Debug)]
struct Group {
    held: Vec<Held>,
    problems: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Entity {
    user_name: Option<String>,
    user_id: Option<String>,
    group_name: Option<String>,
    #[serde(alias = "UserPolicyList", alias = "GroupPolicyList")]
    role_policy_list: Vec<Inline>,
    attached_managed_policies: Vec<Attached>,
    permissions_boundary: Option<Boundary>,
    group_list: Vec<String>,
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inline {
    policy_name: String,
    #[serde(default)]
    policy_document: Json,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attached {
    policy_arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Boundary {
    permissions_boundary_arn: Option<String>,
}

/// A tag, in IAM's form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    /// Its key.
    pub key: String,
    /// Its value, which may be empty.
    #[serde(default)]
    pub value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Managed {
    #[serde(default)]
    policy_version_list: Vec<Version>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Version {
    #[serde(default)]
    document: Json,
    #[serde(default)]
    is_default_version: bool,
}

impl<'a> Estate<'a> {
    /// Reads the managed policies and the groups.
    #[must_use]
    pub fn new(sources: Sources<'a>) -> Self {
        let mut names = Names::new(reference());
        let mut managed = BTreeMap::new();
        for (arn, body) in sources.policies {
            if let Ok(read) = serde_json::from_str::<Managed>(body.get())
                && let Some(version) =
                    read.policy_version_list.iter().find(|version| version.is_default_version)
            {
                managed.insert(arn.as_str(), Arc::new(Policy::read(&version.document, &mut names)));
            }
        }
        let mut estate = Self { sources, names, managed, groups: BTreeMap::new(), levels: Vec::new() };
        for (arn, body) in sources.groups {
            let Ok(entity) = serde_json::from_str::<Entity>(body.get()) else { continue };
            let Some(name) = entity.group_name.clone() else { continue };
            let mut group = Group { held: Vec::new(), problems: Vec::new() };
            let through = (Through::GroupInline, Through::GroupAttached);
            estate.hold(&entity, through, Some(arn), &mut group.held, &mut group.problems);
            estate.groups.insert(name, group);
        }
        estate
    }

    /// The same account under an organization's service control policies: for each level from the root to the account, the
    /// policies there, by ARN.
    #[must_use]
    pub fn under(mut self, levels: &[BTreeMap<String, Json>]) -> Self {
        let names = &mut self.names;
        self.levels = levels
            .iter()
            .map(|policies| {
                let held = policies.iter().map(|(arn, document)| Held {
                    through: Through::ServiceControl,
                    name: arn.clone(),
                    group: None,
                    policy: Arc::new(Policy::read(document, names)),
                });
                held.collect()
            })
            .collect();
        self
    }

    /// ARNs of the users and roles, but those that belong to AWS's services.
    pub fn arns(&self) -> impl Iterator<Item = &'a str> {
        let roles = self.sources.roles.keys().filter(|arn| !arn.contains(SERVICE_LINKED));
        roles.chain(self.sources.users.keys()).map(String::as_str)
    }

    /// A user or role by its ARN; `None` when there is none.
    pub fn principal(&mut self, arn: &str) -> Option<Principal> {
        let (kind, body) = match (self.sources.roles.get(arn), self.sources.users.get(arn)) {
            (Some(body), _) => (Kind::Role, body),
            (None, Some(body)) => (Kind::User, body),
            (None, None) => return None,
        };
        let mut problems = Vec::new();
        let entity = serde_json::from_str::<Entity>(body.get()).unwrap_or_else(|_| {
            problems.push("what is known of it cannot be read".to_owned());
            Entity::default()
        });
        let mut identity = Vec::new();
        self.hold(&entity, (Through::Inline, Through::Attached), None, &mut identity, &mut problems);
        for name in &entity.group_list {
            match self.groups.get(name) {
                Some(group) => {
                    identity.extend(group.held.iter().cloned());
                    problems.extend(group.problems.iter().cloned());
                }
                None => problems.push(format!("the group `{}` is not in the document", shown(name))),
            }
        }
        if identity.len() > MOST_POLICIES {
            problems.push(format!("it has more than {MOST_POLICIES} policies"));
            identity.truncate(MOST_POLICIES);
        }
        let boundary = entity.permissions_boundary.as_ref().map(|it| it.permissions_boundary_arn.as_deref());
        let boundary = boundary.map(|arn| arn.unwrap_or_default().to_owned());
        let limit =
            boundary.as_deref().and_then(|arn| self.managed(arn, Through::Boundary, None, &mut problems));
        let levels = self.levels.clone();
        for held in levels.iter().flatten() {
            tell(held, &mut problems);
        }
        problems.sort();
        problems.dedup();
        let facts = facts(arn, kind, &entity);
        let tags = entity.tags;
        Some(Principal {
            arn: arn.to_owned(),
            kind,
            boundary,
            tags,
            problems,
            identity,
            limit,
            levels,
            facts,
        })
    }

    /// Adds the policies of a user, role or group.
    fn hold(
        &mut self,
        entity: &Entity,
        (inline, attached): (Through, Through),
        group: Option<&String>,
        held: &mut Vec<Held>,
        problems: &mut Vec<String>,
    ) {
        for policy in entity.role_policy_list.iter().take(MOST_POLICIES + 1) {
            let it = Held {
                through: inline,
                name: policy.policy_name.clone(),
                group: group.cloned(),
                policy: Arc::new(Policy::read(&policy.policy_document, &mut self.names)),
            };
            tell(&it, problems);
            held.push(it);
        }
        for policy in entity.attached_managed_policies.iter().take(MOST_POLICIES + 1) {
            held.extend(self.managed(&policy.policy_arn, attached, group.cloned(), problems));
        }
    }

    fn managed(
        &self,
        arn: &str,
        through: Through,
        group: Option<String>,
        problems: &mut Vec<String>,
    ) -> Option<Held> {
        let Some(policy) = self.managed.get(arn) else {
            problems.push(format!("the policy `{}` is not in the document", shown(arn)));
            return None;
        };
        let held = Held { through, name: arn.to_owned(), group, policy: Arc::clone(policy) };
        tell(&held, problems);
        Some(held)
    }
}

/// Says what of a policy was not understood.
fn tell(held: &Held, problems: &mut Vec<String>) {
    const TOLD: usize = 5;
    let told = held.policy.problems.iter().take(TOLD);
    problems.extend(told.map(|problem| format!("the policy `{}`: {problem}", shown(&held.name))));
}

/// What is known of every request of a principal. Tags of a role are not: a session may bring its own.
fn facts(arn: &str, kind: Kind, entity: &Entity) -> Context {
    let mut facts = Context::unknown();
    let mut insert = |key: &str, value: &str| facts.insert(key, vec![value.to_owned()]);
    insert("aws:PrincipalArn", arn);
    insert("aws:PrincipalIsAWSService", "false");
    if let Some(account) = arn.split(':').nth(4) {
        insert("aws:PrincipalAccount", account);
    }
    match kind {
        Kind::Role => {
            insert("aws:PrincipalType", "AssumedRole");
            facts.insert("aws:username", Vec::new());
        }
        Kind::User => {
            insert("aws:PrincipalType", "User");
            for (key, value) in [("aws:username", &entity.user_name), ("aws:userid", &entity.user_id)] {
                if let Some(value) = value {
                    insert(key, value);
                }
            }
            for tag in &entity.tags {
                insert(&format!("aws:PrincipalTag/{}", tag.key), &tag.value);
            }
            facts.close("aws:PrincipalTag/");
        }
    }
    for absent in ["aws:PrincipalServiceName", "aws:PrincipalServiceNamesList"] {
        facts.insert(absent, Vec::new());
    }
    facts
}
