//! A database for tests: files from text, a log of executed queries, and macros played by Rust.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use hir::problem::Place;
use hir::{
    Db, Frame, MacroCall, MacroFailure, MacroWarning, Project, RegexFault, SourceFile, Stage,
};
use source::{FileId, LineIndex};
use syntax::datum::{Datum, DatumKind, Origin};

/// The database.
#[salsa::db]
#[derive(Clone)]
pub(crate) struct TestDb {
    storage: salsa::Storage<Self>,
    log: Arc<Mutex<Vec<String>>>,
}

#[salsa::db]
impl salsa::Database for TestDb {}

#[salsa::db]
impl Db for TestDb {
    /// Macros are played here by name; `(defmacro name …)` in the text only declares them.
    fn run_macro(&self, call: &MacroCall<'_>) -> Result<Datum, MacroFailure> {
        self.log
            .lock()
            .unwrap()
            .push(format!("run {}", call.definition.name));
        let sym = |name: &str| Datum::symbol(name, Origin::NONE);
        let list = |items: Vec<Datum>| Datum::list(items, Origin::NONE);
        Ok(match &*call.definition.name {
            // `(twice x)` → `(do x x)`
            "twice" => list(vec![sym("do"), call.args[0].clone(), call.args[0].clone()]),
            // `(make-getter a)` → `(defn get-a [m] (:a m))`
            "make-getter" => {
                let name = &call.args[0].as_symbol().unwrap().name;
                let key = Datum::keyword(name.clone(), Origin::NONE);
                list(vec![
                    sym("defn"),
                    sym(&format!("get-{name}")),
                    Datum::vector(vec![sym("m")], Origin::NONE),
                    list(vec![key, sym("m")]),
                ])
            }
            // `(forever x)` → `(forever x)`
            "forever" => call.form.clone(),
            "locals" => {
                let names = call.env.iter().map(|name| sym(name)).collect::<Vec<_>>();
                list(vec![sym("quote"), list(names)])
            }
            "broken" => list(vec![sym("no-such-function"), call.args[0].clone()]),
            "warns" => {
                call.warnings.borrow_mut().push(MacroWarning {
                    message: "a number needs no macro".to_owned(),
                    at: vec![1],
                });
                call.args[0].clone()
            }
            "throws" => {
                return Err(MacroFailure {
                    message: "no good".to_owned(),
                    at: Vec::new(),
                    trace: vec![Frame {
                        definition: call.definition.clone(),
                        stage: call.stage,
                        proto: 0,
                        pc: 0,
                    }],
                });
            }
            other => {
                return Err(MacroFailure {
                    message: format!("the test plays no macro `{other}`"),
                    at: Vec::new(),
                    trace: Vec::new(),
                });
            }
        })
    }

    fn place_of_frame(&self, frame: &Frame) -> Option<String> {
        let definition = hir::definition_at(self, &frame.definition, frame.stage);
        let lowered = hir::lowered_def(self, definition)?;
        let range = hir::span_of(
            self,
            Place {
                file: lowered.info.file,
                form: Some(lowered.info.form),
                origin: lowered.name_origin,
            },
        )
        .range;
        let text = lowered.info.file.text(self);
        let line = LineIndex::new(text).line_column(range.start()).line + 1;
        Some(format!("{}:{line}", lowered.info.file.path(self)))
    }

    /// Here what ends with an open bracket is no regular expression.
    fn regex_fault(&self, source: &str) -> Option<RegexFault> {
        source.ends_with('(').then(|| RegexFault {
            message: "unclosed group".to_owned(),
            is_unsupported: false,
        })
    }
}

/// A small core, so that expansions find what they call.
const CORE: &str = "(ns ox.core)
(defnative + [] [a] [a b]) (defnative - [a] [a b]) (defnative < [a b]) (defnative = [a b])
(defnative inc [n]) (defnative long [n]) (defnative not [x]) (defnative nil? [x]) (defnative seq [x])
(defnative first [s]) (defnative next [s]) (defnative rest [s]) (defnative cons [x s]) (defnative nth [c i] [c i d])
(defnative get [m k] [m k d]) (defnative count [c]) (defnative seq? [x]) (defnative vector? [x]) (defnative map? [x])
(defnative contains? [m k]) (defnative subvec [v a] [v a b]) (defnative with-meta [x m]) (defnative <= [a b])
(defnative push-bindings [m]) (defnative pop-bindings [m]) (defnative set-binding! [v x]) (defnative delay-new [f])
(defn println [& xs] nil) (defn str [& xs] nil) (defn map [f s] s) (defn concat [& xs] nil) (defn list [& xs] xs)
(defn apply [f & xs] f) (defn hash-map [& xs] xs) (defn set [s] s) (defn vec [s] s) (defn atom [x] x) (defn gensym ([] 1) ([p] p))
(defn seq-to-map-for-destructuring [s] s) (defn error-matches? [e k] true) (defn new-error ([c] c) ([c m] c) ([c m d] c))
(defn no-match [v] v) (defn assertion-failed ([t] t) ([t m] t)) (defn async* [f] f) (defn all* [fs] fs) (defn race* [fs] fs)
(defn scope* [f] f) (defn timeout [d f] f) (defn sleep [d] d) (defn await ([f] f) ([f d o] f)) (defn poll [o f] f)
(defn activity ([n] n) ([n o] n)) (def ^:dynamic *activity-options* nil) (defn retry [o] o) (defn retrying* [o t] t) (defn receive* [t f] t) (defn activity* [n o f a] n)
(defn with-out-str* [f] f) (defn time* [f] f) (defn deref [x] x) (defn list* [& xs] xs) (def ^:dynamic *out* nil)
";

