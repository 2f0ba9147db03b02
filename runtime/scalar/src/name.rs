//! Names as Clojure's reader takes them: which tokens are symbols and keywords, and where their
//! namespace ends.
//!
//! Its pattern is `[:]?([\D&&[^/]].*/)?(/|[\D&&[^/]][^/]*)`; no part may end with a colon, and there
//! are no two colons in a row. A name of several slashes is split at the first: `a/b/c` is `b/c` in
//! `a`.

/// Namespace and name of a symbol's token; `None` if it is none. `nil`, `true` and `false` are left
/// to who reads.
#[must_use]
pub fn split_symbol(token: &str) -> Option<(Option<&str>, &str)> {
    split(token, false)
}

/// Namespace and name of a keyword's token without its colon; `None` if it is none. Its first part
/// may begin with a digit, as the colon stands before it.
#[must_use]
pub fn split_keyword(token: &str) -> Option<(Option<&str>, &str)> {
    split(token, true)
}

fn split(token: &str, is_keyword: bool) -> Option<(Option<&str>, &str)> {
    if token == "/" {
        return Some((None, token));
    }
    // The pattern's last slash is not where the namespace ends.
    let (before, last) = match token.strip_suffix("//") {
        Some(before) => (Some(before), "/"),
        None => match token.rsplit_once('/') {
            Some((before, last)) => (Some(before), last),
            None => (None, token),
        },
    };
    let begins_well = |part: &str, is_first: bool| {
        part.chars()
            .next()
            .is_some_and(|c| c != '/' && (!c.is_ascii_digit() || (is_first && is_keyword)))
    };
    let is_valid = before.is_none_or(|ns| begins_well(ns, true) && !ns.ends_with(':'))
        && (last == "/" || begins_well(last, before.is_none()))
        && !last.ends_with(':')
        && !token.contains("::")
        && !(is_keyword && token.starts_with(':'));
    is_valid.then(|| match token.split_once('/') {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, token),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_at_the_first_slash() {
        let cases = [
            ("a", None, "a"),
            ("/", None, "/"),
            ("a/b", Some("a"), "b"),
            ("a/b/c", Some("a"), "b/c"),
            ("a//b", Some("a"), "/b"),
            ("a//", Some("a"), "/"),
            ("a/-1", Some("a"), "-1"),
            ("a/:b", Some("a"), ":b"),
            ("a:b", None, "a:b"),
            ("nil/a", Some("nil"), "a"),
        ];
        for (token, namespace, name) in cases {
            assert_eq!(split_symbol(token), Some((namespace, name)), "{token}");
            assert_eq!(split_keyword(token), Some((namespace, name)), ":{token}");
        }
        assert_eq!(split_keyword("1"), Some((None, "1")));
        assert_eq!(split_keyword("1/a"), Some((Some("1"), "a")));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for token in [
            "", "a/", "/a", "//", "a/b/", "a:", "a::b", "a/b:", "a:/b", "a/1", "foo/1a",
        ] {
            assert_eq!(split_symbol(token), None, "{token}");
            assert_eq!(split_keyword(token), None, ":{token}");
        }
        assert_eq!(split_symbol("1"), None);
        assert_eq!(split_keyword(":a"), None);
        assert_eq!(split_symbol("1/a"), None);
    }
}
