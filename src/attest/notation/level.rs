//! How strictly signatures are looked at.

/// What a level is made of: the checks that it may let fail. Integrity is not among them, since it is always enforced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// The chain leads to a trusted certificate, and the signer is among the trusted identities.
    Authenticity,
    /// It was signed while all certificates of the chain were valid.
    AuthenticTimestamp,
    /// The signature's own expiry, when it has one.
    Expiry,
    /// No certificate of the chain was revoked.
    Revocation,
}

impl Check {
    /// Every check, by the name that trust policies of Notation have for it.
    pub const ALL: [(&'static str, Self); 4] = [
        ("authenticity", Self::Authenticity),
        ("authenticTimestamp", Self::AuthenticTimestamp),
        ("expiry", Self::Expiry),
        ("revocation", Self::Revocation),
    ];

    /// Reads the name of a check.
    ///
    /// # Errors
    ///
    /// Another name; the clause names those that there are.
    pub fn parse(name: &str) -> Result<Self, String> {
        if name == "integrity" {
            return Err("`integrity` is always enforced and cannot be overridden".to_owned());
        }
        named(&Self::ALL, name, "check")
    }
}

/// What comes of a check that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// The signature is not verified.
    Enforce,
    /// It is noted.
    Log,
    /// The check is not made.
    Skip,
}

impl Action {
    /// Every action, by the name that trust policies of Notation have for it.
    pub const ALL: [(&'static str, Self); 3] =
        [("enforce", Self::Enforce), ("log", Self::Log), ("skip", Self::Skip)];

    /// Reads the name of an action.
    ///
    /// # Errors
    ///
    /// Another name; the clause names those that there are.
    pub fn parse(name: &str) -> Result<Self, String> {
        named(&Self::ALL, name, "action")
    }
}

/// The levels of Notation's trust policies. Its fourth, `skip`, verifies nothing: an attestor that asks for it is no attestor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// All checks are enforced.
    Strict,
    /// Authenticity is enforced, the others are noted.
    Permissive,
    /// Nothing but integrity is enforced: whoever signed it.
    Audit,
}

impl Level {
    /// Every level, by the name that trust policies of Notation have for it.
    pub const ALL: [(&'static str, Self); 3] =
        [("strict", Self::Strict), ("permissive", Self::Permissive), ("audit", Self::Audit)];

    /// Reads the name of a level.
    ///
    /// # Errors
    ///
    /// Another name; the clause names those that there are.
    pub fn parse(name: &str) -> Result<Self, String> {
        named(&Self::ALL, name, "level")
    }
}

/// A level with what was overridden in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strictness {
    authenticity: Action,
    authentic_timestamp: Action,
    expiry: Action,
    revocation: Action,
}

impl From<Level> for Strictness {
    fn from(level: Level) -> Self {
        let (authenticity, others) = match level {
            Level::Strict => (Action::Enforce, Action::Enforce),
            Level::Permissive => (Action::Enforce, Action::Log),
            Level::Audit => (Action::Log, Action::Log),
        };
        Self { authenticity, authentic_timestamp: others, expiry: others, revocation: others }
    }
}

impl Strictness {
    /// A level in which some checks have other consequences.
    ///
    /// # Errors
    ///
    /// A check that stands twice, or one that is skipped and is not revocation.
    pub fn new(level: Level, overrides: &[(Check, Action)]) -> Result<Self, String> {
        let mut strictness = Self::from(level);
        let mut seen = Vec::new();
        for (check, action) in overrides {
            let name = name_of(&Check::ALL, *check);
            if seen.contains(check) {
                return Err(format!("`{name}` is overridden twice"));
            }
            seen.push(*check);
            if *action == Action::Skip && *check != Check::Revocation {
                return Err(format!("`{name}` cannot be skipped, only `enforce` and `log` are possible"));
            }
            *strictness.action_mut(*check) = *action;
        }
        Ok(strictness)
    }

    /// What comes of this check when it fails.
    #[must_use]
    pub fn action(&self, check: Check) -> Action {
        match check {
            Check::Authenticity => self.authenticity,
            Check::AuthenticTimestamp => self.authentic_timestamp,
            Check::Expiry => self.expiry,
            Check::Revocation => self.revocation,
        }
    }

    fn action_mut(&mut self, check: Check) -> &mut Action {
        match check {
            Check::Authenticity => &mut self.authenticity,
            Check::AuthenticTimestamp => &mut self.authentic_timestamp,
            Check::Expiry => &mut self.expiry,
            Check::Revocation => &mut self.revocation,
        }
    }
}

/// The value of this name.
fn named<T: Copy>(all: &[(&str, T)], name: &str, what: &str) -> Result<T, String> {
    all.iter().find(|(known, _)| *known == name).map(|(_, value)| *value).ok_or_else(|| {
        let names = all.iter().map(|(known, _)| format!("`{known}`")).collect::<Vec<_>>();
        format!("`{}` is no {what}, expected one of {}", super::shown(name), names.join(", "))
    })
}

/// The name of this value.
fn name_of<T: Copy + PartialEq>(all: &[(&'static str, T)], value: T) -> &'static str {
    all.iter().find(|(_, known)| *known == value).map_or("", |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_those_of_the_specification() {
        let table = [
            (Level::Strict, [Action::Enforce; 4]),
            (Level::Permissive, [Action::Enforce, Action::Log, Action::Log, Action::Log]),
            (Level::Audit, [Action::Log; 4]),
        ];
        for (level, expected) in table {
            let actions = Check::ALL.map(|(_, check)| Strictness::from(level).action(check));
            assert_eq!(actions, expected, "{level:?}");
        }
    }

    #[test]
    fn only_revocation_can_be_skipped() {
        for (name, check) in Check::ALL {
            let skipped = Strictness::new(Level::Strict, &[(check, Action::Skip)]);
            assert_eq!(skipped.is_ok(), check == Check::Revocation, "{name}");
            let logged = Strictness::new(Level::Strict, &[(check, Action::Log)]).unwrap();
            assert_eq!(logged.action(check), Action::Log);
        }
        let twice = [(Check::Expiry, Action::Log), (Check::Expiry, Action::Enforce)];
        assert_eq!(Strictness::new(Level::Audit, &twice).unwrap_err(), "`expiry` is overridden twice");
    }

    #[test]
    fn names_are_exact() {
        assert_eq!(Check::parse("authenticTimestamp"), Ok(Check::AuthenticTimestamp));
        assert!(Check::parse("integrity").unwrap_err().contains("always enforced"));
        assert!(Level::parse("skip").unwrap_err().contains("`strict`, `permissive`, `audit`"));
        assert!(Level::parse("Strict").is_err());
        assert_eq!(Action::parse("log"), Ok(Action::Log));
        assert!(Action::parse("logged").is_err());
    }
}
