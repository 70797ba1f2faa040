//! `tidewaiter bundle`: build, inspect, sign and verify.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::cli::{self, BundleAction, BundleFormat};
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Bundles, Limits, Signature, SigningKey, Source, Statement, Tree};
use crate::sources::Location;

use super::Exit;
use super::bundle_sources::{self, small_file};
use super::console;
use super::failure::Failure;

/// The version of the objects that are printed as JSON.
const VERSION: &str = "1";

/// Does what the command line asks for.
pub(super) fn bundle(action: &BundleAction) -> Result<Exit, Failure> {
    let text = match action {
        BundleAction::Build(options) => build(options)?,
        BundleAction::Inspect(options) => inspect(options)?,
        BundleAction::Sign(options) => sign(options)?,
        BundleAction::Verify(options) => verify(options)?,
    };
    console::print(&text).map_err(Failure::failed)?;
    Ok(Exit::Complete)
}

fn refused(problems: Vec<Diagnostic>) -> Failure {
    Failure::in_files("the bundle", problems)
}

fn build(options: &cli::BundleBuild) -> Result<String, Failure> {
    refuse_inside(&options.output, &options.directory)?;
    let limits = Limits::default();
    let mut tree = Tree::of_directory(&options.directory, &limits).map_err(refused)?.unsigned();
    if options.no_tests {
        tree = tree.without_tests();
    }
    if let Some(revision) = &options.revision {
        tree = tree.with_revision(revision).map_err(|problem| refused(vec![problem]))?;
    }
    let bundles = check(&tree)?;
    write_archive(&options.output, &tree)?;
    Ok(format!("{}{} files in {}\n", heading(&bundles), tree.files().count(), options.output.display()))
}

/// An archive inside the directory would be packed into the next one.
fn refuse_inside(output: &Path, directory: &Path) -> Result<(), Failure> {
    let parent = output.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (Ok(parent), Ok(directory)) = (parent.canonicalize(), directory.canonicalize()) else {
        return Ok(());
    };
    if parent.starts_with(directory) {
        let error = anyhow::anyhow!("`{}` lies inside the bundle's own directory", output.display());
        return Err(Failure::misuse(error).with_help("write the archive to another directory"));
    }
    Ok(())
}

/// Whether everything that judges would take the bundle, and OPA would take it for the same.
fn check(tree: &Tree) -> Result<Bundles, Failure> {
    let mut problems = tree.check_for_opa();
    let loaded = Bundles::load(&[Source::Loaded(Arc::new(tree.clone()))], None, &Limits::default());
    match loaded {
        Ok(bundles) if problems.is_empty() => Ok(bundles),
        Ok(_) => Err(refused(problems)),
        Err(found) => {
            problems.extend(found);
            Err(refused(problems))
        }
    }
}

/// Writes an archive, after it was read back: what was written can be loaded.
fn write_archive(path: &Path, tree: &Tree) -> Result<(), Failure> {
    let bytes = tree
        .to_archive()
        .map_err(|error| Failure::misuse(anyhow::Error::new(error).context("the bundle cannot be packed")))?;
    Tree::of_archive(&path.display().to_string(), &bytes, &Limits::default()).map_err(refused)?;
    replace(path, &bytes)
}

/// Writes a file beside its place and moves it there, so that a reader never sees half of one.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    fs::write(&part, bytes).and_then(|()| fs::rename(&part, path)).map_err(|error| {
        let _ = fs::remove_file(&part);
        let context = format!("cannot write `{}`", path.display());
        Failure::misuse(anyhow::Error::new(error).context(context))
            .with_help("the directory must exist, and this user must be able to write to it")
    })
}

