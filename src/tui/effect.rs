//! What the terminal program may do to the world, as data. Every wish has an answer that carries its number.

use std::path::PathBuf;

use crate::check::{Checklist, Mend};
use crate::deploy::{
    Ask, Asking, Comparison, Entry, Form, Glance, LogOf, Outcome, Payload, Progress, Remedy, Say, Survey, TakeOver,
    UnderWay,
};
use crate::failure::Result;
use crate::health::Cause;
use crate::module::Recipe;
use crate::plan::{Approved, Consent, Plan};
use crate::secret::{Opinion, Secret, Stage, Standing};

/// The number of a question. Answers to numbers that are no longer waited for are dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Question(pub u64);

/// A wish and the number its answer will carry.
#[derive(Debug)]
pub struct Effect {
    /// Its number.
    pub question: Question,
    /// What is wished for.
    pub wish: Wish,
}

/// What is wished for.
#[derive(Debug)]
pub enum Wish {
    /// Whether the vault is ready.
    Vault,
    /// Open the vault with this passphrase.
    Unlock(Secret),
    /// What is known of an environment without its cluster.
    Glance(String),
    /// What its cluster says.
    Survey(String),
    /// Its credentials form.
    Form(String),
    /// What may be said about a value.
    Judge {
        /// The environment.
        environment: String,
        /// The field.
        field: String,
        /// The value typed; none means the stored one.
        value: Option<Secret>,
    },
    /// The stored value of a field, to show it.
    Reveal {
        /// The environment.
        environment: String,
        /// The field.
        field: String,
    },
    /// A new value for a field.
    Generate {
        /// The field.
        field: String,
        /// How to make it.
        recipe: Recipe,
    },
    /// Its credentials compared with those in its cluster.
    Compare(String),
    /// Take the cluster's values over.
    Adopt {
        /// The environment.
        environment: String,
        /// The fields.
        fields: Vec<String>,
    },
    /// Where the rotation of a credential stands.
    Rotation {
        /// The environment.
        environment: String,
        /// The field.
        field: String,
    },
    /// Take a rotation as far as it goes.
    Rotate {
        /// The environment.
        environment: String,
        /// The field.
        field: String,
        /// What is said to it.
        say: Say,
    },
    /// Give a rotation up.
    RotateBack {
        /// The environment.
        environment: String,
        /// The field.
        field: String,
    },
    /// The new value of a rotation, for whoever has to give it to the system behind.
    NextValue {
        /// The environment.
        environment: String,
        /// The field.
        field: String,
    },
    /// Store what was entered.
    Save {
        /// The environment.
        environment: String,
        /// What was entered.
        entries: Vec<Entry>,
    },
    /// Use another value in this run.
    SetValue {
        /// The environment.
        environment: String,
        /// The dotted path.
        path: String,
        /// The value as text.
        value: String,
    },
    /// The checklist before anything is asked.
    Checklist(String),
    /// Run checks; news carry this question's number.
    Check {
        /// The environment.
        environment: String,
        /// Which, and what may be written for them.
        asking: Asking,
    },
    /// Carry out what mends a finding.
    Mend {
        /// The environment.
        environment: String,
        /// What mends it.
        mend: Mend,
        /// How somebody said yes.
        consent: Consent,
    },
    /// Plan; writes nothing.
    Prepare {
        /// The environment.
        environment: String,
        /// What to take over from others who hold it.
        take_over: TakeOver,
    },
    /// Carry an approved plan out; events carry this question's number.
    Apply(Box<Approved<Payload>>),
    /// Watch what is there; events carry this question's number.
    Watch {
        /// The environment.
        environment: String,
        /// Whether it ends as soon as everything is ready or something will not mend itself.
        until_ready: bool,
    },
    /// Stop a run, a watch or a log.
    Stop(Question),
    /// Follow a log; events carry this question's number.
    Follow {
        /// The environment.
        environment: String,
        /// Which log.
        of: LogOf,
    },
    /// The ways out of a cause.
    Ways {
        /// The environment.
        environment: String,
        /// What is wrong.
        cause: Box<Cause>,
    },
    /// Delete the pods that are stuck.
    Retry(String),
    /// Save what is known of an operation.
    Evidence(Box<Progress>),
    /// Put a text into the clipboard (never a secret).
    Copy(String),
    /// Let the credential plugin of an environment's context ask at the terminal.
    SignIn {
        /// The environment.
        environment: String,
        /// Who asks, for the person at the terminal.
        words: String,
    },
    /// Draw everything anew.
    Redraw,
    /// To the shell until it brings us back.
    Suspend,
    /// Leave with this exit code.
    Quit(u8),
}

/// What came of a wish.
#[derive(Debug)]
pub enum Answer {
    /// How the vault is.
    Vault(Standing),
    /// Whether the vault opened.
    Unlocked(Result<()>),
    /// What is known of an environment.
    Glance(Box<Result<Glance>>),
    /// What its cluster says.
    Survey(Box<Result<Survey>>),
    /// Its form.
    Form(Box<Result<Form>>),
    /// What may be said about a value; none when there is nothing stored.
    Judged(Result<Option<Opinion>>),
    /// The stored value, if there is one.
    Revealed(Result<Option<Secret>>),
    /// A new value.
    Generated(Result<Secret>),
    /// The credentials compared with the cluster's.
    Compared(Box<Result<Comparison>>),
    /// The cluster's value was taken over.
    Adopted(Result<()>),
    /// Where a rotation stands.
    Rotation(Result<UnderWay>),
    /// What a rotation needs next, and how far it is.
    Rotated(Box<Result<Ask>>, Option<Stage>),
    /// A rotation was given up; whether the system knew the new value already.
    RotatedBack(Result<bool>),
    /// It was stored.
    Saved(Result<()>),
    /// The value holds for this run.
    ValueSet(Result<()>),
    /// The checklist before anything is asked.
    Listed(Result<Checklist>),
    /// Checks are over; what they found out was told.
    Checked(Result<()>),
    /// What was done.
    Mended(Result<String>),
    /// The plan.
    Prepared(Box<Result<Plan<Payload>>>),
    /// A run or a watch is over.
    Ran(Box<Result<Outcome>>),
    /// A log is over.
    Followed(Result<()>),
    /// The ways out, best first.
    Ways(Result<Vec<Remedy>>),
    /// So many pods were deleted.
    Retried(Result<usize>),
    /// Where it was saved.
    Saving(Result<PathBuf>),
    /// Somebody signed in.
    SignedIn(Result<()>),
    /// It was done; nothing more to say.
    Done,
}
