//! Checks that a module declares and no pod answers: a field that is about to change, and calls of what was deployed.

use serde_json::Value;

use super::builtin::unasked;
use super::ground::Ground;
use crate::check::{Finding, Smoke, Verdict, smoke};
use crate::cluster::Refusal;
use crate::module::{Changing, Check, Gate};
use crate::secret::Secret;

impl Ground {
    /// Asks a check that only reads or calls.
    pub(super) async fn declared_reading(&self, check: &Check) -> Finding {
        let found = match self.session.inner.module.changing(check, &self.scene()) {
            Err(failure) => Err(Finding::of(Verdict::Unknown, &failure)),
            Ok(Some(changing)) => self.change(check, &changing).await,
            Ok(None) => self.calls(check).await,
        };
        found.unwrap_or_else(|finding| finding)
    }

    /// Whether a field is about to change in an object that is there.
    async fn change(&self, check: &Check, changing: &Changing) -> Result<Finding, Finding> {
        let (cluster, loads) = (self.cluster().await?, self.loads()?);
        let desired = loads.iter().find(|load| load.object.key().same(&changing.object));
        let live = cluster.get(&changing.object).await;
        let live =
            live.map_err(|refusal: Refusal| unasked(&refusal, &cluster, &format!("look at {}", changing.object)))?;
        let (Some(desired), Some(live)) = (desired, live) else {
            return Ok(Finding::ok(format!("{} is not there yet", changing.object)));
        };
        let said = |value: Option<&Value>| match value {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => "nothing".to_owned(),
        };
        let (before, after) = (said(live.at(&changing.at)), said(desired.object.at(&changing.at)));
        if before == after {
            return Ok(Finding::ok(changing.same.clone()).because(format!("it is {after}")));
        }
        let finding = Finding::warn(changing.says.clone()).because(format!("{before} → {after}"));
        Ok(self.with_ways(finding, check, None))
    }

    /// Calls what was deployed.
    async fn calls(&self, check: &Check) -> Result<Finding, Finding> {
        let scene = self.scene();
        let module = &self.session.inner.module;
        let failed = |failure| Finding::of(Verdict::Unknown, &failure);
        let Some(Gate { base, login: names }) = module.calls(check, &scene).map_err(failed)? else {
            return Err(Finding::unknown("the check says nothing to do"));
        };
        let mut login = None;
        if let Some([user, password]) = names {
            let missing = || match &self.missing {
                Some(missing) => Finding::of(Verdict::Unknown, missing),
                None => Finding::unknown(format!("{password} has no value")),
            };
            if self.missing.is_some() {
                return Err(missing());
            }
            let value = |name: &str| self.credentials.get(name).map(|found| found.value.clone());
            login = Some((shown(&value(user).ok_or_else(missing)?), value(password).ok_or_else(missing)?));
        }
        let run: String = (0..8).map(|_| char::from(rand::random_range(b'a'..=b'z'))).collect();
        let base = self.asking.url.clone().unwrap_or(base);
        let of = Smoke {
            web: &self.session.inner.web,
            module,
            check,
            scene: &scene,
            base: &base,
            login: login.as_ref(),
            run: &run,
        };
        let (finding, reason) = smoke(of).await.map_err(failed)?;
        Ok(match finding.verdict {
            Verdict::Ok => finding,
            Verdict::Unknown | Verdict::Warn | Verdict::Fail => self.with_ways(finding, check, reason.as_deref()),
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "the user name of a login, which is sent beside its password")]
fn shown(user: &Secret) -> String {
    user.open(str::to_owned)
}
