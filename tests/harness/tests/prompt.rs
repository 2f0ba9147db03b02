//! `oxc repl` at a terminal: a pseudo-terminal, with the keys that people press.

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long something may take to be shown: a limit for what never comes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A command at a terminal.
struct Terminal {
    child: Child,
    keys: File,
    shown: Receiver<Vec<u8>>,
    /// What has been shown and not yet been waited for.
    text: String,
}

impl Terminal {
    fn of(folder: &Path, args: &[&str]) -> Terminal {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&master).expect("it is ours");
        unlockpt(&master).expect("it is ours");
        let name = ptsname(&master, Vec::new()).expect("it has a name");
        let name = name.to_str().expect("a path");
        let end = || {
            let mut options = OpenOptions::new();
            let end = options.read(true).write(true).open(name);
            end.expect("the other end")
        };
        let child = Command::new("setsid")
            .arg("--ctty")
            .arg(crate::cli::oxc())
            .args(args)
            .current_dir(folder)
            .env("XDG_STATE_HOME", folder.join("state"))
            .env("TERM", "xterm")
            .stdin(end())
            .stdout(end())
            .stderr(end())
            .spawn()
            .expect("oxc starts");
        let keys = File::from(master);
        let mut screen = keys.try_clone().expect("a second handle");
        let (sender, shown) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // The end of a terminal is an error.
            while let Ok(count @ 1..) = screen.read(&mut bytes) {
                if sender.send(bytes[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Terminal {
            child,
            keys,
            shown,
            text: String::new(),
        }
    }

    /// Waits until this has been shown.
    fn until(&mut self, wanted: &str) {
        loop {
            if let Some(at) = self.text.find(wanted) {
                self.text.drain(..at + wanted.len());
                return;
            }
            match self.shown.recv_timeout(PATIENCE) {
                Ok(bytes) => self.text.push_str(&String::from_utf8_lossy(&bytes)),
                Err(_) => panic!("{wanted:?} is not shown, but {:?}", self.text),
            }
        }
    }

    /// Presses keys where a form is due.
    fn at_prompt(&mut self, keys: &str) {
        // The cursor stands behind it.
        self.until("\x1b[0m\r\x1b[7C");
        self.press(keys);
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("it is open");
    }

    fn ends(mut self, code: i32) {
        let status = self.child.wait().expect("it can be waited for");
        assert_eq!(status.code(), Some(code), "{:?}", self.text);
    }
}

#[test]
fn a_session_at_a_terminal() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let mut first = Terminal::of(folder.path(), &["repl", "--store", "kept"]);
    first.at_prompt("(def kept 41)\r");
    first.until("#'user/kept");
    // A text goes on, indented, while a bracket is open.
    first.at_prompt("(defn twice [x]\r(* 2 x))\r");
    first.until("\n  (");
    first.until("#'user/twice");
    // Tab completes; behind a name are its parameters.
    first.at_prompt("(twi\t ");
    first.until("(twice");
    first.until("; [x]");
    first.press("4)\r");
    first.until("\n8");
    first.at_prompt("(clojure.string/up\t \"abc\")\r");
    first.until("\"ABC\"");
    // Ctrl-C takes back what was typed.
    first.at_prompt("(+ 1 \x03");
    // It leaves what computes, and what waits.
    first.at_prompt("(do (println \"be\" \"gun\") (flush) (loop [] (recur)))\r");
    first.until("be gun");
    first.press("\x03");
    first.until("cancelled");
    first.at_prompt("(do (println \"be\" \"gun\") (flush) (sleep \"1h\"))\r");
    first.until("be gun");
    first.press("\x03");
    first.until("cancelled");
    // What is evaluated may read a line.
    first.at_prompt("(str \"<\" (read-line) \">\")\r");
    first.until("\n");
    first.press("typed\r");
    first.until("\"<typed>\"");
    first.at_prompt("(swap! (eval '(do (def n (atom 0)) n)) + kept)\r");
    first.until("\n41");
    first.until("=> ");
    first.child.kill().expect("it runs");
    first.child.wait().expect("it was killed");

    // The session goes on, and what was typed is remembered.
    let mut second = Terminal::of(folder.path(), &["resume", "--store", "kept"]);
    second.at_prompt("[(twice @n) *1]\r");
    second.until("[82 41]");
    second.at_prompt("\x1b[A\r");
    second.until("[82 [82 41]]");
    second.at_prompt("\x04");
    second.ends(0);
}

#[test]
fn a_second_ctrl_c_suspends_a_session_that_does_not_heed_the_first() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let mut first = Terminal::of(folder.path(), &["repl", "--store", "kept"]);
    let text = "(loop [] (when (try (println :in) (flush) (loop [] (recur)) (catch :ox/cancelled _ true)) (recur)))\r";
    first.at_prompt(text);
    first.until(":in\r\n");
    first.press("\x03");
    first.until(":in\r\n");
    first.press("\x03");
    first.until("suspended: 1 (repl)");
    first.ends(130);
}
