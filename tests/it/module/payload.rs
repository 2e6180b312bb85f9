//! MLflow and the second module, as whole payloads.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use landfall::document::to_yaml;
use landfall::module::{Level, Module, Rendered};
use landfall::object::Fingerprint;
use landfall::project::Project;
use landfall::secret::{Credentials, Digest, Secret};
use serde_json::{Value, json};
use similar::TextDiff;

use super::{AWKWARD, awkward, credentials, load, parse, render, root};

fn object<'a>(objects: &'a [Rendered], kind: &str, name: &str) -> &'a Rendered {
    objects.iter().find(|r| r.object.kind() == kind && r.object.name() == name).unwrap()
}

fn opened(secret: &Secret) -> String {
    #[expect(clippy::disallowed_methods, reason = "the test compares it with what went in")]
    secret.open(str::to_owned)
}

/// All objects as text; the files inlined from the module are named only, they stand in the repository.
fn text(objects: &[Rendered]) -> String {
    let mut text = String::new();
    for rendered in objects {
        let mut value = rendered.object.value().clone();
        for file in ["basic_auth.ini", "logging.yaml", "init.py"] {
            if let Some(inlined) = value.pointer_mut(&format!("/data/{file}")) {
                let path = root().join("assets/modules/mlflow/files").join(file);
                assert_eq!(inlined.as_str(), Some(fs::read_to_string(path).unwrap().as_str()));
                *inlined = json!("(as in the module)");
            }
        }
        let shared = if rendered.shared { "# shared\n" } else { "" };
        let _ = write!(text, "---\n{shared}{}", to_yaml(&value));
    }
    text
}

#[test]
fn mlflow_renders_what_was_proven_to_run() {
    let (project, module) = load("assets/demo");
    let dev = text(&render(&module, &project, "dev").unwrap());
    insta::assert_snapshot!("mlflow-dev", dev);
    for environment in ["stg", "prod"] {
        let other = text(&render(&module, &project, environment).unwrap());
        let other = other.replace(&format!("-{environment}"), "-dev").replace(&format!("/{environment}"), "/dev");
        let diff = TextDiff::from_lines(&dev, &other).unified_diff().context_radius(0).to_string();
        insta::assert_snapshot!(format!("mlflow-{environment}-against-dev"), diff);
    }
}

#[test]
fn every_credential_arrives_unchanged_and_nowhere_else() {
    for (folder, environment) in [("assets/demo", "prod"), ("tests/fixtures/project/echo", "live")] {
        let (project, module) = load(folder);
        let objects = render(&module, &project, environment).unwrap();
        let mut arrived = BTreeSet::new();
        for rendered in &objects {
            let shown = rendered.object.value().to_string();
            let sources = format!("{:?}{:?}", rendered.sources, rendered.data);
            for form in [AWKWARD.to_owned(), STANDARD.encode(AWKWARD)] {
                let quoted = serde_json::to_string(&form).unwrap();
                let quoted = quoted.trim_matches('"');
                // Base64 of a longer text begins with that of a shorter one, up to its last group.
                let begin = &quoted[..quoted.len() - 4];
                assert!(!shown.contains(begin) && !sources.contains(begin), "{}", rendered.object.key());
            }
            if rendered.object.kind() == "Secret" {
                let stand_ins = rendered.object.at("/data").unwrap().as_object().unwrap();
                assert!(stand_ins.keys().eq(rendered.data.keys()));
                assert!(stand_ins.values().all(|text| Fingerprint::parse(text.as_str().unwrap()).is_some()));
            }
            for (key, value) in &rendered.data {
                let value = opened(value);
                let fields = &rendered.fields[key];
                arrived.extend(fields.iter().cloned());
                match (key.as_str(), fields.as_slice()) {
                    (".dockerconfigjson", _) => {
                        let config: Value = serde_json::from_str(&value).unwrap();
                        let login = &config["auths"]["ghcr.io"];
                        let (user, token) = (awkward("registry.username"), awkward("registry.token"));
                        assert_eq!((&login["username"], &login["password"]), (&json!(user), &json!(token)));
                        assert_eq!(login["auth"], json!(STANDARD.encode(format!("{user}:{token}"))));
                    }
                    (_, [one]) => assert_eq!(value, awkward(one)),
                    (_, many) => {
                        let all: Vec<_> = ["clock.user", "clock.token"].map(awkward).to_vec();
                        assert_eq!((value, many.len()), (all.join(":"), 2));
                    }
                }
            }
        }
        let all: BTreeSet<_> = module.fields().iter().map(|field| field.name.clone()).collect();
        assert_eq!(arrived, all, "every credential of {} is used", module.name);
    }
}

