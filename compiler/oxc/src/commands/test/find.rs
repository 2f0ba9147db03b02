//! Which namespaces are tested, and which docstrings.

use crate::args::Test;
use crate::compile;
use crate::failure::{Failure, io};
use crate::folder::project_root;
use crate::output::Output;
use crate::target::is_path;
use driver::doc_tests::{self, DocTest};
use driver::project::{Found, FoundFile, ProjectError, TEST_EXTENSIONS, find, find_with_tests};
use driver::redefs;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A namespace to be tested, among the files that it may need.
pub(super) struct Job {
    pub(super) found: Arc<Found>,
    pub(super) namespace: String,
    pub(super) what: What,
}

/// What of a namespace is tested.
pub(super) enum What {
    /// Its tests.
    Tests,
    /// The examples in its docstrings.
    Docs(Vec<DocTest>),
}

impl Job {
    /// The folder that its files are in.
    pub(super) fn root(&self) -> &Path {
        &self.found.root
    }

    /// Its file.
    pub(super) fn file(&self) -> Option<&FoundFile> {
        self.found.files.get(&self.namespace)
    }

    /// The namespace as a program of tests, with a form added at its end.
    pub(super) fn program(&self, form: &str) -> Found {
        let mut found = Found::clone(&self.found);
        found.entry = Some(self.namespace.clone());
        if let Some(file) = found.files.get_mut(&self.namespace) {
            file.text.push('\n');
            file.text.push_str(form);
        }
        redefs::prepare(&mut found, &self.namespace);
        found
    }
}

/// The namespaces that are asked for, each once.
///
/// # Errors
/// When something that is named is not there.
pub(super) fn jobs(output: Output, args: &Test) -> Result<Vec<Job>, Failure> {
    let dir = std::env::current_dir().map_err(io("find the working folder"))?;
    let mut finder = Finder {
        output,
        args,
        projects: Vec::new(),
        jobs: Vec::new(),
        known: BTreeSet::new(),
    };
    if args.targets.is_empty() {
        let Some(root) = project_root(&dir) else {
            return Err(
                Failure::usage("no tests are named, and there is no ox.edn here or above")
                    .help("name a file, like `oxc test cart_test.ox`, or a folder"),
            );
        };
        let (found, tests) = finder.project(&root)?;
        for namespace in found.files.keys() {
            if tests.contains(namespace) {
                finder.add_tests(&found, namespace);
            }
            finder.add_docs(&found, namespace);
        }
    }
    for target in &args.targets {
        finder.target(&dir, target)?;
    }
    Ok(finder.jobs)
}

type Project = (Arc<Found>, Arc<[String]>);

struct Finder<'a> {
    output: Output,
    args: &'a Test,
    projects: Vec<(PathBuf, Project)>,
    jobs: Vec<Job>,
    /// Root and path of what is to be tested already.
    known: BTreeSet<(PathBuf, String)>,
}

impl Finder<'_> {
    fn told(&self, error: ProjectError) -> Failure {
        compile::not_opened(self.output, error, self.args.format)
    }

    /// A project with its tests, read once.
    fn project(&mut self, root: &Path) -> Result<Project, Failure> {
        if let Some((_, project)) = self.projects.iter().find(|(known, _)| known == root) {
            return Ok(project.clone());
        }
        let (found, tests) = find_with_tests(root, &self.args.packages.options())
            .map_err(|error| self.told(error))?;
        let project: Project = (Arc::new(found), tests.into());
        self.projects.push((root.to_owned(), project.clone()));
        Ok(project)
    }

    /// A namespace that is named, once.
    fn add(&mut self, found: &Arc<Found>, namespace: &str) {
        let Some(file) = found.files.get(namespace) else {
            return;
        };
        if self.known.insert((found.root.clone(), file.path.clone())) {
            self.add_tests(found, namespace);
            self.add_docs(found, namespace);
        }
    }

    fn add_tests(&mut self, found: &Arc<Found>, namespace: &str) {
        self.jobs.push(Job {
            found: Arc::clone(found),
            namespace: namespace.to_owned(),
            what: What::Tests,
        });
    }

    /// The examples in the docstrings of a namespace, those whose names fit.
    fn add_docs(&mut self, found: &Arc<Found>, namespace: &str) {
        if self.args.no_doc {
            return;
        }
        let mut tests = doc_tests::of_namespace(found, namespace);
        for test in &mut tests {
            test.name.push_str(" (doc)");
        }
        tests.retain(|test| format!("{namespace}/{}", test.name).contains(&self.args.filter));
        if !tests.is_empty() {
            self.jobs.push(Job {
                found: Arc::clone(found),
                namespace: namespace.to_owned(),
                what: What::Docs(tests),
            });
        }
    }

    fn target(&mut self, dir: &Path, target: &str) -> Result<(), Failure> {
        if !is_path(target) {
            let help = match dir.join(target).exists() {
                true => format!("for the file or folder write `./{target}`"),
                false => "name a file: its name ends in .ox, or has a `/` in it".to_owned(),
            };
            let Some(root) = project_root(dir) else {
                return Err(Failure::new(format!(
                    "`{target}` is read as a namespace, but there is no ox.edn here or above"
                ))
                .help(help));
            };
            let (found, _) = self.project(&root)?;
            if !found.files.contains_key(target) {
                return Err(Failure::new(format!(
                    "no file for namespace {target} below {} and {}",
                    found.manifest.paths.join(", "),
                    found.manifest.test_paths.join(", ")
                ))
                .help(help));
            }
            self.add(&found, target);
            return Ok(());
        }
        let path = dir.join(target);
        let path = path.canonicalize().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => {
                Failure::new(format!("there is no file or folder {target}"))
            }
            _ => io(format_args!("read {target}"))(error),
        })?;
        if path.is_dir() {
            let mut files = Vec::new();
            sources(&path, &mut files)?;
            files.sort();
            if files.is_empty() {
                return Err(Failure::new(format!(
                    "the folder {target} has no source file: .ox, .cljc or .clj"
                )));
            }
            for file in files {
                self.file(&file)?;
            }
            return Ok(());
        }
        self.file(&path)
    }

    /// A file: of the project around it, or by itself.
    fn file(&mut self, path: &Path) -> Result<(), Failure> {
        if let Some(root) = path.parent().and_then(project_root) {
            let (found, _) = self.project(&root)?;
            let relative = path.strip_prefix(&found.root).unwrap_or(path);
            let namespace = found
                .files
                .values()
                .find(|file| Path::new(&file.path) == relative)
                .map(|file| file.namespace.clone());
            if let Some(namespace) = namespace {
                self.add(&found, &namespace);
                return Ok(());
            }
        }
        let target = driver::Target::File(path.to_owned());
        let found = find(&target, Path::new(""), &self.args.packages.options())
            .map_err(|error| self.told(error))?;
        if let Some(namespace) = found.entry.clone() {
            self.add(&Arc::new(found), &namespace);
        }
        Ok(())
    }
}

/// The source files below a folder.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let failed = || io(format_args!("read {}", folder.display()));
    for entry in std::fs::read_dir(folder).map_err(failed())? {
        let path = entry.map_err(failed())?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            sources(&path, found)?;
        } else if path
            .extension()
            .is_some_and(|extension| TEST_EXTENSIONS.iter().any(|known| extension == *known))
        {
            found.push(path);
        }
    }
    Ok(())
}
