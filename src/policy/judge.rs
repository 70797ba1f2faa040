//! Verdicts: what the controls say, what they cannot know, and what somebody answers for.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use regorus::Value;

use super::answer::{self, Answer};
use super::bundles::{Bundles, EntryPoints};
use super::engine::Prepared;
use super::errors::Failure;
use super::exceptions::{ExceptionUse, Register};
use super::input_paths::Reads;
use super::touch::Missing;
use super::{input, stack};
use crate::domain::{Control, ControlId, Exception, Outcome, Verdict};
use crate::snapshot::{Collection, Snapshot};

/// How an evaluation runs; none of it changes what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How many controls are evaluated at a time.
    pub threads: NonZeroUsize,
    /// How long one rule of one control may run. A control that runs longer has nothing to say about anything.
    pub time_limit: Duration,
}

impl Default for Options {
    fn default() -> Self {
        // A control over a document of 30 MB takes a tenth of a second.
        Self { threads: NonZeroUsize::MIN, time_limit: Duration::from_secs(30) }
    }
}

/// What the controls say about a snapshot.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Judgement {
    /// One for each control and member of its population, sorted by control and resource.
    pub verdicts: Vec<Verdict>,
    /// Where members may exist that nobody has seen, sorted.
    pub hidden: Vec<Hidden>,
    /// Controls that could not be evaluated, sorted; their whole population is unknown.
    pub errors: Vec<ControlError>,
    /// What became of the exceptions.
    pub exceptions: ExceptionUse,
}

/// A population that was not seen completely.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hidden {
    /// The control whose population it is.
    pub control: ControlId,
    /// The population.
    pub collection: Collection,
    /// Why: the operation, and the IAM action that is missing.
    pub reason: String,
}

/// A control that could not be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ControlError {
    /// The control.
    pub control: ControlId,
    /// What happened.
    pub kind: ControlErrorKind,
    /// What happened, in words, with the place in the policy where there is one.
    pub message: String,
}

/// Why a control could not be evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ControlErrorKind {
    /// The policy failed, or a builtin that it called.
    Evaluation,
    /// It ran longer than it may.
    TimeLimit,
    /// The engine panicked.
    Panic,
    /// It answered something that controls must not answer.
    Contract,
}

impl ControlErrorKind {
    /// The word that reports use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Evaluation => "evaluation",
            Self::TimeLimit => "time_limit",
            Self::Panic => "panic",
            Self::Contract => "contract",
        }
    }
}

/// Judges a snapshot.
///
/// The result depends on nothing but the arguments (a control that hits its time limit apart), and not on
/// [`Options::threads`].
#[must_use]
pub fn judge(
    bundles: &Bundles,
    snapshot: &Snapshot,
    exceptions: &[Exception],
    now: Timestamp,
    options: &Options,
) -> Judgement {
    let controls = bundles.controls();
    let missing = controls.iter().map(|control| Missing::of(control, snapshot)).collect::<Vec<_>>();
    let mut tasks = Vec::new();
    for (index, control) in controls.iter().enumerate() {
        let asked_for = missing.get(index).is_some_and(|missing| !missing.nothing_was_read);
        if let Some(entry_points) = bundles.entry_points(&control.id).filter(|_| asked_for) {
            tasks.push(Task { index, control, entry_points });
        }
    }
    let mut answers = evaluate(bundles.prepared(), snapshot, &tasks, options);

    let register = Register::new(exceptions, bundles, snapshot, now);
    let (mut judgement, mut not_judged) = (Judgement::default(), all_but(bundles));
    for (index, (control, missing)) in controls.iter().zip(&missing).enumerate() {
        let collection = control.population;
        let hidden = missing.hidden.iter().cloned();
        judgement.hidden.extend(hidden.map(|reason| Hidden {
            control: control.id.clone(),
            collection,
            reason,
        }));
        if !missing.hidden.is_empty() {
            not_judged.insert(control.id.clone());
        }
        if missing.nothing_was_read {
            continue;
        }
        let answer = answers.remove(&index).unwrap_or_else(|| {
            Err((
                ControlErrorKind::Evaluation,
                "no thread could be started to evaluate the control".to_owned(),
            ))
        });
        if let Err((kind, message)) = &answer {
            let (control, message) = (control.id.clone(), message.clone());
            judgement.errors.push(ControlError { control, kind: *kind, message });
        }
        let outcomes = outcomes(control, missing, snapshot, &register, answer);
        judgement.verdicts.extend(outcomes.into_iter().map(|(resource, outcome)| Verdict {
            control: control.id.clone(),
            collection,
            resource,
            outcome,
        }));
    }
    judgement.exceptions = register.used(&judgement.verdicts, &not_judged, snapshot);
    judgement
}

