//! From a kubeconfig to a cluster, bound to the context and the server that the environment names.

use std::path::{Path, PathBuf};
use std::time::Duration;

use kube::Config;
use kube::config::{ExecConfig, ExecInteractiveMode, KubeConfigOptions, Kubeconfig};

use super::line::{Line, Silent};
use super::sign_in::SignIns;
use super::wire::Cluster;
use crate::failure::{Failure, Kind, Place, Result};
use crate::object::clean;
use crate::secret::{Digest, is_credential};

/// The way to the clusters of a project.
#[derive(Clone)]
pub enum Source {
    /// A kubeconfig: the file given, else `KUBECONFIG`, else `~/.kube/config`.
    Kubeconfig {
        /// The file.
        file: Option<PathBuf>,
        /// A context that is used whatever the environment says, and must still have the environment's server.
        context: Option<String>,
        /// Who signed in where somebody had to.
        sign_ins: SignIns,
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

/// Why a cluster was not opened.
#[derive(Debug, Clone)]
pub enum Unopened {
    /// The credential plugin of its context wants an answer from somebody.
    SignIn {
        /// The program that would ask.
        program: String,
        /// What is said where nobody can answer.
        failure: Box<Failure>,
    },
    /// Anything else.
    No(Box<Failure>),
}

impl From<Failure> for Unopened {
    fn from(failure: Failure) -> Self {
        Self::No(Box::new(failure))
    }
}

impl From<Unopened> for Failure {
    fn from(unopened: Unopened) -> Self {
        match unopened {
            Unopened::SignIn { failure, .. } | Unopened::No(failure) => *failure,
        }
    }
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
    /// environment says: nothing is ever sent to the wrong cluster. When somebody has to sign in.
    pub async fn open(
        &self,
        context: Option<&str>,
        server: Option<&str>,
        digest: &Digest,
    ) -> Result<Cluster, Unopened> {
        match self {
            Self::Given { client, context: name, server: url } => {
                same_context(context, name)?;
                same_server(server, url, name)?;
                Ok(Cluster::new(Line::given(client.clone()), name, url, digest.clone()))
            }
            Self::Kubeconfig { file, context: chosen, sign_ins } => {
                let way = Way::find(file.as_deref(), chosen.as_deref().or(context), server).await?;
                let (name, url) = (way.context.clone(), way.server.clone());
                let line = match sign_ins.held(&name) {
                    Some(signed_in) => signed_in.line(),
                    None => way.line(sign_ins).await?,
                };
                Ok(Cluster::new(line, &name, &url, digest.clone()))
            }
        }
    }

    /// Lets the credential plugin of the context that an environment names ask somebody at this terminal. What it gives
    /// is kept for this run.
    ///
    /// # Errors
    /// As [`Source::open`]; when the plugin gives nothing.
    pub async fn sign_in(&self, context: Option<&str>, server: Option<&str>) -> Result<()> {
        match self {
            Self::Given { .. } => Ok(()),
            Self::Kubeconfig { file, context: chosen, sign_ins } => {
                let Way { context, config, .. } =
                    Way::find(file.as_deref(), chosen.as_deref().or(context), server).await?;
                match sign_ins.ask(&context, config).await {
                    Ok(_) => Ok(()),
                    Err(why) => Err(unusable(&context).because(why)),
                }
            }
        }
    }

    /// Forgets who signed in to a context, since the cluster does not accept it any more; says whether somebody had.
    pub fn forget(&self, context: &str) -> bool {
        match self {
            Self::Given { .. } => false,
            Self::Kubeconfig { sign_ins, .. } => sign_ins.forget(context),
        }
    }
}

/// A context that leads where the environment belongs.
struct Way {
    context: String,
    server: String,
    config: Config,
    /// What the kubeconfig says of its plugin, if there is one.
    mode: Option<ExecInteractiveMode>,
}

impl Way {
    async fn find(file: Option<&Path>, context: Option<&str>, server: Option<&str>) -> Result<Self> {
        let Some(name) = context else {
            return Err(Failure::new(Kind::Blocked, "this environment names no context")
                .hint("write `context:` and `server:` into its part of landfall.yaml"));
        };
        let known = contexts(file)?;
        let Some(found) = known.iter().find(|known| known.name == name) else {
            let names: Vec<_> = known.iter().map(|known| known.name.as_str()).collect();
            return Err(Failure::new(Kind::Blocked, format!("the kubeconfig has no context {name:?}"))
                .hint(format!("it has: {}", names.join(", ")))
                .hint("choose another with --kubeconfig FILE or --context NAME"));
        };
        same_server(server, &found.server, name)?;
        let options = KubeConfigOptions { context: Some(name.to_owned()), ..KubeConfigOptions::default() };
        let read = Config::from_custom_kubeconfig(read(file)?, &options).await;
        let mut config = read.map_err(|_| unusable(name))?;
        config.connect_timeout = Some(Duration::from_secs(5));
        config.default_retry = false;
        // An exec section that says nothing of it may ask where somebody can answer.
        let exec = config.auth_info.exec.as_mut();
        let mode = exec.map(|exec| tame(exec).unwrap_or(ExecInteractiveMode::IfAvailable));
        Ok(Self { context: name.to_owned(), server: found.server.clone(), config, mode })
    }

    /// The line of this context. A plugin runs in silence first; one that wants an answer asks only where it may.
    async fn line(self, sign_ins: &SignIns) -> Result<Line, Unopened> {
        let asks = match &self.mode {
            Some(ExecInteractiveMode::Always) => "the credential plugin of this context always asks".to_owned(),
            Some(ExecInteractiveMode::IfAvailable | ExecInteractiveMode::Never) | None => {
                match Line::open(self.config.clone()).await {
                    Ok(line) => return Ok(line),
                    Err(Silent::Asks(why)) if self.mode == Some(ExecInteractiveMode::IfAvailable) => why,
                    Err(Silent::Asks(why) | Silent::No(why)) => {
                        return Err(unusable(&self.context).because(why).into());
                    }
                }
            }
        };
        if sign_ins.are_at_once() {
            let asked = sign_ins.ask_once(&self.context, self.config).await;
            return match asked {
                Ok(signed_in) => Ok(signed_in.line()),
                Err(why) => Err(unusable(&self.context).because(why).into()),
            };
        }
        let command = self.config.auth_info.exec.as_ref().and_then(|exec| exec.command.as_deref());
        let failure = unusable(&self.context).because(asks).hint("in a terminal the plugin may ask for what it needs");
        Err(Unopened::SignIn { program: clean(command.unwrap_or_default()), failure: Box::new(failure) })
    }
}

/// A credential plugin that asks would garble the screen; it is told that nobody is there. And it is none of its
/// business which credentials the environment holds for us. Gives back what it was told before.
fn tame(exec: &mut ExecConfig) -> Option<ExecInteractiveMode> {
    let ours = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).filter(|name| is_credential(name));
    exec.drop_env.get_or_insert_default().extend(ours);
    exec.interactive_mode.replace(ExecInteractiveMode::Never)
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
