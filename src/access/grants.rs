//! What a principal's policies allow of each action, and what limits that.

use std::collections::{BTreeMap, BTreeSet};

use super::bits::Bits;
use super::condition::Clause;
use super::context::Presence;
use super::document::{Effect, Statement};
use super::draft::{Draft, Source};
use super::limit::Word;
use super::principal::{Estate, Held, Principal};
use super::reference::{Action, Key, Reference, reference};
use super::report::{Access, Grant, Granted, Origin, Void};
use super::scope::{Denied, Fuel, Reach, Scope};
use super::tri::Tri;

/// The most grants of one action that are kept.
const MOST_GRANTS: usize = 50;

/// The most statements about one action that are looked at.
const MOST_STATEMENTS: usize = 300;

/// The most characters of policies that are kept of one principal.
const MOST_TEXT: usize = 1 << 20;

impl Estate<'_> {
    /// What a principal may do.
    #[must_use]
    pub fn access(&self, principal: &Principal) -> Access {
        let mut survey = Survey {
            principal,
            reference: reference(),
            fuel: Fuel::new(),
            text: MOST_TEXT,
            kept: Vec::new(),
            actions: BTreeMap::new(),
        };
        let mut unknown = principal.problems.clone();
        for group in survey.groups() {
            if survey.fuel.is_empty() || survey.text == 0 {
                unknown.push("its policies are too large to be analysed to the end".to_owned());
                break;
            }
            survey.tell(&group);
        }
        Access {
            kind: principal.kind,
            boundary: principal.boundary.clone(),
            tags: principal.tags.clone(),
            unknown,
            grants: survey.kept.into_iter().map(|(_, grant)| grant).collect(),
            actions: survey.actions,
        }
    }
}

/// What is put together for one principal.
struct Survey<'a> {
    principal: &'a Principal,
    reference: &'static Reference,
    fuel: Fuel,
    /// How many characters may still be kept.
    text: usize,
    /// The grants so far.
    kept: Vec<(Draft<'a>, Grant)>,
    actions: BTreeMap<String, Granted>,
}

/// Places of actions of which the same is true: they have the same resource types and condition keys, and the same
/// statements are about them.
type Group = Vec<usize>;

