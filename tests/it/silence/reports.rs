//! The real program with canaries on standard input: no report, no complaint, no file and no plugin hears them.

use std::os::unix::fs::PermissionsExt;

use landfall::demo::{Demo, Options, Scenario};

use super::cluster::{self, Watched};
use super::ears::{Ears, FIELDS, canary, said};
use crate::program::{Place, Said, run, serve};
use crate::support::PACE;
use crate::wire::Fate;

/// One place in front of one cluster, and ears.
struct Post {
    place: Place,
    demo: Demo,
    watched: Watched,
    ears: Ears,
}

impl Post {
    async fn new(scenario: Scenario) -> Self {
        Self::with(scenario, |_| Fate::Pass).await
    }

    async fn with(scenario: Scenario, judge: impl Fn(&crate::wire::Asked) -> Fate + Send + Sync + 'static) -> Self {
        let demo = Demo::start(Options { scenario, pace: PACE });
        let watched = Watched::with(&demo, judge);
        let url = serve(watched.client.clone()).await;
        let place = Place::new(&url, "{}");
        // A plugin sees what every child of this program sees.
        let (plugin, heard) = (place.path("plugin"), place.path("heard"));
        let script = format!(
            "#!/bin/sh\n(cat; env; echo \"$@\"; tr '\\0' ' ' < /proc/$PPID/cmdline) >> {}\n\
             echo '{{\"apiVersion\": \"client.authentication.k8s.io/v1\", \"kind\": \"ExecCredential\", \
             \"status\": {{\"token\": \"t\"}}}}'\n",
            heard.display()
        );
        place.write("plugin", &script);
        std::fs::set_permissions(&plugin, std::fs::Permissions::from_mode(0o755)).unwrap();
        let user = format!(
            "{{exec: {{apiVersion: client.authentication.k8s.io/v1, command: \"{}\", interactiveMode: IfAvailable}}}}",
            plugin.display()
        );
        place.kubeconfig(&url, &user);
        Self { place, demo, watched, ears: Ears::new() }
    }

    /// Runs a verb with the canaries on standard input; what it says is silent.
    async fn says(&self, words: &str) -> Said {
        self.hears(&format!("{words} --vault stdin"), &said()).await
    }

    /// Runs a verb with this on standard input; what it says is silent.
    async fn hears(&self, words: &str, input: &str) -> Said {
        let mut command = self.place.landfall(&words.split(' ').collect::<Vec<_>>());
        command.envs([("RUST_BACKTRACE", "full"), ("RUST_LOG", "trace"), ("LANDFALL_LOG", "trace")]);
        let said = run(command, input).await;
        self.ears.silence(&format!("landfall {words} (output)"), &said.out);
        self.ears.silence(&format!("landfall {words} (errors)"), &said.err);
        assert!(!said.err.contains("panicked"), "{words}: {}", said.err);
        said
    }

    fn files_are_silent(&self) {
        for (name, bytes) in self.place.files() {
            self.ears.silence(&name, bytes);
        }
    }

    fn plugin_heard_much(&self) {
        let heard = self.place.files().into_iter().find(|(name, _)| name.ends_with("heard")).unwrap().1;
        let heard = String::from_utf8(heard).unwrap();
        assert!(heard.contains("KUBERNETES_EXEC_INFO") && heard.contains("landfall plan dev"), "{heard}");
    }

    fn the_log_is_long(&self) {
        let log = self.place.files().into_iter().find(|(name, _)| name.ends_with("landfall.log")).unwrap().1;
        assert!(log.len() > 10_000, "only {} bytes are logged", log.len());
    }
}

#[tokio::test]
async fn every_report_is_silent() {
    let post = Post::new(Scenario::Ok).await;
    for words in
        ["render dev", "render dev -o json", "plan dev", "plan dev -o json", "creds list", "creds list dev -o json"]
    {
        let said = post.says(words).await;
        assert_eq!(said.code, Some(0), "{words}: {said:#?}");
        assert!(!said.out.is_empty(), "{words}");
    }
    // The namespace is not there yet: no pod is made, and everything else is asked.
    for words in ["check dev", "check dev -o json"] {
        let said = post.says(words).await;
        assert!(said.out.contains("does not exist yet"), "{words}: {said:#?}");
    }
    for words in [
        "apply dev --yes",
        "apply dev --yes -o json",
        "status dev",
        "status -o json",
        "watch dev --until-ready",
        "plan dev",
    ] {
        let said = post.says(words).await;
        assert_eq!(said.code, Some(0), "{words}: {said:#?}");
    }
    // A changed value is shown as changed, and no more.
    let other = said().replace(&canary("pgsql.password")[..10], "c4n4ry-other-");
    let ears = Ears::of(&[canary("pgsql.password").replace("c4n4ry-pgs", "c4n4ry-other-")]);
    for words in ["plan dev --vault stdin", "plan dev -o json --vault stdin", "apply dev --yes --vault stdin"] {
        let said = post.hears(words, &other).await;
        ears.silence(words, said.out + &said.err);
    }
    post.files_are_silent();
    post.plugin_heard_much();
    post.the_log_is_long();
    post.watched.is_silent(&post.ears);
}

