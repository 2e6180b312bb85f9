//! The real program, in a folder of its own, in front of a cluster that is served over HTTP.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use kube::client::Body;
use landfall::demo::Demo;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::process::Command;

use crate::support::asset;

/// Serves a client's cluster on a port of this machine until the runtime ends; gives its URL.
pub(crate) async fn serve(client: kube::Client) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let client = client.clone();
            let service = service_fn(move |request| pass(client.clone(), request));
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    url
}

async fn pass(client: kube::Client, request: Request<Incoming>) -> Result<Response<Body>, kube::Error> {
    let (head, body) = request.into_parts();
    let bytes = body.collect().await.map_err(kube::Error::HyperError)?.to_bytes();
    client.send(Request::from_parts(head, Body::from(bytes))).await
}

/// What the program said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) took: Duration,
}

/// A folder with a project, a kubeconfig and a home.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    /// The demo project, bound to a server, and a kubeconfig with a user.
    pub(crate) fn new(url: &str, user: &str) -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        place.write("landfall.yaml", &asset("demo/landfall.yaml").replace(Demo::SERVER, url));
        place.kubeconfig(url, user);
        std::fs::create_dir(place.path("home")).unwrap();
        place
    }

    /// Writes the kubeconfig anew; `user` is YAML in braces.
    pub(crate) fn kubeconfig(&self, url: &str, user: &str) {
        let text = format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: demo\n\
             clusters: [{{name: demo, cluster: {{server: \"{url}\"}}}}]\n\
             users: [{{name: ann, user: {user}}}]\n\
             contexts: [{{name: demo, context: {{cluster: demo, user: ann}}}}]\n"
        );
        self.write("kubeconfig", &text);
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// landfall with arguments, here; credentials come from standard input.
    pub(crate) fn landfall(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_landfall"));
        command.env_clear().envs([("PATH", "/usr/bin:/bin"), ("LANG", "C.UTF-8"), ("USER", "ann")]);
        command.env("HOME", self.path("home")).env("KUBECONFIG", self.path("kubeconfig"));
        command.args(arguments).current_dir(self.folder.path()).kill_on_drop(true);
        command
    }

    /// Every file here, by its name.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        fn gather(folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    gather(&path, found);
                } else {
                    found.insert(path.display().to_string(), std::fs::read(&path).unwrap());
                }
            }
        }
        let mut found = BTreeMap::new();
        gather(self.folder.path(), &mut found);
        found
    }
}

/// Runs a program with this standard input until it ends; it may take a minute.
pub(crate) async fn run(mut command: Command, input: &str) -> Said {
    let begun = Instant::now();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A program that does not read is none of our business.
    let _ = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    let output = tokio::time::timeout(Duration::from_mins(1), child.wait_with_output()).await;
    let output = output.expect("it hangs").unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr), took: begun.elapsed() }
}
