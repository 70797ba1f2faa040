//! The built-in bundles keep the promises that bundles make: they load, their tests and examples hold under the engine that
//! judges, and OPA gives the same answers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use tidewaiter::policy::{
    Bundles, ExampleKind, Limits, Options, RawAnswer, Source, TestOutcome, Tree, raw_answers, run_examples,
    run_tests,
};
use tidewaiter::snapshot::Snapshot;

use crate::support::labelled;
use crate::support::program::{Program, project};
use crate::support::referee::{Referee, bundle_directories};

fn each_bundle() -> Vec<(PathBuf, Vec<Source>)> {
    bundle_directories().into_iter().map(|path| (path.clone(), vec![Source::Directory(path)])).collect()
}

fn load(sources: &[Source], params: Option<(&str, &str)>) -> Bundles {
    Bundles::load(sources, params, &Limits::default()).unwrap_or_else(|problems| {
        let problems =
            problems.iter().map(|it| format!("{it}\n    {}", it.help.as_deref().unwrap_or_default()));
        panic!("{}", problems.collect::<Vec<_>>().join("\n"))
    })
}

#[test]
fn the_built_in_bundles_load_together() {
    let bundles = load(&[Source::Builtin], None);
    assert_eq!(bundles.bundles().len(), bundle_directories().len());
    // What the program carries is what stands in the repository.
    for (path, sources) in each_bundle() {
        let on_disk = load(&sources, None);
        let id = &on_disk.bundles()[0].id;
        assert!(
            bundles.bundles().iter().any(|bundle| bundle.id == *id),
            "{} was not built in",
            path.display()
        );
    }
}

#[test]
fn every_gap_in_a_built_in_framework_has_its_reason() {
    let mut silent = Vec::new();
    // Together, and each alone: what another bundle judges is a gap of its own.
    for sources in each_bundle().into_iter().map(|(_, sources)| sources).chain([vec![Source::Builtin]]) {
        for framework in load(&sources, None).frameworks() {
            let gaps =
                framework.requirements.iter().filter(|it| it.controls.is_empty() && it.reason.is_none());
            silent.extend(gaps.map(|gap| format!("{} {}", framework.id, gap.id)));
        }
    }
    assert!(silent.is_empty(), "no control and no reason: {silent:?}");
}

#[test]
fn every_test_of_the_built_in_bundles_passes() {
    for (path, sources) in each_bundle() {
        let results =
            run_tests(&sources, &Limits::default()).unwrap_or_else(|problems| panic!("{problems:#?}"));
        let failed = results.iter().filter(|result| result.outcome != TestOutcome::Passed);
        let failed =
            failed.map(|it| format!("{}:{} {} {:?} {:?}", it.file, it.line, it.name, it.outcome, it.output));
        let failed = failed.collect::<Vec<_>>();
        assert!(failed.is_empty(), "{}", failed.join("\n"));
        assert!(!results.is_empty(), "{} has no tests", path.display());
    }
}

#[test]
fn the_tests_of_the_built_in_bundles_evaluate_the_lines_of_their_policies() {
    let bundles = project("bundles");
    let arguments =
        ["test", bundles.to_str().unwrap(), "--coverage", "--threshold", "95", "--format", "json"];
    let report = Program::new().run(arguments).expect(0).json();
    let files = report["files"].as_object().unwrap();
    assert!(files.len() > 50, "{}", files.len());
    // A policy that no test evaluates must not hide behind those that are.
    for (file, lines) in files {
        assert!(lines["coverage"].as_f64().unwrap() >= 95.0, "{file}: {lines}");
    }
}

