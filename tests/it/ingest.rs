//! What comes in from a cluster: masked and cleaned, and what is refused put into words.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod refusal;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use landfall::cluster::{Ingest, Lean, names_a_secret};
use landfall::object::{Fingerprint, Object, clean, clean_value, visible_value};
use landfall::secret::Digest;
use rstest::rstest;
use serde_json::{Value, json};

fn ingest() -> Ingest {
    Ingest::new(Digest::with_key([7; 32]))
}

fn mark(text: &str) -> String {
    Digest::with_key([7; 32]).fingerprint(text.as_bytes()).to_string()
}

fn take(value: &Value) -> Object {
    ingest().object(value.clone()).unwrap()
}

fn object(kind: &str, rest: &Value) -> Value {
    let mut value = json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": "x", "namespace": "mlflow"}});
    value.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    value
}

#[test]
fn secret_values_become_fingerprints() {
    let coded = STANDARD.encode("kingfisher");
    let secret = take(&object(
        "Secret",
        &json!({
            "data": {"a": coded, "b": "not base64!", "c": mark("known"), "empty": ""},
            "stringData": {"a": "kingfisher", "number": 5},
        }),
    ));
    let data = |key: &str| secret.at("/data").unwrap()[key].as_str().unwrap();
    assert_eq!(data("a"), mark("kingfisher"));
    assert_eq!(data("b"), mark("not base64!"));
    assert_eq!(data("c"), mark("known"), "what is a fingerprint already stays one");
    assert_eq!(data("empty"), mark(""), "an empty value is a value");
    assert_eq!(secret.at("/stringData").unwrap()["a"], data("a"), "the same value in either form is the same");
    assert_eq!(secret.at("/stringData").unwrap()["number"], mark("5"));
    let other =
        Ingest::new(Digest::with_key([8; 32])).object(object("Secret", &json!({"data": {"a": coded}}))).unwrap();
    assert_ne!(other.at("/data").unwrap()["a"], data("a"), "another run, another fingerprint");
}

#[test]
fn annotations_do_not_tell() {
    let applied = r#"{"stringData":{"a":"kingfisher"}}"#;
    let digest = "0123456789abcdef0123456789abcdef";
    let taken = take(&object(
        "Deployment",
        &json!({
            "metadata": {"name": "x", "annotations": {"kubectl.kubernetes.io/last-applied-configuration": applied}},
            "spec": {"template": {"metadata": {"annotations": {"landfall.dev/config": digest}}}},
        }),
    ));
    assert_eq!(taken.annotation("kubectl.kubernetes.io/last-applied-configuration").unwrap(), mark(applied));
    let config = |object: &Object| {
        object.at("/spec/template/metadata/annotations").unwrap()["landfall.dev/config"].as_str().unwrap().to_owned()
    };
    assert_eq!(config(&taken), mark(digest), "the digest on the pod template is masked too");
    let waiting =
        json!({"spec": {"template": {"metadata": {"annotations": {"landfall.dev/config": "(set at apply)"}}}}});
    assert_eq!(config(&take(&object("Deployment", &waiting))), "(set at apply)");
}

