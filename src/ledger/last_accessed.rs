//! What IAM said about what principals have used.

use rusqlite::params;
use serde_json::value::RawValue;

use super::{Error, Ledger};
use crate::snapshot::Members;

impl Ledger {
    /// What is remembered, by principal. A row that is no JSON is as good as none.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn last_accessed(&self) -> Result<Members, Error> {
        let query = "SELECT * FROM last_accessed WHERE account = ?1 AND region = ?2";
        let scope = self.scope();
        let parameters = params![scope.account.as_str(), scope.region.as_str()];
        let rows = self.reader().rows("last_accessed", query, parameters, |cells| {
            Ok((cells.get::<String>("principal")?, RawValue::from_string(cells.get("details")?)))
        })?;
        Ok(rows.into_iter().filter_map(|(principal, details)| Some((principal, details.ok()?))).collect())
    }

    /// Remembers what was told in this pass; when that is all there is, nothing else.
    ///
    /// # Errors
    ///
    /// When the file cannot be written; what was remembered before still is then.
    pub fn remember_last_accessed(&mut self, told: &Members, is_all: bool) -> Result<(), Error> {
        let known = self.last_accessed()?;
        let is_news = |principal: &str, details: &RawValue| {
            known.get(principal).is_none_or(|known| known.get() != details.get())
        };
        let news = told.iter().filter(|(principal, details)| is_news(principal, details)).collect::<Vec<_>>();
        let gone = known.keys().filter(|principal| is_all && !told.contains_key(*principal));
        let gone = gone.collect::<Vec<_>>();
        if news.is_empty() && gone.is_empty() {
            return Ok(());
        }
        self.within(|transaction, scope| {
            let (account, region) = (scope.account.as_str(), scope.region.as_str());
            let mut delete = transaction.prepare(
                "DELETE FROM last_accessed WHERE account = ?1 AND region = ?2 AND principal = ?3",
            )?;
            for principal in gone {
                delete.execute(params![account, region, principal])?;
            }
            let mut insert = transaction.prepare(
                "INSERT OR REPLACE INTO last_accessed (account, region, principal, details) VALUES (?1, ?2, ?3, ?4)",
            )?;
            for (principal, details) in news {
                insert.execute(params![account, region, principal, details.get()])?;
            }
            Ok(())
        })
    }
}
