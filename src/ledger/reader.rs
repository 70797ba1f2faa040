//! Reading a ledger.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Params, params};

use super::rows::Cells;
use super::{Change, Counts, Error, Pass, PassId, PassOutcome, PlanCounts, schema};
use crate::domain::{AccountId, Compliance, FindingId, Partition, RecordState, Region, Scope, VerdictKind};
use crate::reconcile::{Recorded, Records};

/// A ledger that is only read. No lock is taken: it can be read while a pass runs.
#[derive(Debug)]
pub struct Reader {
    pub(super) path: PathBuf,
    pub(super) connection: Connection,
}

impl Reader {
    /// Opens a ledger that exists.
    ///
    /// # Errors
    ///
    /// [`Error`] says what the file is instead.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Ok(Self { path: path.to_owned(), connection: schema::open_to_read(path)? })
    }

    /// The accounts and Regions that the file has findings or passes of, sorted.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn scopes(&self) -> Result<Vec<Scope>, Error> {
        let query = "SELECT * FROM scopes ORDER BY account, region";
        self.rows("scopes", query, [], |cells| {
            Ok(Scope {
                partition: cells.parse("partition", |text| Partition::new(text).ok())?,
                account: cells.parse("account", |text| AccountId::new(text).ok())?,
                region: cells.parse("region", |text| Region::new(text).ok())?,
            })
        })
    }

    /// Every finding of a scope, archived ones included.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or holds a row that cannot be understood.
    pub fn recorded(&self, scope: &Scope) -> Result<Records, Error> {
        let query = "SELECT * FROM findings WHERE account = ?1 AND region = ?2";
        let findings =
            self.rows("findings", query, params![scope.account.as_str(), scope.region.as_str()], |cells| {
                cells.recorded()
            })?;
        Ok(findings.into_iter().map(|finding| (finding.id.clone(), finding)).collect())
    }

    /// One finding.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or the row cannot be understood.
    pub fn finding(&self, scope: &Scope, finding_id: &FindingId) -> Result<Option<Recorded>, Error> {
        let query = "SELECT * FROM findings WHERE account = ?1 AND region = ?2 AND id = ?3";
        let parameters = params![scope.account.as_str(), scope.region.as_str(), finding_id.as_str()];
        Ok(self.rows("findings", query, parameters, |cells| cells.recorded())?.pop())
    }

    /// Why findings could not be confirmed by the last pass that met them, by id; only those that it held.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn held(&self, scope: &Scope) -> Result<BTreeMap<FindingId, String>, Error> {
        self.texts(scope, "held")
    }

    /// What Security Hub said to the last write of findings that it refused, by id.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn refused(&self, scope: &Scope) -> Result<BTreeMap<FindingId, String>, Error> {
        self.texts(scope, "refused")
    }

    /// The passes of a scope, newest first.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn passes(&self, scope: &Scope, limit: usize) -> Result<Vec<Pass>, Error> {
        let query = "SELECT * FROM passes WHERE account = ?1 AND region = ?2 ORDER BY pass DESC LIMIT ?3";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.rows("passes", query, params![scope.account.as_str(), scope.region.as_str(), limit], |cells| {
            let mut counts = BTreeMap::new();
            for kind in VerdictKind::ALL {
                counts.insert(kind, cells.count(kind.as_str())?);
            }
            counts.retain(|_, count| *count > 0);
            Ok(Pass {
                id: PassId(cells.get("pass")?),
                started_at: cells.time("started_at")?,
                finished_at: cells.time_optional("finished_at")?,
                outcome: cells.parse_optional("outcome", PassOutcome::parse)?,
                bundles: cells.get("bundles")?,
                counts: Counts(counts),
                plan: PlanCounts {
                    created: cells.count("created")?,
                    updated: cells.count("updated")?,
                    archived: cells.count("archived")?,
                    held: cells.count("held")?,
                    unchanged: cells.count("unchanged")?,
                    refused: cells.count("refused")?,
                },
            })
        })
    }

    /// What a pass changed, sorted by finding.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn changes(&self, pass: PassId) -> Result<Vec<Change>, Error> {
        self.history_where("pass = ?1 ORDER BY id", params![pass.0])
    }

    /// What became of one finding, oldest change first.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn history(&self, scope: &Scope, finding_id: &FindingId) -> Result<Vec<Change>, Error> {
        self.history_where(
            "account = ?1 AND region = ?2 AND id = ?3 ORDER BY pass",
            params![scope.account.as_str(), scope.region.as_str(), finding_id.as_str()],
        )
    }

    /// When a scope's findings were last read back from Security Hub.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn bootstrapped_at(&self, scope: &Scope) -> Result<Option<Timestamp>, Error> {
        let query = "SELECT bootstrapped_at FROM scopes WHERE account = ?1 AND region = ?2";
        let times =
            self.rows("scopes", query, params![scope.account.as_str(), scope.region.as_str()], |cells| {
                cells.time_optional("bootstrapped_at")
            })?;
        Ok(times.into_iter().next().flatten())
    }

    /// The key under which secrets are hashed, so that equal secrets can be told without knowing them.
    pub(super) fn redaction_key(&self) -> Result<[u8; 32], Error> {
        let odd = || Error::Row {
            path: self.path.clone(),
            table: "meta",
            column: "value",
            value: "not a key of 32 bytes".to_owned(),
        };
        self.connection
            .query_row("SELECT value FROM meta WHERE key = 'redaction_key'", [], |row| {
                row.get::<_, [u8; 32]>(0)
            })
            .optional()
            .map_err(|source| match source {
                rusqlite::Error::FromSqlConversionFailure(..) | rusqlite::Error::InvalidColumnType(..) => {
                    odd()
                }
                source => Error::of(&self.path, source),
            })?
            .ok_or_else(odd)
    }

    fn history_where(&self, condition: &str, parameters: impl Params) -> Result<Vec<Change>, Error> {
        let query = format!("SELECT * FROM history WHERE {condition}");
        self.rows("history", &query, parameters, |cells| {
            let from = match cells.parse_optional("from_compliance", Compliance::parse)? {
                None => None,
                Some(compliance) => Some((compliance, cells.parse("from_record_state", RecordState::parse)?)),
            };
            Ok(Change {
                pass: PassId(cells.get("pass")?),
                id: cells.parse("id", FindingId::parse)?,
                at: cells.time("at")?,
                from,
                to: (
                    cells.parse("to_compliance", Compliance::parse)?,
                    cells.parse("to_record_state", RecordState::parse)?,
                ),
                why: cells.get("why")?,
            })
        })
    }

    fn texts(&self, scope: &Scope, column: &'static str) -> Result<BTreeMap<FindingId, String>, Error> {
        let query = format!(
            "SELECT id, {column} FROM findings WHERE account = ?1 AND region = ?2 AND {column} IS NOT NULL"
        );
        let parameters = params![scope.account.as_str(), scope.region.as_str()];
        let texts = self.rows("findings", &query, parameters, |cells| {
            Ok((cells.parse("id", FindingId::parse)?, cells.get(column)?))
        })?;
        Ok(texts.into_iter().collect())
    }

    pub(super) fn rows<T>(
        &self,
        table: &'static str,
        query: &str,
        parameters: impl Params,
        read: impl Fn(&Cells<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let failed = |source| Error::of(&self.path, source);
        let mut statement = self.connection.prepare(query).map_err(failed)?;
        let mut rows = statement.query(parameters).map_err(failed)?;
        let mut values = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            values.push(read(&Cells { path: &self.path, table, row })?);
        }
        Ok(values)
    }
}