#[test]
fn variables_and_keys_with_secret_names_are_masked() {
    let env = json!([
        {"name": "DB_PASSWORD", "value": "kingfisher"},
        {"name": "DB_PASSWORD_FILE", "value": "/run/pw"},
        {"name": "API_TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
        {"name": "PASSWORD", "value": ""},
        {"name": "LEVEL", "value": "INFO"},
    ]);
    let containers = json!({"containers": [{"name": "a", "env": env}], "initContainers": [{"name": "b", "env": env}]});
    for (kind, way, spec) in [
        ("Pod", "/spec", containers.clone()),
        ("Deployment", "/spec/template/spec", json!({"template": {"spec": containers}})),
        (
            "CronJob",
            "/spec/jobTemplate/spec/template/spec",
            json!({"jobTemplate": {"spec": {"template": {"spec": containers}}}}),
        ),
    ] {
        let taken = take(&object(kind, &json!({"spec": spec})));
        for list in ["containers", "initContainers"] {
            let env = taken.list(&format!("{way}/{list}/0/env"));
            assert_eq!(env[0]["value"], mark("kingfisher"), "{kind} {list}");
            assert_eq!(env[1]["value"], "/run/pw");
            assert_eq!(env[2]["valueFrom"]["secretKeyRef"]["key"], "k", "a reference is no value");
            assert_eq!(env[3]["value"], "", "nothing is nothing to hide");
            assert_eq!(env[4]["value"], "INFO");
        }
    }
    let key = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n";
    let data = json!({"data": {"admin_password": "kingfisher", "token_path": "/a", "tls.pem": key, "level": "INFO"},
        "binaryData": {"api-key": "AAEC"}});
    let map = take(&object("ConfigMap", &data));
    assert_eq!(
        map.at("/data").unwrap(),
        &json!({"admin_password": mark("kingfisher"), "token_path": "/a", "tls.pem": mark(key), "level": "INFO"})
    );
    assert_eq!(map.at("/binaryData").unwrap()["api-key"], mark("AAEC"));
}

#[rstest]
#[case("DB_PASSWORD", true)]
#[case("dbPassword", true)]
#[case("pgpassword", true)]
#[case("PASSWORD_2", true)]
#[case("passwords", true)]
#[case("REDIS_PASS", true)]
#[case("MLFLOW_FLASK_SERVER_SECRET_KEY", true)]
#[case("AWS_SECRET_ACCESS_KEY", true)]
#[case("apiKey", true)]
#[case("api-key", true)]
#[case("private_key.pem", true)]
#[case("GITHUB_TOKEN", true)]
#[case("GITHUBTOKEN1", true)]
#[case("credentials", true)]
#[case(".dockerconfigjson", true)]
#[case("DB_PWD", true)]
#[case("PWD", false)]
#[case("OLDPWD", false)]
#[case("PASSWORD_FILE", false)]
#[case("TOKEN_PATH", false)]
#[case("secretName", false)]
#[case("tokenReviews", false)]
#[case("tokenTtl", false)]
#[case("TOKENIZER", false)]
#[case("secretary", false)]
#[case("PASSWORD_MIN_LENGTH", false)]
#[case("COMPASS", false)]
#[case("bypass", false)]
#[case("KEYBOARD", false)]
#[case("MLFLOW_LOGGING_LEVEL", false)]
#[case("monkey", false)]
#[case("", false)]
fn a_name_tells_whether_its_value_is_secret(#[case] name: &str, #[case] secret: bool) {
    assert_eq!(names_a_secret(name), secret);
}

/// `§` stands for the place of what was taken out.
#[rstest]
#[case("postgresql://ann:pw@db:5432/x", "postgresql://§@db:5432/x", &["ann:pw"])]
#[case("see https://tok@git.example/a and amqp://u:p@mq.", "see https://§@git.example/a and amqp://§@mq.", &["tok", "u:p"])]
#[case("amqp://a:b@c,amqp://d:e@f", "amqp://§@c,amqp://§@f", &["a:b", "d:e"])]
#[case("mongodb://a:b@h1:27017,h2:27017/x?y=z", "mongodb://§@h1:27017,h2:27017/x?y=z", &["a:b"])]
#[case("pg://ann:p@ss@db/x", "pg://§@db/x", &["ann:p@ss"])]
#[case("pg://ann:p/w#1?@db/x", "pg://§@db/x", &["ann:p/w#1?"])]
#[case(r#"{"url":"redis://:pw@cache:6379/0"}"#, r#"{"url":"redis://§@cache:6379/0"}"#, &[":pw"])]
#[case("pg://ann:p%40w@[::1]:5432/x", "pg://§@[::1]:5432/x", &["ann:p%40w"])]
#[case("https://github.com/a/b@v1", "https://github.com/a/b@v1", &[])]
#[case("oci://ghcr.io:443/a@sha256:00", "oci://ghcr.io:443/a@sha256:00", &[])]
#[case("http://[::1]:80/a@b", "http://[::1]:80/a@b", &[])]
#[case("mail ann@example.org or http://example.org", "mail ann@example.org or http://example.org", &[])]
#[case("://@", "://@", &[])]
#[case("a://b://c:d@e", "a://b://§@e", &["c:d"])]
fn urls_lose_user_and_password(#[case] text: &str, #[case] expected: &str, #[case] gone: &[&str]) {
    let taken = take(&object("ConfigMap", &json!({"data": {"text": text}})));
    let taken = taken.text("/data/text").unwrap();
    let mut wanted = expected.to_owned();
    for part in gone {
        wanted = wanted.replacen('§', &mark(part), 1);
    }
    assert_eq!(taken, wanted);
    let again = take(&object("ConfigMap", &json!({"data": {"text": taken}})));
    assert_eq!(again.text("/data/text").unwrap(), taken, "what was taken out is not taken out again");
}

#[test]
fn slim_objects_are_masked_too() {
    let told = object(
        "Pod",
        &json!({
            "metadata": {"name": "x", "managedFields": [{}], "annotations": {"a": "b", "deployment.kubernetes.io/revision": "3"}},
            "spec": {"containers": [{"name": "a", "env": [{"name": "TOKEN", "value": "kingfisher"}]}]},
            "status": {"message": "pull from https://u:pw@r failed\u{1b}[2J"},
        }),
    );
    let slim = ingest().slim(told).unwrap();
    assert!(slim.list("/metadata/managedFields").is_empty());
    assert_eq!(slim.at("/metadata/annotations").unwrap(), &json!({"deployment.kubernetes.io/revision": "3"}));
    assert_eq!(slim.text("/spec/containers/0/env/0/value"), Some(mark("kingfisher").as_str()));
    assert_eq!(slim.text("/status/message"), Some("pull from https://●@r failed"), "read only, so without a number");
    let event = take(&object("Event", &json!({"message": "pull from https://u:pw@r\u{1b}[2J failed"})));
    assert_eq!(event.text("/message"), Some("pull from https://●@r failed"));
    let pod = take(&object("Pod", &json!({"status": {"message": "pull from https://u:pw@r\u{1b}[2J failed"}})));
    assert_eq!(pod.text("/status/message"), Some("pull from https://●@r failed"));
}

#[test]
fn everything_but_field_managers_is_read_as_it_stands() {
    let read = |text: &str| serde_json::from_str::<Lean>(text).map(|Lean(value)| value);
    let text = r#"{"a": [null, true, -3, 18446744073709551615, 1.5, "x\u00e9"], "b": {"c": {}, "d": []}}"#;
    assert_eq!(read(text).unwrap(), serde_json::from_str::<Value>(text).unwrap());
    let text = r#"{"metadata": {"managedFields": [{"f:spec": {}}], "name": "a"}, "items": [{"managedFields": 1}]}"#;
    assert_eq!(read(text).unwrap(), json!({"metadata": {"name": "a"}, "items": [{}]}));
    assert!(read(r#"{"managedFields": ["#).is_err());
}

#[test]
fn of_a_pod_only_what_tells_how_it_is_stays() {
    let mount = |name: &str| json!({"name": name, "mountPath": "/data"});
    let told = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "mlflow-0", "generateName": "mlflow-"},
        "spec": {
            "containers": [{"name": "mlflow", "volumeMounts": [mount("data"), mount("kube-api-access-x2lqd")]}],
            "initContainers": [{"name": "init", "terminationMessagePolicy": "File"}],
            "tolerations": [{"operator": "Exists"}], "schedulerName": "default-scheduler", "nodeName": "worker-1",
            "volumes": [
                {"name": "data", "hostPath": {"path": "/srv/mlflow"}},
                {"name": "kube-api-access-x2lqd", "projected": {"sources": []}},
            ],
        },
        "status": {"phase": "Running", "podIP": "10.0.0.7", "podIPs": [{"ip": "10.0.0.7"}], "qosClass": "Burstable"},
    });
    let whole = ingest().object(told.clone()).unwrap();
    assert!(
        whole.at("/spec/tolerations").is_some() && whole.list("/spec/volumes").len() == 2,
        "what is compared is whole"
    );
    let slim = ingest().slim(told).unwrap();
    let expected = json!({
        "containers": [{"name": "mlflow"}],
        "initContainers": [{"name": "init"}],
        "nodeName": "worker-1",
        "volumes": [{"name": "data", "hostPath": {"path": "/srv/mlflow"}}],
    });
    assert_eq!(slim.at("/spec").unwrap(), &expected);
    assert_eq!(slim.at("/status").unwrap(), &json!({"phase": "Running", "podIP": "10.0.0.7"}));
    assert_eq!(slim.at("/metadata").unwrap(), &json!({"name": "mlflow-0"}));
}

