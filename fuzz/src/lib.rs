//! What holds whatever bytes somebody hands in: the bodies of the fuzz targets, and of the test that replays their corpora.
//!
//! Only public functions of the rooms are called, in the order in which commands call them. A panic is a failure here even
//! where the program would catch it.

mod notation;
mod sigstore;

use std::collections::BTreeMap;
use std::io::Write;
use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use tidewaiter::access::{self, Answer, Context, Decision, Estate};
use tidewaiter::diagnostic::{Code, Diagnostic};
use tidewaiter::domain::ControlId;
use tidewaiter::policy::{self, Bundles, ControlErrorKind, Limits, Source, Tree};
use tidewaiter::registry::manifest::{LIMIT_ENTRIES, MEDIA_TYPES, Parsed};
use tidewaiter::registry::{self, DockerConfig, Oci, Place, wire};
use tidewaiter::snapshot::Snapshot;

pub use self::notation::notation;
pub use self::sigstore::sigstore;

/// What messages call the bundle.
const NAME: &str = "fuzzed.tar.gz";

/// The policy that [`metadata`] is about.
const POLICY: &str = "controls/fuzzed/it/it.rego";

/// The manifest beside it.
const MANIFEST: &[u8] =
    br#"{"revision": "1", "roots": ["tidewaiter/controls/fuzzed"], "metadata": {"name": "fuzzed"}}"#;

/// What the line begins with that names the next file, where a bundle is written as text.
const FILE: &[u8] = b"=== ";

/// The controls that judge a snapshot: joins in both directions, and texts of all kinds.
const CONTROLS: [&str; 3] = ["SV03", "TD17", "TK04"];

/// Limits that some kilobytes can reach.
fn limits() -> Limits {
    Limits {
        files: 50,
        file_bytes: 64 << 10,
        bundle_bytes: 1 << 20,
        archive_bytes: 128 << 10,
        archive_entries: 100,
        ..Limits::default()
    }
}

/// The bytes are a control's policy: it is a control, or each problem has its place in it.
pub fn metadata(policy: &[u8]) {
    let files = [(b".manifest".as_slice(), MANIFEST), (POLICY.as_bytes(), policy)];
    let Ok(tree) = Tree::of_archive(NAME, &packed(&files), &Limits::default()) else { return };
    match Bundles::load(&[Source::Loaded(Arc::new(tree))], None, &Limits::default()) {
        Ok(bundles) => {
            let [control] = bundles.all_controls() else { panic!("a bundle of one policy is one control") };
            assert!(control.title.chars().count() <= 120 && !control.title.contains('\n'), "{control:?}");
            assert!(!control.title.trim().is_empty() && !control.description.trim().is_empty());
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            let text = String::from_utf8_lossy(policy);
            for problem in &problems {
                is_told(problem);
                is_inside(problem, &text);
            }
        }
    }
}

/// The bytes are a bundle's archive, or the text of its files: what is read of it is clean and stays within the limits, and
/// it is loaded or refused with reasons.
pub fn bundle(bytes: &[u8]) {
    let limits = limits();
    let archive = if is_archive(bytes) { bytes.to_vec() } else { packed(&sections(bytes)) };
    let tree = match Tree::of_archive(NAME, &archive, &limits) {
        Ok(tree) => tree,
        Err(problems) => return are_told(&problems),
    };
    let files = tree.files().collect::<Vec<_>>();
    files.iter().for_each(|(path, _)| is_clean(path));
    let sizes = files.iter().map(|(_, size)| u64::try_from(*size).unwrap_or(u64::MAX)).collect::<Vec<_>>();
    assert!(sizes.len() <= limits.files && sizes.iter().all(|size| *size <= limits.file_bytes));
    assert!(sizes.iter().sum::<u64>() <= limits.bundle_bytes);
    let written = tree.to_archive().expect("what came out of an archive goes into one");
    let again = Tree::of_archive(NAME, &written, &Limits::default()).expect("what was written is read");
    assert!(again == tree && again.digest() == tree.digest(), "{files:?}");
    tree.check_for_opa().iter().for_each(is_told);
    match Bundles::load(&[Source::Loaded(Arc::new(tree))], None, &limits) {
        Ok(bundles) => assert_eq!(bundles.bundles().len(), 1),
        Err(problems) => are_told(&problems),
    }
}

