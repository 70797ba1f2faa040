//! Texts with `*` and `?`, and what two of them have in common.
//!
//! IAM's wildcards know no separators: `*` stands for any characters, `/` and `:` included. The crates that match globs
//! answer for one text; whether one pattern covers another, or meets it, is what analysing policies takes.

use std::fmt;
use std::sync::Arc;

use super::tri::Tri;

/// The longest pattern that is looked at, in characters. ARNs have at most 2,048.
const LONGEST: usize = 4096;

/// How many parts an ARN has, which colons divide; the last may have colons of its own.
pub(super) const ARN_PARTS: usize = 6;

/// One part of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Piece {
    /// This character.
    Literal(char),
    /// `?`: any one character.
    One,
    /// `*`: any characters, or none.
    Many,
    /// What differs from ARN to ARN of a resource type: any characters but `:`.
    Word,
    /// A policy variable whose value nobody knows.
    Variable,
}

impl Piece {
    /// Whether it may stand for several characters, or none.
    fn repeats(&self) -> bool {
        matches!(self, Self::Many | Self::Word | Self::Variable)
    }

    /// Whether some character is one of both.
    fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Literal(mine), Self::Literal(theirs)) => mine == theirs,
            (Self::Word, Self::Literal(character)) | (Self::Literal(character), Self::Word) => {
                *character != ':'
            }
            _ => true,
        }
    }
}

/// A text that may have wildcards, brought into one form.
///
/// A copy shares its pieces, since scopes copy them for each action.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Pattern {
    pieces: Arc<[Piece]>,
    text: Arc<str>,
    is_too_long: bool,
    is_doubtful: bool,
}

impl Pattern {
    /// A text in which only `*` and `?` are special.
    pub(super) fn new(text: &str) -> Self {
        let pieces = text.chars().map(|character| match character {
            '*' => Piece::Many,
            '?' => Piece::One,
            other => Piece::Literal(other),
        });
        Self::of_pieces(text, pieces)
    }

    /// A text in which nothing is special.
    pub(super) fn of_text(text: &str) -> Self {
        Self::of_pieces(text, text.chars().map(Piece::Literal))
    }

    /// The form of a resource type's ARNs, with names in braces for what differs.
    pub(super) fn of_template(template: &str) -> Self {
        let mut pieces = Vec::new();
        for (number, part) in template.split("${").enumerate() {
            let literal = match part.split_once('}').filter(|_| number > 0) {
                Some((_, literal)) => {
                    pieces.push(Piece::Word);
                    literal
                }
                None => part,
            };
            pieces.extend(literal.chars().map(Piece::Literal));
        }
        Self::of_pieces(template, pieces)
    }

    /// A pattern with the text that it was written as. Each run of wildcards becomes its `?` and then one `*`, so that
    /// equal ones look equal.
    pub(super) fn of_pieces(text: &str, given: impl IntoIterator<Item = Piece>) -> Self {
        let mut pieces = Vec::new();
        let mut is_many = false;
        for piece in given.into_iter().take(LONGEST + 1) {
            match piece {
                Piece::Many => is_many = true,
                Piece::One => pieces.push(Piece::One),
                other => {
                    pieces.extend(std::mem::take(&mut is_many).then_some(Piece::Many));
                    pieces.push(other);
                }
            }
        }
        pieces.extend(is_many.then_some(Piece::Many));
        let is_too_long = pieces.len() > LONGEST;
        pieces.truncate(LONGEST);
        Self { pieces: pieces.into(), text: text.into(), is_too_long, is_doubtful: false }
    }

    /// How many parts it has.
    pub(super) fn len(&self) -> usize {
        self.pieces.len()
    }

    /// The parts of an ARN, each as a pattern of its own.
    pub(super) fn arn_parts(&self) -> Vec<Self> {
        self.parts().map(|part| Self::of_pieces("", part.iter().copied())).collect()
    }

    /// Whether it stands for every text.
    pub(super) fn is_everything(&self) -> bool {
        *self.pieces == [Piece::Many]
    }

    /// Whether nobody can tell what it stands for: it has a variable, or is longer than anything it could match.
    pub(super) fn is_open(&self) -> bool {
        self.is_too_long || self.pieces.contains(&Piece::Variable)
    }

    /// The parts of an ARN.
    pub(super) fn parts(&self) -> impl Iterator<Item = &[Piece]> {
        self.pieces.splitn(ARN_PARTS, |piece| *piece == Piece::Literal(':'))
    }

    /// Whether each text that it stands for begins so.
    pub(super) fn begins_with(&self, text: &str) -> bool {
        let mut pieces = self.pieces.iter();
        text.chars().all(|character| pieces.next() == Some(&Piece::Literal(character)))
    }