/// Controls of the bundles that are not judged at all.
fn all_but(bundles: &Bundles) -> BTreeSet<ControlId> {
    let judged = bundles.controls().iter().map(|control| &control.id).collect::<BTreeSet<_>>();
    let all = bundles.all_controls().iter().map(|control| &control.id);
    all.filter(|id| !judged.contains(id)).cloned().collect()
}

/// What a control answered, or what kept it from answering.
type Answered = Result<Answer, (ControlErrorKind, String)>;

/// One outcome for each member that is known, by resource.
fn outcomes(
    control: &Control,
    missing: &Missing,
    snapshot: &Snapshot,
    register: &Register<'_>,
    answer: Answered,
) -> BTreeMap<String, Outcome> {
    let mut outcomes = BTreeMap::new();
    let mut answer = answer.map_err(|(_, message)| format!("the control could not be evaluated: {message}"));
    for (resource, body) in snapshot.members(control.population) {
        let outcome = match &mut answer {
            Err(reason) => Outcome::Unknown(vec![reason.clone()]),
            Ok(answer) => match answer.denied.remove(resource) {
                Some(_) if !missing.joins.is_empty() => {
                    Outcome::Unknown(missing.touching(resource, body.get()))
                }
                Some(violations) => match register.covering(control, resource, body.get()) {
                    Some(exception) => Outcome::Excepted {
                        exception: exception.id.clone(),
                        kind: exception.kind,
                        violations,
                    },
                    None => Outcome::Failed(violations),
                },
                None => {
                    let mut reasons = missing.touching(resource, body.get());
                    reasons.extend(answer.unknown.remove(resource).into_iter().flatten());
                    match answer.excluded.remove(resource) {
                        _ if !reasons.is_empty() => Outcome::Unknown(reasons),
                        Some(reason) => Outcome::NotApplicable(reason),
                        None => Outcome::Passed,
                    }
                }
            },
        };
        outcomes.insert(resource.to_owned(), outcome);
    }
    for (resource, reasons) in &missing.unread {
        outcomes
            .entry(resource.clone())
            .or_insert_with(|| Outcome::Unknown(reasons.iter().cloned().collect()));
    }
    outcomes
}

/// One control to be evaluated.
struct Task<'a> {
    index: usize,
    control: &'a Control,
    entry_points: &'a EntryPoints,
}

/// Evaluates every task, spread over threads; a task without an answer is one that no thread came to.
fn evaluate(
    prepared: &Prepared,
    snapshot: &Snapshot,
    tasks: &[Task<'_>],
    options: &Options,
) -> BTreeMap<usize, Answered> {
    let mut reads = Reads::default();
    tasks.iter().for_each(|task| reads.extend(&task.entry_points.reads));
    reads.collections.extend(tasks.iter().map(|task| task.control.population));
    let input = match input::input(snapshot, &reads) {
        Ok(input) => input,
        Err(error) => {
            let failed = (
                ControlErrorKind::Evaluation,
                format!("the document cannot be given to the engine: {error}"),
            );
            return tasks.iter().map(|task| (task.index, Err(failed.clone()))).collect();
        }
    };
    let fresh = prepared.with_input(input, options.time_limit);
    let (next, answers) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let work = || {
        let mut engine = fresh.clone();
        while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
            let answer = ask(&mut engine, &fresh, snapshot, task, options);
            if let Ok(mut answers) = answers.lock() {
                answers.insert(task.index, answer);
            }
        }
    };
    std::thread::scope(|scope| {
        for number in 0..options.threads.get().min(tasks.len()) {
            let builder =
                std::thread::Builder::new().name(format!("judge-{number}")).stack_size(stack::STACK_BYTES);
            if let Err(error) = builder.spawn_scoped(scope, work) {
                tracing::warn!(%error, "a thread for evaluation could not be started");
            }
        }
    });
    answers.into_inner().unwrap_or_default()
}

