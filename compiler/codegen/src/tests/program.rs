//! Random programs, as text: closed expressions that end.
//!
//! Every loop and every recursive function counts down a first variable from a small number, so that
//! programs end; what else they do is left to chance, errors included.

use std::fmt::Write as _;

/// Random numbers from a seed (splitmix64).
pub(super) struct Rng(pub(super) u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn pick<'a>(&mut self, items: &[&'a str]) -> &'a str {
        items[self.below(items.len())]
    }
}

pub(super) struct Program {
    rng: Rng,
    /// Names in scope.
    scope: Vec<String>,
    names: u32,
    /// Expressions that may still be made.
    budget: i32,
}

/// A program of about `size` expressions.
pub(super) fn program(seed: u64, size: i32) -> String {
    let mut program = Program {
        rng: Rng(seed),
        scope: Vec::new(),
        names: 0,
        budget: size,
    };
    program.expr()
}

impl Program {
    fn fresh(&mut self) -> String {
        // Few names, so that they shadow one another.
        self.names += 1;
        format!("{}{}", self.rng.pick(&["x", "y", "z"]), self.names % 7)
    }

    fn leaf(&mut self) -> String {
        if !self.scope.is_empty() && self.rng.below(4) != 0 {
            let index = self.rng.below(self.scope.len());
            return self.scope[index].clone();
        }
        let constants = &[
            "0", "1", "2", "-1", "7", "100000", "nil", "true", "false", "[1 2 3]", ":a", "{:a 1}",
        ];
        self.rng.pick(constants).to_owned()
    }

    fn scoped(&mut self, make: impl FnOnce(&mut Self) -> String) -> String {
        let depth = self.scope.len();
        let text = make(self);
        self.scope.truncate(depth);
        text
    }

