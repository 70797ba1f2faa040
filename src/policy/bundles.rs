//! Every loaded bundle together: checked, prepared, and asked which controls to judge.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::bundle::{self, Bundle, Draft};
use super::engine::Prepared;
use super::files::{self, Source};
use super::frameworks::{self, Framework, Holder};
use super::graph::Graph;
use super::input_paths::Reads;
use super::omissions::Omission;
use super::{Limits, data, manifest, nearest, params, requirements, stack};
use crate::diagnostic::{Code, Diagnostic};
use crate::domain::{BundleId, Control, ControlId, Mapping};
use crate::snapshot::Collection;

/// Where parameters stand below `data`.
pub(super) const PARAMS: &str = "params";

/// Bundles that were loaded together, and the controls that are to be judged.
#[derive(Debug, Clone)]
pub struct Bundles {
    bundles: Vec<BundleInfo>,
    frameworks: Vec<Framework>,
    omissions: Vec<Omission>,
    /// Every control, sorted by id.
    all: Vec<Arc<Control>>,
    /// The controls that are judged, sorted by id.
    controls: Vec<Arc<Control>>,
    /// What the engine needs to know of each control.
    entry_points: BTreeMap<ControlId, EntryPoints>,
    params: Value,
    texts: BTreeSet<String>,
    prepared: Prepared,
}

/// One loaded bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleInfo {
    /// Its name, revision and digest.
    pub id: BundleId,
    /// What it is, in a line.
    pub title: Option<String>,
    /// Whether every control of the bundle that is on by default is judged; only then does the absence of a finding say
    /// anything about the bundle.
    pub whole: bool,
}

/// What a control asks the engine.
#[derive(Debug, Clone)]
pub(super) struct EntryPoints {
    /// The path of `deny`.
    pub(super) deny: String,
    /// The path of `exclude`, where the control has one.
    pub(super) exclude: Option<String>,
    /// The path of `unknown`, where the control has one.
    pub(super) unknown: Option<String>,
    /// What the policy looks into.
    pub(super) reads: Reads,
}

/// A control that no loaded bundle has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no loaded bundle has a control `{id}`")]
pub struct UnknownControl {
    /// The id as it was given.
    pub id: ControlId,
    /// What to do about it.
    pub help: String,
}

impl Bundles {
    /// Loads bundles and checks them.
    ///
    /// `overrides` is a file of parameters that is laid over the bundles' defaults: its name for messages, and its text.
    ///
    /// # Errors
    ///
    /// Every problem of every file, sorted; nothing is loaded when there is one.
    pub fn load(
        sources: &[Source],
        overrides: Option<(&str, &str)>,
        limits: &Limits,
    ) -> Result<Self, Vec<Diagnostic>> {
        stack::on_large_stack(|| load(sources, overrides, limits)).unwrap_or_else(|reason| {
            let message = format!("the bundles could not be loaded: {reason}");
            Err(vec![Diagnostic::of_file("bundles", Code::Rego, message)])
        })
    }

    /// The loaded bundles, sorted by name.
    #[must_use]
    pub fn bundles(&self) -> &[BundleInfo] {
        &self.bundles
    }

    /// The frameworks of all bundles, sorted by id.
    #[must_use]
    pub fn frameworks(&self) -> &[Framework] {
        &self.frameworks
    }

    /// The checks that the bundles leave out, sorted by id.
    #[must_use]
    pub fn omissions(&self) -> &[Omission] {
        &self.omissions
    }

    /// The controls that are judged, sorted by id.
    #[must_use]
    pub fn controls(&self) -> &[Arc<Control>] {
        &self.controls
    }

    /// Every control of the bundles, judged or not, sorted by id.
    #[must_use]
    pub fn all_controls(&self) -> &[Arc<Control>] {
        &self.all
    }

    /// The control with an id, or that had it once; judged or not.
    #[must_use]
    pub fn control(&self, id: &ControlId) -> Option<&Arc<Control>> {
        let by_id = self.all.iter().find(|control| control.id == *id);
        by_id.or_else(|| self.all.iter().find(|control| control.aliases.contains(id)))
    }

    /// Every collection that some judged control reads; it decides what is collected.
    #[must_use]
    pub fn reads(&self) -> BTreeSet<Collection> {
        self.controls.iter().flat_map(|control| control.reads.iter().copied()).collect()
    }

