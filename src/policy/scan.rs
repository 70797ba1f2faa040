//! A first look at a policy's text, before the engine's parser sees it.
//!
//! The parser takes twice as long with every level of brackets and stops at a byte order mark or an over-long line with an
//! error that does not say so. It also throws comments away, and METADATA is made of comments.
//! This module knows just enough of Rego's tokens (comments, strings, brackets) to answer for all of that; it must not
//! grow into a second parser.

use super::Limits;
use crate::diagnostic::{Code, Diagnostic};

/// What the text of one policy shows without being parsed.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Every comment, in order.
    pub(super) comments: Vec<Comment>,
    /// Words that begin a line outside all brackets: packages, imports and the heads of rules.
    pub(super) heads: Vec<Head>,
    /// How often the engine's parser begins anew on a bracket: it reads the first element of each collection twice.
    retries: u64,
    /// Line and column of the bracket that is read most often.
    deepest: (usize, usize),
}

impl Scan {
    /// Refuses a policy on whose brackets the engine's parser would begin anew more often than `left`; gives how often it
    /// may on the next policy's.
    pub(super) fn check_retries(&self, file: &str, left: u64, problems: &mut Vec<Diagnostic>) -> u64 {
        left.checked_sub(self.retries).unwrap_or_else(|| {
            let (line, column) = self.deepest;
            let message = "brackets nest so deep that the engine's parser would take minutes";
            let problem = Diagnostic::of_file(file, Code::BracketDepth, message).at(line, column);
            problems.push(
                problem.with_help("name the inner value in a rule of its own, or keep it as a data file"),
            );
            left
        })
    }
}

/// One comment.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Comment {
    /// Its line, from 1.
    pub(super) line: usize,
    /// The column of its `#`, from 1.
    pub(super) column: usize,
    /// What follows the `#`.
    pub(super) text: String,
}

/// A word that begins a line outside all brackets.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// The word.
    pub(super) word: String,
    /// Its line, from 1.
    pub(super) line: usize,
    /// Its column, from 1.
    pub(super) column: usize,
    /// The rest of its line.
    pub(super) rest: String,
}

/// Columns that the engine gives a tab.
const TAB: usize = 4;

/// Characters that can make an expression deeper without a bracket: every operator and every step of a reference.
const CHAINING: &str = "+-*/%|&.=<>!";

enum State {
    Code,
    Comment,
    Text { escaped: bool },
    Raw,
}

