//! The ledger as a pass uses it, and files that are no ledger.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use serde_json::value::RawValue;
use tempfile::TempDir;

use super::*;
use crate::attest::{self, Examined, Known};
use crate::domain::{
    AccountId, Compliance, FindingId, Outcome, Partition, RecordState, Region, Scope, VerdictKind, Violation,
};
use crate::reconcile::testing::{control, finding, scope};
use crate::reconcile::{
    Answer, ContentDigest, Desired, Looked, Observed, Plan, Refusal, Settings, Target, WriteOutcome,
    default_heartbeat, plan,
};
use crate::snapshot::Members;

fn noon() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn later(hours: i64) -> Timestamp {
    noon() + SignedDuration::from_hours(hours)
}

fn here() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ledger.db");
    (directory, path)
}

fn open(path: &Path) -> Ledger {
    Ledger::open(path, &scope(), noon()).unwrap()
}

fn elsewhere() -> Scope {
    Scope {
        partition: Partition::new("aws").unwrap(),
        account: AccountId::new("999999999999").unwrap(),
        region: Region::new("us-east-1").unwrap(),
    }
}

fn failed(message: &str) -> Outcome {
    Outcome::Failed(vec![Violation { message: message.to_owned(), evidence: serde_json::Value::Null }])
}

/// The plan for services of one control, all of them seen.
fn plan_for(ledger: &Ledger, services: &[(&str, Outcome)], now: Timestamp, target: Target) -> Plan {
    let control = control("SV01", "aws-baseline");
    let desired = services.iter().map(|(service, outcome)| {
        let finding = finding(&control, service, outcome.clone());
        let digest = ContentDigest::of(format!("{:?}", finding.violations).as_bytes());
        Desired { finding: finding.into(), digest }
    });
    let looked = Looked { control: control.clone(), evaluated: Ok(()), listed: Ok(()) };
    let observed = Observed::new(["aws-baseline"], [looked], &[]);
    let settings = Settings { target, heartbeat: default_heartbeat() };
    let recorded = ledger.recorded().unwrap();
    plan(&desired.collect::<Vec<_>>(), &recorded, &observed, ledger.scope(), now, settings)
}

fn accepted(plan: &Plan) -> Vec<WriteOutcome> {
    plan.writes().map(|entry| WriteOutcome { id: entry.id.clone(), answer: Answer::Accepted }).collect()
}

fn id(service: &str) -> FindingId {
    FindingId::of(&control("SV01", "aws-baseline").id, service)
}