    fn exprs(&mut self, count: usize) -> String {
        (0..count)
            .map(|_| self.expr())
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn expr(&mut self) -> String {
        self.budget -= 1;
        if self.budget <= 0 {
            return self.leaf();
        }
        match self.rng.below(32) {
            30 | 31 => self.count(&[], 3),
            0..=3 => self.leaf(),
            4..=7 => {
                let op = self
                    .rng
                    .pick(&["+", "-", "*", "<", "<=", ">", ">=", "=", "not="]);
                let count =
                    2 + usize::from(self.rng.below(4) == 0) + usize::from(self.rng.below(6) == 0);
                format!("({op} {})", self.exprs(count))
            }
            8 => format!(
                "({} {} {})",
                self.rng.pick(&["+", "-", "<", "=", ">="]),
                self.expr(),
                self.rng.pick(&["0", "1", "-3", "9000000"])
            ),
            9 => format!(
                "({} {})",
                self.rng.pick(&[
                    "inc", "dec", "-", "zero?", "pos?", "neg?", "not", "nil?", "some?"
                ]),
                self.expr()
            ),
            10 => format!(
                "({} {})",
                self.rng.pick(&["first", "rest", "next", "seq", "count"]),
                self.expr()
            ),
            11 => format!(
                "({} {} {})",
                self.rng
                    .pick(&["get", "nth", "cons", "quot", "rem", "==", "identical?"]),
                self.expr(),
                self.expr()
            ),
            12 | 13 => format!("(note {})", self.expr()),
            14 | 15 => self.scoped(|p| {
                let mut text = "(let [".to_owned();
                for _ in 0..=p.rng.below(3) {
                    let init = p.expr();
                    let name = p.fresh();
                    let _ = write!(text, "{name} {init} ");
                    p.scope.push(name);
                }
                format!("{text}] {})", p.expr())
            }),
            16 | 17 => format!("(if {} {} {})", self.expr(), self.expr(), self.expr()),
            18 => self.scoped(|p| {
                // As `and` and `or`, but the tested value is also used elsewhere.
                let init = p.expr();
                let name = p.fresh();
                p.scope.push(name.clone());
                let other = p.expr();
                let branches = if p.rng.below(2) == 0 {
                    format!("{other} {name}")
                } else {
                    format!("{name} {other}")
                };
                format!("(let [{name} {init}] (if {name} {branches}))")
            }),
            19 => format!("(do {} {})", self.expr(), self.expr()),
            20 | 21 => {
                let count = 2 + self.rng.below(2);
                format!("({} {})", self.rng.pick(&["and", "or"]), self.exprs(count))
            }
            22 => {
                let count = self.rng.below(4);
                match self.rng.below(4) {
                    0 => format!("(vector {})", self.exprs(count)),
                    1 => format!("{{:a {} :b {}}}", self.expr(), self.expr()),
                    2 => format!("(list {})", self.exprs(count)),
                    _ => format!("[{}]", self.exprs(count)),
                }
            }
            23 => self.repeat(),
            24 => self.call(),
            25 => self.protected(),
            26 => format!("(force (lazy [] {}))", self.expr()),
            27 => match self.rng.below(3) {
                0 => format!("(:a {})", self.expr()),
                1 => format!("(:a {} {})", self.expr(), self.expr()),
                _ => format!("(throw {})", self.expr()),
            },
            28 => format!("(apply* sum {} [{}])", self.expr(), self.exprs(2)),
            _ => self.functions(),
        }
    }

    /// A loop whose first variable counts down.
    fn repeat(&mut self) -> String {
        self.scoped(|p| {
            let inits: Vec<String> = (0..p.rng.below(3)).map(|_| p.expr()).collect();
            let counter = format!("i{}", p.names);
            p.names += 1;
            let mut text = format!("(loop [{counter} {} ", p.rng.below(4));
            p.scope.push(counter.clone());
            let count = inits.len();
            for init in inits {
                let name = p.fresh();
                let _ = write!(text, "{name} {init} ");
                p.scope.push(name);
            }
            let body = p.tail(&counter, count, &["recur"]);
            format!("{text}] (if (< {counter} 1) {} {body}))", p.expr())
        })
    }

    /// A loop that computes with numbers alone, those of the loops around it included.
    fn count(&mut self, outer: &[String], depth: u32) -> String {
        let names: Vec<String> = (0..3).map(|n| format!("n{}", self.names + n)).collect();
        self.names += 3;
        let inits: Vec<String> = names[1..]
            .iter()
            .map(|name| format!("{name} {}", self.number(outer, depth)))
            .collect();
        let scope: Vec<String> = outer.iter().chain(&names).cloned().collect();
        format!(
            "(loop [{} {} {}] (if (< {} 1) {} {}))",
            names[0],
            self.rng.below(4),
            inits.join(" "),
            names[0],
            self.number(&scope, depth),
            self.count_tail(&names[0], &scope, depth)
        )
    }

    fn count_tail(&mut self, counter: &str, scope: &[String], depth: u32) -> String {
        self.budget -= 1;
        match self.rng.below(6) {
            0..=2 if self.budget > 0 => {
                // Names of variables that are read again, and that are not.
                let name = match self.rng.below(3) {
                    0 => format!("n{}", self.names),
                    _ => {
                        let index = self.rng.below(scope.len());
                        scope[index].clone()
                    }
                };
                self.names += 1;
                if name == counter {
                    return self.count_tail(counter, scope, depth);
                }
                let (x, y) = (self.rng.below(scope.len()), self.leaf_number(scope));
                let x = &scope[x];
                let op = self.rng.pick(&["+", "-", "*"]).to_owned();
                let init = match self.rng.below(3) {
                    0 => format!("({op} {y} {x})"),
                    1 => format!("({op} {x} {y})"),
                    _ => format!("({op} {x} {})", self.number(scope, depth)),
                };
                let mut inner = scope.to_vec();
                inner.push(name.clone());
                let body = self.count_tail(counter, &inner, depth);
                format!("(let [{name} {init}] {body})")
            }
            3 if self.budget > 0 => format!(
                "(if (< {} {}) {} {})",
                self.number(scope, depth),
                self.leaf_number(scope),
                self.count_tail(counter, scope, depth),
                self.count_tail(counter, scope, depth)
            ),
            _ => format!(
                "(recur (- {counter} 1) {} {})",
                self.number(scope, depth),
                self.number(scope, depth)
            ),
        }
    }

    fn leaf_number(&mut self, scope: &[String]) -> String {
        if scope.is_empty() || self.rng.below(4) == 0 {
            return self
                .rng
                .pick(&["0", "3", "-7", "100000", "9000000"])
                .to_owned();
        }
        let index = self.rng.below(scope.len());
        scope[index].clone()
    }

    fn number(&mut self, scope: &[String], depth: u32) -> String {
        self.budget -= 1;
        if self.budget <= 0 || depth == 0 {
            return self.leaf_number(scope);
        }
        let x = self.leaf_number(scope);
        match self.rng.below(8) {
            0 | 1 => x,
            2..=4 => format!("(+ {x} {})", self.number(scope, depth - 1)),
            5 => {
                let y = self.number(scope, depth - 1);
                format!("(let [m (+ {x} 1)] (- {y} m))")
            }
            6 => format!(
                "(if (<= {x} {}) {} {})",
                self.leaf_number(scope),
                self.number(scope, depth - 1),
                self.number(scope, depth - 1)
            ),
            _ => self.count(scope, depth - 1),
        }
    }

    /// Code in tail position of something with so many further variables, which may go on with
    /// one less.
    fn tail(&mut self, counter: &str, count: usize, targets: &[&str]) -> String {
        self.budget -= 1;
        match self.rng.below(9) {
            0 => self.expr(),
            1 if self.budget > 0 => {
                format!(
                    "(if {} {} {})",
                    self.expr(),
                    self.tail(counter, count, targets),
                    self.tail(counter, count, targets)
                )
            }
            2 if self.budget > 0 => self.scoped(|p| {
                let init = p.expr();
                let name = p.fresh();
                p.scope.push(name.clone());
                format!("(let [{name} {init}] {})", p.tail(counter, count, targets))
            }),
            3 if self.budget > 0 => format!(
                "(and {} {})",
                self.expr(),
                self.tail(counter, count, targets)
            ),
            4 if self.budget > 0 => format!(
                "(do {} {})",
                self.expr(),
                self.tail(counter, count, targets)
            ),
            _ => {
                let target = self.rng.pick(targets);
                let values: Vec<String> = (0..count)
                    // Values that only move and swap variables are frequent.
                    .map(|_| {
                        if self.rng.below(2) == 0 {
                            self.leaf()
                        } else {
                            self.expr()
                        }
                    })
                    .collect();
                format!("({target} (- {counter} 1) {})", values.join(" "))
            }
        }
    }

    /// A function that is called at once; it may call itself.
    fn call(&mut self) -> String {
        let count = self.rng.below(3);
        let variadic = self.rng.below(4) == 0;
        let args = {
            let extra = if variadic { self.rng.below(3) } else { 0 };
            self.exprs(count + extra)
        };
        let steps = self.rng.below(4);
        let callee = self.scoped(|p| {
            let counter = format!("i{}", p.names);
            let own = format!("f{}", p.names);
            p.names += 1;
            p.scope.push(counter.clone());
            let mut params = counter.clone();
            for _ in 0..count {
                let name = p.fresh();
                let _ = write!(params, " {name}");
                p.scope.push(name);
            }
            if variadic {
                let name = p.fresh();
                let _ = write!(params, " & {name}");
                p.scope.push(name);
            }
            let body = if variadic {
                p.expr()
            } else {
                p.tail(&counter, count, &["recur", &own])
            };
            format!(
                "(fn {own} [{params}] (if (< {counter} 1) {} {body}))",
                p.expr()
            )
        });
        format!("({callee} {steps} {args})")
    }

    /// Two functions that may call one another.
    fn functions(&mut self) -> String {
        let count = self.rng.below(2);
        let names = [format!("f{}", self.names), format!("g{}", self.names)];
        self.names += 1;
        let functions: Vec<String> = names
            .iter()
            .map(|name| {
                self.scoped(|p| {
                    let counter = format!("i{}", p.names);
                    p.names += 1;
                    p.scope.push(counter.clone());
                    let mut params = counter.clone();
                    for _ in 0..count {
                        let name = p.fresh();
                        let _ = write!(params, " {name}");
                        p.scope.push(name);
                    }
                    let body = p.tail(&counter, count, &["recur", &names[0], &names[1]]);
                    format!(
                        "({name} [{params}] (if (< {counter} 1) {} {body}))",
                        p.expr()
                    )
                })
            })
            .collect();
        let args = self.exprs(count);
        format!(
            "(letfn [{}] ({} {} {args}))",
            functions.join(" "),
            names[0],
            self.rng.below(4)
        )
    }

    fn protected(&mut self) -> String {
        let body = if self.rng.below(2) == 0 {
            format!("(do {} (boom {}))", self.expr(), self.expr())
        } else {
            self.expr()
        };
        let catch = self.scoped(|p| {
            let name = p.fresh();
            p.scope.push(name.clone());
            format!("(catch {name} {})", p.expr())
        });
        let finally = format!("(finally {})", self.expr());
        match self.rng.below(3) {
            0 => format!("(try {body} {catch})"),
            1 => format!("(try {body} {finally})"),
            _ => format!("(try {body} {catch} {finally})"),
        }
    }
}
