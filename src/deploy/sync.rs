//! In step with the cluster: comparing what the vault has with what the cluster has, and taking the cluster's over.
//!
//! The cluster's values are opened one Secret at a time, compared in memory and dropped; what stays is one word for each.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::accord::{Accord, Compared, Comparison, Edit, Here, Sides, There};
use super::{Payload, Session};
use crate::cluster::{Cluster, Opened, Refusal};
use crate::failure::{Failure, Kind, Result};
use crate::module::{Place, Shape};
use crate::object::{Key, Object, clean};
use crate::project::{Environment, Project};
use crate::release::{Record, SHARED_MANAGER};
use crate::secret::{Applied, Credential, Credentials, Secret, Stage};

/// The Secrets that credentials stand in, as far as they are there and may be read.
type Opens = BTreeMap<Key, Result<Option<Opened>, Refusal>>;

impl Session {
    /// Compares the credentials of an environment with those in its cluster. A cluster that cannot be asked is part of
    /// the answer.
    ///
    /// # Errors
    /// There is no such environment, or a value or template is wrong.
    pub async fn compare(&self, environment: &str) -> Result<Comparison> {
        let project = self.project();
        let environment = project.environment(environment)?;
        match self.open(environment).await {
            Ok(cluster) => self.compare_in(&cluster, &project, environment).await,
            Err(trouble) => self.untold(&project, environment, trouble),
        }
    }

    pub(super) async fn compare_in(
        &self,
        cluster: &Cluster,
        project: &Project,
        environment: &Environment,
    ) -> Result<Comparison> {
        let places = self.inner.module.places(project, environment)?;
        let opens = open_all(cluster, &places).await;
        let silent = opens.values().find_map(|opened| match opened {
            Err(refusal) if !matches!(refusal, Refusal::Forbidden(_)) => Some(refusal.clone()),
            Ok(_) | Err(_) => None,
        });
        if let Some(refusal) = silent {
            return self.untold(project, environment, refusal.failure("look at its credentials", cluster.server()));
        }
        let stored = self.gather(project, &environment.name).await.ok();
        let mut fields: Vec<Compared> = places
            .iter()
            .map(|place| {
                let side = side(place, opens.get(&place.object));
                let default = self.field(&place.field).ok().and_then(|field| field.default.as_deref());
                let ours = |stored| ours(place, stored, default, side.value.as_ref());
                let ours = stored.as_ref().map_or(Ours::Locked, ours);
                compared(place, &ours, side, &environment.name)
            })
            .collect();
        self.name_ours(cluster, (project, environment), &mut fields).await;
        Ok(Comparison { environment: environment.name.clone(), fields, trouble: None })
    }

    /// Takes the cluster's values over into the vault, for the credentials named.
    ///
    /// # Errors
    /// The cluster has none, does not let it be read, or it cannot be told from what is there; nothing is taken then. Or
    /// the vault does not take it.
    pub async fn adopt(&self, environment: &str, names: &[String]) -> Result<()> {
        let project = self.project();
        let environment = project.environment(environment)?;
        let cluster = self.open(environment).await?;
        let places = self.inner.module.places(&project, environment)?;
        let mut taken = Vec::new();
        for name in names {
            self.field(name)?;
            let place = places.iter().find(|place| place.field == *name);
            let place = place.ok_or_else(|| stuck(name, "no Secret of this module holds it"))?;
            let opened = open_one(&cluster, &place.object).await;
            let opened = opened.map_err(|refusal| refusal.failure("read its credentials", cluster.server()))?;
            let side = side(place, Some(&Ok(opened)));
            let value =
                side.value.ok_or_else(|| stuck(name, side.stuck.as_deref().unwrap_or("the cluster has none")))?;
            taken.push((name.clone(), value));
        }
        let (shared, own): (Vec<_>, Vec<_>) =
            taken.into_iter().partition(|(name, _)| self.field(name).is_ok_and(|field| field.shared));
        let homes = self.homes(&project, environment);
        for (place, values, homes) in
            [(None, shared, homes), (Some(environment.name.as_str()), own, vec![environment.name.clone()])]
        {
            if !values.is_empty() {
                let take = move |credentials: &mut Credentials| take(credentials, values, &homes);
                self.inner.keeper.amend(&Self::item(&project, place), take).await?;
            }
        }
        self.note_all(&project).await;
        Ok(())
    }

