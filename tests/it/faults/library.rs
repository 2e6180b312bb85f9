//! What the client library does when it is left alone, in the version in use. Each test is the reason for something in
//! `src/cluster`; one that fails says that the reason is gone.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kube::Config;
use kube::config::{KubeConfigOptions, Kubeconfig};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A server that answers each request with what is said for it: by the number of its connection and of the request in it,
/// both from 0; nothing is silence.
async fn server(
    says: impl Fn(usize, usize) -> Option<&'static str> + Send + Sync + 'static,
) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let (count, says) = (Arc::clone(&asked), Arc::new(says));
    tokio::spawn(async move {
        let mut connection = 0;
        while let Ok((stream, _)) = listener.accept().await {
            let (count, says) = (Arc::clone(&count), Arc::clone(&says));
            tokio::spawn(async move { answer(stream, &count, |request| says(connection, request)).await });
            connection += 1;
        }
    });
    (url, asked)
}

async fn answer(mut stream: TcpStream, asked: &AtomicUsize, says: impl Fn(usize) -> Option<&'static str>) {
    let mut buffer = vec![0; 16 * 1024];
    let mut request = 0;
    while let Ok(1..) = stream.read(&mut buffer).await {
        asked.fetch_add(1, Ordering::SeqCst);
        if let Some(status) = says(request) {
            let text = format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}");
            stream.write_all(text.as_bytes()).await.unwrap();
        }
        request += 1;
    }
}

fn config(url: &str) -> Config {
    Config::new(url.parse().unwrap())
}

/// Sends a GET; its status, or nothing where there is no answer within a time.
async fn get(client: &kube::Client, within: Duration) -> Option<u16> {
    let request = http::Request::get("/version").body(kube::client::Body::empty()).unwrap();
    let answer = tokio::time::timeout(within, client.send(request)).await.ok()?;
    Some(answer.unwrap().status().as_u16())
}

const SOON: Duration = Duration::from_secs(10);

#[tokio::test]
async fn it_waits_for_an_answer_for_ever() {
    assert_eq!(config("http://127.0.0.1:1").read_timeout, None);
    let (url, asked) = server(|_, _| None).await;
    let client = kube::Client::try_from(config(&url)).unwrap();
    assert_eq!(get(&client, Duration::from_secs(2)).await, None);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn it_goes_on_using_a_connection_that_is_dead() {
    // The first connection answers once and is then silent; every other one is well.
    let (url, _) = server(|connection, request| (connection > 0 || request == 0).then_some("200 OK")).await;
    let client = kube::Client::try_from(config(&url)).unwrap();
    assert_eq!(get(&client, SOON).await, Some(200));
    // It is in the pool a moment later.
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(get(&client, Duration::from_secs(2)).await, None);
    // A request that is given up takes its connection with it.
    assert_eq!(get(&client, SOON).await, Some(200));
}

#[tokio::test]
async fn it_hides_refusals_by_trying_again_unless_told_otherwise() {
    for (retry, least) in [(true, 2), (false, 1)] {
        let (url, asked) = server(|_, _| Some("503 Service Unavailable")).await;
        let mut config = config(&url);
        config.default_retry = retry;
        let client = kube::Client::try_from(config).unwrap();
        let answer = get(&client, Duration::from_secs(3)).await;
        let asked = asked.load(Ordering::SeqCst);
        assert!(asked >= least, "{asked}");
        if !retry {
            assert_eq!((answer, asked), (Some(503), 1));
        }
    }
}

/// A kubeconfig whose user gets tokens from a plugin that counts how often it was started.
async fn plugged(folder: &TempDir, url: &str) -> Config {
    let (plugin, count) = (folder.path().join("plugin"), folder.path().join("count"));
    let status =
        r#"{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "t"}}"#;
    std::fs::write(&plugin, format!("#!/bin/sh\necho once >>'{}'\necho '{status}'\n", count.display())).unwrap();
    std::fs::set_permissions(&plugin, std::fs::Permissions::from_mode(0o755)).unwrap();
    let text = format!(
        "{{apiVersion: v1, kind: Config, current-context: c, contexts: [{{name: c, context: {{cluster: c, user: u}}}}],
        clusters: [{{name: c, cluster: {{server: \"{url}\"}}}}],
        users: [{{name: u, user: {{exec: {{apiVersion: client.authentication.k8s.io/v1, command: \"{}\",
        interactiveMode: Never}}}}}}]}}",
        plugin.display()
    );
    let kubeconfig = Kubeconfig::from_yaml(&text).unwrap();
    Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap()
}

#[tokio::test]
async fn it_never_asks_a_plugin_again_that_names_no_end() {
    let folder = tempfile::tempdir().unwrap();
    let (url, _) = server(|_, _| Some("401 Unauthorized")).await;
    let client = kube::Client::try_from(plugged(&folder, &url).await).unwrap();
    let started = || std::fs::read_to_string(folder.path().join("count")).unwrap().lines().count();
    // Three times for one client: for the header, for the certificate, and for the end of both.
    assert_eq!(started(), 3);
    for _ in 0..3 {
        assert_eq!(get(&client, SOON).await, Some(401));
    }
    assert_eq!(started(), 3);
}
