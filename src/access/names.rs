//! Which actions a name in a policy stands for.

use std::collections::HashMap;

use super::bits::Bits;
use super::pattern::Pattern;
use super::reference::Reference;
use super::tri::Tri;

/// The most names that are remembered.
const MOST: usize = 10_000;

/// Names of actions with the actions that they stand for, since the policies of an account repeat them.
#[derive(Debug)]
pub(super) struct Names {
    reference: &'static Reference,
    all: Bits,
    seen: HashMap<String, Bits>,
}

impl Names {
    pub(super) fn new(reference: &'static Reference) -> Self {
        let all = (0..reference.actions().len()).fold(Bits::default(), Bits::with);
        Self { reference, all, seen: HashMap::new() }
    }

    /// Every action.
    pub(super) fn all(&self) -> Bits {
        self.all
    }

    /// The actions that a name stands for. Case does not matter, and `*` and `?` are wildcards.
    pub(super) fn matching(&mut self, name: &str) -> Bits {
        if let Some(known) = self.seen.get(name) {
            return *known;
        }
        let found = self.find(name);
        if self.seen.len() < MOST {
            self.seen.insert(name.to_owned(), found);
        }
        found
    }

    fn find(&self, name: &str) -> Bits {
        let name = name.to_ascii_lowercase();
        let Some(wildcard) = name.find(['*', '?']) else {
            return self.reference.action(&name).map(|(at, _)| Bits::default().with(at)).unwrap_or_default();
        };
        let pattern = Pattern::new(&name);
        if pattern.is_everything() {
            return self.all;
        }
        let places = self.reference.places(name.get(..wildcard).unwrap_or_default());
        let folded = self.reference.folded(places.clone());
        let matching = places.zip(folded).filter(|(_, action)| pattern.matches(action) != Tri::False);
        matching.fold(Bits::default(), |all, (place, _)| all.with(place))
    }
}
