//! Condition operators: their names taken apart, and one value compared with another.

use ipnet::IpNet;
use jiff::Timestamp;
use jiff::civil;

use super::context::Context;
use super::pattern::{ARN_PARTS, Pattern};
use super::tri::Tri;
use super::variables::{Text, Value};

/// An operator as a policy writes it: `ForAllValues:StringNotLikeIfExists`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Operator {
    pub(super) quantifier: Option<Quantifier>,
    pub(super) test: Test,
    pub(super) is_negated: bool,
    pub(super) if_exists: bool,
}

/// How a key's several values are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantifier {
    All,
    Any,
}

/// What is compared, in its positive form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Test {
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
    NumericEquals,
    NumericLessThan,
    NumericLessThanEquals,
    NumericGreaterThan,
    NumericGreaterThanEquals,
    DateEquals,
    DateLessThan,
    DateLessThanEquals,
    DateGreaterThan,
    DateGreaterThanEquals,
    Bool,
    BinaryEquals,
    IpAddress,
    /// `ArnEquals` and `ArnLike`, which do the same.
    Arn,
    Null,
}

/// Every operator in lower case, without quantifier and `IfExists`, and whether it is a negated one.
const NAMES: [(&str, Test, bool); 27] = [
    ("stringequals", Test::StringEquals, false),
    ("stringnotequals", Test::StringEquals, true),
    ("stringequalsignorecase", Test::StringEqualsIgnoreCase, false),
    ("stringnotequalsignorecase", Test::StringEqualsIgnoreCase, true),
    ("stringlike", Test::StringLike, false),
    ("stringnotlike", Test::StringLike, true),
    ("numericequals", Test::NumericEquals, false),
    ("numericnotequals", Test::NumericEquals, true),
    ("numericlessthan", Test::NumericLessThan, false),
    ("numericlessthanequals", Test::NumericLessThanEquals, false),
    ("numericgreaterthan", Test::NumericGreaterThan, false),
    ("numericgreaterthanequals", Test::NumericGreaterThanEquals, false),
    ("dateequals", Test::DateEquals, false),
    ("datenotequals", Test::DateEquals, true),
    ("datelessthan", Test::DateLessThan, false),
    ("datelessthanequals", Test::DateLessThanEquals, false),
    ("dategreaterthan", Test::DateGreaterThan, false),
    ("dategreaterthanequals", Test::DateGreaterThanEquals, false),
    ("bool", Test::Bool, false),
    ("binaryequals", Test::BinaryEquals, false),
    ("ipaddress", Test::IpAddress, false),
    ("notipaddress", Test::IpAddress, true),
    ("arnequals", Test::Arn, false),
    ("arnlike", Test::Arn, false),
    ("arnnotequals", Test::Arn, true),
    ("arnnotlike", Test::Arn, true),
    ("null", Test::Null, false),
];

impl Operator {
    /// Takes a name apart; `None` when there is no such operator.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let (quantifier, name) = match name.split_once(':') {
            Some(("forallvalues", rest)) => (Some(Quantifier::All), rest),
            Some(("foranyvalue", rest)) => (Some(Quantifier::Any), rest),
            Some(_) => return None,
            None => (None, name.as_str()),
        };
        let (name, if_exists) = name.strip_suffix("ifexists").map_or((name, false), |name| (name, true));
        let (_, test, is_negated) = NAMES.into_iter().find(|(known, ..)| *known == name)?;
        let is_null = test == Test::Null;
        (!is_null || (quantifier.is_none() && !if_exists)).then_some(Self {
            quantifier,
            test,
            is_negated,
            if_exists,
        })
    }
}

impl Test {
    /// Whether a request's value and a policy's value pass. A value of the wrong kind leaves it undecided.
    pub(super) fn compare(self, found: &str, expected: &Text, context: &Context) -> Tri {
        match self {
            Self::StringLike => match expected.pattern(context) {
                Some(pattern) => pattern.matches(found),
                None => Tri::False,
            },
            Self::Arn => match expected.pattern(context) {
                Some(pattern) => arn_matches(&pattern, found),
                None => Tri::False,
            },
            // Variables are for texts and ARNs; what one does elsewhere is said nowhere.
            _ if expected.is_open() && !self.compares_texts() => Tri::Unknown,
            _ => match expected.value(context) {
                Value::Text(expected) => self.compare_texts(found, &expected),
                Value::None => Tri::False,
                Value::Unknown => Tri::Unknown,
            },
        }
    }

    fn compares_texts(self) -> bool {
        matches!(self, Self::StringEquals | Self::StringEqualsIgnoreCase | Self::StringLike | Self::Arn)
    }

