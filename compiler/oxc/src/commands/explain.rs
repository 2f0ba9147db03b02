//! `oxc explain`: what an error's code means. The pages are those of `docs/errors`, in the binary.
//!
//! # Invariants
//! - Every code that a diagnostic, a running program's error or this command itself can have is listed once
//!   and has a page (tests compare the lists with the folder, and run the pages).

use crate::args::{Explain, Format};
use crate::failure::{Failure, Fault, Outcome};
use crate::output::{self, answer, table};
use engine::code::ALL as RUN_TIME;
use serde::Serialize;
use source::Code;

macro_rules! pages {
    ($($number:literal)*) => {
        /// The pages, by code.
        const PAGES: &[(&str, &str)] = &[$((
            concat!("OX", $number),
            include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"), "/../../docs/errors/OX", $number, ".md"
            )),
        ),)*];
    };
}

pages! {
    "0001" "0002" "0003" "0004" "0005" "0006" "0007" "0008" "0009" "0010" "0011" "0012"
    "0013" "0014" "0015" "0016" "0017" "0018" "0019" "0020" "0021" "0022" "0023" "0024"
    "0101" "0102" "0103" "0104" "0105" "0106" "0107" "0108" "0109" "0110" "0111" "0201"
    "0202" "0203" "0204" "0205" "0206" "0207" "0301" "0302" "0303" "0304" "0305" "0306"
    "0307" "0308" "0309" "0310" "0311" "0312" "0313" "0314" "0315" "0316" "0317" "0401"
    "0402" "0403" "0404" "0405" "0501" "0502" "0503" "0504" "0505" "0506" "0507" "0508" "0509"
    "0510" "0511" "0512" "0513" "0514" "0515" "0516" "0517" "0518" "0519" "0521" "0522" "0523" "0531"
    "0532" "0533" "0534" "0541" "0542" "0543" "0544" "0545" "0546" "0547" "0548" "0599"
    "0601" "0602" "0603" "0701" "0702" "0703" "0704" "0705"
}

/// A code in the list.
#[derive(Debug, Serialize)]
struct Listed {
    code: String,
    title: &'static str,
}

/// A code that is explained.
#[derive(Debug, Serialize)]
struct Explained<'a> {
    code: &'a str,
    title: &'static str,
    /// Markdown.
    page: &'static str,
}

/// All codes with what they say in short, in the order of their numbers.
fn all() -> Vec<Listed> {
    let of_compiler = Code::ALL.iter().map(|code| Listed {
        code: code.to_string(),
        title: code.title(),
    });
    let of_programs = RUN_TIME.iter().map(|code| Listed {
        code: code.to_string(),
        title: code.title,
    });
    let of_stores = [Fault::Damaged, Fault::Newer, Fault::Held].map(|fault| Listed {
        code: fault.code().to_owned(),
        title: fault.title(),
    });
    let mut all: Vec<Listed> = of_compiler.chain(of_programs).chain(of_stores).collect();
    all.sort_by(|one, other| one.code.cmp(&other.code));
    all
}

/// The code that is meant: as it is printed, without its zeros and letters, or the kind of a running
/// program's error.
fn meant(text: &str) -> String {
    let bare = text.trim();
    let inner = bare.rsplit_once('[').map_or(bare, |(_, inner)| inner);
    let inner = inner.trim_end_matches([']', ':']);
    if let Some(kind) = inner.strip_prefix(":ox/") {
        let of_kind = RUN_TIME
            .iter()
            .find(|code| code.kind == kind && code.when.is_none());
        return of_kind.map_or(inner.to_owned(), ToString::to_string);
    }
    let upper = inner.to_ascii_uppercase();
    let digits = upper.strip_prefix("OX").unwrap_or(&upper);
    match digits.parse::<u16>() {
        Ok(number) => format!("OX{number:04}"),
        Err(_) => upper,
    }
}

/// Why there is no such code.
fn unknown(text: &str, code: &str) -> Failure {
    let failure = Failure::usage(format!("there is no code `{text}`"));
    let kinds: Vec<String> = RUN_TIME
        .iter()
        .map(|code| format!(":ox/{}", code.kind))
        .collect();
    let candidates = PAGES
        .iter()
        .map(|(code, _)| *code)
        .chain(kinds.iter().map(String::as_str));
    let failure = match scalar::suggest(code, candidates) {
        Some(meant) => failure.help(format!("did you mean `{meant}`?")),
        None => failure,
    };
    failure.help("`oxc explain` lists all codes")
}

/// Prints the page of a code, or the list of all.
pub(crate) fn run(args: &Explain) -> Outcome {
    let all = all();
    let Some(text) = &args.code else {
        return match args.format {
            Format::Json => {
                output::print_json(&all)?;
                Ok(0)
            }
            Format::Text => {
                let rows: Vec<Vec<String>> = all
                    .into_iter()
                    .map(|listed| vec![listed.code, listed.title.to_owned()])
                    .collect();
                answer(&table(&rows))
            }
        };
    };
    let code = meant(text);
    let Some((code, page)) = PAGES.iter().find(|(known, _)| *known == code) else {
        // What is no number is looked for as it was written.
        let looked_for = if code.starts_with("OX") { &code } else { text };
        return Err(unknown(text, looked_for));
    };
    let title = all.iter().find(|listed| listed.code == *code);
    match args.format {
        Format::Json => {
            let title = title.map_or("", |listed| listed.title);
            output::print_json(&Explained { code, title, page })?;
            Ok(0)
        }
        Format::Text => answer(page),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_page_and_every_page_a_code() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .expect("the pages are there")
            .map(|entry| entry.expect("the folder is listed").file_name())
            .map(|name| name.to_string_lossy().trim_end_matches(".md").to_owned())
            .collect();
        files.sort();
        let embedded: Vec<&str> = PAGES.iter().map(|(code, _)| *code).collect();
        let listed: Vec<String> = all().into_iter().map(|listed| listed.code).collect();
        assert_eq!(embedded, files);
        assert_eq!(listed, files);
    }

    #[test]
    fn a_page_begins_with_its_code_and_has_a_program() {
        for (code, page) in PAGES {
            assert!(page.starts_with(&format!("# {code}: ")), "{code}");
            assert!(page.contains("\n## "), "{code}");
        }
    }

    #[test]
    fn a_code_is_understood_as_people_have_it_before_them() {
        for text in [
            "OX0506",
            "ox506",
            "506",
            "error[OX0506]:",
            "[OX0506]",
            ":ox/arithmetic",
        ] {
            assert_eq!(meant(text), "OX0506", "{text}");
        }
        assert_eq!(meant("1"), "OX0001");
        assert_eq!(meant("arithmetic"), "ARITHMETIC");
    }
}