#[test]
fn of_an_event_only_what_is_read_stays() {
    let read = json!({
        "apiVersion": "v1", "kind": "Event", "metadata": {"name": "mlflow-0.1"}, "type": "Normal", "reason": "Scheduled",
        "message": "assigned", "involvedObject": {"kind": "Pod", "name": "mlflow-0"}, "eventTime": "2026-11-24T08:00:00Z",
    });
    let mut told = read.clone();
    told.as_object_mut().unwrap().extend([
        ("action".to_owned(), json!("Binding")),
        ("source".to_owned(), json!({})),
        ("reportingComponent".to_owned(), json!("default-scheduler")),
    ]);
    assert_eq!(ingest().slim(told).unwrap().value(), &read);
}

/// Texts that would take over a terminal, and what is left of them to read.
#[rstest]
#[case::colour("a\u{1b}[31mred\u{1b}[0m", "ared")]
#[case::clear("a\u{1b}[2J\u{1b}[Hb", "ab")]
#[case::title("a\u{1b}]0;title\u{7}b", "ab")]
#[case::clipboard("a\u{1b}]52;c;ZXZpbA==\u{1b}\\b", "ab")]
#[case::link("\u{1b}]8;;https://evil\u{1b}\\text\u{1b}]8;;\u{1b}\\", "text")]
#[case::device("a\u{1b}P1$r\u{1b}\\b", "ab")]
#[case::bell("a\u{7}b", "ab")]
#[case::backspace("rm\u{8}\u{8}ls", "rmls")]
#[case::null("a\0b", "ab")]
#[case::delete("a\u{7f}b", "ab")]
#[case::right_to_left("a\u{202e}b", "a⟨U+202E⟩b")]
#[case::isolate("a\u{2066}b\u{2069}", "a⟨U+2066⟩b⟨U+2069⟩")]
#[case::zero_width("pass\u{200b}word", "pass⟨U+200B⟩word")]
#[case::soft_hyphen("a\u{ad}b", "a⟨U+00AD⟩b")]
#[case::order_mark("\u{feff}a", "⟨U+FEFF⟩a")]
#[case::tags("a\u{e0041}b", "a⟨U+E0041⟩b")]
#[case::line_separator("a\u{2028}b", "a⟨U+2028⟩b")]
#[case::overwritten("10%\r50%\r100%\ndone\r\n", "100%\ndone\n")]
#[case::tab("a\tb", "a    b")]
#[case::plain("Grüße, 世界 ✓ 👍", "Grüße, 世界 ✓ 👍")]
#[case::empty("", "")]
fn hostile_text_becomes_text(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(clean(text), expected);
    let mut value = json!({"list": [text], text: 1});
    clean_value(&mut value);
    assert_eq!(value["list"][0], expected);
    assert_eq!(value[expected], 1);
    let mut visible = json!([text]);
    visible_value(&mut visible);
    for shown in [expected, visible[0].as_str().unwrap()] {
        assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
    }
}

