//! The journal of what attempts do: `PATH.groups` beside the store `PATH`.
//!
//! A command is written down before it begins, and struck out when nothing of it is left. Who opens
//! the journal next ends what is still written in it, so a command never outlives the start of the
//! next engine on the store, even when its supervisor was killed along with the engine.
//!
//! Besides, it remembers files that attempts have changed in a way that cannot be seen afterwards, so
//! that the attempt which follows a crash finds that all is done.
//!
//! ```text
//! begin TOKEN PID START BOOT     process group PID, led by the process that started at START
//! end TOKEN
//! mark KEY DEVICE INODE AT       the attempt with this key changes this file, at this place of it
//! ```
//!
//! # Invariants
//! - A line that is torn is one whose command never began.
//! - A group is ended only if it is known to be ours: its leader has the start time that was written
//!   down, or one of it bears the token in its environment. So is what is below such a process.
//! - Groups are not synced: what a crash of the whole system loses, it has ended too. Marks are.
//! - The last marks are kept, many more than attempts that can be open at a crash.

use crate::command::{GROUP_VARIABLE, proc};
use rustix::process::Signal;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs::{File, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

/// Marks that are kept.
const MARKS_MAX: usize = 1_024;
/// From this size on, the journal is written anew.
const BYTES_MAX: u64 = 256 << 10;
/// How often a survivor is looked for before the start gives up, and how long each wait is.
const TURNS_MAX: usize = 400;
const TURN_MS: u32 = 50;

/// A process group of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) token: String,
    pub(crate) pid: i32,
    pub(crate) start: u64,
    boot: String,
}

impl Group {
    pub(crate) fn new(token: String, pid: i32, start: u64) -> Group {
        Group {
            token,
            pid,
            start,
            boot: proc::boot(),
        }
    }

    fn line(&self) -> String {
        format!(
            "begin {} {} {} {}\n",
            self.token, self.pid, self.start, self.boot
        )
    }

    fn parse(fields: &[&str]) -> Option<Group> {
        let [token, pid, start, boot] = fields else {
            return None;
        };
        Some(Group {
            token: (*token).to_owned(),
            pid: pid.parse().ok().filter(|pid| *pid > 1)?,
            start: start.parse().ok()?,
            boot: (*boot).to_owned(),
        })
    }
}

/// A file that an attempt changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    key: String,
    pub(crate) device: u64,
    pub(crate) inode: u64,
    /// Length of the file before, where something is appended.
    pub(crate) at: u64,
}

impl Mark {
    /// The mark of the attempt with this idempotency key, which may be any text.
    pub(crate) fn new(key: &str, device: u64, inode: u64, at: u64) -> Mark {
        Mark {
            key: mark_key(key),
            device,
            inode,
            at,
        }
    }

    fn line(&self) -> String {
        let Mark {
            key,
            device,
            inode,
            at,
        } = self;
        format!("mark {key} {device} {inode} {at}\n")
    }

    fn parse(fields: &[&str]) -> Option<Mark> {
        let [key, device, inode, at] = fields else {
            return None;
        };
        Some(Mark {
            key: (*key).to_owned(),
            device: device.parse().ok()?,
            inode: inode.parse().ok()?,
            at: at.parse().ok()?,
        })
    }
}

