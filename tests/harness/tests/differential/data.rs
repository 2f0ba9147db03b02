//! Printed data and program text as trees: what is compared, and what is shrunk.
//!
//! # Invariants
//! - Of text that is balanced nothing is lost but blanks: a tree's text reads as the same tree.
//! - Two texts have one canonical text exactly if they are the same data, whatever the order of sets and maps.

use std::fmt;

/// A form, or a printed value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// A number, name, character, string or pattern as it is written.
    Atom(String),
    /// What stands in brackets, with the opening one: `(`, `[`, `{`, `#{` or `#(`.
    Group(&'static str, Vec<Node>),
    /// What a prefix belongs to: a quote, a dereference, a tag.
    Prefixed(String, Box<Node>),
}

impl Node {
    /// Reads all forms of a text.
    ///
    /// # Errors
    /// When brackets or quotes are not balanced.
    pub(super) fn read_all(text: &str) -> Result<Vec<Node>, String> {
        let mut reader = Reader { rest: text };
        let nodes = reader.group(None)?;
        Ok(nodes)
    }

    /// Reads a text of one form.
    ///
    /// # Errors
    /// When it is not one form.
    pub(super) fn read(text: &str) -> Result<Node, String> {
        match <[Node; 1]>::try_from(Node::read_all(text)?) {
            Ok([node]) => Ok(node),
            Err(nodes) => Err(format!("{} forms in {text:?}", nodes.len())),
        }
    }

    /// Numbers of nodes and bytes: what is smaller is simpler.
    pub(super) fn size(&self) -> usize {
        match self {
            Node::Atom(text) => 1 + text.len(),
            Node::Group(_, parts) => 3 + parts.iter().map(Node::size).sum::<usize>(),
            Node::Prefixed(prefix, node) => prefix.len() + node.size(),
        }
    }

    /// The text without what is no part of the value.
    pub(super) fn canonical(&self) -> String {
        match self {
            Node::Atom(text) => canonical_atom(text),
            // Clojure's entries of the core are defined elsewhere in Ox.
            Node::Prefixed(prefix, name) if prefix == "#'" => {
                let name = name.to_string();
                format!(
                    "#'{}",
                    name.rsplit_once('/').map_or(&*name, |(_, name)| name)
                )
            }
            Node::Prefixed(prefix, _) if OPAQUE.contains(&prefix.trim_end()) => {
                "#<object>".to_owned()
            }
            Node::Prefixed(prefix, node) => format!("{prefix}{}", node.canonical()),
            Node::Group("{", parts) => {
                let mut entries: Vec<String> = parts
                    .chunks(2)
                    .map(|entry| texts(entry, Node::canonical))
                    .collect();
                entries.sort();
                format!("{{{}}}", entries.join(", "))
            }
            Node::Group("#{", parts) => {
                let mut elements: Vec<String> = parts.iter().map(Node::canonical).collect();
                elements.sort();
                format!("#{{{}}}", elements.join(" "))
            }
            Node::Group(open, parts) => {
                format!("{open}{}{}", texts(parts, Node::canonical), close(open))
            }
        }
    }
}

/// Tags of what is written with an address, or of errors with their traces.
const OPAQUE: &[&str] = &["#object", "#function", "#error", "#namespace"];

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::Atom(text) => f.write_str(text),
            Node::Group(open, parts) => {
                write!(
                    f,
                    "{open}{}{}",
                    texts(parts, ToString::to_string),
                    close(open)
                )
            }
            Node::Prefixed(prefix, node) => write!(f, "{prefix}{node}"),
        }
    }
}

