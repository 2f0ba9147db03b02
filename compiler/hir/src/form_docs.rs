//! What the forms do that the compiler knows itself: no source file defines them.

/// Names and docstrings, sorted by name.
pub const FORM_DOCS: &[(&str, &str)] = &[
    (
        "all",
        "Evaluates the expressions at the same time, each in a fiber; the vector of their values.",
    ),
    (
        "async",
        "Evaluates the body in a fiber of its own; its future.",
    ),
    (
        "binding",
        "Evaluates the body with other values of dynamic names.",
    ),
    (
        "catch",
        "In `try`: takes errors of a class, a kind or `:default`.",
    ),
    ("def", "Defines a name."),
    (
        "defactivity",
        "Defines an activity, with a body or for workers of its queue.",
    ),
    (
        "do",
        "Evaluates expressions in order; the value of the last.",
    ),
    (
        "finally",
        "In `try`: evaluated at its end, however it ends.",
    ),
    ("fn*", "A function without destructuring; see `fn`."),
    ("future", "As `async`."),
    (
        "if",
        "Evaluates the second expression if the first is true, else the third.",
    ),
    ("let*", "Binds without destructuring; see `let`."),
    ("loop*", "As `loop`, without destructuring."),
    ("ns", "Names the namespace of a file and what it requires."),
    ("quote", "The form itself, as data."),
    (
        "race",
        "Evaluates the expressions at the same time; the value of the first that ends.",
    ),
    (
        "receive",
        "Takes the oldest message that a clause matches, and waits for one; `(after d …)` limits that.",
    ),
    (
        "recur",
        "Calls the function or loop around it again, without growing the stack.",
    ),
    ("retrying", "Evaluates the body as `retry` calls a thunk."),
    (
        "scope",
        "Evaluates the body; fibers started in it end with it.",
    ),
    ("throw", "Throws an error."),
    ("try", "Evaluates the body, with `catch` and `finally`."),
    ("var", "The var of a name, `#'name`."),
    (
        "with-timeout",
        "Evaluates the body; `:ox/timeout` is thrown where it waits when the time has passed.",
    ),
];