fn mark_key(key: &str) -> String {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// See the file's header. Without a path nothing is kept: such a run has no next start.
#[derive(Debug)]
pub(crate) struct Journal {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: Option<(PathBuf, File)>,
    bytes: u64,
    live: BTreeMap<String, Group>,
    marks: VecDeque<Mark>,
}

impl Journal {
    /// Opens the journal, ends what has survived in it, and waits until that is gone.
    ///
    /// # Errors
    /// When the file cannot be read or written, or a survivor does not end; its number is in the
    /// message.
    pub(crate) fn open(path: Option<&Path>) -> io::Result<Journal> {
        let Some(path) = path else {
            return Ok(Journal {
                state: Mutex::new(State {
                    file: None,
                    bytes: 0,
                    live: BTreeMap::new(),
                    marks: VecDeque::new(),
                }),
            });
        };
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .open(path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let text = String::from_utf8_lossy(&bytes);
        let survivors: Vec<Group> = live_groups(&text).into_values().collect();
        end_groups(&survivors)?;
        let mut state = State {
            file: Some((path.to_owned(), file)),
            bytes: 0,
            live: BTreeMap::new(),
            marks: marks(&text),
        };
        state.write_anew("")?;
        Ok(Journal {
            state: Mutex::new(state),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .expect("nobody panics while writing the journal")
    }

    /// Writes a group down. Only after this may its command begin.
    pub(crate) fn begin(&self, group: &Group) -> io::Result<()> {
        let mut state = self.lock();
        state.live.insert(group.token.clone(), group.clone());
        let written = state.append(&group.line());
        if written.is_err() {
            state.live.remove(&group.token);
        }
        written
    }

    /// Remembers a file that an attempt is about to change. Only after this may it.
    pub(crate) fn mark(&self, mark: Mark) -> io::Result<()> {
        let mut state = self.lock();
        state.append(&mark.line())?;
        if let Some((_, file)) = &state.file {
            file.sync_data()?;
        }
        state.marks.push_back(mark);
        if state.marks.len() > MARKS_MAX {
            state.marks.pop_front();
        }
        Ok(())
    }

    /// The files that attempts with this key were about to change, the latest first.
    pub(crate) fn marks(&self, key: &str) -> Vec<Mark> {
        let (state, key) = (self.lock(), mark_key(key));
        let found = state.marks.iter().rev().filter(|mark| mark.key == key);
        found.cloned().collect()
    }

    /// Strikes a group out. Nothing of it may be left.
    pub(crate) fn end(&self, token: &str) {
        let mut state = self.lock();
        if state.live.remove(token).is_some() {
            // If it cannot be written, the next start looks for a group that is not there.
            let _ = state.append(&format!("end {token}\n"));
        }
    }
}

impl State {
    fn append(&mut self, line: &str) -> io::Result<()> {
        if self.bytes + line.len() as u64 > BYTES_MAX {
            return self.write_anew(line);
        }
        if let Some((_, file)) = &mut self.file {
            file.write_all(line.as_bytes())?;
            self.bytes += line.len() as u64;
        }
        Ok(())
    }

    /// Writes what still matters, and this line.
    fn write_anew(&mut self, line: &str) -> io::Result<()> {
        let Some((path, file)) = &mut self.file else {
            return Ok(());
        };
        let mut text: String = self.live.values().map(Group::line).collect();
        text.extend(self.marks.iter().map(Mark::line));
        text.push_str(line);
        // Under another name first: a crash in between must not lose a group.
        let mut name = path.as_os_str().to_owned();
        name.push(".new");
        let mut new = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&name)?;
        new.set_len(0)?;
        new.write_all(text.as_bytes())?;
        if !self.marks.is_empty() {
            new.sync_data()?;
        }
        std::fs::rename(&name, &*path)?;
        *file = new;
        self.bytes = text.len() as u64;
        Ok(())
    }
}

/// The groups that have begun and not ended, by token.
fn live_groups(text: &str) -> BTreeMap<String, Group> {
    let mut live = BTreeMap::new();
    // What follows the last line end is torn.
    let whole = &text[..text.rfind('\n').map_or(0, |end| end + 1)];
    for line in whole.lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        match fields.split_first() {
            Some((&"begin", rest)) => {
                if let Some(group) = Group::parse(rest) {
                    live.insert(group.token.clone(), group);
                }
            }
            Some((&"end", [token])) => {
                live.remove(*token);
            }
            _ => {}
        }
    }
    live
}

/// The last marks.
fn marks(text: &str) -> VecDeque<Mark> {
    let whole = &text[..text.rfind('\n').map_or(0, |end| end + 1)];
    let mut marks = VecDeque::new();
    for line in whole.lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        if let Some((&"mark", rest)) = fields.split_first()
            && let Some(mark) = Mark::parse(rest)
        {
            marks.push_back(mark);
            if marks.len() > MARKS_MAX {
                marks.pop_front();
            }
        }
    }
    marks
}

/// Ends all processes of groups, and waits until they are gone.
pub(crate) fn end_groups(groups: &[Group]) -> io::Result<()> {
    let boot = proc::boot();
    let groups: Vec<&Group> = groups.iter().filter(|group| group.boot == boot).collect();
    if groups.is_empty() {
        return Ok(());
    }
    for _ in 0..TURNS_MAX {
        let left = survivors(&groups);
        let Some(first) = left.first() else {
            return Ok(());
        };
        let ending: Vec<_> = left
            .iter()
            .filter_map(|stat| proc::signal(stat, Signal::KILL))
            .collect();
        if let Some(process) = ending.first() {
            proc::wait_for_end(process, TURN_MS);
        } else if proc::stat(first.pid).is_some_and(|now| now.is_alive && now.start == first.start)
        {
            // It may not be signalled, or not yet; do not turn in place.
            std::thread::sleep(std::time::Duration::from_millis(u64::from(TURN_MS)));
        }
    }
    let left: Vec<String> = survivors(&groups)
        .iter()
        .map(|stat| stat.pid.to_string())
        .collect();
    if left.is_empty() {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "commands of an earlier run do not end (process {}); end them, then try again",
        left.join(", ")
    )))
}

