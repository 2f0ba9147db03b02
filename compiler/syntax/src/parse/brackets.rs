//! Which brackets belong together in a text where not all do.
//!
//! A balanced text is taken as it is. In a broken one the aim is that one mistake costs one form
//! and one error:
//! - A `(` in column 0 ends the form that is still open before it, if that form does not close
//!   properly further on. (So `(comment` around definitions in column 0 stays whole.) A definition
//!   inside another definition in column 0 is always taken for a missing bracket.
//! - A closing bracket that does not fit either closes unclosed forms inside the one it fits, or was
//!   mistyped, or is superfluous: whichever leaves the fewest mistakes in the lines that follow.
//! - A form within another that lacks its closing bracket ends where a line is indented no further
//!   than it, so that it does not swallow what follows it.

use source::{Code, TextRange, TextSize};

use super::{early, indentation};
use super::{is_in_column_0, is_quoting, token_range, token_text};
use crate::error::{Errors, ReadError};
use crate::lexer::Token;
use crate::syntax_kind::SyntaxKind;

/// What to do at a bracket, where it is not the usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// An opening bracket opens a form; a closing one closes the innermost.
    Usual,
    /// An opening bracket before which all open forms end.
    Cut,
    /// An opening bracket before which the innermost open form ends.
    Outdent,
    /// A closing bracket that closes nothing.
    Stray,
    /// A closing bracket that closes this many forms.
    Close(u32),
}

impl Action {
    /// How many forms a closing bracket with this action closes.
    pub(super) fn brackets_closed(self) -> u32 {
        match self {
            Action::Close(count) => count,
            Action::Usual | Action::Cut | Action::Outdent => 1,
            Action::Stray => 0,
        }
    }
}

/// The unusual actions by token index, in order.
#[derive(Debug, Default)]
pub(super) struct Plan {
    actions: Vec<(u32, Action)>,
}

impl Plan {
    pub(super) fn action(&self, index: usize) -> Action {
        let found = self
            .actions
            .binary_search_by_key(&(index as u32), |(index, _)| *index);
        found.map_or(Action::Usual, |at| self.actions[at].1)
    }

    /// Adds an action after all others.
    fn insert(&mut self, index: usize, action: Action) {
        debug_assert!(
            self.actions
                .last()
                .is_none_or(|(last, _)| (*last as usize) < index)
        );
        self.actions.push((index as u32, action));
    }

    /// Adds an action before others, where there is none.
    fn insert_before(&mut self, index: usize, action: Action) {
        let place = self
            .actions
            .partition_point(|(other, _)| (*other as usize) < index);
        self.actions.insert(place, (index as u32, action));
    }
}

/// An open bracket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    /// Index of its token.
    pub(super) token: usize,
    pub(super) closer: SyntaxKind,
    /// Whether it is data: after a `'`, or inside such a form.
    quoted: bool,
}

/// Reads brackets one by one and knows whether the last form mark quoted.
#[derive(Clone, Debug, Default)]
struct Stack {
    open: Vec<Open>,
    after_quote: bool,
    /// The outermost form is a definition.
    in_definition: bool,
}

impl Stack {
    fn push(&mut self, text: &str, tokens: &[Token], index: usize, closer: SyntaxKind) {
        if self.open.is_empty() {
            self.in_definition = opens_definition(text, tokens, index);
        }
        let quoted = self.after_quote || self.open.last().is_some_and(|outer| outer.quoted);
        self.open.push(Open {
            token: index,
            closer,
            quoted,
        });
        self.after_quote = false;
    }

    /// A token other than an opening bracket.
    fn pass(&mut self, kind: SyntaxKind) {
        if !kind.is_trivia() {
            self.after_quote = is_quoting(kind);
        }
    }

    /// Whether a definition at `index` cannot be meant to be inside what is open.
    fn forbids_definition(&self, text: &str, tokens: &[Token], index: usize) -> bool {
        self.in_definition
            && !self.after_quote
            && !self.open.last().is_some_and(|inner| inner.quoted)
            && opens_definition(text, tokens, index)
    }
}

