//! What is judged without a wire: images' names, versions, rules, and what probes say.

use landfall::check::{Answer, Reference, Verdict, allowed, answers, version};
use landfall::cluster::{Need, Rule};

#[test]
fn the_parts_of_an_image() {
    for (image, registry, repository, tag, manifest) in [
        (
            "ghcr.io/mlflow/mlflow:v3.18.0-full",
            "ghcr.io",
            "mlflow/mlflow",
            "v3.18.0-full",
            "https://ghcr.io/v2/mlflow/mlflow/manifests/v3.18.0-full",
        ),
        (
            "busybox",
            "docker.io",
            "library/busybox",
            "latest",
            "https://registry-1.docker.io/v2/library/busybox/manifests/latest",
        ),
        (
            "bitnami/redis:7",
            "docker.io",
            "bitnami/redis",
            "7",
            "https://registry-1.docker.io/v2/bitnami/redis/manifests/7",
        ),
        ("localhost:5000/a/b:1", "localhost:5000", "a/b", "1", "http://localhost:5000/v2/a/b/manifests/1"),
        ("127.0.0.1:99/a", "127.0.0.1:99", "a", "latest", "http://127.0.0.1:99/v2/a/manifests/latest"),
        ("r.example/a:1@sha256:ab", "r.example", "a", "sha256:ab", "https://r.example/v2/a/manifests/sha256:ab"),
    ] {
        let found = Reference::parse(image);
        let parts = (found.registry.as_str(), found.repository.as_str(), found.version.as_str(), found.manifest());
        assert_eq!(parts, (registry, repository, tag, manifest.to_owned()), "{image}");
    }
    let docker = Reference::parse("busybox");
    assert!(docker.is_kept_under("https://index.docker.io/v1/") && !docker.is_kept_under("ghcr.io"));
}

#[test]
fn old_and_strange_versions_are_told() {
    let verdict = |text: &str| version(text, "c", "s").verdict;
    assert_eq!(verdict("v1.36.2"), Verdict::Ok);
    assert_eq!(verdict("v1.27.16-eks-1a2b"), Verdict::Ok);
    assert_eq!(verdict("v1.26.0+k3s1"), Verdict::Warn);
    assert_eq!(verdict("unknown"), Verdict::Unknown);
}

#[test]
fn rules_allow_what_the_authorizer_allows() {
    let texts = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let rule = |verbs: &[&str], groups: &[&str], resources: &[&str], names: &[&str]| Rule {
        verbs: texts(verbs),
        groups: texts(groups),
        resources: texts(resources),
        names: texts(names),
    };
    let need = |verb: &str, group: &str, resource: &str, name: Option<&str>| Need {
        verb: verb.to_owned(),
        group: group.to_owned(),
        resource: resource.to_owned(),
        namespace: Some("n".to_owned()),
        name: name.map(str::to_owned),
    };
    let everything = [rule(&["*"], &["*"], &["*"], &[])];
    assert!(allowed(&everything, &need("patch", "apps", "deployments", None)));
    assert!(allowed(&everything, &need("get", "", "pods/log", None)));
    let some =
        [rule(&["get", "list"], &[""], &["pods", "*/log"], &[]), rule(&["patch"], &["apps"], &["deployments"], &["a"])];
    assert!(allowed(&some, &need("list", "", "pods", None)));
    assert!(allowed(&some, &need("get", "", "pods/log", None)));
    assert!(!allowed(&some, &need("create", "", "pods", None)));
    assert!(!allowed(&some, &need("list", "apps", "pods", None)));
    assert!(!allowed(&some, &need("patch", "apps", "deployments", None)), "one of them is not all of them");
    assert!(allowed(&some, &need("patch", "apps", "deployments", Some("a"))));
}

#[test]
fn a_probe_is_heard_between_whatever_else_it_prints() {
    let text = "Traceback (most recent call last):\n\
        {\"check\": \"a\", \"verdict\": \"ok\", \"says\": \"one\"}\n\
        {\"check\": \"a\", \"verdict\": \"fail\", \"says\": \"two\\u001b[31m red.\", \"reason\": \"r\", \"evidence\": [\"e\"]}\n\
        {\"check\": \"a\", \"verdict\": \"ok\", \"says\": \"one\"}\n\
        {\"check\": \"a\", \"verdict\": \"great\", \"says\": \"no such verdict\"}\n\
        {\"check\": \"a\", \"verdict\": \"ok\", \"says\": \"more\", \"shell\": \"rm\"}\n\
        {broken\n";
    let found = answers(text);
    assert_eq!(found.iter().map(|answer| answer.says.as_str()).collect::<Vec<_>>(), ["one", "two red."]);
    let (finding, reason) = Answer::sum(&found.iter().collect::<Vec<_>>()).unwrap();
    assert_eq!((finding.verdict, finding.headline.as_str(), reason.as_deref()), (Verdict::Fail, "two red", Some("r")));
    assert_eq!(finding.evidence, ["ok: one", "e"]);
    assert_eq!(Answer::sum(&[]), None);
    let long = format!("{{\"check\": \"a\", \"verdict\": \"ok\", \"says\": \"{}\"}}", "x".repeat(9000));
    assert!(answers(&long)[0].says.chars().count() <= 401);
}
