//! Opening the file: what it must be, and what it is made into.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::Error;

/// `twdg`: what tells a ledger from any other SQLite file.
const APPLICATION_ID: i64 = 0x7477_6467;

/// How long another program may keep the file locked: thirty seconds, more than any query of ours takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// What takes the schema from each version to the next. A step is never changed once it was released; a new one is added.
const STEPS: [&str; 3] = [
    // Version 1. SQLite's random numbers are ChaCha20, seeded from the operating system.
    "CREATE TABLE meta (
         key TEXT PRIMARY KEY,
         value BLOB NOT NULL
     ) WITHOUT ROWID;
     INSERT INTO meta VALUES ('redaction_key', randomblob(32));

     CREATE TABLE scopes (
         account TEXT NOT NULL,
         region TEXT NOT NULL,
         partition TEXT NOT NULL,
         bootstrapped_at TEXT,
         PRIMARY KEY (account, region)
     ) WITHOUT ROWID;

     CREATE TABLE passes (
         pass INTEGER PRIMARY KEY AUTOINCREMENT,
         account TEXT NOT NULL,
         region TEXT NOT NULL,
         started_at TEXT NOT NULL,
         finished_at TEXT,
         outcome TEXT CHECK (outcome IN ('complete', 'partial', 'failed')),
         bundles TEXT NOT NULL,
         passed INTEGER NOT NULL DEFAULT 0,
         failed INTEGER NOT NULL DEFAULT 0,
         unknown INTEGER NOT NULL DEFAULT 0,
         excepted INTEGER NOT NULL DEFAULT 0,
         not_applicable INTEGER NOT NULL DEFAULT 0,
         created INTEGER NOT NULL DEFAULT 0,
         updated INTEGER NOT NULL DEFAULT 0,
         archived INTEGER NOT NULL DEFAULT 0,
         held INTEGER NOT NULL DEFAULT 0,
         unchanged INTEGER NOT NULL DEFAULT 0,
         refused INTEGER NOT NULL DEFAULT 0,
         FOREIGN KEY (account, region) REFERENCES scopes
     );
     CREATE INDEX passes_by_scope ON passes (account, region, pass);

     CREATE TABLE findings (
         account TEXT NOT NULL,
         region TEXT NOT NULL,
         id TEXT NOT NULL,
         bundle TEXT NOT NULL,
         control TEXT NOT NULL,
         collection TEXT,
         resource TEXT NOT NULL,
         title TEXT NOT NULL,
         description TEXT NOT NULL,
         severity TEXT NOT NULL,
         compliance TEXT NOT NULL,
         record_state TEXT NOT NULL,
         created_at TEXT NOT NULL,
         first_observed_at TEXT NOT NULL,
         updated_at TEXT NOT NULL,
         digest TEXT NOT NULL,
         held TEXT,
         sent_compliance TEXT,
         sent_record_state TEXT,
         sent_updated_at TEXT,
         sent_digest TEXT,
         unsettled INTEGER NOT NULL DEFAULT 0,
         refused TEXT,
         PRIMARY KEY (account, region, id),
         FOREIGN KEY (account, region) REFERENCES scopes
     ) WITHOUT ROWID;

     CREATE TABLE history (
         pass INTEGER NOT NULL REFERENCES passes,
         account TEXT NOT NULL,
         region TEXT NOT NULL,
         id TEXT NOT NULL,
         at TEXT NOT NULL,
         from_compliance TEXT,
         from_record_state TEXT,
         to_compliance TEXT NOT NULL,
         to_record_state TEXT NOT NULL,
         why TEXT NOT NULL,
         PRIMARY KEY (account, region, id, pass)
     ) WITHOUT ROWID;
     CREATE INDEX history_by_pass ON history (pass);

     CREATE TABLE silence (
         account TEXT NOT NULL,
         region TEXT NOT NULL,
         id TEXT NOT NULL,
         why TEXT NOT NULL CHECK (why IN ('not_applicable', 'unknown')),
         PRIMARY KEY (account, region, id),
         FOREIGN KEY (account, region) REFERENCES scopes
     ) WITHOUT ROWID;",
    // Version 2.
    "CREATE TABLE last_accessed (
         account TEXT NOT NULL,
         region TEXT NOT NULL,
         principal TEXT NOT NULL,
         details TEXT NOT NULL,
         PRIMARY KEY (account, region, principal),
         FOREIGN KEY (account, region) REFERENCES scopes
     ) WITHOUT ROWID;",
    // Version 3.
    "CREATE TABLE attested (
         account TEXT NOT NULL,
         region TEXT NOT NULL,
         digest TEXT NOT NULL,
         attestor TEXT NOT NULL,
         examined TEXT NOT NULL,
         PRIMARY KEY (account, region, digest, attestor),
         FOREIGN KEY (account, region) REFERENCES scopes
     ) WITHOUT ROWID;",
];

