//! A chain of certificates, by the rules that hold whoever is trusted.

use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage};

use super::certificate::{Certificate, Unsigned};
use super::shown;
use crate::attest::Refusal;

/// The most certificates that a chain may have.
pub(super) const MAX_CERTIFICATES: usize = 10;

const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");

/// Purposes that no leaf may be for: any, servers, clients, e-mail, timestamps.
const FOREIGN_PURPOSES: [ObjectIdentifier; 5] = [
    ObjectIdentifier::new_unwrap("2.5.29.37.0"),
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1"),
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2"),
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.4"),
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8"),
];

/// Certificates from the signer's to its root, each issued by the next.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    leaf: Certificate,
    authorities: Vec<Certificate>,
}

impl Chain {
    /// Reads a chain, leaf first.
    pub(super) fn new(ders: &[Vec<u8>]) -> Result<Self, Refusal> {
        if ders.len() > MAX_CERTIFICATES {
            let reason = format!("the chain has {} certificates, more than {MAX_CERTIFICATES}", ders.len());
            return Err(Refusal::new("malformed_chain", reason));
        }
        let mut certificates = Vec::new();
        for (index, der) in ders.iter().enumerate() {
            let certificate = Certificate::from_der(der).map_err(|clause| {
                let reason = format!("certificate {} of {} {clause}", index + 1, ders.len());
                Refusal::new("malformed_chain", reason)
            })?;
            certificates.push(certificate);
        }
        let mut certificates = certificates.into_iter();
        let leaf = certificates
            .next()
            .ok_or_else(|| Refusal::new("malformed_chain", "the chain has no certificates"))?;
        let chain = Self { leaf, authorities: certificates.collect() };
        chain.hangs_together()?;
        is_leaf(&chain.leaf).map_err(|clause| unfit(&chain.leaf, &clause))?;
        for (below, authority) in chain.authorities.iter().enumerate() {
            is_authority(authority, below).map_err(|clause| unfit(authority, &clause))?;
        }
        Ok(chain)
    }

    /// The signer's certificate.
    pub(super) fn leaf(&self) -> &Certificate {
        &self.leaf
    }

    /// All certificates, leaf first.
    pub(super) fn certificates(&self) -> impl Iterator<Item = &Certificate> {
        std::iter::once(&self.leaf).chain(&self.authorities)
    }

    /// All certificates with their issuers; the last is its own.
    pub(super) fn links(&self) -> impl Iterator<Item = (&Certificate, &Certificate)> {
        let root = self.authorities.last().unwrap_or(&self.leaf);
        self.certificates().zip(self.authorities.iter().chain(std::iter::once(root)))
    }

    /// Each certificate is issued by the next, the last by itself and no other by itself.
    fn hangs_together(&self) -> Result<(), Refusal> {
        if let Some(weak) = self.certificates().find(|certificate| certificate.uses_sha1()) {
            let reason = format!("the certificate `{}` is signed with SHA-1", name(weak));
            return Err(Refusal::new("sha1", reason));
        }
        let n_links = self.authorities.len();
        for (index, (certificate, issuer)) in self.links().enumerate() {
            if certificate.issuer != issuer.subject {
                return Err(broken(format!(
                    "the certificate `{}` names the issuer `{}`, and {} is `{}`",
                    name(certificate),
                    shown(&certificate.issuer.to_string()),
                    if index == n_links { "the last of the chain" } else { "the next in the chain" },
                    name(issuer),
                )));
            }
            match certificate.is_signed_by(&issuer.key) {
                Ok(()) => {}
                Err(Unsigned::Unsupported(clause)) => {
                    let reason = format!("the certificate `{}`: {clause}", name(certificate));
                    return Err(Refusal::new("unsupported_algorithm", reason));
                }
                Err(Unsigned::Sha1 | Unsigned::Wrong) => {
                    let reason = format!(
                        "the certificate `{}` is not signed by `{}`",
                        name(certificate),
                        name(issuer)
                    );
                    return Err(broken(reason));
                }
            }
            if index != n_links && certificate.is_self_signed() {
                let reason =
                    format!("the certificate `{}` is self-signed and not the last", name(certificate));
                return Err(broken(reason));
            }
        }
        Ok(())
    }
}

