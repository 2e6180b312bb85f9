//! What is read, refused, imported and taken out: landfall.yaml and tfvars.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
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
            let _ = writeln!(wrong, "{}\n# {}", path.display(), failure.join("\n# "));
        }
        seen += 1;
    }
    assert!(seen > 35, "only {seen} cases were found");
    assert!(wrong.is_empty(), "these failures are not the expected ones:\n{wrong}");
}

#[test]
fn the_demo_block_reads_as_it_stands() {
    let node = read_variables("terraform.tfvars", &seed()).unwrap();
    let value = node.to_value();
    assert_eq!(value["mlflow_vars"]["path"]["directories"], json!({"logs": "logs", "packages": "packages"}));
    assert_eq!(value["mlflow_vars"]["prod"]["port_external"], json!("30500"));
    assert_eq!(value["mlflow_secrets"]["stg"]["pgsql"]["username"], json!("mlflow_user"));
    let port = node.nearest("/mlflow_vars/stg/port_external");
    let line = seed().lines().position(|line| line.contains("30501")).unwrap() + 1;
    assert_eq!((port.line, port.column), (line, 21));
}

#[test]
fn every_literal_reads() {
    let text = "\u{feff}a = \"täxt\" # note\r\n/* more */\r\nb = { \"q key\" : -5, 7 = 1.5, t = true, n = null }\r\n\
                c = [\r\n  1,\r\n  \"$${kept} %%{too}\",\r\n]\r\nd = <<-EOT\r\n    two\r\n      lines\r\n  EOT\r\n";
    let value = read_variables("x.tfvars", text).unwrap().to_value();
    assert_eq!(value["a"], json!("täxt"));
    assert_eq!(value["b"], json!({"q key": -5, "7": 1.5, "t": true, "n": null}));
    assert_eq!(value["c"], json!([1, "${kept} %{too}"]));
    let lines: Vec<_> = value["d"].as_str().unwrap().lines().collect();
    assert_eq!(lines, ["two", "  lines"]);
    let json = read_variables("x.tfvars.json", r#"{"a": {"b": ["$${kept}", 1]}}"#).unwrap().to_value();
    assert_eq!(json, json!({"a": {"b": ["${kept}", 1]}}));
}

#[test]
fn places_count_characters_after_a_byte_order_mark() {
    let failure = read_variables("x.tfvars", "\u{feff}é = \"ü\"\nä = { k = \"ü\", v = f() }\n").unwrap_err();
    assert_eq!(failure.place.unwrap().to_string(), "x.tfvars:2:20");
}

#[test]
fn prod_is_protected_unless_somebody_says_otherwise() {
    let begin = "version: 1\nid: a-b\nmodule: mlflow\nenvironments:\n";
    let protection = |text: &str| -> Vec<bool> {
        parse(&format!("{begin}{text}")).unwrap().environments.iter().map(|e| e.protected).collect()
    };
    assert_eq!(protection("  prod: {}\n  dev:\n"), [true, false]);
    assert_eq!(protection("  prod: {protected: false}\n  dev: {protected: true}\n"), [false, true]);
}

#[test]
fn a_project_is_found_upward() {
    let inside = root().join("tests/fixtures/project/echo");
    assert_eq!(Project::find(&inside.join("some/where/below")).unwrap(), inside);
    let failure = Project::find(Path::new("/")).unwrap_err();
    assert!(failure.hints[0].contains("landfall init"), "{failure:?}");
}

/// As people type values after `--set` and at prompts.
#[test]
fn what_is_typed_becomes_what_the_schema_wants() {
    let module = mlflow();
    for (path, typed, value) in [
        ("access.hosts", "10.0.0.5", json!(["10.0.0.5"])),
        ("access.hosts", "10.0.0.5, lab", json!(["10.0.0.5", "lab"])),
        ("access.hosts", "[10.0.0.5, lab]", json!(["10.0.0.5", "lab"])),
        ("access.hosts", "[fe80::1]", json!(["[fe80::1]"])),
        ("access.hosts", "[fe80::1],[fe80::2]", json!(["[fe80::1]", "[fe80::2]"])),
        ("image", "[::1]:5000/mlflow", json!("[::1]:5000/mlflow")),
        ("image", "[text]", json!("[text]")),
        ("port_external", "30503", json!(30503)),
    ] {
        assert_eq!(module.schema().typed(path, typed), value, "{path}={typed}");
    }
}

#[test]
fn an_import_gives_the_demo_project_back() {
    let module = mlflow();
    let import = module.import("terraform.tfvars", &seed()).unwrap();
    let demo = Project::load(&root().join("assets/demo")).unwrap();
    let mut project = import.project(&demo.id, "mlflow");
    project.values.put("access.hosts", &json!(["10.0.0.5"]));
    for environment in &mut project.environments {
        environment.context = Some("demo".to_owned());
        environment.server = Some("https://demo.landfall.invalid:6443".to_owned());
    }
    let text = landfall_yaml(&project).unwrap();
    let read = parse(&text).unwrap();
    assert_eq!(read.values.to_value(), demo.values.to_value());
    let told = |project: &Project| -> Vec<_> {
        let about = |e: &Environment| (e.name.clone(), e.context.clone(), e.server.clone(), e.protected);
        let mut told: Vec<_> = project.environments.iter().map(about).collect();
        told.sort(); // the demo begins with dev, the file with prod
        told
    };
    assert_eq!(told(&read), told(&demo));
    for environment in ["dev", "stg", "prod"] {
        let settled = module.settle(&read, environment).unwrap();
        assert_eq!(settled, module.settle(&demo, environment).unwrap());
        assert_eq!(settled["path"]["root"], json!("/d/k8s/volumes/mlflow"));
        assert_eq!(settled["uid"], json!(1000));
    }
    assert!(text.lines().filter(|line| line.starts_with('#')).count() > 10, "{text}");
    assert!(!text.contains("your-secure"), "{text}");
    insta::assert_snapshot!("landfall-yaml-of-the-demo", text);
}

#[test]
fn an_import_takes_every_secret_with_its_place() {
    let text = format!("other = 1\n{}", seed());
    let import = mlflow().import("terraform.tfvars", &text).unwrap();
    assert_eq!(import.untouched, ["other"]);
    assert_eq!(import.variable.as_deref(), Some("mlflow_secrets"));
    let names: Vec<_> = import.environments.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["prod", "stg", "dev"]);
    let taken: Vec<_> = import.secrets.iter().map(|s| format!("{}/{}", s.environment, s.field)).collect();
    assert_eq!(taken.len(), 12);
    assert_eq!(
        taken[..4],
        ["prod/mlflow.username", "prod/mlflow.password", "prod/pgsql.username", "prod/pgsql.password"]
    );
    for secret in &import.secrets {
        let line = text.lines().nth(secret.place.line - 1).unwrap();
        let quoted = &line[secret.place.column - 1..];
        #[expect(clippy::disallowed_methods, reason = "the test compares it with the fixture")]
        secret.value.open(|value| assert_eq!(quoted, format!("\"{value}\"")));
    }
    assert!(!format!("{import:?}").contains("your-secure"));
}

