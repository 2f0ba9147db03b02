//! What an edit in a project of 10,000 definitions runs again, from salsa's own events: checking and
//! building, linking included.

use crate::generate::{Size, name_of, texts};
use crate::support::{Log, generated};
use driver::Workspace;
use std::collections::BTreeMap;

const SIZE: Size = Size {
    namespaces: 100,
    definitions: 100,
};
/// The namespace that is edited.
const EDITED: usize = 50;

/// What any edit may run: reading the file, the lists of its forms, its diagnostics, the positions
/// of its definitions in the source map.
const READING: [(&str, usize); 7] = [
    ("parsed", 1),
    ("top_forms", 1),
    ("forms", 1),
    ("diagnostics", 1),
    ("line_index", 1),
    ("form_indices", 1),
    ("slot_source", 103),
];
/// Lists of names and forms of the file whose meaning was edited.
const LISTS: [(&str, usize); 5] = [
    ("header_forms", 1),
    ("written_names", 1),
    ("generating_forms", 1),
    ("problems", 1),
    ("form_set", 1),
];
/// What is computed of a definition whose body changed, once for each such definition.
const OF_A_DEFINITION: [&str; 10] = [
    "form_contributions",
    "lower_form",
    "form_definitions",
    "definition_body",
    "definition_info",
    "body_hash",
    "unit",
    "generated",
    "references",
    "slot_source",
];

struct Project {
    log: Log,
    workspace: Workspace,
    texts: BTreeMap<String, String>,
}

impl Project {
    fn new() -> Project {
        let log = Log::default();
        let texts = texts(SIZE);
        let mut workspace = Workspace::with_database(generated(&texts), log.database());
        assert_eq!(workspace.check(), []);
        let built = workspace.build().unwrap();
        let reached = built.image.slots.len();
        assert!(reached > 9_500, "the entry reaches {reached} definitions");
        log.take();
        Project {
            log,
            workspace,
            texts,
        }
    }

    /// The queries that run after replacing the first `old` in the edited file, and again after
    /// taking that back.
    fn edit(&mut self, old: &str, new: &str) -> BTreeMap<String, usize> {
        let name = name_of(EDITED);
        let text = self.texts[&name].clone();
        let edited = text.replacen(old, new, 1);
        assert_ne!(text, edited);
        let mut most: BTreeMap<String, usize> = BTreeMap::new();
        for text in [&edited, &text] {
            self.workspace.edit(&name, text);
            assert_eq!(self.workspace.check(), []);
            self.workspace.build().unwrap();
            for (query, count) in self.log.take() {
                let known = most.entry(query).or_default();
                *known = count.max(*known);
            }
        }
        most
    }

    /// How often what the hashes of definitions are may be computed: once for each file that
    /// requires the edited one, at whatever distance, and each definition there.
    fn hashes(&self) -> [(&'static str, usize); 2] {
        let mut dependents = vec![name_of(EDITED)];
        let mut next = 0;
        while let Some(required) = dependents.get(next) {
            next += 1;
            let required = format!("[{required} :as ");
            let more: Vec<String> = self
                .texts
                .iter()
                .filter(|(name, text)| text.contains(&required) && !dependents.contains(name))
                .map(|(name, _)| name.clone())
                .collect();
            dependents.extend(more);
        }
        let definitions = |name: &String| self.texts[name].matches("\n(def").count();
        [
            ("namespace_hashes", dependents.len()),
            (
                "definition_hash_query",
                dependents.iter().map(definitions).sum(),
            ),
        ]
    }

    /// Forms of the project that hold a text.
    fn forms_with(&self, part: impl Fn(usize, &str) -> bool) -> usize {
        let count = |(number, text): (usize, &str)| {
            text.split("\n(").filter(|form| part(number, form)).count()
        };
        (0..SIZE.namespaces)
            .map(|number| count((number, &self.texts[&name_of(number)])))
            .sum()
    }
}

/// Asserts that nothing ran but what is allowed, no oftener than allowed.
#[track_caller]
fn within(ran: &BTreeMap<String, usize>, allowed: &[&[(&str, usize)]]) {
    let mut most: BTreeMap<&str, usize> = BTreeMap::new();
    for (query, count) in allowed.iter().copied().flatten() {
        *most.entry(query).or_default() += count;
    }
    for (query, count) in ran {
        let most = most.get(query.as_str()).copied().unwrap_or(0);
        assert!(
            *count <= most,
            "{query} ran {count} times, {most} are allowed: {ran:#?}"
        );
    }
    assert_eq!(ran.get("parsed"), Some(&1), "the edit was seen");
}

fn definitions(count: usize) -> Vec<(&'static str, usize)> {
    OF_A_DEFINITION
        .iter()
        .map(|query| (*query, count))
        .collect()
}

#[test]
fn an_edit_of_ten_thousand_definitions_runs_what_it_must() {
    let mut project = Project::new();
    let hashes = project.hashes();
    assert_eq!(
        hashes[0].1,
        SIZE.namespaces - EDITED + 1,
        "half depends on it"
    );

    let ran = project.edit("(defn f0", ";; what it is\n\n(defn f0");
    within(&ran, &[&READING]);
    let ran = project.edit("\"Function 7.\"", "\"Another text.\"");
    within(&ran, &[&READING]);

    let ran = project.edit("(+ a (* b", "(+ a 1 (* b");
    within(&ran, &[&READING, &LISTS, &hashes, &definitions(1)]);
    assert_eq!(ran["lower_form"], 1);
    assert_eq!(ran["unit"], 1);
    assert!(ran["namespace_hashes"] > 1, "dependents are hashed again");

    // A macro: besides its own form, those that call it; running it needs what its code reaches.
    let far = |number: usize, form: &str| {
        let requires =
            project.texts[&name_of(number)].contains(&format!("[{} :as far]", name_of(EDITED)));
        requires && form.contains("(far/scaled ")
    };
    let callers = project.forms_with(|number, form| {
        number == EDITED && form.contains("(scaled ") || far(number, form)
    });
    assert!(callers > 10, "{callers} forms call the macro");
    let running = [("closure", 1), ("macro_image", 1)];
    // The fixed number of lists is for each file with callers.
    let lists: Vec<(&str, usize)> = LISTS.iter().map(|(query, _)| (*query, 5)).collect();
    let ran = project.edit("(neg? value#) 0", "(neg? value#) 1");
    within(
        &ran,
        &[
            &READING,
            &lists,
            &hashes,
            &running,
            &definitions(1 + callers),
        ],
    );
    assert_eq!(ran["lower_form"], 1 + callers);
    assert_eq!(ran["macro_image"], 1);

    // A helper of a macro that gives the same forms after the edit: callers are expanded again, and
    // nothing that is made of the expansion runs.
    let sums = project.forms_with(|number, form| {
        number == EDITED && form.contains("(sum ")
            || number == EDITED + 1 && form.contains("near/sum")
    });
    assert!(sums > 10, "{sums} forms call the macro");
    let ran = project.edit("(if (next forms)", "(if (first (next forms))");
    within(
        &ran,
        &[&READING, &lists, &hashes, &running, &definitions(1 + sums)],
    );
    assert_eq!(ran["lower_form"], 1 + sums);
    assert_eq!(ran["unit"], 1);
    assert_eq!(ran["definition_body"], 1, "the expansions are equal");
}
