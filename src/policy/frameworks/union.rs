//! What several bundles say of one framework, put together: a bundle answers for its own controls alone, and a framework is
//! answered to by all that are loaded.

use std::collections::{BTreeMap, BTreeSet};

use super::part::{FORMAT, PLACEHOLDER, Part, RequirementPart, SOURCE, Said, TITLE, VERSION};
use super::{Framework, Requirement};
use crate::diagnostic::{Code, Diagnostic};
use crate::domain::ControlId;
use crate::policy::nearest;

/// What a bundle brings to the frameworks.
#[derive(Debug)]
pub(in crate::policy) struct Holder<'a> {
    /// Its name.
    pub(in crate::policy) bundle: &'a str,
    /// The bundles that it requires.
    pub(in crate::policy) requires: &'a [String],
    /// The ids of its controls.
    pub(in crate::policy) controls: &'a BTreeSet<ControlId>,
    /// Its files.
    pub(in crate::policy) parts: &'a [Part],
}

/// The frameworks of all bundles, sorted by id.
///
/// Bundles come in an order that the user's does not change, which decides the order of requirements; `enabled` are the
/// controls that are judged unless somebody turns them off, and so the only ones that close a gap.
pub(in crate::policy) fn unite(
    holders: &[Holder<'_>],
    enabled: &BTreeSet<&ControlId>,
    problems: &mut Vec<Diagnostic>,
) -> Vec<Framework> {
    let mut drafts = BTreeMap::<&str, Draft<'_>>::new();
    for holder in holders {
        let known = known_to(holder, holders);
        for part in holder.parts {
            drafts.entry(&part.id).or_insert_with(|| Draft::of(part)).add(part, problems);
            let named = part.requirements.iter().flat_map(|requirement| &requirement.controls);
            problems.extend(named.filter_map(|control| unknown(part, control, &known, holders)));
        }
    }
    drafts.into_iter().filter_map(|(id, draft)| draft.finish(id, enabled, problems)).collect()
}

/// The controls that a bundle can be sure of: its own, and those of the bundles without which it is not loaded.
fn known_to<'a>(holder: &Holder<'a>, holders: &[Holder<'a>]) -> BTreeSet<&'a str> {
    let (mut names, mut open) = (BTreeSet::from([holder.bundle]), vec![holder.bundle]);
    let mut known = BTreeSet::new();
    while let Some(name) = open.pop() {
        for found in holders.iter().filter(|it| it.bundle == name) {
            known.extend(found.controls.iter().map(ControlId::as_str));
            open.extend(found.requires.iter().map(String::as_str).filter(|it| names.insert(it)));
        }
    }
    known
}

/// The problem of a control that the bundle may be loaded without.
fn unknown(
    part: &Part,
    control: &Said,
    known: &BTreeSet<&str>,
    holders: &[Holder<'_>],
) -> Option<Diagnostic> {
    let id = control.text.as_str();
    if known.contains(id) {
        return None;
    }
    let message = format!("neither the bundle nor one that it requires has a control `{id}`");
    let is_in = |holder: &&Holder<'_>| holder.controls.iter().any(|it| it.as_str() == id);
    let help = match holders.iter().find(is_in) {
        Some(other) => {
            let (bundle, id) = (other.bundle, &part.id);
            format!("it is one of `{bundle}`: require that bundle, or name it in its `frameworks/{id}.yaml`")
        }
        None => nearest::help(id, known.iter().copied()),
    };
    let (line, column) = control.place;
    Some(Diagnostic::of_file(&part.file, Code::Framework, message).at(line, column).with_help(help))
}

/// A framework while its parts are put together.
struct Draft<'a> {
    first: &'a Part,
    facts: BTreeMap<&'static str, Quoted<'a>>,
    /// In the order in which they are met.
    requirements: Vec<DraftRequirement<'a>>,
    numbers: BTreeMap<&'a str, usize>,
}

/// A requirement while its parts are put together.
struct DraftRequirement<'a> {
    id: &'a str,
    title: Option<Quoted<'a>>,
    parts: Vec<&'a RequirementPart>,
}

/// A text and the file that says it first; nothing of a text that was refused.
#[derive(Clone, Copy)]
struct Quoted<'a> {
    said: Option<&'a Said>,
    file: &'a str,
}

