//! A module, read and checked as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::ask;
use super::checks::{self, Check};
use super::credential::{CredentialField, CredentialGroup};
use super::expression::Speech;
use super::manifest::{Exit, Manifest};
use super::reach::{Reach, Secrecy, TEMPLATE};
use super::source::Source;
use super::template::Template;
use crate::document::{Node, Tree, suggest};
use crate::failure::{Failure, Result};
use crate::project::Schema;

/// A deployable payload: schemas, templates and what is to be said of them.
#[derive(Debug)]
pub struct Module {
    /// Its name: `mlflow`.
    pub name: String,
    /// Its title: "MLflow".
    pub title: String,
    /// What it is, in a sentence or two.
    pub description: String,
    /// Its version.
    pub version: String,
    /// The namespace its objects live in unless the environment says otherwise.
    pub namespace: String,
    /// What credentials it asks for.
    pub groups: Vec<CredentialGroup>,
    pub(super) fields: Vec<CredentialField>,
    pub(super) schema: Schema,
    pub(super) manifest: Manifest,
    /// `module.yaml` with its places, and its name in messages.
    pub(super) told: (String, Node),
    pub(super) templates: Vec<Template>,
    pub(super) checks: Vec<Check>,
    /// The templates of each probe, by its name.
    pub(super) probes: BTreeMap<String, Vec<Template>>,
    pub(super) cluster_scoped: Vec<String>,
    pub(super) speech: Speech,
    source: Source,
}

impl Module {
    /// Loads a module: one that ships with the program by its name, else the folder at a path (relative to `folder`).
    ///
    /// # Errors
    /// When it is not there or anything in it is wrong, with file, line and remedy. A template that puts a credential
    /// anywhere but into the values of a Secret is refused.
    pub fn load(reference: &str, folder: &Path) -> Result<Self> {
        let source = Source::open(reference, folder)?;
        let (manifest, node) = Manifest::read(&source.shown("module.yaml"), source.need("module.yaml")?)?;
        let schema = Schema::parse(&source.shown("values.schema.json"), source.need("values.schema.json")?)?;
        let groups = match source.get("credentials.schema.json") {
            Some(text) => ask::read(&source.shown("credentials.schema.json"), text)?,
            None => Vec::new(),
        };
        let fields: Vec<_> = groups.iter().flat_map(|group| group.fields.clone()).collect();
        let files: BTreeMap<_, _> =
            source.below("files/").map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
        let speech = Speech::new(files);
        let reach = Reach { roots: TEMPLATE, schema: &schema, fields: &fields, secrecy: Secrecy::None };
        let mut templates = Vec::new();
        for (path, text) in source.below("templates/") {
            templates.extend(Template::read(&source.shown(path), text, &speech, reach)?);
        }
        let roots: Vec<&str> = TEMPLATE.iter().copied().chain(["probe"]).collect();
        let mut probes: BTreeMap<String, Vec<Template>> = BTreeMap::new();
        for (path, text) in source.below("probes/") {
            let name = path.trim_start_matches("probes/").trim_end_matches(".yaml").to_owned();
            let read = Template::read(&source.shown(path), text, &speech, Reach { roots: &roots, ..reach })?;
            probes.entry(name).or_default().extend(read);
        }
        let checks = match source.get("checks.yaml") {
            Some(text) => Some(checks::read(&source.shown("checks.yaml"), text)?),
            None => None,
        };
        let (checks, told_checks) = checks.unzip();
        let module = Self {
            name: manifest.name.clone(),
            title: manifest.title.clone(),
            description: manifest.description.clone(),
            version: manifest.version.clone(),
            namespace: manifest.namespace.clone(),
            cluster_scoped: manifest.cluster_scoped.clone(),
            told: (source.shown("module.yaml"), node),
            groups,
            fields,
            schema,
            manifest,
            templates,
            checks: checks.unwrap_or_default(),
            probes,
            speech,
            source,
        };
        module.check()?;
        if let Some(node) = told_checks {
            module.check_checks(&node)?;
        }
        Ok(module)
    }

    /// The values schema, for forms and documentation.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Every credential the module asks for, in the order of its schema.
    pub fn fields(&self) -> &[CredentialField] {
        &self.fields
    }

    /// The credential of a name.
    pub fn field(&self, name: &str) -> Option<&CredentialField> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The API versions of its objects, each once.
    pub fn apis(&self) -> BTreeSet<&str> {
        self.templates.iter().filter_map(|template| template.node.get("apiVersion")?.text()).collect()
    }