const DEFINERS: [&str; 16] = [
    "ns",
    "def",
    "defn",
    "defn-",
    "defmacro",
    "defonce",
    "defmulti",
    "defmethod",
    "defprotocol",
    "defrecord",
    "deftype",
    "deftest",
    "defactivity",
    "defeffect",
    "extend-type",
    "extend-protocol",
];

/// Whether the bracket is a `(` in column 0 with a definer after it.
fn opens_definition(text: &str, tokens: &[Token], index: usize) -> bool {
    let token = tokens[index];
    if token.kind != SyntaxKind::LeftParen || !is_in_column_0(text, token) {
        return false;
    }
    let head = index + 1;
    tokens
        .get(head)
        .is_some_and(|head| head.kind == SyntaxKind::Symbol)
        && DEFINERS.contains(&token_text(text, tokens, head))
}

/// Whether every bracket has its partner and no definition swallows another.
pub(super) fn are_balanced(text: &str, tokens: &[Token]) -> bool {
    scan(
        text,
        tokens,
        0,
        Stack::default(),
        &mut usize::MAX.clone(),
        Until::End,
    )
}

/// Where a scan may end well.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    /// At the end of the text, with nothing open.
    End,
    /// Where nothing is open any more.
    Closed,
}

/// Whether the brackets from `index` on match until then. Each token costs one of `budget`;
/// without budget the answer is no.
fn scan(
    text: &str,
    tokens: &[Token],
    index: usize,
    mut stack: Stack,
    budget: &mut usize,
    until: Until,
) -> bool {
    for (index, token) in tokens.iter().enumerate().skip(index) {
        if *budget == 0 {
            return false;
        }
        *budget -= 1;
        if let Some((closer, _)) = token.kind.bracket() {
            if !stack.open.is_empty()
                && is_in_column_0(text, *token)
                && stack.forbids_definition(text, tokens, index)
            {
                return false;
            }
            stack.push(text, tokens, index, closer);
            continue;
        }
        stack.pass(token.kind);
        if token.kind.is_closer() {
            if stack.open.pop().map(|open| open.closer) != Some(token.kind) {
                return false;
            }
            if stack.open.is_empty() && until == Until::Closed {
                return true;
            }
        } else if matches!(
            token.kind,
            SyntaxKind::UnclosedString | SyntaxKind::UnclosedRegex
        ) {
            return false;
        }
    }
    stack.open.is_empty()
}

struct Planner<'t, 'e> {
    text: &'t str,
    tokens: &'t [Token],
    errors: &'e mut Errors,
    plan: Plan,
    stack: Stack,
    /// How many of the open brackets want `)`, `]`, `}`.
    wanted: [usize; 3],
    /// What is known of the outermost open form.
    outer: Outer,
    /// An unclosed string in the outermost open form: it is to blame for what is missing.
    string_to_blame: bool,
    /// The last top-level form in column 0 that was closed, until a bracket closes nothing.
    last_outer: Option<usize>,
    /// Tokens that scans ahead may still look at.
    scan_budget: usize,
    /// Mismatches that may still be weighed by looking ahead.
    weigh_budget: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outer {
    NotScanned,
    ClosesProperly,
    Broken,
}

/// Plans a text that is not balanced, and reports what is wrong with its brackets and strings.
pub(super) fn plan(text: &str, tokens: &[Token], errors: &mut Errors) -> Plan {
    let mut planner = Planner {
        text,
        tokens,
        errors,
        plan: Plan::default(),
        stack: Stack::default(),
        wanted: [0; 3],
        outer: Outer::NotScanned,
        string_to_blame: false,
        last_outer: None,
        scan_budget: tokens.len().saturating_mul(4) + 1_000_000,
        weigh_budget: 500,
    };
    let mut index = 0;
    while index < tokens.len() {
        index = planner.token(index);
    }
    planner.report_unclosed(tokens.len());
    planner.plan
}

fn wanted_index(closer: SyntaxKind) -> usize {
    match closer {
        SyntaxKind::RightParen => 0,
        SyntaxKind::RightBracket => 1,
        _ => 2,
    }
}

impl Planner<'_, '_> {
    /// Plans the token at `index`; returns the next.
    fn token(&mut self, index: usize) -> usize {
        let token = self.tokens[index];
        if let Some((closer, _)) = token.kind.bracket() {
            if self.must_cut(index) {
                self.report_unclosed(index);
                self.plan.insert(index, Action::Cut);
                self.stack.open.clear();
                self.wanted = [0; 3];
                self.last_outer = None;
            }
            if self.stack.open.is_empty() {
                self.outer = Outer::NotScanned;
                self.string_to_blame = false;
            }
            self.stack.push(self.text, self.tokens, index, closer);
            self.wanted[wanted_index(closer)] += 1;
            return index + 1;
        }
        self.stack.pass(token.kind);
        match token.kind {
            SyntaxKind::UnclosedString | SyntaxKind::UnclosedRegex => {
                self.outer = Outer::Broken;
                self.string_to_blame = true;
                self.report_unclosed_string(index);
            }
            kind if kind.is_closer() => return self.closer(index),
            _ => {}
        }
        index + 1
    }