/// A certificate's subject, for people.
pub(super) fn name(certificate: &Certificate) -> String {
    shown(&certificate.subject.to_string())
}

fn broken(reason: String) -> Refusal {
    Refusal::new("broken_chain", reason)
}

fn unfit(certificate: &Certificate, clause: &str) -> Refusal {
    Refusal::new("unfit_certificate", format!("the certificate `{}` {clause}", name(certificate)))
}

/// Whether it is an authority with so many authorities below it.
pub(super) fn is_authority(certificate: &Certificate, below: usize) -> Result<(), String> {
    match certificate.extension::<BasicConstraints>(BASIC_CONSTRAINTS)? {
        None => return Err("is used as an authority and has no basicConstraints".to_owned()),
        Some((false, _)) => return Err("has basicConstraints that are not critical".to_owned()),
        Some((true, constraints)) => {
            if !constraints.ca {
                return Err("is used as an authority and is none by its basicConstraints".to_owned());
            }
            if let Some(limit) = constraints.path_len_constraint
                && usize::from(limit) < below
            {
                return Err(format!("allows {limit} authorities below it, and there are {below}"));
            }
        }
    }
    match certificate.extension::<KeyUsage>(KEY_USAGE)? {
        None => Err("is used as an authority and has no keyUsage".to_owned()),
        Some((false, _)) => Err("has a keyUsage that is not critical".to_owned()),
        Some((true, usage)) if !usage.key_cert_sign() => Err("has a keyUsage without keyCertSign".to_owned()),
        Some(_) => Ok(()),
    }
}

/// Whether its keyUsage lets it sign lists of revoked certificates.
pub(super) fn may_sign_crls(certificate: &Certificate) -> bool {
    matches!(certificate.extension::<KeyUsage>(KEY_USAGE), Ok(Some((_, usage))) if usage.crl_sign())
}

/// Whether it calls itself an authority.
pub(super) fn claims_authority(certificate: &Certificate) -> Result<bool, String> {
    let constraints = certificate.extension::<BasicConstraints>(BASIC_CONSTRAINTS)?;
    Ok(constraints.is_some_and(|(_, constraints)| constraints.ca))
}

/// Whether it may sign artifacts.
fn is_leaf(certificate: &Certificate) -> Result<(), String> {
    if claims_authority(certificate)? {
        return Err("signs an artifact and is an authority by its basicConstraints".to_owned());
    }
    let Some((critical, usage)) = certificate.extension::<KeyUsage>(KEY_USAGE)? else {
        return Err("signs an artifact and has no keyUsage".to_owned());
    };
    if !critical {
        return Err("has a keyUsage that is not critical".to_owned());
    }
    if !usage.digital_signature() {
        return Err("has a keyUsage without digitalSignature".to_owned());
    }
    let foreign = [
        ("keyEncipherment", usage.key_encipherment()),
        ("dataEncipherment", usage.data_encipherment()),
        ("keyAgreement", usage.key_agreement()),
        ("keyCertSign", usage.key_cert_sign()),
        ("cRLSign", usage.crl_sign()),
        ("encipherOnly", usage.encipher_only()),
        ("decipherOnly", usage.decipher_only()),
    ];
    if let Some((usage, _)) = foreign.iter().find(|(_, is_set)| *is_set) {
        return Err(format!("signs an artifact and has a keyUsage with {usage}"));
    }
    let purposes = certificate.extension::<ExtendedKeyUsage>(EXTENDED_KEY_USAGE)?;
    let purposes = purposes.map(|(_, ExtendedKeyUsage(purposes))| purposes).unwrap_or_default();
    match purposes.iter().find(|purpose| FOREIGN_PURPOSES.contains(purpose)) {
        Some(purpose) => Err(format!("signs an artifact and has an extendedKeyUsage with {purpose}")),
        None => Ok(()),
    }
}