    /// Remembers what was applied, beside the values themselves, and lets rotations go on that waited for it. A vault
    /// that takes nothing remembers nothing.
    pub(super) async fn remember(&self, payload: &Payload, applied: &[String]) {
        if !self.vault().await.writable {
            return;
        }
        let project = self.project();
        let Ok(environment) = project.environment(&payload.release.environment) else { return };
        let marks = payload.marks.iter().filter(|(name, _)| applied.contains(name));
        let (shared, own): (Vec<_>, Vec<_>) = marks
            .map(|(name, mark)| (name.clone(), mark.clone()))
            .partition(|(name, _)| self.field(name).is_ok_and(|field| field.shared));
        let homes = self.homes(&project, environment);
        for (place, marks, homes) in
            [(None, shared, homes), (Some(environment.name.as_str()), own, vec![environment.name.clone()])]
        {
            if marks.is_empty() {
                continue;
            }
            let mark = move |credentials: &mut Credentials| mark(credentials, marks, &homes);
            // What was applied is applied; a vault that cannot note it only knows less the next time.
            let _ = self.inner.keeper.amend(&Self::item(&project, place), mark).await;
        }
    }

    /// Lets rotations go on that waited until what reads the new values is ready.
    pub(super) async fn restarted(&self, environment: &str) {
        let project = self.project();
        for place in [None, Some(environment)] {
            let from = environment.to_owned();
            let advance = move |credentials: &mut Credentials| {
                let turns = credentials.values_mut().filter_map(|credential| credential.turn.as_mut());
                let waiting = turns.filter(|turn| turn.environment == from && turn.stage == Stage::Applied);
                waiting.map(|turn| turn.stage = Stage::Restarted).count() > 0
            };
            // As with `remember`: the rotation is only asked again.
            let _ = self.inner.keeper.amend(&Self::item(&project, place), advance).await;
        }
    }

    /// This environment and those that use the same objects as it does.
    fn homes(&self, project: &Project, environment: &Environment) -> Vec<String> {
        let mut homes = self.sharing(project, environment);
        homes.insert(0, environment.name.clone());
        homes
    }

    fn untold(&self, project: &Project, environment: &Environment, trouble: Failure) -> Result<Comparison> {
        let untold = |place: &Place| Compared {
            field: place.field.clone(),
            accord: Accord::Untold,
            place: Some(said(place)),
            edit: None,
            applied: None,
            stuck: Some("the cluster could not be asked".to_owned()),
            turn: None,
        };
        let fields = self.inner.module.places(project, environment)?.iter().map(untold).collect();
        Ok(Comparison { environment: environment.name.clone(), fields, trouble: Some(trouble) })
    }

    /// Where landfall itself wrote a value that is not ours, its record knows who that was.
    async fn name_ours(&self, cluster: &Cluster, at: (&Project, &Environment), fields: &mut [Compared]) {
        let ours = |edit: &Edit| edit.by == SHARED_MANAGER || edit.by.starts_with("landfall:");
        if !fields.iter().filter_map(|compared| compared.edit.as_ref()).any(ours) {
            return;
        }
        let record = Record::read(cluster, &self.release(at.0, at.1)).await.ok().flatten();
        let who = record.map_or_else(|| "landfall".to_owned(), |record| record.state.who);
        for edit in fields.iter_mut().filter_map(|compared| compared.edit.as_mut()).filter(|edit| ours(edit)) {
            edit.by.clone_from(&who);
        }
    }
}

/// What the cluster has of one credential.
struct Theirs {
    there: There,
    value: Option<Secret>,
    edit: Option<Edit>,
    stuck: Option<String>,
}

async fn open_all(cluster: &Cluster, places: &[Place]) -> Opens {
    let mut opens = Opens::new();
    for place in places {
        if !opens.contains_key(&place.object) {
            opens.insert(place.object.clone(), open_one(cluster, &place.object).await);
        }
    }
    opens
}

#[expect(
    clippy::disallowed_methods,
    reason = "compared in memory, or taken over into the vault because somebody said so"
)]
async fn open_one(cluster: &Cluster, key: &Key) -> Result<Option<Opened>, Refusal> {
    cluster.open_secret(key).await
}

fn said(place: &Place) -> String {
    format!("{} of {}", place.key, place.object)
}

fn stuck(name: &str, why: &str) -> Failure {
    Failure::new(Kind::Blocked, format!("the cluster's value of {name} cannot be taken over")).because(why)
}

