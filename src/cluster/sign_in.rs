//! Signing in where somebody has to answer: the credential plugin of a context, run once with the terminal.
//!
//! kube would run such a plugin again in the middle of a screen once its credential runs out. Here the credential is
//! kept for this run and given back to the door when it is old. What the plugin wrote is a secret and is wiped.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use kube::Config;
use kube::client::ClientBuilder;
use kube::config::ExecConfig;
use serde::Deserialize;
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::process::Command;
use zeroize::Zeroizing;

use super::line::Line;

/// A credential this close to its end is not used any more.
const NEAR: SignedDuration = SignedDuration::from_secs(60);
/// The most that a plugin may write.
const MOST: u64 = 1024 * 1024;

/// Whether a plugin may ask as soon as it wants to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Asks {
    /// Only when somebody said so.
    #[default]
    WhenTold,
    /// At once, but only once for each context.
    AtOnce,
}

/// The sign-ins of this run, by context.
#[derive(Clone, Default)]
pub struct SignIns {
    asks: Asks,
    held: Arc<Mutex<BTreeMap<String, Held>>>,
    /// Two plugins never ask at the same time.
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// What came of a sign-in.
enum Held {
    SignedIn { signed_in: SignedIn, until: Option<Timestamp> },
    Refused(String),
}

/// A client with the credential that somebody signed in for, and how to make another one with it.
#[derive(Clone)]
pub(super) struct SignedIn {
    client: kube::Client,
    config: Box<Config>,
}

impl SignedIn {
    /// The line it opens.
    pub(super) fn line(self) -> Line {
        Line::made(self.client, *self.config)
    }
}

/// A plugin's answer: `ExecCredential` of `client.authentication.k8s.io/v1`.
#[derive(Deserialize)]
struct Credential {
    status: Option<Status>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    token: Option<String>,
    client_certificate_data: Option<String>,
    client_key_data: Option<String>,
    expiration_timestamp: Option<Timestamp>,
}

impl SignIns {
    /// Sign-ins of a command in a terminal: a plugin asks as soon as it has to, once.
    pub fn at_once() -> Self {
        Self { asks: Asks::AtOnce, ..Self::default() }
    }

    /// Whether a plugin may ask without anybody saying so.
    pub(super) fn are_at_once(&self) -> bool {
        self.asks == Asks::AtOnce
    }

    /// What somebody signed in for, while its credential lasts.
    pub(super) fn held(&self, context: &str) -> Option<SignedIn> {
        let mut held = self.all();
        match held.get(context)? {
            Held::SignedIn { until: Some(until), .. } if Timestamp::now() >= *until => {
                held.remove(context);
                None
            }
            Held::SignedIn { signed_in, .. } => Some(signed_in.clone()),
            Held::Refused(_) => None,
        }
    }

    /// Forgets a credential that is not accepted any more; says whether there was one.
    pub(super) fn forget(&self, context: &str) -> bool {
        matches!(self.all().remove(context), Some(Held::SignedIn { .. }))
    }

    /// Lets a plugin ask, unless it asked and was refused before.
    ///
    /// # Errors
    /// Why there is no credential, as one clause.
    pub(super) async fn ask_once(&self, context: &str, config: Config) -> Result<SignedIn, String> {
        let _turn = self.turn.lock().await;
        if let Some(Held::Refused(why)) = self.all().get(context) {
            return Err(why.clone());
        }
        if let Some(signed_in) = self.held(context) {
            return Ok(signed_in);
        }
        let asked = self.run(context, config).await;
        if let Err(why) = &asked {
            self.all().insert(context.to_owned(), Held::Refused(why.clone()));
        }
        asked
    }

    /// Lets a plugin ask.
    ///
    /// # Errors
    /// Why there is no credential, as one clause.
    pub(super) async fn ask(&self, context: &str, config: Config) -> Result<SignedIn, String> {
        let _turn = self.turn.lock().await;
        self.run(context, config).await
    }

    async fn run(&self, context: &str, mut config: Config) -> Result<SignedIn, String> {
        let exec = config.auth_info.exec.take().ok_or("this context has no credential plugin")?;
        let status = run(&exec).await?;
        let key = status.client_key_data.map(Zeroizing::new);
        match (status.token, status.client_certificate_data, key) {
            (_, Some(certificate), Some(key)) => {
                config.auth_info.client_certificate_data = Some(STANDARD.encode(certificate));
                config.auth_info.client_key_data = Some(STANDARD.encode(key.as_bytes()).into());
            }
            (Some(token), _, _) => config.auth_info.token = Some(token.into()),
            (None, _, _) => return Err(NOTHING.to_owned()),
        }
        let client = ClientBuilder::try_from(config.clone()).map(ClientBuilder::build);
        let client = client.map_err(|error| super::Refusal::transport(&error).words())?;
        let signed_in = SignedIn { client, config: Box::new(config) };
        let until = status.expiration_timestamp.map(|end| end.checked_sub(NEAR).unwrap_or(end));
        self.all().insert(context.to_owned(), Held::SignedIn { signed_in: signed_in.clone(), until });
        Ok(signed_in)
    }

    fn all(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Held>> {
        // A poisoned lock still holds whole entries.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const NOTHING: &str = "the credential plugin of this context did not give a token";

/// Runs a plugin with the terminal: it reads and writes there, its credential comes back on a pipe. It ends with us.
async fn run(exec: &ExecConfig) -> Result<Status, String> {
    let program = exec.command.as_deref().ok_or("the credential plugin of this context has no command")?;
    let spec = json!({"interactive": true, "cluster": exec.cluster.as_ref().filter(|_| exec.provide_cluster_info)});
    let told = json!({"apiVersion": exec.api_version, "kind": "ExecCredential", "spec": spec});
    let mut command = Command::new(program);
    command.args(exec.args.iter().flatten());
    for pair in exec.env.iter().flatten() {
        if let (Some(name), Some(value)) = (pair.get("name"), pair.get("value")) {
            command.env(name, value);
        }
    }
    command.env("KUBERNETES_EXEC_INFO", told.to_string());
    for name in exec.drop_env.iter().flatten() {
        command.env_remove(name);
    }
    command.stdin(Stdio::inherit()).stderr(Stdio::inherit()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().map_err(|_| "the credential plugin of this context cannot be started")?;
    // Room for what plugins write, so that no half of it stays behind where the buffer was before.
    let mut out = Zeroizing::new(Vec::with_capacity(64 * 1024));
    if let Some(pipe) = child.stdout.take() {
        pipe.take(MOST).read_to_end(&mut out).await.map_err(|_| NOTHING)?;
    }
    let ended = child.wait().await.map_err(|_| NOTHING)?;
    if !ended.success() {
        return Err(NOTHING.to_owned());
    }
    // The reader's own words may quote the token.
    let credential: Credential = serde_json::from_slice(&out).map_err(|_| NOTHING)?;
    credential.status.ok_or_else(|| NOTHING.to_owned())
}
