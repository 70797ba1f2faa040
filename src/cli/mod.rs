//! The command line: types and help texts only.

mod access;
mod attest;
mod bundle;
pub mod check;
mod controls;
mod diff;
mod fixture;
mod guardrails;
mod new;
mod test;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;

pub use access::Access;
pub use attest::{Attest, Attesting, Quorum};
pub use bundle::{
    Bundle, BundleAction, BundleBuild, BundleFormat, BundleInspect, BundleSign, BundleVerify, Verification,
};
pub use controls::{Controls, ControlsDocs, ControlsList, ControlsShow, ControlsWhat, ListFormat};
pub use diff::{Diff, DiffFormat};
pub use fixture::Fixture;
pub use guardrails::{GuardrailFormat, GuardrailKind, Guardrails};
pub use new::{New, NewControl, NewWhat};
pub use test::{Test, TestFormat};

use crate::domain::{ControlId, Region, Severity};
use crate::sources::Location;

/// A scheduled governance auditor and reconciler for Amazon ECS.
///
/// One pass takes a snapshot of ECS, IAM and what surrounds them, judges it with Rego bundles, reconciles the findings
/// with what earlier passes recorded and published, and says what happened.
#[derive(Debug, Parser)]
#[command(name = "tidewaiter", version, propagate_version = true, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 the pass is complete; 1 it failed; 2 its arguments, bundles or configuration are \
                        wrong; 3 it is partial (something was not seen or is unknown, or a write was refused); 4 \
                        findings at or above --fail-on."
)]
pub struct Cli {
    /// How to log and to show progress.
    #[command(flatten)]
    pub console: Console,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make one pass: collect, judge, reconcile, and publish when told to.
    Run(Run),
    /// Write the input document that bundles judge, and judge nothing.
    Snapshot(Snapshot),
    /// Judge a snapshot without recording or publishing anything.
    Evaluate(Evaluate),
    /// Say what is wrong with bundles and other policies, without judging anything.
    Check(check::Check),
    /// Make bundles, look into them, sign and verify them.
    Bundle(Bundle),
    /// Run the `test_` rules of policies, as `opa test` does.
    Test(Test),
    /// Cut the smallest document out of a snapshot that still gives one verdict, to paste under `examples/`.
    Fixture(Fixture),
    /// Show which verdicts a change of policies would change on a real estate, and by which violation.
    Diff(Diff),
    /// Say who may do what to ECS, and under which conditions.
    Access(Access),
    /// Say which attestors verify an image, by what signature, and why the others do not.
    Attest(Attest),
    /// Write what an author goes on from.
    New(New),
    /// Write the policies for IAM or an organization that would prevent what the bundles detect.
    Guardrails(Guardrails),
    /// The catalogue: which controls there are, what each is, and what they answer to.
    Controls(Controls),
}

/// How to log and to show progress.
#[derive(Debug, Args)]
pub struct Console {
    /// Log more to stderr: -v what is done, -vv every API call, -vvv everything.
    #[arg(short, long, action = clap::ArgAction::Count, global = true, help_heading = "Console")]
    pub verbose: u8,
    /// Write logs as JSON, one object a line.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, help_heading = "Console")]
    pub log_format: LogFormat,
    /// Show no progress; it is shown only on a terminal anyway.
    #[arg(short, long, global = true, help_heading = "Console")]
    pub quiet: bool,
    /// When to use colour.
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, help_heading = "Console")]
    pub color: Colour,
}

/// The form of logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal that has not set `NO_COLOR`.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// `tidewaiter run`.
#[derive(Debug, Args)]
pub struct Run {
    /// Where the estate comes from.
    #[command(flatten)]
    pub source: Source,
    /// Which policies judge it.
    #[command(flatten)]
    pub policies: Policies,
    /// How AWS is reached.
    #[command(flatten)]
    pub aws: Aws,
    /// Who is asked about images.
    #[command(flatten)]
    pub attesting: Attesting,
    /// The ledger: what earlier passes saw and published, as an SQLite file. It is created when it is missing.
    #[arg(long, value_name = "PATH", default_value = "tidewaiter.db", help_heading = "Reconciling")]
    pub ledger: PathBuf,
    /// How old IAM's answer about what a principal has used may be before it is asked for again.
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = duration, help_heading = "Reconciling")]
    pub last_accessed_age: Duration,
    /// Where to publish findings. Nothing is published, and nothing in AWS is changed, unless this is given.
    #[arg(long, value_enum, value_name = "WHERE", help_heading = "Reconciling")]
    pub publish: Option<Publish>,
    /// Send an unchanged finding again after this many days, so that Security Hub does not expire it (it does after 90).
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=80),
          help_heading = "Reconciling")]
    pub heartbeat: u16,
    /// How and where to report.
    #[command(flatten)]
    pub report: Report,
}