    fn must_cut(&mut self, index: usize) -> bool {
        let token = self.tokens[index];
        if self.stack.open.is_empty()
            || token.kind != SyntaxKind::LeftParen
            || !is_in_column_0(self.text, token)
        {
            return false;
        }
        if self.outer == Outer::NotScanned {
            let stack = self.stack.clone();
            let budget = &mut self.scan_budget;
            let closes = scan(self.text, self.tokens, index, stack, budget, Until::Closed);
            self.outer = if closes {
                Outer::ClosesProperly
            } else {
                Outer::Broken
            };
        }
        self.outer == Outer::Broken
    }

    fn closer(&mut self, index: usize) -> usize {
        let kind = self.tokens[index].kind;
        let Some(innermost) = self.stack.open.last().copied() else {
            return self.stray_run(index);
        };
        if innermost.closer == kind {
            self.close(1);
            return index + 1;
        }
        self.outer = Outer::Broken;
        let inner_count = if self.wanted[wanted_index(kind)] == 0 {
            None
        } else {
            self.stack
                .open
                .iter()
                .rev()
                .position(|open| open.closer == kind)
        };
        match self.weigh(index, inner_count) {
            Remedy::CloseInner => {
                let count = inner_count.expect("offered only if there is one") + 1;
                let outdent = if count == 2 {
                    self.outdent(innermost, index)
                } else {
                    None
                };
                self.report_unclosed_inner(index, outdent.unwrap_or(index), count);
                match outdent {
                    Some(at) => self.plan.insert_before(at, Action::Outdent),
                    None => self.plan.insert(index, Action::Close(count as u32)),
                }
                self.close(count);
            }
            Remedy::Replace => {
                self.report_mistyped(index, innermost);
                self.plan.insert(index, Action::Close(1));
                self.close(1);
            }
            Remedy::Ignore => {
                self.report_stray_inside(index, innermost);
                self.plan.insert(index, Action::Stray);
            }
        }
        index + 1
    }

    /// The bracket, at the start of a line before `end`, that by its indentation is not within the
    /// unclosed form that it seems to be in.
    fn outdent(&self, unclosed: Open, end: usize) -> Option<usize> {
        if self.weigh_budget == 0 || end - unclosed.token > OUTDENT_TOKENS {
            return None;
        }
        let range = unclosed.token..end;
        let culprit = indentation::culprit(self.text, self.tokens, &self.plan, range)?;
        let at = culprit.next_line;
        let is_direct = culprit.opener == unclosed.token && culprit.depth == 1;
        let is_bracket = self.tokens[at].kind.bracket().is_some();
        (is_direct && is_bracket && self.plan.action(at) == Action::Usual).then_some(at)
    }

    fn close(&mut self, count: usize) {
        let outermost = self.stack.open[0].token;
        for open in self.stack.open.drain(self.stack.open.len() - count..) {
            self.wanted[wanted_index(open.closer)] -= 1;
        }
        if self.stack.open.is_empty() && is_in_column_0(self.text, self.tokens[outermost]) {
            self.last_outer = Some(outermost);
        }
    }

