//! The resources of a statement: ARNs with wildcards and variables, and how certain it is what they stand for.
//!
//! AWS's pages forbid wildcards in the type of a resource and variables before an ARN's last part, and do not say what such
//! an ARN does in a policy that has it nevertheless.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::bits::Bits;
use super::context::Context;
use super::pattern::{ARN_PARTS, Pattern, Piece};
use super::reference::{Action, Reference};
use super::scope::Fuel;
use super::variables::Text;

/// The resources of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resources {
    named: Vec<Named>,
    /// Whether it is everything but these.
    pub(super) is_inverse: bool,
}

/// One text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    text: Text,
    /// What it stands for in any request, when it has no variable.
    fixed: Option<Vec<Pattern>>,
    /// The resource types that it may be about, once that was asked.
    types: OnceLock<Bits>,
}

impl Resources {
    /// These, or everything but these.
    pub(super) fn new(texts: Vec<Text>, is_inverse: bool) -> Self {
        let named = |text: Text| {
            let fixed = if text.is_open() { None } else { text.pattern(&Context::complete()) };
            Named { text, fixed: fixed.map(|pattern| readings(pattern, false)), types: OnceLock::new() }
        };
        Self { named: texts.into_iter().map(named).collect(), is_inverse }
    }

    /// As they were written.
    pub(super) fn written(&self) -> impl Iterator<Item = &str> {
        self.named.iter().map(|named| named.text.written())
    }

    /// What they stand for in a request; one whose variable has no value stands for nothing.
    pub(super) fn patterns(&self, context: &Context) -> impl Iterator<Item = Pattern> {
        self.named.iter().flat_map(|named| named.patterns(context).into_owned())
    }

    /// What of it may be about a resource on which an action acts, where something is granted.
    pub(super) fn patterns_for(
        &self,
        action: &Action,
        facts: &Context,
        reference: &Reference,
        fuel: &mut Fuel,
    ) -> Vec<Pattern> {
        let mut found = Vec::new();
        for named in &self.named {
            let patterns = named.patterns(facts);
            let types = match named.types.get() {
                Some(types) => *types,
                None => {
                    let mut meets = |arns: &Pattern| patterns.iter().any(|it| fuel.meets(it, arns));
                    let meeting = reference.types().enumerate().filter(|(_, arns)| meets(arns));
                    let types = meeting.fold(Bits::default(), |all, (place, _)| all.with(place));
                    // Without fuel everything meets, which is true of nobody else.
                    if named.fixed.is_some() && !fuel.is_empty() {
                        let _ = named.types.set(types);
                    }
                    types
                }
            };
            if types.meets(action.types) {
                found.extend(self.widest(&patterns).iter().cloned());
            }
        }
        found
    }

    /// The readings of a text that a grant needs: one where it is the wider of what is granted, or the certain one of what is
    /// excepted.
    fn widest<'a>(&self, readings: &'a [Pattern]) -> &'a [Pattern] {
        match readings.split_last() {
            Some((written, [completed])) if !self.is_inverse && written.covers(completed) => {
                std::slice::from_ref(written)
            }
            Some((_, [completed])) if self.is_inverse && !completed.is_doubtful() => {
                std::slice::from_ref(completed)
            }
            _ => readings,
        }
    }
}

impl Named {
    fn patterns(&self, context: &Context) -> Cow<'_, [Pattern]> {
        if let Some(fixed) = &self.fixed {
            return Cow::Borrowed(fixed);
        }
        let has_early_variable = has_early_variable(self.text.written());
        let pattern = self.text.pattern(context);
        Cow::Owned(pattern.map(|pattern| readings(pattern, has_early_variable)).unwrap_or_default())
    }
}