/// Names and values that YAML would read as something else come back as they were.
#[test]
fn what_is_written_reads_back() {
    let mut project = Project::new("mlflow-true", "../a module: #1");
    let values = json!({"a": "yes", "b": "0123", "c": ["- x", "null", ""], "d": {"e": "two\nlines\n", "f: g": 1.5}});
    for (key, value) in values.as_object().unwrap() {
        project.values.put(key, value);
    }
    let mut environment = Environment::new("123");
    environment.context = Some("admin@kind: lab #2".to_owned());
    environment.server = Some("https://[::1]:6443".to_owned());
    environment.namespace = Some("1234".to_owned());
    environment.values.put("deep.down.key", &json!({"x": [{"y": true}]}));
    project.environments = vec![environment, Environment::new("dev")];
    let text = landfall_yaml(&project).unwrap();
    let read = parse(&text).unwrap_or_else(|failure| panic_with(&failure, &text));
    assert_eq!(read.values.to_value(), values, "{text}");
    assert_eq!((&read.id, &read.module), (&project.id, &project.module));
    for (read, told) in read.environments.iter().zip(&project.environments) {
        assert_eq!(read.name, told.name);
        assert_eq!((&read.context, &read.server, &read.namespace), (&told.context, &told.server, &told.namespace));
        assert_eq!(read.values.to_value(), told.values.to_value());
    }
}

#[expect(clippy::panic, reason = "a test fails by panicking")]
fn panic_with(failure: &Failure, text: &str) -> Project {
    panic!("{failure}\n{text}")
}

