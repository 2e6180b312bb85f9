//! Beginning a project: from a tfvars file or from nothing, to a `landfall.yaml` that is written once.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::failure::{Failure, Kind, Place, Result};
use crate::module::{Imported, Module};
use crate::project::{Environment, FILE, Form, Project, landfall_yaml, new_id};

/// The order in which people think of environments; others follow as they were named.
const ORDER: [&str; 6] = ["dev", "test", "stg", "stage", "staging", "prod"];

/// What becomes of the values of a tfvars file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link<'a> {
    /// They are written into `landfall.yaml`.
    No,
    /// They stay in the file, which a `landfall.yaml` in this folder goes on reading.
    From(&'a Path),
}

/// A project on its way to being written.
#[derive(Debug)]
pub struct Draft {
    /// The project so far.
    pub project: Project,
    /// The credentials that were found.
    pub secrets: Vec<Imported>,
    /// The variable they stood in.
    pub variable: Option<String>,
    /// Variables that are not the module's.
    pub untouched: Vec<String>,
}

/// A value that has to be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its dotted path: `access.hosts`.
    pub path: String,
    /// Its title.
    pub title: String,
    /// What it is for.
    pub help: String,
    /// Whether the addresses of the nodes are a good answer.
    pub nodes: bool,
}

impl Draft {
    /// A draft from a tfvars file.
    ///
    /// # Errors
    /// The file cannot be read as literals, or says something the module does not know.
    pub fn from_tfvars(module: &Module, reference: &str, file: &Path, link: Link<'_>) -> Result<Self> {
        let name = file.display().to_string();
        let text = std::fs::read_to_string(file).map_err(|error| Failure::unreadable(name.as_str(), &error))?;
        let import = module.import(&name, &text)?;
        let mut project = Project::new(&new_id(&module.name), reference);
        project.environments = import.environments.iter().map(|(name, _)| Environment::new(name)).collect();
        if let Link::From(folder) = link {
            project.form = Form::Variables;
            project.values_file = path_from(folder, file).display().to_string();
        } else {
            project.values = import.values;
            for (environment, (_, values)) in project.environments.iter_mut().zip(import.environments) {
                environment.values = values;
            }
        }
        sort(&mut project.environments);
        Ok(Self { project, secrets: import.secrets, variable: import.variable, untouched: import.untouched })
    }

    /// A draft of environments about which nothing is said yet.
    ///
    /// # Errors
    /// When an environment is named twice.
    pub fn from_names(module: &Module, reference: &str, names: &[String]) -> Result<Self> {
        let mut project = Project::new(&new_id(&module.name), reference);
        for name in names {
            if project.environments.iter().any(|environment| environment.name == *name) {
                return Err(Failure::input(format!("environment {name} is named twice")));
            }
            project.environments.push(Environment::new(name));
        }
        Ok(Self { project, secrets: Vec::new(), variable: None, untouched: Vec::new() })
    }

    /// Puts a value of all environments.
    pub fn set(&mut self, path: &str, value: &Value) {
        if self.project.form == Form::Variables {
            // The common values stay in the tfvars file, so what is asked for goes to each environment.
            for environment in &mut self.project.environments {
                environment.values.put(path, value);
            }
        } else {
            self.project.values.put(path, value);
        }
    }

    /// What the module wants asked (`x-ask` in its schema) and nobody has said yet.
    pub fn questions(&self, module: &Module) -> Vec<Question> {
        let mut found = Vec::new();
        ask(module.schema().value(), "", &mut found);
        let said = self.project.values.to_value();
        let each: Vec<Value> = self.project.environments.iter().map(|e| e.values.to_value()).collect();
        let is_said = |question: &Question, value: &Value| {
            value.pointer(&format!("/{}", question.path.replace('.', "/"))).is_some()
        };
        found.retain(|question| !is_said(question, &said) && !each.iter().all(|value| is_said(question, value)));
        found
    }

    /// The text of `landfall.yaml`, checked by reading it back and settling every environment.
    ///
    /// # Errors
    /// When something in it is wrong or missing.
    pub fn yaml(&self, module: &Module, folder: &Path) -> Result<String> {
        let text = landfall_yaml(&self.project)?;
        let project = Project::parse(FILE, &text, folder, &|path| std::fs::read_to_string(path))?;
        for environment in &project.environments {
            module.settle(&project, &environment.name)?;
        }
        Ok(text)
    }

    /// Makes sure that a folder holds no `landfall.yaml` yet.
    ///
    /// # Errors
    /// When there is one.
    pub fn vacant(folder: &Path) -> Result<()> {
        let path = folder.join(FILE);
        if path.symlink_metadata().is_ok() { Err(taken(&path)) } else { Ok(()) }
    }

    /// Writes `landfall.yaml`, and its folder if that is missing; an existing file is never overwritten.
    ///
    /// # Errors
    /// When there is one already, or it cannot be written.
    pub fn write(folder: &Path, text: &str) -> Result<PathBuf> {
        let path = folder.join(FILE);
        let mut options = std::fs::OpenOptions::new();
        let written = std::fs::create_dir_all(folder)
            .and_then(|()| options.write(true).create_new(true).open(&path))
            .and_then(|mut file| file.write_all(text.as_bytes()));
        match written {
            Ok(()) => Ok(path),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(taken(&path)),
            Err(error) => Err(Failure::new(Kind::Failed, "it cannot be written")
                .at(Place::file(path.display().to_string()))
                .because(error.kind().to_string())),
        }
    }
}

fn taken(path: &Path) -> Failure {
    Failure::new(Kind::Blocked, "it is there already, and it is never overwritten")
        .at(Place::file(path.display().to_string()))
        .hint("edit it by hand, or begin in another folder: --project DIR")
        .hint("to take only the secrets of a tfvars file into the vault: landfall import FILE --secrets-only")
}

/// A file as it is named from a folder: relative where it lies below, else from the root.
fn path_from(folder: &Path, file: &Path) -> PathBuf {
    let whole = |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path));
    match (whole(folder), whole(file)) {
        (Ok(folder), Ok(file)) => file.strip_prefix(&folder).map(Path::to_owned).unwrap_or(file),
        (_, _) => file.to_owned(),
    }
}

fn sort(environments: &mut [Environment]) {
    environments.sort_by_key(|e| ORDER.iter().position(|name| *name == e.name).unwrap_or(ORDER.len() - 1));
}

fn ask(schema: &Value, path: &str, found: &mut Vec<Question>) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    for (name, property) in properties {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let text = |key: &str| property.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let asked = text("x-ask");
        if !asked.is_empty() {
            found.push(Question {
                path: path.clone(),
                title: text("title"),
                help: text("description"),
                nodes: asked == "nodes",
            });
        }
        ask(property, &path, found);
    }
}
