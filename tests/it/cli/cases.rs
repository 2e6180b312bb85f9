//! One line per thing somebody types: arguments, exit code, what is said on either stream.

use super::{KUBECONFIG, Machine, tfvars};

/// Arguments, standard input, exit code, and what the error stream says.
type Case = (&'static [&'static str], &'static str, i32, &'static [&'static str]);

/// On a machine without a project.
const NOTHING_THERE: &[Case] = &[
    (
        &[],
        "",
        2,
        &["there is no landfall.yaml in", "landfall import terraform.tfvars", "landfall init", "landfall demo"],
    ),
    (&["plan", "dev"], "", 2, &["there is no landfall.yaml in"]),
    (&["plan"], "", 2, &["<ENVIRONMENT>"]),
    (
        &["plan", "dev", "--project", "nowhere"],
        "",
        2,
        &["nowhere/landfall.yaml: this file cannot be read: it is not there"],
    ),
    (&["plan", "dev", "--vault", "nope", "--demo"], "", 0, &[]),
    (&["import", "nowhere.tfvars"], "", 2, &["nowhere.tfvars: this file cannot be read: it is not there"]),
    (&["import", "."], "", 2, &["this file cannot be read: it is a folder"]),
    (&["init", "--module", "nope"], "", 2, &["nope"]),
    (&["init", "--environments", "dev,dev", "--yes"], "", 2, &["environment dev is named twice"]),
    (&["init", "--yes"], "", 2, &["addresses of the nodes (access.hosts) is needed", "--set access.hosts=VALUE"]),
    (&["init", "--yes", "--set", "access.hosts"], "", 2, &["--set access.hosts does not say which value"]),
    (&["init", "--set", "access.hosts=a"], "", 6, &["nothing was written: it was not confirmed", "--yes"]),
    (&["init", "--yes", "--set", "access.hosts=http://a", "--set", "uid=1"], "", 2, &["without scheme and port"]),
    (
        &["plan", "dev", "--demo", "--scenario", "nonsense"],
        "",
        2,
        &["image-pull", "crash-loop", "hostpath", "port-taken"],
    ),
    (&["plan", "dev", "--scenario", "slow"], "", 2, &["--scenario is for the demo cluster only"]),
    (&["plan", "nope", "--demo"], "", 2, &["there is no environment \"nope\"", "choose one of: dev, stg, prod"]),
    (&["status", "nope", "--demo"], "", 2, &["choose one of: dev, stg, prod"]),
    (&["watch", "nope", "--demo"], "", 2, &["choose one of: dev, stg, prod"]),
    (&["render", "nope", "--demo"], "", 2, &["choose one of: dev, stg, prod"]),
    (&["creds", "list", "nope", "--demo"], "", 2, &["choose one of: dev, stg, prod"]),
    (
        &["creds", "set", "dev", "nope", "--demo"],
        "x",
        2,
        &["the module asks for no credential \"nope\"", "pgsql.password"],
    ),
    (&["creds", "set", "dev", "--demo"], "x", 2, &["one credential at a time", "landfall creds set dev FIELD < FILE"]),
    (&["creds", "set", "dev", "pgsql.password", "--demo"], "", 2, &["standard input is empty"]),
    (&["creds", "set", "dev", "mlflow.password", "--demo"], "short", 2, &["mlflow.password cannot be used"]),
    (&["creds", "rm", "dev", "--demo"], "", 2, &["landfall creds rm dev pgsql.password"]),
    (&["creds", "generate", "dev", "registry.token", "--demo"], "", 2, &["registry.token cannot be made up here"]),
    (&["creds", "generate", "dev", "--demo"], "", 0, &["everything that can be made is stored already"]),
    (
        &["plan", "dev", "--demo", "--set", "port_external=1"],
        "",
        2,
        &["--set port_external=1: ", "from 30000 to 32767"],
    ),
    (&["plan", "dev", "--demo", "--set", "port_external"], "", 2, &["--set PATH=VALUE"]),
    (&["plan", "dev", "--demo", "--exit-code"], "", 10, &[]),
    (&["plan", "dev", "--demo"], "", 0, &[]),
    (&["apply", "dev", "--demo"], "y\n", 6, &["dev was not confirmed, nothing was applied", "it needs --yes"]),
    (&["apply", "prod", "--demo", "--yes"], "", 6, &["prod was not confirmed", "--yes --confirm prod"]),
    (&["apply", "prod", "--demo", "--confirm", "prod"], "", 6, &["prod was not confirmed"]),
    (&["apply", "prod", "--demo", "--yes", "--confirm", "dev"], "", 6, &["--confirm says \"dev\""]),
    (&["apply", "dev", "--demo", "--yes", "--timeout", "1"], "", 4, &[]),
    (&["apply", "dev", "--demo", "--yes", "--scenario", "hostpath"], "", 1, &[]),
    (&["health"], "", 2, &["--file <FILE>"]),
    (&["health", "-f", "nowhere.yaml"], "", 2, &["nowhere.yaml: this file cannot be read: it is not there"]),
    (&["health", "-f", "."], "", 2, &["it is a folder"]),
    (&["health", "-f", "-", "--now", "noon"], "", 2, &["write it as 2026-11-01T12:00:00Z"]),
    (&["-o", "xml", "status"], "", 2, &["text, json"]),
];

#[test]
fn every_line_ends_as_it_should_without_a_project() {
    let machine = Machine::new();
    for (arguments, input, code, words) in NOTHING_THERE {
        let said = machine.piped(arguments, input);
        assert_eq!(said.code, Some(*code), "{arguments:?}: {said:#?}");
        for words in *words {
            said.complains(words);
        }
        assert!(*code == 0 || *code == 10 || *code == 1 || *code == 4 || !said.err.is_empty(), "{arguments:?}");
    }
    assert!(!machine.path("landfall.yaml").exists(), "nothing may have been written");
}

/// In a project whose cluster does not answer, with a vault of the process environment that has nothing.
const PROJECT_THERE: &[Case] = &[
    (&["plan", "dev"], "", 3, &["the keyring cannot be used", "--vault memory, env or stdin"]),
    (&["creds", "list"], "", 3, &["the keyring cannot be used"]),
    (&["creds", "set", "dev", "pgsql.password"], "x", 3, &["log in on a desktop"]),
    (
        &["plan", "dev", "--vault", "env"],
        "",
        6,
        &["LANDFALL_CREDENTIAL_DEV_GENERATED_SESSION_KEY", "LANDFALL_CREDENTIAL_SHARED_REGISTRY_TOKEN"],
    ),
    (&["apply", "dev", "--yes", "--vault", "env"], "", 6, &["LANDFALL_CREDENTIAL_DEV_PGSQL_PASSWORD"]),
    (&["plan", "dev", "--vault", "memory"], "", 6, &["memory is empty at every start"]),
    (&["plan", "dev", "--vault", "stdin"], "{\"dev\": {}}", 6, &["dev.pgsql.password", "shared.registry.token"]),
    (&["plan", "dev", "--vault", "stdin"], "", 2, &["standard input holds no credentials"]),
    (&["plan", "dev", "--vault", "stdin"], "{\"nope\": {}}", 2, &["an unknown environment, nope"]),
    (&["plan", "dev", "--vault", "nope"], "", 2, &["keyring, file, env, stdin and memory"]),
    (&["creds", "set", "dev", "pgsql.password", "--vault", "memory"], "x", 3, &["memory is wiped", "--vault keyring"]),
    (&["creds", "generate", "dev", "--vault", "env"], "", 3, &["cannot be changed from here"]),
    (&["creds", "rm", "dev", "pgsql.password", "--vault", "env"], "", 3, &["cannot be changed from here"]),
    (&["creds", "list", "--vault", "env"], "", 0, &[]),
    (&["status", "--vault", "env"], "", 5, &[]),
    (&["init", "--yes"], "", 6, &["landfall.yaml: it is there already, and it is never overwritten"]),
    (&["import", "terraform.tfvars", "--yes"], "", 6, &["never overwritten", "--secrets-only"]),
    (&["import", "terraform.tfvars", "--secrets-only", "--vault", "env"], "", 3, &["cannot be changed from here"]),
    (&["plan", "dev", "--project", "landfall.yaml", "--vault", "memory"], "", 6, &["dev has no value for"]),
];

#[test]
fn every_line_ends_as_it_should_in_a_project() {
    let machine = Machine::new();
    machine.write("terraform.tfvars", &tfvars());
    machine.write(".kube/config", KUBECONFIG);
    let import = ["import", "terraform.tfvars", "--vault", "env", "--yes", "--set", "access.hosts=10.0.0.5"];
    machine.run(&import).ends(0);
    let before = machine.read("landfall.yaml");
    for (arguments, input, code, words) in PROJECT_THERE {
        let said = machine.piped(arguments, input);
        assert_eq!(said.code, Some(*code), "{arguments:?}: {said:#?}");
        for words in *words {
            said.complains(words);
        }
        said.keeps_quiet("your-secure");
    }
    assert_eq!(machine.read("landfall.yaml"), before);
    assert_eq!(machine.read("terraform.tfvars"), tfvars());
}

#[test]
fn a_server_that_does_not_answer_and_another_one_than_promised_are_two_things() {
    let machine = Machine::new();
    machine.write("terraform.tfvars", &tfvars());
    machine.write(".kube/config", KUBECONFIG);
    machine.run(&["import", "terraform.tfvars", "--vault", "env", "--yes", "--set", "access.hosts=10.0.0.5"]).ends(0);
    let run = |arguments: &[&str]| {
        let mut command = machine.command(arguments);
        for field in ["MLFLOW_PASSWORD", "PGSQL_PASSWORD", "MINIO_ACCESS_KEY", "MINIO_SECRET_KEY"] {
            command.env(format!("LANDFALL_CREDENTIAL_DEV_{field}"), format!("env-canary-{field}-Xq7"));
        }
        for field in ["GENERATED_SESSION_KEY", "GENERATED_ENCRYPTION_PASSPHRASE"] {
            command.env(format!("LANDFALL_CREDENTIAL_DEV_{field}"), format!("env-canary-{field}-0123456789abcdefgh"));
        }
        for field in ["REGISTRY_USERNAME", "REGISTRY_TOKEN"] {
            command.env(format!("LANDFALL_CREDENTIAL_SHARED_{field}"), format!("env-canary-{field}"));
        }
        super::Said::of(command.spawn().unwrap())
    };
    let plan = run(&["plan", "dev", "--vault", "env"]);
    plan.ends(5).complains("https://127.0.0.1:1 does not answer").complains("VPN, proxy, firewall");
    plan.keeps_quiet("env-canary").keeps_quiet("kubeconfig-canary");
    let other = run(&["apply", "dev", "--yes", "--vault", "env", "--context", "there"]);
    other.ends(6).complains("context there leads to https://127.0.0.1:2").complains("belongs to https://127.0.0.1:1");
    run(&["plan", "dev", "--vault", "env", "--context", "nope"]).ends(6).complains("it has: here, there");
    run(&["plan", "dev", "--vault", "env", "--kubeconfig", "gone"]).ends(2).complains("the kubeconfig cannot be read");
    let render = run(&["render", "dev", "--vault", "env"]);
    render.ends(0).says("landfall.dev/config: (set at apply)").keeps_quiet("canary-PGSQL").keeps_quiet("canary-MLFLOW");
}
