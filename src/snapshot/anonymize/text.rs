//! One text: what in it is a form that has to stay, what is a word that is known, and what is replaced.
//!
//! A text is read from one delimiter to the next. ARNs, addresses, UUIDs and the like are replaced as a whole and keep
//! their form; of the rest, each word that is not known gets a name. A word is therefore replaced by the same name
//! wherever it stands: in an ARN, in the name of a log group, in an image reference, before the `*` of a policy.

use core::net::{Ipv4Addr, Ipv6Addr};

use super::Anonymizer;
use super::vocabulary::{Vocabulary, is_region};

/// The longest text that is read word by word; a longer one is replaced as a whole.
const TEXT_BYTES: usize = 512;

/// How many words a phrase has at most (`com.amazonaws.ecs.capability.docker-remote-api` has eight).
const PHRASE_WORDS: usize = 10;

fn is_word(letter: char) -> bool {
    !letter.is_ascii_punctuation()
}

/// The longest beginning of a text whose characters are all accepted.
fn run(text: &str, accept: impl Fn(char) -> bool) -> &str {
    let end = text.find(|letter: char| !accept(letter)).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

impl Anonymizer {
    /// Replaces what a text says about the estate.
    pub fn text(&mut self, text: &str) -> String {
        if text.is_empty() || self.vocabulary.is_phrase(text) {
            return text.to_owned();
        }
        let is_text = |text: &str| {
            text.len() > TEXT_BYTES
                || text.chars().any(|letter| letter.is_whitespace() || letter.is_control())
        };
        if is_text(text) {
            // `NT AUTHORITY\SYSTEM`: the domain of an account of Windows may be several words, its name is one.
            return match text.rsplit_once('\\').filter(|(_, name)| !is_text(name)) {
                Some((domain, name)) => format!("{}\\{}", self.names.text(domain), self.text(name)),
                None => self.names.text(text),
            };
        }
        let (mut out, mut rest) = (String::new(), text);
        while let Some(letter) = rest.chars().next() {
            let (taken, replaced) = match self.form(rest) {
                Some(form) => form,
                None if is_word(letter) => {
                    let word = run(rest, is_word);
                    (word.len(), self.names.word(word))
                }
                None => (letter.len_utf8(), letter.to_string()),
            };
            out.push_str(&replaced);
            rest = rest.get(taken..).unwrap_or_default();
            // What follows a form up to the next delimiter is a word of its own.
        }
        out
    }

    /// What stands at the beginning of a text and is replaced, or stays, as a whole: its length, and what stands in.
    fn form(&mut self, text: &str) -> Option<(usize, String)> {
        self.arn(text)
            .or_else(|| self.redacted(text))
            .or_else(|| self.uuid(text))
            .or_else(|| self.mac(text))
            .or_else(|| self.v6(text))
            .or_else(|| self.v4(text))
            .or_else(|| self.dashed(text))
            .or_else(|| self.phrase(text))
    }

    /// `arn:partition:service:region:account:`; what follows is read as any text.
    fn arn(&mut self, text: &str) -> Option<(usize, String)> {
        let mut parts = text.splitn(6, ':');
        let (arn, partition, service) = (parts.next()?, parts.next()?, parts.next()?);
        let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
        if arn != "arn" {
            return None;
        }
        let service_name =
            if Vocabulary::is_service(service) { service.to_owned() } else { self.text(service) };
        let replaced = format!(
            "arn:{}:{service_name}:{}:{}:",
            self.text(partition),
            self.text(region),
            self.text(account)
        );
        Some((text.len() - resource.len(), replaced))
    }

    /// `redacted:class:hash`, as the collector leaves it: the class is what policies judge.
    fn redacted(&mut self, text: &str) -> Option<(usize, String)> {
        let rest = text.strip_prefix("redacted:")?;
        let (class, hash) = rest.split_once(':')?;
        let hash = run(hash, |letter| letter.is_ascii_hexdigit());
        let length = "redacted::".len() + class.len() + hash.len();
        Some((length, format!("redacted:{}:{}", self.text(class), self.opaque(hash))))
    }

    /// A hash, also one that happens to have no digit or no letter.
    fn opaque(&mut self, hash: &str) -> String {
        let number = self.names.number(super::names::Kind::Hex(hash.len()), hash) + 1;
        format!("{number:0width$x}", width = hash.len())
    }

    fn uuid(&mut self, text: &str) -> Option<(usize, String)> {
        let uuid = run(text, |letter| letter.is_ascii_hexdigit() || letter == '-');
        let lengths = uuid.split('-').map(str::len);
        lengths.eq([8, 4, 4, 4, 12]).then(|| (uuid.len(), self.names.uuid(uuid)))
    }

    fn mac(&mut self, text: &str) -> Option<(usize, String)> {
        let mac = run(text, |letter| letter.is_ascii_hexdigit() || letter == ':');
        let lengths = mac.split(':').map(str::len);
        lengths.eq([2; 6]).then(|| (mac.len(), self.names.mac(mac)))
    }

    fn v6(&mut self, text: &str) -> Option<(usize, String)> {
        let address = run(text, |letter| letter.is_ascii_hexdigit() || letter == ':' || letter == '.');
        if address.matches(':').count() < 2 {
            return None;
        }
        let parsed = address.parse::<Ipv6Addr>().ok()?;
        let (suffix, length) = network(text.get(address.len()..)?, 128);
        let replaced = self.prefixes.v6(parsed, length, &mut self.names);
        Some((address.len() + suffix.len(), format!("{replaced}{suffix}")))
    }

    fn v4(&mut self, text: &str) -> Option<(usize, String)> {
        let address = run(text, |letter| letter.is_ascii_digit() || letter == '.');
        let address = address.trim_end_matches('.');
        let parsed = address.parse::<Ipv4Addr>().ok()?;
        let (suffix, length) = network(text.get(address.len()..)?, 32);
        let replaced = self.prefixes.v4(parsed, length, &mut self.names);
        Some((address.len() + suffix.len(), format!("{replaced}{suffix}")))
    }

    /// An IPv4 address in the name of a host: `ip-10-20-64-26`.
    fn dashed(&mut self, text: &str) -> Option<(usize, String)> {
        let prefix = ["ip-", "ec2-"].into_iter().find(|prefix| text.starts_with(prefix))?;
        let address = run(text.get(prefix.len()..)?, |letter| letter.is_ascii_digit() || letter == '-');
        let parsed = address.replace('-', ".").parse::<Ipv4Addr>().ok()?;
        let replaced = self.prefixes.v4(parsed, 32, &mut self.names).to_string().replace('.', "-");
        Some((prefix.len() + address.len(), format!("{prefix}{replaced}")))
    }

    /// The longest known phrase that stands at the beginning, from one delimiter to another.
    fn phrase(&mut self, text: &str) -> Option<(usize, String)> {
        let mut ends = Vec::new();
        let mut at = 0;
        while ends.len() < PHRASE_WORDS {
            let word = run(text.get(at..).unwrap_or_default(), is_word);
            if word.is_empty() {
                break;
            }
            at += word.len();
            ends.push(at);
            let marks = run(text.get(at..).unwrap_or_default(), |letter| !is_word(letter));
            if marks.is_empty() {
                break;
            }
            at += marks.len();
        }
        let known = ends.into_iter().rev().filter_map(|end| text.get(..end));
        let known = known.filter(|phrase| self.vocabulary.is_phrase(phrase)).map(str::to_owned).next()?;
        Some((known.len(), known))
    }

    /// An IAM action or the name of an operation, with a service in front or without, and with wildcards.
    pub(super) fn action(&mut self, text: &str) -> String {
        let (service, name) = match text.split_once(':') {
            Some((service, name)) => (Some(service), name),
            None => (None, text),
        };
        let (mut out, mut rest) = (String::new(), name);
        while let Some(letter) = rest.chars().next() {
            let word = run(rest, is_word);
            if word.is_empty() {
                out.push(letter);
                rest = rest.get(letter.len_utf8()..).unwrap_or_default();
                continue;
            }
            let replaced = if Vocabulary::is_operation(word) { word.to_owned() } else { self.text(word) };
            out.push_str(&replaced);
            rest = rest.get(word.len()..).unwrap_or_default();
        }
        match service {
            Some(service) if Vocabulary::is_service(service) => format!("{service}:{out}"),
            Some(service) => format!("{}:{out}", self.text(service)),
            None => out,
        }
    }

    /// A Region that AWS does not have has a name too.
    pub(super) fn region_text(&mut self, region: &str) -> String {
        if is_region(region) { region.to_owned() } else { self.text(region) }
    }
}

/// The `/16` after an address and the length that it stands for; a whole address without one.
fn network(rest: &str, width: u32) -> (&str, u32) {
    let length = rest.strip_prefix('/').map(|rest| run(rest, |letter| letter.is_ascii_digit()));
    let bits = length.and_then(|length| length.parse::<u32>().ok()).filter(|bits| *bits <= width);
    match (length, bits) {
        (Some(length), Some(bits)) => (rest.get(..=length.len()).unwrap_or_default(), bits),
        _ => ("", width),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(texts: &[&str]) -> String {
        let mut anonymizer = Anonymizer::new([]);
        texts.iter().map(|text| format!("{text} → {}", anonymizer.text(text))).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn names_are_replaced_and_forms_stay() {
        insta::assert_snapshot!(check(&[
            "arn:aws:ecs:eu-central-1:111122223333:service/storefront/cart-api",
            "arn:aws:ecs:eu-central-1:111122223333:task-definition/cart-api:142",
            "service:cart-api",
            "111122223333.dkr.ecr.eu-central-1.amazonaws.com/harbor-goods/cart-api:2.4@sha256:0f0f0f0f0f0f0f0f",
            "docker.io/harborgoods/feed:1.1",
            "Registry.harbor.example:5000/feed:latest",
            "arn:aws:iam::111122223333:role/*-api",
            "arn:aws:iam::aws:policy/AdministratorAccess",
            "arn:aws:iam::111122223333:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
            "subnet-017147f2b034dea8a",
            "jane.doe@harbor.example",
            "https://harbor.example/a?token=x",
            "10.20.0.0/16",
            "0.0.0.0/0",
            "::/0",
            "2a05:d014:1::/48",
            "ip-10-20-0-9.eu-central-1.compute.internal",
            "02:9a:47:9d:9b:a6",
            "39556016-cb52-4e12-a24b-06a9d0c84588",
            "redacted:high_entropy:0123456789abcdef",
            "redacted:harbor:0123456789abcdef",
            "(service cart-api) has started 1 tasks",
            r"HARBOR DOMAIN\Administrator",
            "ecs-svc/2550048593850829450",
            "/harbor-goods/cart-api",
            "Grüße",
        ]), @r"
        arn:aws:ecs:eu-central-1:111122223333:service/storefront/cart-api → arn:aws:ecs:eu-central-1:100000000001:service/n0001/n0002-api
        arn:aws:ecs:eu-central-1:111122223333:task-definition/cart-api:142 → arn:aws:ecs:eu-central-1:100000000001:task-definition/n0002-api:100
        service:cart-api → service:n0002-api
        111122223333.dkr.ecr.eu-central-1.amazonaws.com/harbor-goods/cart-api:2.4@sha256:0f0f0f0f0f0f0f0f → 100000000001.dkr.ecr.eu-central-1.amazonaws.com/n0003-n0004/n0002-api:2.4@sha256:a000000000000001
        docker.io/harborgoods/feed:1.1 → docker.io/n0005/n0006:1.1
        Registry.harbor.example:5000/feed:latest → N0007.n0003.n0008:1000/n0006:latest
        arn:aws:iam::111122223333:role/*-api → arn:aws:iam::100000000001:role/*-api
        arn:aws:iam::aws:policy/AdministratorAccess → arn:aws:iam::aws:policy/AdministratorAccess
        arn:aws:iam::111122223333:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS → arn:aws:iam::100000000001:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS
        subnet-017147f2b034dea8a → subnet-a0000000000000001
        jane.doe@harbor.example → n0009.n0010@n0003.n0008
        https://harbor.example/a?token=x → https://n0003.n0008/a?n0011=x
        10.20.0.0/16 → 10.0.0.0/16
        0.0.0.0/0 → 0.0.0.0/0
        ::/0 → ::/0
        2a05:d014:1::/48 → 3fff::/48
        ip-10-20-0-9.eu-central-1.compute.internal → ip-10-0-0-0.eu-central-1.compute.internal
        02:9a:47:9d:9b:a6 → 02:00:00:00:00:01
        39556016-cb52-4e12-a24b-06a9d0c84588 → 00000000-0000-4000-8000-000000000001
        redacted:high_entropy:0123456789abcdef → redacted:high_entropy:0000000000000002
        redacted:harbor:0123456789abcdef → redacted:n0003:0000000000000002
        (service cart-api) has started 1 tasks → text 1
        HARBOR DOMAIN\Administrator → text 2\Administrator
        ecs-svc/2550048593850829450 → ecs-svc/1000000000000000000
        /harbor-goods/cart-api → /n0003-n0004/n0002-api
        Grüße → N0012
        ");
    }

    #[test]
    fn actions_are_known_by_their_words() {
        let mut anonymizer = Anonymizer::new([]);
        for known in ["ecs:RegisterTaskDefinition", "ecs:*", "*", "s3:Get*", "rds-db:connect", "iam:PassRole"]
        {
            assert_eq!(anonymizer.action(known), known);
        }
        assert_eq!(anonymizer.action("harbor:GetHarbor*"), "n0002:N0001*");
    }
}
