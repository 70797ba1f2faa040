//! The other evaluator, in one process that answers one case after the other.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;

use serde::Deserialize;
use serde_json::{Value, json};

use super::case::Case;
use crate::access::support::ROLE;
use crate::support::node;
use crate::support::program::project;

/// What it says to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Theirs {
    pub(super) is_allowed: bool,
    /// Keys of the request that it leaves out for one of the resources.
    pub(super) ignored: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct About {
    #[serde(default)]
    is_allowed: bool,
    #[serde(default)]
    ignored: Vec<String>,
    refused: Option<Value>,
}

pub(super) struct Evaluator {
    process: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Evaluator {
    pub(super) fn start() -> Self {
        let mut process = Command::new(node())
            .arg(project("tests/support/opinion/evaluate.mjs"))
            .arg(project("target/test-env/opinion"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (requests, answers) = (process.stdin.take(), BufReader::new(process.stdout.take().unwrap()));
        Self { process, requests, answers }
    }

    /// What it says to each case.
    pub(super) fn ask(&mut self, cases: &[Case]) -> Vec<Theirs> {
        let (requests, answers) = (self.requests.as_mut().unwrap(), &mut self.answers);
        thread::scope(|scope| {
            // The pipes hold less than all cases and all answers.
            scope.spawn(|| cases.iter().for_each(|case| writeln!(requests, "{}", asked(case)).unwrap()));
            cases.iter().map(|case| answer(answers, case)).collect()
        })
    }

    /// What it says to one case.
    pub(super) fn ask_one(&mut self, case: &Case) -> Theirs {
        self.ask(std::slice::from_ref(case)).remove(0)
    }
}

fn asked(case: &Case) -> Value {
    let carried = case.carried.iter().map(|(key, values)| match values.as_slice() {
        [one] => (key.clone(), json!(one)),
        several => (key.clone(), json!(several)),
    });
    json!({
        "principal": ROLE,
        "account": "111122223333",
        "action": case.action,
        "resources": case.resources,
        "carried": carried.collect::<serde_json::Map<_, _>>(),
        "identity": [case.identity],
        "boundary": case.boundary.as_ref().map(|boundary| [boundary]),
        "levels": case.levels,
    })
}

fn answer(answers: &mut impl BufRead, case: &Case) -> Theirs {
    let mut line = String::new();
    answers.read_line(&mut line).unwrap();
    let said = serde_json::from_str::<Vec<About>>(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
    for about in &said {
        assert!(about.refused.is_none(), "{:?} for {case:#?}", about.refused);
    }
    Theirs {
        is_allowed: said.iter().all(|about| about.is_allowed),
        ignored: said.into_iter().flat_map(|about| about.ignored).collect(),
    }
}

impl Drop for Evaluator {
    fn drop(&mut self) {
        // It ends with its input.
        drop(self.requests.take());
        let _ = self.process.wait();
    }
}
