//! How much of a bundle is read; a bundle may come from somebody else.

/// Limits on the files of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Files in a bundle.
    pub files: usize,
    /// Bytes of one file.
    pub file_bytes: u64,
    /// Bytes of all files of a bundle.
    pub bundle_bytes: u64,
    /// Bytes of a bundle's archive, as it is compressed; unpacked it must keep to `bundle_bytes`.
    pub archive_bytes: u64,
    /// Entries of a bundle's archive, directories included.
    pub archive_entries: usize,
    /// Bytes of one policy.
    pub policy_bytes: usize,
    /// Lines of one policy.
    pub lines: usize,
    /// Columns of a policy's line, comments not counted; a tab counts as four.
    pub line_columns: usize,
    /// How deep `[` and `{` may nest in a policy. The engine's parser takes twice as long with every level: 15 ms at 12,
    /// and hours at the 32 where it stops of its own accord.
    pub bracket_depth: usize,
    /// How often the engine's parser may begin anew on a bracket, in all policies of a bundle: about two seconds of it.
    pub bracket_retries: u64,
    /// Imports of one policy; the engine's parser compares each with all before it.
    pub imports: usize,
    /// Operators and steps of references in one expression, each of which makes the engine recurse.
    pub operators: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            files: 20_000,
            file_bytes: 16 << 20,
            bundle_bytes: 256 << 20,
            archive_bytes: 64 << 20,
            archive_entries: 40_000,
            policy_bytes: 1 << 20,
            lines: 20_000,
            line_columns: 1024,
            bracket_depth: 12,
            bracket_retries: 500_000,
            imports: 500,
            operators: 500,
        }
    }
}
