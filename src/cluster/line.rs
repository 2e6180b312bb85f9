//! The client behind a cluster, and another one when it has gone bad.
//!
//! The client library keeps connections that a network has silently dropped, and a token without an end until the end of
//! the program. A new client has neither.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use kube::Config;
use kube::client::{AuthError, ClientBuilder};

use super::refusal::Refusal;

/// How long a credential plugin may take.
const PLUGIN: Duration = Duration::from_secs(20);
/// Two clients are not made within this time: what is wrong then is not the client.
const REST: Duration = Duration::from_secs(5);

/// Why a plugin that was told that nobody is there gave nothing.
pub(super) enum Silent {
    /// It may do better where somebody can answer.
    Asks(String),
    /// It would not.
    No(String),
}

/// The way to one server.
pub(super) struct Line {
    current: Mutex<Current>,
    making: tokio::sync::Mutex<()>,
    /// How to make another client; none where somebody else made it.
    config: Option<Config>,
}

struct Current {
    client: kube::Client,
    number: u64,
    since: Option<Instant>,
}

impl Line {
    /// A client that somebody else made, and that stays.
    pub(super) fn given(client: kube::Client) -> Self {
        Self::new(client, None)
    }

    /// A client of a configuration. Making it may start a credential plugin and waits for it.
    ///
    /// # Errors
    /// One clause that says what is wrong with the credentials or certificates.
    pub(super) async fn open(config: Config) -> Result<Self, Silent> {
        let client = silently(config.clone()).await?;
        Ok(Self::made(client, config))
    }

    /// A client that was made of a configuration.
    pub(super) fn made(client: kube::Client, config: Config) -> Self {
        Self::new(client, Some(config))
    }

    fn new(client: kube::Client, config: Option<Config>) -> Self {
        let current = Current { client, number: 0, since: None };
        Self { current: Mutex::new(current), making: tokio::sync::Mutex::default(), config }
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The client to use now.
    pub(super) fn client(&self) -> kube::Client {
        self.current().client.clone()
    }

    /// Which client that is: the first, the second, …
    pub(super) fn number(&self) -> u64 {
        self.current().number
    }

    /// Makes another client if what was refused lies at the one that was used; says whether there is another one now.
    pub(super) async fn renew(&self, used: u64, refusal: &Refusal) -> bool {
        let Some(config) = self.config.as_ref().filter(|_| refusal.lies_at_the_line()) else { return false };
        let _making = self.making.lock().await;
        {
            let current = self.current();
            if current.number != used {
                return true;
            }
            if current.since.is_some_and(|since| since.elapsed() < REST) {
                return false;
            }
        }
        let made = silently(config.clone()).await;
        let mut current = self.current();
        current.since = Some(Instant::now());
        let Ok(client) = made else { return false };
        current.client = client;
        current.number += 1;
        true
    }
}

/// A client of a configuration. Making it may start a credential plugin and waits for it, on a thread of its own: a
/// plugin that hangs keeps neither the screen nor the end of the program.
async fn silently(config: Config) -> Result<kube::Client, Silent> {
    let made = tokio::task::spawn_blocking(move || ClientBuilder::try_from(config).map(ClientBuilder::build));
    match tokio::time::timeout(PLUGIN, made).await {
        Ok(Ok(Ok(client))) => Ok(client),
        Ok(Ok(Err(error))) => {
            let why = Refusal::transport(&error).words();
            let ran = matches!(error, kube::Error::Auth(AuthError::AuthExecRun { .. }));
            Err(if ran { Silent::Asks(why) } else { Silent::No(why) })
        }
        Ok(Err(_)) => Err(Silent::No("its sign-in broke down".to_owned())),
        Err(_) => {
            let why = format!("the credential plugin of this context does not answer within {} s", PLUGIN.as_secs());
            Err(Silent::Asks(why))
        }
    }
}