    /// Closing brackets where nothing is open: one error for a run of them.
    fn stray_run(&mut self, first: usize) -> usize {
        let mut end = first;
        let mut last = first;
        while end < self.tokens.len() {
            let kind = self.tokens[end].kind;
            if kind.is_closer() {
                self.plan.insert(end, Action::Stray);
                last = end;
            } else if !kind.is_trivia() {
                break;
            }
            end += 1;
        }
        // Each form is looked at for one run only, so that the search stays linear.
        let form = self.last_outer.take();
        if self.errors.is_full() {
            return last + 1;
        }
        if form.is_some_and(|form| self.report_early(form, first, last)) {
            return last + 1;
        }
        let range = self.range(first).cover(self.range(last));
        let closer = token_text(self.text, self.tokens, first);
        let message = if first == last {
            format!("this `{closer}` closes nothing")
        } else {
            "these brackets close nothing".to_owned()
        };
        self.errors.push(
            ReadError::new(Code::EXTRA_CLOSER, message, range)
                .label("no form is open here")
                .fix("remove it", range, ""),
        );
        last + 1
    }

    fn range(&self, index: usize) -> TextRange {
        token_range(self.text, self.tokens, index)
    }

    // Which remedy.

    fn weigh(&mut self, index: usize, inner_count: Option<usize>) -> Remedy {
        if self.weigh_budget == 0 {
            return if inner_count.is_some() {
                Remedy::CloseInner
            } else {
                Remedy::Ignore
            };
        }
        self.weigh_budget -= 1;
        let visible = self.stack.open.len().saturating_sub(WEIGHED_DEPTH);
        let open: Vec<SyntaxKind> = self.stack.open[visible..]
            .iter()
            .map(|open| open.closer)
            .collect();
        let mut choices = Vec::with_capacity(3);
        if let Some(count) = inner_count {
            choices.push((
                Remedy::CloseInner,
                open[..open.len().saturating_sub(count + 1)].to_vec(),
            ));
        }
        choices.push((Remedy::Replace, open[..open.len() - 1].to_vec()));
        choices.push((Remedy::Ignore, open));
        let whole_stack_is_visible = visible == 0;
        choices
            .into_iter()
            .map(|(remedy, open)| {
                (
                    self.mistakes_after(index, open, whole_stack_is_visible),
                    remedy,
                )
            })
            // The first of equal ones.
            .min_by_key(|(mistakes, _)| *mistakes)
            .map_or(Remedy::Ignore, |(_, remedy)| remedy)
    }

    /// How many mistakes the next brackets make, up to the next `(` in column 0.
    fn mistakes_after(&self, index: usize, mut open: Vec<SyntaxKind>, whole: bool) -> usize {
        let mut mistakes = 0;
        let mut seen = 0;
        for token in &self.tokens[index + 1..] {
            if let Some((closer, _)) = token.kind.bracket() {
                if is_in_column_0(self.text, *token) {
                    break;
                }
                open.push(closer);
            } else if token.kind.is_closer() {
                match open.iter().rposition(|closer| *closer == token.kind) {
                    Some(at) => {
                        mistakes += open.len() - 1 - at;
                        open.truncate(at);
                    }
                    None => mistakes += usize::from(whole),
                }
            } else {
                continue;
            }
            seen += 1;
            if seen == WEIGHED_BRACKETS {
                return mistakes;
            }
        }
        mistakes + open.len()
    }

    // Reports.