#[test]
fn equal_values_have_equal_fingerprints_of_one_digest() {
    let (project, module) = load("assets/demo");
    let values = module.settle(&project, "dev").unwrap();
    let mut credentials = credentials(&module);
    let password = credentials["mlflow.password"].clone();
    credentials.insert("pgsql.password".to_owned(), password);
    let scene = module.scene(&project, project.environment("dev").unwrap(), &values, &credentials);
    let data = |digest: &Digest| {
        let objects = module.render(&scene, digest).unwrap();
        object(&objects, "Secret", "mlflow-secrets-dev").object.at("/data").unwrap().clone()
    };
    let (one, other) = (data(&Digest::random()), data(&Digest::random()));
    assert_eq!(one["PGPASSWORD"], one["MLFLOW_AUTH_ADMIN_PASSWORD"]);
    assert_ne!(one["PGPASSWORD"], one["PGUSER"]);
    assert_ne!(one["PGPASSWORD"], other["PGPASSWORD"]);
}

#[test]
fn a_field_knows_the_value_it_came_from() {
    let (project, module) = load("assets/demo");
    let objects = render(&module, &project, "dev").unwrap();
    let service = object(&objects, "Service", "mlflow-dev");
    assert_eq!(service.sources["/spec/ports/0/nodePort"], "port_external");
    let config = object(&objects, "ConfigMap", "mlflow-config-dev");
    assert_eq!(config.sources["/data/PGPORT"], "pgsql.port");
    assert!(!config.sources.contains_key("/data/MLFLOW_ARTIFACTS_DESTINATION"));
    let deployment = object(&objects, "Deployment", "mlflow-dev");
    assert_eq!(deployment.sources["/spec/template/spec/containers/0/image"], "image");
    assert!(deployment.place.file.ends_with("templates/deployment.yaml"));
}

#[test]
fn objects_that_all_share_are_the_same_in_every_environment() {
    let (project, module) = load("assets/demo");
    let shared = |environment: &str| -> Vec<_> {
        let objects = render(&module, &project, environment).unwrap();
        objects.into_iter().filter(|rendered| rendered.shared).map(|rendered| rendered.object).collect()
    };
    let dev = shared("dev");
    assert_eq!(
        dev.iter().map(|o| o.key().to_string()).collect::<Vec<_>>(),
        ["Namespace mlflow", "Secret github-registry"]
    );
    assert_eq!(dev, shared("stg"));
    assert_eq!(dev, shared("prod"));
}

#[test]
fn values_reach_the_objects() {
    let text = "version: 1\nid: a-b\nmodule: mlflow\n\
                values: {access: {hosts: [node1.lan, 10.0.0.6]}, node: worker-1, uid: '1200', path: {root: /srv/x/}}\n\
                environments:\n  dev: {namespace: team, values: {artifact_store: {prefix: ''}, resources: {limits: {cpu: '2'}}}}\n";
    let (project, module) = (parse(text, Path::new("")), Module::load("mlflow", Path::new("")).unwrap());
    let objects = render(&module, &project, "dev").unwrap();
    let config = &object(&objects, "ConfigMap", "mlflow-config-dev").object;
    assert_eq!(config.namespace(), Some("team"));
    let said = |key: &str| config.text(&format!("/data/{key}")).unwrap().to_owned();
    assert_eq!(said("MLFLOW_SERVER_CORS_ALLOWED_ORIGINS"), "http://node1.lan:30502,http://10.0.0.6:30502");
    let hosts = said("MLFLOW_SERVER_ALLOWED_HOSTS");
    for host in
        ["172.16.*,172.17.*", "172.31.*,mlflow-dev:5000", "mlflow-dev.team.svc.cluster.local:5000,node1.lan:30502"]
    {
        assert!(hosts.contains(host), "{host} in {hosts}");
    }
    assert!(hosts.ends_with(",10.0.0.6:30502") && !hosts.contains(' '), "{hosts}");
    assert_eq!(said("MLFLOW_ARTIFACTS_DESTINATION"), "s3://mlflow-artifacts");
    let pod = object(&objects, "Deployment", "mlflow-dev").object.at("/spec/template/spec").unwrap();
    assert_eq!(pod["nodeSelector"], json!({"kubernetes.io/hostname": "worker-1"}));
    assert_eq!(pod["securityContext"]["runAsUser"], json!(1200));
    assert_eq!(pod["containers"][0]["resources"]["limits"], json!({"cpu": "2", "memory": "1Gi"}));
    assert_eq!(pod["volumes"][2]["hostPath"], json!({"path": "/srv/x/dev/logs", "type": "Directory"}));
}

