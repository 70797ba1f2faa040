//! Rego that OPA takes and the engine's parser does not, written out so that it does. No line moves.

use crate::diagnostic::Diagnostic;

/// How often one policy is written out before the parser's word is final.
pub(in super::super) const REPAIRS: usize = 200;

/// The text without what the problem complains about; nothing when OPA would complain too.
pub(in super::super) fn repaired(text: &str, problem: &Diagnostic) -> Option<String> {
    let (line, column) = (problem.line?, problem.column?);
    let start = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum::<usize>();
    match problem.message.as_str() {
        // A rule that is only a head is true.
        "rule must have a body or assignment" if column == 1 => {
            let end =
                start + head_end(text.get(start..)?, |character| character == '\n' || character == '#')?;
            let end = text.get(..end)?.trim_end().len();
            inserted(text, end, " := true")
        }
        // Before OPA 1.0 a head could have several bodies; the engine takes that for rules that are no sets.
        "else cannot be used with set rules" => {
            let at = start + text.get(start..)?.find('{')?;
            let is_head = |line: &&str| line.starts_with(|first: char| first.is_alphabetic() || first == '_');
            let head = text.get(..start)?.split_inclusive('\n').rfind(is_head)?;
            let head_start = head.as_ptr() as usize - text.as_ptr() as usize;
            let head = text.get(head_start..)?;
            let head = head.get(..head_end(head, |character| character == '{')?)?.trim_end();
            inserted(text, at, &format!("{head} "))
        }
        _ => None,
    }
}

fn inserted(text: &str, at: usize, more: &str) -> Option<String> {
    let (before, after) = text.split_at_checked(at)?;
    (!before.ends_with(more)).then(|| format!("{before}{more}{after}"))
}

/// Where a character comes first that stands in no bracket and no string; brackets of bodies are no brackets here.
fn head_end(text: &str, is_end: impl Fn(char) -> bool) -> Option<usize> {
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    for (at, character) in text.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some('"') if character == '\\' => escaped = true,
            Some(end) if character == end => quote = None,
            Some(_) => {}
            None if depth == 0 && is_end(character) => return Some(at),
            None => match character {
                '"' | '`' => quote = Some(character),
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth = depth.checked_sub(1)?,
                _ => {}
            },
        }
    }
    (depth == 0).then_some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    fn repair(text: &str, message: &str, line: usize, column: usize) -> Option<String> {
        repaired(text, &Diagnostic::of_file("a.rego", Code::Rego, message).at(line, column))
    }

    #[test]
    fn a_head_alone_is_true() {
        let text = "package a\n\nf(\"#\", [1,\n\t2]) # yes\nx := 1\n";
        let written = repair(text, "rule must have a body or assignment", 3, 1).unwrap();
        assert_eq!(written, "package a\n\nf(\"#\", [1,\n\t2]) := true # yes\nx := 1\n");
        assert_eq!(repair(&written, "rule must have a body or assignment", 3, 1), None);
    }

    #[test]
    fn a_second_body_gets_the_head_of_the_first() {
        let text = "package a\n\ndeny[{\"m\": m}] {\n\tm := 1\n} {\n\tm := 2\n}\n";
        let written = repair(text, "else cannot be used with set rules", 5, 3).unwrap();
        assert_eq!(written, "package a\n\ndeny[{\"m\": m}] {\n\tm := 1\n} deny[{\"m\": m}] {\n\tm := 2\n}\n");
    }

    #[test]
    fn other_problems_stay() {
        assert_eq!(repair("package a\n", "expecting expression", 1, 1), None);
    }
}
