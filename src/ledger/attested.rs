//! What attestors said of images, where it holds for good.

use std::collections::BTreeMap;

use rusqlite::params;

use super::{Error, Ledger};
use crate::attest::{Examined, Known};

impl Ledger {
    /// What is remembered, by digest of the image and fingerprint of the attestor. A row that is not understood is as good as
    /// none.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn attested(&self) -> Result<Known, Error> {
        let query = "SELECT * FROM attested WHERE account = ?1 AND region = ?2";
        let scope = self.scope();
        let parameters = params![scope.account.as_str(), scope.region.as_str()];
        let rows = self.reader().rows("attested", query, parameters, |cells| {
            let key = (cells.get::<String>("digest")?, cells.get::<String>("attestor")?);
            Ok((key, serde_json::from_str::<Examined>(&cells.get::<String>("examined")?).ok()))
        })?;
        Ok(rows.into_iter().filter_map(|(key, examined)| Some((key, examined?))).collect())
    }

    /// Remembers what was said in this pass; when that is all there is, nothing else.
    ///
    /// # Errors
    ///
    /// When the file cannot be written; what was remembered before still is then.
    pub fn remember_attested(&mut self, said: &Known, is_all: bool) -> Result<(), Error> {
        let known = self.attested()?;
        let mut news = BTreeMap::new();
        for (key, examined) in said.iter().filter(|(key, examined)| known.get(*key) != Some(*examined)) {
            // Maps with text for keys are always written.
            news.insert(key, serde_json::to_string(examined).unwrap_or_default());
        }
        let gone = known.keys().filter(|key| is_all && !said.contains_key(*key)).collect::<Vec<_>>();
        if news.is_empty() && gone.is_empty() {
            return Ok(());
        }
        self.within(|transaction, scope| {
            let (account, region) = (scope.account.as_str(), scope.region.as_str());
            let mut delete = transaction.prepare(
                "DELETE FROM attested WHERE account = ?1 AND region = ?2 AND digest = ?3 AND attestor = ?4",
            )?;
            for (digest, attestor) in gone {
                delete.execute(params![account, region, digest, attestor])?;
            }
            let mut insert = transaction.prepare(
                "INSERT OR REPLACE INTO attested (account, region, digest, attestor, examined)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?;
            for ((digest, attestor), examined) in &news {
                insert.execute(params![account, region, digest, attestor, examined])?;
            }
            Ok(())
        })
    }
}
