//! YAML that keeps its places, so that a wrong value can be shown where it stands.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use serde_saphyr::options::AliasLimits;
use serde_saphyr::{Location, Options, Spanned};

use crate::diagnostic::{Code, Diagnostic};

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    /// Line and column, from 1.
    pub(super) place: (usize, usize),
    /// The value.
    pub(super) kind: Kind,
}

/// A YAML value, with JSON's types.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Key {
    /// Line and column, from 1.
    pub(super) place: (usize, usize),
    /// The key.
    pub(super) text: String,
}

impl Kind {
    /// What the value is, in words.
    pub(super) fn noun(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }
}

/// What a JSON value is, in the words of [`Kind::noun`].
pub(super) fn noun(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

impl Node {
    /// The value without its places.
    pub(super) fn to_json(&self) -> Value {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Number(value) => Value::Number(value.clone()),
            Kind::Text(value) => Value::String(value.clone()),
            Kind::List(items) => Value::Array(items.iter().map(Self::to_json).collect()),
            Kind::Map(entries) => {
                let entries = entries.iter().map(|(key, value)| (key.text.clone(), value.to_json()));
                Value::Object(entries.collect::<Map<_, _>>())
            }
        }
    }
}

/// What aliases may add to the shortest text: more than anybody writes, and nothing to wait for.
const ALIASED: usize = 1_000;

/// Reads one YAML document; an empty one is null.
pub(super) fn parse(file: &str, text: &str) -> Result<Node, Diagnostic> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_saphyr::from_str_with_options::<Option<Spanned<Shape>>>(text, options(text))
        .map(|node| node.map_or(Node { place: (1, 1), kind: Kind::Null }, node_of))
        .map_err(|error| {
            let rendered = error.without_snippet().to_string();
            let message = rendered.lines().next().unwrap_or("the file is not YAML");
            // The place stands beside the message, and a text may be a part of its file.
            let places =
                [" (defined at line ", " at line "].into_iter().filter_map(|words| message.find(words));
            let message = places.min().and_then(|end| message.get(..end)).unwrap_or(message);
            let problem = Diagnostic::of_file(file, Code::Syntax, message);
            match error.location() {
                Some(location) => {
                    let (line, column) = place(location);
                    problem.at(line, column)
                }
                None => problem,
            }
        })
}

/// The parser's own limits, but that aliases add at most as much as could stand in the text without them: a bundle may have
/// thousands of texts, and a few lines of aliases that name each other would make a million values.
fn options(text: &str) -> Options {
    let mut limits = AliasLimits::default();
    limits.max_total_replayed_events = limits.max_total_replayed_events.min(text.len().max(ALIASED));
    serde_saphyr::options! { alias_limits: limits }
}

fn place(location: Location) -> (usize, usize) {
    let number = |value: u64| usize::try_from(value).unwrap_or(usize::MAX).max(1);
    (number(location.line()), number(location.column()))
}

fn node_of(spanned: Spanned<Shape>) -> Node {
    Node { place: place(spanned.referenced), kind: spanned.value.0 }
}

/// [`Kind`] while it is read.
struct Shape(Kind);

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Shaping)
    }
}

struct Shaping;

