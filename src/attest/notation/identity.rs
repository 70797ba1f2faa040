//! Whom an attestor trusts, by the subject of the signer's certificate.

use std::collections::BTreeMap;

use x509_cert::der::asn1::{Ia5StringRef, ObjectIdentifier, PrintableStringRef, Utf8StringRef};
use x509_cert::der::{Tag, Tagged};
use x509_cert::name::Name;

use super::shown;

/// What an identity begins with that is not the wildcard.
const PREFIX: &str = "x509.subject:";

/// The attributes that can be asked for, by the names that RFC 4514 and Notation have for them.
const ATTRIBUTES: [(&str, ObjectIdentifier); 11] = [
    ("C", ObjectIdentifier::new_unwrap("2.5.4.6")),
    ("ST", ObjectIdentifier::new_unwrap("2.5.4.8")),
    ("L", ObjectIdentifier::new_unwrap("2.5.4.7")),
    ("O", ObjectIdentifier::new_unwrap("2.5.4.10")),
    ("OU", ObjectIdentifier::new_unwrap("2.5.4.11")),
    ("CN", ObjectIdentifier::new_unwrap("2.5.4.3")),
    ("STREET", ObjectIdentifier::new_unwrap("2.5.4.9")),
    ("POSTALCODE", ObjectIdentifier::new_unwrap("2.5.4.17")),
    ("SERIALNUMBER", ObjectIdentifier::new_unwrap("2.5.4.5")),
    ("DC", ObjectIdentifier::new_unwrap("0.9.2342.19200300.100.1.25")),
    ("UID", ObjectIdentifier::new_unwrap("0.9.2342.19200300.100.1.1")),
];

/// The attributes that every identity names.
const REQUIRED: [&str; 3] = ["C", "ST", "O"];

/// Somebody whose signatures are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedIdentity(Identity);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Identity {
    /// Everybody with a certificate of a trusted authority.
    Anybody,
    /// Whoever's subject has at least these attributes, each with exactly this value.
    Subject(BTreeMap<&'static str, String>),
}

impl TrustedIdentity {
    /// Reads `*`, or `x509.subject:` and attributes as RFC 4514 writes them: `C=US, ST=WA, O=acme\, inc.`; `S` is `ST`.
    ///
    /// # Errors
    ///
    /// Another form, an attribute that is unknown or stands twice, or none for country, state and organization.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self(Identity::Anybody));
        }
        let names = text.strip_prefix(PREFIX).ok_or_else(|| {
            format!("`{}` is no identity, expected `*` or `{PREFIX} C=…, ST=…, O=…`", shown(text))
        })?;
        let mut attributes = BTreeMap::new();
        for part in parts(names)? {
            let Some((name, value)) = part.split_once('=') else {
                return Err(format!("`{}` is not an attribute and its value, such as `C=US`", shown(&part)));
            };
            let name = name.trim_matches(' ').to_ascii_uppercase();
            let name = if name == "S" { "ST".to_owned() } else { name };
            let Some((name, _)) = ATTRIBUTES.iter().find(|(known, _)| *known == name) else {
                let known = ATTRIBUTES.map(|(known, _)| known).join(", ");
                return Err(format!(
                    "`{}` is no attribute of a subject, expected one of {known}",
                    shown(&name)
                ));
            };
            let value = unescaped(value)?;
            if value.is_empty() {
                return Err(format!("the attribute `{name}` has no value"));
            }
            if attributes.insert(*name, value).is_some() {
                return Err(format!("the attribute `{name}` stands twice"));
            }
        }
        match REQUIRED.iter().find(|name| !attributes.contains_key(*name)) {
            Some(missing) => {
                Err(format!("the attribute `{missing}` is missing, an identity needs C, ST and O"))
            }
            None => Ok(Self(Identity::Subject(attributes))),
        }
    }

    /// Two of a list that stand in each other's way: whatever the one matches the other matches, too.
    #[must_use]
    pub fn overlap(identities: &[Self]) -> Option<String> {
        if identities.len() > 1 && identities.iter().any(|identity| identity.0 == Identity::Anybody) {
            return Some("`*` stands for everybody and leaves no room for other identities".to_owned());
        }
        let subjects = identities.iter().filter_map(|identity| match &identity.0 {
            Identity::Anybody => None,
            Identity::Subject(attributes) => Some(attributes),
        });
        let subjects = subjects.collect::<Vec<_>>();
        for (index, one) in subjects.iter().enumerate() {
            for other in subjects.iter().skip(index + 1) {
                if contains(one, other) || contains(other, one) {
                    return Some(format!("`{}` and `{}` overlap", written(one), written(other)));
                }
            }
        }
        None
    }

    /// Whether a certificate of this subject is theirs.
    pub(super) fn matches(&self, subject: &Subject) -> bool {
        match &self.0 {
            Identity::Anybody => true,
            Identity::Subject(attributes) => {
                attributes.iter().all(|(name, value)| subject.0.get(name) == Some(value))
            }
        }
    }

    /// Whether everybody is meant.
    #[must_use]
    pub fn is_anybody(&self) -> bool {
        self.0 == Identity::Anybody
    }
}

