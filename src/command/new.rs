//! `tidewaiter new control`: files that work, for an author to go on from.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::{self, NewControl, NewWhat};
use crate::policy::{self, Bundles, Limits, Source, TestOutcome, Wish};

use super::failure::Failure;
use super::{Exit, console, output};

/// The file that makes a directory a bundle.
const MANIFEST: &str = ".manifest";

/// Writes what was asked for.
pub(super) fn new(options: &cli::New) -> Result<Exit, Failure> {
    match &options.what {
        NewWhat::Control(options) => control(options),
    }
}

fn control(options: &NewControl) -> Result<Exit, Failure> {
    let root = &options.bundle;
    if !root.join(MANIFEST).is_file() {
        return Err(no_bundle(root));
    }
    let load = |source: Source| Bundles::load(&[source], None, &Limits::default());
    let bundle = load(Source::Directory(root.clone()))
        .map_err(|problems| Failure::in_files("the bundle", problems))?;
    // The built-in bundles may be loaded beside this one, and ids are unique among all.
    let builtin =
        load(Source::Builtin).map_err(|problems| Failure::in_files("the built-in bundles", problems))?;
    let wish = Wish {
        subject: &options.subject,
        slug: &options.slug,
        field: &options.field,
        expected: &options.expected,
        id: options.id.as_ref(),
        severity: options.severity,
        title: options.title.as_deref(),
    };
    let scaffold = policy::scaffold(&wish, &[&bundle, &builtin]).map_err(|refusal| {
        let help = refusal.help.clone();
        Failure::misuse(refusal).with_help(help)
    })?;
    let folder = root.join(scaffold.folder());
    if folder.exists() {
        return Err(Failure::misuse(anyhow::anyhow!("`{}` exists already", folder.display()))
            .with_help("choose another slug; nothing is overwritten"));
    }
    let files = policy::scaffold_files(&scaffold);
    let written = write(root, &files).and_then(|written| prove(root, &scaffold).map(|()| written));
    let written = written.inspect_err(|_| {
        // Half a control would keep the bundle from being loaded.
        let _ = fs::remove_dir_all(&folder);
    })?;
    let mut text = format!("{} written; it fires, and its tests and examples pass:\n", scaffold.id);
    for path in written {
        text.push_str(&format!("  {}\n", path.display()));
    }
    console::print(&text).map_err(Failure::failed)?;
    Ok(Exit::Complete)
}

fn no_bundle(root: &Path) -> Failure {
    let what = if root.is_dir() { "has no `.manifest`, so it is not a bundle" } else { "is not a directory" };
    Failure::misuse(anyhow::anyhow!("`{}` {what}", root.display())).with_help(
        "name a bundle with --bundle DIR, or make one: write {\"revision\": \"0.1.0\", \"roots\": \
         [\"tidewaiter/controls\", \"lib\", \"params\"], \"metadata\": {\"name\": \"our-controls\"}} to `.manifest` in it",
    )
}

fn write(root: &Path, files: &[(String, String)]) -> Result<Vec<PathBuf>, Failure> {
    let mut written = Vec::new();
    for (path, text) in files {
        let path = root.join(path);
        let directories = path.parent().map_or(Ok(()), fs::create_dir_all);
        directories.map_err(|error| output::cannot_write(&path, "the control's file", error))?;
        output::deliver(Some(&path), text, "the control's file")?;
        written.push(path);
    }
    Ok(written)
}

/// Runs what was written: a scaffold that does not work would teach the wrong thing.
fn prove(root: &Path, scaffold: &policy::Scaffold) -> Result<(), Failure> {
    let sources = [Source::Directory(root.to_owned())];
    let in_files = |problems| Failure::in_files("the new control", problems);
    let package = scaffold.package();
    let tests = policy::run_tests(&sources, &Limits::default()).map_err(in_files)?;
    let tests = tests.into_iter().filter(|test| test.package == format!("{package}_test"));
    let tests = tests.filter(|test| test.outcome != TestOutcome::Passed);
    let tests = tests.map(|test| format!("{}: {:?}", test.name, test.outcome));
    let examples = policy::run_examples(&sources, &Limits::default()).map_err(in_files)?;
    let examples = examples.into_iter().filter(|example| example.package == package);
    let examples = examples.filter_map(|it| it.problem.map(|problem| format!("{}: {problem}", it.file)));
    let problems = tests.chain(examples).collect::<Vec<_>>();
    if problems.is_empty() {
        return Ok(());
    }
    Err(Failure::failed(anyhow::anyhow!("the new control does not work: {}", problems.join("; ")))
        .with_help("this is a mistake in tidewaiter; nothing was written"))
}
