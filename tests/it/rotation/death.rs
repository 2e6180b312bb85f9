//! A program that ends in the middle, at every writing of the vault, before and after it: the next one goes on.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use landfall::failure::{Failure, Kind, Result};
use landfall::secret::{Credentials, Health, Item, Standing, Vault, VaultKind};

use super::*;

/// What rests, whoever is alive.
type Rest = Arc<Mutex<BTreeMap<Item, Credentials>>>;

/// When the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Death {
    /// Never.
    Never,
    /// Before so many writings are done.
    Before(usize),
    /// When so many are done, before anybody hears of the last one.
    After(usize),
}

/// A vault of a program that ends.
struct Mortal {
    rest: Rest,
    death: Death,
    writings: usize,
    dead: bool,
}

impl Mortal {
    fn new(rest: &Rest, death: Death) -> Self {
        Self { rest: Arc::clone(rest), death, writings: 0, dead: false }
    }

    fn gone() -> Failure {
        Failure::new(Kind::Vault, "the program has ended")
    }
}

impl Vault for Mortal {
    fn standing(&mut self) -> Standing {
        Standing { kind: VaultKind::Memory, name: "mortal".to_owned(), health: Health::Ready, writable: true }
    }

    fn read(&mut self, item: &Item) -> Result<Credentials> {
        if self.dead {
            return Err(Self::gone());
        }
        Ok(self.rest.lock().unwrap().get(item).cloned().unwrap_or_default())
    }

    fn write(&mut self, item: &Item, credentials: &Credentials) -> Result<()> {
        self.dead |= self.death == Death::Before(self.writings);
        if self.dead {
            return Err(Self::gone());
        }
        self.rest.lock().unwrap().insert(item.clone(), credentials.clone());
        self.writings += 1;
        self.dead = self.death == Death::After(self.writings);
        if self.dead { Err(Self::gone()) } else { Ok(()) }
    }

    fn remove(&mut self, item: &Item) -> Result<()> {
        self.rest.lock().unwrap().remove(item);
        Ok(())
    }
}

async fn ends_and_goes_on(field: &str, deaths: impl IntoIterator<Item = Death>) {
    for death in deaths {
        let demo = Demo::start(landfall::demo::Options { scenario: Scenario::Ok, pace: PACE });
        let rest = Rest::default();
        let first = session_with(&demo, Mortal::new(&rest, Death::Never));
        for environment in first.environments() {
            first.make_up(&environment).await.unwrap();
        }
        apply_well(&first, "dev").await;
        let old = value(&first, field).await;
        let users = Users::start("admin", &value(&first, "mlflow.password").await).await;
        let way = Way { at: Some(users.address()), typed: false };
        drop(first);

        let mortal = session_with(&demo, Mortal::new(&rest, death));
        let ended = go(&mortal, field, &way).await;
        drop(mortal);
        let second = session_with(&demo, Mortal::new(&rest, Death::Never));
        // One that came through to its end has nothing left to go on with.
        let proof = match (ended, stage(&second, field).await) {
            (Ok(proof), None) => proof,
            (Err(_), None) if value(&second, field).await != old => Proof::Login,
            (_, _) => go(&second, field, &way).await.unwrap_or_else(|failure| panic!("{field}, {death:?}: {failure}")),
        };
        assert_ne!(proof, Proof::Nothing, "{field}, {death:?}");
        let new = value(&second, field).await;
        assert_ne!(new, old, "{field}, {death:?}");
        assert_eq!(stage(&second, field).await, None, "{field}, {death:?}");
        assert_eq!(second.compare("dev").await.unwrap().off(), 0, "{field}, {death:?}");
        if field == "mlflow.password" {
            assert_eq!(users.password(), new, "{death:?}: the system and the vault know different ones");
            assert_eq!(users.changes(), 1, "{death:?}: it was changed more than once");
        }
    }
}

#[tokio::test]
async fn a_rotation_behind_http_ends_anywhere_and_goes_on() {
    ends_and_goes_on("mlflow.password", (0..5).flat_map(|at| [Death::Before(at), Death::After(at + 1)])).await;
}

#[tokio::test]
async fn a_rotation_by_hand_ends_anywhere_and_goes_on() {
    ends_and_goes_on("minio.secret_key", (0..5).map(Death::After)).await;
}