#[tokio::test]
async fn failing_rollouts_are_silent() {
    for scenario in [Scenario::ImagePull, Scenario::CrashLoop, Scenario::Hostpath, Scenario::PortTaken] {
        let post = Post::new(scenario).await;
        // What a registry says is believed after a minute; nobody needs to wait for that here.
        let first = post.says("apply dev --yes --timeout 8").await;
        assert_ne!(first.code, Some(0), "{scenario:?}: {first:#?}");
        post.says("apply dev --yes --timeout 3 -o json").await;
        post.says("status dev").await;
        post.says("plan dev -o json").await;
        post.files_are_silent();
        post.watched.is_silent(&post.ears);
        cluster::holds_no_secret(&post.demo, &post.ears).await;
    }
}

#[tokio::test]
async fn credentials_in_the_environment_stay_there() {
    let post = Post::new(Scenario::Ok).await;
    for words in ["plan dev", "apply dev --yes", "creds list dev", "status"] {
        let arguments = format!("{words} --vault env");
        let mut command = post.place.landfall(&arguments.split(' ').collect::<Vec<_>>());
        for field in FIELDS {
            let shared = field.starts_with("registry.");
            command.env(landfall::secret::variable((!shared).then_some("dev"), field), canary(field));
        }
        for (environment, field, value) in
            [(Some("dev"), "minio.access_key", "key"), (None, "registry.username", "bot")]
        {
            command.env(landfall::secret::variable(environment, field), value);
        }
        let said = run(command, "").await;
        assert_eq!(said.code, Some(0), "{words}: {said:#?}");
        post.ears.silence(words, said.out + &said.err);
    }
    post.files_are_silent();
    post.plugin_heard_much();
    post.watched.is_silent(&post.ears);
}

/// A server that refuses Secrets and quotes all it was sent, in every way it can.
#[tokio::test]
async fn a_server_that_quotes_what_it_refuses_is_not_repeated() {
    for (code, reason) in
        [(422, "Invalid"), (400, "BadRequest"), (403, "Forbidden"), (409, "Conflict"), (500, "InternalError")]
    {
        let post = Post::with(Scenario::Ok, move |asked| {
            if asked.method != "PATCH" || asked.is_dry_run() || !asked.path().contains("/secrets/") {
                return Fate::Pass;
            }
            let sent: serde_json::Value = serde_json::from_slice(&asked.body).unwrap();
            let data = sent["data"].to_string();
            let clear = FIELDS.map(canary).join(" ");
            let message = format!("Secret \"x\" is invalid: data: Invalid value: {data}: {clear}: denied the request: no");
            let cause = serde_json::json!({"reason": "FieldValueInvalid", "field": format!("data[{clear}]"), "message": message});
            let body = serde_json::json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code,
                "reason": reason, "message": message, "details": {"name": "x", "kind": "secrets", "causes": [cause]}});
            Fate::Answer(code, None, body)
        })
        .await;
        for words in ["apply dev --yes", "apply dev --yes -o json", "status dev"] {
            let said = post.says(words).await;
            assert!(words.starts_with("status") || said.code != Some(0), "{code} {said:#?}");
        }
        post.files_are_silent();
    }
}

#[tokio::test]
async fn broken_input_is_not_repeated() {
    let post = Post::new(Scenario::Ok).await;
    let value = serde_json::Value::from(canary("pgsql.password")).to_string();
    let inputs = [
        format!("{{\"dev\": {{\"pgsql.password\": {value}"),
        format!("{{\"dev\": {{\"pgsql.password\": {value} {value}}}}}"),
        format!("{{\"dev\": {{\"pgsql.password\": [{value}]}}}}"),
        format!("{{\"dev\": {{\"pgsql\": {{\"password\": {{\"of\": {value}}}}}}}}}"),
        format!("{{\"dev\": {value}}}"),
        value.clone(),
        canary("pgsql.password"),
        said().replace("pgsql.password\":", "pgsql.pasword\":"),
        said() + &value,
    ];
    for input in inputs {
        for words in ["plan dev --vault stdin", "creds list --vault stdin", "render dev --vault stdin"] {
            let said = post.hears(words, &input).await;
            assert!(said.code != Some(0) || words.starts_with("creds"), "{input}: {said:#?}");
        }
    }
    // A vault that takes nothing, a field that does not exist, a value that is refused.
    for words in [
        "creds set dev pgsql.password --vault env",
        "creds set dev pgsql.pasword --vault memory",
        "creds set dev pgsql.password --vault memory",
        "creds set nowhere pgsql.password --vault memory",
        "creds set dev pgsql.password --vault keyring",
    ] {
        post.hears(words, &canary("pgsql.password")).await;
    }
    for broken in ["\u{7}", "\nline\n"] {
        let said =
            post.hears("creds set dev pgsql.password --vault memory", &(canary("pgsql.password") + broken + "x")).await;
        assert_ne!(said.code, Some(0), "{said:#?}");
    }
    post.files_are_silent();
}

