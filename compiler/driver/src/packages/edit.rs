//! Edits of `ox.edn` by commands.
//!
//! Invariants:
//! - What is not edited stays as it is, to the byte: comments, layout, order. Where an entry goes is found in the
//!   syntax tree; the text around it is left alone.

use crate::project::dependency::Source;
use syntax::TopForm;
use syntax::datum::{Datum, DatumKind};

/// A project file that is no map, or not one that can be edited.
const NO_MAP: &str = "it holds no map";

struct File<'a> {
    text: &'a str,
    form: TopForm,
}

impl<'a> File<'a> {
    fn read(text: &'a str) -> Result<File<'a>, String> {
        let parse = syntax::parse(text);
        let mut forms = syntax::forms(&parse, syntax::DEFAULT_FEATURES);
        match (forms.pop(), forms.is_empty()) {
            (Some(form), true) => Ok(File { text, form }),
            _ => Err(NO_MAP.to_owned()),
        }
    }

    /// Where a part begins and ends.
    fn range(&self, part: &Datum) -> (usize, usize) {
        let range = self.form.range_of(part.origin);
        (range.start().into(), range.end().into())
    }

    /// The text with another in place of a range.
    fn with(&self, from: usize, to: usize, new: &str) -> String {
        format!("{}{new}{}", &self.text[..from], &self.text[to..])
    }

    /// How far from the beginning of its line a place is, in characters.
    fn column(&self, at: usize) -> usize {
        let line = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        self.text[line..at].chars().count()
    }

    /// The text with an entry at the end of a map.
    fn with_entry(&self, map: &Datum, entries: &[(Datum, Datum)], entry: &str) -> String {
        let (start, end) = self.range(map);
        let close = end - 1;
        let (first, from) = match (entries.first(), entries.last()) {
            (Some((first, _)), Some((_, last))) => (self.range(first).0, self.range(last).1),
            _ => return self.with(start + 1, start + 1, entry),
        };
        // Behind comments, which end with their lines.
        let at = from + self.text[from..close].trim_end().len();
        let indentation = " ".repeat(self.column(first));
        self.with(at, at, &format!("\n{indentation}{entry}"))
    }
}

fn entries(map: &Datum) -> Result<&[(Datum, Datum)], String> {
    match &map.kind {
        DatumKind::Map(entries) => Ok(entries),
        _ => Err(NO_MAP.to_owned()),
    }
}

/// The value of `:deps`.
fn deps(form: &TopForm) -> Result<Option<&Datum>, String> {
    let all = entries(&form.datum)?.iter();
    let mut deps = all.filter(|(key, _)| key.as_keyword().is_some_and(|key| key.is("deps")));
    Ok(deps.next().map(|(_, value)| value))
}

fn position(entries: &[(Datum, Datum)], name: &str) -> Option<usize> {
    let is_it = |key: &Datum| {
        key.as_symbol()
            .is_some_and(|symbol| symbol.to_string() == name)
    };
    entries.iter().position(|(key, _)| is_it(key))
}

/// The text of a project file with a dependency, which takes the place of one of this name.
///
/// # Errors
/// When the file is none.
pub(crate) fn with_dependency(text: &str, name: &str, source: &Source) -> Result<String, String> {
    let file = File::read(text)?;
    let entry = format!("{name} {source}");
    let Some(deps) = deps(&file.form)? else {
        let all = entries(&file.form.datum)?;
        return Ok(file.with_entry(&file.form.datum, all, &format!(":deps {{{entry}}}")));
    };
    let all = entries(deps)?;
    Ok(match position(all, name) {
        Some(index) => {
            let (from, to) = file.range(&all[index].1);
            file.with(from, to, &source.to_string())
        }
        None => file.with_entry(deps, all, &entry),
    })
}

/// The text of a project file without a dependency; none if it has none of this name.
///
/// # Errors
/// When the file is none.
pub(crate) fn without_dependency(text: &str, name: &str) -> Result<Option<String>, String> {
    let file = File::read(text)?;
    let Some(deps) = deps(&file.form)? else {
        return Ok(None);
    };
    let all = entries(deps)?;
    let Some(index) = position(all, name) else {
        return Ok(None);
    };
    let (key, value) = &all[index];
    let (from, to) = (file.range(key).0, file.range(value).1);
    let is_blank = |c: char| c.is_whitespace() || c == ',';
    let before = text[..from].trim_end_matches(is_blank);
    let gap = &text[before.len()..from];
    let after = text[to..].len() - text[to..].trim_start_matches(is_blank).len();
    // What stands before it may be a comment, which ends with its line.
    let line = before.rfind('\n').map_or(0, |newline| newline + 1);
    let may_be_comment = before[line..].contains(';');
    Ok(Some(if index == 0 && !may_be_comment {
        match all.len() {
            1 => file.with(before.len(), to, ""),
            _ => file.with(from, to + after, ""),
        }
    } else if may_be_comment {
        let newline = gap.find('\n').map_or(gap.len(), |at| at + 1);
        let is_line = text[to..].starts_with('\n');
        file.with(before.len() + newline, to + usize::from(is_line), "")
    } else {
        file.with(before.len(), to, "")
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path() -> Source {
        Source::Path("../new".to_owned())
    }

    fn with(text: &str) -> String {
        with_dependency(text, "new", &path()).expect("the text is a map")
    }

    #[test]
    fn an_entry_is_added_where_the_others_are() {
        let cases = [
            ("{}", "{:deps {new {:path \"../new\"}}}"),
            ("{:main a}", "{:main a\n :deps {new {:path \"../new\"}}}"),
            (
                "; about\n{:main a.core ; what runs\n }\n",
                "; about\n{:main a.core ; what runs\n :deps {new {:path \"../new\"}}\n }\n",
            ),
            ("{:deps {}}", "{:deps {new {:path \"../new\"}}}"),
            (
                "{:deps {b {:path \"b\"} ; why\n        ;; more\n }\n :main a}",
                "{:deps {b {:path \"b\"} ; why\n        ;; more\n        new {:path \"../new\"}\n }\n :main a}",
            ),
            (
                "{:deps {b {:path \"b\"}}}",
                "{:deps {b {:path \"b\"}\n        new {:path \"../new\"}}}",
            ),
            (
                "{:deps {new {:git \"x\"} ; old\n        b {:path \"b\"}}}",
                "{:deps {new {:path \"../new\"} ; old\n        b {:path \"b\"}}}",
            ),
        ];
        for (before, after) in cases {
            assert_eq!(with(before), after);
        }
    }

    #[test]
    fn an_entry_is_removed_and_nothing_else() {
        let cases = [
            ("{:deps {new {:path \"n\"}}}", "{:deps {}}"),
            (
                "{:deps {new {:path \"n\"}\n        b {:path \"b\"}}}",
                "{:deps {b {:path \"b\"}}}",
            ),
            (
                "{:deps {b {:path \"b\"}\n        new {:path \"n\"}}\n :main a}",
                "{:deps {b {:path \"b\"}}\n :main a}",
            ),
            (
                "{:deps {b {:path \"b\"} ; b's\n        new {:path \"n\"}\n }}",
                "{:deps {b {:path \"b\"} ; b's\n }}",
            ),
        ];
        for (before, after) in cases {
            let found = without_dependency(before, "new").expect("the text is a map");
            assert_eq!(found.as_deref(), Some(after));
        }
        assert_eq!(without_dependency("{:main a}", "new"), Ok(None));
        assert_eq!(
            without_dependency("{:deps {a {:path \"a\"}}}", "new"),
            Ok(None)
        );
    }

    #[test]
    fn what_was_added_can_be_removed() {
        for text in [
            "{}",
            "{:main a ; x\n}",
            "{:deps {a/b {:path \"b\"}, c {:git \"c\"}} :main a}",
        ] {
            let added = with(text);
            let removed = without_dependency(&added, "new").expect("the text is a map");
            let again = with(&removed.expect("it was added"));
            let read = |text: &str| crate::project::manifest::parse(text).expect("it can be read");
            assert_eq!(read(&added), read(&again));
        }
    }

    #[test]
    fn what_is_no_map_is_not_edited() {
        for text in ["", "5", "{} {}", "{:deps 5}"] {
            assert!(with_dependency(text, "new", &path()).is_err(), "{text}");
        }
    }
}
