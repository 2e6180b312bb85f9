//! What a module makes of values and credentials.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use jiff::Timestamp;
use landfall::module::{Module, Rendered};
use landfall::project::Project;
use landfall::secret::{Credential, Credentials, Digest, Secret};

/// A value with every character that ever broke a document, a URL or a shell.
const AWKWARD: &str = r#"p@ss:w/rd%41 #?&"'x"#;

fn project(folder: &str) -> Project {
    Project::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap()
}

fn module(project: &Project) -> Module {
    Module::load(&project.module, &project.folder).unwrap()
}

/// Credentials for every field, each awkward and each different.
fn credentials(module: &Module) -> Credentials {
    let value = |name: &str| Secret::new(format!("{AWKWARD}-{name}"));
    let credential = |name: &str| Credential { value: value(name), set: Timestamp::UNIX_EPOCH };
    module.fields().iter().map(|field| (field.name.clone(), credential(&field.name))).collect()
}

fn render(module: &Module, project: &Project, environment: &str) -> Vec<Rendered> {
    let values = module.settle(project, environment).unwrap();
    let credentials = credentials(module);
    let scene = module.scene(project, project.environment(environment).unwrap(), &values, &credentials);
    module.render(&scene, &Digest::with_key([7; 32])).unwrap()
}

#[test]
fn smoke() {
    let project = project("assets/demo");
    let module = module(&project);
    for object in render(&module, &project, "dev") {
        eprintln!("{}", serde_json::to_string_pretty(object.object.value()).unwrap());
    }
}
