//! `tidewaiter run`: one pass.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;

use jiff::{SignedDuration, Timestamp};

use crate::aws::Session;
use crate::cli;
use crate::collect::{self, RedactionKey};
use crate::diagnostic::Diagnostic;
use crate::domain::Scope;
use crate::ledger::{self, Counts, Ledger, PassId, PassOutcome};
use crate::policy::{self, Judgement};
use crate::publish::asff::Format;
use crate::publish::{self, SecurityHub};
use crate::reconcile::{self, Answer, Desired, Looked, Observed, Plan, Records, Settings, Target, Times};
use crate::report::{self, Report};
use crate::snapshot::{Collection, Snapshot};

use super::console::Progress;
use super::failure::Failure;
use super::input::{self, Policies};
use super::{Exit, attesting, console, moment, reporting, session};

/// A judged snapshot.
pub(super) struct Judged {
    /// What to say about it.
    pub(super) report: Report,
    observed: Observed,
    desired: Vec<Desired>,
}

/// Makes one pass.
pub(super) async fn run(options: &cli::Run, console: &cli::Console) -> Result<Exit, Failure> {
    let policies = Policies::load_as(&options.policies, options.aws.profile.as_deref())?;
    let attesting = attesting::read(&options.attesting, &options.aws)?;
    if let Some(attesting) = &attesting {
        warn(&attesting.attestors.problems());
    }
    let progress = Progress::new(console);
    let now = moment(options.policies.now);

    let given = match (&options.source.snapshot, options.source.example) {
        (Some(path), _) => Some(input::snapshot(path)?),
        (None, true) => Some(input::example()?),
        (None, false) => None,
    };
    let session = if given.is_none() || options.publish.is_some() {
        progress.say("connecting to AWS");
        Some(session::open(&options.aws).await?)
    } else {
        None
    };
    let scope = match (&given, &session) {
        (Some(snapshot), session) => same_scope(snapshot.scope(), session.as_ref())?,
        (None, Some(session)) => session.scope(),
        (None, None) => return Err(Failure::misuse(anyhow::anyhow!("there is no estate to judge"))),
    };

    // Before anything is read: a pass that cannot be recorded or published is no pass.
    let mut ledger = open_ledger(options, &scope, now)?;
    let hub = match (&session, options.publish) {
        (Some(session), Some(cli::Publish::SecurityHub)) => {
            progress.say("asking Security Hub");
            Some(open_hub(session, &options.aws, &scope, &mut ledger, now).await?)
        }
        _ => None,
    };

    let snapshot = match (given, &session) {
        (Some(snapshot), _) => snapshot,
        (None, Some(session)) => {
            let has_attestors = attesting.is_some();
            let known = ledger.attested().map_err(of_ledger)?;
            let how = collect::Options {
                taken_at: now,
                key: RedactionKey::new(ledger.redaction_key().map_err(of_ledger)?),
                last_accessed: ledger.last_accessed().map_err(of_ledger)?,
                last_accessed_age: options.last_accessed_age,
                attesting: attesting.map(|attesting| attesting.knowing(known)),
            };
            let snapshot = super::snapshot::read(session, &policies.bundles.reads(), &how, &progress).await;
            if let Some(told) = snapshot.collections.get(&Collection::LastAccessed) {
                let is_all = snapshot.coverage.is_complete(Collection::LastAccessed);
                ledger.remember_last_accessed(told, is_all).map_err(of_ledger)?;
            }
            if has_attestors {
                let is_all = snapshot.coverage.is_complete(Collection::UsedImages);
                let lasting = collect::attest::lasting(&snapshot, now);
                ledger.remember_attested(&lasting, is_all).map_err(of_ledger)?;
            }
            snapshot
        }
        (None, None) => return Err(Failure::misuse(anyhow::anyhow!("there is no estate to judge"))),
    };
    let mut judged = judge(&policies, &snapshot, &options.policies, now, &progress);
    judged.desire(&policies, &snapshot)?;
    drop(snapshot);

    progress.say("reconciling");
    let target = if hub.is_some() { Target::SecurityHub } else { Target::Ledger };
    let recorded = ledger.recorded().map_err(of_ledger)?;
    let silence = ledger.silence().map_err(of_ledger)?;
    judged.desired = silence.keep(judged.desired, &recorded);
    let plan = make_plan(&judged, &recorded, &scope, now, target, options.heartbeat)?;
    judged.report.plan = Some(reporting::plan(&plan, &recorded));
    let pass = ledger.begin(now, &judged.report.bundles).map_err(of_ledger)?;
    ledger.intend(pass, &plan).map_err(of_ledger)?;
    let silence = silence.after(&judged.report.verdicts, &recorded, &judged.observed);
    ledger.remember(&silence).map_err(of_ledger)?;
    if let Some(hub) = &hub {
        progress.say(format!("publishing {} findings", plan.writes().count()));
        judged.report.writes = Some(publish(hub, &plan, &mut ledger, pass).await?);
    }
    if let Some(session) = &session {
        judged.report.calls = calls(session, hub.as_ref());
    }
    close(&mut ledger, pass, options, &judged.report)?;
    judged.write_findings(&options.report, &ledger.recorded().map_err(of_ledger)?, now)?;
    drop(progress);
    reporting::deliver(&judged.report, &options.report)
}

