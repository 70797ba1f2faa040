//! What a principal's policies allow of each action, and what limits that.

use std::collections::{BTreeMap, BTreeSet};

use super::bits::Bits;
use super::condition::Clause;
use super::context::Presence;
use super::document::{Effect, Statement};
use super::limit::{Limit, Word};
use super::names::Names;
use super::principal::{Estate, Held, Principal};
use super::reference::{Action, Key, Reference, is_of_family, reference};
use super::report::{Access, Bound, Grant, Granted, Origin, Void};
use super::scope::{Denied, Fuel, Reach, Scope};
use super::tri::Tri;

/// The most grants of one action that are kept.
const MOST_GRANTS: usize = 50;

/// The most statements about one action that are looked at.
const MOST_STATEMENTS: usize = 300;

/// The most characters of policies that are kept of one principal.
const MOST_TEXT: usize = 1 << 20;

/// One of a principal's statements.
type Source<'a> = (&'a Held, &'a Statement);

impl Estate<'_> {
    /// What a principal may do.
    #[must_use]
    pub fn access(&self, principal: &Principal) -> Access {
        let mut survey = Survey {
            principal,
            names: &self.names,
            reference: reference(),
            fuel: Fuel::new(),
            text: MOST_TEXT,
        };
        let mut access = Access {
            kind: principal.kind,
            boundary: principal.boundary.clone(),
            unknown: principal.problems.clone(),
            actions: BTreeMap::new(),
        };
        let allowed = principal
            .identity
            .iter()
            .flat_map(|held| &held.policy.statements)
            .filter(|statement| statement.effect == Effect::Allow)
            .fold(Bits::default(), |all, statement| all.union(statement.actions));
        if allowed.is_empty() {
            return access;
        }
        for (place, action) in survey.reference.actions().iter().enumerate() {
            if !allowed.contains(place) {
                continue;
            }
            if survey.fuel.is_empty() || survey.text == 0 {
                access.unknown.push("its policies are too large to be analysed to the end".to_owned());
                break;
            }
            let granted = survey.granted(place, action);
            if !granted.grants.is_empty() || !granted.void.is_empty() || !granted.unknown.is_empty() {
                access.actions.insert(action.name.clone(), granted);
            }
        }
        access
    }
}

/// What is put together for one principal.
struct Survey<'a> {
    principal: &'a Principal,
    names: &'a Names,
    reference: &'static Reference,
    fuel: Fuel,
    /// How many characters may still be kept.
    text: usize,
}

/// A grant while it is narrowed.
#[derive(Clone)]
struct Draft<'a> {
    source: Source<'a>,
    scope: Scope,
    limits: BTreeMap<String, (String, Limit)>,
    /// Keys of conditions that hold because the action does not support them.
    moot: BTreeSet<String>,
    within: Vec<Origin>,
    unknown: BTreeSet<String>,
}

