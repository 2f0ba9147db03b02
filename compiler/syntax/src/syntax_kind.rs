//! The kinds of tokens and nodes.
//!
//! Atoms are tokens in their parent node; what is made of other forms is a node.

/// A kind of token or node of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
#[expect(
    missing_docs,
    reason = "the tokens' names say it; the nodes are described"
)]
pub enum SyntaxKind {
    // trivia
    Whitespace,
    Comment,
    // brackets
    LeftParen,
    RightParen,
    LeftBracket,
    RightBracket,
    LeftBrace,
    RightBrace,
    /// `#{`
    HashBrace,
    /// `#(`
    HashParen,
    // prefixes
    Quote,
    Backquote,
    Tilde,
    TildeAt,
    At,
    /// `^` or `#^`
    Caret,
    /// `#'`
    HashQuote,
    /// `#_`
    HashUnderscore,
    /// `#?`
    HashQuestion,
    /// `#?@`
    HashQuestionAt,
    /// `#:ns`, `#::` or `#::alias`
    HashColon,
    /// `#tag`
    Tag,
    // atoms
    Symbol,
    Keyword,
    Number,
    Char,
    String,
    Regex,
    /// `##Inf`
    SymbolicValue,
    UnclosedString,
    UnclosedRegex,
    /// Forms beyond the nesting limit, as one token.
    TooDeep,
    /// A lone `#` or `\`.
    Unknown,
    /// A closing bracket that closes nothing.
    Error,
    // nodes
    /// The whole text.
    Root,
    List,
    Vector,
    Map,
    Set,
    /// `#(…)`
    FnLiteral,
    /// `'x`
    Quoted,
    /// `` `x ``
    SyntaxQuoted,
    /// `~x`
    Unquoted,
    /// `~@x`
    UnquoteSpliced,
    /// `@x`
    Dereferenced,
    /// `#'x`
    VarQuoted,
    /// `^meta x`
    WithMeta,
    /// `#_x`
    Discarded,
    /// `#?(…)`
    Conditional,
    /// `#?@(…)`
    ConditionalSplice,
    /// `#:ns{…}`
    NamespacedMap,
    /// `#tag x`
    Tagged,
}

use SyntaxKind as K;

impl SyntaxKind {
    const ALL: [SyntaxKind; SyntaxKind::Tagged as usize + 1] = [
        K::Whitespace,
        K::Comment,
        K::LeftParen,
        K::RightParen,
        K::LeftBracket,
        K::RightBracket,
        K::LeftBrace,
        K::RightBrace,
        K::HashBrace,
        K::HashParen,
        K::Quote,
        K::Backquote,
        K::Tilde,
        K::TildeAt,
        K::At,
        K::Caret,
        K::HashQuote,
        K::HashUnderscore,
        K::HashQuestion,
        K::HashQuestionAt,
        K::HashColon,
        K::Tag,
        K::Symbol,
        K::Keyword,
        K::Number,
        K::Char,
        K::String,
        K::Regex,
        K::SymbolicValue,
        K::UnclosedString,
        K::UnclosedRegex,
        K::TooDeep,
        K::Unknown,
        K::Error,
        K::Root,
        K::List,
        K::Vector,
        K::Map,
        K::Set,
        K::FnLiteral,
        K::Quoted,
        K::SyntaxQuoted,
        K::Unquoted,
        K::UnquoteSpliced,
        K::Dereferenced,
        K::VarQuoted,
        K::WithMeta,
        K::Discarded,
        K::Conditional,
        K::ConditionalSplice,
        K::NamespacedMap,
        K::Tagged,
    ];

    /// Whether it is white space or a comment.
    pub fn is_trivia(self) -> bool {
        matches!(self, K::Whitespace | K::Comment)
    }

    /// The closing bracket and the node of an opening bracket.
    pub(crate) fn bracket(self) -> Option<(SyntaxKind, SyntaxKind)> {
        match self {
            K::LeftParen => Some((K::RightParen, K::List)),
            K::LeftBracket => Some((K::RightBracket, K::Vector)),
            K::LeftBrace => Some((K::RightBrace, K::Map)),
            K::HashBrace => Some((K::RightBrace, K::Set)),
            K::HashParen => Some((K::RightParen, K::FnLiteral)),
            _ => None,
        }
    }

    /// Whether it is a closing bracket.
    pub(crate) fn is_closer(self) -> bool {
        matches!(self, K::RightParen | K::RightBracket | K::RightBrace)
    }

    /// The node of a prefix and how many forms it takes.
    pub(crate) fn prefix(self) -> Option<(SyntaxKind, u8)> {
        match self {
            K::Quote => Some((K::Quoted, 1)),
            K::Backquote => Some((K::SyntaxQuoted, 1)),
            K::Tilde => Some((K::Unquoted, 1)),
            K::TildeAt => Some((K::UnquoteSpliced, 1)),
            K::At => Some((K::Dereferenced, 1)),
            K::Caret => Some((K::WithMeta, 2)),
            K::HashQuote => Some((K::VarQuoted, 1)),
            K::HashUnderscore => Some((K::Discarded, 1)),
            K::HashQuestion => Some((K::Conditional, 1)),
            K::HashQuestionAt => Some((K::ConditionalSplice, 1)),
            K::HashColon => Some((K::NamespacedMap, 1)),
            K::Tag => Some((K::Tagged, 1)),
            _ => None,
        }
    }

    pub(crate) fn from_raw(raw: rowan::SyntaxKind) -> SyntaxKind {
        SyntaxKind::ALL[usize::from(raw.0)]
    }
}

impl From<SyntaxKind> for rowan::SyntaxKind {
    fn from(kind: SyntaxKind) -> Self {
        rowan::SyntaxKind(kind as u16)
    }
}

/// The language, as the tree library wants to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OxLanguage {}

impl rowan::Language for OxLanguage {
    type Kind = SyntaxKind;

    fn kind_from_raw(raw: rowan::SyntaxKind) -> SyntaxKind {
        SyntaxKind::from_raw(raw)
    }

    fn kind_to_raw(kind: SyntaxKind) -> rowan::SyntaxKind {
        kind.into()
    }
}

/// A cursor into the tree. Not to be kept: make it where it is used.
pub type SyntaxNode = rowan::SyntaxNode<OxLanguage>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_go_to_numbers_and_back() {
        for (index, kind) in SyntaxKind::ALL.iter().enumerate() {
            assert_eq!(*kind as usize, index);
        }
    }
}
