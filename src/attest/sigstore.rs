//! Signatures and attestations of cosign: with keys, and keyless.