/// What a statement's conditions come to for a principal and an action.
enum Condition<'a> {
    /// They never hold; the key that the action does not support is why.
    Never(Option<&'a Clause>),
    /// They hold when these do, each with what is known of its key.
    When(Vec<(&'a Clause, Key)>),
}

impl<'a> Survey<'a> {
    /// The actions that some statement allows.
    fn groups(&self) -> Vec<Group> {
        let principal = self.principal;
        let identity = principal.identity.iter().flat_map(|held| &held.policy.statements);
        let allowed = identity
            .filter(|statement| statement.effect == Effect::Allow)
            .fold(Bits::default(), |all, statement| all.union(statement.actions));
        let mut groups = Vec::<Group>::new();
        let mut known = BTreeMap::new();
        for place in (0..self.reference.actions().len()).filter(|place| allowed.contains(*place)) {
            let about = principal.statements().map(|(_, statement)| statement.actions.contains(place));
            let alike = (self.reference.shape(place), about.collect::<Vec<_>>());
            let at = *known.entry(alike).or_insert(groups.len());
            match groups.get_mut(at) {
                Some(group) => group.push(place),
                None => groups.push(vec![place]),
            }
        }
        groups
    }

    /// Notes what allows the actions of a group.
    fn tell(&mut self, group: &Group) {
        let reference = self.reference;
        let actions = group.iter().filter_map(|place| Some((*place, reference.actions().get(*place)?)));
        let actions = actions.collect::<Vec<_>>();
        let Some((place, action)) = actions.first().copied() else { return };
        let mut granted = Granted::default();
        let mut idle = Vec::new();
        let drafts = self.drafts(place, action, &mut granted, &mut idle);
        if !drafts.is_empty() {
            granted.lacking = self.lacking(action, &drafts);
        }
        for draft in drafts {
            let (_, statement) = draft.source;
            let Some(at) = self.keep(draft, action) else {
                granted.unknown.push("its policies are too large to be kept".to_owned());
                break;
            };
            if let Some((_, grant)) = self.kept.get_mut(at) {
                let wrote = actions.iter().map(|(place, action)| statement.wrote(*place, &action.name));
                for wrote in wrote.filter(|wrote| !grant.actions.contains(*wrote)).collect::<Vec<_>>() {
                    grant.actions.insert(wrote.to_owned());
                }
            }
            if !granted.grants.contains(&at) {
                granted.grants.push(at);
            }
        }
        let grants = granted.grants.iter().filter_map(|at| self.kept.get(*at)).map(|(_, grant)| grant);
        let grants = grants.collect::<Vec<_>>();
        let is_free = |family: &&String| grants.iter().any(|grant| !grant.binds(family));
        granted.not_constrained = action.keys.iter().filter(is_free).cloned().collect();
        for (place, action) in actions {
            let void = void(&idle, place, action, reference);
            if !granted.grants.is_empty() || !void.is_empty() || !granted.unknown.is_empty() {
                self.actions.insert(action.name.clone(), Granted { void, ..granted.clone() });
            }
        }
    }

    /// The place of a grant among those that are kept; `None` when they are too many.
    fn keep(&mut self, draft: Draft<'a>, action: &Action) -> Option<usize> {
        let is_it = |(known, _): &(Draft<'_>, Grant)| *known == draft;
        if let Some(at) = self.kept.iter().position(is_it) {
            return Some(at);
        }
        let grant = draft.to_grant(action);
        let Some(left) = self.text.checked_sub(weight(&grant)) else {
            self.text = 0;
            return None;
        };
        self.text = left;
        self.kept.push((draft, grant));
        Some(self.kept.len() - 1)
    }

    /// What allows an action; `idle` takes the statements that never apply to it, with the key that is why.
    fn drafts(
        &mut self,
        place: usize,
        action: &Action,
        granted: &mut Granted,
        idle: &mut Vec<Idle<'a>>,
    ) -> Vec<Draft<'a>> {
        let principal = self.principal;
        let all = principal.statements().filter(|(_, statement)| statement.actions.contains(place));
        if all.take(MOST_STATEMENTS + 1).count() > MOST_STATEMENTS {
            granted.unknown.push(format!("more than {MOST_STATEMENTS} statements are about it"));
            return Vec::new();
        }
        let mut drafts = Vec::new();
        for source in allowing(&principal.identity, place) {
            drafts.extend(self.draft(source, action, idle));
        }
        if let Some(boundary) = &principal.limit {
            drafts = self.intersect(drafts, std::slice::from_ref(boundary), place, action, granted);
        } else if let Some(arn) = &principal.boundary {
            for draft in &mut drafts {
                draft.unknown.insert(format!("the permissions boundary `{arn}` could not be read"));
            }
        }
        for level in &principal.levels {
            drafts = self.intersect(drafts, level, place, action, granted);
        }
        let denials = principal
            .statements()
            .filter(|(_, statement)| statement.effect == Effect::Deny && statement.actions.contains(place));
        for source in denials {
            drafts = self.deny(drafts, source, action, idle);
        }
        drafts.retain(|draft| !draft.limits.values().any(|(_, limit)| limit.is_never()));
        if drafts.len() > MOST_GRANTS {
            granted.unknown.push(format!("{} more statements allow it", drafts.len() - MOST_GRANTS));
            drafts.truncate(MOST_GRANTS);
        }
        drafts
    }

    /// A statement that allows, as far as it concerns the action.
    fn draft(&mut self, source: Source<'a>, action: &Action, idle: &mut Vec<Idle<'a>>) -> Option<Draft<'a>> {
        let (_, statement) = source;
        let facts = &self.principal.facts;
        let scope = Scope::of(&statement.resources, action, facts, self.reference, &mut self.fuel);
        let Some(scope) = scope else {
            idle.push((source, None));
            return None;
        };
        match self.condition(statement, action) {
            Condition::Never(key) => {
                if key.is_some() {
                    idle.push((source, key));
                }
                None
            }
            Condition::When(clauses) => {
                let mut draft = Draft {
                    source,
                    scope,
                    limits: BTreeMap::new(),
                    moot: BTreeSet::new(),
                    within: Vec::new(),
                    unknown: BTreeSet::new(),
                };
                draft.require(&clauses);
                draft.moot = self.moot(statement, action);
                Some(draft)
            }
        }
    }

    /// What of some grants one level of policies allows too.
    fn intersect(
        &mut self,
        drafts: Vec<Draft<'a>>,
        level: &'a [Held],
        place: usize,
        action: &Action,
        granted: &mut Granted,
    ) -> Vec<Draft<'a>> {
        let mut bounds = Vec::new();
        for source in allowing(level, place) {
            bounds.extend(self.draft(source, action, &mut Vec::new()));
        }
        let is_free = |bound: &Draft<'_>| bound.scope.is_everything() && bound.limits.is_empty();
        if bounds.iter().any(is_free) {
            return drafts;
        }
        let mut narrowed = Vec::new();
        for draft in &drafts {
            for bound in &bounds {
                if narrowed.len() > MOST_STATEMENTS {
                    granted.unknown.push("too many statements allow it together".to_owned());
                    return narrowed;
                }
                let Some(scope) = draft.scope.intersection(&bound.scope, &mut self.fuel) else { continue };
                let mut both = Draft { scope, ..draft.clone() };
                for (key, (name, limit)) in &bound.limits {
                    both.limit(key, name, limit.clone());
                }
                both.within.push(Origin::of(bound.source.0, bound.source.1));
                narrowed.push(both);
            }
        }
        narrowed
    }

    /// What a denying statement leaves of some grants.
    fn deny(
        &mut self,
        drafts: Vec<Draft<'a>>,
        source: Source<'a>,
        action: &Action,
        idle: &mut Vec<Idle<'a>>,
    ) -> Vec<Draft<'a>> {
        let (held, statement) = source;
        let clauses = match self.condition(statement, action) {
            Condition::Never(key) => {
                if key.is_some() {
                    idle.push((source, key));
                }
                return drafts;
            }
            Condition::When(clauses) => clauses,
        };
        let (facts, resources) = (&self.principal.facts, &statement.resources);
        let denied = Denied::of(resources, facts);
        // A request that names no resource is about `*`, which the statement is about or not.
        let of_all = action.has_no_resource().then(|| {
            let scope = Scope::of(resources, action, facts, self.reference, &mut self.fuel);
            scope.is_some()
        });
        let mut left = Vec::new();
        for mut draft in drafts {
            let reach = match of_all {
                Some(true) => Reach::Everything,
                Some(false) => Reach::Nothing,
                None => draft.scope.reach(&denied, &mut self.fuel),
            };
            match (reach, clauses.is_empty()) {
                (Reach::Nothing, _) => left.push(draft),
                (Reach::Everything, true) => {}
                (Reach::Everything, false) => {
                    draft.forbid(&clauses);
                    left.push(draft);
                }
                (Reach::Part, true) => {
                    if let Some(scope) = draft.scope.without(&denied, &mut self.fuel) {
                        draft.scope = scope;
                        left.push(draft);
                    }
                }
                // Some of what is granted is not denied: the conditions bind nothing there.
                (Reach::Part, false) => left.push(draft),
                (Reach::Unclear, true) => {
                    draft
                        .unknown
                        .insert(format!("`{}` statement {} may deny it", held.name, statement.index));
                    left.push(draft);
                }
                (Reach::Unclear, false) => {
                    draft.blur(&clauses);
                    left.push(draft);
                }
            }
        }
        left
    }

    /// What a statement's conditions come to.
    fn condition(&self, statement: &'a Statement, action: &Action) -> Condition<'a> {
        let facts = &self.principal.facts;
        let mut open = Vec::new();
        for clause in &statement.clauses {
            let key = self.reference.key(action, &clause.key);
            let presence = match key {
                Key::Supported(_) => facts.presence(&clause.key),
                Key::Unsupported => Presence::Absent,
                Key::Unknown => Presence::Unknown,
            };
            match clause.holds(presence, facts) {
                Tri::True => {}
                Tri::Unknown => open.push((clause, key)),
                Tri::False => return Condition::Never((key == Key::Unsupported).then_some(clause)),
            }
        }
        Condition::When(open)
    }

    /// Keys of a statement's conditions that the action does not support.
    fn moot(&self, statement: &Statement, action: &Action) -> BTreeSet<String> {
        let keys = statement.clauses.iter().map(|clause| &clause.key);
        keys.filter(|key| self.reference.key(action, key) == Key::Unsupported).cloned().collect()
    }

    /// Resource types that each request names and none of the grants is about.
    fn lacking(&mut self, action: &Action, drafts: &[Draft<'_>]) -> Vec<String> {
        let mut lacking = Vec::new();
        for name in &action.requires {
            let Some(arns) = self.reference.arns(name) else { continue };
            let of_type = Scope { any: vec![arns.clone()], except: Vec::new() };
            if !drafts.iter().any(|draft| draft.scope.intersection(&of_type, &mut self.fuel).is_some()) {
                lacking.push(name.clone());
            }
        }
        lacking
    }
}

/// A statement that never applies to an action, and the condition on a key that the action does not support.
type Idle<'a> = (Source<'a>, Option<&'a Clause>);

/// The statements that never apply to an action, when they were written for it, or for some of which none carries the key.
fn void(idle: &[Idle<'_>], place: usize, action: &Action, reference: &Reference) -> Vec<Void> {
    let noted = idle.iter().filter_map(|((held, statement), clause)| {
        let (wrote, meant) = statement.written(place, &action.name)?;
        let lacks_key = |clause: &Clause| {
            let mut others =
                reference.actions().iter().enumerate().filter(|(place, _)| meant.contains(*place));
            others.all(|(_, other)| reference.key(other, &clause.key) == Key::Unsupported)
        };
        let is_for_it = wrote.eq_ignore_ascii_case(&action.name);
        (is_for_it || clause.is_some_and(lacks_key)).then(|| Void {
            origin: Origin::of(held, statement),
            effect: match statement.effect {
                Effect::Allow => Word::Allow,
                Effect::Deny => Word::Deny,
            },
            key: clause.map(|clause| clause.key.clone()),
        })
    });
    noted.take(MOST_GRANTS).collect()
}

/// The statements of some policies that allow an action.
fn allowing(policies: &[Held], place: usize) -> impl Iterator<Item = Source<'_>> {
    policies
        .iter()
        .flat_map(|held| held.policy.statements.iter().map(move |statement| (held, statement)))
        .filter(move |(_, statement)| statement.effect == Effect::Allow && statement.actions.contains(place))
}

/// How many characters of policies a grant holds.
fn weight(grant: &Grant) -> usize {
    let lengths = |texts: &[String]| texts.iter().map(String::len).sum::<usize>();
    let of_keys = grant.keys.values().flat_map(|bound| {
        let lists = [&bound.one_of, &bound.none_of].into_iter().flatten().map(|texts| lengths(texts));
        lists.chain(bound.tests.iter().map(|test| lengths(&test.values) + test.operator.len()))
    });
    let names = grant.keys.keys().map(String::len).sum::<usize>();
    lengths(&grant.resources)
        + lengths(&grant.except)
        + lengths(&grant.unknown)
        + of_keys.sum::<usize>()
        + names
}
