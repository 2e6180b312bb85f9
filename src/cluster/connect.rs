//! From a kubeconfig to a cluster, bound to the context and the server that the environment names.

use std::path::{Path, PathBuf};
use std::time::Duration;

use kube::Config;
use kube::client::ClientBuilder;
use kube::config::{ExecInteractiveMode, KubeConfigOptions, Kubeconfig};

use super::wire::Cluster;
use crate::failure::{Failure, Kind, Place, Result};
use crate::object::clean;
use crate::secret::{Digest, is_credential};

/// How long a credential plugin may take.
const PLUGIN: Duration = Duration::from_secs(20);

/// The way to the clusters of a project.
#[derive(Clone)]
pub enum Source {
    /// A kubeconfig: the file given, else `KUBECONFIG`, else `~/.kube/config`.
    Kubeconfig {
        /// The file.
        file: Option<PathBuf>,
        /// A context that is used whatever the environment says, and must still have the environment's server.
        context: Option<String>,
    },
    /// One client for every environment.
    Given {
        /// The client.
        client: kube::Client,
        /// What it calls its context.
        context: String,
        /// What it calls its server.
        server: String,
    },
}

/// One context of a kubeconfig.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Its name.
    pub name: String,
    /// Its server's URL.
    pub server: String,
    /// Whether it is the current one.
    pub current: bool,
}

fn read(file: Option<&Path>) -> Result<Kubeconfig> {
    let shown = file.map_or_else(|| "kubeconfig".to_owned(), |file| file.display().to_string());
    match file {
        Some(file) => Kubeconfig::read_from(file),
        None => Kubeconfig::read(),
    }
    .map_err(|_| {
        // The library's texts may quote the file, tokens included.
        Failure::input("the kubeconfig cannot be read")
            .at(Place::file(shown))
            .hint("give another with --kubeconfig FILE, or set KUBECONFIG")
            .hint("try landfall without a cluster: landfall demo")
    })
}

/// The contexts of a kubeconfig.
///
/// # Errors
/// When it cannot be read.
pub fn contexts(file: Option<&Path>) -> Result<Vec<Context>> {
    let config = read(file)?;
    let server = |cluster: &str| {
        let named = config.clusters.iter().find(|named| named.name == cluster);
        named.and_then(|named| named.cluster.as_ref()?.server.clone()).unwrap_or_default()
    };
    Ok(config
        .contexts
        .iter()
        .filter_map(|named| {
            let context = named.context.as_ref()?;
            Some(Context {
                name: clean(&named.name),
                server: clean(&server(&context.cluster)),
                current: config.current_context.as_deref() == Some(&named.name),
            })
        })
        .collect())
}

impl Source {
    /// Whether there is a world behind the cluster: databases, addresses of nodes. A client that was handed in stands for
    /// a cluster that may have none.
    pub fn is_real(&self) -> bool {
        match self {
            Self::Kubeconfig { .. } => true,
            Self::Given { .. } => false,
        }
    }

    /// Opens the cluster that an environment names.
    ///
    /// # Errors
    /// When the kubeconfig cannot be read, does not have the context, or the context has another server than the
    /// environment says: nothing is ever sent to the wrong cluster.
    pub async fn open(&self, context: Option<&str>, server: Option<&str>, digest: &Digest) -> Result<Cluster> {
        match self {
            Self::Given { client, context: name, server: url } => {
                same_context(context, name)?;
                same_server(server, url, name)?;
                Ok(Cluster::new(client.clone(), name, url, digest.clone()))
            }
            Self::Kubeconfig { file, context: chosen } => {
                let mut config = read(file.as_deref())?;
                let name = match chosen.as_deref().or(context) {
                    Some(name) => name.to_owned(),
                    None => {
                        return Err(Failure::new(Kind::Blocked, "this environment names no context")
                            .hint("write `context:` and `server:` into its part of landfall.yaml"));
                    }
                };
                let known = contexts(file.as_deref())?;
                let Some(found) = known.iter().find(|known| known.name == name) else {
                    let names: Vec<_> = known.iter().map(|known| known.name.as_str()).collect();
                    return Err(Failure::new(Kind::Blocked, format!("the kubeconfig has no context {name:?}"))
                        .hint(format!("it has: {}", names.join(", ")))
                        .hint("choose another with --kubeconfig FILE or --context NAME"));
                };
                same_server(server, &found.server, &name)?;
                tame_plugins(&mut config);
                let options = KubeConfigOptions { context: Some(name.clone()), ..KubeConfigOptions::default() };
                let made = Config::from_custom_kubeconfig(config, &options).await;
                let mut config = made.map_err(|_| unusable(&name))?;
                config.connect_timeout = Some(Duration::from_secs(5));
                config.default_retry = false;
                let client = signed_in(config).await.map_err(|why| unusable(&name).because(why))?;
                Ok(Cluster::new(client, &name, &found.server, digest.clone()))
            }
        }
    }
}

/// A client of a configuration. Making it may start a credential plugin and waits for it, on a thread of its own: a
/// plugin that hangs keeps neither the screen nor the end of the program.
async fn signed_in(config: Config) -> Result<kube::Client, String> {
    let made = tokio::task::spawn_blocking(move || ClientBuilder::try_from(config).map(ClientBuilder::build));
    match tokio::time::timeout(PLUGIN, made).await {
        Ok(Ok(client)) => client.map_err(|error| super::Refusal::transport(&error).words()),
        Ok(Err(_)) => Err("its sign-in broke down".to_owned()),
        Err(_) => Err(format!("the credential plugin of this context does not answer within {} s", PLUGIN.as_secs())),
    }
}

/// A credential plugin that asks would garble the screen; it is told that nobody is there. And it is none of its
/// business which credentials the environment holds for us.
fn tame_plugins(config: &mut Kubeconfig) {
    let ours =
        || std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).filter(|name| is_credential(name));
    for user in &mut config.auth_infos {
        if let Some(exec) = user.auth_info.as_mut().and_then(|user| user.exec.as_mut()) {
            exec.interactive_mode = Some(ExecInteractiveMode::Never);
            exec.drop_env.get_or_insert_default().extend(ours());
        }
    }
}

fn unusable(context: &str) -> Failure {
    Failure::new(Kind::Blocked, format!("context {context} of the kubeconfig cannot be used"))
        .hint(format!("check its cluster, user and certificates: kubectl --context {context} version"))
}

fn same_context(wanted: Option<&str>, found: &str) -> Result<()> {
    match wanted {
        Some(wanted) if wanted != found => Err(Failure::new(
            Kind::Blocked,
            format!("this environment belongs to context {wanted}, and {found} is connected"),
        )
        .hint("nothing was sent; change `context:` in landfall.yaml if that is meant")),
        Some(_) | None => Ok(()),
    }
}

fn same_server(wanted: Option<&str>, found: &str, context: &str) -> Result<()> {
    let bare = |url: &str| url.trim_end_matches('/').to_ascii_lowercase();
    match wanted {
        Some(wanted) if bare(wanted) != bare(found) => Err(Failure::new(
            Kind::Blocked,
            format!("context {context} leads to {found}, and this environment belongs to {wanted}"),
        )
        .hint("nothing was sent; choose the right context, or change `server:` in landfall.yaml if the cluster moved")),
        Some(_) | None => Ok(()),
    }
}