impl TestDb {
    /// A database with these files: path and text. The first one's namespace is the entry if
    /// `entry`.
    pub(crate) fn new(files: &[(&str, &str)], entry: bool) -> TestDb {
        let all: Vec<(&str, &str)> = files
            .iter()
            .copied()
            .chain([("ox/core.ox", CORE)])
            .collect();
        TestDb::without_core(&all, entry)
    }

    /// As [`TestDb::new`], without the small core.
    pub(crate) fn without_core(files: &[(&str, &str)], entry: bool) -> TestDb {
        let log: Arc<Mutex<Vec<String>>> = Arc::default();
        let sink = log.clone();
        let storage = salsa::Storage::new(Some(Box::new(move |event: salsa::Event| {
            if let salsa::EventKind::WillExecute { database_key } = event.kind {
                let text = format!("{database_key:?}");
                let name = text.split('(').next().unwrap_or(&text).to_owned();
                sink.lock().unwrap().push(name);
            }
        })));
        let db = TestDb { storage, log };
        let mut map = BTreeMap::new();
        let mut first = None;
        for (number, (path, text)) in files.iter().enumerate() {
            let ns: Arc<str> = path
                .trim_end_matches(".ox")
                .replace('/', ".")
                .replace('_', "-")
                .into();
            let library = path.starts_with("ox/");
            let file = SourceFile::new(
                &db,
                FileId(number as u32),
                (*path).into(),
                ns.clone(),
                if library { "ox" } else { "test" }.into(),
                library,
                (*text).into(),
            );
            first.get_or_insert(file);
            map.insert(ns, file);
        }
        Project::new(&db, map, Vec::new(), first.filter(|_| entry));
        db
    }

    /// A database with one file, `app.ox`.
    pub(crate) fn one(text: &str) -> TestDb {
        TestDb::new(&[("app.ox", text)], false)
    }

    pub(crate) fn file(&self, ns: &str) -> SourceFile {
        hir::file_of(self, ns).unwrap()
    }

    /// The queries executed, and macros run, since the last call.
    pub(crate) fn executed(&self) -> Vec<String> {
        std::mem::take(&mut self.log.lock().unwrap())
    }

    /// The diagnostics of a namespace as text: `line:column severity code message`.
    pub(crate) fn diagnostics(&self, ns: &str) -> String {
        let file = self.file(ns);
        let lines = source::LineIndex::new(file.text(self));
        let mut out = String::new();
        for diagnostic in hir::diagnostics(self, file) {
            let at = lines.line_column(diagnostic.primary.span.range.start());
            out += &format!(
                "{}:{} {} {} {}\n",
                at.line + 1,
                at.column + 1,
                diagnostic.severity.as_str(),
                diagnostic.code,
                diagnostic.message
            );
            for label in &diagnostic.secondary {
                out += &format!(
                    "  at {}: {}\n",
                    u32::from(label.span.range.start()),
                    label.message
                );
            }
            for note in &diagnostic.notes {
                out += &format!("  note: {note}\n");
            }
        }
        out
    }

    /// All definitions of `app`, lowered, as text.
    pub(crate) fn dump(&self) -> String {
        let file = self.file("app");
        let mut out = String::new();
        for name in hir::definitions(self, file) {
            let def = hir::definition(self, name);
            let body = hir::definition_body(self, def).clone().unwrap();
            check_invariants(&body);
            out += &format!("{} = {}\n", name.name, hir::dump(&body));
        }
        out
    }

    /// The macro call `text`, expanded wholly.
    pub(crate) fn expand(&self, text: &str) -> String {
        let (data, errors) = syntax::read_all(text);
        assert!(errors.is_empty(), "{errors:?}");
        let file = self.file("app");
        match hir::macroexpand_all(self, file, Stage::ALL, &data[0]) {
            Ok(datum) => datum.to_string(),
            Err(message) => format!("error: {message}"),
        }
    }
}

/// The rules of the arena that code generation relies on.
pub(crate) fn check_invariants(body: &hir::body::Body) {
    let mut uses = vec![0; body.exprs.len()];
    for (index, expr) in body.exprs.iter().enumerate() {
        expr.for_each_child(|child| {
            assert!(child.index() < index, "{child:?} is not before {index}");
            uses[child.index()] += 1;
        });
    }
    for arity in body.funcs.iter().flat_map(|func| &func.arities) {
        uses[arity.body.index()] += 1;
    }
    if let hir::body::Root::Value { expr, .. } = &body.root {
        uses[expr.index()] += 1;
    }
    let has_error = body
        .exprs
        .iter()
        .any(|expr| matches!(expr, hir::body::Expr::Error(_)));
    assert!(
        has_error || uses.iter().all(|uses| *uses == 1),
        "{uses:?} in {}",
        hir::dump(body)
    );
    for expr in &body.exprs {
        if let hir::body::Expr::Const(datum) = expr {
            assert_eq!(datum.origin, Origin::NONE);
            assert!(!matches!(datum.kind, DatumKind::Error));
        }
    }
}

/// Checks one file's lowering.
pub(crate) fn check(text: &str, expected: expect_test::Expect) {
    let db = TestDb::one(text);
    let diagnostics = db.diagnostics("app");
    let mut out = db.dump();
    if !diagnostics.is_empty() {
        out += &diagnostics;
    }
    expected.assert_eq(&out);
}

/// Checks one file's diagnostics.
pub(crate) fn check_diagnostics(text: &str, expected: expect_test::Expect) {
    expected.assert_eq(&TestDb::one(text).diagnostics("app"));
}
