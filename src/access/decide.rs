//! Whether one request is allowed, and by what.

use std::collections::BTreeMap;

use serde::Serialize;

use super::context::{Context, Presence};
use super::document::{Effect, Statement};
use super::pattern::Pattern;
use super::principal::{Held, Principal};
use super::reference::{Action, Key, reference};
use super::report::Origin;
use super::resource::Resources;
use super::tri::Tri;

/// What IAM says to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// It is denied.
    Denied,
    /// It cannot be decided with what is known.
    Unknown,
    /// It is allowed.
    Allowed,
}

/// An answer, and what leads to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// The answer.
    pub answer: Answer,
    /// The steps that lead to it, in the order in which IAM takes them.
    pub path: Vec<Step>,
}

/// One step on the way to an answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Step {
    /// What it says, in a line.
    pub says: String,
    /// The resource that it is about; absent when it is about all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The statement that says so; absent when none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// How a statement answers a request.
struct Match<'a> {
    held: &'a Held,
    statement: &'a Statement,
    is_met: Tri,
    /// The key whose values decide it, when they are not known.
    open: Option<&'a str>,
}

/// Whether a principal may do something to these resources in one request. For an action that acts on none, and for `*`, no
/// resource need be given.
#[must_use]
pub fn decide(principal: &Principal, action: &Action, resources: &[String], request: &Context) -> Decision {
    let mut resources = resources.to_vec();
    if action.has_no_resource() || resources.is_empty() {
        resources = vec!["*".to_owned()];
    }
    let mut path = Vec::new();
    let mut context = request.or(&principal.facts);
    if !request.is_complete() {
        context = context.or(&implied(&resources));
        resources.extend(companions(action, &resources));
    }
    let mut answers = Vec::new();
    for resource in &resources {
        answers.push(about(principal, action, resource, &context, &mut path));
    }
    // What could not be read may allow it, or deny it; a denial that was read stands.
    let is_denied = answers.contains(&None);
    let mut answer =
        answers.into_iter().map(|answer| answer.unwrap_or(Answer::Denied)).min().unwrap_or(Answer::Denied);
    if !principal.problems.is_empty() && !is_denied {
        answer = Answer::Unknown;
    }
    path.extend(principal.problems.iter().map(|problem| Step {
        says: problem.clone(),
        resource: None,
        origin: None,
    }));
    for missing in lacking(action, &resources) {
        path.push(Step {
            says: format!("each request also names one `{missing}`"),
            resource: None,
            origin: None,
        });
        answer = answer.min(Answer::Unknown);
    }
    Decision { answer, path }
}

/// The answer about one resource; `None` when a statement denies it.
fn about(
    principal: &Principal,
    action: &Action,
    resource: &str,
    context: &Context,
    path: &mut Vec<Step>,
) -> Option<Answer> {
    let resources = Some(resource.to_owned()).filter(|resource| resource != "*");
    let step = |says: String, it: Option<&Match<'_>>| Step {
        says,
        resource: resources.clone(),
        origin: it.map(|it| Origin::of(it.held, it.statement)),
    };
    let denials = principal
        .statements()
        .filter_map(|(held, statement)| meet(held, statement, Effect::Deny, action, resource, context));
    let denials = denials.collect::<Vec<_>>();
    if let Some(denial) = denials.iter().find(|it| it.is_met == Tri::True) {
        path.push(step(format!("denies {}", wrote(denial)), Some(denial)));
        return None;
    }
    let layers = [("identity policies", Some(principal.identity.as_slice()))]
        .into_iter()
        .chain([(
            "the permissions boundary",
            principal.boundary.as_ref().map(|_| principal.limit.as_slice()),
        )])
        .chain(principal.levels.iter().map(|level| ("service control policies", Some(level.as_slice()))));
    let mut answer = Answer::Allowed;
    for (layer, policies) in layers {
        let Some(policies) = policies else { continue };
        let of_layer = policies.iter().flat_map(|held| {
            let statements = held.policy.statements.iter();
            statements.filter_map(|statement| meet(held, statement, Effect::Allow, action, resource, context))
        });
        let best = of_layer.max_by_key(|it| it.is_met);
        let is_unread = policies.is_empty() && layer == "the permissions boundary";
        let of_layer = match &best {
            Some(it) if it.is_met == Tri::True => {
                path.push(step(format!("allows {}", wrote(it)), Some(it)));
                Answer::Allowed
            }
            Some(it) => {
                path.push(step(format!("may allow {}{}", wrote(it), depending(it)), Some(it)));
                Answer::Unknown
            }
            None if is_unread => {
                path.push(step("the permissions boundary could not be read".to_owned(), None));
                Answer::Unknown
            }
            None => {
                path.push(step(format!("nothing in {layer} allows it"), None));
                Answer::Denied
            }
        };
        answer = answer.min(of_layer);
        if answer == Answer::Denied {
            return Some(answer);
        }
    }
    for denial in &denials {
        path.push(step(format!("may deny {}{}", wrote(denial), depending(denial)), Some(denial)));
        answer = Answer::Unknown;
    }
    Some(answer)
}

