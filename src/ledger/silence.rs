//! Findings that are not, on purpose.

use rusqlite::params;

use super::{Error, Ledger};
use crate::domain::FindingId;
use crate::reconcile::Silence;

/// The words that stand in the column `why`.
const NOT_APPLICABLE: &str = "not_applicable";
const UNKNOWN: &str = "unknown";

impl Ledger {
    /// Which resources have no finding on purpose.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn silence(&self) -> Result<Silence, Error> {
        let query = "SELECT * FROM silence WHERE account = ?1 AND region = ?2";
        let scope = self.scope();
        let rows = self.reader().rows(
            "silence",
            query,
            params![scope.account.as_str(), scope.region.as_str()],
            |cells| Ok((cells.parse("id", FindingId::parse)?, cells.get::<String>("why")? == UNKNOWN)),
        )?;
        let mut silence = Silence::default();
        for (id, is_unknown) in rows {
            if is_unknown {
                silence.unknown.insert(id)
            } else {
                silence.not_applicable.insert(id)
            };
        }
        Ok(silence)
    }

    /// Remembers this instead of what was remembered before.
    ///
    /// # Errors
    ///
    /// When the file cannot be written; what was remembered before still is then.
    pub fn remember(&mut self, silence: &Silence) -> Result<(), Error> {
        if self.silence()? == *silence {
            return Ok(());
        }
        self.within(|transaction, scope| {
            let (account, region) = (scope.account.as_str(), scope.region.as_str());
            transaction.execute(
                "DELETE FROM silence WHERE account = ?1 AND region = ?2",
                params![account, region],
            )?;
            let mut insert = transaction
                .prepare("INSERT INTO silence (account, region, id, why) VALUES (?1, ?2, ?3, ?4)")?;
            for (ids, why) in [(&silence.not_applicable, NOT_APPLICABLE), (&silence.unknown, UNKNOWN)] {
                for id in ids {
                    insert.execute(params![account, region, id.as_str(), why])?;
                }
            }
            Ok(())
        })
    }
}
