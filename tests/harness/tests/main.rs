//! The integration tests of the workspace: one binary, a module for each kind.

mod assertions;
mod cli;
mod compiler;
mod differential;
mod docs;
mod examples;
mod language;
mod pages;
mod prompt;
mod secrets;
mod tidy;
