//! The names that stand in for others: numbered as they come, so that nothing leads back from them.

use std::collections::BTreeMap;

/// What kind of original a number was given to; each kind is counted on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A word of a name.
    Word,
    /// A text of several words.
    Text,
    /// An account id.
    Account,
    /// A number of so many digits.
    Digits(usize),
    /// A hexadecimal number of so many digits.
    Hex(usize),
    /// An UUID.
    Uuid,
    /// A hardware address.
    Mac,
    /// The first part of public IPv4 addresses.
    Net4,
    /// The first part of public IPv6 addresses.
    Net6,
}

/// Who got which number.
#[derive(Debug, Default)]
pub(super) struct Names {
    numbers: BTreeMap<(Kind, String), u128>,
    counts: BTreeMap<Kind, u128>,
}

impl Names {
    /// The number of an original, from 0; a new original gets the next one.
    pub(super) fn number(&mut self, kind: Kind, original: &str) -> u128 {
        let key = (kind, original.to_owned());
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let count = self.counts.entry(kind).or_default();
        let number = *count;
        *count += 1;
        self.numbers.insert(key, number);
        number
    }

    /// The account that stands in for another.
    pub(super) fn account(&mut self, original: &str) -> String {
        let number = self.number(Kind::Account, original);
        format!("{:012}", 100_000_000_001 + number)
    }

    /// The text that stands in for another.
    pub(super) fn text(&mut self, original: &str) -> String {
        format!("text {}", self.number(Kind::Text, original) + 1)
    }

    /// What stands in for a word: letters and digits without a mark between them.
    ///
    /// Upper and lower case is kept as far as it means something to image references and to comparisons without regard
    /// to case. All names have the same length, so that none is the beginning of another.
    pub(super) fn word(&mut self, word: &str) -> String {
        let is_ascii = word.is_ascii();
        if is_ascii && word.bytes().all(|byte| byte.is_ascii_digit()) {
            return match word.len() {
                12 => self.account(word),
                _ => self.digits(word),
            };
        }
        if word.len() == 1 && is_ascii {
            return word.to_owned();
        }
        if let Some(hex) = self.hex(word) {
            return hex;
        }
        let lower = word.to_lowercase();
        let mut letters = word.chars();
        let first_is_upper = letters.next().is_some_and(char::is_uppercase);
        let rest_is_lower = letters.all(|letter| !letter.is_uppercase());
        let is_plain = word == lower || word == word.to_uppercase() || (first_is_upper && rest_is_lower);
        let number = self.number(Kind::Word, if is_plain { &lower } else { word }) + 1;
        if word == lower { format!("n{number:04}") } else { format!("N{number:04}") }
    }

    /// As many digits as before; zeros in front stay, and so does a digit that stands alone: `1.4.0`, `eu-central-1`.
    fn digits(&mut self, word: &str) -> String {
        let significant = word.trim_start_matches('0');
        let zeros = word.len() - significant.len();
        let width = significant.len();
        let Some(smallest) =
            u32::try_from(width).ok().and_then(|width| 10_u128.checked_pow(width.max(1) - 1))
        else {
            return self.text(word).replace(' ', "");
        };
        if width <= 1 {
            return word.to_owned();
        }
        let number = smallest + self.number(Kind::Digits(width), significant);
        format!("{}{number}", "0".repeat(zeros))
    }

    /// As many hexadecimal digits as before; at least 8, and letters alone only where no word is as long.
    fn hex(&mut self, word: &str) -> Option<String> {
        let is_hex = word.len() >= 8
            && word.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
            && (word.len() >= 32 || word.bytes().any(|byte| byte.is_ascii_digit()));
        is_hex.then(|| {
            let number = self.number(Kind::Hex(word.len()), word) + 1;
            // Begins with a letter, so that it never looks like an account or another number.
            format!("a{number:0width$x}", width = word.len() - 1)
        })
    }

    /// The UUID that stands in for another.
    pub(super) fn uuid(&mut self, original: &str) -> String {
        let number = self.number(Kind::Uuid, original) + 1;
        format!("00000000-0000-4000-8000-{:012x}", number & 0xffff_ffff_ffff)
    }

    /// The hardware address that stands in for another, from those that anybody may use.
    pub(super) fn mac(&mut self, original: &str) -> String {
        let number = self.number(Kind::Mac, original) + 1;
        let octet = |shift: u32| (number >> shift) & 0xff;
        let octets = [32, 24, 16, 8, 0].map(|shift| format!("{:02x}", octet(shift)));
        format!("02:{}", octets.join(":"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_original_has_the_same_name_and_another_has_another() {
        let mut names = Names::default();
        assert_eq!(names.word("harbor"), "n0001");
        assert_eq!(names.word("goods"), "n0002");
        assert_eq!(names.word("harbor"), "n0001");
        assert_eq!(names.word("HARBOR"), "N0001");
        assert_eq!(names.word("Harbor"), "N0001");
        assert_eq!(names.word("harborGoods"), "N0003");
        assert_eq!(names.word("HarborGoods"), "N0004");
    }

    #[test]
    fn numbers_keep_their_length_and_never_meet() {
        let mut names = Names::default();
        assert_eq!(names.word("7"), "7");
        assert_eq!(names.word("000"), "000");
        assert_eq!(names.word("4300"), "1000");
        assert_eq!(names.word("0043"), "0010");
        assert_eq!(names.word("123456789012"), "100000000001");
        let two = (10..100).map(|number| names.word(&number.to_string()));
        assert_eq!(two.collect::<std::collections::BTreeSet<_>>().len(), 90);
        assert_eq!(names.word(&"9".repeat(50)), "text1");
    }

    #[test]
    fn digests_and_ids_keep_their_form() {
        let mut names = Names::default();
        assert_eq!(names.word("017147f2b034dea8a"), "a0000000000000001");
        assert_eq!(names.word(&"0f".repeat(32)).len(), 64);
        assert_eq!(names.word(&"ab".repeat(32)).len(), 64);
        assert_eq!(names.word("deadbeef"), "n0001");
        assert_eq!(names.uuid("x"), "00000000-0000-4000-8000-000000000001");
        assert_eq!(names.mac("x"), "02:00:00:00:00:01");
    }
}