    fn report_unclosed_string(&mut self, index: usize) {
        if self.errors.is_full() {
            return;
        }
        let range = self.range(index);
        let text = token_text(self.text, self.tokens, index);
        let first_line = text.split('\n').next().unwrap_or(text).trim_end();
        let what = if self.tokens[index].kind == SyntaxKind::UnclosedRegex {
            "regular expression"
        } else {
            "string"
        };
        let shown = TextRange::at(range.start(), TextSize::of(first_line));
        let error = ReadError::new(
            Code::UNCLOSED_STRING,
            format!("this {what} is never closed"),
            shown,
        )
        .label("no quote closes it");
        // The bracket before the line's end more likely belongs to the code than to the string.
        let inside = first_line.trim_end_matches([')', ']', '}']);
        let error = if inside == "\"" {
            let quote = TextRange::at(range.start(), TextSize::of('"'));
            error.fix("remove the quote", quote, "")
        } else {
            let at = TextRange::empty(range.start() + TextSize::of(inside));
            error.fix("close it", at, "\"")
        };
        self.errors.push(error);
    }

    /// The closing bracket at `index` fits a form outside of unclosed ones, which should end before
    /// the token at `end`.
    fn report_unclosed_inner(&mut self, index: usize, end: usize, count: usize) {
        if self.errors.is_full() {
            return;
        }
        let open = &self.stack.open;
        let inner = open[open.len() - count + 1];
        let outer = open[open.len() - count];
        let closer = token_text(self.text, self.tokens, index);
        let opener = token_text(self.text, self.tokens, inner.token);
        let mut error = ReadError::new(
            Code::MISMATCHED_CLOSER,
            format!("this `{closer}` does not close the `{opener}`"),
            self.range(index),
        )
        .label(format!(
            "expected `{}` before this",
            closer_text(inner.closer)
        ))
        .secondary(
            self.range(inner.token),
            format!("this `{opener}` is not closed"),
        )
        .secondary(self.range(outer.token), format!("the `{closer}` fits this"));
        let missing = self.missing_closers(open.len() - count + 1);
        if let Some(missing) = missing {
            let at = TextRange::empty(self.end_of_last_form(end));
            error = error.fix(format!("insert `{missing}`"), at, missing);
        }
        self.errors.push(error);
    }

    fn report_mistyped(&mut self, index: usize, innermost: Open) {
        if self.errors.is_full() {
            return;
        }
        let closer = token_text(self.text, self.tokens, index);
        let opener = token_text(self.text, self.tokens, innermost.token);
        let wanted = closer_text(innermost.closer);
        self.errors.push(
            ReadError::new(
                Code::MISMATCHED_CLOSER,
                format!("`{opener}` is closed by `{closer}`"),
                self.range(index),
            )
            .label(format!("expected `{wanted}`"))
            .secondary(self.range(innermost.token), "opened here")
            .fix(format!("write `{wanted}`"), self.range(index), wanted),
        );
    }

    fn report_stray_inside(&mut self, index: usize, innermost: Open) {
        if self.errors.is_full() {
            return;
        }
        let is_searched = self.weigh_budget > 0 && index - innermost.token <= OUTDENT_TOKENS;
        if is_searched && self.report_early(innermost.token, index, index) {
            return;
        }
        let closer = token_text(self.text, self.tokens, index);
        let opener = token_text(self.text, self.tokens, innermost.token);
        self.errors.push(
            ReadError::new(
                Code::EXTRA_CLOSER,
                format!("this `{closer}` closes nothing"),
                self.range(index),
            )
            .label("no opening bracket fits")
            .secondary(
                self.range(innermost.token),
                format!("this `{opener}` is what is open here"),
            )
            .fix("remove it", self.range(index), ""),
        );
    }

