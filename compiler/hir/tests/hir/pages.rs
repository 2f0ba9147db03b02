//! The pages of the diagnostics that come from here: each example shows its own code.

use crate::support::TestDb;

/// The example of a page, as files.
fn example(page: &str) -> Vec<(String, String)> {
    let text = page
        .split("```ox\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        if let Some(path) = line.strip_prefix(";;; file ") {
            files.push((path.to_owned(), String::new()));
            continue;
        }
        if files.is_empty() {
            files.push(("app.ox".to_owned(), String::new()));
        }
        files.last_mut().unwrap().1 += &format!("{line}\n");
    }
    files
}

#[test]
fn every_page_shows_its_code() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors");
    let mut wrong = Vec::new();
    for code in source::Code::ALL
        .iter()
        .filter(|code| (100..400).contains(&code.number()))
    {
        let page = std::fs::read_to_string(format!("{folder}/{code}.md")).unwrap();
        let files = example(&page);
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        let db = TestDb::new(&files, *code == source::Code::MACRO_NEEDS_CELL);
        let found = db.diagnostics("app");
        if !found.contains(&code.to_string()) {
            wrong.push(format!("{code}: {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
