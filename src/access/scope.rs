//! The resources that a statement is about.
//!
//! **Invariant:** the scope of a grant has at least what IAM would grant; what is taken out of it is certainly denied.

use super::context::Context;
use super::pattern::Pattern;
use super::reference::{Action, Reference};
use super::resource::Resources;

/// How many comparisons the policies of one principal may take. Those of a real one take some thousands.
const COMPARISONS: u64 = 400_000;

/// How many characters of two patterns make one comparison.
const CHARACTERS: usize = 256;

/// What is left of the work that one principal may make.
#[derive(Debug)]
pub(super) struct Fuel(u64);

impl Fuel {
    pub(super) fn new() -> Self {
        Self(COMPARISONS)
    }

    /// Whether it is used up.
    pub(super) fn is_empty(&self) -> bool {
        self.0 == 0
    }

    fn burn(&mut self, left: &Pattern, right: &Pattern) -> bool {
        let work = 1 + left.len().saturating_mul(right.len()) / CHARACTERS;
        self.0 = self.0.saturating_sub(u64::try_from(work).unwrap_or(u64::MAX));
        !self.is_empty()
    }

    /// Whether one pattern certainly covers another; no when nothing is left.
    fn covers(&mut self, wide: &Pattern, narrow: &Pattern) -> bool {
        wide.is_everything() || (self.burn(wide, narrow) && wide.covers(narrow))
    }

    /// Whether two patterns may have a text in common; yes when nothing is left.
    pub(super) fn meets(&mut self, left: &Pattern, right: &Pattern) -> bool {
        left.is_everything() || right.is_everything() || !self.burn(left, right) || left.meets(right)
    }
}

/// Resources: those of some patterns, without those of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scope {
    pub(super) any: Vec<Pattern>,
    pub(super) except: Vec<Pattern>,
}

/// Resources that a statement denies.
#[derive(Debug)]
pub(super) struct Denied {
    patterns: Vec<Pattern>,
    is_inverse: bool,
}

impl Denied {
    /// A pattern whose variable has no value denies nothing.
    pub(super) fn of(resources: &Resources, facts: &Context) -> Self {
        Self { patterns: resources.patterns(facts).collect(), is_inverse: resources.is_inverse }
    }
}

/// What a denial leaves of a scope.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// The denial is about other resources.
    Nothing,
    /// It is about all of it.
    Everything,
    /// It is about some of it.
    Part,
    /// Nobody can tell.
    Unclear,
}

impl Scope {
    /// What a statement is about, as far as an action acts on it; `None` when that is nothing.
    pub(super) fn of(
        resources: &Resources,
        action: &Action,
        facts: &Context,
        reference: &Reference,
        fuel: &mut Fuel,
    ) -> Option<Self> {
        let patterns = if action.has_no_resource() {
            // Such a request is about `*`, as a text.
            let everything = Pattern::new("*");
            resources.patterns(facts).filter(|pattern| pattern.covers(&everything)).collect()
        } else {
            resources.patterns_for(action, facts, reference, fuel)
        };
        let mut scope = match resources.is_inverse {
            true => Self { any: vec![Pattern::new("*")], except: patterns },
            false => Self { any: patterns, except: Vec::new() },
        };
        scope.tidy(fuel);
        (!scope.any.is_empty()).then_some(scope)
    }

    /// Every resource.
    pub(super) fn is_everything(&self) -> bool {
        self.except.is_empty() && self.any.iter().any(Pattern::is_everything)
    }

