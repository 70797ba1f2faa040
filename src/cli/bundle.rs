//! `tidewaiter bundle`: making bundles, looking into them, signing and verifying them.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::policy::Algorithm;
use crate::sources::Location;

/// `tidewaiter bundle`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 done; 1 the bundle does not verify; 2 the arguments, the bundle or a key are wrong."
)]
pub struct Bundle {
    /// What to do.
    #[command(subcommand)]
    pub action: BundleAction,
}

/// What to do with a bundle.
#[derive(Debug, Subcommand)]
pub enum BundleAction {
    /// Pack a bundle's directory as OPA's `.tar.gz`: the same files give the same bytes.
    Build(BundleBuild),
    /// Show what a bundle says about itself and what is in it.
    Inspect(BundleInspect),
    /// Sign a bundle with OPA's `.signatures.json`.
    Sign(BundleSign),
    /// Check that a bundle is signed by a key and is what was signed.
    Verify(BundleVerify),
}

/// `tidewaiter bundle build`.
#[derive(Debug, Args)]
pub struct BundleBuild {
    /// The bundle's directory, which holds its `.manifest`.
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
    /// Where to write the archive; not inside DIR.
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// The revision to write into the manifest, instead of the one that stands there.
    #[arg(long, value_name = "REVISION")]
    pub revision: Option<String>,
    /// Leave out `_test.rego` files and `examples/`. The digest is then another than the directory's.
    #[arg(long)]
    pub no_tests: bool,
}

/// `tidewaiter bundle inspect`.
#[derive(Debug, Args)]
pub struct BundleInspect {
    /// A directory, a `.tar.gz`, `s3://bucket/key` or `https://…`.
    #[arg(value_name = "BUNDLE")]
    pub bundle: Location,
    /// The key that must have signed it.
    #[command(flatten)]
    pub verification: Verification,
    /// The form of the answer.
    #[arg(long, value_enum, default_value_t = BundleFormat::Table)]
    pub format: BundleFormat,
}

/// `tidewaiter bundle sign`.
#[derive(Debug, Args)]
pub struct BundleSign {
    /// A directory, which gets a `.signatures.json`, or a `.tar.gz`, which is written anew with one.
    #[arg(value_name = "BUNDLE")]
    pub bundle: PathBuf,
    /// The private key in PEM (PKCS #8; PKCS #1 for RSA too), or the file of the secret for HS256, HS384 and HS512.
    #[arg(long, value_name = "FILE")]
    pub signing_key: PathBuf,
    /// How to sign: RS256, PS256, ES256, HS256, and their kin with 384 and 512.
    #[arg(long, value_name = "ALGORITHM", default_value = "RS256")]
    pub signing_alg: Algorithm,
    /// The name of the key, for who verifies.
    #[arg(long, value_name = "ID")]
    pub verification_key_id: Option<String>,
    /// What the bundle is good for; who verifies must ask for the same.
    #[arg(long, value_name = "SCOPE")]
    pub scope: Option<String>,
    /// Further claims (a JSON object); `exp` is honoured when tidewaiter verifies.
    #[arg(long, value_name = "FILE")]
    pub claims_file: Option<PathBuf>,
    /// Where to write the signed archive instead.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `tidewaiter bundle verify`.
#[derive(Debug, Args)]
#[command(mut_arg("verification_key", |key| key.required(true)))]
pub struct BundleVerify {
    /// A directory, a `.tar.gz`, `s3://bucket/key` or `https://…`.
    #[arg(value_name = "BUNDLE")]
    pub bundle: Location,
    /// The key that must have signed it.
    #[command(flatten)]
    pub verification: Verification,
    /// The form of the answer.
    #[arg(long, value_enum, default_value_t = BundleFormat::Table)]
    pub format: BundleFormat,
}

/// Who must have signed a bundle.
#[derive(Debug, Args)]
pub struct Verification {
    /// Take only bundles that this key has signed: the public key in PEM, or the file of the secret for HS256, HS384
    /// and HS512. A bundle that is unsigned, altered or incomplete is refused.
    #[arg(long, value_name = "FILE", help_heading = "Verification")]
    pub verification_key: Option<PathBuf>,
    /// The name of the key; a signature that names another is refused.
    #[arg(long, value_name = "ID", requires = "verification_key", help_heading = "Verification")]
    pub verification_key_id: Option<String>,
    /// How it must be signed, whatever the signature says.
    #[arg(long, value_name = "ALGORITHM", default_value = "RS256", help_heading = "Verification")]
    pub signing_alg: Algorithm,
    /// The scope that the signature must be for; without this it must be for none.
    #[arg(long, value_name = "SCOPE", requires = "verification_key", help_heading = "Verification")]
    pub scope: Option<String>,
}

/// The form of an answer about a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BundleFormat {
    /// For people.
    Table,
    /// One object in a versioned form.
    Json,
}
