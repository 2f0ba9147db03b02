//! The settings of the terminal that standard input is.

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

/// Its settings as they were, to be restored by who leaves while somebody has changed them: a terminal that was left
/// as an editor of lines has it shows nothing of what is typed.
#[derive(Clone, Debug)]
pub struct Terminal {
    settings: Termios,
}

impl Terminal {
    /// The settings now; none if standard input is no terminal.
    #[must_use]
    pub fn settings() -> Option<Terminal> {
        let settings = tcgetattr(rustix::stdio::stdin()).ok()?;
        Some(Terminal { settings })
    }

    /// Restores them. A terminal that is gone needs nothing.
    pub fn restore(&self) {
        let _ = tcsetattr(
            rustix::stdio::stdin(),
            OptionalActions::Drain,
            &self.settings,
        );
    }
}
