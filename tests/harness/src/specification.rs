//! Ox files that are their own specification: sections of expressions with what they give.
//!
//! The form is described in `tests/README.md`. A section is read into the files of a program in
//! which every expression with a mark is wrapped, on its own lines, in a request that reports what
//! came of it.
//!
//! # Invariants
//! - Wrapping keeps lines: a line of a program's text is a line of the chapter, by an offset.
//! - The wrapped expression has no locals around it and is evaluated exactly once.

use std::ops::Range;
use syntax::datum::{Datum, DatumKind};
pub use syntax::marks::Expected;
use syntax::marks::marked_forms;

/// The request by which a wrapped expression reports.
pub const REPORT: (&str, &str) = ("test", "report");

/// A file of sections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// Its title.
    pub title: String,
    /// Its sections, in order; their names are unique.
    pub sections: Vec<Section>,
}

/// A program with what is expected of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its name, a sentence.
    pub name: String,
    /// Line of its name, from 1.
    pub line: usize,
    /// Why Clojure would give something else, if it would.
    pub differs: Option<String>,
    /// How it is run.
    pub config: Config,
    /// Its files; the last one is the entry.
    pub files: Vec<File>,
    /// What is expected, in the order of the text.
    pub marks: Vec<Mark>,
}

/// Limits of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Config {
    /// Words that the memory may have in use when a slice ends; `None`: no limit.
    pub words: Option<u32>,
    /// The most fuel that one call of a native, or one operation of numbers, may cost.
    pub fuel: Option<u32>,
    /// Memory quota in megabytes instead of the usual one.
    pub quota_mb: Option<u32>,
    /// Safepoints at which the costly modes act, instead of the usual number.
    pub steps: Option<u32>,
}

/// A source file of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path, which gives its namespace.
    pub path: String,
    /// The namespace.
    pub namespace: String,
    /// Its text as written.
    pub source: String,
    /// Its text, with marked expressions wrapped.
    pub text: String,
    /// Line of the chapter on which the text begins, from 1.
    pub line: usize,
}

/// What is expected of one expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// File of the section.
    pub file: usize,
    /// Number of the expression among the file's top-level forms, from 0.
    pub form: usize,
    /// Lines of the chapter from the expression's first to the mark's last.
    pub lines: Range<usize>,
    /// What comes of it.
    pub result: Expected,
    /// What it prints.
    pub output: String,
    /// Whether Clojure would give something else.
    pub differs: bool,
}

impl Chapter {
    /// Reads a chapter.
    ///
    /// # Errors
    /// What is not in the form, with its line.
    pub fn read(text: &str) -> Result<Chapter, String> {
        let mut chapter = Chapter {
            title: String::new(),
            sections: Vec::new(),
        };
        // Name and lines of the section under way.
        let mut open: Option<(&str, usize, Vec<&str>)> = None;
        for (number, line) in (1..).zip(text.lines()) {
            if let Some(name) = line.strip_prefix(";;; ## ") {
                chapter.close(open.take())?;
                open = Some((name.trim(), number, Vec::new()));
            } else if let Some((_, _, lines)) = &mut open {
                lines.push(line);
            } else if let Some(title) = line.strip_prefix(";;; # ") {
                title.trim().clone_into(&mut chapter.title);
            } else if !(line.starts_with(";;;") || line.trim().is_empty()) {
                return Err(format!(
                    "line {number}: `{line}` is before the first section"
                ));
            }
        }
        chapter.close(open)?;
        if chapter.title.is_empty() || chapter.sections.is_empty() {
            return Err("a chapter has a title (`;;; # …`) and sections (`;;; ## …`)".to_owned());
        }
        Ok(chapter)
    }

    fn close(&mut self, open: Option<(&str, usize, Vec<&str>)>) -> Result<(), String> {
        let Some((name, line, lines)) = open else {
            return Ok(());
        };
        if self.sections.iter().any(|section| section.name == name) {
            return Err(format!("line {line}: a second section `{name}`"));
        }
        let section =
            Section::read(name, line, &lines).map_err(|error| format!("`{name}`: {error}"))?;
        self.sections.push(section);
        Ok(())
    }
}

