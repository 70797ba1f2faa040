//! The catalogue for programs: one object with a versioned schema.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{Catalogue, Entry, by_peer};
use crate::domain::{BundleId, ControlId};
use crate::policy::{ExampleKind, Framework, Omission};

/// The version of the objects; it changes when a program that reads one would read it wrongly.
pub const VERSION: &str = "1";

#[derive(Serialize)]
struct List<'a> {
    version: &'static str,
    bundles: Vec<Bundle<'a>>,
    controls: Vec<Control<'a>>,
    frameworks: Vec<WireFramework<'a>>,
    omissions: Vec<WireOmission<'a>>,
}

#[derive(Serialize)]
struct Show<'a> {
    version: &'static str,
    control: Control<'a>,
}

#[derive(Serialize)]
struct Bundle<'a> {
    name: &'a str,
    revision: &'a str,
    digest: &'a str,
}

#[derive(Serialize)]
struct Control<'a> {
    id: &'a str,
    aliases: Vec<&'a str>,
    title: &'a str,
    description: &'a str,
    severity: &'static str,
    bundle: &'a str,
    package: &'a str,
    resources: &'static str,
    reads: Vec<&'static str>,
    enabled: bool,
    deprecated: Option<&'a str>,
    remediation: Remediation<'a>,
    parameters: Vec<Parameter<'a>>,
    mappings: Vec<Mapping<'a>>,
    /// Tools and their rules; null when METADATA says nothing.
    covers: Option<BTreeMap<&'a str, Vec<&'a str>>>,
    examples: Vec<WireExample<'a>>,
    actions: &'a [&'static str],
    related_resources: &'a [String],
}

#[derive(Serialize)]
struct Remediation<'a> {
    text: &'a str,
    action: Option<&'a str>,
}

#[derive(Serialize)]
struct Parameter<'a> {
    name: &'a str,
    default: &'a Value,
}

#[derive(Serialize)]
struct Mapping<'a> {
    framework: &'a str,
    requirement: &'a str,
    label: Option<&'a str>,
}

#[derive(Serialize)]
struct WireExample<'a> {
    name: &'a str,
    shows: &'static str,
}

#[derive(Serialize)]
struct WireFramework<'a> {
    id: &'a str,
    title: &'a str,
    version: &'a str,
    source: &'a str,
    requirements: Vec<Requirement<'a>>,
}

#[derive(Serialize)]
struct Requirement<'a> {
    id: &'a str,
    label: Option<&'a str>,
    title: Option<&'a str>,
    controls: Vec<&'a str>,
    covered: bool,
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct WireOmission<'a> {
    id: &'a str,
    title: &'a str,
    reason: &'a str,
    source: Option<&'a str>,
}

/// The whole catalogue.
///
/// # Errors
///
/// Whatever the writer reports.
pub fn list(catalogue: &Catalogue) -> serde_json::Result<String> {
    text(&List {
        version: VERSION,
        bundles: catalogue.bundles.iter().map(bundle_of).collect(),
        controls: catalogue.entries.iter().map(control).collect(),
        frameworks: catalogue.frameworks.iter().map(|it| framework(catalogue, it)).collect(),
        omissions: catalogue.omissions.iter().map(omission).collect(),
    })
}

/// One control.
///
/// # Errors
///
/// Whatever the writer reports.
pub fn show(entry: &Entry) -> serde_json::Result<String> {
    text(&Show { version: VERSION, control: control(entry) })
}

fn text(wire: &impl Serialize) -> serde_json::Result<String> {
    let mut text = serde_json::to_string_pretty(wire)?;
    text.push('\n');
    Ok(text)
}

fn bundle_of(id: &BundleId) -> Bundle<'_> {
    Bundle { name: &id.name, revision: &id.revision, digest: &id.digest }
}

fn control(entry: &Entry) -> Control<'_> {
    let control = &entry.control;
    Control {
        id: control.id.as_str(),
        aliases: control.aliases.iter().map(ControlId::as_str).collect(),
        title: &control.title,
        description: &control.description,
        severity: control.severity.as_str(),
        bundle: &control.bundle.name,
        package: &control.package,
        resources: control.population.path(),
        reads: control.reads.iter().map(|collection| collection.path()).collect(),
        enabled: control.enabled,
        deprecated: control.deprecated.as_deref(),
        remediation: Remediation {
            text: &control.remediation.text,
            action: control.remediation.action.as_deref(),
        },
        parameters: entry.parameters.iter().map(|(name, default)| Parameter { name, default }).collect(),
        mappings: control
            .mappings
            .iter()
            .map(|mapping| Mapping {
                framework: &mapping.framework,
                requirement: &mapping.requirement,
                label: mapping.label.as_deref(),
            })
            .collect(),
        covers: control.covers.as_deref().map(|covers| by_peer(covers).into_iter().collect()),
        examples: entry
            .examples
            .iter()
            .map(|example| WireExample { name: &example.name, shows: shows(example.shows) })
            .collect(),
        actions: &entry.actions,
        related_resources: &control.related_resources,
    }
}

fn shows(kind: ExampleKind) -> &'static str {
    match kind {
        ExampleKind::Fail => "fail",
        ExampleKind::Pass => "pass",
        ExampleKind::Unknown => "unknown",
    }
}

fn framework<'a>(catalogue: &'a Catalogue, framework: &'a Framework) -> WireFramework<'a> {
    let requirements = framework.requirements.iter().map(|requirement| Requirement {
        id: &requirement.id,
        label: requirement.label.as_deref(),
        title: requirement.title.as_deref(),
        controls: requirement.controls.iter().map(ControlId::as_str).collect(),
        covered: catalogue.answering(requirement).next().is_some(),
        reason: requirement.reason.as_deref(),
    });
    WireFramework {
        id: &framework.id,
        title: &framework.title,
        version: &framework.version,
        source: &framework.source,
        requirements: requirements.collect(),
    }
}

fn omission(omission: &Omission) -> WireOmission<'_> {
    WireOmission {
        id: omission.id.as_str(),
        title: &omission.title,
        reason: &omission.reason,
        source: omission.source.as_deref(),
    }
}
