//! Policy variables: `${aws:username}`, with a default or without, and the three escapes.

use super::context::{Context, Presence};
use super::pattern::{Pattern, Piece};

/// A text of a policy before its variables have values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Text {
    written: String,
    parts: Vec<Part>,
    /// The pattern, when no request has a part in it.
    fixed: Option<Pattern>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// Text in which `*` and `?` are wildcards.
    Plain(String),
    /// A character that an escape stands for, which is never a wildcard.
    Escaped(char),
    Variable {
        name: String,
        default: Option<String>,
    },
}

impl Text {
    /// Reads a text; variables are such only in policies of the version that has them.
    pub(super) fn new(text: &str, has_variables: bool) -> Self {
        let mut parts = Vec::new();
        let mut rest = text;
        while has_variables && let Some((before, after)) = rest.split_once("${") {
            let Some((inner, after)) = after.split_once('}') else { break };
            if !before.is_empty() {
                parts.push(Part::Plain(before.to_owned()));
            }
            parts.push(part(inner));
            rest = after;
        }
        if !rest.is_empty() || parts.is_empty() {
            parts.push(Part::Plain(rest.to_owned()));
        }
        let is_fixed = matches!(parts.as_slice(), [Part::Plain(_)]);
        Self { written: text.to_owned(), parts, fixed: is_fixed.then(|| Pattern::new(text)) }
    }

    /// As it was written.
    pub(super) fn written(&self) -> &str {
        &self.written
    }

    /// Whether its value depends on the request.
    pub(super) fn is_open(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Variable { .. }))
    }

    /// The pattern, in which variables have the values of a request; `None` when one has none, so that nothing matches.
    pub(super) fn pattern(&self, context: &Context) -> Option<Pattern> {
        if let Some(fixed) = &self.fixed {
            return Some(fixed.clone());
        }
        let mut pieces = Vec::new();
        for part in &self.parts {
            match part {
                Part::Plain(text) => pieces.extend(text.chars().map(|character| match character {
                    '*' => Piece::Many,
                    '?' => Piece::One,
                    other => Piece::Literal(other),
                })),
                Part::Escaped(character) => pieces.push(Piece::Literal(*character)),
                Part::Variable { name, default } => match context.presence(name) {
                    Presence::Values([value]) if !value.is_empty() => {
                        pieces.extend(value.chars().map(Piece::Literal));
                    }
                    // An empty value is no value to some of AWS's pages, and one to others.
                    Presence::Values(_) | Presence::Unknown => pieces.push(Piece::Variable),
                    Presence::Absent => {
                        pieces.extend(default.as_ref()?.chars().map(Piece::Literal));
                    }
                },
            }
        }
        Some(Pattern::of_pieces(&self.written, pieces))
    }

    /// The text without wildcards, in which variables have the values of a request: what operators without patterns
    /// compare with.
    pub(super) fn value(&self, context: &Context) -> Value {
        let mut value = String::new();
        for part in &self.parts {
            match part {
                Part::Plain(text) => value.push_str(text),
                Part::Escaped(character) => value.push(*character),
                Part::Variable { name, default } => match (context.presence(name), default) {
                    (Presence::Values([text]), _) if !text.is_empty() => value.push_str(text),
                    (Presence::Values(_) | Presence::Unknown, _) => return Value::Unknown,
                    (Presence::Absent, Some(default)) => value.push_str(default),
                    (Presence::Absent, None) => return Value::None,
                },
            }
        }
        Value::Text(value)
    }
}

/// What a text of a policy comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// This text.
    Text(String),
    /// Nothing: a variable has no value.
    None,
    /// A variable's value is not known.
    Unknown,
}

fn part(inner: &str) -> Part {
    match inner {
        "*" => Part::Escaped('*'),
        "?" => Part::Escaped('?'),
        "$" => Part::Escaped('$'),
        _ => {
            let (name, default) = inner.split_once(',').map_or((inner, None), |(name, default)| {
                (name, default.trim().strip_prefix('\'').and_then(|default| default.strip_suffix('\'')))
            });
            Part::Variable { name: name.trim().to_owned(), default: default.map(str::to_owned) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Tri;

    fn context() -> Context {
        let mut context = Context::complete();
        context.insert("aws:username", vec!["jo*".to_owned()]);
        context.insert("aws:PrincipalTag/empty", vec![String::new()]);
        context.forget("aws:SourceIdentity");
        context
    }

    fn matches(text: &str, other: &str) -> Option<Tri> {
        Text::new(text, true).pattern(&context()).map(|pattern| pattern.matches(other))
    }

    #[test]
    fn a_variable_has_the_requests_value_without_wildcards() {
        assert_eq!(matches("user/${aws:UserName}", "user/jo*"), Some(Tri::True));
        assert_eq!(matches("user/${aws:username}", "user/john"), Some(Tri::False));
        assert_eq!(matches("${aws:username}*", "jo*hn"), Some(Tri::True));
    }

    #[test]
    fn a_variable_without_value_has_its_default_or_matches_nothing() {
        assert_eq!(matches("${aws:PrincipalTag/team, 'none'}", "none"), Some(Tri::True));
        assert_eq!(matches("a${aws:PrincipalTag/team}", "a"), None);
        assert_eq!(matches("${aws:SourceIdentity}", "x"), Some(Tri::Unknown));
        assert_eq!(matches("a${aws:PrincipalTag/empty, 'b'}", "a"), Some(Tri::Unknown));
        assert_eq!(Text::new("${aws:PrincipalTag/empty}", true).value(&context()), Value::Unknown);
        assert_eq!(Text::new("${aws:SourceIdentity}", true).value(&context()), Value::Unknown);
        assert_eq!(Text::new("${aws:PrincipalTag/x}", true).value(&context()), Value::None);
    }

    #[test]
    fn escapes_stand_for_themselves_and_older_policies_have_no_variables() {
        assert_eq!(matches("a${*}${?}${$}", "a*?$"), Some(Tri::True));
        assert_eq!(matches("a${*}", "ab"), Some(Tri::False));
        assert_eq!(matches("a${b", "a${b"), Some(Tri::True));
        let literal = Text::new("${aws:username}", false);
        assert!(!literal.is_open());
        assert_eq!(literal.pattern(&context()).unwrap().matches("${aws:username}"), Tri::True);
    }
}
