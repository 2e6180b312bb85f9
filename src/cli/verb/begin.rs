//! What `import` and `init` have in common: contexts, namespace, missing values, the confirmation, the writing.

use std::path::PathBuf;

use super::setting_of;
use crate::cli::args::{Args, Begin};
use crate::cli::ask;
use crate::cli::choose::{self, Asking};
use crate::cli::report::{Report, Rest, advice};
use crate::cli::setup::{self, Cluster};
use crate::cluster::{Context, Source, contexts};
use crate::deploy::{Draft, Entry, Question, Session, Setup};
use crate::failure::{Failure, Kind, Result};
use crate::module::Module;
use crate::project::{FILE, Project};
use crate::secret::{Health, INSTEAD, Keeper, Known, Memory, Standing, VaultKind};

/// A project being begun.
pub(super) struct Beginning<'a> {
    pub(super) args: &'a Args,
    pub(super) begin: &'a Begin,
    pub(super) module: Module,
    pub(super) folder: PathBuf,
    pub(super) given: Option<Cluster>,
    pub(super) report: Report,
}

impl<'a> Beginning<'a> {
    pub(super) fn new(
        args: &'a Args,
        begin: &'a Begin,
        module: &str,
        given: Option<Cluster>,
        report: Report,
    ) -> Result<Self> {
        let folder = match (&given, &args.common.project) {
            (Some(cluster), _) => cluster.folder.clone(),
            (None, Some(folder)) => setup::folder_of(folder),
            (None, None) => setup::here()?,
        };
        Draft::vacant(&folder)?;
        let module = Module::load(module, &folder)?;
        Ok(Self { args, begin, module, folder, given, report })
    }

    /// Asks what is missing, shows what will be done, and does it. Returns the session of the new project, and whether
    /// its vault has the credentials now.
    pub(super) async fn finish(self, mut draft: Draft) -> Result<(Session, bool)> {
        // Found out before anything is asked or written, so that no answer is lost and nothing is left half done.
        let (keeper, rest) =
            if draft.secrets.is_empty() { (memory(), Rest::Nowhere(VaultKind::Memory)) } else { self.vault().await? };
        self.bind(&mut draft)?;
        for setting in &self.begin.set {
            let (path, value) = setting_of(setting)?;
            draft.set(path, &self.module.schema().typed(path, value));
        }
        self.questions(&mut draft).await?;
        let text = draft.yaml(&self.module, &self.folder)?;
        self.report.draft(&draft, &self.folder.join(FILE), &text, &rest);
        if !self.begin.yes {
            if !ask::is_there() {
                return Err(Failure::new(Kind::Blocked, "nothing was written")
                    .because("it was not confirmed")
                    .hint("without a terminal it needs --yes"));
            }
            let question = match &rest {
                Rest::Nowhere(_) if !draft.secrets.is_empty() => "Write landfall.yaml, without storing credentials?",
                Rest::Vault(_) | Rest::Nowhere(_) => "Do this?",
            };
            if !ask::yes(question)? {
                return Err(Failure::new(Kind::Stopped, "nothing was written").because("it was not confirmed"));
            }
        }
        let path = Draft::write(&self.folder, &text)?;
        self.report.done("written", &path.display().to_string(), &[]);
        let session = self.session(keeper)?;
        let stored = match rest {
            Rest::Vault(_) => {
                store(&session, draft).await?;
                true
            }
            Rest::Nowhere(_) => false,
        };
        Ok((session, stored))
    }

    /// Whether the vault that is asked for keeps what it is given.
    pub(super) fn stores(&self) -> Result<bool> {
        Ok(self.given.is_some() || matches!(choose::chosen(self.args)?.kind, VaultKind::Keyring | VaultKind::File))
    }

