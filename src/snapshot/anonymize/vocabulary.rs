//! What is known to be harmless: AWS's own words, and those that the policies themselves hold.
//!
//! The files in `vocabulary/` are names of members (`fields.txt`), enumerations by the member that holds them
//! (`values.txt`), members that hold moments (`times.txt`), the words of which the names of operations are made
//! (`actions.txt`), services and Regions, all from AWS's service models, and what those models do not list
//! (`words.txt`): prefixes of ids, capabilities, log drivers, condition keys, public registries, AWS's managed policies.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::access;

/// Members whose strings are numbers, or lists and ranges of ports: what AWS writes as text and means as a quantity.
const QUANTITIES: [&str; 8] = [
    "cpu",
    "memory",
    "containerPortRange",
    "hostPortRange",
    "stringSetValue",
    "agentVersion",
    "platformVersion",
    "DefaultVersionId",
];

/// What AWS's certificates and hosts of services end in.
const SUFFIXES: [&str; 3] = [".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu"];

/// Members of `input.iam.access`, beside those that AWS has too.
const OF_ACCESS: [&str; 24] = [
    "actions",
    "binding",
    "boundary",
    "effect",
    "except",
    "grants",
    "group",
    "key",
    "keys",
    "kind",
    "lacking",
    "none_of",
    "not_constrained",
    "one_of",
    "operator",
    "policy",
    "resources",
    "sid",
    "statement",
    "tests",
    "through",
    "unknown",
    "void",
    "within",
];

/// What these members hold that is always one of a few words.
const WORDS_OF_ACCESS: [(&str, &[&str]); 3] = [
    ("binding", &["required", "when_present", "not_constrained", "unsupported", "unknown"]),
    ("kind", &["user", "role"]),
    ("through", &["inline", "attached", "group_inline", "group_attached", "boundary", "service_control"]),
];

/// Members of `input.images` and `input.attestors`, beside those that AWS has too.
const OF_IMAGES: [&str; 40] = [
    "answer",
    "attestations",
    "attestors",
    "certificate_fingerprint",
    "claims",
    "code",
    "digest_source",
    "evidence",
    "expires_at",
    "fingerprint",
    "index",
    "issuer",
    "key_fingerprint",
    "layout",
    "log",
    "manifest",
    "notes",
    "problems",
    "reason",
    "references",
    "refused",
    "registry",
    "repository",
    "revocation",
    "services",
    "signature",
    "signed_at",
    "signer",
    "signing_job",
    "signing_profile_version",
    "source",
    "state",
    "status",
    "subject",
    "task_definitions",
    "tasks",
    "time",
    "users",
    "valid_until",
    "via_index",
];

/// What these members hold that is always one of a few words.
const WORDS_OF_IMAGES: [(&str, &[&str]); 7] = [
    ("answer", &["verified", "not_verified", "no_signature", "unknown"]),
    ("digest_source", &["task", "service_revision", "pinned", "tag"]),
    ("kind", &["cosign_key", "keyless", "notation", "aws_signer"]),
    ("layout", &["cosign_tag", "sigstore_bundle", "notation"]),
    ("source", &["log", "timestamp_authority", "signing_authority", "signer", "crl", "aws-signer"]),
    ("state", &["good", "revoked", "unknown", "not_checked"]),
    ("status", &["valid", "invalid", "expired", "revoked", "unknown"]),
];

/// The longest literal of a policy that is kept.
const LITERAL_BYTES: usize = 64;

fn lines(text: &'static str) -> BTreeSet<&'static str> {
    text.lines().collect()
}

static FIELDS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| lines(include_str!("vocabulary/fields.txt")));
static TIMES: LazyLock<BTreeSet<&str>> = LazyLock::new(|| lines(include_str!("vocabulary/times.txt")));
static ACTIONS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| lines(include_str!("vocabulary/actions.txt")));
static SERVICES: LazyLock<BTreeSet<&str>> = LazyLock::new(|| lines(include_str!("vocabulary/services.txt")));
static REGIONS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| lines(include_str!("vocabulary/regions.txt")));
static WORDS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| lines(include_str!("vocabulary/words.txt")));
static VALUES: LazyLock<BTreeMap<&str, BTreeSet<&str>>> = LazyLock::new(|| {
    let lines = include_str!("vocabulary/values.txt").lines();
    let entries = lines.filter_map(|line| {
        let (field, values) = line.split_once('\t')?;
        Some((field, values.split('\t').collect()))
    });
    entries.collect()
});

