//! What an API server, or the way to it, refuses, and the words for it.

use std::error::Error;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use landfall::cluster::{Refusal, Tried};
use landfall::document::{read_one, to_yaml};
use rstest::rstest;
use serde_json::json;

/// Each fixture: an answer of an API server, and what it means.
#[rstest]
fn refusal_is_put_into_words(#[files("tests/fixtures/ingest/*.yaml")] path: PathBuf) {
    let told = read_one("case", &fs::read_to_string(&path).unwrap()).unwrap().to_value();
    let status = u16::try_from(told["status"].as_u64().unwrap()).unwrap();
    let refusal = Refusal::of(status, &told["body"]);
    let failure = refusal.failure("apply Deployment mlflow-dev", "https://10.0.0.5:6443");
    let found = json!({
        "refusal": format!("{refusal:?}").split([' ', '(', '{']).next().unwrap(),
        "words": refusal.words(),
        "failure": failure.to_string(),
        "kind": failure.kind.word(),
        "next": failure.hints.join(", "),
    });
    assert!(found == told["expect"], "{} became\n{}", path.display(), to_yaml(&found));
    let said = format!("{failure} {}", failure.hints.join(" ")).to_lowercase();
    for never in ["failed to", "please", "\u{1b}", "\n", ": :", "..", "map[", ": ,"] {
        assert!(!said.contains(never), "{never:?} in {said}");
    }
    assert!(!failure.hints.is_empty() && !failure.what.ends_with('.'), "{failure}");
}

#[test]
fn a_busy_server_says_when_to_come_back() {
    let body =
        json!({"message": "too many requests", "reason": "TooManyRequests", "details": {"retryAfterSeconds": 7}});
    let expected = Refusal::Busy { message: String::new(), after: Some(Duration::from_secs(7)) };
    assert_eq!(Refusal::of(429, &body), expected);
}

#[test]
fn the_managers_of_a_conflict_are_read() {
    let cause =
        |field: &str, message: &str| json!({"reason": "FieldManagerConflict", "field": field, "message": message});
    let body = json!({"reason": "Conflict", "details": {"causes": [
        cause(".spec.replicas", r#"conflict with "kube-controller-manager" with subresource "scale" using apps/v1"#),
        cause(".data.a\u{1b}[2J", r#"conflict with "kubectl-edit" using v1"#),
        cause(".data.b", "conflict with somebody"),
    ]}});
    let Refusal::Conflict(held) = Refusal::of(409, &body) else { unreachable!("a conflict") };
    let held: Vec<_> = held.iter().map(|held| (held.field.as_str(), held.manager.as_str())).collect();
    let expected =
        [(".spec.replicas", "kube-controller-manager"), (".data.a", "kubectl-edit"), (".data.b", "another manager")];
    assert_eq!(held, expected);
}

fn transport(error: impl Error + Send + Sync + 'static) -> (String, Tried) {
    match Refusal::transport(&kube::Error::Service(Box::new(error))) {
        Refusal::NoContact { why, tried } => (why, tried),
        other => unreachable!("{other:?}"),
    }
}

#[rstest]
#[case(io::ErrorKind::ConnectionRefused, "the connection was refused", Tried::Connection)]
#[case(io::ErrorKind::ConnectionReset, "the connection was reset", Tried::Connection)]
#[case(io::ErrorKind::BrokenPipe, "the connection was closed", Tried::Connection)]
#[case(io::ErrorKind::UnexpectedEof, "the connection was closed", Tried::Connection)]
#[case(io::ErrorKind::TimedOut, "the connection did not come about in time", Tried::Deadline)]
#[case(io::ErrorKind::NetworkUnreachable, "the network is unreachable", Tried::Deadline)]
#[case(io::ErrorKind::HostUnreachable, "the network is unreachable", Tried::Deadline)]
#[case(io::ErrorKind::Other, "the connection did not come about", Tried::Connection)]
fn the_system_says_why(#[case] kind: io::ErrorKind, #[case] why: &str, #[case] tried: Tried) {
    assert_eq!(transport(io::Error::from(kind)), (why.to_owned(), tried));
}

/// The texts of rustls, hyper and kube as they come through.
#[rstest]
#[case(
    "invalid peer certificate: certificate expired: verification time 1 (UNIX), but certificate is not valid after 0 (1 seconds ago)",
    "the server's certificate has expired"
)]
#[case("invalid peer certificate: Expired", "the server's certificate has expired")]
#[case(
    "invalid peer certificate: UnknownIssuer",
    "the server's certificate is signed by an authority this context does not know"
)]
#[case(
    "invalid peer certificate: certificate not valid for name \"a\"; certificate is only valid for b",
    "the server's certificate is for another name"
)]
#[case("invalid peer certificate: NotValidForName", "the server's certificate is for another name")]
#[case(
    "invalid peer certificate: certificate not valid yet: verification time 1 (UNIX)",
    "the server's certificate is not valid yet, or this machine's clock is wrong"
)]
#[case(
    "invalid peer certificate: Other(OtherError(UnsupportedCertVersion))",
    "a certificate is of the old X.509 version 1, which is not supported"
)]
#[case("invalid peer certificate: BadEncoding", "the server's certificate is not accepted")]
#[case("received fatal alert: CertificateExpired", "the client certificate of this context has expired")]
#[case("received fatal alert: CertificateRequired", "the server wants a client certificate, and this context has none")]
#[case("received fatal alert: UnknownCA", "the server does not accept the client certificate of this context")]
#[case("received fatal alert: ProtocolVersion", "the server ended the TLS handshake")]
#[case("received corrupt message of type InvalidContentType", "what answers there does not speak TLS")]
#[case("dns error", "the server's name cannot be resolved")]
#[case("failed to lookup address information: Name or service not known", "the server's name cannot be resolved")]
#[case("tunnel error: proxy authorization required", "the proxy did not let the connection through")]
#[case("failed to load client certificate: no base64 data or file", "a certificate of this context cannot be used")]
fn texts_say_why(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(transport(io::Error::other(text.to_owned())), (expected.to_owned(), Tried::Setup));
}

/// What a credential plugin writes may be a token, and may hold any word.
#[test]
fn the_output_of_a_plugin_says_nothing() {
    use kube::client::AuthError;
    let said = "token eyJhbGciOi expired; connection refused; invalid peer certificate: Expired";
    for error in [AuthError::AuthExec(said.to_owned()), AuthError::AuthExecStart(io::Error::other(said))] {
        let refusal = Refusal::transport(&kube::Error::Service(Box::new(error)));
        assert!(refusal.words().starts_with("the credential plugin of this context "), "{}", refusal.words());
        let failure = refusal.failure("list Pods", "https://10.0.0.5:6443");
        assert!(!format!("{failure:?}").contains("eyJ") && !format!("{refusal:?}").contains("eyJ"));
    }
    let file = AuthError::ReadTokenFile(io::Error::from(io::ErrorKind::NotFound), PathBuf::from("/token"));
    let refusal = Refusal::transport(&kube::Error::Auth(file));
    assert_eq!(refusal.words(), "the token file of this context cannot be read");
}
