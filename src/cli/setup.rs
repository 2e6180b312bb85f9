//! From arguments to a session: which project, which vault, which way to the clusters.

use std::io;
use std::path::{Path, PathBuf};

use etcetera::{AppStrategy, AppStrategyArgs, choose_app_strategy};

use super::args::{Args, Door, Verb};
use super::{ask, choose};
use crate::cluster::{SignIns, Source};
use crate::deploy::{Session, Setup};
use crate::failure::{Failure, Kind, Result};
use crate::module::Module;
use crate::project::{FILE, Project};
use crate::secret::{Keeper, Known, Memory, VaultKind};
use crate::system::Web;

/// A cluster that somebody else started.
pub struct Cluster {
    /// The way to it.
    pub client: kube::Client,
    /// What it calls its context.
    pub context: &'static str,
    /// What it calls its server.
    pub server: &'static str,
    /// What answers around it over HTTP.
    pub web: Web,
    /// Where temporary files go.
    pub folder: PathBuf,
}

/// Begins a session.
///
/// # Errors
/// There is no project, something in it is wrong, or the vault is not one.
pub async fn begin(args: &Args, given: Option<Cluster>) -> Result<Session> {
    let project = match (&args.common.project, &given) {
        (Some(folder), _) => Project::load(&folder_of(folder))?,
        (None, Some(_)) => demo_project()?,
        (None, None) => Project::load(&Project::find(&here()?)?)?,
    };
    let module = Module::load(&project.module, &project.folder)?;
    let keeper = if given.is_some() {
        Keeper::open(VaultKind::Memory, || Ok(Box::new(Memory::default())))
    } else {
        choose::keeper(args, known(&project, &module))?
    };
    choose::open(&keeper, args.asking()).await?;
    let throwaway = given.is_some();
    let project = if throwaway { without_references(project) } else { project };
    let (source, state, web) = match given {
        Some(Cluster { client, context, server, web, folder }) => {
            let given = Source::Given { client, context: context.to_owned(), server: server.to_owned() };
            (given, folder, web)
        }
        None => (source(args), state_folder()?, Web::real()),
    };
    let setup =
        Setup { project, module, keeper, source, state, who: who(), patience: args.patience(), flags: flags(args) };
    let session = Session::with_web(setup, web);
    if throwaway {
        fill(args, &session).await?;
    }
    Ok(session)
}

/// A project's folder, also where somebody names the file in it.
pub(super) fn folder_of(named: &Path) -> PathBuf {
    let folder = named.parent().filter(|_| named.ends_with(FILE) && named.is_file());
    let folder = folder.map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    folder.unwrap_or(named).to_owned()
}

/// The way to the clusters that the arguments name.
pub(super) fn source(args: &Args) -> Source {
    let (file, context) = (args.common.kubeconfig.clone(), args.common.context.clone());
    // A credential plugin may ask where somebody can answer; on the screens somebody says so first.
    let sign_ins = match args.door() {
        Door::Reports if ask::is_there() => SignIns::at_once(),
        Door::Reports | Door::Screen => SignIns::default(),
    };
    Source::Kubeconfig { file, context, sign_ins }
}

/// The names a read-only vault needs.
pub(super) fn known(project: &Project, module: &Module) -> Known {
    Known {
        environments: project.environments.iter().map(|environment| environment.name.clone()).collect(),
        fields: module.fields().iter().map(|field| field.name.clone()).collect(),
    }
}

pub(super) fn here() -> Result<PathBuf> {
    std::env::current_dir()
        .map_err(|error| Failure::new(Kind::Failed, "the current folder cannot be read").because(error.to_string()))
}

/// The options that "the same again" needs.
fn flags(args: &Args) -> String {
    let common = &args.common;
    let mut words = Vec::new();
    let mut say = |name: &str, value: Option<String>| words.extend(value.map(|value| format!(" --{name} {value}")));
    say("project", common.project.as_ref().map(|folder| folder.display().to_string()));
    if args.demo().is_some() {
        say("scenario", common.scenario.clone());
        words.insert(0, " --demo".to_owned());
        return words.concat();
    }
    say("kubeconfig", common.kubeconfig.as_ref().map(|file| file.display().to_string()));
    say("context", common.context.clone());
    say("vault", common.vault.clone());
    words.concat()
}

/// Where evidence and logs of this machine are kept.
///
/// # Errors
/// When there is no home folder.
pub(super) fn state_folder() -> Result<PathBuf> {
    let strategy = strategy()?;
    Ok(strategy.state_dir().unwrap_or_else(|| strategy.data_dir()))
}

pub(super) fn strategy() -> Result<impl AppStrategy> {
    let names = AppStrategyArgs {
        top_level_domain: "dev".to_owned(),
        author: "landfall".to_owned(),
        app_name: "landfall".to_owned(),
    };
    choose_app_strategy(names).map_err(|_| Failure::input("there is no home folder for this user").hint("set HOME"))
}

/// A settings file of the user's own (`keys.yaml`, `theme.yaml`), if there is one.
///
/// # Errors
/// When it is there and cannot be read.
pub fn own_settings(name: &str) -> Result<Option<String>> {
    let Ok(strategy) = strategy() else { return Ok(None) };
    let path = strategy.config_dir().join(name);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::input(format!("{} cannot be read", path.display())).because(error.to_string())),
    }
}

/// Who works here: user and machine.
fn who() -> String {
    let user = ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok());
    #[cfg(unix)]
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    #[cfg(not(unix))]
    let host = std::env::var("COMPUTERNAME").unwrap_or_else(|_| "here".to_owned());
    crate::object::clean(&format!("{}@{host}", user.unwrap_or_else(|| "somebody".to_owned())))
}

/// Throwaway credentials take the place of what would be read elsewhere.
fn without_references(mut project: Project) -> Project {
    project.environments.iter_mut().for_each(|environment| environment.references.clear());
    project
}

const DEMO_PROJECT: &str = include_str!("../../assets/demo/landfall.yaml");
const DEMO_TFVARS: &str = include_str!("../../assets/demo/terraform.tfvars");

fn demo_project() -> Result<Project> {
    Project::parse("landfall.yaml", DEMO_PROJECT, Path::new("."), &|_| Ok(DEMO_TFVARS.to_owned()))
}

/// Throwaway credentials: strong and different ones; on the screen the leftovers of the tfvars first, to be seen flagged.
async fn fill(args: &Args, session: &Session) -> Result<()> {
    let leftovers = matches!(args.verb, Some(Verb::Demo)) && args.common.project.is_none();
    if leftovers {
        session.take_leftovers("terraform.tfvars", DEMO_TFVARS).await?;
    }
    for environment in session.environments() {
        session.make_up(&environment).await?;
    }
    Ok(())
}
