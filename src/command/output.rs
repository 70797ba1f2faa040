//! Files that a command writes.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use super::console;
use super::failure::Failure;

/// Writes a text to a file, or prints it when there is none or it is called `-`.
pub(super) fn deliver(path: Option<&Path>, text: &str, what: &str) -> Result<(), Failure> {
    match path {
        Some(path) if path != Path::new("-") => write(path, |writer| writer.write_all(text.as_bytes()))
            .map_err(|error| cannot_write(path, what, error)),
        _ => console::print(text).map_err(Failure::failed),
    }
}

/// The failure to write a file.
pub(super) fn cannot_write(path: &Path, what: &str, error: io::Error) -> Failure {
    Failure::failed(anyhow::Error::new(error).context(format!("cannot write {what} `{}`", path.display())))
        .with_help("the directory must exist, and this user must be able to write to it")
}

/// Writes a file beside its place and moves it there, so that a reader never sees half of one.
pub(super) fn write(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let written = File::create(&part).and_then(|file| {
        let mut writer = io::BufWriter::new(file);
        content(&mut writer)?;
        writer.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    });
    match written.and_then(|()| fs::rename(&part, path)) {
        Ok(()) => Ok(()),
        Err(error) => {
            let _ = fs::remove_file(&part);
            Err(error)
        }
    }
}
