//! Signatures of the Notary Project, those of AWS Signer among them.