    /// The vault the credentials go to, ready to take them.
    async fn vault(&self) -> Result<(Keeper, Rest)> {
        if !self.stores()? {
            return Ok((memory(), Rest::Nowhere(choose::chosen(self.args)?.kind)));
        }
        let keeper = match &self.given {
            Some(_) => memory(),
            None => choose::keeper(self.args, Known::default())?,
        };
        choose::open(&keeper, Asking::Prompt).await?;
        let standing = keeper.standing().await;
        if matches!(standing.health, Health::Ready) {
            return Ok((keeper, Rest::Vault(standing)));
        }
        Err(vault_not_ready(&standing).hint("or go on without storing them: --vault env"))
    }

    /// The contexts there are; none is no obstacle unless somebody named one.
    fn contexts(&self) -> Result<Vec<Context>> {
        let common = &self.args.common;
        match (&self.given, contexts(common.kubeconfig.as_deref())) {
            (Some(_), _) => Ok(Vec::new()),
            (None, Ok(known)) => Ok(known),
            (None, Err(failure)) => {
                if common.kubeconfig.is_some() || common.context.is_some() || !self.begin.bind.is_empty() {
                    return Err(failure);
                }
                advice(
                    "no kubeconfig can be read: write `context` and `server` into landfall.yaml before the first plan",
                );
                Ok(Vec::new())
            }
        }
    }

    /// Which context `--bind` names for which environment.
    fn bound(&self, draft: &Draft) -> Result<Vec<(&'a str, &'a str)>> {
        let names: Vec<_> = draft.project.environments.iter().map(|e| e.name.as_str()).collect();
        let pair = |bind: &'a String| match bind.split_once('=') {
            Some((name, context)) if names.contains(&name) => Ok((name, context)),
            Some((name, _)) => Err(Failure::input(format!("--bind {bind} names no environment: there is no {name:?}"))
                .hint(format!("choose one of: {}", names.join(", ")))),
            None => Err(Failure::input(format!("--bind {bind} names no context")).hint("write --bind ENV=CONTEXT")),
        };
        self.begin.bind.iter().map(pair).collect()
    }

    /// Binds every environment to a context and its server.
    fn bind(&self, draft: &mut Draft) -> Result<()> {
        let known = self.contexts()?;
        let bound = self.bound(draft)?;
        let current = known.iter().find(|context| context.current).map(|context| context.name.clone());
        let mut last = self.args.common.context.clone().or(current).unwrap_or_default();
        for environment in &mut draft.project.environments {
            environment.namespace.clone_from(&self.begin.namespace);
            if let Some(cluster) = &self.given {
                environment.context = Some(cluster.context.to_owned());
                environment.server = Some(cluster.server.to_owned());
                continue;
            }
            let bound = bound.iter().find(|(name, _)| *name == environment.name);
            let asking = bound.is_none() && !known.is_empty() && ask::is_there() && !self.begin.yes;
            let name = match bound {
                Some((_, context)) => (*context).to_owned(),
                None if asking => choose(&known, &environment.name, &last)?,
                None if known.is_empty() => String::new(),
                None => last.clone(),
            };
            if name.is_empty() {
                continue; // to be written into landfall.yaml before the first plan, which says so
            }
            let Some(found) = known.iter().find(|context| context.name == name) else {
                return Err(Failure::input(format!("the kubeconfig has no context {name:?}"))
                    .hint(format!("it has: {}", names(&known))));
            };
            environment.context = Some(found.name.clone());
            environment.server = Some(found.server.clone());
            last = name;
        }
        Ok(())
    }

    /// Asks for the values the module wants asked; the nodes' addresses are offered where they may be listed.
    async fn questions(&self, draft: &mut Draft) -> Result<()> {
        for question in draft.questions(&self.module) {
            let offer = if question.nodes { self.nodes(&draft.project).await.join(",") } else { String::new() };
            if !self.begin.yes && ask::is_there() {
                self.put(draft, &question, &offer)?;
                continue;
            }
            let text = offer;
            if text.is_empty() {
                return Err(Failure::input(format!("{} ({}) is needed", question.title.to_lowercase(), question.path))
                    .because(question.help)
                    .hint(format!("give it: --set {}=VALUE", question.path)));
            }
            draft.set(&question.path, &self.module.schema().typed(&question.path, &text));
        }
        Ok(())
    }

    /// Asks for one value until the module takes it.
    fn put(&self, draft: &mut Draft, question: &Question, offer: &str) -> Result<()> {
        ask::remark(&question.help);
        loop {
            let text = ask::line(&question.title, offer)?;
            if text.is_empty() {
                continue;
            }
            draft.set(&question.path, &self.module.schema().typed(&question.path, &text));
            match draft.yaml(&self.module, &self.folder) {
                // Only what is said of this answer; the rest is said when all are given.
                Err(failure) if failure.what.contains(&question.path) => ask::remark(&failure.what),
                Ok(_) | Err(_) => return Ok(()),
            }
        }
    }

    /// The addresses of the nodes; none where they cannot be had within 3 s.
    async fn nodes(&self, project: &Project) -> Vec<String> {
        let Some(first) = project.environments.first().filter(|first| first.context.is_some()) else {
            return Vec::new();
        };
        let Ok(module) = Module::load(&project.module, &self.folder) else { return Vec::new() };
        let session = self.session_of(project.clone(), module, memory());
        let asked = session.node_addresses(&first.name);
        match tokio::time::timeout(std::time::Duration::from_secs(3), asked).await {
            Ok(Ok(addresses)) => addresses,
            Ok(Err(_)) | Err(_) => Vec::new(),
        }
    }

    fn session(&self, keeper: Keeper) -> Result<Session> {
        let project = Project::load(&self.folder)?;
        let module = Module::load(&project.module, &project.folder)?;
        Ok(self.session_of(project, module, keeper))
    }

    fn session_of(&self, project: Project, module: Module, keeper: Keeper) -> Session {
        let source = match &self.given {
            Some(cluster) => Source::Given {
                client: cluster.client.clone(),
                context: cluster.context.to_owned(),
                server: cluster.server.to_owned(),
            },
            None => setup::source(self.args),
        };
        Session::new(Setup {
            project,
            module,
            keeper,
            source,
            state: self.folder.clone(),
            who: String::new(),
            patience: std::time::Duration::ZERO,
            flags: String::new(),
        })
    }
}

