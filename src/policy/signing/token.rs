//! What `.signatures.json` and its token say.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use crate::diagnostic::{Code, Diagnostic};
use crate::policy::Tree;
use crate::policy::files::SIGNATURES;
use crate::policy::manifest::json_problem;

/// The file.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Wire {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    plugin: Option<String>,
    #[serde(default)]
    pub(super) signatures: Vec<String>,
}

/// What a token states.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Claims {
    #[serde(default)]
    pub(super) files: Vec<File>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) keyid: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) scope: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) exp: Option<Number>,
    #[serde(flatten)]
    pub(super) others: Map<String, Value>,
}

/// One file of a bundle, as a token states it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) hash: String,
    #[serde(default)]
    pub(super) algorithm: String,
}

/// What a bundle's signature says about itself; nothing of it is true until it is verified.
#[derive(Debug, Clone, PartialEq)]
pub struct Signature {
    /// The algorithm that the token names.
    pub algorithm: String,
    /// The key that it names.
    pub key_id: Option<String>,
    /// The scope that it is good for.
    pub scope: Option<String>,
    /// How many files it lists.
    pub n_files: usize,
    /// What else it states.
    pub claims: Map<String, Value>,
}

impl Signature {
    pub(super) fn of(header: &jsonwebtoken::Header, claims: Claims) -> Self {
        let some = |text: String| (!text.is_empty()).then_some(text);
        let mut others = claims.others;
        if let Some(exp) = claims.exp {
            others.insert("exp".to_owned(), Value::Number(exp));
        }
        Self {
            algorithm: format!("{:?}", header.alg),
            key_id: header.kid.clone().or_else(|| some(claims.keyid)),
            scope: some(claims.scope),
            n_files: claims.files.len(),
            claims: others,
        }
    }
}

impl Tree {
    /// What the bundle's signature says about itself, unverified; `None` when it has none.
    ///
    /// # Errors
    ///
    /// A `.signatures.json` that is not in OPA's form.
    pub fn signature(&self) -> Result<Option<Signature>, Diagnostic> {
        if self.signatures.is_none() {
            return Ok(None);
        }
        let token = token(self)?;
        let read = jsonwebtoken::dangerous::insecure_decode::<Claims>(&token);
        let read = read.map_err(|error| problem(self, format!("the token cannot be read: {error}")))?;
        Ok(Some(Signature::of(&read.header, read.claims)))
    }
}

/// A problem of a bundle's signature.
pub(super) fn problem(tree: &Tree, message: impl Into<String>) -> Diagnostic {
    Diagnostic::of_file(tree.name(SIGNATURES), Code::Signature, message)
}

/// The one token of a bundle.
pub(super) fn token(tree: &Tree) -> Result<String, Diagnostic> {
    let Some(content) = &tree.signatures else {
        let problem = Diagnostic::of_file(tree.origin(), Code::Signature, "the bundle is not signed");
        return Err(problem.with_help("sign it with `tidewaiter bundle sign` or `opa sign`"));
    };
    let wire = serde_json::from_slice::<Wire>(content)
        .map_err(|error| json_problem(&tree.name(SIGNATURES), Code::Signature, &error))?;
    if let Some(plugin) = wire.plugin.filter(|plugin| !plugin.is_empty() && plugin != "_default") {
        let plugin = plugin.escape_debug();
        return Err(problem(
            tree,
            format!("the signature is for the plugin `{plugin}`, which nobody has here"),
        ));
    }
    match <[String; 1]>::try_from(wire.signatures) {
        Ok([token]) => Ok(token),
        Err(tokens) => Err(problem(tree, format!("the file has {} tokens, and must have one", tokens.len()))),
    }
}

/// The content of `.signatures.json`.
pub(super) fn file(token: String) -> Result<Vec<u8>, serde_json::Error> {
    let mut content = serde_json::to_vec_pretty(&Wire { plugin: None, signatures: vec![token] })?;
    content.push(b'\n');
    Ok(content)
}
