//! Writing to a ledger: what a pass is about to do, and what came of it.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Transaction, TransactionBehavior, named_params, params};
use serde_json::json;

use super::lock::Lock;
use super::rows::{INSERT_FINDING, insert_finding, mark_sent, planned, written};
use super::{Change, Counts, Error, Pass, PassId, PassOutcome, PlanCounts, Reader, schema};
use crate::domain::{BundleId, Scope, VerdictKind};
use crate::reconcile::{Answer, Entry, Plan, Recorded, Records, Step, Target, WriteOutcome};

/// The ledger of one scope, held by one pass.
#[derive(Debug)]
pub struct Ledger {
    reader: Reader,
    scope: Scope,
    // Released last, after the connection is closed: fields are dropped in their order.
    _lock: Lock,
}

impl Ledger {
    /// Opens the ledger for one pass over one scope, and makes the file when there is none.
    ///
    /// # Errors
    ///
    /// [`Error::Locked`] names the pass that has the same scope open; every other [`Error`] says what the file is instead of
    /// a ledger that can be written. The file is left as it was.
    pub fn open(path: &Path, scope: &Scope, now: Timestamp) -> Result<Self, Error> {
        let lock = Lock::take(path, scope, now)?;
        let connection = schema::open_to_write(path)?;
        let reader = Reader { path: path.to_owned(), connection };
        let query =
            "INSERT INTO scopes (account, region, partition) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
        let Scope { partition, account, region } = scope;
        reader
            .connection
            .execute(query, params![account.as_str(), region.as_str(), partition.as_str()])
            .map_err(|source| Error::of(path, source))?;
        Ok(Self { reader, scope: scope.clone(), _lock: lock })
    }

    /// The whole file, for questions about other scopes and about history.
    #[must_use]
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Whose findings these are.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The key under which secrets are hashed while they are read, so that equal secrets can be told without knowing them.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn redaction_key(&self) -> Result<[u8; 32], Error> {
        self.reader.redaction_key()
    }

    /// Every finding of this scope, archived ones included.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or holds a row that cannot be understood.
    pub fn recorded(&self) -> Result<Records, Error> {
        self.reader.recorded(&self.scope)
    }

