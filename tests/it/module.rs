//! What a module makes of values and credentials.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod payload;
mod places;
mod templates;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use landfall::failure::Result;
use landfall::module::{Module, Rendered};
use landfall::project::Project;
use landfall::secret::{Credential, Credentials, Digest, Secret};

/// A value with every character that ever broke a document, a URL or a shell.
const AWKWARD: &str = r#"p@ss:w/rd%41 #?&"'x"#;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn load(folder: &str) -> (Project, Module) {
    let project = Project::load(&root().join(folder)).unwrap();
    let module = Module::load(&project.module, &project.folder).unwrap();
    (project, module)
}

fn awkward(field: &str) -> String {
    format!("{AWKWARD}-{field}")
}

/// Credentials for every field, each awkward and each different.
fn credentials(module: &Module) -> Credentials {
    let credential = |name: &str| Credential::new(Secret::new(awkward(name)), Timestamp::UNIX_EPOCH);
    module.fields().iter().map(|field| (field.name.clone(), credential(&field.name))).collect()
}

fn render(module: &Module, project: &Project, environment: &str) -> Result<Vec<Rendered>> {
    let values = module.settle(project, environment)?;
    let credentials = credentials(module);
    let scene = module.scene(project, project.environment(environment)?, &values, &credentials);
    module.render(&scene, &Digest::with_key([7; 32]))
}

fn parse(text: &str, folder: &Path) -> Project {
    Project::parse("landfall.yaml", text, folder, &|path| std::fs::read_to_string(path)).unwrap()
}