    /// The brackets from `first` to `last` close nothing. If that is because brackets after `start`
    /// have ended forms too early, reports those.
    fn report_early(&mut self, start: usize, first: usize, last: usize) -> bool {
        let strays: Vec<SyntaxKind> = self.tokens[first..=last]
            .iter()
            .map(|token| token.kind)
            .filter(|kind| kind.is_closer())
            .collect();
        let found = early::find(self.text, self.tokens, &self.plan, start..first, &strays);
        let Some(early) = found else {
            return false;
        };
        let (from, to) = early.closers;
        let early_range = self.range(from).cover(self.range(to));
        let stray_range = self.range(first).cover(self.range(last));
        let closer = token_text(self.text, self.tokens, from);
        let (message, opener_label, label, fix) = if early.count == 1 {
            (
                format!("this `{closer}` ends a form too early"),
                "this form",
                "it ends here",
                "remove it",
            )
        } else {
            (
                "these brackets end forms too early".to_owned(),
                "this form, and what is around it",
                "they end here",
                "remove them",
            )
        };
        let stray_label = if strays.len() == 1 {
            "so this closes nothing"
        } else {
            "so these close nothing"
        };
        let mut error = ReadError::new(Code::EXTRA_CLOSER, message, early_range)
            .label(label)
            .secondary(self.range(early.opener), opener_label)
            .secondary(
                self.range(early.next_line),
                "though this line is indented as a part of it",
            )
            .secondary(stray_range, stray_label);
        // With fewer brackets too many than there are to be removed, more than that is wrong.
        if early.count <= strays.len() {
            error = error.fix(fix, early_range, "").fix(
                "or remove what closes nothing",
                stray_range,
                "",
            );
        }
        self.errors.push(error);
        true
    }

    /// All that is open ends before the token at `end`, where it should not.
    fn report_unclosed(&mut self, end: usize) {
        let Some(outermost) = self.stack.open.first().copied() else {
            return;
        };
        if self.string_to_blame || self.errors.is_full() {
            return;
        }
        let culprit =
            indentation::culprit(self.text, self.tokens, &self.plan, outermost.token..end);
        let named = culprit.map_or(outermost.token, |culprit| culprit.opener);
        let opener = token_text(self.text, self.tokens, named);
        let count = self.stack.open.len();
        let message = match count {
            1 => format!("this `{opener}` is never closed"),
            _ => format!("this `{opener}` is never closed: {count} closing brackets are missing"),
        };
        let mut error = ReadError::new(Code::UNCLOSED_FORM, message, self.range(named));
        let missing = self.missing_closers(0);
        if let Some(culprit) = culprit {
            error = error
                .label("the bracket that closes this seems to be missing")
                .secondary(
                    self.range(culprit.next_line),
                    "this line is indented as if it were closed before",
                );
            if let (1, Some(missing)) = (count, missing) {
                let at = TextRange::empty(self.end_of_last_form(culprit.next_line));
                error = error.fix(format!("insert `{missing}`"), at, missing);
            }
        } else {
            error = error.label("opened here");
            let innermost = self.stack.open[count - 1];
            if count > 1 {
                error = error.secondary(self.range(innermost.token), "and this is open too");
            }
            if end < self.tokens.len() {
                let next = self.range(end);
                error = error.secondary(next, "a form in the first column ends it");
            }
            if let Some(missing) = missing {
                let at = TextRange::empty(self.end_of_last_form(end));
                error = error.fix(format!("insert `{missing}`"), at, missing);
            }
        }
        self.errors.push(error);
    }

    /// The brackets that would close what is open from `from` inwards, if they are few.
    fn missing_closers(&self, from: usize) -> Option<String> {
        let open = &self.stack.open[from..];
        (open.len() <= 16).then(|| {
            open.iter()
                .rev()
                .map(|open| closer_text(open.closer))
                .collect()
        })
    }

    /// The end of the last token before `index` that is not trivia.
    fn end_of_last_form(&self, index: usize) -> TextSize {
        let before = (0..index)
            .rev()
            .find(|index| !self.tokens[*index].kind.is_trivia());
        before.map_or(TextSize::new(0), |index| self.range(index).end())
    }
}

/// What a closing bracket that does not fit may mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Remedy {
    /// Forms inside the one that it closes are unclosed.
    CloseInner,
    /// It was meant to be another bracket.
    Replace,
    /// It should not be there.
    Ignore,
}

/// The longest unclosed form whose lines are looked at.
const OUTDENT_TOKENS: usize = 10_000;

/// How many open brackets are looked at when weighing.
const WEIGHED_DEPTH: usize = 64;

/// How many brackets after the mismatch are looked at when weighing.
const WEIGHED_BRACKETS: usize = 400;

fn closer_text(closer: SyntaxKind) -> &'static str {
    match closer {
        SyntaxKind::RightParen => ")",
        SyntaxKind::RightBracket => "]",
        _ => "}",
    }
}
