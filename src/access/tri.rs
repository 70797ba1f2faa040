//! True, false, or nobody knows.

use std::ops::Not;

/// An answer of three-valued logic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tri {
    /// It is not so.
    False,
    /// It cannot be decided.
    Unknown,
    /// It is so.
    True,
}

impl Tri {
    /// Whether all are so; true of none.
    pub(super) fn all(answers: impl IntoIterator<Item = Self>) -> Self {
        answers.into_iter().min().unwrap_or(Self::True)
    }

    /// Whether any is so; false of none.
    pub(super) fn any(answers: impl IntoIterator<Item = Self>) -> Self {
        answers.into_iter().max().unwrap_or(Self::False)
    }
}

impl From<bool> for Tri {
    fn from(answer: bool) -> Self {
        if answer { Self::True } else { Self::False }
    }
}

impl Not for Tri {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
            Self::True => Self::False,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unknown_yields_to_what_decides() {
        assert_eq!(Tri::all([Tri::True, Tri::Unknown]), Tri::Unknown);
        assert_eq!(Tri::all([Tri::False, Tri::Unknown]), Tri::False);
        assert_eq!(Tri::any([Tri::False, Tri::Unknown]), Tri::Unknown);
        assert_eq!(Tri::any([Tri::True, Tri::Unknown]), Tri::True);
        assert_eq!((Tri::all([]), Tri::any([])), (Tri::True, Tri::False));
        assert_eq!([!Tri::True, !Tri::False, !Tri::Unknown], [Tri::False, Tri::True, Tri::Unknown]);
    }
}
