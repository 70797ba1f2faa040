//! A set of actions, or of resource types, by their places in the reference.

/// Words of 64 places; the reference has fewer than three of them full.
const WORDS: usize = 8;

/// Which actions, or which resource types.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Bits([u64; WORDS]);

impl Bits {
    /// The set with one place more. A place past the last is left out, which a test rules out.
    pub(super) fn with(mut self, place: usize) -> Self {
        if let Some(word) = self.0.get_mut(place / 64) {
            *word |= 1 << (place % 64);
        }
        self
    }

    /// Whether the place is in it.
    pub(super) fn contains(self, place: usize) -> bool {
        self.0.get(place / 64).is_some_and(|word| word & (1 << (place % 64)) != 0)
    }

    /// Whether something is in both.
    pub(super) fn meets(self, other: Self) -> bool {
        self.0.iter().zip(other.0).any(|(mine, theirs)| mine & theirs != 0)
    }

    /// What is in one of both.
    pub(super) fn union(mut self, other: Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(mine, theirs)| *mine |= theirs);
        self
    }

    /// What is not in the other.
    pub(super) fn without(mut self, other: Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(mine, theirs)| *mine &= !theirs);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::reference;

    /// The most actions that a set can tell apart.
    const MOST: usize = WORDS * 64;

    #[test]
    fn every_action_has_its_place() {
        assert!(reference().actions().len() <= MOST && reference().types().count() <= MOST);
        let all = (0..MOST).fold(Bits::default(), Bits::with);
        assert!((0..MOST).all(|place| all.contains(place)) && !all.contains(MOST));
        assert!(all.without(all) == Bits::default() && Bits::default().union(all) == all);
        assert!(all.meets(Bits::default().with(MOST - 1)) && !all.meets(Bits::default()));
    }
}