/// The bytes are a snapshot: what is read is written and read again as the same, and can be judged.
pub fn snapshot(bytes: &[u8]) {
    static BUNDLES: LazyLock<Bundles> = LazyLock::new(|| {
        let built_in = Bundles::load(&[Source::Builtin], None, &Limits::default());
        let ids = CONTROLS.map(|id| ControlId::new(id).expect("it is an id"));
        built_in.expect("the built-in bundles load").select(&ids).expect("they have these controls")
    });
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(snapshot) = Snapshot::from_json(text) else { return };
    let written = json(&snapshot);
    let again = Snapshot::from_json(&written).expect("what was written is read");
    assert_eq!(json(&again), written);
    let options = policy::Options { threads: NonZeroUsize::MIN, time_limit: Duration::from_secs(5) };
    let judgement = policy::judge(&BUNDLES, &snapshot, &[], snapshot.taken_at, &options);
    for error in &judgement.errors {
        assert_eq!(error.kind, ControlErrorKind::Evaluation, "{error:?}");
    }
}

/// The bytes are a policy, of a role and of its boundary: what it allows is told, in a size that it bounds, twice the same,
/// and what a decision allows is among it.
pub fn access(policy: &[u8]) {
    const ROLE: &str = "arn:aws:iam::111122223333:role/fuzzed";
    const BOUNDARY: &str = "arn:aws:iam::111122223333:policy/fuzzed";
    let Ok(document) = serde_json::from_slice::<serde_json::Value>(policy) else { return };
    let raw = |value: &serde_json::Value| serde_json::value::to_raw_value(value).expect("it is JSON");
    let role = serde_json::json!({
        "RoleName": "fuzzed",
        "RolePolicyList": [{"PolicyName": "fuzzed", "PolicyDocument": document}],
        "PermissionsBoundary": {"PermissionsBoundaryArn": BOUNDARY},
    });
    let boundary =
        serde_json::json!({"PolicyVersionList": [{"IsDefaultVersion": true, "Document": document}]});
    let none = BTreeMap::new();
    let roles = BTreeMap::from([(ROLE.to_owned(), raw(&role))]);
    let policies = BTreeMap::from([(BOUNDARY.to_owned(), raw(&boundary))]);
    let sources = access::Sources { groups: &none, policies: &policies, roles: &roles, users: &none };
    let tell = || {
        let mut estate = Estate::new(sources);
        let principal = estate.principal(ROLE).expect("the role is there");
        let told = estate.access(&principal);
        (principal, serde_json::to_string(&told).expect("it is JSON"), told)
    };
    let (principal, text, told) = tell();
    assert_eq!(tell().1, text);
    assert!(text.len() < 32 << 20, "{} bytes", text.len());
    for name in ["ecs:RunTask", "ecs:ListClusters"] {
        let (_, action) = access::reference().action(name).expect("the reference has it");
        let resources = ["arn:aws:ecs:eu-west-1:111122223333:task-definition/web:1".to_owned()];
        let Decision { answer, path } = access::decide(&principal, action, &resources, &Context::complete());
        assert!(!path.is_empty());
        let is_told = told
            .actions
            .get(name)
            .is_some_and(|granted| !granted.grants.is_empty() || !granted.unknown.is_empty());
        assert!(answer != Answer::Allowed || is_told || !told.unknown.is_empty(), "{name}: {path:?}");
    }
}

/// The bytes are whatever a registry or a token service answers, or a file of Docker's: what is read of them is within limits
/// and is read in one way only, and a message quotes nothing of them.
pub fn registry(bytes: &[u8]) {
    let read = MEDIA_TYPES.map(|media_type| Parsed::read(media_type, bytes));
    for parsed in read.iter().flatten() {
        let entries = match parsed {
            Parsed::Image(image) => &image.layers,
            Parsed::Index(index) => &index.manifests,
        };
        assert!(entries.len() <= LIMIT_ENTRIES, "{} entries", entries.len());
    }
    // Docker's and OCI's differ in what they are called, which the bytes may say or not.
    let [image, index, docker_image, docker_list] = read.map(|it| it.is_ok());
    assert!(!(image || docker_image) || !(index || docker_list), "it is an image and an index");
    if let Some(codes) = wire::error_codes(bytes) {
        let _ = wire::is_absence(&codes);
    }
    if let Some((token, _)) = wire::token(bytes) {
        assert!(!token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()), "{token:?}");
    }
    let config = DockerConfig::read(bytes);
    let found = ["docker.io", "r.example", "127.0.0.1:5000"].map(|host| match &config {
        Ok(config) => config.credentials(host, "team/app").map(|_| ()),
        Err(why) => Err(why.clone()),
    });
    for why in found.into_iter().filter_map(Result::err) {
        assert!(!why.is_empty() && why.len() < 300 && !why.contains(char::is_control), "{why:?}");
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let lines = text.lines().collect::<Vec<_>>();
    let _ = wire::challenge(&lines);
    let _ = wire::is_pull_only(text);
    if let Ok(Some(next)) = wire::next_page(&lines) {
        assert!(lines.iter().any(|line| line.contains(&next)), "{next:?}");
    }
    for line in lines {
        let _ = Place::of_host(line);
        let _ = Oci::new(line, line, None, registry::Limits::default());
        let _ = Oci::new("r.example", line, None, registry::Limits::default());
    }
}

