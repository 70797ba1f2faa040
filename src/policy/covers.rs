//! Which rules of other tools a control covers: what METADATA says under `covers`.
//!
//! It is apart from frameworks, because nobody is audited against another tool: this tells those who come from one where
//! their rules are.

use super::yaml::{Fields, Kind};
use crate::domain::Covered;

/// Reads `covers`: a mapping from tools to lists of their rules' names. An empty one says that no tool has such a rule.
pub(super) fn read(fields: &mut Fields<'_>) -> Option<Vec<Covered>> {
    let node = fields.node("covers")?;
    let Kind::Map(entries) = &node.kind else {
        fields.report(node, format!("`covers` is {}, and must be a mapping", node.kind.noun()));
        return None;
    };
    let mut covers = Vec::new();
    for (peer, rules) in entries {
        let peer = peer.text.as_str();
        if !is_slug(peer) {
            fields.report(rules, format!("`{peer}` is no tool's name in lower-case words with `-` between"));
        }
        let items = match &rules.kind {
            Kind::List(items) if !items.is_empty() => items,
            _ => {
                fields.report(rules, format!("`{peer}` of `covers` is not a list of rules"));
                continue;
            }
        };
        for item in items {
            match &item.kind {
                Kind::Text(rule) if is_line(rule) => {
                    let covered = Covered { peer: peer.to_owned(), rule: rule.clone() };
                    if covers.contains(&covered) {
                        fields.report(item, format!("`{rule}` of `{peer}` is named twice"));
                    }
                    covers.push(covered);
                }
                _ => fields.report(item, format!("a rule of `{peer}` is not a text of one line")),
            }
        }
    }
    covers.sort_unstable();
    Some(covers)
}

fn is_slug(text: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    text.split('-').all(is_word)
}

fn is_line(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && !text.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::super::yaml;
    use super::*;
    use crate::diagnostic::Code;

    fn check(text: &str) -> (Option<Vec<Covered>>, String) {
        let mut problems = Vec::new();
        let node = yaml::parse("a.rego", text).unwrap();
        let mut fields =
            Fields::of("a.rego", Code::Metadata, "`custom`", &node, &["covers"], &mut problems).unwrap();
        let covers = read(&mut fields);
        (covers, problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn rules_are_sorted_by_tool() {
        let (covers, problems) = check("covers: {trivy: [AWS-0034], checkov: [CKV_AWS_65, CKV_AWS_223]}");
        assert_eq!(problems, "");
        let covers = covers.unwrap().into_iter().map(|it| format!("{} {}", it.peer, it.rule));
        assert_eq!(
            covers.collect::<Vec<_>>(),
            ["checkov CKV_AWS_223", "checkov CKV_AWS_65", "trivy AWS-0034"]
        );
    }

    #[test]
    fn no_rule_of_any_tool_is_something_else_than_nothing_said() {
        assert_eq!(check("covers: {}").0, Some(Vec::new()));
        assert_eq!(check("{}").0, None);
    }

    #[test]
    fn what_is_wrong_is_said_where_it_stands() {
        let text =
            "covers:\n  Trivy: [AWS-0034]\n  checkov: CKV_AWS_65\n  kics: []\n  prowler: [a, a, 1, ' b']\n";
        insta::assert_snapshot!(check(text).1, @r"
        a.rego:2:10: `Trivy` is no tool's name in lower-case words with `-` between [metadata]
        a.rego:3:12: `checkov` of `covers` is not a list of rules [metadata]
        a.rego:4:9: `kics` of `covers` is not a list of rules [metadata]
        a.rego:5:16: `a` of `prowler` is named twice [metadata]
        a.rego:5:19: a rule of `prowler` is not a text of one line [metadata]
        a.rego:5:22: a rule of `prowler` is not a text of one line [metadata]
        ");
        insta::assert_snapshot!(check("covers: [ECS.4]").1, @"a.rego:1:9: `covers` is a list, and must be a mapping [metadata]");
    }
}