    /// What is in both; `None` when that is nothing. Where two patterns only overlap, the one of this scope stands for what
    /// they have in common.
    pub(super) fn intersection(&self, other: &Self, fuel: &mut Fuel) -> Option<Self> {
        let mut any = Vec::new();
        for mine in &self.any {
            if other.any.iter().any(|theirs| fuel.covers(theirs, mine)) {
                any.push(mine.clone());
                continue;
            }
            let mut overlaps = false;
            for theirs in &other.any {
                if fuel.covers(mine, theirs) {
                    any.push(theirs.clone());
                } else {
                    overlaps |= fuel.meets(mine, theirs);
                }
            }
            if overlaps {
                any.push(mine.clone());
            }
        }
        let mut both = Self { any, except: self.except.iter().chain(&other.except).cloned().collect() };
        both.tidy(fuel);
        (!both.any.is_empty()).then_some(both)
    }

    /// How much of it a denial is about.
    pub(super) fn reach(&self, denied: &Denied, fuel: &mut Fuel) -> Reach {
        let patterns = &denied.patterns;
        let is_clear = |pattern: &&Pattern| !pattern.is_open() && !pattern.is_doubtful();
        if denied.is_inverse {
            let spared = |mine: &Pattern, fuel: &mut Fuel| patterns.iter().any(|it| fuel.meets(it, mine));
            return match self.any.iter().filter(|mine| spared(mine, fuel)).count() {
                0 => Reach::Everything,
                _ if patterns.iter().all(|pattern| is_clear(&pattern)) => Reach::Part,
                _ => Reach::Unclear,
            };
        }
        let (mut n_covered, mut meets, mut is_unclear) = (0, false, false);
        for mine in &self.any {
            if patterns.iter().filter(is_clear).any(|pattern| fuel.covers(pattern, mine)) {
                n_covered += 1;
                continue;
            }
            for pattern in patterns.iter().filter(|pattern| fuel.meets(pattern, mine)) {
                meets = true;
                is_unclear |= !is_clear(&pattern);
            }
        }
        match (n_covered, meets) {
            (n_covered, _) if n_covered == self.any.len() => Reach::Everything,
            (_, true) if is_unclear => Reach::Unclear,
            (0, false) => Reach::Nothing,
            _ => Reach::Part,
        }
    }

    /// What is left when a denial without conditions is taken out; `None` when that is nothing.
    pub(super) fn without(&self, denied: &Denied, fuel: &mut Fuel) -> Option<Self> {
        let patterns = &denied.patterns;
        if denied.is_inverse {
            return self.intersection(&Self { any: patterns.clone(), except: Vec::new() }, fuel);
        }
        let mut left = self.clone();
        for pattern in patterns.iter().filter(|pattern| !pattern.is_open() && !pattern.is_doubtful()) {
            if self.any.iter().any(|mine| fuel.meets(pattern, mine)) {
                left.except.push(pattern.clone());
            }
        }
        left.tidy(fuel);
        (!left.any.is_empty()).then_some(left)
    }