/// Whether bytes are taken for an archive rather than for the text of files.
pub fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// The names and contents of files that are written one after the other, each after a line with its name.
fn sections(text: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut sections = Vec::new();
    let (mut name, mut begin, mut at) = (None, 0, 0);
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let end = at + line.len();
        if let Some(next) = line.strip_prefix(FILE) {
            sections.extend(name.map(|name| (name, text.get(begin..at).unwrap_or_default())));
            (name, begin) = (Some(next.strip_suffix(b"\n").unwrap_or(next)), end);
        }
        at = end;
    }
    sections.extend(name.map(|name| (name, text.get(begin..).unwrap_or_default())));
    sections
}

/// Files as an archive; their names are cut to what a header holds, and may be anything else.
fn packed(files: &[(&[u8], &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::none()));
    for (name, content) in files {
        let mut header = tar::Header::new_ustar();
        let field = &mut header.as_old_mut().name;
        field.iter_mut().zip(*name).for_each(|(to, from)| *to = *from);
        header.set_size(u64::try_from(content.len()).unwrap_or(u64::MAX));
        header.set_mode(0o644);
        header.set_cksum();
        archive.append(&header, *content).expect("memory can be written to");
    }
    let mut encoder = archive.into_inner().expect("memory can be written to");
    encoder.flush().expect("memory can be written to");
    encoder.finish().expect("memory can be written to")
}

fn json(snapshot: &Snapshot) -> String {
    let mut written = Vec::new();
    snapshot.to_json(&mut written).expect("memory can be written to");
    String::from_utf8(written).expect("JSON is UTF-8")
}

/// A path leads to a file below the bundle's own directory, whatever the system.
#[track_caller]
fn is_clean(path: &str) {
    assert!(!path.chars().any(|character| character.is_control() || character == '\\'), "{path:?}");
    let is_part = |part: &str| !part.is_empty() && (!part.starts_with('.') || path == ".manifest");
    assert!(path.split('/').all(is_part), "{path:?}");
}

#[track_caller]
fn are_told(problems: &[Diagnostic]) {
    assert!(!problems.is_empty(), "it is refused without a reason");
    problems.iter().for_each(is_told);
}

/// A problem names the bundle and says something, in a line of its own that a terminal only shows; the words of a panic that
/// was caught would name no bundle.
#[track_caller]
fn is_told(problem: &Diagnostic) {
    assert!(problem.file.starts_with(NAME), "{problem:?}");
    let texts = [Some(&problem.message), problem.help.as_ref()].into_iter().flatten();
    for text in texts {
        assert!(!text.trim().is_empty() && !text.contains(char::is_control), "{problem:?}");
        assert!(text.len() < 100_000, "{} bytes: {:.1000}", text.len(), text);
    }
}

/// A problem's place is a place in the text; problems of METADATA always have one.
#[track_caller]
fn is_inside(problem: &Diagnostic, text: &str) {
    let is_of_metadata = matches!(problem.code, Code::Metadata | Code::UnknownKey);
    let (Some(line), Some(column)) = (problem.line, problem.column) else {
        return assert!(!is_of_metadata || problem.line.is_some(), "{problem:?}");
    };
    let lines = text.split('\n').collect::<Vec<_>>();
    let shown = line.checked_sub(1).and_then(|index| lines.get(index));
    let shown = shown.unwrap_or_else(|| panic!("a text of {} lines: {problem:?}", lines.len()));
    if is_of_metadata {
        assert!((1..=shown.chars().count() + 1).contains(&column), "{shown:?}: {problem:?}");
    }
}