fn sign(options: &cli::BundleSign) -> Result<String, Failure> {
    let location = Location::Path(options.bundle.clone());
    let tree = bundle_sources::one(&location, None, None).map_err(refused)?;
    if let Some(output) = &options.output
        && options.bundle.is_dir()
    {
        refuse_inside(output, &options.bundle)?;
    }
    let bundles = check(&tree)?;
    let of_key = |problem| Failure::in_files("the key", vec![problem]);
    let content = small_file(&options.signing_key).map_err(of_key)?;
    let file = options.signing_key.display().to_string();
    let key = SigningKey::new(&file, &content, options.signing_alg).map_err(of_key)?;
    let statement = statement(options)?;
    let signed = tree.signed(&key, &statement).map_err(refused)?;
    match &options.output {
        Some(output) => write_archive(output, &signed)?,
        None if options.bundle.is_dir() => {
            let content = signed.signatures().unwrap_or_default();
            replace(&options.bundle.join(".signatures.json"), content)?;
        }
        None => write_archive(&options.bundle, &signed)?,
    }
    Ok(format!("{}signed with {}\n", heading(&bundles), options.signing_alg))
}

/// What the signature says besides the files; the options come before the file of claims.
fn statement(options: &cli::BundleSign) -> Result<Statement, Failure> {
    let mut claims = match &options.claims_file {
        None => Map::new(),
        Some(path) => {
            let file = path.display().to_string();
            let wrong = |problem| Failure::in_files("the file of claims", vec![problem]);
            let content = small_file(path).map_err(wrong)?;
            let value = serde_json::from_slice::<Value>(&content);
            match value {
                Ok(Value::Object(claims)) if !claims.contains_key("files") => claims,
                Ok(Value::Object(_)) => {
                    let message = "`files` is what is signed, and no further claim";
                    return Err(wrong(Diagnostic::of_file(file, Code::InvalidValue, message)));
                }
                Ok(_) => {
                    let message = "the claims are no JSON object";
                    return Err(wrong(Diagnostic::of_file(file, Code::InvalidValue, message)));
                }
                Err(error) => return Err(wrong(Diagnostic::of_file(file, Code::Syntax, error.to_string()))),
            }
        }
    };
    let mut text = |key: &str, option: &Option<String>| {
        let claimed = claims.remove(key).and_then(|value| value.as_str().map(ToOwned::to_owned));
        option.clone().or(claimed)
    };
    let (key_id, scope) = (text("keyid", &options.verification_key_id), text("scope", &options.scope));
    Ok(Statement { key_id, scope, claims })
}

fn verify(options: &cli::BundleVerify) -> Result<String, Failure> {
    let by = bundle_sources::by(&options.verification);
    let by = by.map_err(|problem| Failure::in_files("the key", vec![problem]))?;
    let tree = bundle_sources::one(&options.bundle, by.as_ref(), None).map_err(|problems| {
        let unverified = problems.iter().any(|problem| problem.code == Code::Signature);
        let mut failure = refused(problems);
        if unverified {
            failure.exit = Exit::Failed;
        }
        failure
    })?;
    let signature = tree.signature().map_err(|problem| refused(vec![problem]))?;
    let manifest = tree.manifest();
    let text =
        |pointer: &str| manifest.pointer(pointer).and_then(Value::as_str).unwrap_or("?").escape_debug();
    let (name, revision) = (text("/metadata/name").to_string(), text("/revision").to_string());
    match options.format {
        BundleFormat::Json => Ok(pretty(&json!({
            "version": VERSION,
            "name": name,
            "revision": revision,
            "digest": tree.digest(),
            "signature": signature.as_ref().map(|signature| of_signature(signature, true)),
        }))),
        BundleFormat::Table => {
            let mut text = format!("{name}@{revision}\n");
            let _ = writeln!(text, "digest     {}", tree.digest());
            if let Some(signature) = &signature {
                let _ = writeln!(text, "signature  {}", in_words(signature, true));
            }
            Ok(text)
        }
    }
}

