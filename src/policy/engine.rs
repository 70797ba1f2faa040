//! The engine: prepared once, cloned for every worker, asked for one rule at a time.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use regorus::languages::rego::compiler::Compiler;
use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, Value};

use super::errors::{self, Failure};
use super::stack;
use crate::diagnostic::{Code, Diagnostic};

/// How many steps the engine takes between two looks at the clock.
const STEPS_PER_CLOCK_READING: NonZeroU32 = match NonZeroU32::new(256) {
    Some(steps) => steps,
    None => NonZeroU32::MIN,
};

/// A rule that costs nothing, so that asking for it prepares the engine and nothing else.
const PREPARING_POLICY: &str = "package tidewaiter_prepared\n\nready := true\n";

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
