//! Which policies tests need: the engine looks at every rule that it has at each `with`, so that a library is asked in
//! parts.
//!
//! A part holds some test files and every policy that they can come to name, by whatever way.
//! What a name may stand for is taken widely: a local variable that hides it is not looked for.

use std::collections::{BTreeMap, BTreeSet};

use super::super::syntax::{Expr, Literal, Module, Query, Rule, RuleHead, Step};
use super::synthetic;
use super::uses::{self, Names, Uses};

/// How many tests that look past a policy cost as much as loading it once more, measured on the built-in bundles.
const TESTS_PER_LOAD: usize = 300;
/// How many steps the search may take, so that a library in which everything names everything is asked as one.
const STEPS: usize = 1_000_000;

/// Test files that are asked together, and what that takes; numbers are those of the policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// The test files.
    pub(super) tests: BTreeSet<usize>,
    /// Everything that they may name, themselves included.
    pub(super) policies: BTreeSet<usize>,
    /// How many tests there are.
    n_tests: usize,
}

impl Part {
    fn of(file: usize, policies: BTreeSet<usize>, n_tests: usize) -> Self {
        Self { tests: BTreeSet::from([file]), policies, n_tests }
    }

    /// What it costs to load it and to run its tests.
    fn cost(&self) -> usize {
        self.policies.len() * (TESTS_PER_LOAD + self.n_tests)
    }

    fn with(&self, other: &Self) -> Self {
        Self {
            tests: &self.tests | &other.tests,
            policies: &self.policies | &other.policies,
            n_tests: self.n_tests + other.n_tests,
        }
    }
}

/// Divides test files, each with how many tests it has, so that asking them costs little.
///
/// Every policy is in one part at least, needed or not: what is wrong with one is to be said.
pub(super) fn parts(
    modules: &[Module],
    names: &[Names],
    uses: &Uses,
    tests: &BTreeMap<usize, usize>,
) -> Vec<Part> {
    let whole = Part {
        tests: tests.keys().copied().collect(),
        policies: (0..modules.len()).collect(),
        n_tests: tests.values().sum(),
    };
    let Some(reaches) = reaches(modules, names, uses) else { return vec![whole] };
    let (mut parts, mut steps) = (Vec::<Part>::new(), 0);
    for (file, n_tests) in tests {
        let policies = closure(*file, &reaches);
        steps += policies.len();
        let part = Part::of(*file, policies, *n_tests);
        match parts.last_mut() {
            // Files that stand side by side need the same libraries.
            Some(last) if last.with(&part).cost() <= last.cost() + part.cost() => *last = last.with(&part),
            _ => parts.push(part),
        }
        if steps > STEPS {
            return vec![whole];
        }
    }
    let used = parts.iter().flat_map(|part| &part.policies).copied().collect::<BTreeSet<_>>();
    let rest = &whole.policies - &used;
    if !rest.is_empty() {
        parts.push(Part { tests: BTreeSet::new(), policies: rest, n_tests: 0 });
    }
    let cost = parts.iter().map(Part::cost).sum::<usize>();
    if cost < whole.cost() { parts } else { vec![whole] }
}

/// Every policy that can be come to from one.
fn closure(start: usize, reaches: &[BTreeSet<usize>]) -> BTreeSet<usize> {
    let (mut open, mut found) = (vec![start], BTreeSet::from([start]));
    while let Some(number) = open.pop() {
        for next in reaches.get(number).into_iter().flatten() {
            if found.insert(*next) {
                open.push(*next);
            }
        }
    }
    found
}

/// For each policy those that define what it names; nothing when that is too much to look for.
fn reaches(modules: &[Module], names: &[Names], uses: &Uses) -> Option<Vec<BTreeSet<usize>>> {
    let mut steps = 0;
    let mut known = BTreeMap::<Vec<String>, BTreeSet<usize>>::new();
    let mut all = Vec::new();
    for (module, names) in modules.iter().zip(names) {
        let mut look = Look { names, found: BTreeSet::new() };
        module.rules.iter().for_each(|rule| look.rule(rule));
        let mut reached = BTreeSet::new();
        for path in look.found {
            let definers = known.entry(path).or_insert_with_key(|path| {
                uses.reached(path).into_iter().flat_map(|rule| uses.definers(rule)).collect()
            });
            steps += definers.len();
            if steps > STEPS {
                return None;
            }
            reached.extend(definers.iter().copied());
        }
        all.push(reached);
    }
    Some(all)
}

