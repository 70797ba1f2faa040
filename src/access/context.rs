//! What a request carries, as far as it is known.

use std::collections::BTreeMap;

/// The values of condition keys, by their names in any case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// `None` for a key that nothing is known of, whatever `is_complete` says.
    values: BTreeMap<String, Option<Vec<String>>>,
    /// How keys begin of which all are known that there are.
    closed: Vec<String>,
    is_complete: bool,
}

/// What a request carries of one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence<'a> {
    /// These values, at least one.
    Values(&'a [String]),
    /// None.
    Absent,
    /// Nobody knows.
    Unknown,
}

impl Context {
    /// A request of which nothing is known yet.
    #[must_use]
    pub fn unknown() -> Self {
        Self::default()
    }

    /// A request that carries what is put in, and nothing else.
    #[must_use]
    pub fn complete() -> Self {
        Self { is_complete: true, ..Self::default() }
    }

    /// The request carries these values; none means that it does not carry the key.
    pub fn insert(&mut self, key: &str, values: Vec<String>) {
        self.values.insert(key.to_ascii_lowercase(), Some(values));
    }

    /// The request carries no key that begins so, but those that are put in.
    pub(super) fn close(&mut self, prefix: &str) {
        self.closed.push(prefix.to_ascii_lowercase());
    }

    /// Whether what was not put in is known to be absent.
    pub(super) fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Nothing is known of the key.
    pub fn forget(&mut self, key: &str) {
        self.values.insert(key.to_ascii_lowercase(), None);
    }

    /// What the request carries of a key. A key with an empty list of values counts as absent.
    pub(super) fn presence(&self, key: &str) -> Presence<'_> {
        let key = key.to_ascii_lowercase();
        match self.values.get(&key) {
            Some(Some(values)) if values.is_empty() => Presence::Absent,
            Some(Some(values)) => Presence::Values(values),
            Some(None) => Presence::Unknown,
            None if self.is_complete || self.closed.iter().any(|prefix| key.starts_with(prefix)) => {
                Presence::Absent
            }
            None => Presence::Unknown,
        }
    }

    /// This request, with whatever it does not know taken from what is known otherwise.
    pub(super) fn or(&self, other: &Self) -> Self {
        let mut both = self.clone();
        for (key, values) in &other.values {
            both.values.entry(key.clone()).or_insert_with(|| values.clone());
        }
        both.closed.extend(other.closed.iter().cloned());
        both
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_in_any_case_and_empty_ones_are_absent() {
        let mut context = Context::unknown();
        context.insert("aws:TagKeys", vec!["a".to_owned()]);
        context.insert("ecs:subnet", Vec::new());
        assert_eq!(context.presence("AWS:tagkeys"), Presence::Values(&["a".to_owned()]));
        assert_eq!(context.presence("ecs:Subnet"), Presence::Absent);
        assert_eq!(context.presence("ecs:cluster"), Presence::Unknown);
        assert_eq!(Context::complete().presence("ecs:cluster"), Presence::Absent);
    }

    #[test]
    fn what_the_request_says_comes_first() {
        let (mut request, mut principal) = (Context::complete(), Context::unknown());
        request.insert("a", vec!["1".to_owned()]);
        principal.insert("A", vec!["2".to_owned()]);
        principal.insert("b", vec!["3".to_owned()]);
        let both = request.or(&principal);
        assert_eq!(both.presence("a"), Presence::Values(&["1".to_owned()]));
        assert_eq!(both.presence("b"), Presence::Values(&["3".to_owned()]));
        assert_eq!(both.presence("c"), Presence::Absent);
    }
}