/// The words that stay as they are.
#[derive(Debug)]
pub(super) struct Vocabulary {
    literals: BTreeSet<String>,
}

impl Vocabulary {
    /// AWS's words and the texts that policies hold, as far as these can be values of a document: a sentence or a
    /// pattern for messages is none.
    pub(super) fn new(literals: impl IntoIterator<Item = String>) -> Self {
        let is_value = |text: &String| {
            !text.is_empty()
                && text.len() <= LITERAL_BYTES
                && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'%')
        };
        let mut kept = BTreeSet::new();
        for literal in literals.into_iter().filter(is_value) {
            // `igw-` and `WINDOWS_` are what ids and names begin with.
            let bare = literal.trim_matches(|mark: char| mark.is_ascii_punctuation());
            if !bare.is_empty() {
                kept.insert(bare.to_owned());
            }
            kept.insert(literal);
        }
        Self { literals: kept }
    }

    /// Whether the name of a member says nothing about an estate.
    ///
    /// What a schedule passes on to an API call spells the API's fields with a capital letter.
    pub(super) fn is_field(&self, name: &str) -> bool {
        let mut letters = name.chars();
        let first = letters.next().filter(char::is_ascii_uppercase).map(|letter| letter.to_ascii_lowercase());
        let spelled = first.map(|first| [first].into_iter().chain(letters).collect::<String>());
        FIELDS.contains(name)
            || OF_ACCESS.contains(&name)
            || OF_IMAGES.contains(&name)
            || access::reference().knows(name)
            || WORDS.contains(name)
            || self.literals.contains(name)
            || spelled.is_some_and(|name| FIELDS.contains(name.as_str()))
    }

    /// Whether a member's whole value says nothing about an estate.
    pub(super) fn is_value(&self, field: &str, text: &str) -> bool {
        let is_quantity = QUANTITIES.contains(&field) && is_quantity(text);
        is_quantity
            || VALUES.get(field).is_some_and(|values| values.contains(text))
            || WORDS_OF_ACCESS
                .iter()
                .chain(&WORDS_OF_IMAGES)
                .any(|(of, words)| *of == field && words.contains(&text))
            || (field == "name" && FIELDS.contains(text))
            || (field == "ActionName" && Self::is_operation(text))
            || self.is_phrase(text)
    }

    /// Whether a part of a text, from one delimiter to another, says nothing about an estate; policies compare words
    /// without regard to case.
    pub(super) fn is_phrase(&self, text: &str) -> bool {
        self.is_word(text)
            || self.is_word(&text.to_lowercase())
            || self.is_word(&text.to_uppercase())
            || is_region(text)
            || is_host_of_service(text)
            || is_endpoint(text)
    }

    fn is_word(&self, text: &str) -> bool {
        WORDS.contains(text) || self.literals.contains(text)
    }

    /// Whether a member holds a moment.
    pub(super) fn is_time(field: &str) -> bool {
        TIMES.contains(field)
    }

    /// Whether this is a service in an ARN or an action.
    pub(super) fn is_service(text: &str) -> bool {
        SERVICES.contains(text) || WORDS.contains(text)
    }

    /// Whether the name of an operation is made of AWS's words alone.
    pub(super) fn is_operation(name: &str) -> bool {
        humps(name).iter().all(|hump| ACTIONS.contains(hump))
    }
}

/// An amount, a version or a range of ports: few and short numbers. An address has four, an account one of twelve digits.
fn is_quantity(text: &str) -> bool {
    let numbers = text.strip_prefix('v').unwrap_or(text).split(['.', '-']);
    let is_short =
        |number: &str| (1..=6).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    numbers.clone().count() <= 3 && numbers.into_iter().all(is_short)
}

/// A Region or an availability zone.
pub(super) fn is_region(text: &str) -> bool {
    let zone = text.strip_suffix(|letter: char| ('a'..='f').contains(&letter));
    REGIONS.contains(text) || zone.is_some_and(|region| REGIONS.contains(region))
}