    /// Whether something comes after a wildcard.
    pub(super) fn has_inner_wildcard(&self) -> bool {
        let end = self.pieces.len().saturating_sub(1);
        self.pieces.iter().take(end).any(|piece| !matches!(piece, Piece::Literal(_)))
    }

    /// The same with more at its end, under the text that it was written as.
    pub(super) fn followed_by(&self, more: &[Piece]) -> Self {
        Self::of_pieces(&self.text, self.pieces.iter().chain(more).copied())
    }

    /// The same, of which it is not certain that it stands for anything.
    pub(super) fn doubtful(self) -> Self {
        Self { is_doubtful: true, ..self }
    }

    /// Whether it is not certain that it stands for anything.
    pub(super) fn is_doubtful(&self) -> bool {
        self.is_doubtful
    }

    /// Whether a text is one of those that it stands for.
    pub(super) fn matches(&self, text: &str) -> Tri {
        let text = text.chars().map(Piece::Literal).collect::<Vec<_>>();
        let is_open = self.is_open();
        match walk(&self.pieces, &text, true) || self.is_too_long {
            false => Tri::False,
            true if is_open => Tri::Unknown,
            true => Tri::True,
        }
    }

    /// Whether it certainly stands for everything that the other stands for.
    pub(super) fn covers(&self, other: &Self) -> bool {
        self.is_everything()
            || (!self.is_too_long && !other.is_too_long && walk(&self.pieces, &other.pieces, false))
    }