impl Section {
    /// Reads the lines after a section's name.
    fn read(name: &str, line: usize, lines: &[&str]) -> Result<Section, String> {
        let mut section = Section {
            name: name.to_owned(),
            line,
            differs: None,
            config: Config::default(),
            files: Vec::new(),
            marks: Vec::new(),
        };
        let mut file: Option<(&str, usize)> = None;
        let mut text = String::new();
        for (number, content) in (line + 1..).zip(lines) {
            if let Some(path) = content.strip_prefix(";;; file ") {
                section.add_file(file.take(), line + 1, &text)?;
                text.clear();
                file = Some((path.trim(), number + 1));
                continue;
            }
            if let Some(reason) = content.strip_prefix(";;; differs: ") {
                section.differs = Some(reason.trim().to_owned());
            }
            if let Some(config) = content.strip_prefix(";;; config ") {
                section.config =
                    Config::read(config).map_err(|error| format!("line {number}: {error}"))?;
            }
            text.push_str(content);
            text.push('\n');
        }
        section.add_file(file, line + 1, &text)?;
        Ok(section)
    }

    /// Adds the file that ends here; text without a `;;; file` line is the file `user.ox`.
    fn add_file(
        &mut self,
        file: Option<(&str, usize)>,
        first: usize,
        text: &str,
    ) -> Result<(), String> {
        let (path, line) = match file {
            Some(file) => file,
            // What stands before the first named file is prose.
            None if text
                .lines()
                .all(|line| line.trim().is_empty() || line.starts_with(";;;")) =>
            {
                return Ok(());
            }
            None => ("user.ox", first),
        };
        let stem = path
            .strip_suffix(".ox")
            .or_else(|| path.strip_suffix(".cljc"));
        let stem = stem.ok_or_else(|| format!("line {line}: `{path}` is no source file"))?;
        let index = self.files.len();
        let source = text.to_owned();
        let text = wrap(text, line, index, &mut self.marks)?;
        self.files.push(File {
            source,
            path: path.to_owned(),
            namespace: stem.replace('/', ".").replace('_', "-"),
            text,
            line,
        });
        Ok(())
    }

    /// Whether it is about diagnostics, so that its program is not run.
    #[must_use]
    pub fn is_compiled_only(&self) -> bool {
        self.marks
            .iter()
            .any(|mark| matches!(mark.result, Expected::Diagnostic(..)))
    }
}

impl Config {
    fn read(text: &str) -> Result<Config, String> {
        let (forms, errors) = syntax::read_all(text);
        let [
            Datum {
                kind: DatumKind::Map(items),
                ..
            },
        ] = &forms[..]
        else {
            return Err("a configuration is a map".to_owned());
        };
        if !errors.is_empty() {
            return Err("the configuration cannot be read".to_owned());
        }
        let mut config = Config::default();
        for (key, value) in items.iter() {
            let (Some(key), DatumKind::Int(value)) = (key.as_keyword(), &value.kind) else {
                return Err("a configuration has keywords with integers".to_owned());
            };
            let value =
                u32::try_from(*value).map_err(|_| "a limit is a positive number".to_owned())?;
            match &*key.name {
                "words" => config.words = Some(value),
                "fuel" => config.fuel = Some(value),
                "quota-mb" => config.quota_mb = Some(value),
                "steps" => config.steps = Some(value),
                other => return Err(format!("there is no setting :{other}")),
            }
        }
        Ok(config)
    }
}

