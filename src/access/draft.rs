//! A grant while it is narrowed: by conditions, boundaries, service control policies and denials.

use std::collections::{BTreeMap, BTreeSet};

use super::condition::Clause;
use super::document::{Effect, Statement};
use super::limit::Limit;
use super::pattern::Pattern;
use super::principal::Held;
use super::reference::{Action, Key};
use super::report::{Bound, Grant, Origin};
use super::scope::Scope;

/// One of a principal's statements.
pub(super) type Source<'a> = (&'a Held, &'a Statement);

/// A grant while it is narrowed.
#[derive(Clone)]
pub(super) struct Draft<'a> {
    pub(super) source: Source<'a>,
    pub(super) scope: Scope,
    /// Limits by their keys in lower case, each with the key as it was written.
    pub(super) limits: BTreeMap<String, (String, Limit)>,
    /// Keys of conditions that hold because the action does not support them.
    pub(super) moot: BTreeSet<String>,
    pub(super) within: Vec<Origin>,
    pub(super) unknown: BTreeSet<String>,
}

impl PartialEq for Draft<'_> {
    /// Whether both are of one statement of one policy, and limited alike.
    fn eq(&self, other: &Self) -> bool {
        let ((mine, my_statement), (theirs, their_statement)) = (self.source, other.source);
        std::ptr::eq(my_statement, their_statement)
            && std::ptr::eq(mine, theirs)
            && self.scope == other.scope
            && self.limits == other.limits
            && self.moot == other.moot
            && self.within == other.within
            && self.unknown == other.unknown
    }
}

impl Draft<'_> {
    pub(super) fn limit(&mut self, folded: &str, name: &str, limit: Limit) {
        let (_, before) =
            self.limits.entry(folded.to_owned()).or_insert_with(|| (name.to_owned(), Limit::none()));
        let both = std::mem::replace(before, Limit::none()).and(limit);
        *before = both;
    }

    /// The clauses must all hold.
    pub(super) fn require(&mut self, clauses: &[(&Clause, Key)]) {
        for (clause, key) in clauses {
            let limit = limit(clause, *key, Effect::Allow);
            self.limit(&clause.key.to_ascii_lowercase(), &clause.key, limit);
        }
    }

    /// The clauses must not all hold. Clauses of several keys leave it to a request which of them does not, so that none of
    /// these keys is bound by itself.
    pub(super) fn forbid(&mut self, clauses: &[(&Clause, Key)]) {
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
    pub(super) fn blur(&mut self, clauses: &[(&Clause, Key)]) {
        for (clause, _) in clauses {
            let limit = Limit::of_unclear(clause, Effect::Deny);
            self.limit(&clause.key.to_ascii_lowercase(), &clause.key, limit);
        }
    }

    /// What is told of it, but what the statement wrote for its actions.
    pub(super) fn to_grant(&self, action: &Action) -> Grant {
        let (held, statement) = self.source;
        let mut keys =
            self.moot.iter().map(|key| (key.clone(), Bound::unsupported())).collect::<BTreeMap<_, _>>();
        for (folded, (name, limit)) in &self.limits {
            let known = action.keys.iter().find(|key| key.eq_ignore_ascii_case(folded));
            keys.insert(known.unwrap_or(name).clone(), Bound::of(limit.clone()));
        }
        let texts = |patterns: &[Pattern]| patterns.iter().map(ToString::to_string).collect();
        Grant {
            origin: Origin::of(held, statement),
            actions: BTreeSet::new(),
            resources: texts(&self.scope.any),
            except: texts(&self.scope.except),
            keys,
            within: self.within.clone(),
            unknown: self.unknown.iter().cloned().collect(),
        }
    }
}

fn limit(clause: &Clause, key: Key, effect: Effect) -> Limit {
    match key {
        Key::Supported(values) => Limit::of_clause(clause, effect, values.are_many()),
        Key::Unsupported | Key::Unknown => Limit::of_unclear(clause, effect),
    }
}
