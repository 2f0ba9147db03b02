//! The prompt of a program that reads forms: an editor of lines in place of standard input, where that is a terminal.
//!
//! The library's `ox.repl/repl` runs in the program. It reads lines as any program does and says before, by what it asks of
//! the compiler, that a form is due; then the lines come from the editor, else from the terminal as it is. So a session
//! is as durable as any process: what was typed is kept as input that was read.
//!
//! # Invariants
//! - Off a terminal nothing is shown but what the program prints.
//! - Whoever leaves `oxc` restores the terminal before.
//! - Ctrl-C is for the program: at the prompt it takes back what was typed, and while a form is evaluated it
//!   cancels that. One that is not heeded is for `oxc`.

mod helper;

use crate::compile;
use crate::extending::Compiler;
use crate::failure::Failure;
use crate::output::Output;
use activities::Terminal;
use helper::{Enter, Helper};
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{
    ColorMode, CompletionType, Config, Editor, Event, EventHandler, KeyCode, KeyEvent, Modifiers,
};
use std::io::{self, IsTerminal as _, Read};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Most inputs that are remembered for later sessions.
const HISTORY_MAX: usize = 10_000;

/// What the program has said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// It reads no forms.
    #[default]
    None,
    /// It was taken up, and has said nothing since: if it reads forms, it may wait for one.
    TakenUp,
    /// A form is due.
    Due,
    /// A form is evaluated.
    Evaluating,
    /// So it is, and is to be cancelled.
    Interrupted,
}

/// See the file's header.
#[derive(Debug)]
pub(crate) struct Prompt {
    output: Output,
    phase: Mutex<Phase>,
    /// The terminal as it was before somebody edited lines there.
    terminal: Mutex<Option<Terminal>>,
}

impl Prompt {
    pub(crate) fn new(output: Output) -> Prompt {
        Prompt {
            output,
            phase: Mutex::default(),
            terminal: Mutex::default(),
        }
    }

    /// The program goes on that an earlier `oxc` has run.
    pub(crate) fn taken_up(&self) {
        *self.lock() = Phase::TakenUp;
    }

    /// The program waits for a form.
    pub(crate) fn ready(&self) {
        *self.lock() = Phase::Due;
    }

    /// What the program evaluated has failed: it says how, and the compiler what it knows.
    pub(crate) fn failed(&self, report: &str, compiler: &Compiler) {
        let Some((said, files)) = compiler.take_said() else {
            self.output.fail(&Failure::of_report(report));
            return;
        };
        compile::show_in(self.output, &files, &said);
    }

    /// Warnings of what is evaluated.
    pub(crate) fn warn(&self, compiler: &Compiler) {
        if *self.lock() != Phase::None
            && let Some((said, files)) = compiler.take_said()
        {
            compile::show_in(self.output, &files, &said);
        }
    }

    /// Ctrl-C was typed: whether what is evaluated is to be cancelled, and was not asked to be before.
    pub(crate) fn takes_interrupt(&self) -> bool {
        let mut phase = self.lock();
        let takes = *phase == Phase::Evaluating;
        if takes {
            *phase = Phase::Interrupted;
        }
        takes
    }

    /// Restores the terminal, if somebody edits lines there.
    pub(crate) fn leave(&self) {
        let terminal = self.terminal.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(terminal) = &*terminal {
            terminal.restore();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep_terminal(&self, settings: Option<Terminal>) {
        *self.terminal.lock().unwrap_or_else(PoisonError::into_inner) = settings;
    }
}

/// Standard input of a program that may have a prompt.
pub(crate) struct Input {
    compiler: Arc<Compiler>,
    editor: Option<Editor<Helper, FileHistory>>,
    /// What was typed and not yet read.
    rest: Vec<u8>,
    /// Whether the end was typed where a form was due: who reads on hears the same.
    has_ended: bool,
}

impl Input {
    pub(crate) fn new(compiler: Arc<Compiler>) -> Input {
        Input {
            compiler,
            editor: None,
            rest: Vec::new(),
            has_ended: false,
        }
    }

    /// The next input, with the end of its last line; nothing at the end.
    fn edited(&mut self) -> io::Result<String> {
        let compiler = Arc::clone(&self.compiler);
        let prompt = format!("{}=> ", compiler.namespace());
        let output = compiler.prompt().output;
        let editor = match &mut self.editor {
            Some(editor) => editor,
            None => self.editor.insert(editor_of(&compiler, output)?),
        };
        if let Some(helper) = editor.helper_mut() {
            helper.begin();
        }
        compiler.prompt().keep_terminal(Terminal::settings());
        let typed = loop {
            match editor.readline(&prompt) {
                Ok(text) => break Ok(text),
                // What was typed is taken back.
                Err(ReadlineError::Interrupted | ReadlineError::Signal(_)) => {}
                Err(ReadlineError::Eof) => break Ok(String::new()),
                Err(error) => break Err(io::Error::other(error)),
            }
        };
        compiler.prompt().keep_terminal(None);
        let text = typed?;
        if text.is_empty() {
            return Ok(text);
        }
        // Without a history there is none later.
        let _ = editor.add_history_entry(text.as_str());
        if let Some(path) = history_path() {
            let _ = editor.append_history(&path);
        }
        Ok(text + "\n")
    }
}

impl Read for Input {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() {
            let phase = std::mem::replace(&mut *self.compiler.prompt().lock(), Phase::Evaluating);
            let phase = match phase {
                Phase::TakenUp if self.compiler.has_prompt() => Phase::Due,
                Phase::TakenUp => Phase::None,
                phase => phase,
            };
            match phase {
                Phase::Due if io::stdin().is_terminal() => {
                    let mut text = self.edited()?;
                    if text.trim().is_empty() && !text.is_empty() {
                        text = "\n".to_owned();
                    }
                    self.has_ended = text.is_empty();
                    self.rest = text.into_bytes();
                }
                phase => {
                    if phase == Phase::None {
                        *self.compiler.prompt().lock() = Phase::None;
                    }
                    if self.has_ended {
                        return Ok(0);
                    }
                    return io::stdin().read(bytes);
                }
            }
        }
        let count = self.rest.len().min(bytes.len());
        bytes[..count].copy_from_slice(&self.rest[..count]);
        self.rest.drain(..count);
        Ok(count)
    }
}

fn editor_of(compiler: &Arc<Compiler>, output: Output) -> io::Result<Editor<Helper, FileHistory>> {
    let color = match output.color_stdout {
        true => ColorMode::Enabled,
        false => ColorMode::Disabled,
    };
    let config = Config::builder()
        .completion_type(CompletionType::List)
        .color_mode(color)
        .max_history_size(HISTORY_MAX)
        .and_then(|config| config.history_ignore_dups(true))
        .map_err(io::Error::other)?
        .build();
    let mut editor = Editor::with_config(config).map_err(io::Error::other)?;
    editor.set_helper(Some(Helper::new(Arc::clone(compiler))));
    // What was typed before the editor was there has line feeds.
    for key in [
        KeyEvent(KeyCode::Enter, Modifiers::NONE),
        KeyEvent::ctrl('J'),
    ] {
        let handler = EventHandler::Conditional(Box::new(Enter));
        editor.bind_sequence(Event::from(key), handler);
    }
    if let Some(path) = history_path() {
        // There is none before the first session.
        let _ = editor.load_history(&path);
    }
    Ok(editor)
}

/// Where inputs are remembered: `$XDG_STATE_HOME/ox/history`.
fn history_path() -> Option<PathBuf> {
    let folder = crate::folder::state_home().ok()?.join("ox");
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&folder)
        .ok()?;
    Some(folder.join("history"))
}
