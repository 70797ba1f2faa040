//! The engine: prepared once, cloned for every worker, asked for one rule at a time.

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::time::Duration;

use regorus::coverage;
use regorus::languages::rego::compiler::Compiler;
use regorus::utils::limits::{ExecutionTimerConfig, PolicyLengthConfig};
use regorus::{Engine, Value};

use super::errors::{self, Failure};
use super::stack;
use super::syntax::{self, Module};
use super::testing::repair;
use crate::diagnostic::{Code, Diagnostic};

/// How many steps the engine takes between two looks at the clock.
const STEPS_PER_CLOCK_READING: NonZeroU32 = match NonZeroU32::new(256) {
    Some(steps) => steps,
    None => NonZeroU32::MIN,
};

/// A rule that costs nothing, so that asking for it prepares the engine and nothing else.
const PREPARING_POLICY: &str = "package tidewaiter_prepared\n\nready := true\n";

/// The widest line of policies that only tests run; the engine's own limit, which judged policies keep to, is 1024.
pub(super) const WIDE_COLUMNS: usize = 1 << 20;

/// A policy as tests bring it.
#[derive(Debug)]
pub(super) struct Policy {
    /// Its name in messages.
    pub(super) file: String,
    /// Its text.
    pub(super) text: String,
    /// Whether it is Rego as it was before OPA 1.0.
    pub(super) v0: bool,
}

/// A policy that was written from another's text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'a> {
    /// Its name in messages.
    pub(super) file: &'a str,
    /// The text.
    pub(super) text: &'a str,
    /// Whether it is Rego as it was before OPA 1.0.
    pub(super) v0: bool,
}

/// Policies and data, ready to be asked.
#[derive(Debug, Clone)]
pub(super) struct Prepared(Engine);

impl Prepared {
    /// Loads policies (name in messages, text) and data.
    pub(super) fn new(
        policies: &[(String, String)],
        data: &serde_json::Value,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let before = problems.len();
        let mut engine = Engine::new();
        // A builtin's error must reach us: a violation that is silently dropped would be a pass.
        engine.set_strict_builtin_errors(true);
        engine.set_gather_prints(true);
        for (name, text) in policies {
            if let Err(error) = engine.add_policy(name.clone(), text.clone()) {
                problems.push(errors::translate(&error, name));
            }
        }
        let prepared = engine
            .add_policy("tidewaiter".to_owned(), PREPARING_POLICY.to_owned())
            .and_then(|_| engine.add_data(Value::from(data.clone())))
            .and_then(|()| engine.eval_rule("data.tidewaiter_prepared.ready".to_owned()));
        if let Err(error) = prepared {
            problems.push(errors::translate(&error, "tidewaiter"));
        }
        (problems.len() == before).then_some(Self(engine))
    }

    /// Reads the syntax trees of any policies. What OPA takes and the engine does not is written out in their texts.
    ///
    /// Call it on a thread with a large stack.
    pub(super) fn trees(policies: &mut [Policy], problems: &mut Vec<Diagnostic>) -> Option<Vec<Module>> {
        let before = problems.len();
        let mut engine = test_engine();
        for policy in policies {
            engine.set_rego_v0(policy.v0);
            problems.extend(add(&mut engine, policy));
        }
        if problems.len() > before {
            return None;
        }
        Some(syntax::modules(&mut engine))
    }