impl<'a> Draft<'a> {
    fn of(first: &'a Part) -> Self {
        Self { first, facts: BTreeMap::new(), requirements: Vec::new(), numbers: BTreeMap::new() }
    }

    fn add(&mut self, part: &'a Part, problems: &mut Vec<Diagnostic>) {
        for (key, said) in &part.facts {
            let here = Quoted { said: said.as_ref(), file: &part.file };
            let first = *self.facts.entry(key).or_insert(here);
            let what = format!("`{key}` of the framework `{}`", part.id);
            problems.extend(contradiction(&what, first, here));
        }
        for requirement in &part.requirements {
            let number = *self.numbers.entry(&requirement.id).or_insert(self.requirements.len());
            if number == self.requirements.len() {
                self.requirements.push(DraftRequirement {
                    id: &requirement.id,
                    title: None,
                    parts: Vec::new(),
                });
            }
            let Some(draft) = self.requirements.get_mut(number) else { continue };
            draft.parts.push(requirement);
            if let Some(title) = &requirement.title {
                let here = Quoted { said: Some(title), file: &part.file };
                let first = *draft.title.get_or_insert(here);
                let what = format!("`title` of the requirement `{}`", requirement.id);
                problems.extend(contradiction(&what, first, here));
            }
        }
    }

    fn finish(
        self,
        id: &str,
        enabled: &BTreeSet<&ControlId>,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<Framework> {
        for key in [TITLE, VERSION, SOURCE] {
            if !self.facts.contains_key(key) {
                let (line, column) = self.first.place;
                let message = format!("the framework has no `{key}`");
                problems.push(
                    Diagnostic::of_file(&self.first.file, Code::Framework, message).at(line, column).with_help(
                        "write it, or require the bundle that says it: the file is to be understood alone",
                    ),
                );
            }
        }
        let fact = |key| Some(self.facts.get(key)?.said?.text.clone());
        let format = fact(FORMAT);
        let requirements = self.requirements.iter().map(|draft| draft.finish(format.as_deref(), enabled));
        Some(Framework {
            id: id.to_owned(),
            title: fact(TITLE)?,
            version: fact(VERSION)?,
            source: fact(SOURCE)?,
            requirements: requirements.collect(),
        })
    }
}

impl DraftRequirement<'_> {
    fn finish(&self, format: Option<&str>, enabled: &BTreeSet<&ControlId>) -> Requirement {
        let controls = self.parts.iter().flat_map(|part| &part.controls);
        let controls = controls.filter_map(|control| ControlId::new(&control.text).ok());
        let controls = controls.collect::<BTreeSet<_>>();
        let is_covered = controls.iter().any(|control| enabled.contains(control));
        let mut reasons = Vec::<&str>::new();
        for part in &self.parts {
            // Where a control answers to it after all, there is no gap to give a reason for.
            let is_moot = is_covered && part.controls.is_empty();
            let reason = part.reason.as_deref().filter(|reason| !is_moot && !reasons.contains(reason));
            reasons.extend(reason);
        }
        Requirement {
            id: self.id.to_owned(),
            label: format.map(|format| format.replace(PLACEHOLDER, self.id)),
            title: self.title.and_then(|title| title.said).map(|title| title.text.clone()),
            controls: controls.into_iter().collect(),
            reason: (!reasons.is_empty()).then(|| reasons.join(" ")),
        }
    }
}

/// The problem of two files that do not say the same.
fn contradiction(what: &str, first: Quoted<'_>, here: Quoted<'_>) -> Option<Diagnostic> {
    let (said, other) = (here.said?, first.said?);
    if said.text == other.text {
        return None;
    }
    let message =
        format!("{what} is `{}`, and `{}` in {}:{}", said.text, other.text, first.file, other.place.0);
    let (line, column) = said.place;
    let problem = Diagnostic::of_file(here.file, Code::Framework, message).at(line, column);
    Some(problem.with_help("write the same, or leave it out where the other bundle is required"))
}