/// The living processes that belong to groups.
fn survivors(groups: &[&Group]) -> Vec<proc::Stat> {
    let tokens: BTreeSet<&str> = groups.iter().map(|group| group.token.as_str()).collect();
    let own = std::process::id();
    let mut living: Vec<proc::Stat> = proc::all()
        .into_iter()
        .filter(|stat| stat.is_alive && u32::try_from(stat.pid) != Ok(own))
        .collect();
    let is_marked = |stat: &proc::Stat| {
        proc::variable(stat.pid, GROUP_VARIABLE)
            .is_some_and(|token| tokens.contains(token.as_str()))
    };
    let mut ours: BTreeSet<i32> = BTreeSet::new();
    let mut marked: BTreeSet<i32> = BTreeSet::new();
    for stat in &living {
        let leads = groups
            .iter()
            .any(|group| group.pid == stat.pid && group.start == stat.start);
        if is_marked(stat) {
            marked.insert(stat.pid);
        }
        if leads
            || (marked.contains(&stat.pid) && groups.iter().any(|group| group.pid == stat.group))
        {
            ours.insert(stat.group);
        }
    }
    let is_ours = |stat: &proc::Stat| ours.contains(&stat.group) || marked.contains(&stat.pid);
    let mut found: BTreeSet<i32> = living
        .iter()
        .filter(|s| is_ours(s))
        .map(|s| s.pid)
        .collect();
    // What has left group and session, and its environment too, is below one of them.
    loop {
        let known = found.len();
        let below = living.iter().filter(|stat| found.contains(&stat.parent));
        let below: Vec<i32> = below.map(|stat| stat.pid).collect();
        found.extend(below);
        if found.len() == known {
            break;
        }
    }
    living.retain(|stat| found.contains(&stat.pid));
    living
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(token: &str, pid: i32) -> Group {
        Group::new(token.to_owned(), pid, 7)
    }

    #[test]
    fn what_has_begun_and_not_ended_is_live() {
        let text = format!(
            "{}{}end a\nrubbish\nbegin c 12\n{}",
            group("a", 5).line(),
            group("b", 6).line(),
            "begin d 9 9 x"
        );
        assert_eq!(live_groups(&text).into_keys().collect::<Vec<_>>(), ["b"]);
        assert_eq!(live_groups(&group("b", 6).line())["b"], group("b", 6));
        assert!(
            live_groups("begin a -5 7 x\nbegin b 1 7 x\n").is_empty(),
            "no group of everybody's"
        );
    }

    #[test]
    fn the_journal_stays_small_and_keeps_what_is_live() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("store.groups");
        let journal = Journal::open(Some(&path)).expect("it is new");
        journal
            .begin(&group("kept", 999_999_999))
            .expect("it is written");
        for number in 0..20_000 {
            let token = format!("t{number}");
            journal
                .begin(&group(&token, 999_999_998))
                .expect("it is written");
            journal.end(&token);
        }
        let text = std::fs::read_to_string(&path).expect("it is there");
        assert!(text.len() as u64 <= BYTES_MAX, "{} bytes", text.len());
        assert_eq!(live_groups(&text).into_keys().collect::<Vec<_>>(), ["kept"]);
        drop(journal);
        // Nobody has that number: opening finds nothing to end, and forgets it.
        Journal::open(Some(&path)).expect("it opens");
        assert_eq!(std::fs::read_to_string(&path).expect("it is there"), "");
    }

    #[test]
    fn a_number_that_belongs_to_somebody_else_now_is_left_alone() {
        let mut other = std::process::Command::new("sleep")
            .arg("1000")
            .spawn()
            .expect("sleep is there");
        let pid = i32::try_from(other.id()).expect("process numbers are small");
        let start = proc::stat(pid).expect("it runs").start;
        end_groups(&[Group::new("token".to_owned(), pid, start + 1)]).expect("nothing to do");
        assert!(
            other.try_wait().expect("it is ours").is_none(),
            "another start time: another process"
        );
        let mut older = Group::new("token".to_owned(), pid, start);
        older.boot = "another".to_owned();
        end_groups(&[older]).expect("nothing to do");
        assert!(
            other.try_wait().expect("it is ours").is_none(),
            "another boot: another process"
        );
        other.kill().expect("it runs");
        other.wait().expect("it ends");
    }
}