/// `ecs-tasks.amazonaws.com`, `s3.eu-central-1.amazonaws.com`.
fn is_host_of_service(text: &str) -> bool {
    let labels = SUFFIXES.iter().find_map(|suffix| text.strip_suffix(suffix));
    labels.is_some_and(|labels| {
        labels.split('.').all(|label| Vocabulary::is_service(label) || is_region(label))
    })
}

/// `com.amazonaws.eu-central-1.ecr.dkr`.
fn is_endpoint(text: &str) -> bool {
    let labels = text.strip_prefix("com.amazonaws.");
    labels.is_some_and(|labels| {
        labels.split('.').all(|label| Vocabulary::is_service(label) || is_region(label))
    })
}

/// `DescribeDBInstances` → `Describe`, `DB`, `Instances`.
fn humps(name: &str) -> Vec<&str> {
    let mut cuts = Vec::new();
    let bytes = name.as_bytes();
    for (at, window) in bytes.windows(2).enumerate() {
        if let [left, right] = window {
            let next_is_lower = bytes.get(at + 2).is_some_and(u8::is_ascii_lowercase);
            let up = right.is_ascii_uppercase() && (!left.is_ascii_uppercase() || next_is_lower);
            if up || left.is_ascii_digit() != right.is_ascii_digit() {
                cuts.push(at + 1);
            }
        }
    }
    let ends = cuts.iter().copied().chain([name.len()]);
    let starts = [0].into_iter().chain(cuts.iter().copied());
    starts.zip(ends).filter_map(|(start, end)| name.get(start..end)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_made_of_words() {
        assert_eq!(humps("DescribeDBInstances"), ["Describe", "DB", "Instances"]);
        assert_eq!(humps("ListObjectsV2"), ["List", "Objects", "V", "2"]);
        assert!(Vocabulary::is_operation("RegisterTaskDefinition"));
        assert!(!Vocabulary::is_operation("RegisterHarborDefinition"));
    }

    #[test]
    fn fields_are_known_with_a_capital_letter_too() {
        let vocabulary = Vocabulary::new([]);
        assert!(vocabulary.is_field("awsvpcConfiguration") && vocabulary.is_field("AwsvpcConfiguration"));
        assert!(!vocabulary.is_field("harborConfiguration") && !vocabulary.is_field("HarborConfiguration"));
    }

    #[test]
    fn hosts_of_aws_are_known_and_hosts_of_others_are_not() {
        let vocabulary = Vocabulary::new([]);
        for known in [
            "ecs-tasks.amazonaws.com",
            "com.amazonaws.eu-central-1.ecr.dkr",
            "eu-central-1b",
            "public.ecr.aws",
        ] {
            assert!(vocabulary.is_phrase(known), "{known}");
        }
        for unknown in ["harbor.amazonaws.com", "com.amazonaws.vpce.harbor", "eu-harbor-1", "harbor"] {
            assert!(!vocabulary.is_phrase(unknown), "{unknown}");
        }
    }

    #[test]
    fn amounts_and_versions_stay_and_addresses_do_not() {
        assert!(["256", "1.97.1", "8080-8090", "v11"].into_iter().all(is_quantity));
        assert!(!["10.20.30.40", "111122223333", "", "1.harbor"].into_iter().any(is_quantity));
    }

    #[test]
    fn texts_of_policies_stay_unless_they_are_sentences() {
        let vocabulary = Vocabulary::new(["WINDOWS_", "a sentence", "%s/%v", "Owner"].map(str::to_owned));
        assert!(vocabulary.is_phrase("WINDOWS") && vocabulary.is_phrase("Owner"));
        assert!(!vocabulary.is_phrase("sentence") && !vocabulary.is_phrase("s/"));
    }

    #[test]
    fn the_lists_are_sorted_and_hold_nothing_twice() {
        for text in [
            include_str!("vocabulary/actions.txt"),
            include_str!("vocabulary/fields.txt"),
            include_str!("vocabulary/regions.txt"),
            include_str!("vocabulary/services.txt"),
            include_str!("vocabulary/times.txt"),
            include_str!("vocabulary/words.txt"),
        ] {
            let lines = text.lines().collect::<Vec<_>>();
            assert!(lines.is_sorted_by(|left, right| left < right), "{:?}", lines.first());
        }
        assert!(VALUES.len() > 100);
    }
}
