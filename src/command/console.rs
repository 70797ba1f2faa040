//! Stdout, stderr, logs and progress: the only place that prints.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tracing_subscriber::EnvFilter;

use crate::cli;

/// How often a spinner moves.
const TICK: Duration = Duration::from_millis(100);

/// Sets up logs and colour for the whole process.
pub(super) fn set_up(options: &cli::Console) {
    let choice = match options.color {
        cli::Colour::Auto => anstream::ColorChoice::Auto,
        cli::Colour::Always => anstream::ColorChoice::Always,
        cli::Colour::Never => anstream::ColorChoice::Never,
    };
    choice.write_global();
    // Bodies and headers of AWS's SDK are never logged, at any level: they hold what the document must not.
    let filter = match options.verbose {
        0 => "warn,tidewaiter=warn",
        1 => "warn,tidewaiter=info",
        2 => "warn,tidewaiter=debug",
        _ => "warn,tidewaiter=trace",
    };
    let logs = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(io::stderr)
        .with_ansi(options.color != cli::Colour::Never && io::stderr().is_terminal());
    // A second subscriber can only be asked for by a test that runs two commands in one process.
    let _ = match options.log_format {
        cli::LogFormat::Text => logs.try_init(),
        cli::LogFormat::Json => logs.json().try_init(),
    };
}

/// Prints a result. A reader that went away is no error.
///
/// # Errors
///
/// Whatever stdout reports beyond that.
pub(super) fn print(text: &str) -> io::Result<()> {
    let mut stdout = anstream::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Prints what a program reads, while it is made. A reader that went away is no error.
///
/// # Errors
///
/// Whatever `write` or stdout reports beyond that.
pub(super) fn stream(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut stdout = io::BufWriter::new(io::stdout().lock());
    match write(&mut stdout).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Prints a complaint; there is nowhere to complain about a stderr that does not take it.
pub(super) fn complain(text: &str) {
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// The width of the terminal that stdout is; nothing for a file or a pipe.
pub(super) fn width() -> Option<u16> {
    if !io::stdout().is_terminal() {
        return None;
    }
    terminal_size::terminal_size().map(|(width, _)| width.0)
}

/// A line on the terminal that says what is being done; nothing where stderr is no terminal.
#[derive(Debug)]
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// A new line, unless progress was declined.
    pub(super) fn new(options: &cli::Console) -> Self {
        if options.quiet || !io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(TICK);
        Self(bar)
    }

    /// Says what is being done now.
    pub(super) fn say(&self, what: impl Into<String>) {
        self.0.set_message(what.into());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