/// Says what is wrong with attestors, which does not keep a pass from being made: SG05 finds them.
fn warn(problems: &[Diagnostic]) {
    for problem in problems {
        console::complain(&format!("warning: {problem}\n"));
    }
}

/// Judges a snapshot.
pub(super) fn judge(
    policies: &Policies,
    snapshot: &Snapshot,
    options: &cli::Policies,
    now: Timestamp,
    progress: &Progress,
) -> Judged {
    progress.say(format!("judging with {} controls", policies.bundles.controls().len()));
    let threads = available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let engine = policy::Options { threads, time_limit: options.control_timeout };
    let judgement = policy::judge(&policies.bundles, snapshot, &policies.exceptions, now, &engine);
    let observed = observed(policies, &judgement);
    let report = reporting::report(&policies.bundles, snapshot, judgement);
    Judged { report, observed, desired: Vec::new() }
}

impl Judged {
    /// Says what should be on record about the snapshot.
    pub(super) fn desire(&mut self, policies: &Policies, snapshot: &Snapshot) -> Result<(), Failure> {
        let (controls, verdicts) = (policies.bundles.controls(), &self.report.verdicts);
        let findings = reconcile::findings(verdicts, controls, &policies.exceptions, snapshot);
        self.desired = Format::new(snapshot.scope()).desired(findings).map_err(Failure::failed)?;
        Ok(())
    }

    /// Puts the findings into the report when a report asks for them, with the times that they have on record.
    pub(super) fn write_findings(
        &mut self,
        options: &cli::Report,
        recorded: &Records,
        now: Timestamp,
    ) -> Result<(), Failure> {
        if !options.asks_for(cli::Format::Asff) {
            return Ok(());
        }
        let mut format = Format::new(self.report.scope.clone());
        for desired in &self.desired {
            let known = recorded.get(&desired.finding.id);
            let times =
                known.map_or(Times { created_at: now, first_observed_at: now, updated_at: now }, |known| {
                    Times {
                        created_at: known.created_at,
                        first_observed_at: known.first_observed_at,
                        updated_at: known.current.updated_at,
                    }
                });
            let finding = format.finding(&desired.finding, times).map_err(Failure::failed)?;
            self.report.findings.push(finding);
        }
        Ok(())
    }
}

/// In which part of the estate the absence of a finding means something.
fn observed(policies: &Policies, judgement: &Judgement) -> Observed {
    let whole = policies.bundles.bundles().iter().filter(|bundle| bundle.whole);
    let looked = policies.bundles.controls().iter().map(|control| {
        let error = judgement.errors.iter().find(|error| error.control == control.id);
        let hidden = judgement.hidden.iter().find(|hidden| hidden.control == control.id);
        Looked {
            control: Arc::clone(control),
            evaluated: error.map_or(Ok(()), |error| Err(error.message.clone())),
            listed: hidden.map_or(Ok(()), |hidden| Err(hidden.reason.clone())),
        }
    });
    Observed::new(whole.map(|bundle| bundle.id.name.as_str()), looked, &judgement.verdicts)
}

/// Makes the plan, and has it checked by somebody else.
fn make_plan(
    judged: &Judged,
    recorded: &Records,
    scope: &Scope,
    now: Timestamp,
    target: Target,
    heartbeat_days: u16,
) -> Result<Plan, Failure> {
    let heartbeat = SignedDuration::from_hours(24 * i64::from(heartbeat_days));
    let settings = Settings { target, heartbeat };
    let plan = reconcile::plan(&judged.desired, recorded, &judged.observed, scope, now, settings);
    reconcile::verify(&plan, &judged.desired, recorded, &judged.observed, scope).map_err(|breaches| {
        let breaches = breaches.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        Failure::failed(anyhow::anyhow!("the plan breaks an invariant and was not carried out: {breaches}"))
            .with_help("this is a mistake in tidewaiter; nothing was changed")
    })?;
    Ok(plan)
}

