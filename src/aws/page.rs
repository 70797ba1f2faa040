//! Paging that ends: a token that comes back, or a list without end, is a fault of the answer.

use std::collections::BTreeSet;

/// The most pages of one list: at 100 members each, a million of them.
const LIMIT_PAGES: usize = 10_000;

/// Follows the tokens of one list.
#[derive(Debug, Default)]
pub struct PageGuard {
    seen: BTreeSet<String>,
}

impl PageGuard {
    /// Takes the token of the page that was just read and gives the one to ask for next.
    ///
    /// An empty token ends a list, as botocore reads it.
    ///
    /// # Errors
    ///
    /// A code and a message, when the token was given before or there are too many pages.
    pub fn next(&mut self, token: Option<String>) -> Result<Option<String>, (&'static str, String)> {
        let Some(token) = token.filter(|token| !token.is_empty()) else { return Ok(None) };
        if self.seen.len() + 1 >= LIMIT_PAGES {
            return Err(("EndlessPages", format!("the list has more than {LIMIT_PAGES} pages")));
        }
        if !self.seen.insert(token.clone()) {
            return Err(("RepeatedToken", "a page's token was given before".to_owned()));
        }
        Ok(Some(token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_ends_without_a_token_or_with_an_empty_one() {
        let mut guard = PageGuard::default();
        assert_eq!(guard.next(Some("a".to_owned())), Ok(Some("a".to_owned())));
        assert_eq!(guard.next(Some(String::new())), Ok(None));
        assert_eq!(guard.next(None), Ok(None));
    }

    #[test]
    fn a_repeated_token_is_refused() {
        let mut guard = PageGuard::default();
        guard.next(Some("a".to_owned())).unwrap();
        guard.next(Some("b".to_owned())).unwrap();
        assert_eq!(guard.next(Some("a".to_owned())).unwrap_err().0, "RepeatedToken");
    }

    #[test]
    fn a_list_without_end_is_refused() {
        let mut guard = PageGuard::default();
        let error = (0..).find_map(|page| guard.next(Some(page.to_string())).err());
        assert_eq!(error.unwrap().0, "EndlessPages");
        assert!(guard.seen.len() < LIMIT_PAGES);
    }
}