/// The version that this program writes.
pub(super) const VERSION: i64 = STEPS.len() as i64;

/// Opens a ledger to write to it; makes it, or brings it up to date, when that is needed.
pub(super) fn open_to_write(path: &Path) -> Result<Connection, Error> {
    let failed = |source| Error::of(path, source);
    make_private(path);
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    // SQLite opens a file that it may not write as a read-only database; say so before a pass has done its work.
    if connection.is_readonly(rusqlite::MAIN_DB).map_err(failed)? {
        return Err(Error::ReadOnly { path: path.to_owned() });
    }
    connection.pragma_update(None, "foreign_keys", true).map_err(failed)?;
    check(&connection, path)?;
    migrate(&mut connection, path)?;
    Ok(connection)
}

/// Opens a ledger to read it. The connection may write, which SQLite needs to roll back what a killed pass left behind, and
/// is then told not to.
pub(super) fn open_to_read(path: &Path) -> Result<Connection, Error> {
    if !path.exists() {
        return Err(Error::Missing { path: path.to_owned() });
    }
    let failed = |source| Error::of(path, source);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    let version = check(&connection, path)?;
    if version == 0 {
        return Err(Error::Foreign { path: path.to_owned() });
    }
    if version < VERSION {
        migrate(&mut connection, path)?;
    }
    connection.pragma_update(None, "query_only", true).map_err(failed)?;
    Ok(connection)
}

/// Makes the file, readable by its owner alone because it holds the redaction key. SQLite takes an empty file as a new
/// database; whatever goes wrong here it will report itself.
fn make_private(path: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let _ = options.open(path);
}

/// Refuses what is not a ledger, is one of tomorrow, or is damaged. Gives the version; 0 for an empty file.
fn check(connection: &Connection, path: &Path) -> Result<i64, Error> {
    let failed = |source| Error::of(path, source);
    let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let application_id = number("application_id").map_err(failed)?;
    let version = number("user_version").map_err(failed)?;
    let n_tables = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))
        .map_err(failed)?;
    if application_id == 0 && version == 0 && n_tables == 0 {
        return Ok(0);
    }
    if application_id != APPLICATION_ID {
        return Err(Error::Foreign { path: path.to_owned() });
    }
    if version > VERSION {
        return Err(Error::Newer { path: path.to_owned(), found: version, known: VERSION });
    }
    let problem =
        connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0)).map_err(failed)?;
    if problem != "ok" {
        return Err(Error::Damaged { path: path.to_owned(), problem });
    }
    Ok(version)
}

/// Takes the schema to [`VERSION`], all steps or none.
fn migrate(connection: &mut Connection, path: &Path) -> Result<(), Error> {
    let failed = |source| Error::of(path, source);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive).map_err(failed)?;
    // Read again behind the lock: another pass may have come first.
    let version =
        transaction.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0)).map_err(failed)?;
    for (step, from) in STEPS.iter().zip(0..) {
        if from >= version {
            transaction.execute_batch(step).map_err(failed)?;
        }
    }
    if version < VERSION {
        transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed)?;
        transaction.pragma_update(None, "user_version", VERSION).map_err(failed)?;
    }
    transaction.commit().map_err(failed)
}