#[test]
fn what_was_chosen_for_this_run_lies_over_everything() {
    let (mut project, module) = load("assets/demo");
    let dev = project.environments.iter_mut().find(|environment| environment.name == "dev").unwrap();
    dev.overrides = json!({"port_external": "30599"});
    let values = module.settle(&project, "dev").unwrap();
    assert_eq!(values["port_external"], json!(30599));
    assert_eq!(values["pgsql"]["host"], json!("pgsql-dev.pgsql.svc.cluster.local"));
}

#[test]
fn a_missing_credential_is_named_and_facts_do_without() {
    let (project, module) = load("assets/demo");
    let values = module.settle(&project, "stg").unwrap();
    let environment = project.environment("stg").unwrap();
    let mut some = credentials(&module);
    some.remove("pgsql.password");
    let scene = module.scene(&project, environment, &values, &some);
    let failure = module.render(&scene, &Digest::random()).unwrap_err();
    assert_eq!(failure.what, "the credential `pgsql.password` of stg is not set");

    let none = Credentials::new();
    let facts = module.facts(&module.scene(&project, environment, &values, &none)).unwrap();
    let rows: Vec<_> = facts.rows.iter().map(|row| (row.title.as_str(), row.value.as_deref().unwrap())).collect();
    assert_eq!(rows, [("Image", "v3.18.0-full"), ("Port", "30501")]);
    assert_eq!(facts.url.as_deref(), Some("http://10.0.0.5:30501"));
    assert_eq!(facts.login.as_deref(), Some("admin"), "the module's own default");
    let facts = module.facts(&module.scene(&project, environment, &values, &some)).unwrap();
    assert_eq!(facts.login, Some(awkward("mlflow.username")));
    let directories = &facts.requires[0];
    assert_eq!(directories.why, "MLflow runs as 1000:1000 and writes to both of them; they are not created for you.");
    assert!(directories.commands[1].starts_with("sudo chown -R 1000:1000 /d/k8s/volumes/mlflow/stg/logs"));
}

fn clashes(environments: &str) -> Vec<(Level, String, String)> {
    let text = format!(
        "version: 1\nid: a-b\nmodule: mlflow\nvalues: {{access: {{hosts: [a]}}}}\nenvironments:\n{environments}"
    );
    let module = Module::load("mlflow", Path::new("")).unwrap();
    let found = module.survey(&parse(&text, Path::new("")));
    found.into_iter().map(|clash| (clash.level, clash.sentence, clash.path)).collect()
}

#[test]
fn environments_that_get_in_each_others_way_are_told() {
    assert_eq!(clashes("  dev: {}\n  stg: {}\n  prod: {}\n"), []);
    let port = "  dev: {values: {port_external: 30501}}\n  stg: {values: {port_external: '30501'}}\n";
    let sentence = "dev and stg have the same NodePort, 30501".to_owned();
    assert_eq!(clashes(port), [(Level::Block, sentence, "port_external".to_owned())]);
    let apart = "  dev: {server: 'https://a:1', values: {port_external: 30501}}\n  \
                 stg: {server: 'https://b:1', values: {port_external: 30501}}\n";
    assert_eq!(clashes(apart), []);
    let contexts = "  dev: {context: a, values: {port_external: 30501}}\n  stg: {context: b}\n";
    assert_eq!(clashes(contexts), []);

    let own = "{pgsql: {host: db.svc}, artifact_store: {prefix: x}}";
    let inside = clashes(&format!("  dev: {{values: {own}}}\n  stg: {{values: {own}}}\n"));
    assert_eq!(
        inside.iter().map(|(level, _, path)| (*level, path.as_str())).collect::<Vec<_>>(),
        [(Level::Block, "pgsql.database"), (Level::Warn, "artifact_store.prefix"),]
    );
    // A name of the cluster's own DNS is another server in another cluster; any other host is the same everywhere.
    let elsewhere = |host: &str| {
        let values = format!("{{pgsql: {{host: {host}}}}}");
        clashes(&format!("  dev: {{context: a, values: {values}}}\n  stg: {{context: b, values: {values}}}\n"))
    };
    assert_eq!(elsewhere("db.svc"), []);
    assert_eq!(elsewhere("db.example.org").len(), 1);
}