    /// Whether some text may be one of both. When in doubt it may.
    pub(super) fn meets(&self, other: &Self) -> bool {
        if self.is_too_long || other.is_too_long {
            return true;
        }
        let (mut left, mut right) = (&*self.pieces, &*other.pieces);
        // As long as nothing stands for a colon, what is before the first of each must meet by itself.
        while let (Some((mine, my_rest)), Some((theirs, their_rest))) = (part(left), part(right)) {
            if !meet(mine, theirs) {
                return false;
            }
            (left, right) = (my_rest, their_rest);
        }
        meet(left, right)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether a pattern stands for a sequence of pieces, each taken as it is: only `*` stands for `*` and for a variable.
/// `is_lenient` lets a variable of the pattern stand for anything.
fn walk(pattern: &[Piece], text: &[Piece], is_lenient: bool) -> bool {
    let (mut at, mut read) = (0, 0);
    // The last `*`, and how much it stands for so far.
    let mut star = None::<(usize, usize)>;
    while let Some(piece) = text.get(read) {
        match (pattern.get(at), piece) {
            (Some(Piece::Literal(expected)), Piece::Literal(found)) if expected == found => {
                at += 1;
                read += 1;
            }
            (Some(Piece::One), Piece::Literal(_) | Piece::One) => {
                at += 1;
                read += 1;
            }
            (Some(Piece::Many), _) => {
                star = Some((at, read));
                at += 1;
            }
            (Some(Piece::Variable), _) if is_lenient => {
                star = Some((at, read));
                at += 1;
            }
            _ => match &mut star {
                Some((begin, end)) => {
                    *end += 1;
                    at = *begin + 1;
                    read = *end;
                }
                None => return false,
            },
        }
    }
    let rest = pattern.get(at..).unwrap_or_default();
    rest.iter().all(|piece| *piece == Piece::Many || (is_lenient && *piece == Piece::Variable))
}

/// What is before the first colon and what is after it, when nothing before it may stand for a colon.
fn part(pieces: &[Piece]) -> Option<(&[Piece], &[Piece])> {
    let is_end = |piece: &Piece| !matches!(piece, Piece::Word) && piece.meets(&Piece::Literal(':'));
    let end = pieces.iter().position(is_end)?;
    let (part, rest) = pieces.split_at_checked(end)?;
    rest.split_first().filter(|(colon, _)| **colon == Piece::Literal(':')).map(|(_, rest)| (part, rest))
}

/// Whether two patterns have a text in common: which places of the second can be reached, for each place of the first.
fn meet(left: &[Piece], right: &[Piece]) -> bool {
    if let ([Piece::Literal(mine), ..], [Piece::Literal(theirs), ..]) = (left, right)
        && mine != theirs
    {
        return false;
    }
    let mark =
        |row: &mut [bool], place: usize| row.iter_mut().skip(place).take(1).for_each(|cell| *cell = true);
    let (mut reached, mut next) = (vec![false; right.len() + 1], vec![false; right.len() + 1]);
    mark(&mut reached, 0);
    for mine in left.iter().map(Some).chain([None]) {
        next.fill(false);
        for place in 0..=right.len() {
            if !reached.get(place).copied().unwrap_or_default() {
                continue;
            }
            let theirs = right.get(place);
            if theirs.is_some_and(Piece::repeats) {
                mark(&mut reached, place + 1);
            }
            if mine.is_some_and(Piece::repeats) {
                mark(&mut next, place);
            }
            match (mine, theirs) {
                (None, None) => return true,
                (Some(mine), Some(theirs)) if mine.meets(theirs) => {
                    match (mine.repeats(), theirs.repeats()) {
                        (true, true) => {}
                        (true, false) => mark(&mut reached, place + 1),
                        (false, true) => mark(&mut next, place),
                        (false, false) => mark(&mut next, place + 1),
                    }
                }
                _ => {}
            }
        }
        std::mem::swap(&mut reached, &mut next);
        if !reached.contains(&true) {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern).matches(text) == Tri::True
    }

    fn covers(left: &str, right: &str) -> bool {
        Pattern::new(left).covers(&Pattern::new(right))
    }

    fn meets(left: &str, right: &str) -> bool {
        Pattern::new(left).meets(&Pattern::new(right))
    }

    #[test]
    fn wildcards_stand_for_any_character() {
        assert!(matches("arn:aws:ecs:*:*:cluster/*", "arn:aws:ecs:eu-central-1:1:cluster/a/b:c"));
        assert!(matches("a?c", "abc") && !matches("a?c", "ac") && !matches("a?c", "abbc"));
        assert!(matches("*", "") && matches("a*b*c", "a-b-b-c") && !matches("a*b*c", "a-c-b"));
        assert!(!matches("", "a") && matches("", ""));
        assert!(matches("ü?", "üß"));
    }

    #[test]
    fn a_pattern_covers_what_is_narrower() {
        assert!(covers("a*", "a*b") && covers("*", "?*") && covers("*?", "?*") && covers("a?", "ab"));
        assert!(!covers("a*b", "a*") && !covers("?*", "*") && !covers("ab", "a?"));
    }

    #[test]
    fn patterns_meet_where_a_text_is_in_both() {
        assert!(meets("a*", "*b") && meets("*a*", "*b*") && meets("a?c", "ab*") && meets("", "*"));
        assert!(!meets("a*", "b*") && !meets("a", "a?") && !meets("*a", "*b"));
        let task =
            Pattern::of_template("arn:${Partition}:ecs:${Region}:${Account}:task/${ClusterName}/${TaskId}");
        assert!(task.meets(&Pattern::new("arn:aws:ecs:*")));
        assert!(!task.meets(&Pattern::new("arn:aws:ecs:eu-west-1:1:task-definition/web:*")));
    }

    #[test]
    fn a_variable_leaves_it_open() {
        let pieces = [Piece::Literal('a'), Piece::Variable];
        let pattern = Pattern::of_pieces("a${x}", pieces);
        assert_eq!(pattern.matches("ab"), Tri::Unknown);
        assert_eq!(pattern.matches("b"), Tri::False);
        assert!(!pattern.covers(&Pattern::new("ab")) && pattern.meets(&Pattern::new("ab")));
        assert!(Pattern::new("a*").covers(&pattern));
    }

    #[test]
    fn a_pattern_of_any_length_is_answered_quickly() {
        let many = Pattern::new(&"a*".repeat(2_000));
        let others = Pattern::new(&"*b".repeat(2_000));
        let begun = std::time::Instant::now();
        assert_eq!(many.matches(&"a".repeat(2_047)), Tri::True);
        assert!(many.meets(&others) && !others.covers(&many));
        assert_eq!(Pattern::new(&"x".repeat(1_000_000)).matches("x"), Tri::Unknown);
        assert!(begun.elapsed() < std::time::Duration::from_secs(5), "{:?}", begun.elapsed());
    }

    proptest! {
        #[test]
        fn covering_and_meeting_agree_with_matching(
            left in "[ab:*?]{0,6}", right in "[ab:*?]{0,6}", text in "[ab:]{0,6}",
        ) {
            let (in_left, in_right) = (matches(&left, &text), matches(&right, &text));
            prop_assert!(!(in_left && in_right) || meets(&left, &right), "{left} {right} {text}");
            prop_assert!(!(covers(&left, &right) && in_right) || in_left, "{left} {right} {text}");
            prop_assert_eq!(meets(&left, &right), meets(&right, &left));
            prop_assert!(!covers(&left, &right) || meets(&left, &right));
            prop_assert!(covers(&left, &left));
        }
    }
}
