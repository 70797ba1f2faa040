//! "Did you mean …?"

/// The most words that are compared; a policy with more names than this is nobody's typing error.
const MOST: usize = 1_000;

/// The longest word that is compared, in characters; comparing takes the product of two lengths.
const LONGEST: usize = 100;

/// The most words that advice lists.
const LISTED: usize = 50;

/// Advice that names the nearest of the known words, or the first of them when none is near.
pub(super) fn help<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let mut known = known.into_iter().collect::<Vec<_>>();
    known.sort_unstable();
    known.dedup();
    match nearest(word, &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => "nothing can stand here".to_owned(),
        None => {
            let listed = known.iter().take(LISTED).map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ");
            match known.len().checked_sub(LISTED) {
                None | Some(0) => format!("known are {listed}"),
                Some(more) => format!("known are {listed} and {more} more"),
            }
        }
    }
}

/// The known word with the fewest edits, when they are few for its length.
#[must_use]
pub fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    candidates(word, known)
        .map(|candidate| (distance(word, candidate), *candidate))
        .filter(|(edits, candidate)| *edits <= 1 + candidate.chars().count().max(word.chars().count()) / 4)
        .min()
        .map(|(_, candidate)| candidate)
}

/// The known word that was meant without doubt: another in letter case alone, or one typing error away, or two in a long
/// word.
pub(super) fn misspelt<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let allowed = if word.chars().count() < 10 { 1 } else { 2 };
    let compared = candidates(word, known).map(|candidate| (distance(word, candidate), *candidate)).min();
    let (edits, near) = compared?;
    let same_but_for_case = known.iter().find(|candidate| candidate.eq_ignore_ascii_case(word));
    let is_word = word.chars().count() > 2;
    same_but_for_case.copied().or_else(|| (is_word && edits <= allowed).then_some(near))
}

/// The words that a word is compared with.
fn candidates<'a, 'b>(word: &str, known: &'b [&'a str]) -> impl Iterator<Item = &'b &'a str> {
    let is_short = |word: &str| word.chars().nth(LONGEST).is_none();
    let compared = if is_short(word) { known } else { &[] };
    compared.iter().take(MOST).filter(move |candidate| is_short(candidate))
}

/// Edits between two words, in characters: insertions, deletions, replacements and swaps of neighbours.
fn distance(left: &str, right: &str) -> usize {
    let right = right.chars().collect::<Vec<_>>();
    let (mut before_previous, mut previous) = (Vec::<usize>::new(), (0..=right.len()).collect::<Vec<_>>());
    let mut last_left = None;
    for (row, left) in left.chars().enumerate() {
        let mut current = vec![row + 1];
        for (column, right_here) in right.iter().enumerate() {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX - 1);
            let mut edits = at(&previous, column) + usize::from(left != *right_here);
            edits = edits.min(at(&previous, column + 1) + 1).min(at(&current, column) + 1);
            if let Some(before) = column.checked_sub(1)
                && right.get(before) == Some(&left)
                && last_left == Some(*right_here)
            {
                edits = edits.min(at(&before_previous, before) + 1);
            }
            current.push(edits);
        }
        before_previous = std::mem::replace(&mut previous, current);
        last_left = Some(left);
    }
    previous.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_finds_its_word() {
        assert_eq!(nearest("servces", &["services", "tasks"]), Some("services"));
        assert_eq!(nearest("task_definition", &["task_definitions", "task_sets"]), Some("task_definitions"));
        assert_eq!(nearest("esc", &["ecs", "ec2"]), Some("ecs"));
        assert_eq!(nearest("zebra", &["services", "tasks"]), None);
        assert_eq!(help("zebra", ["b", "a"]), "known are `a`, `b`");
        assert_eq!(misspelt("privleged", &["privileged", "image"]), Some("privileged"));
        assert_eq!(misspelt("ContainerDefinitions", &["containerDefinitions"]), Some("containerDefinitions"));
        assert_eq!(misspelt("ipv6Mode", &["ipcMode"]), None);
    }

    #[test]
    fn advice_stays_short_and_quick_whatever_the_words() {
        let (long, longer) = ("p".repeat(100_000), "q".repeat(100_000));
        let begun = std::time::Instant::now();
        assert_eq!((nearest(&long, &[&longer]), misspelt(&long, &[&longer])), (None, None));
        assert!(begun.elapsed() < std::time::Duration::from_secs(1), "{:?}", begun.elapsed());
        let many = (0..1_000).map(|number| format!("word{number}")).collect::<Vec<_>>();
        let help = help("other", many.iter().map(String::as_str));
        assert!(help.ends_with(" and 950 more") && help.len() < 1_000, "{help}");
    }
}
