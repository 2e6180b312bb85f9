//! A project that is one test's alone: namespace, ports, kubeconfig, and sessions or the real program in it.

use std::path::PathBuf;
use std::time::Duration;

use landfall::cluster::{SignIns, Source};
use landfall::demo::Demo;
use landfall::deploy::{Session, Setup};
use landfall::module::Module;
use landfall::project::Project;
use landfall::secret::{Keeper, Memory, VaultKind};

use crate::ground;
use crate::plane::{CONTEXT, Plane, name};
use crate::program::Place;
use crate::support::asset;

/// Strong credentials of dev, as `--vault stdin` takes them.
pub(crate) const CREDENTIALS: &str = r#"{"shared": {"registry.username": "bot", "registry.token": "a-token-that-is-long"},
    "dev": {"mlflow.username": "admin", "mlflow.password": "a-password-that-is-long", "pgsql.username": "mlflow",
    "pgsql.password": "another-password-that-is-long", "minio.access_key": "key", "minio.secret_key": "a-key-that-is-long",
    "generated.session_key": "0123456789012345678901234567890123456789",
    "generated.encryption_passphrase": "abcdefghijklmnopqrstuvwxyzabcdefghijklmnop"}}"#;

/// The demo project, bound to a server, in a folder of its own.
pub(crate) struct Site {
    pub(crate) place: Place,
    pub(crate) namespace: String,
    server: String,
}

impl Site {
    /// The project on a plane, reached under a URL: the plane's own, or that of a way to it.
    pub(crate) async fn new(on: &Plane, url: &str) -> Self {
        let place = Place::new(url, "{}");
        let namespace = name("mlflow");
        let client = on.client().await;
        let mut text = asset("demo/landfall.yaml")
            .replace(Demo::SERVER, url)
            .replace("context: demo", &format!("context: {CONTEXT}"));
        for (environment, port) in [("dev", "30502"), ("stg", "30501"), ("prod", "30500")] {
            text = text
                .replace(&format!("  {environment}:\n"), &format!("  {environment}:\n    namespace: {namespace}\n"))
                .replace(port, &ground::port(&client).await.to_string());
        }
        place.write("landfall.yaml", &text);
        let site = Self { place, namespace, server: url.to_owned() };
        site.signs_in(&std::fs::read_to_string(on.kubeconfig()).unwrap().replace(&on.server(), url));
        site
    }

    /// Uses another kubeconfig.
    pub(crate) fn signs_in(&self, kubeconfig: &str) {
        self.place.write("kubeconfig", kubeconfig);
    }

    /// A user of the kubeconfig, given as YAML in braces, in the place of the one it has.
    pub(crate) fn signs_in_as(&self, user: &str) {
        let text = std::fs::read_to_string(self.kubeconfig()).unwrap();
        let (head, _) = text.split_once("users: [").unwrap();
        let name = text.split("user: ").nth(1).unwrap().split('}').next().unwrap();
        self.signs_in(&format!("{head}users: [{{name: {name}, user: {user}}}]\n"));
    }

    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.place.path("kubeconfig")
    }

    pub(crate) fn project(&self) -> Project {
        Project::load(&self.place.path("")).unwrap()
    }

    /// A session with strong credentials in every environment, as the program begins one.
    pub(crate) async fn session(&self) -> Session {
        self.session_of(Source::Kubeconfig {
            file: Some(self.kubeconfig()),
            context: None,
            sign_ins: SignIns::default(),
        })
        .await
    }

    /// As [`Site::session`], over a client that leads to the plane in its own way.
    pub(crate) async fn session_over(&self, client: kube::Client) -> Session {
        self.session_of(Source::Given { client, context: CONTEXT.to_owned(), server: self.server.clone() }).await
    }

    async fn session_of(&self, source: Source) -> Session {
        let project = self.project();
        let session = Session::new(Setup {
            module: Module::load(&project.module, &project.folder).unwrap(),
            project,
            keeper: Keeper::open(VaultKind::Memory, || Ok(Box::new(Memory::default()))),
            source,
            state: self.place.path("state"),
            who: "ann@laptop".to_owned(),
            patience: Duration::from_mins(3),
            flags: String::new(),
        });
        for environment in session.environments() {
            session.make_up(&environment).await.unwrap();
        }
        session
    }
}
