//! Every native that stored code may call is still there, and takes what it took.
//!
//! `stored.txt` names each by version and numbers of arguments. `UPDATE_EXPECT=1` adds what is new
//! and takes nothing away: a line goes only together with the stores that need it.

use super::super::{Native, all, lookup};
use std::path::Path;

const FILE: &str = "src/native/tests/stored.txt";

fn line(native: &Native) -> String {
    let Native {
        name,
        version,
        min_args,
        max_args,
        ..
    } = native;
    format!("{name} v{version} {min_args} {max_args}")
}

/// The name, version, least and greatest number of arguments that a line says.
fn parts(line: &str) -> Option<(&str, u16, u8, u8)> {
    let mut words = line.split(' ');
    let name = words.next()?;
    let version = words.next()?.strip_prefix('v')?.parse().ok()?;
    let least = words.next()?.parse().ok()?;
    let most = words.next()?.parse().ok()?;
    Some((name, version, least, most))
}

#[test]
fn what_stored_code_calls_is_still_there() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let text = std::fs::read_to_string(&path).expect("the list is read");
    let listed: Vec<&str> = text.lines().collect();
    let mut lost = Vec::new();
    for line in &listed {
        let (name, version, least, most) =
            parts(line).unwrap_or_else(|| panic!("{FILE}: {line:?} is not \"name v1 0 2\""));
        let is_there = lookup(name, version)
            .is_some_and(|native| native.min_args <= least && native.max_args >= most);
        if !is_there {
            lost.push(*line);
        }
    }
    assert!(lost.is_empty(), "stored code calls {lost:?}");
    // Nothing is lost, so the table says all that the list says.
    let mut natives: Vec<String> = all().map(line).collect();
    natives.sort_unstable();
    if natives == listed {
        return;
    }
    let is_update = std::env::var_os("UPDATE_EXPECT").is_some_and(|value| value == "1");
    assert!(
        is_update,
        "{FILE} does not list each native: UPDATE_EXPECT=1 cargo test -p vm stored"
    );
    let text: String = natives.iter().map(|line| format!("{line}\n")).collect();
    std::fs::write(&path, text).expect("the list is written");
}
