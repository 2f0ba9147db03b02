//! `#(…)`: a function without parameter names.
//!
//! `#(f % %2)` reads as `(fn* [p1__7# p2__7#] (f p1__7# p2__7#))`, where 7 is the literal's origin.
//! The names end in `#`, so that syntax-quote makes them unique; if the form has a symbol of that
//! shape, underscores are added until it has not.

use source::Code;

use super::{Element, Frame, FrameKind, Reader};
use crate::datum::{Datum, DatumKind, Origin};
use crate::syntax_kind::SyntaxKind;

/// The largest `n` of `%n`, as in Clojure.
const MAX_PARAMETERS: u32 = 20;

/// The `#()` that is being read.
pub(super) struct FnLiteral {
    /// What stands between a parameter's number and the final `#`.
    suffix: String,
    /// The largest number used.
    parameter_count: u32,
    has_rest: bool,
}

impl<'t> Reader<'t, '_> {
    pub(super) fn open_fn_literal(&mut self, element: Element<'t>) {
        if self.fn_literal.is_some() {
            let error = self
                .new_error(
                    Code::NESTED_FUNCTION_LITERAL,
                    "`#()` inside another `#()`",
                    element.range(),
                )
                .label("whose `%` would be meant?")
                .note("write the inner one as `(fn [x] …)`");
            return self.error_datum(element.range(), Some(error));
        }
        let origin = self.new_origin(element.range());
        let form = self.form;
        let mark = self
            .fn_literal_mark
            .get_or_insert_with(|| unused_mark(form));
        let suffix = format!("{mark}{}#", origin.0);
        self.fn_literal = Some(FnLiteral {
            suffix,
            parameter_count: 0,
            has_rest: false,
        });
        self.push_frame(FrameKind::FnLiteral, element, origin);
    }

    pub(super) fn finish_fn_literal(&mut self, frame: Frame<'t>) {
        let origin = frame.origin;
        let literal = self
            .fn_literal
            .take()
            .expect("set when the frame was opened");
        let mut parameters: Vec<Datum> = (1..=literal.parameter_count)
            .map(|n| literal.parameter(n, origin))
            .collect();
        if literal.has_rest {
            parameters.push(Datum::symbol("&", origin));
            parameters.push(literal.rest(origin));
        }
        let items = [
            Datum::symbol("fn*", origin),
            Datum::vector(parameters, origin),
            Datum::list(frame.items, origin),
        ];
        // Functions equal nothing, but this is a form; two of them never have the same names.
        self.emit_hashed(Datum::list(items, origin), None);
    }

    /// Reads `%`, `%1` or `%&`, if a `#()` is being read.
    pub(super) fn argument(&mut self, element: Element<'t>) -> bool {
        let text = element.token_text();
        let (Some(literal), Some(argument)) = (&mut self.fn_literal, text.strip_prefix('%')) else {
            return false;
        };
        let number = match argument {
            "" => Some(1),
            "&" => Some(0),
            _ if argument.bytes().all(|byte| byte.is_ascii_digit()) => argument
                .parse()
                .ok()
                .filter(|number| (1..=MAX_PARAMETERS).contains(number)),
            _ => None,
        };
        let Some(number) = number else {
            let error = self
                .new_error(
                    Code::INVALID_ARGUMENT_LITERAL,
                    format!("`{text}` is no argument of `#()`"),
                    element.range(),
                )
                .note(format!(
                    "arguments are `%` (the first), `%1` to `%{MAX_PARAMETERS}`, and `%&` (the rest)"
                ));
            self.error_datum(element.range(), Some(error));
            return true;
        };
        let datum = if number == 0 {
            literal.has_rest = true;
            literal.rest(Origin::NONE)
        } else {
            literal.parameter_count = literal.parameter_count.max(number);
            literal.parameter(number, Origin::NONE)
        };
        let origin = self.new_origin(element.range());
        self.emit(Datum::new(datum.into_kind(), origin));
        true
    }
}

impl FnLiteral {
    fn parameter(&self, number: u32, origin: Origin) -> Datum {
        Datum::symbol(format!("p{number}{}", self.suffix), origin)
    }

    fn rest(&self, origin: Origin) -> Datum {
        Datum::new(
            DatumKind::Symbol(crate::Symbol::simple(format!("rest{}", self.suffix))),
            origin,
        )
    }
}

/// Underscores that stand before digits and a final `#` in no symbol of the form.
fn unused_mark(form: Element<'_>) -> String {
    let mut longest = 1;
    let mut open = vec![form.children()];
    while let Some(children) = open.last_mut() {
        match children.next() {
            None => {
                open.pop();
            }
            Some(child) if child.kind() == SyntaxKind::Symbol => {
                let digits = child.token_text().strip_suffix('#').unwrap_or("");
                let marked = digits.trim_end_matches(|char: char| char.is_ascii_digit());
                let count = marked.len() - marked.trim_end_matches('_').len();
                if marked.len() < digits.len() {
                    longest = longest.max(count);
                }
            }
            Some(child) => open.push(child.children()),
        }
    }
    "_".repeat(longest + 1)
}