/// Reads a policy's text once, from front to back.
pub(super) fn scan(file: &str, text: &str, limits: &Limits, problems: &mut Vec<Diagnostic>) -> Scan {
    let mut scan = Scan::default();
    if text.starts_with('\u{feff}') {
        let problem = Diagnostic::of_file(file, Code::Rego, "the file begins with a byte order mark");
        problems.push(problem.at(1, 1).with_help("save it as UTF-8 without a byte order mark"));
    }
    let n_lines = text.lines().count();
    if n_lines > limits.lines {
        let message = format!("the file has {n_lines} lines, and at most {} are read", limits.lines);
        problems.push(Diagnostic::of_file(file, Code::TooLarge, message));
    }
    let (mut state, mut depth, mut too_deep, mut last_word) = (State::Code, 0_usize, false, String::new());
    let (mut chain, mut last_chains, mut nesting) = (0_usize, false, Nesting::default());
    for (index, line) in text.split('\n').enumerate() {
        let line_number = index + 1;
        let (mut width, mut begun) = (0_usize, !matches!(state, State::Code) || depth > 0);
        let (mut word, mut chain_continues) = (String::new(), None);
        for (column, (at, character)) in (1..).zip(line.char_indices()) {
            if !matches!(state, State::Comment) {
                width += if character == '\t' { TAB } else { 1 };
            }
            let part_of_word = character.is_alphanumeric() || character == '_';
            if matches!(state, State::Code) && !part_of_word && !word.is_empty() {
                last_word = std::mem::take(&mut word);
            }
            match &mut state {
                State::Comment => {}
                State::Raw if character == '`' => state = State::Code,
                State::Raw => {}
                State::Text { escaped: escaped @ true } => *escaped = false,
                State::Text { escaped } if character == '\\' => *escaped = true,
                State::Text { .. } if character == '"' => state = State::Code,
                State::Text { .. } => {}
                State::Code if character == '#' => {
                    let text = line.get(at + 1..).unwrap_or_default().trim_end_matches('\r').to_owned();
                    scan.comments.push(Comment { line: line_number, column, text });
                    state = State::Comment;
                }
                State::Code => {
                    if part_of_word {
                        if !begun && last_word != "if" {
                            scan.heads.push(head(line, at, line_number, column));
                        }
                        word.push(character);
                    }
                    begun |= !character.is_whitespace();
                    if !character.is_whitespace() {
                        let chains = CHAINING.contains(character);
                        // An expression goes on in the next line only around an operator.
                        if chain_continues.replace(true).is_none() && !chains && !last_chains {
                            chain = 0;
                        }
                        chain += usize::from(chains);
                        last_chains = chains;
                        if chain > limits.operators && !too_deep {
                            too_deep = true;
                            let message =
                                format!("an expression has more than {} operators", limits.operators);
                            let problem = Diagnostic::of_file(file, Code::BracketDepth, message);
                            problems.push(
                                problem
                                    .at(line_number, column)
                                    .with_help("name parts of it in rules of their own"),
                            );
                        }
                    }
                    nesting.step(character, (line_number, column), &mut scan);
                    match character {
                        '"' => state = State::Text { escaped: false },
                        '`' => state = State::Raw,
                        '[' | '{' => {
                            depth += 1;
                            if depth > limits.bracket_depth && !too_deep {
                                too_deep = true;
                                problems.push(too_deep_at(file, line_number, column, limits));
                            }
                        }
                        ']' | '}' => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                }
            }
        }
        if !word.is_empty() {
            last_word = word;
        }
        // A string does not reach over a line's end; the parser says so, with its place.
        if matches!(state, State::Comment | State::Text { .. }) {
            state = State::Code;
        }
        if width > limits.line_columns {
            let message =
                format!("the line has {width} columns, and at most {} are read", limits.line_columns);
            let problem =
                Diagnostic::of_file(file, Code::TooLarge, message).at(line_number, limits.line_columns);
            problems.push(problem.with_help("break the line"));
        }
    }
    let mut imports = scan.heads.iter().filter(|head| head.word == "import");
    if let Some(head) = imports.nth(limits.imports) {
        let message = format!("the policy has more than {} imports", limits.imports);
        problems.push(Diagnostic::of_file(file, Code::TooLarge, message).at(head.line, head.column));
    }
    scan
}

/// Where a text is among its brackets: for each open one how often its content is read, as a power of two, and whether its
/// first element has not ended.
#[derive(Default)]
struct Nesting {
    open: Vec<(u32, bool)>,
    most: u32,
}

impl Nesting {
    fn step(&mut self, character: char, place: (usize, usize), scan: &mut Scan) {
        let here = self.open.last().map_or(0, |(times, in_first)| times + u32::from(*in_first));
        match character {
            '[' | '{' => {
                self.open.push((here, true));
                scan.retries = scan.retries.saturating_add(1 << here.min(40));
                if here > self.most {
                    (self.most, scan.deepest) = (here, place);
                }
            }
            '(' => self.open.push((here, false)),
            ']' | '}' | ')' => {
                self.open.pop();
            }
            ',' => {
                if let Some((_, in_first)) = self.open.last_mut() {
                    *in_first = false;
                }
            }
            _ => {}
        }
    }
}

fn head(line: &str, at: usize, line_number: usize, column: usize) -> Head {
    let rest = line.get(at..).unwrap_or_default();
    let end =
        rest.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(rest.len());
    let (word, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
    Head { word: word.to_owned(), line: line_number, column, rest: rest.trim_end().to_owned() }
}

fn too_deep_at(file: &str, line: usize, column: usize, limits: &Limits) -> Diagnostic {
    let message = format!("brackets nest deeper than {} levels", limits.bracket_depth);
    Diagnostic::of_file(file, Code::BracketDepth, message).at(line, column).with_help(
        "name the inner value in a rule of its own, or keep the document as JSON among the examples",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let mut problems = Vec::new();
        scan("a.rego", text, &Limits::default(), &mut problems);
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        let deep = "[".repeat(20);
        assert_eq!(
            problems(&format!("package a\nx := \"{deep}\\\"{deep}\"\ny := `{deep}\n{deep}` # {deep}\n")),
            [""; 0]
        );
    }

    #[test]
    fn too_many_brackets_are_refused_where_the_limit_is_passed() {
        let text = format!("package a\nx := {}1{}\n", "[".repeat(13), "]".repeat(13));
        assert_eq!(problems(&text), ["a.rego:2:18: brackets nest deeper than 12 levels [bracket-depth]"]);
    }

    #[test]
    fn a_chain_of_operators_over_many_lines_is_refused() {
        let text = format!("package a\nx := 1{}\n", " +\n\t1".repeat(600));
        assert_eq!(problems(&text).len(), 1);
        let text = format!("package a\n{}", "x contains a.b.c if a.b + c.d == e.f\n".repeat(600));
        assert_eq!(problems(&text), [""; 0]);
    }

    #[test]
    fn a_byte_order_mark_and_a_long_line_are_named() {
        let text = format!("\u{feff}package a\nx := \"{}\"\n", "y".repeat(1100));
        assert_eq!(
            problems(&text),
            [
                "a.rego:1:1: the file begins with a byte order mark [rego]",
                "a.rego:2:1024: the line has 1107 columns, and at most 1024 are read [too-large]",
            ]
        );
    }

    #[test]
    fn too_many_imports_are_refused() {
        let text = format!("package a\n{}", "import data.b\n".repeat(501));
        assert_eq!(problems(&text), ["a.rego:502:1: the policy has more than 500 imports [too-large]"]);
    }

    #[test]
    fn a_long_comment_is_no_long_line() {
        assert_eq!(problems(&format!("package a\n# {}\n", "y".repeat(2000))), [""; 0]);
    }

    #[test]
    fn a_test_named_in_the_body_of_another_is_no_head() {
        let text = "package a_test\ntest_x if {\n\ttest_y\n}\ntest_z if\n\ttest_y\ntest_y := true\n";
        let scan = scan("a.rego", text, &Limits::default(), &mut Vec::new());
        let heads = scan.heads.iter().map(|head| &*head.word).collect::<Vec<_>>();
        assert_eq!(heads, ["package", "test_x", "test_z", "test_y"]);
    }

    #[test]
    fn comments_keep_their_place() {
        let scan = scan("a.rego", "# one\npackage a # two\n", &Limits::default(), &mut Vec::new());
        let places = scan.comments.iter().map(|it| (it.line, it.column, &*it.text)).collect::<Vec<_>>();
        assert_eq!(places, [(1, 1, " one"), (2, 11, " two")]);
        assert_eq!(scan.heads.iter().map(|head| &*head.word).collect::<Vec<_>>(), ["package"]);
    }
}
