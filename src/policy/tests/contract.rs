//! Facts about the engine that this room is built around. A test that fails after an upgrade of the engine means that the
//! engine changed, for better or worse: look at the guard that the test's name stands for before changing the test.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::RegoVM;
use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, LimitError, Value};

use super::super::errors::{self, Failure};
use super::super::stack::on_large_stack;

fn engine(policy: &str) -> Engine {
    let mut engine = Engine::new();
    engine.add_policy("a.rego".to_owned(), policy.to_owned()).unwrap_or_else(|error| panic!("{error}"));
    engine
}

fn eval(policy: &str, rule: &str) -> anyhow::Result<Value> {
    engine(policy).eval_rule(rule.to_owned())
}

#[test]
fn data_silently_replaces_a_rule() {
    let mut engine = engine("package a\ndeny contains 1\n");
    engine.add_data_json(r#"{"a": {"deny": []}}"#).unwrap();
    assert_eq!(engine.eval_rule("data.a.deny".to_owned()).unwrap(), Value::new_array());
}

#[test]
fn the_parser_takes_longer_with_every_bracket() {
    let time = |depth: usize| {
        let policy = format!("package a\nx := {}1{}\n", "[".repeat(depth), "]".repeat(depth));
        let started = Instant::now();
        engine(&policy);
        started.elapsed()
    };
    time(4);
    let (shallow, deep) = (time(4), time(11));
    assert!(deep > shallow * 8, "{shallow:?} at 4, {deep:?} at 11: is the limit on depth still needed?");
}

#[test]
fn a_recursive_function_is_not_refused() {
    let policy = "package a\nf(x) := f(x)\ny := f(1)\n";
    let error = on_large_stack(|| {
        let mut engine = engine(policy);
        let check_interval = NonZeroU32::MIN;
        let limit = Duration::from_millis(20);
        engine.set_execution_timer_config(ExecutionTimerConfig { limit, check_interval });
        errors::failure(&engine.eval_rule("data.a.y".to_owned()).unwrap_err())
    });
    assert_eq!(error.unwrap(), Failure::TimeLimit);
}

#[test]
fn an_error_in_one_element_takes_the_whole_rule() {
    let policy = "package a\ndeny contains x if {\n\tsome y in [\"1\", \"x\"]\n\tx := to_number(y)\n}\n";
    let error = eval(policy, "data.a.deny").unwrap_err();
    insta::assert_snapshot!(error.to_string().trim(), @r"
        --> a.rego:4:20
          |
        4 | 	x := to_number(y)
          |                    ^
        error: could not parse string as number
        ");
    let mut lenient = engine(policy);
    lenient.set_strict_builtin_errors(false);
    assert_eq!(lenient.eval_rule("data.a.deny".to_owned()).unwrap().to_string(), "[1]");
}

#[test]
fn an_unknown_function_is_found_only_when_it_is_called() {
    assert_eq!(eval("package a\nx := 1\ny := frobnicate(1)\n", "data.a.x").unwrap(), Value::from(1_u64));
    assert!(eval("package a\ny := frobnicate(1)\n", "data.a.y").is_err());
}

#[test]
fn a_misspelt_reference_is_undefined() {
    assert_eq!(eval("package a\nx := data.b.c\n", "data.a.x").unwrap(), Value::Undefined);
    assert_eq!(eval("package a\nx := input.typo\n", "data.a.x").unwrap(), Value::Undefined);
}

#[test]
fn undefined_is_written_as_a_string() {
    assert_eq!(serde_json::to_string(&Value::Undefined).unwrap(), "\"<undefined>\"");
}

#[test]
fn two_bodies_of_one_test_hide_a_failure() {
    assert_eq!(
        eval("package a\ntest_x if false\ntest_x if true\n", "data.a.test_x").unwrap(),
        Value::from(true)
    );
}

#[test]
fn a_table_test_loses_its_failures() {
    let policy =
        "package a\ntest_x[note] if {\n\tsome note, ok in {\"good\": true, \"bad\": false}\n\tok\n}\n";
    assert_eq!(eval(policy, "data.a.test_x").unwrap().to_string(), r#"{"good":true}"#);
}

#[test]
fn a_partial_set_that_does_not_fire_is_empty_and_a_missing_rule_is_an_error() {
    assert_eq!(eval("package a\ndeny contains 1 if false\n", "data.a.deny").unwrap().to_string(), "[]");
    let error = eval("package a\nx := 1\n", "data.a.deny").unwrap_err();
    insta::assert_snapshot!(error.to_string(), @"not a valid rule path");
}

#[test]
fn a_time_limit_is_told_apart() {
    let mut engine = engine(
        "package a\nx := count([1 | some i in numbers.range(1, 3000); some j in numbers.range(1, 3000)])\n",
    );
    let (limit, check_interval) = (Duration::from_millis(5), NonZeroU32::MIN);
    engine.set_execution_timer_config(ExecutionTimerConfig { limit, check_interval });
    let error = engine.eval_rule("data.a.x".to_owned()).unwrap_err();
    assert!(
        matches!(error.downcast_ref::<LimitError>(), Some(LimitError::TimeLimitExceeded { .. })),
        "{error}"
    );
}

#[test]
fn a_byte_order_mark_and_a_long_line_stop_the_parser() {
    for policy in ["\u{feff}package a\n".to_owned(), format!("package a\nx := \"{}\"\n", "y".repeat(1100))] {
        assert!(Engine::new().add_policy("a.rego".to_owned(), policy).is_err());
    }
}

#[test]
fn metadata_is_no_builtin() {
    assert!(eval("package a\nx := rego.metadata.rule()\n", "data.a.x").is_err());
}

#[test]
fn an_engine_and_its_values_cross_threads() {
    fn crosses<T: Send + Sync>() {}
    crosses::<Engine>();
    crosses::<Value>();
}

#[test]
fn the_engines_errors_become_diagnostics() {
    let translated = [
        ("package a\nx := \n", "data.a.x"),
        ("package a\n\nallow if x > 1\n", "data.a.allow"),
        ("package a\nx := 1 / 0\n", "data.a.x"),
        ("package a\nx := frobnicate(1)\n", "data.a.x"),
        ("package a\nx := 1\nx := 2\n", "data.a.x"),
        ("package a\np if q\nq if p\n", "data.a.p"),
        ("package a\nx := $\"{1}\"\n", "data.a.x"),
        ("package a\nx := 1\n", "data.a.y"),
    ];
    let translated = translated.map(|(policy, rule)| {
        let mut engine = Engine::new();
        let result = engine
            .add_policy("a.rego".to_owned(), policy.to_owned())
            .and_then(|_| engine.eval_rule(rule.to_owned()));
        errors::translate(&result.unwrap_err(), "fallback").to_string()
    });
    insta::assert_snapshot!(translated.join("\n"), @r"
        a.rego:3:1: expecting expression [rego]
        a.rego:3:10: use of undefined variable `x` is unsafe [rego]
        a.rego:2:8: divide by zero [rego]
        a.rego:2:16: could not find function frobnicate [rego]
        a.rego:3:1: rule conflicts with rule at a.rego:2:1 [rego]
        a.rego:2:1: recursion detected when evaluating rule: [rego]
        a.rego:2:6: invalid character [rego]
        fallback: not a valid rule path [rego]
        ");
}

#[test]
fn a_variable_of_a_comprehension_may_not_share_a_rules_name() {
    let policy = "package a\nname(x) := x\nthird := [name | some name in [1]]\n";
    insta::assert_snapshot!(eval(policy, "data.a.third").unwrap_err().to_string().trim(), @r"
        --> a.rego:3:23
          |
        3 | third := [name | some name in [1]]
          |                       ^
        error: var `name` used before definition below
        ");
}

/// What the engine's virtual machine makes of a rule; it is told to be as strict about errors as the interpreter.
fn run_compiled(policy: &str, rule: &str) -> Value {
    let compiled = engine(policy).compile_with_entrypoint(&rule.into()).unwrap();
    let mut machine = RegoVM::new();
    machine.load_program(Compiler::compile_from_policy(&compiled, &[rule]).unwrap());
    machine.set_strict_builtin_errors(true);
    machine.execute_entry_point_by_name(rule).unwrap()
}

#[test]
fn the_virtual_machine_swallows_errors_and_so_must_not_judge() {
    let policy =
        "package a\ndeny contains x if {\n\tsome y in [\"1\", \"x\", \"2\"]\n\tx := to_number(y)\n}\n";
    assert_eq!(run_compiled(policy, "data.a.deny").to_string(), "[1]");
    assert!(eval(policy, "data.a.deny").is_err());
}

#[test]
fn the_virtual_machine_loses_violations_without_any_error_too() {
    let lost = [
        // A condition in a comprehension ends the iteration of the loop around it.
        "deny contains n if {\n\tsome y in [1, 2]\n\tn := count([1 | y == 1])\n}",
        // A head that goes on after its name is taken for a set without keys.
        "deny contains r if some r in of[\"a\"]\n\nof[k] contains v if some k, v in {\"a\": 1}",
        // The key in front of `in` is not looked at.
        "deny contains 1 if not \"b\", 1 in {\"a\": 1}",
        // What is undefined is assigned all the same, and an array takes it for an item.
        "deny contains 1 if {\n\ty := {}.x\n\tnot y == 1\n}",
        "deny contains n if n := count([y.x | some y in [{}]])",
    ];
    let answers = lost.map(|rules| {
        let policy = format!("package a\n\n{rules}\n");
        format!("{} {}", eval(&policy, "data.a.deny").unwrap(), run_compiled(&policy, "data.a.deny"))
    });
    insta::assert_snapshot!(answers.join("\n"), @r"
        [0,1] [1]
        [1] []
        [1] []
        [] [1]
        [0] [1]
        ");
}

#[test]
fn an_else_is_not_tried_after_a_body_that_holds_without_a_value() {
    let policy = "package a\n\nf(v) := v.x if {\n\tis_object(v)\n} else := \"other\"\n\ny := f({})\n";
    assert_eq!(eval(policy, "data.a.y").unwrap(), Value::Undefined);
}