/// A snapshot can be published only where it was taken.
fn same_scope(scope: Scope, session: Option<&Session>) -> Result<Scope, Failure> {
    match session.map(Session::scope) {
        Some(here) if here != scope => {
            let message = format!(
                "the snapshot is of {}, but the credentials are for {}",
                reporting::place(&scope),
                reporting::place(&here)
            );
            Err(Failure::misuse(anyhow::anyhow!(message)).with_help(
                "publish with credentials and --region of the account and Region that the snapshot is of",
            ))
        }
        _ => Ok(scope),
    }
}

fn open_ledger(options: &cli::Run, scope: &Scope, now: Timestamp) -> Result<Ledger, Failure> {
    Ledger::open(&options.ledger, scope, now).map_err(|error| {
        let help = error.help();
        let exit = match &error {
            ledger::Error::Locked { .. } | ledger::Error::Busy { .. } => Exit::Failed,
            _ => Exit::Misused,
        };
        with_help(Failure::of(exit, error), help)
    })
}

fn of_ledger(error: ledger::Error) -> Failure {
    let help = error.help();
    with_help(Failure::failed(error), help)
}

fn with_help(failure: Failure, help: Option<&'static str>) -> Failure {
    match help {
        Some(help) => failure.with_help(help),
        None => failure,
    }
}

/// Checks that the hub is on, and takes over what it has when the ledger has never seen it.
async fn open_hub(
    session: &Session,
    options: &cli::Aws,
    scope: &Scope,
    ledger: &mut Ledger,
    now: Timestamp,
) -> Result<SecurityHub, Failure> {
    let settings = publish::Settings { attempts: options.attempts, ..publish::Settings::default() };
    let hub = SecurityHub::new(session.config(), scope.clone(), settings.times(options.rate));
    hub.check().await.map_err(of_hub)?;
    if ledger.bootstrapped_at().map_err(of_ledger)?.is_none() {
        let published = hub.read().await.map_err(of_hub)?;
        ledger.adopt(&published, now).map_err(of_ledger)?;
    }
    Ok(hub)
}

fn of_hub(error: publish::Error) -> Failure {
    let help = error.help();
    let failure = Failure::failed(error);
    match help {
        Some(help) => failure.with_help(help),
        None => failure,
    }
}

/// Carries the plan out. Each outcome is on record before the next batch's is looked at; what was not sent because nothing
/// more could be is refused, for the same reason.
async fn publish(
    hub: &SecurityHub,
    plan: &Plan,
    ledger: &mut Ledger,
    pass: PassId,
) -> Result<report::Writes, Failure> {
    let mut writes = report::Writes::default();
    let mut settled = BTreeSet::new();
    let executed = hub
        .execute(plan, |outcomes| {
            for outcome in outcomes {
                settled.insert(outcome.id.clone());
                match &outcome.answer {
                    Answer::Accepted => writes.sent += 1,
                    Answer::Refused(refusal) | Answer::Missing(refusal) => {
                        writes.failed.push(report::Refused {
                            finding: outcome.id.clone(),
                            code: refusal.code.clone(),
                            message: refusal.message.clone(),
                        })
                    }
                }
            }
            ledger.settle(pass, outcomes)
        })
        .await;
    match executed {
        Ok(_) => {}
        Err(
            error @ (publish::Error::Unrecorded(_)
            | publish::Error::Scope { .. }
            | publish::Error::Unwritable(_)),
        ) => {
            return Err(of_hub(error));
        }
        Err(error) => {
            let unsent = plan.writes().filter(|entry| !settled.contains(&entry.id));
            writes.failed.extend(unsent.map(|entry| report::Refused {
                finding: entry.id.clone(),
                code: error.code().to_owned(),
                message: error.to_string(),
            }));
        }
    }
    writes.failed.sort_by(|one, other| one.finding.cmp(&other.finding));
    Ok(writes)
}

/// Calls by operation, those to Security Hub included.
fn calls(session: &Session, hub: Option<&SecurityHub>) -> BTreeMap<String, report::Calls> {
    let published = hub.map(SecurityHub::calls).unwrap_or_default();
    let published = published.into_iter().map(|(operation, calls)| {
        (format!("securityhub:{operation}"), report::Calls { calls, ..report::Calls::default() })
    });
    session
        .calls()
        .into_iter()
        .map(|(operation, count)| {
            let calls = report::Calls { calls: count.calls, retries: count.retries, errors: count.errors };
            (operation.to_owned(), calls)
        })
        .chain(published)
        .collect()
}

/// Records how the pass ended.
fn close(ledger: &mut Ledger, pass: PassId, options: &cli::Run, report: &Report) -> Result<(), Failure> {
    let outcome = if report.is_complete() { PassOutcome::Complete } else { PassOutcome::Partial };
    let counts = Counts::of(report.verdicts.iter().map(|verdict| verdict.outcome.kind()));
    ledger.finish(pass, moment(options.policies.now), outcome, &counts).map_err(of_ledger)
}