    /// Drops what is excepted, and exceptions from nothing.
    fn tidy(&mut self, fuel: &mut Fuel) {
        self.any.sort();
        self.any.dedup();
        if let Some(everything) = self.any.iter().find(|pattern| pattern.is_everything()).cloned() {
            self.any = vec![everything];
        }
        let except = std::mem::take(&mut self.except);
        let clear = || except.iter().filter(|pattern| !pattern.is_doubtful());
        self.any.retain(|mine| !clear().any(|pattern| fuel.covers(pattern, mine)));
        self.except = except;
        self.except.sort();
        self.except.dedup();
        let any = &self.any;
        self.except.retain(|pattern| any.iter().any(|mine| fuel.meets(pattern, mine)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::reference;
    use crate::access::variables::Text;

    const CLUSTER: &str = "arn:aws:ecs:eu-west-1:111122223333:cluster/";

    fn resources(texts: &[&str], is_inverse: bool) -> Resources {
        Resources::new(texts.iter().map(|text| Text::new(text, true)).collect(), is_inverse)
    }

    fn scope(texts: &[&str]) -> Scope {
        let action = reference().action("ecs:DeleteCluster").unwrap().1;
        let facts = Context::unknown();
        Scope::of(&resources(texts, false), action, &facts, reference(), &mut Fuel::new()).unwrap()
    }

    fn shown(scope: Option<Scope>) -> (Vec<String>, Vec<String>) {
        let texts = |patterns: Vec<Pattern>| patterns.iter().map(ToString::to_string).collect::<Vec<_>>();
        scope.map(|scope| (texts(scope.any), texts(scope.except))).unwrap_or_default()
    }

    #[test]
    fn only_what_the_action_acts_on_is_left() {
        let cluster = format!("{CLUSTER}a");
        assert_eq!(shown(Some(scope(&[&cluster, "arn:aws:s3:::a"]))), (vec![cluster], vec![]));
        let listing = reference().action("ecs:ListClusters").unwrap().1;
        let of = |texts: &[&str], is_inverse| {
            let facts = Context::unknown();
            Scope::of(&resources(texts, is_inverse), listing, &facts, reference(), &mut Fuel::new())
        };
        assert!(of(&["arn:aws:ecs:*:*:cluster/*"], false).is_none() && of(&["*"], false).is_some());
        assert!(
            of(&["arn:aws:ecs:*:*:cluster/*"], true).unwrap().is_everything() && of(&["*"], true).is_none()
        );
    }

    #[test]
    fn denials_take_out_what_they_name_or_leave_it() {
        let (facts, fuel) = (Context::unknown(), &mut Fuel::new());
        let (a, any) = (format!("{CLUSTER}a"), format!("{CLUSTER}*"));
        let all = scope(&[&any]);
        let check = |denied: &Resources, fuel: &mut Fuel| {
            let denied = Denied::of(denied, &facts);
            (all.reach(&denied, fuel), shown(all.without(&denied, fuel)))
        };
        let both = |reach, any: &[&String], except: &[&String]| {
            let owned = |texts: &[&String]| texts.iter().map(|it| (*it).clone()).collect::<Vec<_>>();
            (reach, (owned(any), owned(except)))
        };
        assert_eq!(check(&resources(&["*"], false), fuel), both(Reach::Everything, &[], &[]));
        assert_eq!(check(&resources(&[&a], false), fuel), both(Reach::Part, &[&any], &[&a]));
        assert_eq!(check(&resources(&["arn:aws:s3:::*"], false), fuel), both(Reach::Nothing, &[&any], &[]));
        assert_eq!(check(&resources(&[&a], true), fuel), both(Reach::Part, &[&a], &[]));
        assert_eq!(check(&resources(&["arn:aws:ecs:*"], false), fuel), both(Reach::Everything, &[], &[]));
        let wild = "arn:aws:ecs:*:*:clust*";
        assert_eq!(check(&resources(&[wild], false), fuel), both(Reach::Unclear, &[&any], &[]));
        let short = scope(&["arn:*:ecs:*"]);
        assert_eq!(shown(Some(short)).0, ["arn:*:ecs:*"]);
        let variable = format!("{CLUSTER}${{aws:userid}}");
        assert_eq!(check(&resources(&[&variable], false), fuel), both(Reach::Unclear, &[&any], &[]));
    }

    #[test]
    fn what_two_scopes_have_in_common_is_the_narrower_of_each_pair() {
        let fuel = &mut Fuel::new();
        let (a, any, ends) = (format!("{CLUSTER}a"), format!("{CLUSTER}*"), format!("{CLUSTER}*-prod"));
        assert_eq!(shown(scope(&[&any]).intersection(&scope(&[&a]), fuel)).0, std::slice::from_ref(&a));
        assert_eq!(shown(scope(&[&a]).intersection(&scope(&["*"]), fuel)).0, std::slice::from_ref(&a));
        assert_eq!(shown(scope(&[&a]).intersection(&scope(&[&ends]), fuel)).0, Vec::<String>::new());
        let begins = format!("{CLUSTER}web-*");
        assert_eq!(shown(scope(&[&begins]).intersection(&scope(&[&ends]), fuel)).0, [begins]);
    }
}
