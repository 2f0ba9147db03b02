//! What `/proc` tells about the processes of the system, and how they are ended.
//!
//! # Invariants
//! - A process is signalled through a descriptor opened for it and checked after, so that a number
//!   that was given to another process in the meantime is never hit.

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fd::OwnedFd;
use rustix::process::{Pid, PidfdFlags, Signal};
use std::collections::HashMap;
use std::fs;

/// One process, as `/proc/N/stat` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stat {
    pub(crate) pid: i32,
    pub(crate) parent: i32,
    pub(crate) group: i32,
    /// Clock ticks since the system's start: with the number this names a process for good.
    pub(crate) start: u64,
    /// Whether it runs or could: no zombie.
    pub(crate) is_alive: bool,
}

/// The process with a number.
pub(crate) fn stat(pid: i32) -> Option<Stat> {
    parse_stat(pid, &fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

fn parse_stat(pid: i32, text: &str) -> Option<Stat> {
    // The name in parentheses may hold anything, so the fields begin after the last one.
    let fields: Vec<&str> = text[text.rfind(')')? + 1..]
        .split_ascii_whitespace()
        .collect();
    Some(Stat {
        pid,
        parent: fields.get(1)?.parse().ok()?,
        group: fields.get(2)?.parse().ok()?,
        start: fields.get(19)?.parse().ok()?,
        is_alive: !matches!(*fields.first()?, "Z" | "X" | "x"),
    })
}

/// All processes there are.
pub(crate) fn all() -> Vec<Stat> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(stat)
        .collect()
}

/// The living processes below one, however deep.
pub(crate) fn descendants(root: i32) -> Vec<Stat> {
    let mut children: HashMap<i32, Vec<Stat>> = HashMap::new();
    for stat in all() {
        children.entry(stat.parent).or_default().push(stat);
    }
    let mut found = Vec::new();
    let mut left = vec![root];
    while let Some(parent) = left.pop() {
        for child in children.remove(&parent).unwrap_or_default() {
            left.push(child.pid);
            if child.is_alive {
                found.push(child);
            }
        }
    }
    found
}

/// The value of a variable in the environment a process was started with.
pub(crate) fn variable(pid: i32, name: &str) -> Option<String> {
    let environment = fs::read(format!("/proc/{pid}/environ")).ok()?;
    environment.split(|&byte| byte == 0).find_map(|entry| {
        let value = entry.strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
        Some(String::from_utf8_lossy(value).into_owned())
    })
}

/// Names the time since the system's start: process numbers mean nothing across it.
pub(crate) fn boot() -> String {
    let text = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let text = text.trim();
    if text.is_empty() {
        "unknown".to_owned()
    } else {
        text.to_owned()
    }
}

/// Signals a process; a descriptor that becomes readable at its end, none if it has ended.
pub(crate) fn signal(stat: &Stat, signal: Signal) -> Option<OwnedFd> {
    let pid = Pid::from_raw(stat.pid)?;
    let descriptor = rustix::process::pidfd_open(pid, PidfdFlags::empty()).ok()?;
    if self::stat(stat.pid)?.start != stat.start {
        return None;
    }
    rustix::process::pidfd_send_signal(&descriptor, signal).ok()?;
    Some(descriptor)
}

/// Waits until a process has ended, for at most so long.
pub(crate) fn wait_for_end(process: &OwnedFd, milliseconds: u32) {
    let timeout = Timespec {
        tv_sec: i64::from(milliseconds / 1_000),
        tv_nsec: i64::from(milliseconds % 1_000 * 1_000_000),
    };
    // Whether it has ended is looked up after, so a failure or an interruption only costs a turn.
    let _ = rustix::event::poll(&mut [PollFd::new(process, PollFlags::IN)], Some(&timeout));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_hold_parentheses_and_spaces() {
        let text = "7 (a) b (c) S 3 5 4 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 987 1 2 3";
        let expected = Stat {
            pid: 7,
            parent: 3,
            group: 5,
            start: 987,
            is_alive: true,
        };
        assert_eq!(parse_stat(7, text), Some(expected));
        assert_eq!(parse_stat(7, "7 (a) Z 3"), None);
        assert_eq!(parse_stat(7, ""), None);
    }

    #[test]
    fn this_process_is_there() {
        let pid = i32::try_from(std::process::id()).expect("process numbers are small");
        let own = stat(pid).expect("it runs");
        assert!(own.is_alive && own.start > 0);
        assert!(all().contains(&own));
        assert!(descendants(own.parent).iter().any(|found| found.pid == pid));
    }
}