/// `tidewaiter snapshot`.
#[derive(Debug, Args)]
pub struct Snapshot {
    /// Which policies say what is read.
    #[command(flatten)]
    pub policies: Policies,
    /// How AWS is reached.
    #[command(flatten)]
    pub aws: Aws,
    /// Who is asked about images.
    #[command(flatten)]
    pub attesting: Attesting,
    /// Read every collection, whatever the bundles refer to.
    #[arg(long)]
    pub all: bool,
    /// Replace whatever would tell whose estate it is: account ids, names, addresses, ids, digests, tags and free text,
    /// each original by one name everywhere. What policies judge by stays: enumerations, numbers and the texts that the
    /// bundles hold. The verdicts are the same.
    #[arg(long)]
    pub anonymize: bool,
    /// Anonymize this snapshot instead of reading AWS; `-` reads it from stdin.
    #[arg(long, value_name = "FILE", requires = "anonymize", conflicts_with = "all")]
    pub snapshot: Option<PathBuf>,
    /// Where to write the document; stdout when absent or `-`.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `tidewaiter evaluate`.
#[derive(Debug, Args)]
pub struct Evaluate {
    /// Where the estate comes from.
    #[command(flatten)]
    pub source: File,
    /// Which policies judge it.
    #[command(flatten)]
    pub policies: Policies,
    /// How and where to report.
    #[command(flatten)]
    pub report: Report,
}

/// Where the estate comes from.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct Source {
    /// Judge this snapshot instead of reading AWS.
    #[arg(long, value_name = "FILE", help_heading = "Estate")]
    pub snapshot: Option<PathBuf>,
    /// Judge the built-in example estate instead of reading AWS.
    #[arg(long, help_heading = "Estate")]
    pub example: bool,
}

/// Where the estate comes from, when AWS is out of the question.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct File {
    /// The snapshot to judge; `-` reads it from stdin.
    #[arg(long, value_name = "FILE", help_heading = "Estate")]
    pub snapshot: Option<PathBuf>,
    /// Judge the built-in example estate.
    #[arg(long, help_heading = "Estate")]
    pub example: bool,
}

/// Which policies judge, and with what.
#[derive(Debug, Args)]
pub struct Policies {
    /// A bundle: a directory, a `.tar.gz`, `s3://bucket/key`, `https://…` or `builtin/NAME`; may be given several times.
    /// Every built-in bundle when absent.
    #[arg(long = "bundle", value_name = "BUNDLE", help_heading = "Policies")]
    pub bundles: Vec<Location>,
    /// Who must have signed the bundles.
    #[command(flatten)]
    pub verification: Verification,
    /// Parameters (YAML) laid over the bundles' defaults.
    #[arg(long, value_name = "FILE", help_heading = "Policies")]
    pub params: Option<PathBuf>,
    /// Exceptions (YAML): who answers for which failure, and until when.
    #[arg(long, value_name = "FILE", help_heading = "Policies")]
    pub exceptions: Option<PathBuf>,
    /// Judge only this control; may be given several times. Nothing about other controls is changed.
    #[arg(long = "control", value_name = "ID", help_heading = "Policies")]
    pub controls: Vec<ControlId>,
    /// The longest that one control may take.
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = duration, help_heading = "Policies")]
    pub control_timeout: Duration,
    /// Judge as if it were this moment (RFC 3339): exceptions expire by it, and findings are dated with it.
    #[arg(long, value_name = "TIME", help_heading = "Policies")]
    pub now: Option<Timestamp>,
}

