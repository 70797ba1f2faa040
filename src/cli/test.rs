//! `tidewaiter test`: types and help.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use globset::{GlobBuilder, GlobMatcher};
use regex::Regex;

use super::duration;

/// `tidewaiter test`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 every test passed; 1 a test failed, erred or was skipped (skipped ones count unless \
                  --exit-zero-on-skipped is given), the coverage is below --threshold, or --fail-on-empty found nothing \
                  to run; 2 the arguments, policies or data are wrong and nothing was run."
)]
pub struct Test {
    /// Policies and data: files, or directories with everything below them. Names that begin with a dot are left out. A
    /// directory with a bundle of tidewaiter's is tested as a bundle, with or without --bundle.
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// Take each path as an OPA bundle: `data.json` and `data.yaml` are data, other data files are not, and the roots in
    /// `.manifest` hold. Otherwise every JSON and YAML file is data at its directory's path.
    #[arg(short, long, help_heading = "Loading")]
    pub bundle: bool,
    /// Leave out files and directories with such a name, as `.*` or `examples`; may be given several times.
    #[arg(long, value_name = "GLOB", value_delimiter = ',', value_parser = glob, help_heading = "Loading")]
    pub ignore: Vec<GlobMatcher>,
    /// The policies are Rego as it was before OPA 1.0.
    #[arg(long, help_heading = "Loading")]
    pub v0_compatible: bool,
    /// Run only tests whose path, as `data.package.test_name`, matches this regular expression.
    #[arg(short, long, value_name = "REGEX", help_heading = "Running")]
    pub run: Option<Regex>,
    /// The longest that one test may take.
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = duration, help_heading = "Running")]
    pub timeout: Duration,
    /// How many tests run at a time; one for each processor when absent.
    #[arg(short, long, value_name = "N", help_heading = "Running")]
    pub parallel: Option<NonZeroUsize>,
    /// Run everything this often; the first run with a failure is the last.
    #[arg(long, value_name = "N", default_value_t = NonZeroUsize::MIN, help_heading = "Running")]
    pub count: NonZeroUsize,
    /// Run each passing test again and again, one at a time, and say how long one run takes.
    #[arg(long, conflicts_with_all = ["coverage", "threshold"], help_heading = "Running")]
    pub bench: bool,
    /// Run again whenever a file below the paths changes, until interrupted.
    #[arg(short, long, help_heading = "Running")]
    pub watch: bool,
    /// The form of the report. -v also shows tests that passed.
    #[arg(short, long, value_enum, default_value_t = TestFormat::Pretty, help_heading = "Report")]
    pub format: TestFormat,
    /// Show what the variables of a failing expression are.
    #[arg(long, help_heading = "Report")]
    pub var_values: bool,
    /// Report which lines of the policies were evaluated; tests themselves do not count.
    #[arg(short, long, help_heading = "Report")]
    pub coverage: bool,
    /// Show every policy with its lines marked: `+` was evaluated, `-` was not.
    #[arg(long, help_heading = "Report")]
    pub show_source: bool,
    /// Fail when fewer than this many percent of the lines were evaluated.
    #[arg(long, value_name = "PERCENT", value_parser = percent, help_heading = "Report")]
    pub threshold: Option<f64>,
    /// Fail when there was no test to run.
    #[arg(long, help_heading = "Report")]
    pub fail_on_empty: bool,
    /// Do not fail because of skipped tests.
    #[arg(short = 'z', long, help_heading = "Report")]
    pub exit_zero_on_skipped: bool,
}

impl Test {
    /// Whether lines are to be counted.
    #[must_use]
    pub fn counts_lines(&self) -> bool {
        self.coverage || self.show_source || self.threshold.is_some()
    }
}

/// The form of a report on tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TestFormat {
    /// For people.
    Pretty,
    /// One object in a versioned form, whose entries have the keys that `opa test --format json` has.
    Json,
    /// JUnit XML.
    Junit,
    /// SARIF 2.1.0.
    Sarif,
}

fn glob(text: &str) -> Result<GlobMatcher, String> {
    let glob = GlobBuilder::new(text).literal_separator(true).build();
    glob.map(|glob| glob.compile_matcher()).map_err(|error| error.kind().to_string())
}

fn percent(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(percent),
        _ => Err("it must be a number from 0 to 100".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_names_and_thresholds_are_percents() {
        assert!(glob(".*").unwrap().is_match(".git"));
        assert!(!glob("*.json").unwrap().is_match("a.yaml"));
        assert!(glob("[a").is_err());
        assert_eq!(percent("95.5"), Ok(95.5));
        for bad in ["-1", "101", "NaN", "most"] {
            assert!(percent(bad).is_err(), "{bad}");
        }
    }
}