impl<'de> Visitor<'de> for Shaping {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape(Kind::Null))
    }

    fn visit_none<E>(self) -> Result<Shape, E> {
        Ok(Shape(Kind::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Shape, D::Error> {
        Shape::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Shape, E> {
        Ok(Shape(Kind::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Shape, E> {
        Ok(Shape(Kind::Number(value.into())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Shape, E> {
        Ok(Shape(Kind::Number(value.into())))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Shape, E> {
        let number =
            Number::from_f64(value).ok_or_else(|| E::custom(format!("{value} is not a finite number")))?;
        Ok(Shape(Kind::Number(number)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Shape, E> {
        Ok(Shape(Kind::Text(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Shape, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element::<Spanned<Shape>>()? {
            items.push(node_of(item));
        }
        Ok(Shape(Kind::List(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Shape, A::Error> {
        let mut entries = Vec::new();
        while let Some((key, value)) = access.next_entry::<Spanned<String>, Spanned<Shape>>()? {
            let key = Key { place: place(key.referenced), text: key.value };
            entries.push((key, node_of(value)));
        }
        Ok(Shape(Kind::Map(entries)))
    }
}

/// A mapping whose keys are all known, read key by key; what is wrong goes to `problems`.
pub(super) struct Fields<'a> {
    file: &'a str,
    code: Code,
    /// What the mapping is, for messages.
    what: &'static str,
    place: (usize, usize),
    entries: &'a [(Key, Node)],
    problems: &'a mut Vec<Diagnostic>,
}

impl<'a> Fields<'a> {
    /// Looks at a node that must be a mapping with no other keys than `known`.
    pub(super) fn of(
        file: &'a str,
        code: Code,
        what: &'static str,
        node: &'a Node,
        known: &[&str],
        problems: &'a mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let Kind::Map(entries) = &node.kind else {
            let message = format!("{what} is {}, and must be a mapping", node.kind.noun());
            problems.push(Diagnostic::of_file(file, code, message).at(node.place.0, node.place.1));
            return None;
        };
        for (key, _) in entries {
            if !known.contains(&key.text.as_str()) {
                let message = format!("{what} has no key `{}`", key.text);
                let problem =
                    Diagnostic::of_file(file, Code::UnknownKey, message).at(key.place.0, key.place.1);
                problems.push(problem.with_help(super::nearest::help(&key.text, known.iter().copied())));
            }
        }
        Some(Self { file, code, what, place: node.place, entries, problems })
    }

    /// The value of a key, null counting as absent.
    pub(super) fn node(&self, key: &str) -> Option<&'a Node> {
        let entries: &'a [(Key, Node)] = self.entries;
        entries
            .iter()
            .find(|(it, _)| it.text == key)
            .map(|(_, node)| node)
            .filter(|node| node.kind != Kind::Null)
    }

    /// Reports a problem of a value.
    pub(super) fn report(&mut self, node: &Node, message: impl Into<String>) {
        self.problems.push(Diagnostic::of_file(self.file, self.code, message).at(node.place.0, node.place.1));
    }

    fn missing(&mut self, key: &str) {
        let message = format!("{} has no `{key}`", self.what);
        self.problems.push(Diagnostic::of_file(self.file, self.code, message).at(self.place.0, self.place.1));
    }

    fn wrong(&mut self, key: &str, node: &Node, expected: &str) {
        let message = format!("`{key}` of {} is {}, and must be {expected}", self.what, node.kind.noun());
        self.report(node, message);
    }

    /// A string that need not be there, without surrounding white space.
    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        let node = self.node(key)?;
        match &node.kind {
            Kind::Text(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            Kind::Text(_) => {
                self.report(node, format!("`{key}` of {} is empty", self.what));
                None
            }
            _ => {
                self.wrong(key, node, "a string");
                None
            }
        }
    }

    /// A string that must be there.
    pub(super) fn required_text(&mut self, key: &str) -> Option<String> {
        if self.node(key).is_none() {
            self.missing(key);
            return None;
        }
        self.text(key)
    }

    /// A node that must be there.
    pub(super) fn required(&mut self, key: &str) -> Option<&'a Node> {
        let node = self.node(key);
        if node.is_none() {
            self.missing(key);
        }
        node
    }

    /// A boolean that need not be there.
    pub(super) fn boolean(&mut self, key: &str) -> Option<bool> {
        let node = self.node(key)?;
        if let Kind::Bool(value) = node.kind {
            return Some(value);
        }
        self.wrong(key, node, "true or false");
        None
    }

    /// A list that need not be there.
    pub(super) fn list(&mut self, key: &str) -> &'a [Node] {
        match self.node(key) {
            None => &[],
            Some(Node { kind: Kind::List(items), .. }) => items,
            Some(node) => {
                self.wrong(key, node, "a list");
                &[]
            }
        }
    }

    /// A list of strings that need not be there.
    pub(super) fn texts(&mut self, key: &str) -> Vec<(String, &'a Node)> {
        let mut texts = Vec::new();
        for node in self.list(key) {
            match &node.kind {
                Kind::Text(text) if !text.trim().is_empty() => texts.push((text.trim().to_owned(), node)),
                _ => self.wrong(key, node, "a list of strings"),
            }
        }
        texts
    }

    /// Where further problems go.
    pub(super) fn problems(&mut self) -> &mut Vec<Diagnostic> {
        self.problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_keys_know_their_places() {
        let node = parse("a.yaml", "one: 1\ntwo:\n  - x\n  - three: [true, null]\n").unwrap();
        let Kind::Map(entries) = &node.kind else { panic!("{node:?}") };
        assert_eq!(entries[1].0, Key { place: (2, 1), text: "two".to_owned() });
        let Kind::List(items) = &entries[1].1.kind else { panic!("{node:?}") };
        assert_eq!(items[0].place, (3, 5));
        assert_eq!(node.to_json(), serde_json::json!({"one": 1, "two": ["x", {"three": [true, null]}]}));
    }

    #[test]
    fn an_empty_document_is_null() {
        assert_eq!(parse("a.yaml", "# nothing\n").unwrap().kind, Kind::Null);
    }

    #[test]
    fn quoted_numbers_stay_strings() {
        let node = parse("a.yaml", "a: \"012345678901\"\nb: 7\nc: 1.5\nd: \"true\"\n").unwrap();
        assert_eq!(node.to_json(), serde_json::json!({"a": "012345678901", "b": 7, "c": 1.5, "d": "true"}));
    }

    #[test]
    fn a_syntax_error_has_a_place() {
        let problem = parse("a.yaml", "a: 1\nb: [1, 2\nc: 3\n").unwrap_err();
        assert_eq!(problem.code, Code::Syntax);
        assert!(problem.line.is_some(), "{problem}");
    }

    #[test]
    fn aliases_that_multiply_are_refused_before_they_do() {
        let more = |one: char, next: char| format!("{next}: &{next} [{}]\n", format!("*{one},").repeat(9));
        let names = ('a'..='h').zip('b'..='i').map(|(one, next)| more(one, next)).collect::<String>();
        let begun = std::time::Instant::now();
        for _ in 0..20 {
            let problem = parse("a.yaml", &format!("a: &a [{}]\n{names}", "x,".repeat(9))).unwrap_err();
            assert!(problem.message.contains("alias"), "{problem}");
        }
        assert!(begun.elapsed() < std::time::Duration::from_secs(2), "{:?}", begun.elapsed());
        let defaults = parse("a.yaml", "a: &a {x: 1}\nb: {<<: *a, y: *a}\n").unwrap();
        assert_eq!(defaults.to_json()["b"], serde_json::json!({"x": 1, "y": {"x": 1}}));
    }

    #[test]
    fn a_key_that_is_written_twice_is_refused() {
        let problem = parse("a.yaml", "a: 1\na: 2\n").unwrap_err();
        assert_eq!(problem.line, Some(2), "{problem}");
    }
}