impl std::fmt::Display for TrustedIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Identity::Anybody => f.write_str("*"),
            Identity::Subject(attributes) => f.write_str(&written(attributes)),
        }
    }
}

/// The attributes of a certificate's subject that an identity can ask for.
#[derive(Debug)]
pub(super) struct Subject(BTreeMap<&'static str, String>);

impl Subject {
    /// Reads a subject.
    ///
    /// One in which an attribute stands twice, or in which several stand at one level, belongs to nobody: implementations
    /// disagree about which of them counts.
    pub(super) fn new(name: &Name) -> Result<Self, String> {
        let mut attributes = BTreeMap::new();
        let mut seen = Vec::new();
        for level in &name.0 {
            let [attribute] = level.0.as_slice() else {
                return Err(format!(
                    "the subject `{}` has several attributes at one level",
                    shown(&name.to_string())
                ));
            };
            if seen.contains(&attribute.oid) {
                return Err(format!("the subject `{}` has an attribute twice", shown(&name.to_string())));
            }
            seen.push(attribute.oid);
            let value = match attribute.value.tag() {
                Tag::PrintableString => {
                    PrintableStringRef::try_from(&attribute.value).ok().map(|text| text.as_str().to_owned())
                }
                Tag::Utf8String => {
                    Utf8StringRef::try_from(&attribute.value).ok().map(|text| text.as_str().to_owned())
                }
                Tag::Ia5String => {
                    Ia5StringRef::try_from(&attribute.value).ok().map(|text| text.as_str().to_owned())
                }
                _ => None,
            };
            let known = ATTRIBUTES.iter().find(|(_, oid)| *oid == attribute.oid);
            if let (Some((name, _)), Some(value)) = (known, value) {
                attributes.insert(*name, value);
            }
        }
        Ok(Self(attributes))
    }
}

/// Whether all attributes of `few` are in `many`.
fn contains(many: &BTreeMap<&'static str, String>, few: &BTreeMap<&'static str, String>) -> bool {
    few.iter().all(|(name, value)| many.get(name) == Some(value))
}

/// Attributes as an identity writes them, in one order, so that equal identities have equal texts.
fn written(attributes: &BTreeMap<&'static str, String>) -> String {
    let escaped = |value: &str| {
        let last = value.chars().count().saturating_sub(1);
        let mut text = String::new();
        for (index, character) in value.chars().enumerate() {
            let is_edge = character == ' ' && (index == 0 || index == last);
            if is_edge || ",;\\+\"<>=#".contains(character) {
                text.push('\\');
            }
            text.push(character);
        }
        text
    };
    let parts = attributes.iter().map(|(name, value)| format!("{name}={}", escaped(value)));
    format!("{PREFIX} {}", parts.collect::<Vec<_>>().join(", "))
}

/// The parts between commas that are not escaped, with their escapes.
fn parts(text: &str) -> Result<Vec<String>, String> {
    let mut parts = vec![String::new()];
    let mut is_escaped = false;
    for character in text.chars() {
        if character == ',' && !is_escaped {
            parts.push(String::new());
            continue;
        }
        if "+;<>\"".contains(character) && !is_escaped {
            return Err(match character {
                '+' => "several attributes at one level (`+`) are not supported, a `+` in a value is `\\+`"
                    .to_owned(),
                other => format!("`{other}` has to be written `\\{other}`"),
            });
        }
        is_escaped = character == '\\' && !is_escaped;
        if let Some(part) = parts.last_mut() {
            part.push(character);
        }
    }
    Ok(parts)
}

/// A value without its escapes, and without the spaces around it that are not escaped.
fn unescaped(value: &str) -> Result<String, String> {
    let wrong = || format!("`{}` has a `\\` that escapes nothing", shown(value));
    let mut bytes = Vec::new();
    // What was written before the spaces at the end that are not escaped.
    let mut end = 0;
    let mut characters = value.trim_start_matches(' ').chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            let mut buffer = [0; 4];
            bytes.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
            if character != ' ' {
                end = bytes.len();
            }
            continue;
        }
        let escaped = characters.next().ok_or_else(wrong)?;
        if let Some(high) = escaped.to_digit(16) {
            let low = characters.next().and_then(|low| low.to_digit(16)).ok_or_else(wrong)?;
            bytes.push(u8::try_from(high * 16 + low).map_err(|_| wrong())?);
        } else if " \"#+,;<=>\\".contains(escaped) {
            bytes.push(u8::try_from(escaped).map_err(|_| wrong())?);
        } else {
            return Err(wrong());
        }
        end = bytes.len();
    }
    bytes.truncate(end);
    let text = String::from_utf8(bytes).map_err(|_| format!("`{}` is not UTF-8", shown(value)))?;
    if text.starts_with('#') && !value.trim_start_matches(' ').starts_with('\\') {
        return Err(
            "values in hexadecimal DER (`#…`) are not supported, a `#` at the beginning is `\\#`".to_owned()
        );
    }
    if text.contains('\0') {
        return Err("a value holds the character NUL".to_owned());
    }
    Ok(text)
}