/// Doubles are the same if all of their bits are; what else is written alike is alike.
fn canonical_atom(text: &str) -> String {
    let digits = text.trim_start_matches(['-', '+']);
    let is_double = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.contains(['.', 'e', 'E'])
        && !digits.starts_with("0x");
    if is_double && let Ok(number) = text.parse::<f64>() {
        return format!("{number:?}");
    }
    // Parameters of `#(…)` in quoted code have numbers of their own: `p1__12#`.
    match text.split_once("__") {
        Some((name, number)) if is_number(number.trim_end_matches('#')) => format!("{name}__"),
        _ => text.to_owned(),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn texts(nodes: &[Node], text: impl Fn(&Node) -> String) -> String {
    nodes.iter().map(text).collect::<Vec<_>>().join(" ")
}

fn close(open: &str) -> char {
    match open {
        "[" => ']',
        "{" | "#{" => '}',
        _ => ')',
    }
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    /// Forms up to a closing bracket, or to the end.
    fn group(&mut self, end: Option<char>) -> Result<Vec<Node>, String> {
        let mut nodes = Vec::new();
        loop {
            self.rest = self
                .rest
                .trim_start_matches(|c: char| c.is_whitespace() || c == ',');
            match self.rest.chars().next() {
                None if end.is_none() => return Ok(nodes),
                Some(found) if Some(found) == end => {
                    self.rest = &self.rest[1..];
                    return Ok(nodes);
                }
                None => return Err("brackets stay open".to_owned()),
                Some(_) => nodes.push(self.node()?),
            }
        }
    }

    fn node(&mut self) -> Result<Node, String> {
        for open in ["(", "[", "{", "#{", "#("] {
            if let Some(rest) = self.rest.strip_prefix(open) {
                self.rest = rest;
                return Ok(Node::Group(open, self.group(Some(close(open)))?));
            }
        }
        for prefix in ["'", "`", "~@", "~", "@", "#'"] {
            if let Some(rest) = self.rest.strip_prefix(prefix) {
                self.rest = rest;
                return Ok(Node::Prefixed(prefix.to_owned(), Box::new(self.inner()?)));
            }
        }
        if let Some(rest) = self.rest.strip_prefix('^') {
            self.rest = rest;
            let meta = self.inner()?;
            return Ok(Node::Prefixed(format!("^{meta} "), Box::new(self.inner()?)));
        }
        if self.rest.starts_with('"') || self.rest.starts_with("#\"") {
            return self.string();
        }
        if self.rest.starts_with('#') && !self.rest.starts_with("##") {
            let tag = self.token();
            return Ok(Node::Prefixed(format!("{tag} "), Box::new(self.inner()?)));
        }
        match self.token() {
            "" => Err(format!("`{}` begins nothing", self.rest)),
            token => Ok(Node::Atom(token.to_owned())),
        }
    }

    /// What follows a prefix.
    fn inner(&mut self) -> Result<Node, String> {
        self.rest = self.rest.trim_start();
        if self.rest.is_empty() {
            return Err("a prefix stands before nothing".to_owned());
        }
        self.node()
    }

    fn string(&mut self) -> Result<Node, String> {
        let from = self.rest.find('"').map_or(0, |at| at + 1);
        let mut escaped = false;
        for (at, character) in self.rest[from..].char_indices() {
            match character {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => {
                    let (text, rest) = self.rest.split_at(from + at + 1);
                    self.rest = rest;
                    return Ok(Node::Atom(text.to_owned()));
                }
                _ => {}
            }
        }
        Err("a string stays open".to_owned())
    }

    fn token(&mut self) -> &str {
        // The character after a backslash is part of it, whatever it is.
        let from = match self
            .rest
            .strip_prefix('\\')
            .and_then(|rest| rest.chars().next())
        {
            Some(character) => 1 + character.len_utf8(),
            None => 0,
        };
        let ends = |c: char| c.is_whitespace() || "()[]{}\",;".contains(c);
        let to = self.rest[from..]
            .find(ends)
            .map_or(self.rest.len(), |at| from + at);
        let (token, rest) = self.rest.split_at(to);
        self.rest = rest;
        token
    }
}

#[test]
fn orders_of_sets_and_maps_are_no_part_of_data() {
    let same = |one: &str, other: &str| {
        let canonical = |text| Node::read(text).expect("it is data").canonical();
        canonical(one) == canonical(other)
    };
    assert!(same("#{1 [2 {:a 1, :b 2}]}", "#{[2 {:b 2, :a 1}] 1}"));
    assert!(same("1.0E10", "1e10"));
    assert!(same("#object[a 0x1 \"a\"]", "#function[a]"));
    assert!(!same("0.0", "-0.0"));
    assert!(!same("1", "1N"));
    assert!(!same("(1 2)", "[1 2]"));
    assert!(!same("(1 2)", "(2 1)"));
    assert!(!same("\\[", "\\]"));
}

#[test]
fn text_of_a_tree_reads_as_the_tree() {
    let text = r#"(let [a '(1 \) \space "a\"b" #"x")] #(f % @a ^{:m 1} [~@b]) #:a{:b ##NaN} #{})"#;
    let node = Node::read(text).expect("it is a form");
    assert_eq!(Node::read(&node.to_string()), Ok(node));
}
