//! Why a command could not do its work, as a person reads it.

use std::fmt::Write as _;

use crate::diagnostic::Diagnostic;

use super::Exit;

/// A command that ended before it had a result.
#[derive(Debug)]
pub(super) struct Failure {
    /// The status that the program ends with.
    pub(super) exit: Exit,
    error: anyhow::Error,
    help: Option<String>,
    diagnostics: Vec<Diagnostic>,
}

impl Failure {
    /// A failure that ends with this status.
    pub(super) fn of(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self { exit, error: error.into(), help: None, diagnostics: Vec::new() }
    }

    /// Something about the arguments or files is wrong.
    pub(super) fn misuse(error: impl Into<anyhow::Error>) -> Self {
        Self::of(Exit::Misused, error)
    }

    /// The pass could not be made.
    pub(super) fn failed(error: impl Into<anyhow::Error>) -> Self {
        Self::of(Exit::Failed, error)
    }

    /// Files that people wrote have problems.
    pub(super) fn in_files(what: &str, diagnostics: Vec<Diagnostic>) -> Self {
        let problems = match diagnostics.len() {
            1 => "1 problem".to_owned(),
            n_problems => format!("{n_problems} problems"),
        };
        let error = anyhow::anyhow!("{what} cannot be used: {problems}");
        Self { exit: Exit::Misused, error, help: None, diagnostics }
    }

    /// The same failure with the way out.
    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The whole text for stderr: the error, its causes, each problem with its own advice, and the way out.
    pub(super) fn render(&self) -> String {
        let mut text = format!("error: {}\n", self.error);
        for cause in self.error.chain().skip(1) {
            let _ = writeln!(text, "caused by: {cause}");
        }
        for diagnostic in &self.diagnostics {
            let _ = writeln!(text, "  {diagnostic}");
            if let Some(help) = &diagnostic.help {
                let _ = writeln!(text, "    help: {help}");
            }
        }
        if let Some(help) = &self.help {
            let _ = writeln!(text, "help: {help}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    #[test]
    fn a_failure_names_the_thing_the_cause_and_the_way_out() {
        let cause = std::io::Error::new(std::io::ErrorKind::NotFound, "no such file");
        let failure = Failure::misuse(anyhow::Error::new(cause).context("cannot read `estate.json`"))
            .with_help("name a snapshot that `tidewaiter snapshot` wrote");
        insta::assert_snapshot!(failure.render(), @r"
        error: cannot read `estate.json`
        caused by: no such file
        help: name a snapshot that `tidewaiter snapshot` wrote
        ");
    }

    #[test]
    fn every_problem_of_a_file_is_listed_with_its_advice() {
        let diagnostic = Diagnostic::of_file("x.yaml", Code::UnknownKey, "`colour` is not a key")
            .at(3, 1)
            .with_help("the keys are id, kind");
        insta::assert_snapshot!(Failure::in_files("the exceptions file", vec![diagnostic]).render(), @r"
        error: the exceptions file cannot be used: 1 problem
          x.yaml:3:1: `colour` is not a key [unknown-key]
            help: the keys are id, kind
        ");
    }
}