/// What the cluster has, told from the Secret that was opened.
fn side(place: &Place, opened: Option<&Result<Option<Opened>, Refusal>>) -> Theirs {
    let theirs =
        |there, stuck: Option<&str>| Theirs { there, value: None, edit: None, stuck: stuck.map(str::to_owned) };
    let opened = match opened {
        Some(Ok(Some(opened))) => opened,
        Some(Ok(None)) => return theirs(There::Absent, None),
        Some(Err(_)) | None => {
            return theirs(There::Untold, Some(&format!("you may not read {}", place.object)));
        }
    };
    let edit = last_edit(&opened.object, &place.key);
    let side = match opened.values.get(&place.key) {
        None => return theirs(There::Absent, None),
        Some(None) => theirs(There::Set, Some(&format!("{} is not text", said(place)))),
        Some(Some(value)) => match place.take(value) {
            Some(value) => Theirs { there: There::Set, value: Some(value), edit: None, stuck: None },
            None if place.shape == Shape::Mixed => {
                let why = format!("{} is made of it and cannot be taken apart again", said(place));
                theirs(There::Untold, Some(&why))
            }
            None => {
                theirs(There::Set, Some(&format!("{} is no longer of the form that the module writes", said(place))))
            }
        },
    };
    Theirs { edit, ..side }
}

/// What the vault has. A default that nobody stored counts only where the cluster has the same.
fn ours(place: &Place, stored: &Credentials, default: Option<&str>, theirs: Option<&Secret>) -> Ours {
    let default = || {
        let default = Secret::new(default?);
        theirs.is_some_and(|theirs| theirs.same(&default)).then(|| Credential::new(default, Timestamp::UNIX_EPOCH))
    };
    stored.get(&place.field).cloned().or_else(default).map_or(Ours::Unset, Ours::Set)
}

/// What the vault has of one credential.
enum Ours {
    Locked,
    Unset,
    Set(Credential),
}

/// One credential compared.
fn compared(place: &Place, ours: &Ours, theirs: Theirs, environment: &str) -> Compared {
    let (here, ours) = match ours {
        Ours::Locked => (Here::Locked, None),
        Ours::Unset => (Here::Unset, None),
        Ours::Set(credential) => (Here::Set, Some(credential)),
    };
    let applied = ours.and_then(|credential| credential.applied.get(environment));
    let value = theirs.value.as_ref();
    let sides = Sides {
        here,
        there: theirs.there,
        same: ours.zip(value).is_some_and(|(ours, theirs)| ours.value.same(theirs)),
        here_is_applied: applied.zip(ours).map(|(applied, ours)| applied.is(&ours.value)),
        // A value that cannot be read as text is not the one that was applied.
        there_is_applied: applied.map(|applied| value.is_some_and(|value| applied.is(value))),
    };
    Compared {
        field: place.field.clone(),
        accord: Accord::of(sides),
        place: Some(said(place)),
        edit: theirs.edit,
        applied: applied.map(|applied| applied.when),
        stuck: theirs.stuck,
        turn: ours.and_then(|credential| credential.turn.as_ref()).map(|turn| turn.stage),
    }
}

/// Who wrote a key of a Secret last: the newest entry of its `managedFields` that holds the key.
fn last_edit(object: &Object, key: &str) -> Option<Edit> {
    let field = format!("f:{key}");
    let entries = object.list("/metadata/managedFields").iter();
    let holding =
        entries.filter(|entry| entry.get("fieldsV1").and_then(|fields| fields.get("f:data")?.get(&field)).is_some());
    let edits = holding.filter_map(|entry| {
        let when = entry.get("time").and_then(Value::as_str).and_then(|time| time.parse().ok());
        Some(Edit { by: clean(entry.get("manager")?.as_str()?), when })
    });
    edits.max_by_key(|edit| edit.when)
}

fn take(credentials: &mut Credentials, values: Vec<(String, Secret)>, homes: &[String]) -> bool {
    let now = Timestamp::now();
    for (name, value) in values {
        let applied: BTreeMap<_, _> = homes.iter().map(|home| (home.clone(), Applied::of(&value, now))).collect();
        match credentials.get_mut(&name) {
            Some(known) => {
                if !known.value.same(&value) {
                    known.set = now;
                    known.value = value;
                }
                known.applied.extend(applied);
            }
            None => {
                credentials.insert(name, Credential { applied, ..Credential::new(value, now) });
            }
        }
    }
    true
}

/// Notes what was applied; a rotation that has come as far as the system goes on.
fn mark(credentials: &mut Credentials, marks: Vec<(String, Applied)>, homes: &[String]) -> bool {
    let now = Timestamp::now();
    let mut noted = false;
    for (name, mark) in marks {
        let Some(credential) = credentials.get_mut(&name) else { continue };
        let is_now = mark.is(&credential.value);
        for home in homes {
            let known = credential.applied.get(home).is_some_and(|known| is_now && known.is(&credential.value));
            if !known {
                credential.applied.insert(home.clone(), mark.at(now));
                noted = true;
            }
        }
        if let Some(turn) = credential.turn.as_mut().filter(|turn| is_now && turn.stage == Stage::Changed) {
            turn.stage = Stage::Applied;
            noted = true;
        }
    }
    noted
}
