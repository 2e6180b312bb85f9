//! One template, what it becomes, or what is said against it: a file per case.

use std::fmt::Write as _;
use std::fs;

use landfall::document::{read_one, to_yaml};
use landfall::failure::Result;
use landfall::module::Module;
use serde_json::{Value, json};

use super::{parse, render, root};

/// The second module with one template instead of its own, or with other files.
fn rendered(case: &Value) -> Result<Value> {
    let folder = tempfile::tempdir().unwrap();
    let base = root().join("tests/fixtures/modules/echo");
    for part in ["templates", "files", "probes"] {
        fs::create_dir(folder.path().join(part)).unwrap();
    }
    for file in ["module.yaml", "values.schema.json", "credentials.schema.json", "files/answer.sh"] {
        fs::copy(base.join(file), folder.path().join(file)).unwrap();
    }
    if let Some(template) = case["template"].as_str() {
        fs::write(folder.path().join("templates/case.yaml"), template).unwrap();
    }
    for (path, text) in case["files"].as_object().into_iter().flatten() {
        fs::write(folder.path().join(path), text.as_str().unwrap()).unwrap();
    }
    let project = json!({
        "version": 1,
        "id": "echo-case",
        "module": folder.path(),
        "environments": {"test": {"values": case["values"]}},
    });
    let project = parse(&project.to_string(), folder.path());
    let place = |mut failure: landfall::failure::Failure| {
        let folder = format!("{}/", folder.path().display());
        failure.why = failure.why.map(|why| why.replace(&folder, ""));
        if let Some(place) = &mut failure.place {
            place.file = place.file.replace(&folder, "");
        }
        failure
    };
    let module = Module::load(&project.module, &project.folder).map_err(place)?;
    let objects = render(&module, &project, "test").map_err(place)?;
    Ok(objects.into_iter().map(|rendered| rendered.object.into_value()).collect())
}

#[test]
fn every_case_renders_or_is_refused_as_it_says() {
    let (mut wrong, mut seen) = (String::new(), 0);
    for entry in fs::read_dir(root().join("tests/fixtures/module")).unwrap() {
        let path = entry.unwrap().path();
        let case = read_one("case", &fs::read_to_string(&path).unwrap()).unwrap().to_value();
        let (found, expected) = match rendered(&case) {
            Ok(objects) => (objects, &case["expect"]),
            Err(failure) => {
                let said: Vec<_> = std::iter::once(failure.to_string()).chain(failure.hints).collect();
                (json!(said), &case["failure"])
            }
        };
        assert!(!found.to_string().contains("p@ss"), "{} shows a credential: {found}", path.display());
        if found != *expected {
            let _ = writeln!(wrong, "{}\n{}", path.display(), to_yaml(&found));
        }
        seen += 1;
    }
    assert!(seen > 30, "only {seen} cases were found");
    assert!(wrong.is_empty(), "these are not as they should be:\n{wrong}");
}
