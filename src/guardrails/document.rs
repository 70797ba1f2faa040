//! Statements into policies that AWS takes.

use serde::Serialize;
use serde_json::Value;

/// What kind of policy is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Managed policies to attach beside those that allow something.
    Iam,
    /// Service control policies of an organization.
    Scp,
    /// A permissions boundary, which allows what it does not refuse.
    PermissionsBoundary,
}

impl Kind {
    /// The most characters of one policy, white space not counted but for service control policies: "IAM and AWS STS
    /// quotas" of the IAM user guide, and "Quotas for AWS Organizations", both read on 2026-11-22.
    #[must_use]
    pub fn limit(self) -> usize {
        match self {
            Self::Iam | Self::PermissionsBoundary => 6_144,
            Self::Scp => 5_120,
        }
    }

    /// The most policies that one principal, or one account, can have attached by default; the same pages.
    #[must_use]
    pub fn at_most(self) -> usize {
        match self {
            Self::Iam => 10,
            // `FullAWSAccess` takes one of five.
            Self::Scp => 4,
            Self::PermissionsBoundary => 1,
        }
    }

    /// The policy in words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Iam => "managed policy",
            Self::Scp => "service control policy",
            Self::PermissionsBoundary => "permissions boundary",
        }
    }
}

/// One statement of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Statement {
    /// Its id.
    pub sid: String,
    /// `Allow` or `Deny`.
    pub effect: &'static str,
    /// What it speaks of.
    pub action: Vec<&'static str>,
    /// Always `*`: what is refused is refused everywhere.
    pub resource: &'static str,
    /// When it applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Value>,
}

/// A policy as AWS reads it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Policy<'a> {
    version: &'static str,
    statement: Vec<&'a Statement>,
}

/// A policy, ready to be given to AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The policy as JSON, with a line end.
    pub text: String,
    /// How many statements it has.
    pub statements: usize,
    /// How many characters AWS counts.
    pub characters: usize,
}

/// Statements that fit into no policies of the kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TooLarge {
    /// One alone is longer than a policy.
    #[error("the statement `{sid}` has {characters} characters; a {} has {} at most", kind.name(), kind.limit())]
    Statement {
        /// The statement's id.
        sid: String,
        /// Its length.
        characters: usize,
        /// What was wanted.
        kind: Kind,
    },
    /// They make more policies than can be attached.
    #[error("the statements make {n} policies, and of the kind {} no more than {} can be attached", kind.name(), kind.at_most())]
    Policies {
        /// How many they make.
        n: usize,
        /// What was wanted.
        kind: Kind,
    },
}

/// Packs statements into as few policies as their order allows.
///
/// # Errors
///
/// When a statement is longer than a policy, or when there are more policies than can be attached.
pub fn documents<'a>(
    kind: Kind,
    statements: impl IntoIterator<Item = &'a Statement>,
) -> Result<Vec<Document>, TooLarge> {
    let mut packed = Vec::<Vec<&Statement>>::new();
    for statement in statements {
        if let Some(last) = packed.last_mut() {
            last.push(statement);
            if length(kind, last) <= kind.limit() {
                continue;
            }
            last.pop();
        }
        let characters = length(kind, &[statement]);
        if characters > kind.limit() {
            return Err(TooLarge::Statement { sid: statement.sid.clone(), characters, kind });
        }
        packed.push(vec![statement]);
    }
    if packed.len() > kind.at_most() {
        return Err(TooLarge::Policies { n: packed.len(), kind });
    }
    Ok(packed.iter().map(|statements| document(kind, statements)).collect())
}

fn document(kind: Kind, statements: &[&Statement]) -> Document {
    let (compact, pretty) = (text(kind, statements, false), text(kind, statements, true));
    let fits = pretty.chars().count() <= kind.limit();
    // AWS leaves the white space of managed policies out of its count, and counts that of service control policies.
    let (text, characters) = match kind {
        Kind::Iam | Kind::PermissionsBoundary => (pretty, compact.chars().count()),
        Kind::Scp if fits => (pretty.clone(), pretty.chars().count()),
        Kind::Scp => (compact.clone(), compact.chars().count()),
    };
    Document { text, statements: statements.len(), characters }
}

/// The length of the shortest text of a policy.
fn length(kind: Kind, statements: &[&Statement]) -> usize {
    text(kind, statements, false).chars().count()
}

fn text(kind: Kind, statements: &[&Statement], pretty: bool) -> String {
    let allow = Statement {
        sid: "AllowWhatIsNotRefused".to_owned(),
        effect: "Allow",
        action: vec!["*"],
        resource: "*",
        condition: None,
    };
    let allow = (kind == Kind::PermissionsBoundary).then_some(&allow);
    let statement = allow.into_iter().chain(statements.iter().copied()).collect();
    let policy = Policy { version: "2012-10-17", statement };
    let text = if pretty { serde_json::to_string_pretty(&policy) } else { serde_json::to_string(&policy) };
    // Texts and maps with texts for keys can always be written.
    format!("{}\n", text.unwrap_or_default())
}
