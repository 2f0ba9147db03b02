//! What the editor of lines asks while somebody types: what a word may become, whether the text is whole, how it looks.

use crate::extending::Compiler;
use driver::typing;
use rustyline::completion::Completer;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Cmd, ConditionalEventHandler, Context, Event, EventContext, RepeatCount, Result};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::sync::Arc;

/// See the file's header.
pub(super) struct Helper {
    compiler: Arc<Compiler>,
    /// The bracket that belongs to the one at the cursor.
    matching: Cell<Option<usize>>,
    /// The call that was asked for last, and its parameters.
    call: RefCell<Option<(String, String)>>,
}

impl Helper {
    pub(super) fn new(compiler: Arc<Compiler>) -> Helper {
        Helper {
            compiler,
            matching: Cell::new(None),
            call: RefCell::new(None),
        }
    }

    /// Before each input: names may mean something else.
    pub(super) fn begin(&mut self) {
        self.call.replace(None);
    }

    /// The parameters of a function, as a hint behind what is typed.
    fn parameters(&self, name: &str) -> String {
        if let Some((known, text)) = &*self.call.borrow()
            && known == name
        {
            return text.clone();
        }
        let text = self.compiler.arglists(name).join(" ");
        self.call.replace(Some((name.to_owned(), text.clone())));
        text
    }
}

impl rustyline::Helper for Helper {}

impl Completer for Helper {
    type Candidate = String;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> Result<(usize, Vec<String>)> {
        let is_end = |c: char| c.is_whitespace() || "()[]{}\"'`~@^#,;".contains(c);
        let start = line[..pos].rfind(is_end).map_or(0, |at| {
            at + line[at..].chars().next().map_or(1, char::len_utf8)
        });
        let word = &line[start..pos];
        if word.is_empty() {
            return Ok((pos, Vec::new()));
        }
        Ok((start, self.compiler.completions(word)))
    }
}

impl Hinter for Helper {
    type Hint = String;

    fn hint(&self, line: &str, pos: usize, _: &Context<'_>) -> Option<String> {
        if pos < line.len() || !line.ends_with(' ') {
            return None;
        }
        let name = typing::call_at(line, pos)?;
        let parameters = self.parameters(&name);
        (!parameters.is_empty()).then(|| format!("  ; {parameters}"))
    }
}

impl Highlighter for Helper {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        let Some(at) = self.matching.get().filter(|at| *at < line.len()) else {
            return Cow::Borrowed(line);
        };
        // `#{` and `#(` are two characters.
        let width = if line[at..].starts_with('#') { 2 } else { 1 };
        let (before, bracket) = (&line[..at], &line[at..at + width]);
        Cow::Owned(format!(
            "{before}\x1b[1;34m{bracket}\x1b[0m{}",
            &line[at + width..]
        ))
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        Cow::Owned(format!("\x1b[1m{prompt}\x1b[0m"))
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(format!("\x1b[2m{hint}\x1b[0m"))
    }

    fn highlight_char(&self, line: &str, pos: usize, kind: CmdKind) -> bool {
        let before = self.matching.get();
        let now = match kind {
            CmdKind::ForcedRefresh => None,
            _ => typing::matching_bracket(line, pos),
        };
        self.matching.set(now);
        before.is_some() || now.is_some()
    }
}

impl Validator for Helper {
    fn validate(&self, context: &mut ValidationContext<'_>) -> Result<ValidationResult> {
        Ok(match typing::is_unfinished(context.input()) {
            true => ValidationResult::Incomplete,
            false => ValidationResult::Valid(None),
        })
    }
}

/// Enter: a text that is not whole goes on in a line that is indented.
pub(super) struct Enter;

impl ConditionalEventHandler for Enter {
    fn handle(
        &self,
        _: &Event,
        _: RepeatCount,
        _: bool,
        context: &EventContext<'_>,
    ) -> Option<Cmd> {
        let (line, pos) = (context.line(), context.pos());
        let (before, after) = line.split_at(pos);
        let goes_on = typing::is_unfinished(line) || !after.trim().is_empty();
        if !goes_on || !typing::is_unfinished(before) {
            return None;
        }
        let width = typing::indentation(before);
        Some(Cmd::Insert(1, format!("\n{}", " ".repeat(width))))
    }
}
