//! What other tools check on Amazon ECS, and the controls that cover it: `docs/peers.md`, made from `docs/peers.yaml` and
//! METADATA.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::sync::LazyLock;

use serde::Deserialize;
use tidewaiter::policy::{Bundles, Limits, Source};

use super::docs::holds;
use crate::support::program::project;

#[derive(Deserialize)]
struct List {
    peers: Vec<Peer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Peer {
    id: String,
    title: String,
    source: String,
    read: String,
    rules: Option<Vec<Rule>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    id: String,
    title: String,
    reason: Option<String>,
}

/// Which controls cover each rule of each tool.
type Covers = BTreeMap<String, BTreeMap<String, Vec<String>>>;

fn peers() -> Vec<Peer> {
    let text = fs::read_to_string(project("docs/peers.yaml")).unwrap();
    serde_saphyr::from_str::<List>(&text).unwrap().peers
}

static BUNDLES: LazyLock<Bundles> =
    LazyLock::new(|| Bundles::load(&[Source::Builtin], None, &Limits::default()).unwrap());

fn covers() -> Covers {
    let mut covers = Covers::new();
    for control in BUNDLES.all_controls() {
        for covered in control.covers.iter().flatten() {
            let rules = covers.entry(covered.peer.clone()).or_default();
            rules.entry(covered.rule.clone()).or_default().push(control.id.to_string());
        }
    }
    covers
}

fn links(controls: &[String]) -> String {
    controls.iter().map(|id| format!("[{id}](controls/{id}.md)")).collect::<Vec<_>>().join(", ")
}

#[test]
fn every_control_says_which_rules_of_other_tools_it_covers() {
    let silent = BUNDLES.all_controls().iter().filter(|control| control.covers.is_none());
    let silent = silent.map(|control| control.id.as_str()).collect::<Vec<_>>();
    assert!(
        silent.is_empty(),
        "`covers` is missing, and is `{{}}` where no tool has such a rule: {silent:?}"
    );
    let known = peers().into_iter().map(|peer| peer.id).collect::<Vec<_>>();
    let unknown = covers().into_keys().filter(|peer| !known.contains(peer)).collect::<Vec<_>>();
    assert!(unknown.is_empty(), "docs/peers.yaml does not know {unknown:?}");
}

#[test]
fn no_rule_of_another_tool_on_ecs_is_without_a_control_or_a_reason() {
    let covers = covers();
    let mut wrong = Vec::new();
    for peer in peers() {
        let covered = covers.get(&peer.id);
        for rule in peer.rules.into_iter().flatten() {
            let n_controls = covered.and_then(|rules| rules.get(&rule.id)).map_or(0, Vec::len);
            match (n_controls, rule.reason) {
                (0, None) => wrong.push(format!("no control covers `{}` of {}", rule.id, peer.id)),
                (1.., Some(_)) => wrong.push(format!("`{}` of {} is covered after all", rule.id, peer.id)),
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_page_of_other_tools_is_current() {
    let covers = covers();
    let mut text = String::from(
        "# Rules of other tools\n\nThis page is made from `covers` in the METADATA of the built-in controls, and from \
         `docs/peers.yaml`, which lists what each tool checks on Amazon ECS.\nWhat fails there fails here, in the \
         control that stands beside it, once its parameters have the values that the tool is given; a rule that no \
         control covers has its reason.\n",
    );
    for peer in peers() {
        let mut covered = covers.get(&peer.id).cloned().unwrap_or_default();
        let _ = write!(text, "\n## {}\n\n<{}>, {}.\n", peer.title, peer.source, peer.read);
        if let Some(rules) = &peer.rules {
            text.push_str("\n| rule | what it looks at | covered by |\n| --- | --- | --- |\n");
            for rule in rules {
                let by = covered.remove(&rule.id).map(|controls| links(&controls));
                let by = by.or_else(|| rule.reason.as_ref().map(|reason| format!("none: {reason}")));
                let _ = writeln!(text, "| `{}` | {} | {} |", rule.id, rule.title, by.unwrap_or_default());
            }
        }
        if !covered.is_empty() {
            if peer.rules.is_some() {
                text.push_str("\nRules on what surrounds Amazon ECS that controls cover too:\n");
            }
            text.push_str("\n| rule | covered by |\n| --- | --- |\n");
            for (rule, controls) in &covered {
                let _ = writeln!(text, "| `{rule}` | {} |", links(controls));
            }
        }
    }
    holds("docs/peers.md", &text);
}
