//! Real OPA, as the referee of Rego's semantics.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use super::program::project;
use super::python;

/// The directory of every built-in bundle, sorted.
pub(crate) fn bundle_directories() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(project("bundles")).unwrap();
    let mut directories = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join(".manifest").is_file())
        .collect::<Vec<_>>();
    directories.sort();
    directories
}

/// What `opa test` says of each test below a directory, or why OPA does not take the directory.
pub(crate) fn outcomes(directory: &Path) -> Result<BTreeMap<String, Value>, String> {
    let script = project("tests/support/referee.py");
    let ran = Command::new(python()).arg(script).arg("outcomes").arg(directory).output().unwrap();
    if !ran.status.success() {
        return Err(String::from_utf8_lossy(&ran.stderr).into_owned());
    }
    Ok(serde_json::from_slice(&ran.stdout).unwrap())
}

/// OPA with one bundle loaded, answering one document after the other.
pub(crate) struct Referee {
    process: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Referee {
    pub(crate) fn of(bundle: &Path) -> Self {
        let mut process = Command::new(python())
            .arg(project("tests/support/referee.py"))
            .arg("serve")
            .arg(bundle)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (requests, answers) = (process.stdin.take(), BufReader::new(process.stdout.take().unwrap()));
        Self { process, requests, answers }
    }

    /// `{package: {"deny": […], "exclude": […], "unknown": […]}}`, or OPA's error.
    pub(crate) fn judge(
        &mut self,
        document: &Path,
        params: &Value,
        packages: &[&str],
    ) -> Result<Value, String> {
        let request = json!({ "document": document, "params": params, "packages": packages });
        writeln!(self.requests.as_mut().unwrap(), "{request}").unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        let mut answer =
            serde_json::from_str::<Value>(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        match answer.get_mut("judged") {
            Some(judged) => Ok(judged.take()),
            None => Err(answer.to_string()),
        }
    }
}

impl Drop for Referee {
    fn drop(&mut self) {
        // It ends with its input.
        drop(self.requests.take());
        let _ = self.process.wait();
    }
}