    fn compare_texts(self, found: &str, expected: &str) -> Tri {
        let decided = |answer: Option<bool>| answer.map_or(Tri::Unknown, Tri::from);
        let numbers = || number(found).zip(number(expected));
        let moments = || moment(found).zip(moment(expected));
        match self {
            Self::StringEqualsIgnoreCase => Tri::from(found.to_lowercase() == expected.to_lowercase()),
            Self::NumericEquals => decided(numbers().map(|(found, expected)| found == expected)),
            Self::NumericLessThan => decided(numbers().map(|(found, expected)| found < expected)),
            Self::NumericLessThanEquals => decided(numbers().map(|(found, expected)| found <= expected)),
            Self::NumericGreaterThan => decided(numbers().map(|(found, expected)| found > expected)),
            Self::NumericGreaterThanEquals => decided(numbers().map(|(found, expected)| found >= expected)),
            Self::DateEquals => decided(moments().map(|(found, expected)| found == expected)),
            Self::DateLessThan => decided(moments().map(|(found, expected)| found < expected)),
            Self::DateLessThanEquals => decided(moments().map(|(found, expected)| found <= expected)),
            Self::DateGreaterThan => decided(moments().map(|(found, expected)| found > expected)),
            Self::DateGreaterThanEquals => decided(moments().map(|(found, expected)| found >= expected)),
            Self::Bool => {
                decided(truth(found).zip(truth(expected)).map(|(found, expected)| found == expected))
            }
            Self::IpAddress => decided(
                network(found).zip(network(expected)).map(|(found, expected)| expected.contains(&found)),
            ),
            Self::StringEquals | Self::BinaryEquals | Self::StringLike | Self::Arn | Self::Null => {
                Tri::from(found == expected)
            }
        }
    }
}

/// Operators on ARNs look at each of the six parts apart.
fn arn_matches(pattern: &Pattern, found: &str) -> Tri {
    let whole = pattern.matches(found);
    let (expected, found) = (pattern.arn_parts(), found.splitn(ARN_PARTS, ':').collect::<Vec<_>>());
    // Something else than an ARN, or one wildcard for all of it, may match or not.
    if whole != Tri::False && (pattern.is_everything() || found.len() < ARN_PARTS) {
        return Tri::Unknown;
    }
    if whole == Tri::False || pattern.is_open() {
        return whole;
    }
    let parts = expected.iter().zip(&found).map(|(expected, found)| expected.matches(found));
    Tri::all(parts.chain([Tri::from(expected.len() == found.len())]))
}

fn truth(text: &str) -> Option<bool> {
    text.to_ascii_lowercase().parse().ok()
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|number| number.is_finite())
}

/// A moment in one of the forms of ISO 8601 that W3C names, or in seconds since 1970.
fn moment(text: &str) -> Option<Timestamp> {
    let of_date =
        |date: civil::Date| date.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|moment| moment.timestamp());
    match text.split('-').map(str::len).collect::<Vec<_>>().as_slice() {
        [4] if !text.bytes().all(|byte| byte.is_ascii_digit()) => None,
        [4, 2] => format!("{text}-01").parse().ok().and_then(of_date),
        [4, 2, 2] => text.parse().ok().and_then(of_date),
        [4, 2, _, ..] => text.parse().ok(),
        [_] => text.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok()),
        _ => None,
    }
}

/// A range of addresses; one address is the range that holds it alone.
fn network(text: &str) -> Option<IpNet> {
    let whole = if text.contains(':') { 128 } else { 32 };
    text.parse().or_else(|_| format!("{text}/{whole}").parse()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(test: &str, found: &str, expected: &str) -> Tri {
        let operator = Operator::parse(test).unwrap();
        operator.test.compare(found, &Text::new(expected, true), &Context::complete())
    }

    #[test]
    fn names_are_taken_apart() {
        assert_eq!(
            Operator::parse("ForAllValues:StringNotLikeIfExists"),
            Some(Operator {
                quantifier: Some(Quantifier::All),
                test: Test::StringLike,
                is_negated: true,
                if_exists: true
            })
        );
        for wrong in
            ["StringEqual", "ForSomeValues:StringEquals", "NullIfExists", "ForAnyValue:Null", "", "IfExists"]
        {
            assert_eq!(Operator::parse(wrong), None, "{wrong}");
        }
        for (name, test, is_negated) in NAMES {
            let parsed = Operator::parse(name).unwrap();
            assert_eq!((parsed.test, parsed.is_negated), (test, is_negated));
        }
    }

    #[test]
    fn values_of_the_wrong_kind_decide_nothing() {
        assert_eq!(compare("NumericEquals", "x", "1"), Tri::Unknown);
        assert_eq!(compare("NumericLessThan", "1", "NaN"), Tri::Unknown);
        assert_eq!(compare("DateLessThan", "2026-13-01", "2026-01-01"), Tri::Unknown);
        assert_eq!(compare("IpAddress", "10.0.0.1", "10.0.0.0/33"), Tri::Unknown);
        assert_eq!(compare("Bool", "maybe", "maybe"), Tri::Unknown);
        assert_eq!(compare("NumericEquals", "1", "${aws:PrincipalTag/x, '1'}"), Tri::Unknown);
    }

    #[test]
    fn moments_are_read_in_every_form() {
        for text in
            ["2026-01-01", "2026-01", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "1767225600"]
        {
            assert_eq!(compare("DateEquals", text, "2026-01-01T00:00:00Z"), Tri::True, "{text}");
        }
        for text in ["", "-", "9999999999999999999", "2026-1-1", "a-b-c", "----"] {
            assert_eq!(compare("DateEquals", text, "2026-01-01T00:00:00Z"), Tri::Unknown, "{text}");
        }
    }

    #[test]
    fn arns_are_compared_part_by_part() {
        let arn = "arn:aws:ecs:eu-west-1:1:cluster/a:b/c";
        assert_eq!(compare("ArnLike", arn, "arn:aws:ecs:*:1:cluster/*"), Tri::True);
        assert_eq!(compare("ArnLike", arn, "arn:aws:ecs:*cluster/*"), Tri::False);
        assert_eq!(compare("ArnEquals", arn, "arn:*:*:*:*:*"), Tri::True);
        assert_eq!(compare("StringLike", arn, "arn:aws:ecs:*cluster/*"), Tri::True);
    }
}
