//! What is wrong with policies, for people and for programs: one file per output format.

mod json;
mod pretty;
pub(super) mod sarif;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::diagnostic::{Diagnostic, Level};

pub use json::{VERSION as JSON_VERSION, render as json};
pub use pretty::render as pretty;
pub use sarif::render as sarif;

/// Problems, and the files that they stand in.
#[derive(Debug, Clone, Copy)]
pub struct Findings<'a> {
    /// The problems, sorted.
    pub problems: &'a [Diagnostic],
    /// The text of each file that has one.
    pub texts: &'a BTreeMap<String, String>,
    /// How many policies were looked at.
    pub n_policies: usize,
}

impl<'a> Findings<'a> {
    fn count(&self, level: Level) -> usize {
        self.problems.iter().filter(|problem| problem.code.level() == level).count()
    }

    /// The line that a problem stands in, its number, and the bytes of the line that are meant: a word, a string, or one
    /// character.
    fn line(&self, problem: &Diagnostic) -> Option<(&'a str, usize, Range<usize>)> {
        let (number, column) = (problem.line?, problem.column.unwrap_or(1));
        let line = self.texts.get(&problem.file)?.lines().nth(number.checked_sub(1)?)?;
        let start = line.char_indices().nth(column.saturating_sub(1)).map_or(line.len(), |(at, _)| at);
        let rest = line.get(start..).unwrap_or_default();
        let is_word = |character: char| character.is_alphanumeric() || character == '_';
        let length = match rest.chars().next() {
            Some('"') => rest.get(1..).and_then(|inner| inner.find('"')).map_or(1, |end| end + 2),
            Some(first) if is_word(first) => rest.find(|it| !is_word(it)).unwrap_or(rest.len()),
            Some(first) => first.len_utf8(),
            None => 0,
        };
        Some((line, number, start..start + length))
    }
}