/// What a statement's conditions come to for a principal and an action.
enum Condition<'a> {
    /// They never hold; the key that the action does not support is why.
    Never(Option<&'a Clause>),
    /// They hold when these do, each with what is known of its key.
    When(Vec<(&'a Clause, Key)>),
}

impl<'a> Survey<'a> {
    fn granted(&mut self, place: usize, action: &Action) -> Granted {
        let mut granted = Granted::default();
        let principal = self.principal;
        let all = principal.statements().filter(|(_, statement)| statement.actions.contains(place));
        if all.take(MOST_STATEMENTS + 1).count() > MOST_STATEMENTS {
            granted.unknown.push(format!("more than {MOST_STATEMENTS} statements are about it"));
            return granted;
        }
        let mut drafts = Vec::new();
        for source in allowing(&principal.identity, place) {
            drafts.extend(self.draft(source, action, &mut granted.void));
        }
        if let Some(boundary) = &principal.limit {
            drafts = self.intersect(drafts, std::slice::from_ref(boundary), place, action, &mut granted);
        } else if let Some(arn) = &principal.boundary {
            for draft in &mut drafts {
                draft.unknown.insert(format!("the permissions boundary `{arn}` could not be read"));
            }
        }
        for level in &principal.levels {
            drafts = self.intersect(drafts, level, place, action, &mut granted);
        }
        let denials = principal
            .statements()
            .filter(|(_, statement)| statement.effect == Effect::Deny && statement.actions.contains(place));
        for source in denials {
            drafts = self.deny(drafts, source, action, &mut granted.void);
        }
        drafts.retain(|draft| !draft.limits.values().any(|(_, limit)| limit.is_never()));
        if drafts.len() > MOST_GRANTS {
            granted.unknown.push(format!("{} more statements allow it", drafts.len() - MOST_GRANTS));
            drafts.truncate(MOST_GRANTS);
        }
        if !drafts.is_empty() {
            granted.lacking = self.lacking(action, &drafts);
        }
        for draft in drafts {
            let grant = self.grant(draft, action);
            let kept = weight(&grant);
            if kept > self.text {
                self.text = 0;
                granted.unknown.push("its policies are too large to be kept".to_owned());
                break;
            }
            self.text -= kept;
            granted.grants.push(grant);
        }
        granted
    }

    /// A statement that allows, as far as it concerns the action.
    fn draft(&mut self, source: Source<'a>, action: &Action, void: &mut Vec<Void>) -> Option<Draft<'a>> {
        let (_, statement) = source;
        let facts = &self.principal.facts;
        let scope = Scope::of(&statement.resources, action, facts, self.reference, &mut self.fuel);
        let Some(scope) = scope else {
            self.record(void, source, action, None);
            return None;
        };
        match self.condition(statement, action) {
            Condition::Never(key) => {
                if key.is_some() {
                    self.record(void, source, action, key);
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
        void: &mut Vec<Void>,
    ) -> Vec<Draft<'a>> {
        let (held, statement) = source;
        let clauses = match self.condition(statement, action) {
            Condition::Never(key) => {
                if key.is_some() {
                    self.record(void, source, action, key);
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

    /// Notes a statement that never applies, when it was written for this action and not for all of a service.
    fn record(
        &self,
        void: &mut Vec<Void>,
        (held, statement): Source<'_>,
        action: &Action,
        clause: Option<&Clause>,
    ) {
        let wrote = statement.wrote(&action.name, self.names);
        let is_for_it = wrote.eq_ignore_ascii_case(&action.name);
        let is_for_many = matches!(wrote, "*" | "NotAction") || wrote.ends_with(":*");
        if void.len() < MOST_GRANTS && !is_for_many && (is_for_it || clause.is_some()) {
            void.push(Void {
                origin: Origin::of(held, statement),
                effect: match statement.effect {
                    Effect::Allow => Word::Allow,
                    Effect::Deny => Word::Deny,
                },
                key: clause.map(|clause| clause.key.clone()),
            });
        }
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

    fn grant(&self, draft: Draft<'_>, action: &Action) -> Grant {
        let (held, statement) = draft.source;
        let mut keys = BTreeMap::new();
        for family in &action.keys {
            if !draft.limits.values().any(|(name, _)| is_of_family(family, name)) {
                keys.insert(family.clone(), Bound::of(Limit::none()));
            }
        }
        for key in draft.moot {
            keys.insert(key, Bound::unsupported());
        }
        for (folded, (name, limit)) in draft.limits {
            let known = action.keys.iter().find(|key| key.eq_ignore_ascii_case(&folded));
            keys.insert(known.unwrap_or(&name).clone(), Bound::of(limit));
        }
        let texts = |patterns: &[super::pattern::Pattern]| patterns.iter().map(ToString::to_string).collect();
        Grant {
            origin: Origin::of(held, statement),
            action: statement.wrote(&action.name, self.names).to_owned(),
            resources: texts(&draft.scope.any),
            except: texts(&draft.scope.except),
            keys,
            within: draft.within,
            unknown: draft.unknown.into_iter().collect(),
        }
    }
}

impl Draft<'_> {
    fn limit(&mut self, folded: &str, name: &str, limit: Limit) {
        let (_, before) =
            self.limits.entry(folded.to_owned()).or_insert_with(|| (name.to_owned(), Limit::none()));
        let both = std::mem::replace(before, Limit::none()).and(limit);
        *before = both;
    }

    /// The clauses must all hold.
    fn require(&mut self, clauses: &[(&Clause, Key)]) {
        for (clause, key) in clauses {
            let limit = limit(clause, *key, Effect::Allow);
            self.limit(&clause.key.to_ascii_lowercase(), &clause.key, limit);
        }
    }

    /// The clauses must not all hold. Clauses of several keys leave it to a request which of them does not, so that none of
    /// these keys is bound by itself.
    fn forbid(&mut self, clauses: &[(&Clause, Key)]) {
        let keys = clauses.iter().map(|(clause, _)| clause.key.to_ascii_lowercase()).collect::<BTreeSet<_>>();
        if keys.len() > 1 {
            return self.blur(clauses);
        }
        let limits = clauses.iter().map(|(clause, key)| limit(clause, *key, Effect::Deny));
        if let (Some(key), Some((clause, _)), Some(limit)) =
            (keys.first(), clauses.first(), limits.reduce(Limit::or))
        {
            self.limit(key, &clause.key, limit);
        }
    }

    /// Nobody can tell how far the clauses limit their keys.
    fn blur(&mut self, clauses: &[(&Clause, Key)]) {
        for (clause, _) in clauses {
            let limit = Limit::of_unclear(clause, Effect::Deny);
            self.limit(&clause.key.to_ascii_lowercase(), &clause.key, limit);
        }
    }
}

fn limit(clause: &Clause, key: Key, effect: Effect) -> Limit {
    match key {
        Key::Supported(values) => Limit::of_clause(clause, effect, values.are_many()),
        Key::Unsupported | Key::Unknown => Limit::of_unclear(clause, effect),
    }
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