/// One policy while it is looked at.
struct Look<'a> {
    names: &'a Names,
    /// Paths below `data`.
    found: BTreeSet<Vec<String>>,
}

impl Look<'_> {
    fn rule(&mut self, rule: &Rule) {
        // What else has the name is told from it by the engine.
        if let Some(name) = uses::rule_path(rule) {
            self.found.insert([self.names.package.clone(), name].concat());
        }
        match rule {
            Rule::Default { refr, value, .. } => {
                self.steps(refr);
                self.expr(value);
            }
            Rule::Spec { head, bodies, .. } => {
                match head {
                    RuleHead::Compr { refr, assign } => {
                        self.steps(refr);
                        assign.iter().for_each(|assign| self.expr(&assign.value));
                    }
                    RuleHead::Set { refr, key } => {
                        self.steps(refr);
                        key.iter().for_each(|key| self.expr(key));
                    }
                    RuleHead::Func { refr, args, assign } => {
                        self.steps(refr);
                        args.iter().for_each(|arg| self.expr(arg));
                        assign.iter().for_each(|assign| self.expr(&assign.value));
                    }
                }
                for body in bodies {
                    body.assign.iter().for_each(|assign| self.expr(&assign.value));
                    self.query(&body.query);
                }
            }
        }
    }

    fn query(&mut self, query: &Query) {
        for statement in &query.stmts {
            for modifier in &statement.with_mods {
                self.expr(&modifier.refr);
                self.expr(&modifier.r#as);
            }
            match &statement.literal {
                Literal::SomeVars { .. } => {}
                Literal::SomeIn { key, value, collection } => {
                    key.iter().chain([value, collection]).for_each(|expr| self.expr(expr));
                }
                Literal::Expr { expr } | Literal::NotExpr { expr } => self.expr(expr),
                Literal::Every { domain, query, .. } => {
                    self.expr(domain);
                    self.query(query);
                }
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => {
                let (base, steps) = expr.reference();
                match base {
                    Expr::Var { value: name, .. } => {
                        let steps = steps.iter().map_while(|step| match step {
                            Step::Name(name) => Some((*name).to_owned()),
                            Step::Dynamic(_) => None,
                        });
                        let path = self.names.resolved(name, steps.collect());
                        if let Some((_, path)) =
                            path.as_deref().and_then(<[_]>::split_first).filter(|(root, _)| *root == "data")
                        {
                            self.found.insert(path.to_vec());
                        }
                    }
                    base => self.expr(base),
                }
                self.steps(expr);
            }
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                self.expr(term);
                self.query(query);
            }
            Expr::ObjectCompr { key, value, query, .. } => {
                self.expr(key);
                self.expr(value);
                self.query(query);
            }
            other => synthetic::operands(other).into_iter().for_each(|part| self.expr(part)),
        }
    }

    fn steps(&mut self, refr: &Expr) {
        for step in refr.reference().1 {
            if let Step::Dynamic(index) = step {
                self.expr(index);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::engine::{Policy, Prepared};
    use super::*;

    /// The numbers of the policies that the first can come to name.
    fn reached(policies: &[&str]) -> Vec<usize> {
        let policy = |(number, text): (usize, &&str)| Policy {
            file: number.to_string(),
            text: (*text).to_owned(),
            v0: false,
        };
        let mut policies = policies.iter().enumerate().map(policy).collect::<Vec<_>>();
        let modules = Prepared::trees(&mut policies, &mut Vec::new()).unwrap();
        let texts = policies.iter().map(|policy| &*policy.text).collect::<Vec<_>>();
        let names = Names::of(&modules, &texts);
        let uses = Uses::of(&modules, &texts, &names);
        closure(0, &reaches(&modules, &names, &uses).unwrap()).into_iter().collect()
    }

    const LIB: &str = "package lib.a\n\nf(x) := x\n\np := data.lib.b.q\n";
    const OTHER: &str = "package lib.b\n\nq := 1\n";
    const FAR: &str = "package far\n\nz := 1\n";

    #[test]
    fn what_is_named_is_reached_however_it_is_named() {
        for test in [
            "import data.lib.a\n\ntest_x if a.p",
            "import data.lib as l\n\ntest_x if l.a.f(1)",
            "test_x if data.lib[\"a\"].p",
            "test_x if data.lib.a.p with input as {}",
            "test_x if { every y in [1] { y == data.lib.a.p } }",
            "test_x if count({y | y := {1: data.lib.a.p}[_]}) == 1",
            "test_x if time.now_ns() == 1 with time.now_ns as data.lib.a.f",
            "test_x if true with data.lib.a.p as 1",
            "test_x if [1][data.lib.a.p]",
            "test_x if helper(2)\n\nhelper(x) := y if { x > 1; y := 1 } else := data.lib.a.p",
            "test_x[data.lib.a.p] if true",
            "default test_x := false\n\ntest_x if not data.lib.a.p",
        ] {
            let test = format!("package t\n\n{test}\n");
            assert_eq!(reached(&[&test, LIB, OTHER, FAR]), [0, 1, 2], "{test}");
        }
    }

    #[test]
    fn what_is_named_in_part_is_reached_as_a_whole() {
        for (test, expected) in [
            ("test_x if data[\"l\"]", &[0][..]),
            ("test_x if data.lib[input.x]", &[0, 1, 2]),
            ("test_x if walk(data, _)", &[0, 1, 2, 3]),
            ("test_x if data[input.x].z", &[0, 1, 2, 3]),
            ("test_x if data.far.z.deep", &[0, 3]),
        ] {
            let test = format!("package t\n\n{test}\n");
            assert_eq!(reached(&[&test, LIB, OTHER, FAR]), expected, "{test}");
        }
    }

    #[test]
    fn definitions_of_one_name_in_several_files_stay_together() {
        let (one, other) = ("package p\n\na contains 1\n", "package p\n\na contains 2\n\nb := data.far.z\n");
        assert_eq!(
            reached(&["package t\n\ntest_x if count(data.p.a) == 2\n", one, other, FAR]),
            [0, 1, 2, 3]
        );
        assert_eq!(reached(&[one, other, "package p\n\nc := 1\n", FAR]), [0, 1, 3]);
    }

    #[test]
    fn a_library_is_divided_where_that_is_worth_it_and_nothing_is_left_out() {
        let part =
            |policies: std::ops::Range<usize>, n_tests| Part::of(policies.start, policies.collect(), n_tests);
        let (few, many) = (part(0..2, 1), part(1..3, 1));
        assert!(few.with(&many).cost() < few.cost() + many.cost(), "few tests are not worth a second engine");
        let (few, many) = (part(0..40, 600), part(39..80, 600));
        assert!(few.with(&many).cost() > few.cost() + many.cost(), "many are");

        let mut texts = vec![LIB.to_owned(), OTHER.to_owned()];
        for number in 0..100 {
            texts.push(format!("package p{number}\n\nx := 1\n"));
            texts.push(format!("package t{number}\n\ntest_x if data.p{number}.x == data.lib.a.p\n"));
        }
        let policies = texts.iter().enumerate();
        let mut policies = policies
            .map(|(number, text)| Policy { file: number.to_string(), text: text.clone(), v0: false })
            .collect::<Vec<_>>();
        let modules = Prepared::trees(&mut policies, &mut Vec::new()).unwrap();
        let texts = texts.iter().map(|text| &**text).collect::<Vec<_>>();
        let names = Names::of(&modules, &texts);
        let uses = Uses::of(&modules, &texts, &names);
        let tests = (0..100).map(|number| (3 + 2 * number, 20)).collect::<BTreeMap<_, _>>();
        let parts = parts(&modules, &names, &uses, &tests);
        assert!(parts.len() > 1);
        let asked = parts.iter().flat_map(|part| &part.tests).copied().collect::<Vec<_>>();
        assert_eq!(asked, tests.keys().copied().collect::<Vec<_>>());
        assert!(parts.iter().all(|part| part.tests.is_subset(&part.policies)));
        let loaded = parts.iter().flat_map(|part| &part.policies).copied().collect::<BTreeSet<_>>();
        assert_eq!(loaded.len(), texts.len());
    }
}
