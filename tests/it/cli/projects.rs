//! From a tfvars file to a plan, and the files on the way.

use std::fs;

use super::{KUBECONFIG, Machine, folder, tfvars};

#[test]
fn import_shows_what_it_does_and_its_project_can_be_planned() {
    let machine = Machine::new();
    let text = format!("# ours\nother = \"x\"\n\n{}", tfvars());
    machine.write("terraform.tfvars", &text);
    let said =
        machine.run(&["import", "terraform.tfvars", "--vault", "env", "--yes", "--set", "access.hosts=10.0.0.5,b"]);
    said.ends(0)
        .says("landfall.yaml will be written:")
        .says("These credentials are not stored")
        .says("LANDFALL_CREDENTIAL_PROD_PGSQL_PASSWORD")
        .says("Other variables stay untouched: other")
        .says("These secrets still stand in terraform.tfvars:")
        .says("prod mlflow.password (terraform.tfvars:")
        .complains("nothing else holds them yet")
        .complains("no kubeconfig can be read")
        .keeps_quiet("your-secure");
    assert_eq!(machine.read("terraform.tfvars"), text, "the file stays as it is");
    let yaml = machine.read("landfall.yaml");
    assert!(yaml.contains("# No secret belongs here") && yaml.contains("port_external: 30502"), "{yaml}");
    assert!(!yaml.contains("your-secure"), "{yaml}");

    let plan = machine.run(&["plan", "dev", "--demo", "--project", folder(machine.home.path())]);
    plan.ends(0).says("7 created. Nothing was written.").says("Deployment  mlflow-dev");
    let other = machine.run(&["plan", "dev", "--demo", "--project", ".", "--set", "port_external=30510", "-o", "json"]);
    assert_eq!(other.ends(0).rows()[0]["writes"], 7);
}

#[test]
fn a_linked_file_goes_on_being_read_and_may_lie_elsewhere() {
    let machine = Machine::new();
    machine.write("elsewhere/terraform.tfvars", &tfvars());
    for project in ["elsewhere", "new/project"] {
        let file = "elsewhere/terraform.tfvars";
        let arguments =
            ["import", file, "--link", "--vault", "env", "--yes", "--set", "access.hosts=a", "--project", project];
        machine.run(&arguments).ends(0);
        let yaml = machine.read(&format!("{project}/landfall.yaml"));
        let linked = if project == "elsewhere" { "values: terraform.tfvars" } else { "/elsewhere/terraform.tfvars" };
        assert!(yaml.contains(linked), "{yaml}");
        machine.run(&["plan", "stg", "--demo", "--project", project]).ends(0).says("mlflow-stg");
    }
}

#[test]
fn json_tfvars_are_imported_and_init_asks_for_nothing_that_is_said() {
    let machine = Machine::new();
    let json = r#"{"mlflow_vars": {"dev": {"port_external": "30502"}}, "mlflow_secrets": {"dev": {"password": "json-canary"}}}"#;
    machine.write("a.tfvars.json", json);
    let said = machine.run(&[
        "import",
        "a.tfvars.json",
        "--project",
        "a",
        "--vault",
        "env",
        "--yes",
        "--set",
        "access.hosts=a",
    ]);
    said.ends(0).says("dev mlflow.password (a.tfvars.json:1:").keeps_quiet("json-canary");
    let init = ["init", "--project", "b", "--yes", "--environments", "dev", "--set", "access.hosts=a", "--set"];
    let said = machine.run(&[&init[..], &["port_external=30502"]].concat());
    said.ends(0).says("written").complains("next: landfall creds set dev");
    machine.run(&["plan", "dev", "--demo", "--project", "b"]).ends(0);
}

#[test]
fn a_vault_that_keeps_nothing_never_costs_a_secret() {
    let machine = Machine::new();
    machine.write("terraform.tfvars", &tfvars());
    let import = ["import", "terraform.tfvars", "--yes", "--set", "access.hosts=a"];
    // The keyring is asked before anything is written.
    machine.run(&import).ends(3).complains("no keyring can be reached").complains("--vault env");
    assert!(!machine.path("landfall.yaml").exists());
    for vault in ["env", "memory", "stdin"] {
        let strip = machine.run(&[&import[..], &["--strip", "--vault", vault]].concat());
        strip.ends(2).complains("--strip would lose the secrets");
        assert!(!machine.path("landfall.yaml").exists());
    }
    let said = machine.run(&[&import[..], &["--vault", "memory"]].concat());
    said.ends(0).says("not stored, since memory is wiped").complains("nothing else holds them yet");
    assert_eq!(machine.read("terraform.tfvars"), tfvars());
}

