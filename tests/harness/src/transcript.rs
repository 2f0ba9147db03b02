//! Transcripts of commands: what was typed, what came out, and the exit status.
//!
//! ```text
//! ;;; # Running scripts                   the file's title
//! ;;; ## Arguments are strings            a section: it runs in an empty folder of its own
//! ;;; Other lines are prose.
//! ;;; file args.ox                        a file, up to the next line of another kind
//! (println *command-line-args*)
//! $ oxc run args.ox a 1                   a command, by `sh`
//! | (a 1)                                 its standard output
//! ! error: …                              its standard error
//! ? 1                                     its exit status, unless it is 0
//! ```
//!
//! In an expected line `[..]` stands for any text; a line `...` stands for any number of lines.
//!
//! # Invariants
//! - Rewriting keeps an expectation that matches, with its `[..]` and `...`.

use std::fmt::Write as _;

/// A transcript file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    /// Lines before the first section.
    pub head: Vec<String>,
    /// Its sections.
    pub sections: Vec<Section>,
}

/// A section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// Its name.
    pub name: String,
    /// What it consists of, in order.
    pub items: Vec<Item>,
}

/// A part of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A line that means nothing.
    Prose(String),
    /// A file to write: name and text.
    File(String, String),
    /// A command to run and what is expected of it.
    Command(Expectation),
}

/// A command with what is expected of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectation {
    /// The command, for `sh -c`.
    pub command: String,
    /// Lines of standard output.
    pub stdout: Vec<String>,
    /// Lines of standard error.
    pub stderr: Vec<String>,
    /// Exit status.
    pub status: i32,
}

impl Transcript {
    /// Reads a transcript.
    ///
    /// # Errors
    /// A line that has no place, with its number.
    pub fn read(text: &str) -> Result<Transcript, String> {
        let mut transcript = Transcript::default();
        let mut in_file = false;
        for (number, line) in (1..).zip(text.lines()) {
            let misplaced = || format!("line {number}: `{line}` has no place here");
            if let Some(name) = line.strip_prefix(";;; ## ") {
                transcript.sections.push(Section {
                    name: name.to_owned(),
                    items: Vec::new(),
                });
                in_file = false;
                continue;
            }
            let Some(section) = transcript.sections.last_mut() else {
                transcript.head.push(line.to_owned());
                continue;
            };
            if let Some(name) = line.strip_prefix(";;; file ") {
                section
                    .items
                    .push(Item::File(name.to_owned(), String::new()));
                in_file = true;
            } else if let Some(command) = line.strip_prefix("$ ") {
                let command = command.to_owned();
                section.items.push(Item::Command(Expectation {
                    command,
                    ..Expectation::default()
                }));
                in_file = false;
            } else if line.starts_with(";;;") {
                section.items.push(Item::Prose(line.to_owned()));
                in_file = false;
            } else if in_file {
                if let Some(Item::File(_, text)) = section.items.last_mut() {
                    text.push_str(line);
                    text.push('\n');
                }
            } else if let (Some((mark, rest)), Some(Item::Command(command))) =
                (marked(line), section.items.last_mut())
            {
                match mark {
                    '|' => command.stdout.push(rest.to_owned()),
                    '!' => command.stderr.push(rest.to_owned()),
                    _ => command.status = rest.trim().parse().map_err(|_| misplaced())?,
                }
            } else if line.trim().is_empty() {
                section.items.push(Item::Prose(line.to_owned()));
            } else {
                return Err(misplaced());
            }
        }
        Ok(transcript)
    }

    /// The transcript's text.
    #[must_use]
    pub fn write(&self) -> String {
        let mut text = String::new();
        for line in &self.head {
            let _ = writeln!(text, "{line}");
        }
        for section in &self.sections {
            let _ = writeln!(text, ";;; ## {}", section.name);
            for item in &section.items {
                match item {
                    Item::Prose(line) => {
                        let _ = writeln!(text, "{line}");
                    }
                    Item::File(name, content) => {
                        let _ = write!(text, ";;; file {name}\n{content}");
                    }
                    Item::Command(command) => write_command(&mut text, command),
                }
            }
        }
        text
    }
}

fn marked(line: &str) -> Option<(char, &str)> {
    let mark = line.chars().next().filter(|mark| "|!?".contains(*mark))?;
    let rest = &line[1..];
    Some((mark, rest.strip_prefix(' ').unwrap_or(rest)))
}

fn write_command(text: &mut String, command: &Expectation) {
    let _ = writeln!(text, "$ {}", command.command);
    for (mark, lines) in [('|', &command.stdout), ('!', &command.stderr)] {
        for line in lines {
            let _ = if line.is_empty() {
                writeln!(text, "{mark}")
            } else {
                writeln!(text, "{mark} {line}")
            };
        }
    }
    if command.status != 0 {
        let _ = writeln!(text, "? {}", command.status);
    }
}

/// Whether lines are as expected.
#[must_use]
pub fn lines_match(expected: &[String], actual: &[String]) -> bool {
    match expected.split_first() {
        None => actual.is_empty(),
        Some((first, rest)) if first == "..." => {
            (0..=actual.len()).any(|skipped| lines_match(rest, &actual[skipped..]))
        }
        Some((first, rest)) => actual
            .split_first()
            .is_some_and(|(line, others)| line_matches(first, line) && lines_match(rest, others)),
    }
}

fn line_matches(expected: &str, actual: &str) -> bool {
    let mut parts = expected.split("[..]");
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = actual.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_transcript_is_written_as_it_was_read() {
        let text = ";;; # Title\n\n;;; ## One\n;;; prose\n;;; file a b.ox\n(a)\n\n$ oxc run a\n| x\n|\n! e\n? 1\n\n;;; ## Two\n$ true\n";
        let transcript = Transcript::read(text).expect("every line has its place");
        assert_eq!(transcript.write(), text);
        assert_eq!(transcript.sections.len(), 2);
        let Item::Command(command) = &transcript.sections[0].items[2] else {
            panic!("it is a command")
        };
        assert_eq!(command.stdout, ["x", ""]);
        assert_eq!(
            (command.stderr.as_slice(), command.status),
            (["e".to_owned()].as_slice(), 1)
        );
    }

    #[test]
    fn a_line_without_a_place_is_refused() {
        assert!(Transcript::read(";;; ## One\nhello\n").is_err());
        assert!(Transcript::read(";;; ## One\n$ true\n? x\n").is_err());
    }

    #[test]
    fn marks_stand_for_any_text_and_any_lines() {
        assert!(lines_match(&lines("a[..]c[..]"), &lines("abbcd")));
        assert!(!lines_match(&lines("a[..]c"), &lines("abcd")));
        assert!(lines_match(&lines("a\n...\nd"), &lines("a\nb\nc\nd")));
        assert!(lines_match(&lines("..."), &[]));
        assert!(!lines_match(&lines("a\n...\ne"), &lines("a\nb\nc\nd")));
    }
}