/// What a statement is about, in its own words.
fn wrote(it: &Match<'_>) -> String {
    let mut texts = it.statement.resources.written().map(super::document::shown);
    let first = texts.next().unwrap_or_default();
    let more = match texts.count() {
        0 => String::new(),
        n_more => format!(" and {n_more} more"),
    };
    let inverse = if it.statement.resources.is_inverse { "all but " } else { "" };
    format!("it on {inverse}`{first}`{more}")
}

fn depending(it: &Match<'_>) -> String {
    it.open.map(|key| format!(", depending on `{key}`")).unwrap_or_default()
}

/// How a statement of this effect answers; `None` when it does not apply.
fn meet<'a>(
    held: &'a Held,
    statement: &'a Statement,
    effect: Effect,
    action: &Action,
    resource: &str,
    context: &Context,
) -> Option<Match<'a>> {
    let (place, _) = reference().action(&action.name)?;
    if statement.effect != effect || !statement.actions.contains(place) {
        return None;
    }
    let mut is_met = is_about(&statement.resources, resource, effect, context);
    let mut open = None;
    for clause in &statement.clauses {
        if is_met == Tri::False {
            return None;
        }
        let presence = match reference().key(action, &clause.key) {
            Key::Supported(values) => match context.presence(&clause.key) {
                // Several values take an operator for several; what one for a single value does is said nowhere.
                Presence::Values(_) if values.are_many() && clause.is_for_one_value() => Presence::Unknown,
                presence => presence,
            },
            Key::Unsupported => Presence::Absent,
            Key::Unknown => Presence::Unknown,
        };
        let holds = clause.holds(presence, context);
        if holds == Tri::Unknown {
            open = open.or(Some(clause.key.as_str()));
        }
        is_met = is_met.min(holds);
    }
    (is_met != Tri::False).then_some(Match { held, statement, is_met, open })
}

/// Whether a statement is about a resource. Where it is not certain what a text stands for, an allowing statement is taken
/// at its widest, and of a denying one it stays open.
fn is_about(resources: &Resources, resource: &str, effect: Effect, context: &Context) -> Tri {
    let is_unsure =
        |pattern: &Pattern| pattern.is_doubtful() && (effect == Effect::Deny || resources.is_inverse);
    let named = Tri::any(resources.patterns(context).map(|pattern| match pattern.matches(resource) {
        Tri::True if is_unsure(&pattern) => Tri::Unknown,
        answer => answer,
    }));
    if resources.is_inverse { !named } else { named }
}

/// The part of an ARN after its kind, in its pieces: of `…:task/web/1` `task` and `["web", "1"]`.
fn parts(arn: &str) -> Option<(&str, &str, Vec<&str>)> {
    let at = arn.match_indices(':').nth(4).map(|(at, _)| at)?;
    let (prefix, rest) = arn.split_at_checked(at + 1)?;
    let (kind, rest) = rest.split_once('/')?;
    prefix.contains(":ecs:").then(|| (prefix, kind, rest.split('/').collect()))
}

/// Resources of ECS in which others are, and how many pieces of these name them.
const PARENTS: [(&str, usize); 4] = [("cluster", 1), ("service", 2), ("daemon", 2), ("gateway", 2)];

/// What each request about a resource carries besides: the cluster that it is in, and the like.
fn implied(resources: &[String]) -> Context {
    let mut context = Context::unknown();
    for (prefix, kind, pieces) in resources.iter().filter_map(|arn| parts(arn)) {
        let is_in_cluster = pieces.len() >= 2 && !kind.starts_with("gateway");
        if is_in_cluster && let Some(cluster) = pieces.first() {
            context.insert("ecs:cluster", vec![format!("{prefix}cluster/{cluster}")]);
        }
    }
    context
}

/// Further resources that such a request names, when the given ones tell them.
fn companions(action: &Action, resources: &[String]) -> Vec<String> {
    let mut found = BTreeMap::new();
    for name in lacking(action, resources) {
        let wanted = PARENTS.iter().find(|(parent, _)| name.strip_prefix("ecs:") == Some(parent));
        let Some((parent, n_pieces)) = wanted else { continue };
        for (prefix, _, pieces) in resources.iter().filter_map(|arn| parts(arn)) {
            if let Some(own) = pieces.get(..*n_pieces).filter(|_| pieces.len() > *n_pieces) {
                found.insert(name.clone(), format!("{prefix}{parent}/{}", own.join("/")));
            }
        }
    }
    found.into_values().collect()
}

/// Resource types that a request must name, and none of these resources is.
fn lacking(action: &Action, resources: &[String]) -> Vec<String> {
    let is_any = resources.iter().any(|resource| resource == "*");
    let is_named = |name: &String| {
        let arns = reference().arns(name);
        is_any || arns.is_some_and(|arns| resources.iter().any(|arn| arns.meets(&Pattern::of_text(arn))))
    };
    action.requires.iter().filter(|name| !is_named(name)).cloned().collect()
}

/// Whether an action acts on a resource with this ARN.
#[must_use]
pub fn acts_on(action: &Action, arn: &str) -> bool {
    let arn = Pattern::of_text(arn);
    action.resource_types().filter_map(|name| reference().arns(name)).any(|arns| arns.meets(&arn))
}