#[test]
fn a_new_ledger_has_a_key_of_its_own_and_keeps_it() {
    let ((_keep, path), (_other, second)) = (here(), here());
    let key = open(&path).redaction_key().unwrap();
    assert_eq!(open(&path).redaction_key().unwrap(), key);
    assert_ne!(open(&second).redaction_key().unwrap(), key);
    assert_ne!(key, [0; 32]);
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_a_ledger() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_keep, path) = here();
    open(&path);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_published_plan_is_on_record_and_the_next_plan_is_empty() {
    let (_keep, path) = here();
    let mut ledger = open(&path);
    let pass = ledger.begin(noon(), &[control("SV01", "aws-baseline").bundle.clone()]).unwrap();
    let services = [("arn:a", failed("it fails")), ("arn:b", Outcome::Passed)];
    let first = plan_for(&ledger, &services, noon(), Target::SecurityHub);
    ledger.intend(pass, &first).unwrap();
    ledger.settle(pass, &accepted(&first)).unwrap();
    let counts = Counts::of([VerdictKind::Failed, VerdictKind::Passed]);
    ledger.finish(pass, later(1), PassOutcome::Complete, &counts).unwrap();

    let recorded = ledger.recorded().unwrap();
    let a = &recorded[&id("arn:a")];
    assert_eq!(
        (a.created_at, a.current.compliance, a.description.as_str()),
        (noon(), Compliance::Failed, "it fails")
    );
    assert_eq!((a.sent.as_ref(), a.unsettled), (Some(&a.current), false));
    let again = plan_for(&ledger, &services, later(2), Target::SecurityHub);
    assert!(again.is_empty());
    assert_eq!(again.n_unchanged, 2);

    let previous = ledger.previous_pass().unwrap().unwrap();
    assert_eq!((previous.outcome, previous.counts), (Some(PassOutcome::Complete), counts));
    assert_eq!(previous.plan.created, 2);
    assert_eq!(previous.bundles, r#"[{"digest":"sha256:00","name":"aws-baseline","revision":"0.1.0"}]"#);
}

#[test]
fn a_killed_pass_keeps_creation_times_and_sends_again() {
    let (_keep, path) = here();
    let mut ledger = open(&path);
    let pass = ledger.begin(noon(), &[]).unwrap();
    let services = [("arn:a", failed("it fails")), ("arn:b", Outcome::Passed)];
    let first = plan_for(&ledger, &services, noon(), Target::SecurityHub);
    ledger.intend(pass, &first).unwrap();
    ledger.settle(pass, &accepted(&first)[..1]).unwrap();
    drop(ledger);

    let mut ledger = open(&path);
    assert_eq!(ledger.previous_pass().unwrap(), None, "a pass that was killed did not end");
    let second = plan_for(&ledger, &services, later(1), Target::SecurityHub);
    let entries = second.writes().collect::<Vec<_>>();
    assert_eq!(entries.len(), 1);
    let times = entries[0].step.times().unwrap();
    assert_eq!((times.created_at, times.updated_at), (noon(), later(1)));
    let pass = ledger.begin(later(1), &[]).unwrap();
    ledger.intend(pass, &second).unwrap();
    ledger.settle(pass, &accepted(&second)).unwrap();
    assert!(plan_for(&ledger, &services, later(2), Target::SecurityHub).is_empty());
    assert!(ledger.changes(pass).unwrap().is_empty(), "sending again is no change of status");
}

#[test]
fn a_refused_write_is_remembered_and_tried_again() {
    let (_keep, path) = here();
    let mut ledger = open(&path);
    let pass = ledger.begin(noon(), &[]).unwrap();
    let services = [("arn:a", failed("it fails"))];
    let first = plan_for(&ledger, &services, noon(), Target::SecurityHub);
    ledger.intend(pass, &first).unwrap();
    let refusal = Refusal { code: "InvalidInput".to_owned(), message: "too blue".to_owned() };
    let answer = Answer::Refused(refusal);
    ledger.settle(pass, &[WriteOutcome { id: id("arn:a"), answer }]).unwrap();
    assert_eq!(ledger.reader().refused(&scope()).unwrap()[&id("arn:a")], "InvalidInput: too blue");
    assert_eq!(ledger.reader().passes(&scope(), 1).unwrap()[0].plan.refused, 1);
    let second = plan_for(&ledger, &services, later(1), Target::SecurityHub);
    assert!(matches!(second.entries[0].step, crate::reconcile::Step::Create(_)));
    ledger.intend(pass, &second).unwrap();
    ledger.settle(pass, &accepted(&second)).unwrap();
    assert!(ledger.reader().refused(&scope()).unwrap().is_empty());
}

#[test]
fn history_tells_each_change_of_status() {
    let (_keep, path) = here();
    let mut ledger = open(&path);
    let worlds: [&[(&str, Outcome)]; 4] = [
        &[("arn:a", failed("one way"))],
        &[("arn:a", failed("another way"))],
        &[("arn:a", Outcome::Passed)],
        &[],
    ];
    let mut passes = Vec::new();
    for (hours, world) in (0..).zip(worlds) {
        let pass = ledger.begin(later(hours), &[]).unwrap();
        let made = plan_for(&ledger, world, later(hours), Target::Ledger);
        ledger.intend(pass, &made).unwrap();
        ledger.finish(pass, later(hours), PassOutcome::Complete, &Counts::default()).unwrap();
        passes.push(pass);
    }
    let history = ledger.reader().history(&scope(), &id("arn:a")).unwrap();
    let told = history
        .iter()
        .map(|change| (change.pass, change.to.0.as_str(), change.to.1.as_str(), change.why.as_str()))
        .collect::<Vec<_>>();
    assert_eq!(
        told,
        [
            (passes[0], "FAILED", "ACTIVE", "it is new"),
            (passes[2], "PASSED", "ACTIVE", "FAILED → PASSED"),
            (passes[3], "PASSED", "ARCHIVED", "the resource no longer exists"),
        ]
    );
    assert_eq!(history[0].from, None);
    assert_eq!(history[2].from, Some((Compliance::Passed, RecordState::Active)));
    assert_eq!(ledger.changes(passes[1]).unwrap(), []);
}

#[test]
fn a_held_finding_says_why_until_it_is_confirmed() {
    let (_keep, path) = here();
    let mut ledger = open(&path);
    let unknown = Outcome::Unknown(vec!["ecs:DescribeServices was throttled".to_owned()]);
    for (hours, outcome, held) in [
        (0, failed("it fails"), None),
        (1, unknown, Some("evidence is missing: ecs:DescribeServices was throttled")),
        (2, failed("it fails"), None),
    ] {
        let pass = ledger.begin(later(hours), &[]).unwrap();
        let made = plan_for(&ledger, &[("arn:a", outcome)], later(hours), Target::Ledger);
        ledger.intend(pass, &made).unwrap();
        let all = ledger.reader().held(&scope()).unwrap();
        assert_eq!(all.get(&id("arn:a")).map(String::as_str), held);
    }
}

#[test]
fn scopes_in_one_file_never_touch_each_other() {
    let (_keep, path) = here();
    let (mut here, mut there) = (open(&path), Ledger::open(&path, &elsewhere(), noon()).unwrap());
    let services = [("arn:a", Outcome::Passed)];
    let (first, second) = (here.begin(noon(), &[]).unwrap(), there.begin(noon(), &[]).unwrap());
    let ours = plan_for(&here, &services, noon(), Target::Ledger);
    here.intend(first, &ours).unwrap();
    let theirs = plan_for(&there, &services, later(5), Target::Ledger);
    there.intend(second, &theirs).unwrap();
    there.adopt(&[], later(6)).unwrap();
    assert_eq!(here.recorded().unwrap()[&id("arn:a")].created_at, noon());
    assert_eq!(there.recorded().unwrap()[&id("arn:a")].created_at, later(5));
    assert_eq!((here.bootstrapped_at().unwrap(), there.bootstrapped_at().unwrap()), (None, Some(later(6))));
    assert_eq!(here.reader().scopes().unwrap(), [scope(), elsewhere()]);
    assert!(matches!(there.intend(second, &ours), Err(Error::Scope { .. })));
}

#[test]
fn what_security_hub_has_is_taken_over() {
    let (_keep, path) = here();
    let services = [("arn:a", failed("it fails")), ("arn:b", Outcome::Passed)];
    let mut ledger = open(&path);
    let pass = ledger.begin(noon(), &[]).unwrap();
    let first = plan_for(&ledger, &services, noon(), Target::SecurityHub);
    ledger.intend(pass, &first).unwrap();
    ledger.settle(pass, &accepted(&first)).unwrap();
    let published = ledger.recorded().unwrap().into_values().collect::<Vec<_>>();

    let (_keep, other) = here();
    let mut restored = open(&other);
    assert_eq!(restored.bootstrapped_at().unwrap(), None);
    restored.adopt(&published, later(1)).unwrap();
    assert_eq!(restored.recorded().unwrap().into_values().collect::<Vec<_>>(), published);
    assert!(plan_for(&restored, &services, later(2), Target::SecurityHub).is_empty());

    // A finding that Security Hub has lost is sent again, with the time of its creation.
    ledger.adopt(&published[..1], later(3)).unwrap();
    let repair = plan_for(&ledger, &services, later(4), Target::SecurityHub);
    let repaired = repair.writes().map(|entry| entry.step.times().unwrap().created_at).collect::<Vec<_>>();
    assert_eq!(repaired, [noon()]);
}

#[test]
fn a_second_pass_is_told_who_holds_the_ledger() {
    let (keep, path) = here();
    let first = open(&path);
    let error = Ledger::open(&path, &scope(), later(1)).unwrap_err();
    let told = error.to_string();
    assert!(
        told.contains("is in use by process") && told.contains(&std::process::id().to_string()),
        "{told}"
    );
    assert!(told.contains("since 2026-11-22T12:00:00Z"), "{told}");
    assert!(error.help().unwrap().contains("wait"));
    assert!(Reader::open(&path).is_ok(), "reading needs no lock");
    drop(first);
    open(&path);
    let left =
        std::fs::read_dir(keep.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
    assert_eq!(left, ["ledger.db"]);
}

#[test]
fn the_lock_of_a_pass_that_died_is_nobodys() {
    let (keep, path) = here();
    let lock = keep.path().join("ledger.db.111122223333.eu-central-1.lock");
    std::fs::write(&lock, "process 1 since 1970-01-01T00:00:00Z").unwrap();
    open(&path);
}

#[test]
fn a_file_that_is_no_ledger_is_refused_and_left_alone() {
    let (_keep, path) = here();
    let text = "to be or not to be, that is the question\n".repeat(200);
    std::fs::write(&path, &text).unwrap();
    let error = Ledger::open(&path, &scope(), noon()).unwrap_err();
    assert!(matches!(error, Error::Damaged { .. }), "{error:?}");
    assert!(error.help().unwrap().contains("move the file away"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);

    let (_keep, path) = here();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    let error = Ledger::open(&path, &scope(), noon()).unwrap_err();
    assert!(matches!(error, Error::Foreign { .. }), "{error:?}");
}

#[test]
fn a_damaged_ledger_is_refused() {
    let (_keep, path) = here();
    let mut ledger = open(&path);
    let pass = ledger.begin(noon(), &[]).unwrap();
    let services = (0..200).map(|n| format!("arn:{n}")).collect::<Vec<_>>();
    let services = services.iter().map(|name| (name.as_str(), Outcome::Passed)).collect::<Vec<_>>();
    let made = plan_for(&ledger, &services, noon(), Target::Ledger);
    ledger.intend(pass, &made).unwrap();
    drop(ledger);
    let mut bytes = std::fs::read(&path).unwrap();
    let length = bytes.len();
    bytes[4096 * 2..length - 4096].fill(0x5a);
    std::fs::write(&path, &bytes).unwrap();
    let error = Ledger::open(&path, &scope(), noon()).unwrap_err();
    assert!(matches!(error, Error::Damaged { .. }), "{error:?}");
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    bytes.truncate(length / 2);
    std::fs::write(&path, &bytes).unwrap();
    assert!(matches!(Ledger::open(&path, &scope(), noon()).unwrap_err(), Error::Damaged { .. }));
}

#[test]
fn a_ledger_of_a_newer_version_is_refused() {
    let (_keep, path) = here();
    open(&path);
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let error = Ledger::open(&path, &scope(), noon()).unwrap_err();
    assert!(
        error.to_string().contains("schema version 99, and this program knows versions up to 3"),
        "{error}"
    );
    assert!(matches!(Reader::open(&path).unwrap_err(), Error::Newer { .. }));
}

#[test]
fn a_ledger_of_an_older_version_is_brought_up_to_date() {
    let (_keep, path) = here();
    open(&path).begin(noon(), &[]).unwrap();
    let old = Connection::open(&path).unwrap();
    old.execute_batch("DROP TABLE attested; DROP TABLE last_accessed; PRAGMA user_version = 1").unwrap();
    drop(old);
    let ledger = open(&path);
    assert!(ledger.last_accessed().unwrap().is_empty());
    assert_eq!(ledger.reader().passes(&scope(), 10).unwrap().len(), 1);
}

#[test]
fn what_principals_used_is_remembered_until_they_are_gone() {
    let (_keep, path) = here();
    let told = |texts: &[(&str, &str)]| {
        let told = texts.iter().map(|(principal, details)| {
            ((*principal).to_owned(), RawValue::from_string((*details).to_owned()).unwrap())
        });
        told.collect::<Members>()
    };
    let known = |ledger: &Ledger| {
        let known = ledger.last_accessed().unwrap();
        known.iter().map(|(principal, details)| format!("{principal} {}", details.get())).collect::<Vec<_>>()
    };
    let mut ledger = open(&path);
    ledger.remember_last_accessed(&told(&[("a", "1"), ("b", "2")]), true).unwrap();
    ledger.remember_last_accessed(&told(&[("b", "3")]), false).unwrap();
    assert_eq!(known(&ledger), ["a 1", "b 3"], "the pass did not learn of everybody");
    ledger.remember_last_accessed(&told(&[("b", "3")]), true).unwrap();
    assert_eq!(known(&ledger), ["b 3"]);
    drop(ledger);
    let other = Ledger::open(&path, &elsewhere(), noon()).unwrap();
    assert_eq!(known(&other), [""; 0]);
    drop(other);
    let odd = Connection::open(&path).unwrap();
    odd.execute("UPDATE last_accessed SET details = '{'", []).unwrap();
    assert_eq!(known(&open(&path)), [""; 0]);
}

#[test]
fn what_attestors_verified_is_remembered_while_images_are_used() {
    let (_keep, path) = here();
    let said = |names: &[&str]| {
        let said = names.iter().map(|name| {
            let examined = Examined { answer: attest::Answer::Verified, ..Examined::default() };
            (((*name).to_owned(), "attestor".to_owned()), examined)
        });
        said.collect::<Known>()
    };
    let mut ledger = open(&path);
    ledger.remember_attested(&said(&["a", "b"]), true).unwrap();
    ledger.remember_attested(&said(&["b", "c"]), false).unwrap();
    assert_eq!(ledger.attested().unwrap(), said(&["a", "b", "c"]), "the pass did not see every image");
    ledger.remember_attested(&said(&["b"]), true).unwrap();
    assert_eq!(ledger.attested().unwrap(), said(&["b"]));
    drop(ledger);
    let other = Ledger::open(&path, &elsewhere(), noon()).unwrap();
    assert_eq!(other.attested().unwrap(), Known::new());
    drop(other);
    Connection::open(&path).unwrap().execute("UPDATE attested SET examined = '{'", []).unwrap();
    assert_eq!(open(&path).attested().unwrap(), Known::new());
}

#[test]
fn a_row_that_nobody_could_have_written_is_named() {
    let (_keep, path) = here();
    let mut ledger = open(&path);
    let pass = ledger.begin(noon(), &[]).unwrap();
    let made = plan_for(&ledger, &[("arn:a", Outcome::Passed)], noon(), Target::Ledger);
    ledger.intend(pass, &made).unwrap();
    Connection::open(&path).unwrap().execute("UPDATE findings SET compliance = 'GREEN'", []).unwrap();
    let error = ledger.recorded().unwrap_err();
    assert!(
        error.to_string().ends_with("`findings` that cannot be understood: `compliance` is `GREEN`"),
        "{error}"
    );
}

#[test]
fn a_ledger_where_nothing_can_be_written_is_refused() {
    let (keep, _) = here();
    let nowhere = keep.path().join("missing").join("ledger.db");
    let error = Ledger::open(&nowhere, &scope(), noon()).unwrap_err();
    assert!(error.help().unwrap().contains("directory must exist"), "{error}");
    let error = Ledger::open(keep.path(), &scope(), noon()).unwrap_err();
    assert!(matches!(error, Error::Open { .. }), "{error:?}");
    assert!(matches!(Reader::open(&nowhere).unwrap_err(), Error::Missing { .. }));
}

/// Root writes to read-only files, so that this is seen as a user without rights.
#[test]
fn a_read_only_ledger_is_refused_before_anything_is_done() {
    let (_keep, path) = here();
    open(&path);
    let connection = Connection::open_with_flags(&path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let source = connection.execute("DELETE FROM findings", []).unwrap_err();
    assert!(matches!(Error::of(&path, source), Error::ReadOnly { .. }));
}

#[test]
fn a_reader_writes_nothing() {
    let (_keep, path) = here();
    open(&path);
    let reader = Reader::open(&path).unwrap();
    assert!(reader.connection.execute("DELETE FROM findings", []).is_err());
    assert!(reader.recorded(&scope()).unwrap().is_empty());
}

#[test]
fn any_client_can_read_a_ledger_while_a_pass_runs() {
    let (_keep, path) = here();
    let mut ledger = open(&path);
    ledger.begin(noon(), &[]).unwrap();
    // The schema is part of the program's interface: queries of users stand on these names.
    let client = Connection::open(&path).unwrap();
    let columns = client
        .prepare("SELECT group_concat(name) FROM pragma_table_info('findings')")
        .unwrap()
        .query_row([], |row| row.get::<_, String>(0))
        .unwrap();
    assert_eq!(
        columns,
        "account,region,id,bundle,control,collection,resource,title,description,severity,compliance,record_state,\
         created_at,first_observed_at,updated_at,digest,held,sent_compliance,sent_record_state,sent_updated_at,\
         sent_digest,unsettled,refused"
    );
    let started =
        client.query_row("SELECT started_at FROM passes", [], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(started, "2026-11-22T12:00:00.000Z");
}

/// A process of its own, killed while it holds the lock: the operating system releases it.
#[cfg(unix)]
#[test]
fn a_crash_releases_the_lock() {
    let (keep, path) = here();
    open(&path);
    let lock = keep.path().join("ledger.db.111122223333.eu-central-1.lock");
    std::fs::write(&lock, "").unwrap();
    // flock(1) takes the same kind of lock as `File::try_lock`; its child ends with our end of the pipe.
    let mut command = Command::new("flock");
    command.arg("--close").arg(&lock).args(["sh", "-c", "echo held; exec cat"]);
    let Ok(mut holder) = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn() else { return };
    let mut said = [0; 4];
    std::io::Read::read_exact(holder.stdout.as_mut().unwrap(), &mut said).unwrap();
    assert!(matches!(Ledger::open(&path, &scope(), noon()), Err(Error::Locked { .. })));
    holder.kill().unwrap();
    holder.wait().unwrap();
    open(&path);
}