fn inspect(options: &cli::BundleInspect) -> Result<String, Failure> {
    let by = bundle_sources::by(&options.verification);
    let by = by.map_err(|problem| Failure::in_files("the key", vec![problem]))?;
    let tree = bundle_sources::one(&options.bundle, by.as_ref(), None).map_err(refused)?;
    let bundles = Bundles::load(&[Source::Loaded(Arc::new(tree.clone()))], None, &Limits::default());
    let bundles = bundles.map_err(refused)?;
    let signature = tree.signature().map_err(|problem| refused(vec![problem]))?;
    match options.format {
        BundleFormat::Json => Ok(pretty(&as_json(&tree, &bundles, signature.as_ref(), by.is_some()))),
        BundleFormat::Table => Ok(as_table(&tree, &bundles, signature.as_ref(), by.is_some())),
    }
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

fn of_signature(signature: &Signature, verified: bool) -> Value {
    json!({
        "algorithm": signature.algorithm,
        "key_id": signature.key_id,
        "scope": signature.scope,
        "files": signature.n_files,
        "claims": signature.claims,
        "verified": verified,
    })
}

fn as_json(tree: &Tree, bundles: &Bundles, signature: Option<&Signature>, verified: bool) -> Value {
    let manifest = tree.manifest();
    let id = bundles.bundles().first().map(|bundle| &bundle.id);
    let controls = bundles.all_controls().iter().map(|control| {
        json!({
            "id": control.id.as_str(),
            "severity": control.severity.as_str(),
            "title": control.title,
            "package": control.package,
            "enabled": control.enabled,
        })
    });
    let frameworks = bundles.frameworks().iter().map(|framework| &framework.id);
    let files = tree.files().map(|(path, bytes)| json!({"path": path, "bytes": bytes}));
    json!({
        "version": VERSION,
        "name": id.map(|id| &id.name),
        "revision": id.map(|id| &id.revision),
        "digest": tree.digest(),
        "roots": manifest.get("roots").cloned().unwrap_or_else(|| json!([""])),
        "metadata": manifest.get("metadata"),
        "controls": controls.collect::<Vec<_>>(),
        "frameworks": frameworks.collect::<Vec<_>>(),
        "data": tree.data(),
        "files": files.collect::<Vec<_>>(),
        "signature": signature.map(|signature| of_signature(signature, verified)),
    })
}

/// Name, revision and digest.
fn heading(bundles: &Bundles) -> String {
    bundles.bundles().iter().fold(String::new(), |mut text, bundle| {
        let _ = writeln!(text, "{}  {}", bundle.id, bundle.id.digest);
        text
    })
}

fn in_words(signature: &Signature, verified: bool) -> String {
    let mut text = format!("{}, {} files", signature.algorithm, signature.n_files);
    if let Some(key_id) = &signature.key_id {
        let _ = write!(text, ", key `{}`", key_id.escape_debug());
    }
    if let Some(scope) = &signature.scope {
        let _ = write!(text, ", scope `{}`", scope.escape_debug());
    }
    text.push_str(if verified { ", verified" } else { ", not verified (no --verification-key was given)" });
    text
}

fn as_table(tree: &Tree, bundles: &Bundles, signature: Option<&Signature>, verified: bool) -> String {
    let mut text = String::new();
    let mut row = |name: &str, value: &str| {
        let _ = writeln!(text, "{name:<10} {value}");
    };
    for bundle in bundles.bundles() {
        row("name", &bundle.id.name);
        row("revision", &bundle.id.revision);
        row("digest", &bundle.id.digest);
    }
    let manifest = tree.manifest();
    for (key, value) in manifest
        .get("metadata")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter(|(key, _)| *key != "name")
    {
        let value =
            value.as_str().map_or_else(|| value.to_string(), |value| value.escape_debug().to_string());
        row("metadata", &format!("{}: {value}", key.escape_debug()));
    }
    match manifest.get("roots").and_then(Value::as_array) {
        None => row("root", "everything"),
        Some(roots) => roots
            .iter()
            .for_each(|root| row("root", &root.as_str().unwrap_or_default().escape_debug().to_string())),
    }
    tree.data().iter().for_each(|path| row("data", path));
    bundles.frameworks().iter().for_each(|framework| row("framework", &framework.id));
    let bytes = tree.files().map(|(_, bytes)| bytes).sum::<usize>();
    row("files", &format!("{} ({bytes} bytes)", tree.files().count()));
    row("signature", &signature.map_or_else(|| "none".to_owned(), |it| in_words(it, verified)));
    let _ = writeln!(text, "\n{} controls", bundles.all_controls().len());
    for control in bundles.all_controls() {
        let off = if control.enabled { "" } else { " (off by default)" };
        let _ = writeln!(
            text,
            "  {:<6} {:<13} {}{off}",
            control.id.as_str(),
            control.severity.as_str(),
            control.title
        );
    }
    text
}
