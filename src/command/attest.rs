//! `tidewaiter attest`: which attestors verify one image, and why not.

use crate::attest::Answer;
use crate::cli::{self, ListFormat, Quorum};
use crate::collect::attest::{Attesting, Examiner};
use crate::config::Configured;
use crate::domain::ImageReference;
use crate::registry::Place;
use crate::report::attest as report;

use super::console::{self, Progress};
use super::failure::Failure;
use super::{Exit, attesting, moment, session};

/// Examines the image and prints what came of it.
pub(super) async fn attest(options: &cli::Attest, console: &cli::Console) -> Result<Exit, Failure> {
    let reference = ImageReference::parse(&options.image).map_err(|error| {
        Failure::misuse(error)
            .with_help("write it as containers do: `repository:tag`, `registry/repository@sha256:…`")
    })?;
    let with = attesting::read(&options.attesting, &options.aws)?.ok_or_else(|| {
        Failure::misuse(anyhow::anyhow!("nobody is asked about the image"))
            .with_help("name an attestors file with --attestors; docs/attestors.md shows one")
    })?;
    let problems = with.attestors.problems();
    if !problems.is_empty() {
        return Err(Failure::in_files("the attestors", problems));
    }
    let with = choose(with, &options.names)?;
    if let Some(Quorum::AtLeast(count)) = options.require
        && count > with.attestors.attestors.len()
    {
        let error = anyhow::anyhow!(
            "{count} attestors cannot verify the image: only {} are asked",
            with.attestors.attestors.len()
        );
        return Err(Failure::misuse(error).with_help("ask for fewer with --require"));
    }
    let progress = Progress::new(console);
    let session = match need_of_aws(&with, &reference) {
        Need::Nothing => None,
        need => {
            progress.say("connecting to AWS");
            match session::open(&options.aws).await {
                Ok(session) => Some(session),
                Err(failure) if need == Need::Everything => return Err(failure),
                Err(failure) => {
                    console::complain(&format!("warning: revocations are not known\n{}", failure.render()));
                    None
                }
            }
        }
    };
    progress.say(format!("reading {}", reference.name()));
    let examiner = Examiner::new(&with, session.as_ref(), moment(options.now)).await;
    let (digest, attestors) = match examiner.resolve(&reference).await {
        Ok((digest, source)) => {
            let tags = reference.tag().map(str::to_owned).into_iter().collect();
            let attestors = examiner.examine(&reference, &digest, tags).await;
            (Some((digest, source)), attestors)
        }
        Err(refusal) => (None, examiner.unknown(&refusal)),
    };
    drop(progress);

    let attested = report::Attested {
        image: reference.to_string(),
        digest: digest.as_ref().map(|(digest, _)| digest.to_string()),
        digest_source: digest.as_ref().map(|(_, source)| *source),
        attestors,
        standings: examiner.standings().clone(),
    };
    let text = match options.format {
        ListFormat::Table => report::table(&attested),
        ListFormat::Json => report::json(&attested).map_err(Failure::failed)?,
    };
    console::print(&text).map_err(Failure::failed)?;
    let answers = attested.attestors.values().map(|examined| examined.answer).collect::<Vec<_>>();
    Ok(exit(&answers, options.require))
}

/// Only the attestors of these names; all of them when there are none.
fn choose(mut with: Attesting, names: &[String]) -> Result<Attesting, Failure> {
    let all = &mut with.attestors.attestors;
    if let Some(unknown) = names.iter().find(|name| !all.iter().any(|attestor| attestor.name() == *name)) {
        let known =
            all.iter().map(|attestor| format!("`{}`", attestor.name())).collect::<Vec<_>>().join(", ");
        let error = anyhow::anyhow!("there is no attestor `{unknown}`");
        return Err(Failure::misuse(error).with_help(format!("the file has {known}")));
    }
    if !names.is_empty() {
        all.retain(|attestor| names.iter().any(|name| name == attestor.name()));
    }
    if all.is_empty() {
        return Err(Failure::misuse(anyhow::anyhow!("the attestors file has no attestor"))
            .with_help("docs/attestors.md shows one of each kind"));
    }
    Ok(with)
}

/// What AWS is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    /// Nothing at all.
    Nothing,
    /// What Signer revoked; without that an answer is unknown.
    Revocations,
    /// The image, which is in ECR, or a key in KMS.
    Everything,
}

fn need_of_aws(with: &Attesting, reference: &ImageReference) -> Need {
    let attestors = &with.attestors.attestors;
    let has_key = attestors.iter().any(|configured| matches!(configured, Configured::Kms(_)));
    if has_key || Place::of_host(reference.registry()).is_some() {
        Need::Everything
    } else if attestors.iter().any(|configured| configured.kind() == "aws_signer") {
        Need::Revocations
    } else {
        Need::Nothing
    }
}

/// What the answers mean: a requirement that is met is met, whatever else is unknown.
fn exit(answers: &[Answer], require: Option<Quorum>) -> Exit {
    let count = |answer| answers.iter().filter(|it| **it == answer).count();
    let (verified, unknown) = (count(Answer::Verified), count(Answer::Unknown));
    let needed = match require {
        None if unknown > 0 => return Exit::Partial,
        None => return Exit::Complete,
        Some(Quorum::Any) => 1,
        Some(Quorum::All) => answers.len(),
        Some(Quorum::AtLeast(count)) => count,
    };
    if verified >= needed {
        Exit::Complete
    } else if verified + unknown >= needed {
        Exit::Partial
    } else {
        Exit::Findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_requirement_is_met_missed_or_unknown() {
        use Answer::{NoSignature, NotVerified, Unknown, Verified};
        for (answers, require, expected) in [
            (&[Verified, NotVerified][..], None, Exit::Complete),
            (&[Verified, Unknown], None, Exit::Partial),
            (&[Verified, Unknown], Some(Quorum::Any), Exit::Complete),
            (&[NoSignature, Unknown], Some(Quorum::Any), Exit::Partial),
            (&[NoSignature, NotVerified], Some(Quorum::Any), Exit::Findings),
            (&[Verified, Unknown], Some(Quorum::All), Exit::Partial),
            (&[Verified, NoSignature, Unknown], Some(Quorum::All), Exit::Findings),
            (&[Verified, Verified, NotVerified], Some(Quorum::AtLeast(2)), Exit::Complete),
            (&[Verified, NotVerified, NotVerified], Some(Quorum::AtLeast(2)), Exit::Findings),
            (&[Verified, Unknown, NotVerified], Some(Quorum::AtLeast(2)), Exit::Partial),
        ] {
            assert_eq!(exit(answers, require), expected, "{answers:?} {require:?}");
        }
    }
}
