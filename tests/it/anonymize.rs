//! Nothing that identified an estate is left in an anonymized document, and the verdicts are the same.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tidewaiter::domain::{Verdict, VerdictKind};
use tidewaiter::policy::{Bundles, Limits, Options, Source, judge};
use tidewaiter::snapshot::{Anonymizer, Snapshot, schema};

use crate::support::emulator::Emulator;
use crate::support::program::{Program, project};
use crate::support::referee::bundle_directories;

/// What stands in every marked text.
const MARK: &str = "zqmark";

fn load(sources: &[Source], params: Option<(&str, &str)>) -> Bundles {
    Bundles::load(sources, params, &Limits::default()).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// Every control, also those that are off by default.
fn every_control(bundles: &Bundles) -> Bundles {
    let ids = bundles.all_controls().iter().map(|control| control.id.clone()).collect::<Vec<_>>();
    bundles.select(&ids).unwrap()
}

fn text_of(snapshot: &Snapshot) -> String {
    let mut text = Vec::new();
    snapshot.to_json(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

fn verdicts(bundles: &Bundles, snapshot: &Snapshot) -> Vec<Verdict> {
    let judgement = judge(bundles, snapshot, &[], Timestamp::UNIX_EPOCH, &Options::default());
    assert_eq!(judgement.errors, []);
    judgement.verdicts
}

/// What a verdict says, apart from names: its kind, and how many violations or reasons there are.
fn said(verdict: &Verdict) -> (VerdictKind, usize) {
    (verdict.outcome.kind(), verdict.outcome.violations().len())
}

/// Compares what two sets of bundles say about a document and its anonymized form, resource by resource.
#[track_caller]
fn assert_same(
    before: (&Bundles, &Snapshot),
    after: (&Bundles, &Snapshot),
    anonymizer: &mut Anonymizer,
    what: &str,
) -> usize {
    let expected = verdicts(before.0, before.1);
    let expected = expected.iter().map(|it| ((it.control.clone(), anonymizer.text(&it.resource)), said(it)));
    let expected = expected.collect::<BTreeMap<_, _>>();
    let found = verdicts(after.0, after.1);
    let found = found.iter().map(|it| ((it.control.clone(), it.resource.clone()), said(it)));
    let found = found.collect::<BTreeMap<_, _>>();
    let differing = expected.iter().filter(|(key, said)| found.get(*key) != Some(said)).take(5);
    let differing = differing.map(|(key, said)| (key, said, found.get(key))).collect::<Vec<_>>();
    assert!(differing.is_empty() && expected.len() == found.len(), "{what}: {differing:#?}");
    expected.len()
}

#[test]
fn an_anonymized_estate_has_the_same_verdicts_resource_by_resource() {
    let bundles = every_control(&load(&[Source::Builtin], None));
    let estate = std::fs::read_to_string(project("examples/estate.json")).unwrap();
    let snapshot = Snapshot::from_json(&estate).unwrap();
    let mut anonymizer = Anonymizer::new(bundles.texts().iter().cloned());
    let anonymous = anonymizer.snapshot(&snapshot).unwrap();
    let n_verdicts =
        assert_same((&bundles, &snapshot), (&bundles, &anonymous), &mut anonymizer, "the estate");
    assert!(n_verdicts > 300);
    let text = text_of(&anonymous);
    for name in
        ["harbor", "storefront", "payments", "cart-api", "111122223333", "10.20.", "203.0.113.24", "preview"]
    {
        assert!(!text.contains(name), "{name}");
    }
    let conforms = jsonschema::validator_for(&schema()).unwrap();
    assert!(conforms.is_valid(&serde_json::from_str(&text).unwrap()));
}

#[test]
fn every_anonymized_example_of_a_control_has_the_verdicts_that_it_had() {
    for path in bundle_directories() {
        let sources = [Source::Directory(path.clone())];
        let defaults = load(&sources, None);
        for control in defaults.all_controls() {
            let folder = control.package.strip_prefix("tidewaiter.").unwrap().replace('.', "/");
            let folder = path.join(folder).join("examples");
            let params = std::fs::read_to_string(folder.join("params.yaml")).ok();
            let with = |params: Option<&str>| {
                let bundles = match params {
                    Some(text) => load(&sources, Some(("params", text))),
                    None => defaults.clone(),
                };
                bundles.select(std::slice::from_ref(&control.id)).unwrap()
            };
            let bundles = with(params.as_deref());
            for entry in std::fs::read_dir(&folder).unwrap() {
                let file = entry.unwrap().path();
                if file.extension().is_none_or(|extension| extension != "json") {
                    continue;
                }
                let snapshot = Snapshot::from_json(&std::fs::read_to_string(&file).unwrap()).unwrap();
                let mut anonymizer = Anonymizer::new(defaults.texts().iter().cloned());
                let anonymous = anonymizer.snapshot(&snapshot).unwrap();
                let renamed = params.as_deref().map(|text| {
                    anonymizer.value(&serde_saphyr::from_str::<Value>(text).unwrap()).to_string()
                });
                let after = with(renamed.as_deref());
                let what = file.display().to_string();
                assert_same((&bundles, &snapshot), (&after, &anonymous), &mut anonymizer, &what);
            }
        }
    }
}

/// Originals of a form that leaves no room for a mark, each of them made once.
#[derive(Default)]
struct Forms {
    made: Vec<String>,
    n: u64,
}

impl Forms {
    /// The next original, of one form after the other.
    fn next(&mut self) -> String {
        self.n += 1;
        let n = self.n;
        let (low, high) = (n % 199 + 51, n / 199 % 199 + 51);
        let (form, needle) = match n % 10 {
            0 => (format!("{}", 680_000_000_000 + n), None),
            1 => (format!("10.{high}.{low}.177"), None),
            2 => (format!("52.{high}.{low}.0/24"), None),
            3 => (format!("2a05:d018:{n:04x}:beef::{low:x}"), None),
            4 => (format!("{n:08x}-beef-4bad-9bad-{n:012x}"), Some(format!("{n:08x}-beef"))),
            5 => (format!("06:be:ef:{:02x}:{:02x}:99", n / 256 % 256, n % 256), None),
            6 => (format!("sha256:{}", format!("{n:08x}").repeat(8)), Some(format!("{n:08x}").repeat(8))),
            7 => (format!("eni-0beef{n:012x}"), Some(format!("0beef{n:012x}"))),
            8 => (format!("2019-03-04T{:02}:{:02}:{:02}.777Z", n / 3600 % 24, n / 60 % 60, n % 60), None),
            _ => (
                format!("ip-10-{high}-{low}-178.eu-central-1.compute.internal"),
                Some(format!("{high}-{low}-178")),
            ),
        };
        self.made.push(needle.unwrap_or_else(|| form.clone()));
        form
    }
}

/// How a text is marked.
#[derive(Debug, Clone, Copy)]
enum Marking {
    Behind,
    Before,
    Within,
    Instead,
}

/// Marks every text and every key of a value; texts of policy documents inside.
fn mark(value: &mut Value, marking: Marking, forms: &mut Forms, n: &mut u64) {
    match value {
        Value::String(text) => {
            *n += 1;
            let middle = text.len() / 2;
            *text = match marking {
                Marking::Behind => format!("{text}-{MARK}{n}"),
                Marking::Before => format!("{MARK}{n}/{text}"),
                Marking::Within if text.is_char_boundary(middle) => {
                    let (start, end) = text.split_at(middle);
                    format!("{start}{}{n}{end}", MARK.to_uppercase())
                }
                Marking::Within => format!("{MARK} {n}"),
                Marking::Instead => forms.next(),
            };
        }
        Value::Array(items) => {
            items.iter_mut().for_each(|item| mark(item, marking, forms, n));
            items.push(json!(format!("{MARK}-{n}@{MARK}.example")));
        }
        Value::Object(members) => {
            members.iter_mut().for_each(|(_, member)| mark(member, marking, forms, n));
            *n += 1;
            let key = match marking {
                Marking::Instead => forms.next(),
                _ => format!("{MARK}Key{n}"),
            };
            members.insert(key, json!(format!("https://{MARK}{n}.example/{MARK}?x={MARK}")));
            let policy = json!({ "Statement": [{ "Action": format!("s3:{MARK}{n}*"), "Principal": MARK }] });
            members.insert("PolicyDocument".to_owned(), json!(policy.to_string()));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Marks a whole document, keys of collections included, and leaves alone what has a fixed form by the schema.
fn marked(estate: &Value, marking: Marking, forms: &mut Forms) -> Value {
    let (mut n, mut document) = (0, Map::new());
    for (name, value) in estate.as_object().unwrap() {
        let mut value = value.clone();
        match name.as_str() {
            "version" | "taken_at" | "region" => {}
            "account" => value["id"] = json!("680000009999"),
            "coverage" => {
                for (_, covered) in value.as_object_mut().unwrap() {
                    covered["gaps"] = json!([{
                        "scope": format!("{MARK}-scope"), "ids": [format!("arn:aws:ecs:x:1:{MARK}/a")],
                        "operation": format!("ecs:{MARK}Services"), "kind": "denied", "code": format!("{MARK}Exception"),
                        "message": MARK, "action": format!("{MARK}:Describe"),
                    }]);
                }
            }
            "usage" | "images" => {
                let entries = value.as_object().unwrap().iter().map(|(key, facts)| {
                    let mut facts = facts.clone();
                    for (_, list) in facts.as_object_mut().unwrap() {
                        for item in list.as_array_mut().into_iter().flatten() {
                            *item = json!(format!("{MARK}:{}", item.as_str().unwrap()));
                        }
                    }
                    (format!("{key}{MARK}"), facts)
                });
                value = Value::Object(entries.collect());
            }
            "accounts" => value = marked_members(&value, marking, forms, &mut n),
            _ => {
                for (_, members) in value.as_object_mut().unwrap() {
                    *members = marked_members(members, marking, forms, &mut n);
                }
            }
        }
        document.insert(name.clone(), value);
    }
    Value::Object(document)
}

fn marked_members(members: &Value, marking: Marking, forms: &mut Forms, n: &mut u64) -> Value {
    let marked = members.as_object().unwrap().iter().map(|(key, body)| {
        let mut body = body.clone();
        mark(&mut body, marking, forms, n);
        (format!("{key}/{MARK}-{n}"), body)
    });
    Value::Object(marked.collect())
}

/// Anonymizes an estate whose every text was marked, in four ways, and looks for what is left.
#[track_caller]
fn assert_nothing_is_left(estate: &Value) {
    let bundles = load(&[Source::Builtin], None);
    for marking in [Marking::Behind, Marking::Before, Marking::Within, Marking::Instead] {
        let mut forms = Forms::default();
        let document = marked(estate, marking, &mut forms);
        let snapshot = Snapshot::from_json(&document.to_string()).unwrap();
        let n_marks = document.to_string().to_lowercase().matches(MARK).count();
        assert!(n_marks > 500, "{marking:?}: {n_marks}");
        let mut anonymizer = Anonymizer::new(bundles.texts().iter().cloned());
        let text = text_of(&anonymizer.snapshot(&snapshot).unwrap()).to_lowercase();
        let around = text.split(MARK).next().filter(|before| before.len() < text.len());
        let around = around.map(|before| before.chars().rev().take(80).collect::<Vec<_>>());
        let around = around.map(|letters| letters.into_iter().rev().collect::<String>());
        assert_eq!(around, None, "{marking:?}");
        let left = forms.made.iter().filter(|form| text.contains(form.as_str())).take(5).collect::<Vec<_>>();
        assert!(left.is_empty(), "{marking:?}: {left:?}");
        assert!(!text.contains("680000009999"));
    }
}

#[test]
fn nothing_is_left_of_a_marked_estate() {
    let estate = std::fs::read_to_string(project("examples/estate.json")).unwrap();
    assert_nothing_is_left(&serde_json::from_str(&estate).unwrap());
}

#[test]
fn nothing_is_left_of_an_estate_that_was_read() {
    let (emulator, names) = Emulator::with_small_estate();
    let program = emulator.program();
    let read = program.run(["snapshot", "--all", "--rate", "1000", "-o", "estate.json"]);
    assert!([0, 3].contains(&read.code), "{}", read.stderr);
    let text = std::fs::read_to_string(program.path("estate.json")).unwrap();
    assert_nothing_is_left(&serde_json::from_str(&text).unwrap());

    let arguments = ["snapshot", "--anonymize", "--snapshot", "estate.json"];
    let anonymous = program.run(arguments);
    assert_eq!(anonymous.code, read.code, "{}", anonymous.stderr);
    assert_eq!(anonymous.stdout, program.run(arguments).stdout, "the same document gives the same bytes");
    assert!(!anonymous.stdout.contains(Emulator::ACCOUNT) && !anonymous.stderr.contains(Emulator::ACCOUNT));
    let mut arns = Vec::new();
    for (_, group) in names.as_object().unwrap() {
        let members = group.as_object().map(|members| members.values().cloned().collect::<Vec<_>>());
        arns.extend(
            members
                .unwrap_or_else(|| vec![group.clone()])
                .iter()
                .filter_map(|it| it.as_str().map(str::to_owned)),
        );
    }
    assert!(arns.len() > 10, "{names}");
    let left = arns.iter().filter(|arn| anonymous.stdout.contains(arn.as_str())).collect::<Vec<_>>();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn an_example_is_anonymized_without_aws_and_without_writing_anything_else() {
    let program = Program::new();
    let estate = project("examples/estate.json");
    let ran = program
        .run(["snapshot", "--anonymize", "--snapshot", estate.to_str().unwrap(), "-o", "out.json"])
        .expect(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
    assert_eq!(std::fs::read_dir(program.path(".")).unwrap().count(), 1);
    program.run(["evaluate", "--snapshot", "out.json"]).expect(0);
    let refused = program.run(["snapshot", "--snapshot", "out.json"]).expect(2);
    assert!(refused.stderr.contains("--anonymize"), "{}", refused.stderr);
}