fn memory() -> Keeper {
    Keeper::open(VaultKind::Memory, || Ok(Box::new(Memory::default())))
}

/// Stores the credentials that were found.
async fn store(session: &Session, draft: Draft) -> Result<()> {
    for environment in session.environments() {
        let entries: Vec<Entry> = draft
            .secrets
            .iter()
            .filter(|found| found.environment == environment)
            .map(|found| Entry { field: found.field.clone(), value: found.value.clone() })
            .collect();
        if !entries.is_empty() {
            session.save(&environment, entries).await?;
        }
    }
    session.settle().await
}

/// Asks for a context until it is one of those there are.
fn choose(known: &[Context], environment: &str, last: &str) -> Result<String> {
    loop {
        let name = ask::line(&format!("Context of {environment} (one of {})", names(known)), last)?;
        if known.iter().any(|context| context.name == name) {
            return Ok(name);
        }
        ask::remark(&format!("the kubeconfig has no context {name:?}"));
    }
}

fn names(known: &[Context]) -> String {
    known.iter().map(|context| context.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// What to do when the vault cannot take anything.
pub(super) fn vault_not_ready(standing: &Standing) -> Failure {
    let failure = Failure::new(Kind::Vault, "the vault cannot take credentials now, so nothing was done");
    let failure = match &standing.health {
        Health::Ready => failure,
        Health::Locked { cure } => failure.because(format!("{} is locked", standing.name)).hint(cure.clone()),
        Health::Unavailable { why, cure } => failure.because(why.clone()).hint(cure.clone()),
    };
    if standing.kind == VaultKind::Keyring { failure.hint(INSTEAD) } else { failure }
}