    /// What it means when a container ended with an exit code, if the module knows.
    pub fn exit(&self, container: &str, code: i32) -> Option<&Exit> {
        self.manifest.exits.get(container)?.get(&code)
    }

    /// The text of one of the module's files, such as `files/init.py`.
    pub fn file(&self, path: &str) -> Option<&str> {
        self.source.get(path)
    }

    /// Checks the expressions of `module.yaml`, and the names it refers to.
    fn check(&self) -> Result<()> {
        let reach = |roots, secrecy| Reach { roots, schema: &self.schema, fields: &self.fields, secrecy };
        for (part, roots, secrecy) in [
            ("rows", TEMPLATE, Secrecy::Shown),
            ("open", TEMPLATE, Secrecy::Shown),
            ("notes", TEMPLATE, Secrecy::Shown),
            ("requires", TEMPLATE, Secrecy::None),
            ("unique", TEMPLATE, Secrecy::None),
            ("defaults", &["environment"], Secrecy::None),
        ] {
            if let Some(node) = self.told.1.get(part) {
                self.check_texts(node, (&self.told.0, reach(roots, secrecy)))?;
            }
        }
        self.check_rotations()?;
        self.check_credentials()
    }

    /// Checks the names of credentials in `exits` and `import`.
    fn check_credentials(&self) -> Result<()> {
        let known: Vec<_> = self.fields.iter().map(|field| field.name.as_str()).collect();
        let check = |name: &str, pointer: &str| {
            if known.contains(&name) {
                return Ok(());
            }
            Err(Failure::input(format!("there is no credential `{name}`"))
                .at(self.told.1.nearest(pointer).place(&self.told.0))
                .hint(suggest(name, &known)))
        };
        for (container, codes) in &self.manifest.exits {
            for (code, exit) in codes {
                for (at, name) in exit.credentials.iter().enumerate() {
                    check(name, &format!("/exits/{container}/{code}/credentials/{at}"))?;
                }
            }
        }
        let imported = self.manifest.import.iter().flat_map(|import| &import.credentials);
        imported.into_iter().try_for_each(|(path, name)| check(name, &format!("/import/credentials/{path}")))
    }

    /// Checks the expressions of `checks.yaml`, and the names it refers to.
    fn check_checks(&self, node: &Node) -> Result<()> {
        let file = self.source.shown("checks.yaml");
        let roots: Vec<&str> = TEMPLATE.iter().copied().chain(["run", "taken"]).collect();
        let reach = Reach { roots: &roots, schema: &self.schema, fields: &self.fields, secrecy: Secrecy::Shown };
        self.check_texts(node, (&file, reach))?;
        let at = |at: usize, below: &str| node.nearest(&format!("/checks/{at}{below}")).place(&file);
        let credentials: Vec<_> = self.fields.iter().map(|field| field.name.as_str()).collect();
        let probes: Vec<_> = self.probes.keys().map(String::as_str).collect();
        for (index, check) in self.checks.iter().enumerate() {
            if self.checks[..index].iter().any(|other| other.check == check.check) {
                return Err(Failure::input(format!("there are two checks `{}`", check.check)).at(at(index, "/check")));
            }
            for (name, below) in check.credentials() {
                if !credentials.contains(&name) {
                    return Err(Failure::input(format!("there is no credential `{name}`"))
                        .at(at(index, &below))
                        .hint(suggest(name, &credentials)));
                }
            }
            for (name, below) in [(&check.probe, "/probe"), (&check.setup, "/setup")] {
                if let Some(name) = name.as_deref().filter(|name| !probes.contains(name)) {
                    return Err(Failure::input(format!("there is no probes/{name}.yaml"))
                        .at(at(index, below))
                        .hint(suggest(name, &probes)));
                }
            }
        }
        Ok(())
    }

    fn check_texts(&self, node: &Node, (file, reach): (&str, Reach<'_>)) -> Result<()> {
        match &node.tree {
            Tree::Text(text) => reach.text(&self.speech, text).map_err(|failure| failure.at(node.place(file))),
            Tree::List(nodes) => nodes.iter().try_for_each(|node| self.check_texts(node, (file, reach))),
            Tree::Map(entries) => entries.iter().try_for_each(|entry| self.check_texts(&entry.node, (file, reach))),
            Tree::Null | Tree::Bool(_) | Tree::Number(_) => Ok(()),
        }
    }
}
