//! Whether certificates were revoked, by lists that somebody fetched beforehand.

use std::collections::BTreeSet;

use jiff::Timestamp;
use x509_cert::Version;
use x509_cert::crl::CertificateList;
use x509_cert::der::Decode;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::ext::pkix::AuthorityInfoAccessSyntax;
use x509_cert::name::Name;

use super::certificate::{Certificate, Signed, moment, no_repetition};
use super::chain::{Chain, may_sign_crls, name};
use super::{shown, store};
use crate::domain::Digest;

/// The most bytes that a list may have: those of busy authorities have a megabyte or two.
const MAX_BYTES: usize = 16 * 1024 * 1024;

const CRL_DISTRIBUTION_POINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.31");
const AUTHORITY_INFORMATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.1.1");
const OCSP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1");

/// Extensions of lists that do not narrow what the list says: authorityKeyIdentifier and its relatives, and the number.
const HARMLESS: [ObjectIdentifier; 4] = [
    ObjectIdentifier::new_unwrap("2.5.29.35"),
    ObjectIdentifier::new_unwrap("2.5.29.18"),
    ObjectIdentifier::new_unwrap("2.5.29.20"),
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.1.1"),
];
/// Extensions of lists that say that there is more to look at, or that this is not all.
const PARTIAL: [(ObjectIdentifier, &str); 3] = [
    (ObjectIdentifier::new_unwrap("2.5.29.27"), "is a delta, expected the complete list"),
    (
        ObjectIdentifier::new_unwrap("2.5.29.28"),
        "is indirect or a partition, expected the issuer's complete list",
    ),
    (ObjectIdentifier::new_unwrap("2.5.29.46"), "has deltas, which are not read"),
];

/// A list of revoked certificates.
#[derive(Debug, Clone)]
pub struct Crl {
    issuer: Name,
    this_update: Timestamp,
    next_update: Timestamp,
    revoked: BTreeSet<Vec<u8>>,
    signed: Signed,
    fingerprint: String,
}

impl Crl {
    /// Reads a list in DER. Nobody has verified it then: that needs its issuer's certificate.
    ///
    /// # Errors
    ///
    /// What is no list, is not an issuer's complete list, or does not say when the next one comes.
    pub fn from_der(der: &[u8]) -> Result<Self, String> {
        if der.len() > MAX_BYTES {
            return Err(format!("the list has {} bytes, more than {MAX_BYTES}", der.len()));
        }
        let parsed = CertificateList::from_der(der)
            .map_err(|error| format!("the list of revoked certificates is not in proper DER: {error}"))?;
        let list = parsed.tbs_cert_list;
        let issuer = shown(&list.issuer.to_string());
        let wrong = |clause: &str| format!("the list of revoked certificates of `{issuer}` {clause}");
        if list.version != Version::V2 {
            return Err(wrong("is not of version 2"));
        }
        if list.signature != parsed.signature_algorithm {
            return Err(wrong("names two different signature algorithms"));
        }
        let extensions = list.crl_extensions.unwrap_or_default();
        no_repetition(&extensions).map_err(|clause| wrong(&clause))?;
        for extension in &extensions {
            if let Some((_, clause)) = PARTIAL.iter().find(|(id, _)| *id == extension.extn_id) {
                return Err(wrong(clause));
            }
            if extension.critical && !HARMLESS.contains(&extension.extn_id) {
                return Err(wrong(&format!(
                    "has the critical extension {}, which is not known",
                    extension.extn_id
                )));
            }
        }
        let next_update = list.next_update.ok_or_else(|| wrong("does not say when the next one comes"))?;
        let mut revoked = BTreeSet::new();
        for entry in list.revoked_certificates.unwrap_or_default() {
            if entry.crl_entry_extensions.iter().flatten().any(|extension| extension.critical) {
                return Err(wrong("is indirect: an entry has a critical extension"));
            }
            revoked.insert(entry.serial_number.as_bytes().to_vec());
        }
        Ok(Self {
            signed: Signed::new(der, parsed.signature_algorithm, &parsed.signature)
                .map_err(|clause| wrong(&clause))?,
            this_update: moment(list.this_update),
            next_update: moment(next_update),
            issuer: list.issuer,
            revoked,
            fingerprint: Digest::of(der).hex().to_owned(),
        })
    }

    /// Reads the one list of a text in PEM.
    ///
    /// # Errors
    ///
    /// See [`Self::from_der`].
    pub fn from_pem(text: &str) -> Result<Self, String> {
        match store::pem(text, "X509 CRL")?.as_slice() {
            [der] => Self::from_der(der),
            several => Err(format!("there are {} lists in PEM, expected one", several.len())),
        }
    }

    /// SHA-256 of the list, in hexadecimal digits.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Whether this issuer made it.
    fn is_of(&self, issuer: &Certificate) -> bool {
        self.issuer == issuer.subject && may_sign_crls(issuer) && self.signed.is_by(&issuer.key).is_ok()
    }
}

/// What lists say about a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// No certificate says where to ask, and no list names one.
    NotAsked,
    /// No list names one, and there is a current list for each that says where to ask.
    Good,
    /// One is named; for people.
    Revoked(String),
    /// A list is missing or out of date; for people.
    Unknown(String),
}

/// Asks the lists about every certificate of a chain.
///
/// A certificate that a list names is revoked, also if the list is out of date, and whatever it says of when the key was
/// lost: nobody trustworthy says when the signature was made.
pub(super) fn ask(chain: &Chain, crls: &[Crl], now: Timestamp) -> Answer {
    let mut is_asked = false;
    let mut unknown = None;
    for (certificate, issuer) in chain.links() {
        let lists = crls.iter().filter(|crl| crl.is_of(issuer)).collect::<Vec<_>>();
        if lists.iter().any(|list| list.revoked.contains(certificate.serial.as_bytes())) {
            let reason = format!("the certificate `{}` was revoked by `{}`", name(certificate), name(issuer));
            return Answer::Revoked(reason);
        }
        if !can_be_asked_about(certificate) {
            continue;
        }
        is_asked = true;
        if lists.iter().any(|list| list.this_update <= now && now <= list.next_update) {
            continue;
        }
        let latest = lists.iter().map(|list| list.next_update).max();
        unknown.get_or_insert_with(|| match latest {
            Some(latest) => format!(
                "whether the certificate `{}` was revoked is not known, the list of `{}` was due by {latest}",
                name(certificate),
                name(issuer)
            ),
            None => format!(
                "whether the certificate `{}` was revoked is not known, there is no list of `{}`",
                name(certificate),
                name(issuer)
            ),
        });
    }
    match unknown {
        Some(reason) => Answer::Unknown(reason),
        None if is_asked => Answer::Good,
        None => Answer::NotAsked,
    }
}

/// Whether a certificate says where to ask about it; where that cannot be read it counts as said.
fn can_be_asked_about(certificate: &Certificate) -> bool {
    let information = certificate.extension::<AuthorityInfoAccessSyntax>(AUTHORITY_INFORMATION);
    let names_ocsp = match information {
        Ok(None) => false,
        Ok(Some((_, AuthorityInfoAccessSyntax(ways)))) => ways.iter().any(|way| way.access_method == OCSP),
        Err(_) => true,
    };
    names_ocsp || certificate.has_extension(CRL_DISTRIBUTION_POINTS)
}
