//! PEM: blocks with a label, around base64.

use super::read;

/// What a block begins with.
const BEGIN: &str = "-----BEGIN ";

/// What ends a line that begins or ends a block.
const DASHES: &str = "-----";

/// A block that is whole.
pub(super) struct Block<'a> {
    /// What it says it holds.
    pub(super) label: &'a str,
    /// What it holds.
    pub(super) bytes: Vec<u8>,
}

/// The blocks of a text in their order, at most `most`; what stands between them is left alone.
///
/// An error never quotes the text, which may be somebody's private key.
pub(super) fn blocks(text: &str, most: usize) -> Result<Vec<Block<'_>>, String> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let Some(label) = line.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(DASHES)) else {
            continue;
        };
        if blocks.len() == most {
            return Err(format!("holds more than {most} PEM blocks"));
        }
        let end = format!("-----END {label}-----");
        let mut body = String::new();
        loop {
            let line = lines.next().ok_or("holds a PEM block that does not end")?;
            if line == end {
                break;
            }
            body.push_str(line);
        }
        // A private key is named as such, whatever else is in its block.
        let bytes = if label.ends_with("PRIVATE KEY") {
            Vec::new()
        } else {
            read::base64("", &body).map_err(|_| "holds a PEM block that is not base64")?
        };
        blocks.push(Block { label, bytes });
    }
    Ok(blocks)
}

/// The certificates of a text that holds nothing else.
pub(super) fn certificates(text: &str, most: usize) -> Result<Vec<Vec<u8>>, String> {
    let certificates = blocks(text, most)?
        .into_iter()
        .map(|block| match block.label {
            "CERTIFICATE" => Ok(block.bytes),
            _ => Err("holds a PEM block that is no certificate".to_owned()),
        })
        .collect::<Result<Vec<_>, _>>()?;
    if certificates.is_empty() {
        return Err("holds no PEM block".to_owned());
    }
    Ok(certificates)
}
