//! What is read, refused, imported and taken out: landfall.yaml and tfvars.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use landfall::failure::{Failure, Result};
use landfall::module::Module;
use landfall::project::{Environment, Project, landfall_yaml, new_id, read_variables, strip_secrets};
use serde_json::{Value, json};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn seed() -> String {
    fs::read_to_string(root().join("assets/demo/terraform.tfvars")).unwrap()
}

fn mlflow() -> Module {
    Module::load("mlflow", Path::new("")).unwrap()
}

fn parse(text: &str) -> Result<Project> {
    Project::parse("landfall.yaml", text, Path::new(""), &|path| fs::read_to_string(path))
}

/// Everything that can be said of a file: reading it, loading its module, settling its environments.
fn judge(path: &Path) -> Result<()> {
    let name = path.file_name().unwrap().to_str().unwrap();
    let text = fs::read_to_string(path).unwrap();
    if name.contains(".tfvars") {
        return mlflow().import(name, &text).map(|_| ());
    }
    let project = Project::parse(name, &text, Path::new(""), &|path| fs::read_to_string(path))?;
    let module = Module::load(&project.module, &project.folder)?;
    project.environments.iter().try_for_each(|e| module.settle(&project, &e.name).map(|_| ()))
}

fn described(failure: &Failure) -> Vec<String> {
    let hints = failure.hints.iter().map(|hint| format!("hint: {hint}"));
    std::iter::once(format!("expect: {failure}")).chain(hints).collect()
}

/// The expected failure stands in the first lines of a file, or beside a JSON file, which has no comments.
#[test]
fn bad_input_is_refused_with_place_and_remedy() {
    let folder = root().join("tests/fixtures/project/bad");
    let mut wrong = String::new();
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "expected") {
            continue;
        }
        let beside = path.with_extension("json.expected");
        let told = fs::read_to_string(if beside.is_file() { &beside } else { &path }).unwrap();
        let expected: Vec<_> = told
            .lines()
            .filter_map(|line| line.strip_prefix("# "))
            .filter(|line| line.starts_with("expect: ") || line.starts_with("hint: "))
            .map(str::to_owned)
            .collect();
        let failure = judge(&path).err().map(|failure| described(&failure)).unwrap_or_default();
        assert!(!failure.join(" ").contains("canary"), "{} quotes the file: {failure:?}", path.display());
        if failure != expected {
            wrong += &format!("{}\n", path.display());
            failure.iter().for_each(|line| wrong += &format!("# {line}\n"));
        }
        seen += 1;
    }
    assert!(seen > 35, "only {seen} cases were found");
    assert!(wrong.is_empty(), "these failures are not the expected ones:\n{wrong}");
}
