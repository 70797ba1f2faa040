//! Signatures of bundles, as OPA makes and checks them: `.signatures.json` holds one JSON Web Token that lists every file
//! of the bundle with its digest.
//!
//! It is apart from reading because a bundle is verified on the very bytes that are loaded afterwards, wherever they came
//! from.
//!
//! **Invariant:** the algorithm is the operator's choice, never the token's: a token that names another is refused before
//! its signature is looked at.

mod algorithm;
mod hash;
mod key;
mod sign;
mod token;
mod verify;

pub use algorithm::{Algorithm, UnknownAlgorithm};
pub use key::{SigningKey, VerificationKey};
pub use sign::Statement;
pub use token::Signature;
pub use verify::Verification;

#[cfg(test)]
mod tests;
