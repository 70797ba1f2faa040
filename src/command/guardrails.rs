//! `tidewaiter guardrails`: policies for AWS that prevent what bundles detect.

use std::fs;
use std::path::Path;

use crate::access;
use crate::cli::{self, GuardrailFormat};
use crate::guardrails::{Document, Guardrails, Kind, documents};
use crate::report;

use super::failure::Failure;
use super::input::{Choice, Policies};
use super::{Exit, console, output};

/// Makes the policies.
pub(super) fn guardrails(options: &cli::Guardrails) -> Result<Exit, Failure> {
    let policies = Policies::of(&Choice {
        bundles: &options.bundles,
        verification: Some(&options.verification),
        profile: None,
        params: options.params.as_deref(),
        exceptions: None,
        controls: &options.controls,
    })?
    .bundles;
    let controls = policies.controls().iter().map(AsRef::as_ref);
    let made = Guardrails::of(controls, policies.params(), &options.exempt, access::reference());
    let text = match options.format {
        GuardrailFormat::Table => report::guardrails::table(&made, console::width()),
        GuardrailFormat::Json => report::guardrails::json(&made).map_err(Failure::failed)?,
        GuardrailFormat::Policy => return policy(options, &made),
    };
    console::print(&text).map_err(Failure::failed)?;
    Ok(Exit::Complete)
}

fn policy(options: &cli::Guardrails, made: &Guardrails) -> Result<Exit, Failure> {
    let kind = Kind::from(options.kind);
    if made.statements().next().is_none() {
        let error = anyhow::anyhow!("there is nothing that a {} could refuse", kind.name());
        return Err(Failure::misuse(error).with_help("`--format table` says why of each guardrail"));
    }
    let packed = documents(kind, made.statements()).map_err(|error| {
        Failure::misuse(error)
            .with_help("choose what to prevent with --control, or shorten the lists of parameters")
    })?;
    match (&options.output, packed.as_slice()) {
        (Some(directory), _) => deliver(directory, kind, &packed)?,
        (None, [document]) => console::print(&document.text).map_err(Failure::failed)?,
        (None, several) => {
            let error = anyhow::anyhow!(
                "the statements make {} policies of at most {} characters each",
                several.len(),
                kind.limit()
            );
            return Err(Failure::misuse(error).with_help("write them to files with --output DIR"));
        }
    }
    console::complain(&left_open(made));
    Ok(Exit::Complete)
}

/// What the policy does not do, which nobody should learn from an incident.
fn left_open(made: &Guardrails) -> String {
    let n_open = made.rows.iter().filter(|row| row.unmade.is_none() && !row.open.is_empty()).count();
    let n_unmade = made.rows.iter().filter(|row| row.unmade.is_some()).count();
    format!(
        "note: {n_open} of the guardrails leave calls open, {n_unmade} were not made, and {} controls look at what IAM \
         cannot see: `--format table` lists them\n",
        made.beyond.len()
    )
}

fn deliver(directory: &Path, kind: Kind, packed: &[Document]) -> Result<(), Failure> {
    fs::create_dir_all(directory)
        .map_err(|error| output::cannot_write(directory, "the policies to", error))?;
    let mut text = String::new();
    for (index, document) in packed.iter().enumerate() {
        let path = directory.join(format!("guardrails-{}.json", index + 1));
        output::deliver(Some(&path), &document.text, "the policy")?;
        text.push_str(&format!(
            "{}: {} of at most {} characters\n",
            path.display(),
            document.characters,
            kind.limit()
        ));
    }
    console::print(&text).map_err(Failure::failed)
}