    /// When this scope's findings were last read back from Security Hub; `None` asks for it to be done before the first
    /// publishing.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn bootstrapped_at(&self) -> Result<Option<Timestamp>, Error> {
        self.reader.bootstrapped_at(&self.scope)
    }

    /// The last pass over this scope that ended, however it ended; the pass that is running is not one.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn previous_pass(&self) -> Result<Option<Pass>, Error> {
        // More than one that did not end stands at the top only when several were killed in a row.
        let passes = self.reader.passes(&self.scope, 100)?;
        Ok(passes.into_iter().find(|pass| pass.finished_at.is_some()))
    }

    /// Verdicts of the last pass that ended.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn previous_counts(&self) -> Result<Option<Counts>, Error> {
        Ok(self.previous_pass()?.map(|pass| pass.counts))
    }

    /// What a pass changed.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn changes(&self, pass: PassId) -> Result<Vec<Change>, Error> {
        self.reader.changes(pass)
    }

    /// Takes over what Security Hub has: all of it, read completely, because what is not among it counts as never sent.
    ///
    /// Creation times are Security Hub's; a newer time that was tried here stays, so that the next write is newer than both.
    ///
    /// # Errors
    ///
    /// When the file cannot be written; nothing was taken over then.
    pub fn adopt(&mut self, published: &[Recorded], now: Timestamp) -> Result<(), Error> {
        self.within(|transaction, scope| {
            let (account, region) = (scope.account.as_str(), scope.region.as_str());
            transaction.execute(
                "UPDATE findings SET sent_compliance = NULL, sent_record_state = NULL, sent_updated_at = NULL,
                     sent_digest = NULL
                 WHERE account = ?1 AND region = ?2 AND sent_compliance IS NOT NULL",
                params![account, region],
            )?;
            let mut insert = transaction.prepare(&format!(
                "{INSERT_FINDING} ON CONFLICT DO UPDATE SET created_at = excluded.created_at,
                     first_observed_at = excluded.first_observed_at,
                     updated_at = max(updated_at, excluded.updated_at)"
            ))?;
            for finding in published {
                insert_finding(&mut insert, scope, finding)?;
                if let Some(sent) = &finding.sent {
                    mark_sent(transaction, scope, &finding.id, sent)?;
                }
            }
            transaction.execute(
                "UPDATE scopes SET bootstrapped_at = ?3 WHERE account = ?1 AND region = ?2",
                params![account, region, written(now)],
            )?;
            Ok(())
        })
    }

    /// Opens a pass.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn begin(&mut self, now: Timestamp, bundles: &[BundleId]) -> Result<PassId, Error> {
        let bundles = bundles
            .iter()
            .map(|bundle| json!({"name": bundle.name, "revision": bundle.revision, "digest": bundle.digest}))
            .collect::<Vec<_>>();
        let bundles = json!(bundles).to_string();
        self.within(|transaction, scope| {
            transaction.execute(
                "INSERT INTO passes (account, region, started_at, bundles) VALUES (?1, ?2, ?3, ?4)",
                params![scope.account.as_str(), scope.region.as_str(), written(now), bundles],
            )?;
            Ok(PassId(transaction.last_insert_rowid()))
        })
    }

    /// Records what a plan is about to do, before anything is sent: all of it, or nothing.
    ///
    /// A plan for [`crate::reconcile::Target::Ledger`] is carried out by this alone.
    ///
    /// # Errors
    ///
    /// When the plan is for another scope, or the file cannot be written; nothing must be sent then.
    pub fn intend(&mut self, pass: PassId, plan: &Plan) -> Result<(), Error> {
        if plan.scope != self.scope {
            return Err(Error::Scope { ledger: self.scope.clone(), plan: plan.scope.clone() });
        }
        let counts = PlanCounts::of(plan);
        self.within(|transaction, scope| {
            let (account, region) = (scope.account.as_str(), scope.region.as_str());
            transaction.execute(
                "UPDATE findings SET held = NULL WHERE account = ?1 AND region = ?2 AND held IS NOT NULL",
                params![account, region],
            )?;
            let mut hold = transaction
                .prepare("UPDATE findings SET held = ?4 WHERE account = ?1 AND region = ?2 AND id = ?3")?;
            let mut note = transaction.prepare(
                "INSERT INTO history
                 SELECT ?1, account, region, id, ?5, compliance, record_state, ?6, ?7, ?8 FROM findings
                 WHERE account = ?2 AND region = ?3 AND id = ?4 AND (compliance <> ?6 OR record_state <> ?7)",
            )?;
            let mut note_new = transaction.prepare(
                "INSERT INTO history
                 SELECT ?1, ?2, ?3, ?4, ?5, NULL, NULL, ?6, ?7, ?8
                 WHERE NOT EXISTS (SELECT 1 FROM findings WHERE account = ?2 AND region = ?3 AND id = ?4)",
            )?;
            let mut upsert = transaction.prepare(&format!(
                "{INSERT_FINDING} ON CONFLICT DO UPDATE SET bundle = excluded.bundle, control = excluded.control,
                     collection = excluded.collection, resource = excluded.resource, title = excluded.title,
                     description = excluded.description, severity = excluded.severity,
                     compliance = excluded.compliance, record_state = excluded.record_state,
                     updated_at = excluded.updated_at, digest = excluded.digest"
            ))?;
            let mut expect = transaction
                .prepare("UPDATE findings SET unsettled = 1 WHERE account = ?1 AND region = ?2 AND id = ?3")?;
            for Entry { id, step } in &plan.entries {
                let Some(row) = planned(id, step) else {
                    hold.execute(params![account, region, id.as_str(), step.why()])?;
                    continue;
                };
                let (compliance, state) =
                    (row.current.compliance.as_str(), row.current.record_state.as_str());
                let at = written(row.current.updated_at);
                let why = match step {
                    Step::Create(_) => "it is new".to_owned(),
                    step => step.why(),
                };
                let change = params![pass.0, account, region, id.as_str(), at, compliance, state, why];
                note_new.execute(change)?;
                note.execute(change)?;
                insert_finding(&mut upsert, scope, &row)?;
                if plan.target == Target::SecurityHub {
                    expect.execute(params![account, region, id.as_str()])?;
                }
            }
            let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
            transaction.execute(
                "UPDATE passes SET created = ?2, updated = ?3, archived = ?4, held = ?5, unchanged = ?6
                 WHERE pass = ?1",
                params![
                    pass.0,
                    number(counts.created),
                    number(counts.updated),
                    number(counts.archived),
                    number(counts.held),
                    number(counts.unchanged),
                ],
            )?;
            Ok(())
        })
    }

    /// Records what came of some of the writes that were intended: once per batch, as the answers come in.
    ///
    /// # Errors
    ///
    /// When the file cannot be written; the next pass then sends these findings again.
    pub fn settle(&mut self, pass: PassId, outcomes: &[WriteOutcome]) -> Result<(), Error> {
        self.within(|transaction, scope| {
            let (account, region) = (scope.account.as_str(), scope.region.as_str());
            let mut accept = transaction.prepare(
                "UPDATE findings SET sent_compliance = compliance, sent_record_state = record_state,
                     sent_updated_at = updated_at, sent_digest = digest, unsettled = 0,
                     refused = NULL
                 WHERE account = ?1 AND region = ?2 AND id = ?3",
            )?;
            let mut refuse = transaction.prepare(
                "UPDATE findings SET refused = ?4, unsettled = ?5
                 WHERE account = ?1 AND region = ?2 AND id = ?3",
            )?;
            for WriteOutcome { id, answer } in outcomes {
                match answer {
                    Answer::Accepted => accept.execute(params![account, region, id.as_str()])?,
                    Answer::Refused(why) => {
                        refuse.execute(params![account, region, id.as_str(), why.to_string(), false])?
                    }
                    Answer::Missing(why) => {
                        refuse.execute(params![account, region, id.as_str(), why.to_string(), true])?
                    }
                };
            }
            let n_refused = outcomes.iter().filter(|one| one.answer != Answer::Accepted).count();
            transaction.execute(
                "UPDATE passes SET refused = refused + ?2 WHERE pass = ?1",
                params![pass.0, i64::try_from(n_refused).unwrap_or(i64::MAX)],
            )?;
            Ok(())
        })
    }

    /// Closes a pass.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn finish(
        &mut self,
        pass: PassId,
        now: Timestamp,
        outcome: PassOutcome,
        counts: &Counts,
    ) -> Result<(), Error> {
        let number = |kind| i64::try_from(counts.get(kind)).unwrap_or(i64::MAX);
        self.within(|transaction, _| {
            transaction.execute(
                "UPDATE passes SET finished_at = :finished_at, outcome = :outcome, passed = :passed,
                     failed = :failed, unknown = :unknown, excepted = :excepted, not_applicable = :not_applicable
                 WHERE pass = :pass",
                named_params! {
                    ":pass": pass.0,
                    ":finished_at": written(now),
                    ":outcome": outcome.as_str(),
                    ":passed": number(VerdictKind::Passed),
                    ":failed": number(VerdictKind::Failed),
                    ":unknown": number(VerdictKind::Unknown),
                    ":excepted": number(VerdictKind::Excepted),
                    ":not_applicable": number(VerdictKind::NotApplicable),
                },
            )?;
            Ok(())
        })
    }

    /// All of it, or nothing.
    pub(super) fn within<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>, &Scope) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        let Self { reader, scope, .. } = self;
        let failed = |source| Error::of(&reader.path, source);
        let transaction =
            reader.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let value = work(&transaction, scope).map_err(failed)?;
        transaction.commit().map_err(failed)?;
        Ok(value)
    }
}