/// Collects the marks of a file and wraps what they belong to.
fn wrap(
    text: &str,
    first_line: usize,
    file: usize,
    marks: &mut Vec<Mark>,
) -> Result<String, String> {
    let forms = marked_forms(text, syntax::DEFAULT_FEATURES)
        .map_err(|wrong| format!("line {}: {}", first_line + wrong.line, wrong.message))?;
    let line_at = |offset: usize| first_line + text[..offset].matches('\n').count();
    let mut wrapped = String::new();
    let mut done = 0;
    for (number, form) in forms.into_iter().enumerate() {
        let (start, end) = (
            usize::from(form.range.start()),
            usize::from(form.range.end()),
        );
        let Some(result) = form.result else { continue };
        wrapped.push_str(&text[done..start]);
        if matches!(result, Expected::Diagnostic(..)) {
            wrapped.push_str(&text[start..end]);
        } else {
            wrapped.push_str(&wrap_expression(marks.len(), &text[start..end]));
        }
        done = end;
        marks.push(Mark {
            file,
            form: number,
            lines: line_at(start)..line_at(end) + form.lines_below + 1,
            result,
            output: form.output,
            differs: form.differs,
        });
    }
    wrapped.push_str(&text[done..]);
    Ok(wrapped)
}

/// An expression that reports `[number text]` or `[number kind-or-data message]` of another one.
fn wrap_expression(number: usize, expression: &str) -> String {
    let (namespace, name) = REPORT;
    let failed = format!(
        "(let* [data (clojure.core/ex-data e) kind (clojure.core/get data :ox/kind)] \
         [{number} (clojure.core/pr-str (if kind kind data)) (clojure.core/str (clojure.core/ex-message e))])"
    );
    format!(
        "(clojure.core/effect* :{namespace}/{name} (try [{number} (clojure.core/pr-str {expression})] \
         (catch :default e {failed}) (catch :ox/cancelled e {failed}) (catch :ox/exit e {failed})))"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(text: &str) -> Section {
        let chapter = Chapter::read(&format!(";;; # T\n;;; ## S\n{text}"))
            .expect("the chapter is in the form");
        chapter
            .sections
            .into_iter()
            .next()
            .expect("there is one section")
    }

    #[test]
    fn marks_belong_to_the_form_before_them() {
        let section = section(
            "(def a 1)\n(f\n  a) ;=> [1 ; 2]\n:x ;! :ox/type \"no \\\"x\\\"\"\n(g)\n;out a\n;out  b\n;=> nil\n(h) ; ;=> 1\n",
        );
        let marks: Vec<_> = section
            .marks
            .iter()
            .map(|mark| (&mark.result, mark.output.as_str()))
            .collect();
        assert_eq!(
            marks,
            [
                (&Expected::Value("[1 ; 2]".to_owned()), ""),
                (
                    &Expected::Error(":ox/type".to_owned(), "no \"x\"".to_owned()),
                    ""
                ),
                (&Expected::Value("nil".to_owned()), "a\n b\n"),
            ]
        );
        assert_eq!(section.marks[0].lines, 4..6);
        assert_eq!(section.marks[2].lines, 7..11);
        assert_eq!(
            section.files[0].text.lines().count(),
            9,
            "wrapping keeps lines"
        );
    }

    #[test]
    fn files_have_the_namespaces_of_their_paths() {
        let section = section(
            ";;; prose\n;;; file app/my_util.ox\n(def a 1)\n;;; file app/core.ox\n(b) ;! OX0201 \"b\"\n",
        );
        let names: Vec<_> = section
            .files
            .iter()
            .map(|file| (file.namespace.as_str(), file.line))
            .collect();
        assert_eq!(names, [("app.my-util", 5), ("app.core", 7)]);
        assert!(section.is_compiled_only());
        assert_eq!(section.files[1].text, "(b) ;! OX0201 \"b\"\n");
    }

    #[test]
    fn what_is_not_in_the_form_is_refused() {
        for text in [
            "(f)\n",
            ";;; # T\n",
            ";;; # T\n;;; ## A\n;;; ## A\n",
            ";;; # T\n;;; ## A\n1 ;=> 1\n;=> 2\n",
            ";;; # T\n;;; ## A\n;=> 1\n",
            ";;; # T\n;;; ## A\n1\n;;; prose\n;=> 1\n",
            ";;; # T\n;;; ## A\n;;; prose\n;differs\n;differs so\n1 ;=> 1\n",
            ";;; # T\n;;; ## A\n;;; config {:wrods 1}\n",
        ] {
            assert!(Chapter::read(text).is_err(), "{text}");
        }
    }
}