/// IAM completes an ARN that has too few parts with a `*` for each that is missing. Whether a wildcard inside of such an ARN
/// stands for several parts too is said nowhere.
fn readings(written: Pattern, has_early_variable: bool) -> Vec<Pattern> {
    if written.is_everything() {
        return vec![written];
    }
    if !written.begins_with("arn:") {
        return vec![written.doubtful()];
    }
    let n_missing = ARN_PARTS.saturating_sub(written.parts().count());
    if n_missing == 0 {
        return vec![in_doubt_if(has_early_variable || is_doubtful(&written), written)];
    }
    let completed = written.followed_by(&[Piece::Literal(':'), Piece::Many].repeat(n_missing));
    let mut readings = vec![in_doubt_if(has_early_variable || is_doubtful(&completed), completed)];
    if written.has_inner_wildcard() {
        readings.push(written.doubtful());
    }
    readings
}

fn in_doubt_if(is_doubtful: bool, pattern: Pattern) -> Pattern {
    if is_doubtful { pattern.doubtful() } else { pattern }
}

/// Whether it has a wildcard in the type of the resource, or would match an ARN only by a wildcard that stands for several
/// parts.
fn is_doubtful(arn: &Pattern) -> bool {
    let mut parts = arn.parts().skip(ARN_PARTS - 2);
    let (Some(account), Some(resource)) = (parts.next(), parts.next()) else { return true };
    let ends_type = |piece: &Piece| matches!(piece, Piece::Literal('/' | ':'));
    let is_wild = |piece: &Piece| matches!(piece, Piece::Many | Piece::One);
    let mut of_type = resource.iter().take_while(|piece| !ends_type(piece));
    account.contains(&Piece::Literal('/')) || (resource != [Piece::Many] && of_type.any(is_wild))
}

/// Whether a variable stands before the last part of an ARN.
fn has_early_variable(written: &str) -> bool {
    let before = written.split_once("${").map_or(written, |(before, _)| before);
    before.len() < written.len() && before.matches(':').count() < ARN_PARTS - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const TASK: &str = "arn:aws:ecs:eu-west-1:111122223333:task/web/1";

    /// Whether a text certainly stands for the task, and whether it may.
    fn answers(text: &str) -> (bool, bool) {
        let mut context = Context::complete();
        context.insert("aws:RequestedRegion", vec!["eu-west-1".to_owned()]);
        let patterns =
            Resources::new(vec![Text::new(text, true)], false).patterns(&context).collect::<Vec<_>>();
        let matching = patterns.iter().filter(|it| it.matches(TASK) != crate::access::Tri::False);
        let matching = matching.collect::<Vec<_>>();
        (matching.iter().any(|it| !it.is_doubtful()), !matching.is_empty())
    }

    #[test]
    fn an_arn_with_too_few_parts_is_completed() {
        for text in ["arn:aws:ecs", "arn:aws:ecs:*", "arn:*", "arn:aws:ecs:eu-west-1", "arn:aws:*:*:1111*"] {
            assert_eq!(answers(text), (true, true), "{text}");
        }
        for text in ["arn:aws:s3", "arn:aws:ec", "arn:aws:ecs:eu-west-2", "arn", ""] {
            assert_eq!(answers(text), (false, false), "{text}");
        }
    }

    #[test]
    fn what_the_pages_forbid_is_in_doubt() {
        for text in [
            "arn:aws:ecs:*:task/*",
            "arn:aws:ecs:*:task/web/?",
            "arn:aws:ecs:*:*sk/web/1",
            "arn:aws:ecs:*:*:*/web/1",
            "arn:aws:ecs:*:*:tas?/web/1",
            "arn:aws:ecs:*:*:t*",
            "arn:aws:ecs:${aws:RequestedRegion}:111122223333:task/web/1",
            "*:task/web/1",
        ] {
            assert_eq!(answers(text), (false, true), "{text}");
        }
        for text in ["*", TASK, "arn:aws:ecs:*:*:*", "arn:*:ecs:*:*:task/*", "arn:aws:ecs:*:*:task/w?b/*"] {
            assert_eq!(answers(text), (true, true), "{text}");
        }
    }
}
