//! The ground of the conformance suite in this binary: a demo cluster for each test.

use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use landfall::demo::{Access, Demo, Options, Scenario};

use crate::conformance::asking;
use crate::support::PACE;

/// Longest wait for something to hold.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// Memory of which a node has room for one.
pub(crate) const HALF_A_NODE: &str = "6Gi";
/// An image with which a container never becomes ready.
pub(crate) const BAD_IMAGE: &str = "example.org/Wrong:1";
/// How long to look whether something stays as it is.
pub(crate) const A_WHILE: Duration = Duration::from_millis(400);

/// A cluster under test.
pub(crate) struct Ground {
    pub(crate) client: kube::Client,
    pub(crate) demo: Demo,
    namespace: String,
    user: String,
    ports: AtomicU16,
}

/// A healthy cluster, and a namespace in it.
pub(crate) async fn cluster() -> Ground {
    playing(Scenario::Ok).await
}

/// What keeps an environment from becoming ready.
pub(crate) enum Trouble {
    ImagePull,
    CrashLoop,
    Directory,
}

/// A cluster in which every environment has this trouble.
pub(crate) async fn failing(trouble: Trouble) -> Ground {
    let scenario = match trouble {
        Trouble::ImagePull => Scenario::ImagePull,
        Trouble::CrashLoop => Scenario::CrashLoop,
        Trouble::Directory => Scenario::Hostpath,
    };
    playing(scenario).await
}

/// A cluster that plays a scenario.
pub(crate) async fn playing(scenario: Scenario) -> Ground {
    ground(scenario, Access::all()).await
}

/// A cluster whose user may do everything but these verbs on these resources.
pub(crate) async fn restricted(denied: &[(&str, &str)]) -> Ground {
    let access = denied.iter().fold(Access::all(), |access, (verb, resource)| access.deny(verb, resource));
    ground(Scenario::Ok, access).await
}

async fn ground(scenario: Scenario, access: Access) -> Ground {
    let demo = Demo::start_as(Options { scenario, pace: PACE }, access);
    let (client, namespace) = (demo.client(), "one".to_owned());
    asking::namespace(&client, &namespace).await;
    Ground { client, demo, namespace, user: "demo".to_owned(), ports: AtomicU16::new(30_010) }
}

impl Ground {
    /// The client, and a namespace that is this test's alone.
    pub(crate) fn parts(&self) -> (&kube::Client, &str) {
        (&self.client, &self.namespace)
    }

    /// The name of the user behind the client.
    pub(crate) fn user(&self) -> &str {
        &self.user
    }

    /// Another namespace that is this test's alone.
    pub(crate) async fn another(&self) -> String {
        asking::namespace(&self.client, "other").await;
        "other".to_owned()
    }

    /// A node port that nobody has.
    pub(crate) async fn port(&self) -> u16 {
        std::future::ready(self.ports.fetch_add(1, Ordering::SeqCst)).await
    }
}