/// C1 controls drive some terminals as ESC does.
#[test]
fn no_control_character_is_left() {
    for c in ('\0'..='\u{9f}').chain('\u{200b}'..='\u{206f}') {
        let text = clean(&format!("a{c}b"));
        let left = text.chars().find(|c| c.is_control() && *c != '\n' || ('\u{200b}'..='\u{206f}').contains(c));
        // Visible since they only separate: U+2010 to U+2027 and U+202F to U+205F are dashes, quotes and blanks.
        assert!(
            left.is_none_or(|c| ('\u{2010}'..='\u{2027}').contains(&c) || ('\u{202f}'..='\u{205f}').contains(&c)),
            "{c:?} leaves {text:?}"
        );
    }
}

#[test]
fn long_text_is_cut_to_be_read_and_never_to_be_compared() {
    let long = format!("{}é", "x".repeat(8 * 1024 - 1));
    let cut = clean(&long);
    assert!(cut.len() < long.len() + 3 && cut.ends_with("x…"), "cut between characters");
    let text = format!("\t{}end", "x".repeat(10_000));
    let map = take(&object("ConfigMap", &json!({"data": {"a": text}, "status": {"message": text}})));
    assert!(map.text("/data/a").unwrap().starts_with('␉') && map.text("/data/a").unwrap().ends_with("xend"));
    assert!(map.text("/status/message").unwrap().ends_with("x…"));
}

#[test]
fn texts_that_differ_still_do() {
    let texts = ["a\tb", "a    b", "a\r\nb", "a\nb", "a\u{1b}[31mb", "ab", "a\u{200b}b", "x\ra\nb"];
    let taken = texts.map(|text| take(&object("ConfigMap", &json!({"data": {"a": text}}))));
    for (at, one) in taken.iter().enumerate() {
        for (other, two) in taken.iter().enumerate() {
            assert_eq!(at == other, one == two, "{:?} and {:?}", texts[at], texts[other]);
        }
    }
}

#[test]
fn only_a_whole_fingerprint_is_one() {
    let text = mark("a");
    assert_eq!(Fingerprint::parse(&text).unwrap().to_string(), text);
    for other in ["", "●", "●1", &text[3..], &format!("{text}0"), &text.replace('●', "*")] {
        assert_eq!(Fingerprint::parse(other), None, "{other}");
    }
}

#[test]
fn a_pointer_leads_where_json_says() {
    let value = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "labels": {"a/b": "slash", "a~b": "tilde", "": "none"}},
        "spec": {"containers": [{"name": "x"}, {"name": "y", "args": []}]},
    });
    let taken = Object::new(value.clone()).unwrap();
    for pointer in [
        "",
        "/",
        "spec",
        "/spec",
        "/spec/",
        "/metadata/labels/",
        "/metadata/labels/a~1b",
        "/metadata/labels/a~0b",
        "/spec/containers",
        "/spec/containers/1/name",
        "/spec/containers/2",
        "/spec/containers/+1/name",
        "/spec/containers/01/name",
        "/spec/containers/x",
        "/spec/containers/1/name/0",
        "/spec/containers/1/args/0",
        "/nowhere/deep",
    ] {
        assert_eq!(taken.at(pointer), value.pointer(pointer), "{pointer}");
    }
}
