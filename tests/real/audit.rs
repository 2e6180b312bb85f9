//! What an audit log that keeps the bodies of requests learns: a value only where it is written into its Secret.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::ears::{Ears, said};
use crate::plane::{CONTEXT, Plane};
use crate::support::asset;

#[tokio::test]
async fn only_the_writing_of_a_secret_says_its_value() {
    let plane = Plane::own_with(&["Request"]).await;
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("terraform.tfvars"), asset("demo/terraform.tfvars")).unwrap();
    let landfall = |arguments: &[&str], code: i32| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_landfall"));
        command.args(arguments).current_dir(home.path()).env_clear();
        command.env("HOME", home.path()).env("KUBECONFIG", plane.kubeconfig()).env("PATH", "/usr/bin:/bin");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A command that wants none may have closed it.
        let _ = child.stdin.take().unwrap().write_all(said().as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "landfall {arguments:?}: {text}");
    };
    let import = ["import", "terraform.tfvars", "--vault", "env", "--yes", "--set", "access.hosts=192.168.40.11"];
    landfall(&[&import[..], &["--bind", &format!("dev={CONTEXT}")]].concat(), 0);
    let stdin = ["--vault", "stdin"];
    for (words, code) in [
        (&["plan", "dev", "--exit-code"][..], 10),
        (&["apply", "dev", "--yes"], 0),
        (&["plan", "dev", "--exit-code"], 0),
        (&["apply", "dev", "--yes", "--set", "workers=3"], 0),
        (&["creds", "status", "dev"], 0),
        (&["check", "dev", "--no-probe", "--only", "permissions,quota,pod-security,ports,credentials"], 0),
    ] {
        landfall(&[words, &stdin].concat(), code);
    }

    let (ears, log) = (Ears::new(), std::fs::read_to_string(plane.file("audit.log")).unwrap());
    let (mut ours, mut rehearsed, mut written) = (0, 0, 0);
    for line in log.lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        let word = |pointer: &str| entry.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let dry = word("/requestURI").contains("dryRun=");
        let landfalls = word("/userAgent").starts_with("landfall/");
        let writes = matches!(word("/verb"), "create" | "update" | "patch");
        let of_a_secret = word("/objectRef/resource") == "secrets" && landfalls && writes;
        ours += usize::from(landfalls);
        rehearsed += usize::from(of_a_secret && dry && entry.get("requestObject").is_some());
        if of_a_secret && !dry && !ears.hear(line.as_bytes()).is_empty() {
            written += 1;
            continue;
        }
        ears.silence("the audit log", line);
    }
    assert!(ours > 40 && rehearsed >= 4, "{ours} requests, {rehearsed} rehearsals of a Secret");
    // Its own and the shared one, once each: nothing is written again that stays.
    assert_eq!(written, 2, "Secrets written with their values");
}