    /// The parameters as policies see them, overrides included.
    #[must_use]
    pub fn params(&self) -> &Value {
        &self.params
    }

    /// The texts that the policies and their defaults hold: what they compare with, and the members that they refer to.
    ///
    /// Parameters that were laid over the defaults are not among them.
    #[must_use]
    pub fn texts(&self) -> &BTreeSet<String> {
        &self.texts
    }

    /// The same bundles with other controls to judge: exactly these, also when they are off by default.
    ///
    /// # Errors
    ///
    /// Each id that no bundle has.
    pub fn select(&self, ids: &[ControlId]) -> Result<Self, Vec<UnknownControl>> {
        let (mut chosen, mut unknown) = (BTreeMap::new(), Vec::new());
        for id in ids {
            match self.control(id) {
                Some(control) => {
                    chosen.insert(control.id.clone(), Arc::clone(control));
                }
                None => {
                    let known = self.all.iter().map(|control| control.id.as_str());
                    unknown.push(UnknownControl { id: id.clone(), help: nearest::help(id.as_str(), known) });
                }
            }
        }
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let mut selected = self.clone();
        selected.controls = chosen.into_values().collect();
        for bundle in &mut selected.bundles {
            bundle.whole = self
                .all
                .iter()
                .filter(|control| control.bundle == bundle.id && control.enabled)
                .all(|control| selected.controls.iter().any(|chosen| chosen.id == control.id));
        }
        Ok(selected)
    }

    pub(super) fn prepared(&self) -> &Prepared {
        &self.prepared
    }

    pub(super) fn entry_points(&self, control: &ControlId) -> Option<&EntryPoints> {
        self.entry_points.get(control)
    }
}

fn load(
    sources: &[Source],
    overrides: Option<(&str, &str)>,
    limits: &Limits,
) -> Result<Bundles, Vec<Diagnostic>> {
    let (mut problems, mut graph, mut read) = (Vec::new(), Graph::default(), Vec::<Bundle>::new());
    let given = sources.iter().flat_map(|source| files::read(source, limits, &mut problems));
    let given = given.collect::<Vec<_>>();
    for tree in given.iter().chain(&requirements::missing(&given, &mut problems)) {
        read.extend(bundle::read(tree, limits, &mut graph, &mut problems));
    }
    if read.is_empty() && problems.is_empty() {
        problems.push(Diagnostic::of_file("bundles", Code::Manifest, "no bundle was given"));
    }
    read.sort_by(|left, right| left.id.name.cmp(&right.id.name));
    check_together(&read, &mut problems);

    let (documents, packages) =
        (read.iter().flat_map(|bundle| &bundle.documents), read.iter().flat_map(|bundle| &bundle.policies));
    let packages = packages.map(|policy| policy.package.as_str()).collect::<BTreeSet<_>>();
    let packages = packages.into_iter().collect::<Vec<_>>();
    let all_documents = documents.cloned().collect::<Vec<_>>();
    data::check_shadows(&all_documents, &packages, &mut problems);
    let mut data = data::merge(&all_documents, &mut problems);
    check_parameters(&read, data.get(PARAMS), &mut problems);
    graph.check_references(&Value::Object(data.clone()), &mut problems);
    graph.check_recursion(&mut problems);
    let mut texts = graph.texts();
    data.values().for_each(|value| texts_of(value, &mut texts));
    if let Some((origin, text)) = overrides {
        let params = data.entry(PARAMS).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(params) = params {
            params::overlay(params, origin, text, &mut problems);
        }
    }
    let params = data.get(PARAMS).cloned().unwrap_or_else(|| Value::Object(Map::new()));

    let mut entry_points = BTreeMap::new();
    for draft in read.iter().flat_map(|bundle| &bundle.controls) {
        entry_points.insert(draft.metadata.id.clone(), entry(&graph, draft, &mut problems));
    }
    let frameworks = united_frameworks(&read, &mut problems);
    let bundles = finish(read, frameworks, Value::Object(data), params, entry_points, problems)?;
    Ok(Bundles { texts, ..bundles })
}