#[test]
fn ids_are_the_module_and_four_letters() {
    let id = new_id("mlflow");
    let letters = id.strip_prefix("mlflow-").unwrap();
    assert!(letters.len() == 4 && letters.bytes().all(|b| b.is_ascii_lowercase()), "{id}");
    assert_ne!((new_id("a"), new_id("a"), new_id("a")), (new_id("a"), new_id("a"), new_id("a")));
}

#[test]
fn a_tfvars_file_can_go_on_holding_the_values() {
    let project = Project::load(&root().join("tests/fixtures/project/variables")).unwrap();
    assert!(!format!("{project:?}").contains("never-kept"), "a project holds no secret");
    let module = mlflow();
    let (dev, prod) = (module.settle(&project, "dev").unwrap(), module.settle(&project, "prod").unwrap());
    let picked = |values: &Value| -> Vec<Value> {
        ["/uid", "/port_external", "/pgsql/host", "/path/root"]
            .iter()
            .map(|pointer| values.pointer(pointer).unwrap().clone())
            .collect()
    };
    assert_eq!(picked(&dev), [json!(1200), json!(30502), json!("10.1.1.1"), json!("/srv/mlflow")]);
    let host = json!("pgsql-prod.pgsql.svc.cluster.local");
    assert_eq!(picked(&prod), [json!(1200), json!(30600), host, json!("/srv/mlflow")]);
}

#[test]
fn a_complaint_points_into_the_tfvars_file_that_said_it() {
    let text = "version: 1\nid: a-b\nmodule: mlflow\nvalues: v.tfvars\n\
                environments: {dev: {values: {access: {hosts: [a]}}}}\n";
    let project = Project::parse("landfall.yaml", text, Path::new("here"), &|_| {
        Ok("mlflow_vars = {\n  dev = {\n    port_external = \"80\"\n  }\n}\n".to_owned())
    })
    .unwrap();
    let failure = mlflow().settle(&project, "dev").unwrap_err();
    assert_eq!(failure.place.unwrap().to_string(), "here/v.tfvars:3:21");
}

#[test]
fn taking_secrets_out_leaves_every_other_byte() {
    let text = seed();
    let strip = strip_secrets("terraform.tfvars", &text, "mlflow_secrets").unwrap();
    let start = text.find("mlflow_secrets").unwrap();
    assert_eq!(strip.text, text[..start]);
    assert_eq!(strip.removed[0].line, text[..start].lines().count() + 1);

    let before = "\u{feff}# my notes\r\n\r\nother   =  1 # odd   spacing\r\n\r\n";
    let secrets = "  mlflow_secrets={dev={password=\"canary\",# old: canary\r\n pgsql={password=<<-EOT\r\n   canary\r\n EOT\r\n}}}";
    let after = "\r\n\r\n\r\nlast = <<EOT\r\n   kept  \r\nEOT\r\n# end";
    let strip = strip_secrets("x.tfvars", &format!("{before}{secrets}{after}"), "mlflow_secrets").unwrap();
    assert_eq!(strip.text, format!("{before}{}", after.strip_prefix("\r\n").unwrap()));
    assert!(!strip.diff.contains("canary"), "{}", strip.diff);

    let strip =
        strip_secrets("x.tfvars", "a = 1\nmlflow_secrets = { x = \"canary\" } # said why\nb = 2\n", "mlflow_secrets");
    assert_eq!(strip.unwrap().text, "a = 1\n # said why\nb = 2\n");
}

#[test]
fn the_diff_of_what_is_taken_out_is_masked() {
    let text = "a = \"canary\"\nmlflow_secrets = {\n  dev = {\n    password = \"canary\"\n  }\n}\nb = \"canary\"\n";
    let strip = strip_secrets("terraform.tfvars", text, "mlflow_secrets").unwrap();
    let expected = "--- terraform.tfvars\n+++ terraform.tfvars\n@@ -2,5 +1,0 @@\n-mlflow_secrets = {\n-  dev = {\n\
                    -    password = \"••••••••\"\n-  }\n-}\n";
    assert_eq!(strip.diff, expected);
    let failure = strip_secrets("terraform.tfvars", "a = 1\n", "mlflow_secrets").unwrap_err();
    assert_eq!(failure.to_string(), "terraform.tfvars: there is no variable `mlflow_secrets` in this file");
    let failure = strip_secrets("terraform.tfvars.json", "{\"mlflow_secrets\": {}}", "mlflow_secrets").unwrap_err();
    assert_eq!(failure.hints, ["delete `mlflow_secrets` from it with an editor"]);
}