    /// Loads any policies for tests.
    pub(super) fn for_tests(
        policies: &[Text<'_>],
        data: &Value,
        coverage: bool,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let mut engine = test_engine();
        engine.set_enable_coverage(coverage);
        let prepared = Self::added(&mut engine, policies)
            .and_then(|()| engine.add_data(data.clone()))
            .and_then(|()| engine.add_policy("tidewaiter".to_owned(), PREPARING_POLICY.to_owned()))
            .and_then(|_| engine.eval_rule("data.tidewaiter_prepared.ready".to_owned()));
        match prepared {
            Ok(_) => Some(Self(engine)),
            Err(error) => {
                problems.push(errors::translate(&error, "the policies"));
                None
            }
        }
    }

    fn added(engine: &mut Engine, policies: &[Text<'_>]) -> Result<(), anyhow::Error> {
        for policy in policies {
            engine.set_rego_v0(policy.v0);
            engine.add_policy(policy.file.to_owned(), policy.text.to_owned())?;
        }
        engine.set_rego_v0(false);
        Ok(())
    }

    /// The same policies and more of them.
    pub(super) fn with_policies(&self, policies: &[Text<'_>]) -> Result<Self, anyhow::Error> {
        let mut engine = self.0.clone();
        Self::added(&mut engine, policies)?;
        engine.eval_rule("data.tidewaiter_prepared.ready".to_owned())?;
        Ok(Self(engine))
    }

    /// The same engine, in which a builtin that fails is undefined, as under OPA, and no error.
    pub(super) fn without_builtin_errors(mut self) -> Self {
        self.0.set_strict_builtin_errors(false);
        self
    }

    /// What was evaluated, by file.
    pub(super) fn coverage(&self) -> Vec<coverage::File> {
        self.0.get_coverage_report().map(|report| report.files).unwrap_or_default()
    }

    /// Finds functions that nobody defines among all that rules reach; each comes with the file that problems name.
    ///
    /// The interpreter notices them only when it comes to call one; the compiler of the engine's virtual machine always
    /// does. What else that compiler does not understand is no fault of the policy.
    pub(super) fn check_functions(&self, rules: &[(&str, &str)], problems: &mut Vec<Diagnostic>) {
        let Some((file, rule)) = rules.first() else { return };
        // What is compiled holds every policy, whichever rule it is compiled for.
        let policy = match self.0.clone().compile_with_entrypoint(&Arc::from(*rule)) {
            Ok(policy) => policy,
            Err(error) => {
                problems.push(errors::translate(&error, file));
                return;
            }
        };
        // Together, what rules share is compiled once; apart, each says what is wrong with it.
        let names = rules.iter().map(|(_, rule)| *rule).collect::<Vec<_>>();
        if Compiler::compile_from_policy(&policy, &names).is_ok() {
            return;
        }
        for (file, rule) in rules {
            let Err(error) = Compiler::compile_from_policy(&policy, &[rule]) else { continue };
            // The compiler has a type for its errors, and turns it into text on the way out of a rule.
            let problem = errors::read(&error.to_string(), file);
            if let Some((_, name)) = problem.message.split_once("Unknown function: ") {
                let message = format!("nobody defines the function `{}`", name.trim_matches('\''));
                problems.push(Diagnostic { code: Code::UnknownFunction, message, ..problem });
            } else {
                tracing::debug!(%rule, error = %problem, "the rule cannot be checked for unknown functions");
            }
        }
    }

    /// An engine for one thread and one document.
    pub(super) fn with_input(&self, input: Value, time_limit: Duration) -> Self {
        let mut engine = self.0.clone();
        engine.set_input(input);
        engine.set_execution_timer_config(ExecutionTimerConfig {
            limit: time_limit,
            check_interval: STEPS_PER_CLOCK_READING,
        });
        Self(engine)
    }

    /// Another engine in the state of this one; after a panic the one that panicked is thrown away.
    pub(super) fn evaluate(&mut self, rule: &str, spare: &Self) -> Result<Value, Failure> {
        match stack::caught(|| self.0.eval_rule(rule.to_owned())) {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(errors::failure(&error)),
            Err(words) => {
                *self = spare.clone();
                Err(Failure::Panic(words))
            }
        }
    }

    /// What `print` wrote since the last time it was asked.
    pub(super) fn take_prints(&mut self) -> Vec<String> {
        self.0.take_prints().unwrap_or_default()
    }
}

/// Whether the engine has a builtin function; asked of itself, because its table is not part of its interface.
pub(super) fn has_builtin(name: &str, n_arguments: usize) -> bool {
    let arguments = vec!["1"; n_arguments].join(", ");
    let policy = format!("package tidewaiter_probe\n\nasked := {name}({arguments})\n");
    let mut engine = Engine::new();
    engine.set_gather_prints(true);
    let asked = engine
        .add_policy("probe".to_owned(), policy)
        .and_then(|_| engine.eval_rule("data.tidewaiter_probe.asked".to_owned()));
    // It need not like the arguments.
    asked.err().is_none_or(|error| !error.to_string().contains("could not find function"))
}

/// An engine that takes longer lines than those of judged policies; sizes are limited before a policy comes here.
fn test_engine() -> Engine {
    let mut engine = Engine::new();
    engine.set_gather_prints(true);
    // Before anything is loaded: an engine whose clones share what was loaded copies it to change this.
    engine.set_strict_builtin_errors(true);
    let max_col = u32::try_from(WIDE_COLUMNS).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MAX);
    let (max_file_bytes, max_lines) = (NonZeroUsize::MAX, NonZeroUsize::MAX);
    engine.set_policy_length_config(PolicyLengthConfig { max_col, max_file_bytes, max_lines });
    engine
}

/// Adds one policy, written out where that makes the engine take it.
fn add(engine: &mut Engine, policy: &mut Policy) -> Option<Diagnostic> {
    for _ in 0..repair::REPAIRS {
        let error = engine.add_policy(policy.file.clone(), policy.text.clone()).err()?;
        let problem = errors::translate(&error, &policy.file);
        match repair::repaired(&policy.text, &problem) {
            Some(text) => policy.text = text,
            None if !policy.v0
                && problem.message.contains("keyword is required")
                && syntax::is_old_rego(&policy.file, &policy.text) =>
            {
                let help = "this is Rego as it was before OPA 1.0: give `--v0-compatible`";
                return Some(problem.with_help(help));
            }
            None => return Some(problem),
        }
    }
    let message = "the engine does not parse too much of the policy";
    Some(Diagnostic::of_file(&policy.file, Code::Rego, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(policy: &str) -> Prepared {
        let mut problems = Vec::new();
        let policies = [("a.rego".to_owned(), policy.to_owned())];
        let prepared = Prepared::new(&policies, &serde_json::json!({}), &mut problems);
        prepared.unwrap_or_else(|| panic!("{problems:#?}"))
    }

    #[test]
    fn a_panic_in_the_engine_is_caught_and_the_engine_is_replaced() {
        let mut loaded = prepared("package a\n\nx := boom(1)\n\ny := input.y\n");
        loaded.0.add_extension("boom".to_owned(), 1, Box::new(|_| panic!("boom"))).unwrap();
        let input = Value::from_json_str(r#"{"y": 7}"#).unwrap();
        let fresh = loaded.with_input(input, Duration::from_secs(5));
        let mut engine = fresh.clone();
        assert_eq!(engine.evaluate("data.a.x", &fresh), Err(Failure::Panic("boom".to_owned())));
        assert_eq!(engine.evaluate("data.a.y", &fresh), Ok(Value::from(7_u64)));
    }

    #[test]
    fn a_time_limit_ends_one_evaluation_and_not_the_next() {
        let numbers = "[1 | some i in numbers.range(1, 3000); some j in numbers.range(1, 3000)]";
        let fresh = prepared(&format!("package a\n\nf(x) := count({numbers})\n\nx := f(1)\n\ny := 7\n"))
            .with_input(Value::Undefined, Duration::from_millis(50));
        let mut engine = fresh.clone();
        assert_eq!(engine.evaluate("data.a.x", &fresh), Err(Failure::TimeLimit));
        assert_eq!(engine.evaluate("data.a.y", &fresh), Ok(Value::from(7_u64)));
    }
}