#[tokio::test]
async fn a_template_that_goes_wrong_does_not_quote_its_values() {
    let post = Post::new(Scenario::Ok).await;
    let assets = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/modules/mlflow");
    for folder in ["", "templates", "files", "probes"] {
        std::fs::create_dir_all(post.place.path("module").join(folder)).unwrap();
        for entry in std::fs::read_dir(assets.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                std::fs::copy(&path, post.place.path("module").join(folder).join(path.file_name().unwrap())).unwrap();
            }
        }
    }
    let project = std::fs::read_to_string(post.place.path("landfall.yaml")).unwrap();
    post.place.write("landfall.yaml", &project.replace("module: mlflow", "module: ./module"));
    let well = post.says("render dev").await;
    assert_eq!(well.code, Some(0), "{well:#?}");
    let secrets = std::fs::read_to_string(assets.join("templates/secrets.yaml")).unwrap();
    let field = "credentials.pgsql.password";
    for expression in [
        format!("{field} | int"),
        format!("{field} + 1"),
        format!("{field} | nothing"),
        format!("{field}.inside.it"),
        format!("{field}[{field}]"),
        format!("{{}}[{field}].x"),
        format!("credentials[{field}].x"),
        format!("values[{field}].x"),
        format!("{field} | b64encode | int"),
        format!("range({field})"),
        format!("{field} | tojson | float"),
        format!("{field} * {field}"),
        format!("{field} | join(1, 2, 3)"),
        format!("{field} | split({field}) | int"),
        format!("raise({field})"),
        format!("{field} is {field}"),
    ] {
        let broken = secrets.replace("{{ credentials.pgsql.password }}", &format!("{{{{ {expression} }}}}"));
        assert_ne!(broken, secrets);
        post.place.write("module/templates/secrets.yaml", &broken);
        for words in ["render dev", "plan dev -o json"] {
            post.says(words).await;
        }
    }
    post.place.write("module/templates/secrets.yaml", &secrets);
    // A credential anywhere but in a Secret is refused.
    let config = std::fs::read_to_string(assets.join("templates/config.yaml")).unwrap();
    let leak = config.replacen("data:\n", "data:\n  LEAK: \"{{ credentials.pgsql.password }}\"\n", 1);
    assert_ne!(config, leak);
    post.place.write("module/templates/config.yaml", &leak);
    let said = post.says("render dev").await;
    assert_eq!(said.code, Some(2), "{said:#?}");
    post.files_are_silent();
}

#[tokio::test]
async fn tfvars_do_not_come_back() {
    let post = Post::new(Scenario::Ok).await;
    std::fs::remove_file(post.place.path("landfall.yaml")).unwrap();
    let whole = crate::support::asset("demo/terraform.tfvars");
    let quoted = canary("pgsql.password").replace('"', "\\\"");
    let whole = whole.replace("your-secure-db-password", &quoted);
    let ears = &post.ears;
    let files = [
        whole.replace(&format!("{quoted}\""), &quoted),
        whole.replacen("password = ", "password ", 1),
        whole.replace(&format!("\"{quoted}\""), &format!("\"{quoted}\" \"{quoted}\"")),
        whole.replace(&format!("\"{quoted}\""), &format!("[\"{quoted}\"]")),
        whole.replace(&format!("\"{quoted}\""), &format!("upper(\"{quoted}\")")),
        whole.replace(&format!("\"{quoted}\""), &format!("\"${{var.x}}{quoted}\"")),
        whole.replace("mlflow_secrets = ", &format!("\"{quoted}\" = ")),
        whole.clone(),
    ];
    for (at, text) in files.iter().enumerate() {
        post.place.write("terraform.tfvars", text);
        let _ = std::fs::remove_file(post.place.path("landfall.yaml"));
        for words in
            ["import terraform.tfvars --yes --vault memory", "import terraform.tfvars --yes --vault memory -o json"]
        {
            let said = post.hears(words, "").await;
            assert!(at + 1 < files.len() || said.code == Some(0) || words.ends_with("json"), "{said:#?}");
        }
        let _ = std::fs::remove_file(post.place.path("landfall.yaml"));
        let said = post.hears("import terraform.tfvars --strip --yes --vault memory", "").await;
        for (name, bytes) in post.place.files() {
            if !name.ends_with("terraform.tfvars") || said.code == Some(0) {
                ears.silence(&name, bytes);
            }
        }
    }
}
