//! Which resources a control was known not to judge.

use std::collections::BTreeSet;

use rusqlite::params;

use super::{Error, Ledger};
use crate::domain::FindingId;

impl Ledger {
    /// Ids of findings that are not, because their control did not judge their resource when it was last seen.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn exempt(&self) -> Result<BTreeSet<FindingId>, Error> {
        let query = "SELECT * FROM exempt WHERE account = ?1 AND region = ?2";
        let scope = self.scope();
        let ids = self.reader().rows(
            "exempt",
            query,
            params![scope.account.as_str(), scope.region.as_str()],
            |cells| cells.parse("id", FindingId::parse),
        )?;
        Ok(ids.into_iter().collect())
    }

    /// Remembers these ids instead of those before.
    ///
    /// # Errors
    ///
    /// When the file cannot be written; those before are still remembered then.
    pub fn remember_exempt(&mut self, exempt: &BTreeSet<FindingId>) -> Result<(), Error> {
        if self.exempt()? == *exempt {
            return Ok(());
        }
        self.within(|transaction, scope| {
            let (account, region) = (scope.account.as_str(), scope.region.as_str());
            transaction
                .execute("DELETE FROM exempt WHERE account = ?1 AND region = ?2", params![account, region])?;
            let mut insert =
                transaction.prepare("INSERT INTO exempt (account, region, id) VALUES (?1, ?2, ?3)")?;
            for id in exempt {
                insert.execute(params![account, region, id.as_str()])?;
            }
            Ok(())
        })
    }
}
