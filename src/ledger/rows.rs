//! Rows ↔ values.

use std::path::Path;
use std::str::FromStr as _;

use jiff::Timestamp;
use rusqlite::types::FromSql;
use rusqlite::{Row, Statement, Transaction, named_params, params};

use super::Error;
use crate::domain::{Compliance, FindingId, RecordState, Scope, Severity};
use crate::reconcile::{ContentDigest, Generator, Recorded, State, Step, description};
use crate::snapshot::Collection;

/// A time as the ledger writes it: RFC 3339, UTC, milliseconds.
pub(super) fn written(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// A row and where it came from, so that what cannot be understood can be named.
pub(super) struct Cells<'a> {
    pub(super) path: &'a Path,
    pub(super) table: &'static str,
    pub(super) row: &'a Row<'a>,
}

impl Cells<'_> {
    /// A column as SQLite has it.
    pub(super) fn get<T: FromSql>(&self, column: &'static str) -> Result<T, Error> {
        self.row.get(column).map_err(|source| match source {
            rusqlite::Error::InvalidColumnType(_, _, kind) => self.odd(column, kind.to_string()),
            source => Error::of(self.path, source),
        })
    }

    /// A text column as a value of the domain.
    pub(super) fn parse<T>(
        &self,
        column: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, Error> {
        let text = self.get::<String>(column)?;
        read(&text).ok_or_else(|| self.odd(column, text))
    }

    /// The same for a column that may be null.
    pub(super) fn parse_optional<T>(
        &self,
        column: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        let Some(text) = self.get::<Option<String>>(column)? else { return Ok(None) };
        read(&text).map(Some).ok_or_else(|| self.odd(column, text))
    }

    /// A time.
    pub(super) fn time(&self, column: &'static str) -> Result<Timestamp, Error> {
        self.parse(column, |text| text.parse().ok())
    }

    /// A time that may be null.
    pub(super) fn time_optional(&self, column: &'static str) -> Result<Option<Timestamp>, Error> {
        self.parse_optional(column, |text| text.parse().ok())
    }

    /// A count.
    pub(super) fn count(&self, column: &'static str) -> Result<u64, Error> {
        let number = self.get::<i64>(column)?;
        u64::try_from(number).map_err(|_| self.odd(column, number.to_string()))
    }

    fn odd(&self, column: &'static str, value: String) -> Error {
        Error::Row { path: self.path.to_owned(), table: self.table, column, value }
    }

    /// A row of `findings`.
    pub(super) fn recorded(&self) -> Result<Recorded, Error> {
        let bundle = self.get::<String>("bundle")?;
        let generator = self.parse("control", |control| {
            Generator::parse(&format!("{}{bundle}/{control}", FindingId::PREFIX))
        })?;
        let sent = match self.parse_optional("sent_compliance", Compliance::parse)? {
            None => None,
            Some(compliance) => Some(State {
                compliance,
                record_state: self.parse("sent_record_state", RecordState::parse)?,
                updated_at: self.time("sent_updated_at")?,
                digest: ContentDigest::stored(self.get::<String>("sent_digest")?),
            }),
        };
        Ok(Recorded {
            id: self.parse("id", FindingId::parse)?,
            generator,
            collection: self.get::<Option<String>>("collection")?.as_deref().and_then(Collection::from_path),
            resource: self.get("resource")?,
            title: self.get("title")?,
            description: self.get("description")?,
            severity: self.parse("severity", |text| Severity::from_str(text).ok())?,
            created_at: self.time("created_at")?,
            first_observed_at: self.time("first_observed_at")?,
            current: State {
                compliance: self.parse("compliance", Compliance::parse)?,
                record_state: self.parse("record_state", RecordState::parse)?,
                updated_at: self.time("updated_at")?,
                digest: ContentDigest::stored(self.get::<String>("digest")?),
            },
            sent,
            unsettled: self.get("unsettled")?,
        })
    }
}

/// Puts a finding in; [`insert_finding`] fills the parameters.
pub(super) const INSERT_FINDING: &str = "INSERT INTO findings (account, region, id, bundle, control, collection,
     resource, title, description, severity, compliance, record_state, created_at, first_observed_at, updated_at, digest)
     VALUES (:account, :region, :id, :bundle, :control, :collection,
     :resource, :title, :description, :severity, :compliance, :record_state, :created_at, :first_observed_at,
     :updated_at, :digest)";

/// Runs a statement that begins with [`INSERT_FINDING`].
pub(super) fn insert_finding(
    statement: &mut Statement<'_>,
    scope: &Scope,
    recorded: &Recorded,
) -> rusqlite::Result<()> {
    let State { compliance, record_state, updated_at, digest } = &recorded.current;
    statement.execute(named_params! {
        ":account": scope.account.as_str(),
        ":region": scope.region.as_str(),
        ":id": recorded.id.as_str(),
        ":bundle": recorded.generator.bundle(),
        ":control": recorded.generator.control().as_str(),
        ":collection": recorded.collection.map(Collection::path),
        ":resource": recorded.resource,
        ":title": recorded.title,
        ":description": recorded.description,
        ":severity": recorded.severity.as_str(),
        ":compliance": compliance.as_str(),
        ":record_state": record_state.as_str(),
        ":created_at": written(recorded.created_at),
        ":first_observed_at": written(recorded.first_observed_at),
        ":updated_at": written(*updated_at),
        ":digest": digest.as_str(),
    })?;
    Ok(())
}

/// Notes what Security Hub has of a finding.
pub(super) fn mark_sent(
    transaction: &Transaction<'_>,
    scope: &Scope,
    finding_id: &FindingId,
    sent: &State,
) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare_cached(
        "UPDATE findings SET sent_compliance = ?4, sent_record_state = ?5, sent_updated_at = ?6, sent_digest = ?7
         WHERE account = ?1 AND region = ?2 AND id = ?3",
    )?;
    statement.execute(params![
        scope.account.as_str(),
        scope.region.as_str(),
        finding_id.as_str(),
        sent.compliance.as_str(),
        sent.record_state.as_str(),
        written(sent.updated_at),
        sent.digest.as_str(),
    ])?;
    Ok(())
}

/// The finding as a step of a plan leaves it; `None` when the step leaves it alone.
pub(super) fn planned(finding_id: &FindingId, step: &Step) -> Option<Recorded> {
    match step {
        Step::Create(write) | Step::Update { write, .. } => Some(Recorded {
            id: finding_id.clone(),
            generator: Generator::of(&write.finding.control),
            collection: Some(write.finding.collection),
            resource: write.finding.resource.clone(),
            title: write.finding.control.title.clone(),
            description: description(&write.finding),
            severity: write.finding.severity,
            created_at: write.times.created_at,
            first_observed_at: write.times.first_observed_at,
            current: State {
                compliance: write.finding.compliance,
                record_state: RecordState::Active,
                updated_at: write.times.updated_at,
                digest: write.digest.clone(),
            },
            sent: None,
            unsettled: false,
        }),
        Step::Archive { recorded, times, .. } => {
            let mut recorded = Recorded::clone(recorded);
            recorded.current.record_state = RecordState::Archived;
            recorded.current.updated_at = times.updated_at;
            Some(recorded)
        }
        Step::Hold(_) => None,
    }
}
