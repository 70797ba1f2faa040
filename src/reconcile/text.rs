//! Cutting text to a length in a way that shows.
//!
//! Lengths are counted in UTF-16 units, which are never fewer than characters: AWS documents its limits in characters, and
//! does not say which of the two its services count.

/// What stands at the end of a text that was cut.
const CUT: &str = " … [cut]";

/// The length of a text.
fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// As much of the text's beginning as fits.
fn head(text: &str, limit: usize) -> String {
    let mut length = 0;
    text.chars()
        .take_while(|c| {
            length += c.len_utf16();
            length <= limit
        })
        .collect()
}

/// The text, or as much of its beginning as fits `limit` characters with a mark that says that it was cut.
pub(crate) fn cut(text: &str, limit: usize) -> String {
    if length(text) <= limit {
        return text.to_owned();
    }
    let mark = length(CUT);
    if limit <= mark {
        return head(text, limit);
    }
    let mut kept = head(text, limit - mark);
    kept.truncate(kept.trim_end().len());
    kept.push_str(CUT);
    kept
}

/// The items, one per line, as many as fit `limit` characters; the last line says how many were left out.
pub(crate) fn lines<'a>(items: impl IntoIterator<Item = &'a str>, limit: usize) -> String {
    let items = items.into_iter().map(str::trim).filter(|item| !item.is_empty()).collect::<Vec<_>>();
    let whole = items.join("\n");
    if length(&whole) <= limit {
        return whole;
    }
    if let [only] = items.as_slice() {
        return cut(only, limit);
    }
    let mut kept = String::new();
    let (mut used, mut n_kept) = (0, 0);
    for item in &items {
        let line = length(item) + 1;
        // Room for the last line, whose number only gets shorter as more items are kept.
        let tail = length(&left_out(items.len() - n_kept));
        if used + line + tail > limit {
            break;
        }
        kept.push_str(item);
        kept.push('\n');
        (used, n_kept) = (used + line, n_kept + 1);
    }
    if let (0, Some(first)) = (n_kept, items.first()) {
        let tail = left_out(items.len() - 1);
        let room = limit.saturating_sub(length(&tail) + 1);
        return cut(&format!("{}\n{tail}", cut(first, room)), limit);
    }
    kept.push_str(&left_out(items.len() - n_kept));
    kept
}

fn left_out(n_items: usize) -> String {
    format!("… and {n_items} more")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_was_cut_says_so() {
        assert_eq!(cut("short", 5), "short");
        assert_eq!(cut("a longer text than fits", 20), "a longer tex … [cut]");
        assert_eq!(cut("ééééé", 3), "ééé");
        assert_eq!(cut("🛳🛳🛳", 5), "🛳🛳");
    }

    #[test]
    fn lines_that_do_not_fit_are_counted() {
        assert_eq!(lines(["one", " ", "two"], 20), "one\ntwo");
        assert_eq!(lines(["first", "second", "third", "fourth"], 22), "first\n… and 3 more");
        let long = "x".repeat(100);
        let text = lines([long.as_str(), "second"], 40);
        assert!(text.ends_with("… and 1 more") && text.chars().count() <= 40, "{text}");
    }

    #[test]
    fn no_limit_is_ever_passed() {
        let items = (0..30).map(|n| "ü".repeat(n * 7)).collect::<Vec<_>>();
        for limit in 1..400 {
            assert!(lines(items.iter().map(String::as_str), limit).chars().count() <= limit, "{limit}");
        }
    }
}
