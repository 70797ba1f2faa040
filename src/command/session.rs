//! The session with AWS that the command line describes.

use crate::aws::{Error, Limits, Options, Rate, Role, Session};
use crate::cli;

use super::Exit;
use super::failure::Failure;

/// The share of AWS's published rates that a factor of 1 uses.
const SHARE: f64 = 0.5;

/// How fast, how often and how long.
pub(super) fn limits(options: &cli::Aws) -> Limits {
    Limits {
        rate: Rate::Share(SHARE * options.rate),
        attempts: options.attempts,
        deadline: Some(options.deadline),
        ..Limits::default()
    }
}

/// Finds out who asks.
pub(super) async fn open(options: &cli::Aws) -> Result<Session, Failure> {
    let options = Options {
        region: options.region.as_ref().map(ToString::to_string),
        profile: options.profile.clone(),
        endpoint_url: None,
        role: options.role.as_ref().map(|arn| Role {
            arn: arn.clone(),
            external_id: None,
            session_name: "tidewaiter".to_owned(),
        }),
        limits: limits(options),
    };
    Session::open(&options).await.map_err(failure)
}

/// A session that could not be opened: mostly something that the operator configured.
fn failure(error: Error) -> Failure {
    let help = error.help();
    let exit = match &error {
        Error::Identity(_) | Error::Unidentified(_) => Exit::Failed,
        Error::NoRegion
        | Error::Region(_)
        | Error::Credentials(_)
        | Error::Role { .. }
        | Error::Expired(_)
        | Error::Refused { .. }
        | Error::Unreachable { .. } => Exit::Misused,
    };
    Failure::of(exit, error).with_help(help)
}