/// How AWS is reached. Credentials, Region, profile and endpoint come from the environment and the shared configuration
/// files, as for every AWS tool; the options here come first.
#[derive(Debug, Args)]
pub struct Aws {
    /// The Region to read.
    #[arg(long, value_name = "REGION", help_heading = "AWS")]
    pub region: Option<Region>,
    /// The profile of the shared configuration files.
    #[arg(long, value_name = "NAME", help_heading = "AWS")]
    pub profile: Option<String>,
    /// A role to assume first.
    #[arg(long, value_name = "ARN", help_heading = "AWS")]
    pub role: Option<String>,
    /// Multiplies the request rates, which are half of what AWS allows an account; an emulator need not be spared.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = rate, help_heading = "AWS")]
    pub rate: f64,
    /// The longest that reading may take; what is left then is unknown.
    #[arg(long, value_name = "DURATION", default_value = "45m", value_parser = duration, help_heading = "AWS")]
    pub deadline: Duration,
    /// How often a throttled or failed request is made before it counts as a gap.
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=20),
          help_heading = "AWS")]
    pub attempts: u32,
}

/// How and where to report.
#[derive(Debug, Args)]
pub struct Report {
    /// The form of the report on stdout.
    #[arg(long, value_enum, default_value_t = Format::Table, help_heading = "Report")]
    pub format: Format,
    /// Also write a report to a file, as `json=findings.json`; may be given several times.
    #[arg(long = "report", value_name = "FORMAT=PATH", value_parser = report_file, help_heading = "Report")]
    pub files: Vec<(Format, PathBuf)>,
    /// Exit with 4 when a control of this severity or worse fails.
    #[arg(long, value_name = "SEVERITY", help_heading = "Report")]
    pub fail_on: Option<Severity>,
}

impl Report {
    /// Whether any report is to have this form.
    #[must_use]
    pub fn asks_for(&self, format: Format) -> bool {
        self.format == format || self.files.iter().any(|(found, _)| *found == format)
    }
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// One object with verdicts, coverage, plan and calls, in a versioned form.
    Json,
    /// The findings as Security Hub takes them: an array of ASFF objects.
    Asff,
}

/// Where to publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Publish {
    /// AWS Security Hub (CSPM) of the account and Region that was read.
    SecurityHub,
}

fn duration(text: &str) -> Result<Duration, String> {
    let span =
        text.parse::<jiff::SignedDuration>().map_err(|_| "write it as `90s`, `45m` or `1h30m`".to_owned())?;
    match Duration::try_from(span) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err("it must be longer than nothing".to_owned()),
    }
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if (0.01..=10_000.0).contains(&rate) => Ok(rate),
        _ => Err("it must be a number from 0.01 to 10000".to_owned()),
    }
}

fn report_file(text: &str) -> Result<(Format, PathBuf), String> {
    let (format, path) = text.split_once('=').ok_or("write it as `json=findings.json`")?;
    let format = Format::from_str(format, false)
        .map_err(|_| format!("`{format}` is not a report format (table, json or asff)"))?;
    if path.is_empty() {
        return Err("the path is missing".to_owned());
    }
    Ok((format, PathBuf::from(path)))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn nothing_is_published_unless_it_is_named() {
        let cli = Cli::try_parse_from(["tidewaiter", "run"]).unwrap();
        let Command::Run(run) = cli.command else { panic!("not run") };
        assert_eq!(run.publish, None);
    }

    #[test]
    fn durations_rates_and_report_files_are_checked() {
        assert_eq!(duration("1h30m"), Ok(Duration::from_secs(5400)));
        for bad in ["", "soon", "0s", "-1s"] {
            assert!(duration(bad).is_err(), "{bad:?}");
        }
        for bad in ["0", "NaN", "-1", "1e9", "fast"] {
            assert!(rate(bad).is_err(), "{bad:?}");
        }
        assert_eq!(report_file("json=a=b.json"), Ok((Format::Json, PathBuf::from("a=b.json"))));
        for bad in ["json", "json=", "pdf=x"] {
            assert!(report_file(bad).is_err(), "{bad:?}");
        }
    }
}