#[test]
fn the_second_module_is_data_only() {
    let (project, module) = load("tests/fixtures/project/echo");
    let names = |objects: &[Rendered]| objects.iter().map(|r| r.object.key().to_string()).collect::<Vec<_>>();
    let test = render(&module, &project, "test").unwrap();
    assert_eq!(
        names(&test),
        [
            "ConfigMap echo-config-test",
            "Secret echo-secret-test",
            "Service echo-test",
            "StatefulSet echo-test",
            "ConfigMap echo-channel-north-test",
            "ConfigMap echo-channel-south-test",
        ]
    );
    insta::assert_snapshot!("echo-live", text(&render(&module, &project, "live").unwrap()));
    assert_eq!(module.exit("echo", 3).unwrap().credentials, ["clock.token"]);
    assert!(module.import("terraform.tfvars", "").is_err());
}

#[test]
fn credentials_are_asked_for_in_the_order_of_the_schema() {
    let module = Module::load("mlflow", Path::new("")).unwrap();
    let groups: Vec<_> = module.groups.iter().map(|group| (group.title.as_str(), group.shared)).collect();
    let expected = [
        ("MLflow login", false),
        ("PostgreSQL", false),
        ("MinIO", false),
        ("GitHub registry", true),
        ("Generated", false),
    ];
    assert_eq!(groups, expected);
    let names: Vec<_> = module.fields().iter().map(|field| field.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "mlflow.username",
            "mlflow.password",
            "pgsql.username",
            "pgsql.password",
            "minio.access_key",
            "minio.secret_key",
            "registry.username",
            "registry.token",
            "generated.session_key",
            "generated.encryption_passphrase",
        ]
    );
    let password = module.field("mlflow.password").unwrap();
    assert!(password.masked && password.minimum == 12 && !password.unasked);
    assert!(password.leftovers.contains(&"your-secure-password".to_owned()));
    let passphrase = module.field("generated.encryption_passphrase").unwrap();
    assert!(passphrase.unasked && passphrase.keep && passphrase.recipe.unwrap().length >= 32);
    assert!(module.fields().iter().all(|field| !field.help.is_empty() && field.masked != field.name.contains("user")
        || field.name == "minio.access_key"));
}

#[test]
fn every_exit_of_the_init_script_is_explained() {
    let module = Module::load("mlflow", Path::new("")).unwrap();
    let script = module.file("files/init.py").unwrap();
    let codes: BTreeSet<i32> =
        script.split("give_up(").skip(1).filter_map(|rest| rest.split(',').next()?.parse().ok()).collect();
    assert_eq!(codes, (11..=17).collect());
    for code in codes {
        let exit = module.exit("init", code).unwrap();
        assert!(!exit.headline.ends_with('.') && exit.sentence.ends_with('.') && exit.next.ends_with('.'));
    }
    assert!(module.exit("init", 1).is_none() && module.exit("mlflow", 12).is_none());
}

/// What ships inside the program is what lies in the repository.
#[test]
fn the_embedded_module_is_the_folder() {
    let folder = root().join("assets/modules/mlflow");
    let embedded = Module::load("mlflow", Path::new("")).unwrap();
    let mut files = 0;
    for part in ["", "files", "templates", "probes"] {
        for entry in fs::read_dir(folder.join(part)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let inside = path.strip_prefix(&folder).unwrap().to_str().unwrap();
                assert_eq!(embedded.file(inside), Some(fs::read_to_string(&path).unwrap().as_str()), "{inside}");
                files += 1;
            }
        }
    }
    assert!(files >= 16);
    let project = Project::load(&root().join("assets/demo")).unwrap();
    let folder = Module::load(folder.to_str().unwrap(), Path::new("")).unwrap();
    let objects = |module: &Module| text(&render(module, &project, "prod").unwrap());
    assert_eq!(objects(&folder), objects(&embedded));
}

/// A module is loaded once and used from every task.
#[test]
fn modules_and_projects_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    let (project, module) = load("assets/demo");
    shared(&module);
    shared(&project);
}
