//! Tests of the front end's first stages, as their users see them.

mod data;
mod depth;
mod forms;
mod generate;
mod pages;
mod properties;
mod recovery;
mod trees;
