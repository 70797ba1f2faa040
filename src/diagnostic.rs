//! Problems in what people write: bundles, parameters, exceptions, arguments.
//!
//! They are collected rather than stopping at the first, and each says where it is, what it is, and what to do.
//! Problems in the world are not diagnostics but gaps ([`crate::domain::Gap`]).

use std::fmt;

/// One problem in a file that a person wrote.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// The file as the user named it, or a file of a built-in bundle.
    pub file: String,
    /// The line, from 1; `None` when the problem is the whole file.
    pub line: Option<usize>,
    /// The column in characters, from 1.
    pub column: Option<usize>,
    /// What kind of problem it is; stable across versions.
    pub code: Code,
    /// The problem, in one clause without a final period.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A problem of a whole file.
    #[must_use]
    pub fn of_file(file: impl Into<String>, code: Code, message: impl Into<String>) -> Self {
        let message = shown(message.into());
        Self { file: file.into(), line: None, column: None, code, message, help: None }
    }

    /// The same problem at a place in its file.
    #[must_use]
    pub fn at(mut self, line: usize, column: usize) -> Self {
        (self.line, self.column) = (Some(line), Some(column));
        self
    }

    /// The same problem with advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(shown(help.into()));
        self
    }
}

/// A text without what a terminal would obey: it may quote somebody's file.
fn shown(text: String) -> String {
    if !text.contains(char::is_control) {
        return text;
    }
    let escaped = |character: char| match character {
        character if character.is_control() => character.escape_default().to_string(),
        character => character.to_string(),
    };
    text.chars().map(escaped).collect()
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
        }
        write!(f, ": {} [{}]", self.message, self.code.as_str())
    }
}

macro_rules! codes {
    ($(#[doc = $meaning:literal] $name:ident = $word:literal,)*) => {
        /// What kind of problem a [`Diagnostic`] reports. The words are part of the program's interface.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $meaning] $name,)* }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable word.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// What the word stands for, in a sentence.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning.trim_ascii(),)* }
            }
        }
    };
}

/// Whether a problem makes what it is found in unusable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// What is written cannot mean what was meant.
    Error,
    /// It may be right, and should be looked at.
    Warning,
}

impl Level {
    /// The word in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

impl Code {
    /// How bad problems of this kind are.
    #[must_use]
    pub fn level(self) -> Level {
        match self {
            Self::UnknownField | Self::UnusedVariable | Self::UnusedImport | Self::Shadowing => {
                Level::Warning
            }
            _ => Level::Error,
        }
    }
}

codes! {
    // Files in general.
    /// A file cannot be read.
    Unreadable = "unreadable",
    /// A file is larger than what is read.
    TooLarge = "too-large",
    /// A YAML or JSON file does not parse.
    Syntax = "syntax",
    /// A key that nobody knows.
    UnknownKey = "unknown-key",
    /// A value that a key cannot have.
    InvalidValue = "invalid-value",
    // Exceptions.
    /// Two exceptions with one id.
    DuplicateException = "duplicate-exception",
    /// An exception names a control that no bundle has.
    UnknownControl = "unknown-control",
    // Bundles.
    /// A bundle's manifest is missing or says something that cannot be.
    Manifest = "manifest",
    /// Two roots of which one lies in the other, in one bundle or in two that are loaded together.
    OverlappingRoots = "overlapping-roots",
    /// A bundle's archive is damaged, or holds what cannot stand in a bundle.
    Archive = "archive",
    /// A bundle is not signed, or is not what was signed.
    Signature = "signature",
    /// A key for signing or verifying cannot be used.
    Key = "key",
    /// A policy does not parse or compile.
    Rego = "rego",
    /// Brackets nest too deep for the engine's parser.
    BracketDepth = "bracket-depth",
    /// A rule or function depends on itself.
    Recursion = "recursion",
    /// A METADATA block is missing, malformed or incomplete.
    Metadata = "metadata",
    /// Two controls with one id.
    DuplicateControl = "duplicate-control",
    /// A data document stands where a rule does, and would silently replace it.
    DataShadowsRule = "data-shadows-rule",
    /// A builtin that is not deterministic or reaches outside.
    ForbiddenBuiltin = "forbidden-builtin",
    /// A policy calls a function that nobody defines.
    UnknownFunction = "unknown-function",
    /// A policy refers to a rule, package or data that nobody has.
    UnknownReference = "unknown-reference",
    /// A policy reads an `input` that no document has.
    UnknownInput = "unknown-input",
    /// A control's policy has no `deny`, or one of another form than the contract's.
    Contract = "contract",
    /// A framework's file or the list of omissions is incomplete or contradicts another, or names a control of no bundle it requires.
    Framework = "framework",
    /// A folder, package or file is not where its name says.
    Layout = "layout",
    // What only `check` looks for.
    /// A field that AWS's shape, or an object of the policies' own, does not have, and has by nearly that name.
    MisspeltField = "misspelt-field",
    /// A field that nobody knows; AWS may have added it.
    UnknownField = "unknown-field",
    /// Values of types that do not go together.
    TypeMismatch = "type-mismatch",
    /// A function gets another number of arguments than it takes.
    Arity = "arity",
    /// A builtin that OPA has and the engine has not.
    MissingBuiltin = "missing-builtin",
    /// A builtin that Rego v1 has no longer.
    DeprecatedBuiltin = "deprecated-builtin",
    /// A variable that nothing gives a value.
    UnsafeVariable = "unsafe-variable",
    /// A variable or argument that nothing uses.
    UnusedVariable = "unused-variable",
    /// An import that nothing uses.
    UnusedImport = "unused-import",
    /// A name hides a builtin, a document, an import or a rule.
    Shadowing = "shadowing",
    /// Definitions of one rule that contradict each other, or a rule in a package's place.
    RuleConflict = "rule-conflict",
    /// `not` in front of evidence that may be missing.
    NegatedEvidence = "negated-evidence",
    /// A control without a test that denies, or one that allows.
    MissingTest = "missing-test",
    /// A control without an example that fails, or one that passes.
    MissingExample = "missing-example",
    /// An example that is no document, or does not show what its name says.
    WrongExample = "wrong-example",
    /// A control that neither a test nor an example makes fire.
    NeverFires = "never-fires",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnostic_reads_like_a_compilers() {
        let diagnostic = Diagnostic::of_file("a.rego", Code::Rego, "unexpected `}`").at(3, 7);
        assert_eq!(diagnostic.to_string(), "a.rego:3:7: unexpected `}` [rego]");
    }

    #[test]
    fn what_a_terminal_would_obey_is_written_out() {
        let diagnostic =
            Diagnostic::of_file("a.rego", Code::UnknownKey, "no key `\u{1b}[31m`\n").with_help("\r");
        assert_eq!(diagnostic.message, "no key `\\u{1b}[31m`\\n");
        assert_eq!(diagnostic.help.unwrap(), "\\r");
    }

    #[test]
    fn codes_are_distinct_words() {
        let mut words = Code::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Code::ALL.len());
    }
}
