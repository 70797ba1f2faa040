//! Parameters: an organisation's values laid over the defaults that bundles bring along.
//!
//! The defaults are the schema: a key that they do not have is a typing error, and a value of another type would turn a
//! policy's comparisons silently false.

use serde_json::{Map, Value};

use super::nearest;
use super::yaml::{self, Kind, Node};
use crate::diagnostic::{Code, Diagnostic};

/// Lays a file of parameters over the defaults; a list replaces the default's list as a whole.
pub(super) fn overlay(
    defaults: &mut Map<String, Value>,
    origin: &str,
    text: &str,
    problems: &mut Vec<Diagnostic>,
) {
    match yaml::parse(origin, text) {
        Ok(Node { kind: Kind::Null, .. }) => {}
        Ok(Node { kind: Kind::Map(entries), .. }) => {
            for (key, value) in &entries {
                lay(defaults, key, value, origin, &key.text, problems);
            }
        }
        Ok(other) => {
            let message = format!("the file is {}, and must be a mapping", other.kind.noun());
            problems.push(Diagnostic::of_file(origin, Code::InvalidValue, message));
        }
        Err(problem) => problems.push(problem),
    }
}

fn lay(
    under: &mut Map<String, Value>,
    key: &yaml::Key,
    over: &Node,
    origin: &str,
    path: &str,
    problems: &mut Vec<Diagnostic>,
) {
    let Some(default) = under.get_mut(&key.text) else {
        let message = format!("no bundle has a parameter `{path}`");
        let help = nearest::help(&key.text, under.keys().map(String::as_str));
        problems.push(
            Diagnostic::of_file(origin, Code::UnknownKey, message)
                .at(key.place.0, key.place.1)
                .with_help(help),
        );
        return;
    };
    match (&mut *default, &over.kind) {
        // An empty mapping as a default means that its keys are for the organisation to choose.
        (Value::Object(under), Kind::Map(entries)) if !under.is_empty() => {
            for (key, value) in entries {
                lay(under, key, value, origin, &format!("{path}.{}", key.text), problems);
            }
        }
        (Value::Array(items), Kind::List(over_items)) => {
            // The first item of the default shows what the others are.
            let expected = items.first().map(yaml::noun);
            let wrong = expected.and_then(|expected| {
                over_items.iter().find(|item| item.kind.noun() != expected).map(|item| (item, expected))
            });
            match wrong {
                Some((item, expected)) => {
                    problems.push(wrong_type(origin, item, &format!("an item of `{path}`"), expected));
                }
                None => *default = over.to_json(),
            }
        }
        (Value::Null, _) => *default = over.to_json(),
        (default_value, kind) if yaml::noun(default_value) == kind.noun() => *default = over.to_json(),
        (default_value, _) => {
            problems.push(wrong_type(origin, over, &format!("`{path}`"), yaml::noun(default_value)));
        }
    }
}

fn wrong_type(origin: &str, node: &Node, what: &str, expected: &str) -> Diagnostic {
    let message = format!("{what} is {}, and must be {expected} as its default is", node.kind.noun());
    Diagnostic::of_file(origin, Code::InvalidValue, message).at(node.place.0, node.place.1)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(text: &str) -> (Value, String) {
        let mut defaults = json!({
            "required_tags": {"keys": ["owner"], "values": {}},
            "capabilities": {"profile": "baseline", "limit": 1, "open": null, "on": true},
        });
        let mut problems = Vec::new();
        overlay(defaults.as_object_mut().unwrap(), "params.yaml", text, &mut problems);
        let problems = problems.iter().map(|it| format!("{it} ({})", it.help.as_deref().unwrap_or("-")));
        let problems = problems.collect::<Vec<_>>().join("\n");
        (defaults, problems)
    }

    #[test]
    fn what_is_written_replaces_the_default_and_the_rest_stays() {
        let text = "required_tags:\n  keys: [team]\n  values: {env: [prod]}\ncapabilities:\n  limit: 2.5\n  open: [x]\n";
        let (params, problems) = check(text);
        assert_eq!(problems, "");
        assert_eq!(
            params,
            json!({
                "required_tags": {"keys": ["team"], "values": {"env": ["prod"]}},
                "capabilities": {"profile": "baseline", "limit": 2.5, "open": ["x"], "on": true},
            })
        );
    }

    #[test]
    fn an_empty_file_changes_nothing() {
        assert_eq!(check("# later\n").1, "");
    }

    #[test]
    fn unknown_keys_and_wrong_types_are_refused_where_they_stand() {
        let text = "required_tags:\n  key: [team]\n  keys: [1]\ncapabilities:\n  profile: [x]\n  on: \"yes\"\n  limit:\nother: 1\n";
        insta::assert_snapshot!(check(text).1, @r"
        params.yaml:2:3: no bundle has a parameter `required_tags.key` [unknown-key] (did you mean `keys`?)
        params.yaml:3:10: an item of `required_tags.keys` is a number, and must be a string as its default is [invalid-value] (-)
        params.yaml:5:12: `capabilities.profile` is a list, and must be a string as its default is [invalid-value] (-)
        params.yaml:6:7: `capabilities.on` is a string, and must be a boolean as its default is [invalid-value] (-)
        params.yaml:7:8: `capabilities.limit` is nothing, and must be a number as its default is [invalid-value] (-)
        params.yaml:8:1: no bundle has a parameter `other` [unknown-key] (known are `capabilities`, `required_tags`)
        ");
    }
}