/// What the bundles say of frameworks, put together.
fn united_frameworks(read: &[Bundle], problems: &mut Vec<Diagnostic>) -> Vec<Framework> {
    let holders = read.iter().map(|bundle| Holder {
        bundle: &bundle.id.name,
        requires: &bundle.requires,
        controls: &bundle.ids,
        parts: &bundle.frameworks,
    });
    let enabled = read.iter().flat_map(|bundle| &bundle.controls).filter(|draft| draft.metadata.enabled);
    let enabled = enabled.map(|draft| &draft.metadata.id).collect();
    frameworks::unite(&holders.collect::<Vec<_>>(), &enabled, problems)
}

/// Every string of a JSON value, keys included.
fn texts_of(value: &Value, texts: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            texts.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| texts_of(item, texts)),
        Value::Object(entries) => {
            for (key, value) in entries {
                texts.insert(key.clone());
                texts_of(value, texts);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Prepares the engine, and puts everything together if nothing was wrong.
fn finish(
    read: Vec<Bundle>,
    frameworks: Vec<Framework>,
    data: Value,
    params: Value,
    entry_points: BTreeMap<ControlId, EntryPoints>,
    mut problems: Vec<Diagnostic>,
) -> Result<Bundles, Vec<Diagnostic>> {
    let mut prepared = None;
    // An engine with recursion or half of its policies would only give more errors that say less.
    if problems.is_empty() {
        let policies = read.iter().flat_map(|bundle| &bundle.policies);
        let policies = policies.map(|policy| (policy.file.clone(), policy.text.clone())).collect::<Vec<_>>();
        prepared = Prepared::new(&policies, &data, &mut problems);
    }
    if let Some(prepared) = &prepared {
        let drafts = read.iter().flat_map(|bundle| &bundle.controls);
        let rules = drafts.filter_map(|draft| {
            let entry = entry_points.get(&draft.metadata.id)?;
            let rules = [Some(entry.deny.as_str()), entry.exclude.as_deref(), entry.unknown.as_deref()];
            Some(rules.into_iter().flatten().map(|rule| (draft.file.as_str(), rule)))
        });
        prepared.check_functions(&rules.flatten().collect::<Vec<_>>(), &mut problems);
    }
    problems.sort();
    problems.dedup();
    let Some(prepared) = prepared.filter(|_| problems.is_empty()) else { return Err(problems) };

    let (mut bundles, mut omissions, mut all) = (Vec::new(), Vec::new(), Vec::new());
    let mut mappings = frameworks::mappings(&frameworks);
    for bundle in read {
        for draft in bundle.controls {
            let mapped = mappings.remove(&draft.metadata.id).unwrap_or_default();
            let reads = entry_points.get(&draft.metadata.id).map(|entry| entry.reads.clone());
            all.push(Arc::new(control(draft, &bundle.id, mapped, &reads.unwrap_or_default())));
        }
        omissions.extend(bundle.omissions);
        bundles.push(BundleInfo { id: bundle.id, title: bundle.title, whole: true });
    }
    all.sort_by(|left, right| left.id.cmp(&right.id));
    omissions.sort_by(|left: &Omission, right| left.id.cmp(&right.id));
    let controls = all.iter().filter(|control| control.enabled).map(Arc::clone).collect();
    let texts = BTreeSet::new();
    Ok(Bundles { bundles, frameworks, omissions, all, controls, entry_points, params, texts, prepared })
}

fn control(draft: Draft, bundle: &BundleId, mappings: Vec<Mapping>, reads: &Reads) -> Control {
    let Draft { package, metadata, .. } = draft;
    let mut evidence = reads.evidence();
    evidence.insert(metadata.population);
    Control {
        id: metadata.id,
        aliases: metadata.aliases,
        bundle: bundle.clone(),
        package,
        title: metadata.title,
        description: metadata.description,
        related_resources: metadata.related_resources,
        severity: metadata.severity,
        population: metadata.population,
        reads: evidence.into_iter().collect(),
        joined: reads.joined().into_iter().collect(),
        remediation: metadata.remediation,
        parameters: metadata.parameters.into_iter().map(|(name, _)| name).collect(),
        enabled: metadata.enabled,
        deprecated: metadata.deprecated,
        mappings,
        covers: metadata.covers,
    }
}

/// The rules that a control is asked through; both must be sets.
fn entry(graph: &Graph, draft: &Draft, problems: &mut Vec<Diagnostic>) -> EntryPoints {
    let path = |name: &str| format!("{}.{name}", draft.package);
    let mut wrong = |name: &str, message: &str| {
        let problem =
            Diagnostic::of_file(&draft.file, Code::Contract, format!("the control's `{name}` {message}"));
        problems.push(problem.with_help(format!("write `{name} contains … if {{ … }}`")));
    };
    let deny = path("deny");
    match graph.rule(&deny) {
        None => wrong("deny", "is missing"),
        Some(rule) if !rule.is_set => wrong("deny", "is not a set"),
        Some(_) => {}
    }
    let mut rules = vec![deny.clone()];
    let [exclude, unknown] = ["exclude", "unknown"].map(|name| {
        let rule = graph.rule(&path(name))?;
        if !rule.is_set {
            wrong(name, "is not a set");
        }
        rules.push(path(name));
        Some(format!("data.{}", path(name)))
    });
    let reads = graph.reads(&rules.iter().map(String::as_str).collect::<Vec<_>>());
    EntryPoints { deny: format!("data.{deny}"), exclude, unknown, reads }
}

/// Names that must be unique among all bundles: bundles, controls with their aliases, and packages.
fn check_together(read: &[Bundle], problems: &mut Vec<Diagnostic>) {
    let mut names = BTreeSet::new();
    let mut packages = BTreeMap::<&str, (&str, usize)>::new();
    let mut ids = BTreeMap::<&ControlId, &str>::new();
    for (number, bundle) in read.iter().enumerate() {
        if !names.insert(&bundle.id.name) {
            let message = format!("two bundles are called `{}`", bundle.id.name);
            problems.push(Diagnostic::of_file(&bundle.id.name, Code::Manifest, message));
        }
        for earlier in read.iter().take(number) {
            problems.extend(overlapping_roots(earlier, bundle));
        }
        for policy in &bundle.policies {
            let (first, first_number) =
                packages.entry(&policy.package).or_insert((policy.file.as_str(), number));
            if *first_number != number {
                let message =
                    format!("the package `{}` stands in another bundle too ({first})", policy.package);
                problems.push(Diagnostic::of_file(&policy.file, Code::Layout, message));
            }
        }
        for draft in &bundle.controls {
            let (line, column) = draft.metadata.place;
            for id in [&draft.metadata.id].into_iter().chain(&draft.metadata.aliases) {
                let first = ids.entry(id).or_insert_with(|| draft.file.as_str());
                if *first != draft.file {
                    let message = format!("the control id `{id}` is taken ({first})");
                    let problem = Diagnostic::of_file(&draft.file, Code::DuplicateControl, message);
                    problems
                        .push(problem.at(line, column).with_help("ids are permanent and never given twice"));
                }
            }
        }
    }
}

/// Two bundles that lay claim to the same place below `data`; OPA loads no such bundles together either.
fn overlapping_roots(one: &Bundle, other: &Bundle) -> Option<Diagnostic> {
    let mut pairs = one.roots.iter().flat_map(|root| other.roots.iter().map(move |another| (root, another)));
    let (root, another) = pairs.find(|(root, another)| manifest::overlap(root, another))?;
    let message = format!("the root `{another}` overlaps with `{root}` of the bundle `{}`", one.id.name);
    let help =
        "name in `roots` only what the bundle has: its own folders below `controls`, `lib` and `params`";
    Some(Diagnostic::of_file(&other.manifest, Code::OverlappingRoots, message).with_help(help))
}

/// Every parameter that METADATA names has a default.
fn check_parameters(read: &[Bundle], params: Option<&Value>, problems: &mut Vec<Diagnostic>) {
    for draft in read.iter().flat_map(|bundle| &bundle.controls) {
        for (name, (line, column)) in &draft.metadata.parameters {
            let default =
                params.and_then(|params| name.split('.').try_fold(params, |here, part| here.get(part)));
            if default.is_none() {
                let known =
                    params.and_then(Value::as_object).into_iter().flat_map(Map::keys).map(String::as_str);
                let message = format!("no data document has the parameter `{name}`");
                problems.push(
                    Diagnostic::of_file(&draft.file, Code::Metadata, message)
                        .at(*line, *column)
                        .with_help(nearest::help(name, known)),
                );
            }
        }
    }
}
