//! `tidewaiter attest`, and the options of every command that asks attestors.

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;

use super::{Aws, ListFormat};

/// Who is asked about images.
#[derive(Debug, Args)]
pub struct Attesting {
    /// Attestors (YAML): whose signatures of images count. Without them no registry is read.
    #[arg(long, value_name = "FILE", help_heading = "Images")]
    pub attestors: Option<PathBuf>,
    /// Passwords of registries other than ECR's, in the form of Docker's `config.json`.
    #[arg(
        long,
        value_name = "FILE",
        env = "REGISTRY_AUTH_FILE",
        hide_env_values = true,
        help_heading = "Images"
    )]
    pub registry_config: Option<PathBuf>,
}

/// `tidewaiter attest`.
#[derive(Debug, Args)]
#[command(
    after_help = "Only the image's registry is read, and AWS KMS and AWS Signer where an attestor names them: nothing else is \
                        contacted to verify a signature. Registries on this machine (localhost, 127.0.0.0/8) speak plain HTTP.\n\n\
                        Exit codes: 0 every attestor gave an answer; 1 the command failed; 2 the arguments or the attestors are \
                        wrong; 3 the answer of an attestor is unknown; 4 the answers are not what --require asks for."
)]
pub struct Attest {
    /// The image, as containers name it: `repository:tag`, `registry/repository@sha256:…`.
    #[arg(value_name = "IMAGE")]
    pub image: String,
    /// Who is asked.
    #[command(flatten)]
    pub attesting: Attesting,
    /// Ask only this attestor; may be given several times.
    #[arg(long = "attestor", value_name = "NAME", help_heading = "Images")]
    pub names: Vec<String>,
    /// Exit with 4 unless `any`, `all` or at least this many of the attestors verify the image.
    #[arg(long, value_name = "any|all|N", value_parser = quorum, help_heading = "Images")]
    pub require: Option<Quorum>,
    /// Judge as if it were this moment (RFC 3339).
    #[arg(long, value_name = "TIME", help_heading = "Images")]
    pub now: Option<Timestamp>,
    /// How AWS is reached, for images in ECR and for what KMS and Signer know.
    #[command(flatten)]
    pub aws: Aws,
    /// The form of the report.
    #[arg(long, value_enum, default_value_t = ListFormat::Table, help_heading = "Report")]
    pub format: ListFormat,
}

/// How many attestors have to verify an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quorum {
    /// One.
    Any,
    /// Each.
    All,
    /// At least so many.
    AtLeast(usize),
}

fn quorum(text: &str) -> Result<Quorum, String> {
    match (text, text.parse::<usize>()) {
        ("any", _) => Ok(Quorum::Any),
        ("all", _) => Ok(Quorum::All),
        (_, Ok(count @ 1..=100)) => Ok(Quorum::AtLeast(count)),
        _ => Err("write `any`, `all` or a number from 1 to 100".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quorum_is_a_word_or_a_number() {
        assert_eq!(quorum("any"), Ok(Quorum::Any));
        assert_eq!(quorum("all"), Ok(Quorum::All));
        assert_eq!(quorum("2"), Ok(Quorum::AtLeast(2)));
        for bad in ["", "0", "-1", "101", "some", "ANY"] {
            assert!(quorum(bad).is_err(), "{bad}");
        }
    }
}
