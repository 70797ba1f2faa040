//! `tidewaiter controls`: the catalogue, on the terminal, for programs and as pages.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::cli::{self, ControlsDocs, ControlsList, ControlsShow, ControlsWhat, ListFormat};
use crate::collect;
use crate::policy::{self, Limits, nearest};
use crate::report::catalogue::{self, Catalogue, Entry, MADE};
use crate::sources::Location;

use super::failure::Failure;
use super::input::{Choice, Policies};
use super::{Exit, console, output};

/// Does what was asked for.
pub(super) fn controls(options: &cli::Controls) -> Result<Exit, Failure> {
    match &options.what {
        ControlsWhat::List(options) => list(options),
        ControlsWhat::Show(options) => show(options),
        ControlsWhat::Docs(options) => docs(options),
    }
}

/// The policies of some bundles.
fn load(bundles: &[Location], verification: &cli::Verification) -> Result<Policies, Failure> {
    let (verification, profile, params, exceptions) = (Some(verification), None, None, None);
    Policies::of(&Choice { bundles, verification, profile, params, exceptions, controls: &[] })
}

/// Everything about the controls of some bundles, but for what these say about their examples.
fn described(policies: &Policies) -> Result<Catalogue, Failure> {
    let Policies { bundles: policies, sources, .. } = policies;
    let mut examples = policy::example_files(sources, policies, &Limits::default())
        .map_err(|problems| Failure::in_files("the examples", problems))?;
    let entries = policies.all_controls().iter().map(|control| {
        let actions = collect::actions(&control.reads.iter().copied().collect());
        let examples = examples.remove(&control.id).unwrap_or_default();
        Entry::new(Arc::clone(control), policies.params(), examples, &actions)
    });
    Ok(Catalogue {
        entries: entries.collect(),
        bundles: policies.bundles().iter().map(|bundle| bundle.id.clone()).collect(),
        frameworks: policies.frameworks().to_vec(),
        omissions: policies.omissions().to_vec(),
    })
}

fn list(options: &ControlsList) -> Result<Exit, Failure> {
    let mut catalogue = described(&load(&options.bundles, &options.verification)?)?;
    if let Some(severity) = options.severity {
        catalogue.entries.retain(|entry| entry.control.severity >= severity);
    }
    if let Some(id) = &options.framework {
        let known = catalogue.frameworks.iter().map(|framework| framework.id.clone()).collect::<Vec<_>>();
        catalogue.frameworks.retain(|framework| framework.id == *id);
        if catalogue.frameworks.is_empty() {
            let known = known.iter().map(String::as_str).collect::<Vec<_>>();
            let help = match nearest(id, &known) {
                Some(near) => format!("did you mean `{near}`?"),
                None if known.is_empty() => "these bundles hold no framework".to_owned(),
                None => format!("the bundles know {}", known.join(", ")),
            };
            return Err(
                Failure::misuse(anyhow::anyhow!("no bundle has the framework `{id}`")).with_help(help)
            );
        }
    }
    let width = console::width();
    let text = match (options.format, catalogue.frameworks.first()) {
        (ListFormat::Json, _) => catalogue::json(&catalogue).map_err(Failure::failed)?,
        (ListFormat::Table, Some(framework)) if options.framework.is_some() => {
            catalogue::coverage(&catalogue, framework, width)
        }
        (ListFormat::Table, _) => catalogue::table(&catalogue, width),
    };
    console::print(&text).map_err(Failure::failed)?;
    Ok(Exit::Complete)
}

fn show(options: &ControlsShow) -> Result<Exit, Failure> {
    let catalogue = described(&load(&options.bundles, &options.verification)?)?;
    let Some(entry) = catalogue.entry(&options.control) else {
        let known = catalogue.entries.iter().map(|entry| entry.control.id.as_str()).collect::<Vec<_>>();
        let help = match (catalogue.omission(&options.control), nearest(options.control.as_str(), &known)) {
            (Some(omission), _) => format!("it is left out: {}", omission.reason),
            (None, Some(near)) => format!("did you mean `{near}`?"),
            (None, None) => "`tidewaiter controls list` names them all".to_owned(),
        };
        let message = anyhow::anyhow!("no bundle has the control `{}`", options.control);
        return Err(Failure::misuse(message).with_help(help));
    };
    let text = match options.format {
        ListFormat::Table => catalogue::show(entry, console::width()),
        ListFormat::Json => catalogue::json_of(entry).map_err(Failure::failed)?,
    };
    console::print(&text).map_err(Failure::failed)?;
    Ok(Exit::Complete)
}

fn docs(options: &ControlsDocs) -> Result<Exit, Failure> {
    let policies = load(&options.bundles, &options.verification)?;
    let catalogue = described(&policies)?;
    let judged = policy::examples(&policies.sources, &policies.bundles, &Limits::default())
        .map_err(|problems| Failure::in_files("the examples", problems))?;
    let pages = catalogue.entries.iter().map(|entry| {
        let judged = judged.get(&entry.control.id).map(Vec::as_slice).unwrap_or_default();
        catalogue::page(&catalogue, entry, judged)
    });
    let pages = pages.chain([catalogue::index(&catalogue)]).collect::<Vec<_>>();
    let directory = &options.output;
    fs::create_dir_all(directory).map_err(|error| output::cannot_write(directory, "the pages to", error))?;
    for (name, text) in &pages {
        output::deliver(Some(&directory.join(name)), text, "the page")?;
    }
    let names = pages.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>();
    let n_removed = remove_others(directory, &names)
        .map_err(|error| output::cannot_write(directory, "the pages to", error))?;
    let removed = if n_removed == 0 { String::new() } else { format!(", and {n_removed} removed") };
    let text = format!("{} pages written to {}{removed}\n", pages.len(), directory.display());
    console::print(&text).map_err(Failure::failed)?;
    Ok(Exit::Complete)
}

/// Removes pages that this command wrote for controls that are gone, and nothing else.
fn remove_others(directory: &Path, names: &[&str]) -> std::io::Result<usize> {
    let mut n_removed = 0;
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_page = name.ends_with(".md") && !names.contains(&name) && path.is_file();
        if is_page && fs::read_to_string(&path).is_ok_and(|text| text.starts_with(MADE)) {
            fs::remove_file(&path)?;
            n_removed += 1;
        }
    }
    Ok(n_removed)
}
