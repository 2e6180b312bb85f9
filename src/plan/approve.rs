//! A plan somebody said yes to.

use super::Plan;

/// A plan that was approved. Nobody can make one without asking.
#[derive(Debug)]
pub struct Approved<P> {
    plan: Plan<P>,
}

/// How somebody said yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consent {
    /// A plain yes.
    Yes,
    /// The environment's name, typed.
    Named(String),
}

/// Why a plan was not approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denial {
    /// The environment is protected and its name was not typed.
    NameNeeded,
    /// Something forbids it.
    Blocked,
}

impl<P> Plan<P> {
    /// Whether this consent would do.
    ///
    /// # Errors
    /// When the plan is blocked, has conflicts, or the environment's name is needed and was not given.
    pub fn allows(&self, consent: &Consent) -> Result<(), Denial> {
        if !self.blockers.is_empty() || self.has_conflicts() {
            return Err(Denial::Blocked);
        }
        match consent {
            Consent::Yes if self.target.protected => Err(Denial::NameNeeded),
            Consent::Named(name) if *name != self.target.environment => Err(Denial::NameNeeded),
            Consent::Yes | Consent::Named(_) => Ok(()),
        }
    }

    /// Turns the plan into an approved one.
    ///
    /// # Errors
    /// As [`Plan::allows`]; the plan comes back.
    pub fn approve(self, consent: &Consent) -> Result<Approved<P>, (Box<Self>, Denial)> {
        match self.allows(consent) {
            Ok(()) => Ok(Approved { plan: self }),
            Err(denial) => Err((Box::new(self), denial)),
        }
    }
}

impl<P> Approved<P> {
    /// The plan, to look at.
    pub fn plan(&self) -> &Plan<P> {
        &self.plan
    }

    /// The plan and its payload.
    pub fn open(self) -> (Plan<()>, P) {
        let Plan { target, changes, restarts, warnings, blockers, took, made, payload } = self.plan;
        (Plan { target, changes, restarts, warnings, blockers, took, made, payload: () }, payload)
    }
}
