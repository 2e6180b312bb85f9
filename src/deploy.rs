//! The use cases: look around, ask for credentials, prepare a plan, carry it out, watch, and tell what happened.
//!
//! Both doors call this room and draw what it says; neither contains a use case. What happens travels as [`Event`]s,
//! folded by [`Progress`], the one source for panels and reports.

mod accord;
mod begin;
mod checking;
mod credentials;
mod desired;
mod ending;
mod event;
mod evidence;
mod explain;
mod fill;
mod follow;
mod form;
mod kept;
mod known;
mod look;
mod outcome;
mod prepare;
mod progress;
mod refer;
mod rehearse;
mod rights;
mod rotate;
mod run;
mod scaled;
mod session;
mod survey;
mod sync;
mod system;
mod take;
mod vaults;
mod watch;
mod words;
mod write;

pub use crate::check::Remedy;
pub use accord::{Accord, Compared, Comparison, Edit, Here, Sides, There};
pub use begin::{Draft, Link, Question};
pub use checking::{Asking, Pods};
pub use event::{Contact, Event, Log, Operation, Step, StepState, Told, Wave, What};
pub use form::{Entry, Form, FormField, FormGroup};
pub use outcome::{End, Outcome};
pub use prepare::{Payload, blocked};
pub use progress::{Phase, Progress};
pub use rotate::{Ask, Instruction, Proof, Say, UnderWay, Way};
pub use session::{Session, Setup, Stop};
pub use survey::{Fill, Glance, Reach, Revision, Survey};
pub use take::{Fields, TakeOver};
pub use vaults::{Move, compare, holdings, migrate, take};
pub use watch::LogOf;