#[test]
fn every_example_of_the_built_in_bundles_shows_what_its_name_says() {
    for (_, sources) in each_bundle() {
        let results =
            run_examples(&sources, &Limits::default()).unwrap_or_else(|problems| panic!("{problems:#?}"));
        let wrong = results
            .iter()
            .filter_map(|it| it.problem.as_ref().map(|problem| format!("{}: {problem}", it.file)));
        let wrong = wrong.collect::<Vec<_>>();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[test]
fn every_control_proves_that_it_fires_and_that_it_is_silent() {
    let mut missing = Vec::new();
    for (_, sources) in each_bundle() {
        let bundles = load(&sources, None);
        let tests =
            run_tests(&sources, &Limits::default()).unwrap_or_else(|problems| panic!("{problems:#?}"));
        let examples =
            run_examples(&sources, &Limits::default()).unwrap_or_else(|problems| panic!("{problems:#?}"));
        for control in bundles.all_controls() {
            let test_package = format!("{}_test", control.package);
            for prefix in ["test_denies_", "test_allows_"] {
                let has = |it: &&tidewaiter::policy::TestResult| {
                    it.package == test_package && it.name.starts_with(prefix)
                };
                if tests.iter().find(has).is_none() {
                    missing.push(format!("{} has no test `{prefix}…`", control.package));
                }
            }
            for (kind, name) in [(ExampleKind::Fail, "fail_…"), (ExampleKind::Pass, "pass_…")] {
                if !examples.iter().any(|it| it.package == control.package && it.shows == kind) {
                    missing.push(format!("{} has no example `{name}`", control.package));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn opa_and_the_engine_agree_on_every_example() {
    let (mut different, mut n_documents) = (Vec::new(), 0);
    for (path, sources) in each_bundle() {
        let mut referee = Referee::of(&path);
        let defaults = load(&sources, None);
        for control in defaults.all_controls() {
            let folder = control.package.strip_prefix("tidewaiter.").unwrap().replace('.', "/");
            let folder = path.join(folder).join("examples");
            let text = std::fs::read_to_string(folder.join("params.yaml")).ok();
            let (bundles, params) = match &text {
                Some(text) => {
                    (load(&sources, Some(("params.yaml", text))), serde_saphyr::from_str(text).unwrap())
                }
                None => (defaults.clone(), Value::Null),
            };
            let bundles = bundles.select(std::slice::from_ref(&control.id)).unwrap();
            for document in documents(&folder) {
                n_documents += 1;
                different.extend(compare(&mut referee, &bundles, &document, &params));
            }
        }
        // One document that every control sees.
        let estate = project("examples/estate.json");
        if estate.is_file() {
            let every_control =
                defaults.all_controls().iter().map(|control| control.id.clone()).collect::<Vec<_>>();
            let bundles = defaults.select(&every_control).unwrap();
            different.extend(compare(&mut referee, &bundles, &estate, &Value::Null));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
    assert!(n_documents > 0, "there is nothing to compare");
}

#[test]
fn opa_and_the_engine_agree_on_the_bundles_together() {
    let directory = tempfile::tempdir().unwrap();
    let names = bundle_directories();
    let names = names.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect::<Vec<_>>();
    // Policies of one bundle find those of another, as what a task runs is judged by every bundle that is loaded.
    let manifest = serde_json::json!({
        "revision": "1",
        "roots": ["tidewaiter/controls/together"],
        "metadata": { "name": "together", "requires": names },
    });
    std::fs::write(directory.path().join(".manifest"), manifest.to_string()).unwrap();
    let bundles = load(&[Source::Directory(directory.path().to_owned())], None);
    let every_control = bundles.all_controls().iter().map(|control| control.id.clone()).collect::<Vec<_>>();
    let bundles = bundles.select(&every_control).unwrap();
    let estate = project("examples/estate.json");
    let different = compare(&mut Referee::of(directory.path()), &bundles, &estate, &Value::Null);
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn opa_and_the_engine_agree_on_the_labelled_estate() {
    let directory = tempfile::tempdir().unwrap();
    let mut different = Vec::new();
    // A library has no controls, and not the parameters of those that use it.
    let judging =
        each_bundle().into_iter().filter(|(_, sources)| !load(sources, None).all_controls().is_empty());
    for (path, sources) in judging {
        let mut referee = Referee::of(&path);
        for labelled in labelled::documents() {
            let document = directory.path().join(format!("{}.json", labelled.name));
            std::fs::write(&document, labelled.document.to_string()).unwrap();
            // A parameter of another bundle is a mistake.
            let known = load(&sources, None);
            let mut params = labelled.params.clone();
            if let Some(params) = params.as_object_mut() {
                params.retain(|name, _| known.params().get(name).is_some());
            }
            let bundles = load(&sources, Some(("params.yaml", &params.to_string())));
            let every_control =
                bundles.all_controls().iter().map(|control| control.id.clone()).collect::<Vec<_>>();
            let bundles = bundles.select(&every_control).unwrap();
            different.extend(compare(&mut referee, &bundles, &document, &params));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn opa_and_the_engine_agree_on_a_bundles_archive() {
    let directory = tempfile::tempdir().unwrap();
    for (number, path) in bundle_directories().into_iter().enumerate() {
        let tree = Tree::of_directory(&path, &Limits::default()).unwrap();
        let bytes = tree.to_archive().unwrap();
        let archive = directory.path().join(format!("{number}.tar.gz"));
        std::fs::write(&archive, &bytes).unwrap();
        let tree = Tree::of_archive("archive", &bytes, &Limits::default()).unwrap();
        let bundles = load(&[Source::Loaded(Arc::new(tree))], None);
        let every_control =
            bundles.all_controls().iter().map(|control| control.id.clone()).collect::<Vec<_>>();
        let bundles = bundles.select(&every_control).unwrap();
        let estate = project("examples/estate.json");
        let different = compare(&mut Referee::of(&archive), &bundles, &estate, &Value::Null);
        assert!(different.is_empty(), "{}", different.join("\n"));
    }
}

fn documents(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let mut documents =
        entries.filter(|path| path.extension().is_some_and(|it| it == "json")).collect::<Vec<_>>();
    documents.sort();
    documents
}

/// Where the two engines answer differently about one document, every selected control asked.
fn compare(referee: &mut Referee, bundles: &Bundles, document: &Path, params: &Value) -> Vec<String> {
    let text = std::fs::read_to_string(document).unwrap();
    let snapshot =
        Snapshot::from_json(&text).unwrap_or_else(|error| panic!("{}: {error}", document.display()));
    let packages = bundles.controls().iter().map(|control| control.package.as_str()).collect::<Vec<_>>();
    let expected = match referee.judge(document, params, &packages) {
        Ok(expected) => expected,
        Err(error) => return vec![format!("{}: OPA says {error}", document.display())],
    };
    let mut different = Vec::new();
    for RawAnswer { package, deny, exclude, unknown } in raw_answers(bundles, &snapshot, &Options::default())
    {
        for (rule, ours) in [("deny", deny), ("exclude", exclude), ("unknown", unknown)] {
            let theirs = sorted(&expected[&package][rule]);
            let ours = ours.map(|ours| sorted(&ours));
            if ours.as_ref() != Ok(&theirs) {
                different.push(format!(
                    "{}: {package}.{rule}\n  engine: {ours:?}\n  OPA:    {theirs:?}",
                    document.display()
                ));
            }
        }
    }
    different
}

/// The elements of a set by their JSON text.
fn sorted(set: &Value) -> BTreeMap<String, Value> {
    set.as_array().into_iter().flatten().map(alike).map(|item| (item.to_string(), item)).collect()
}

/// A value in which a whole number is written as one: `1790000000.0` is the number that `1790000000` is, and each engine
/// prints it in its own way.
fn alike(value: &Value) -> Value {
    match value {
        Value::Number(number) => {
            let whole = number.as_f64().filter(|it| it.fract() == 0.0 && it.abs() < 2_f64.powi(53));
            whole.map_or_else(|| value.clone(), |whole| Value::from(whole as i64))
        }
        Value::Array(items) => items.iter().map(alike).collect(),
        Value::Object(entries) => {
            Value::Object(entries.iter().map(|(key, value)| (key.clone(), alike(value))).collect())
        }
        other => other.clone(),
    }
}