/// What a control's policy answers, before anything is made of it.
#[derive(Debug, Clone, PartialEq)]
pub struct RawAnswer {
    /// The control's package.
    pub package: String,
    /// What `deny` holds, or why it could not be evaluated.
    pub deny: Result<serde_json::Value, String>,
    /// What `exclude` holds, or why it could not be evaluated; empty when the policy has none.
    pub exclude: Result<serde_json::Value, String>,
    /// What `unknown` holds, or why it could not be evaluated; empty when the policy has none.
    pub unknown: Result<serde_json::Value, String>,
}

/// Asks every control about a snapshot and makes nothing of the answers, so that they can be laid beside another engine's.
#[must_use]
pub fn raw_answers(bundles: &Bundles, snapshot: &Snapshot, options: &Options) -> Vec<RawAnswer> {
    let ask = || {
        let mut reads = Reads::default();
        let entries = bundles.controls().iter().filter_map(|control| {
            bundles.entry_points(&control.id).map(|entry_points| (control.package.clone(), entry_points))
        });
        let entries = entries.collect::<Vec<_>>();
        entries.iter().for_each(|(_, entry)| reads.extend(&entry.reads));
        let input = input::input(snapshot, &reads).map_err(|error| error.to_string())?;
        let fresh = bundles.prepared().with_input(input, options.time_limit);
        let mut engine = fresh.clone();
        let mut value = |rule: &str| match engine.evaluate(rule, &fresh) {
            Ok(Value::Undefined) => Ok(serde_json::Value::Array(Vec::new())),
            Ok(value) => serde_json::to_value(&value).map_err(|error| error.to_string()),
            Err(failure) => Err(format!("{failure:?}")),
        };
        let nothing = || Ok(serde_json::Value::Array(Vec::new()));
        let answers = entries.into_iter().map(|(package, entry)| RawAnswer {
            package,
            deny: value(&entry.deny),
            exclude: entry.exclude.as_deref().map_or_else(nothing, &mut value),
            unknown: entry.unknown.as_deref().map_or_else(nothing, &mut value),
        });
        Ok(answers.collect::<Vec<_>>())
    };
    stack::on_large_stack(ask).and_then(|answers| answers).unwrap_or_else(|reason| {
        let failed = |package: &String| RawAnswer {
            package: package.clone(),
            deny: Err(reason.clone()),
            exclude: Err(reason.clone()),
            unknown: Err(reason.clone()),
        };
        bundles.controls().iter().map(|control| failed(&control.package)).collect()
    })
}

/// Evaluates one control.
fn ask(
    engine: &mut Prepared,
    fresh: &Prepared,
    snapshot: &Snapshot,
    task: &Task<'_>,
    options: &Options,
) -> Answered {
    let _span = tracing::debug_span!("evaluate", control = %task.control.id).entered();
    let mut evaluate = |rule: &str| -> Result<Value, (ControlErrorKind, String)> {
        engine.evaluate(rule, fresh).map_err(|failure| match failure {
            Failure::Error(message) => (ControlErrorKind::Evaluation, message),
            Failure::Panic(words) => (ControlErrorKind::Panic, format!("the engine panicked: {words}")),
            Failure::TimeLimit => {
                let limit = options.time_limit.as_secs_f64();
                (ControlErrorKind::TimeLimit, format!("it ran longer than the limit of {limit} s"))
            }
        })
    };
    let deny = evaluate(&task.entry_points.deny)?;
    let exclude = task.entry_points.exclude.as_deref().map(&mut evaluate).transpose()?;
    let unknown = task.entry_points.unknown.as_deref().map(&mut evaluate).transpose()?;
    let population = snapshot.collections.get(&task.control.population);
    let answer = answer::read(&deny, exclude.as_ref(), unknown.as_ref(), |key| {
        population.is_some_and(|members| members.contains_key(key))
    });
    answer.map_err(|message| (ControlErrorKind::Contract, message))
}