#[test]
fn secrets_are_taken_out_once_they_are_stored() {
    let machine = Machine::new();
    machine.write("terraform.tfvars", &format!("# kept\n{}", tfvars()));
    let arguments = ["import", "terraform.tfvars", "--demo", "--yes", "--strip", "--set", "access.hosts=a"];
    let said = machine.run(&arguments);
    said.ends(0).says("-mlflow_secrets = {").says("secrets taken out of terraform.tfvars").keeps_quiet("your-secure");
    let left = machine.read("terraform.tfvars");
    assert!(left.starts_with("# kept\n") && left.contains("mlflow_vars") && !left.contains("your-secure"), "{left}");
    assert!(!machine.path("landfall.yaml").exists(), "a demo writes only to a temporary copy");
}

#[test]
fn what_is_bound_is_checked() {
    let machine = Machine::new();
    machine.write("terraform.tfvars", &tfvars());
    machine.write("kube", KUBECONFIG);
    let base =
        ["import", "terraform.tfvars", "--vault", "env", "--yes", "--set", "access.hosts=a", "--kubeconfig", "kube"];
    let run = |more: &[&str]| machine.run(&[&base[..], more].concat());
    run(&["--bind", "nope=here"]).ends(2).complains("there is no \"nope\"").complains("dev, stg, prod");
    run(&["--bind", "dev"]).ends(2).complains("--bind ENV=CONTEXT");
    run(&["--bind", "dev=nowhere"]).ends(2).complains("no context \"nowhere\"").complains("it has: here, there");
    run(&["--kubeconfig", "gone"]).ends(2);
    assert!(!machine.path("landfall.yaml").exists());
    run(&["--bind", "prod=there"]).ends(0);
    let yaml = machine.read("landfall.yaml");
    assert_eq!(yaml.matches("server: https://127.0.0.1:1").count(), 2, "{yaml}");
    assert_eq!(yaml.matches("server: https://127.0.0.1:2").count(), 1, "{yaml}");
}

/// What stands in a file, and what is said of it with its place.
const BROKEN: &[(&str, &str)] = &[
    ("mlflow_vars = {\n  uid = \n}\n", "terraform.tfvars:2:"),
    ("mlflow_vars = {\n  uid = var.uid\n}\n", "terraform.tfvars:2:9"),
    ("mlflow_vars = {\n  uid = \"${x}\"\n}\n", "terraform.tfvars:2:"),
    ("other = 1\n", "there is no variable `mlflow_vars` in this file"),
    (
        "mlflow_vars = {\n  dev = { port_externl = 30502 }\n}\n",
        "terraform.tfvars:2:11: `dev` has no setting `port_externl`",
    ),
    ("mlflow_secrets = {\n  dev = { pasword = \"typo-canary\" }\n}\n", "did you mean `password`?"),
    ("", "there is no variable `mlflow_vars`"),
];

#[test]
fn broken_files_are_refused_with_their_place() {
    let machine = Machine::new();
    for (text, words) in BROKEN {
        machine.write("terraform.tfvars", text);
        let said = machine.run(&["import", "terraform.tfvars", "--vault", "env", "--yes", "--set", "access.hosts=a"]);
        said.ends(2).complains(words).keeps_quiet("typo-canary");
        assert!(!machine.path("landfall.yaml").exists(), "{text}");
    }
    for (text, words) in [
        ("version: 1\nid: a\nmodule: mlflow\nenvironments: {dev: {}, dev: {}}\n", "this key is given twice"),
        ("version: 1\nid: a\nmodul: mlflow\nenvironments: {dev: {}}\n", "landfall.yaml:3:1"),
        ("version: [1\n", "this is not valid YAML"),
        ("", "is missing"),
    ] {
        machine.write("broken/landfall.yaml", text);
        machine.run(&["plan", "dev", "--demo", "--project", "broken"]).ends(2).complains(words);
    }
    fs::write(machine.path("broken/landfall.yaml"), [0xff, 0xfe, 0]).unwrap();
    machine.run(&["plan", "dev", "--demo", "--project", "broken"]).ends(2).complains("it is not UTF-8 text");
}

#[test]
fn two_environments_on_one_port_block_the_plan() {
    let machine = Machine::new();
    machine.write("terraform.tfvars", &tfvars().replace("30501", "30502"));
    machine.run(&["import", "terraform.tfvars", "--vault", "env", "--yes", "--set", "access.hosts=a"]).ends(0);
    let said = machine.run(&["plan", "dev", "--demo", "--project", "."]);
    said.ends(6).says("30502").says("→");
    machine.run(&["apply", "dev", "--demo", "--project", ".", "--yes"]).ends(6).complains("30502");
}
