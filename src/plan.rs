//! Desired against live: what would change, why pods would restart, and what forbids it.
//!
//! Pure: no wire, no clock, no paint. Secret values reach this room as fingerprints; the payload of a plan is a type it
//! cannot open.

mod approve;
mod change;
mod compare;
mod draw;
mod held;
mod mask;
mod naming;
mod order;
mod restart;
mod subject;
mod summary;

pub use approve::{Approved, Consent, Denial};
pub use change::{Action, Blocker, Change, Conflict, FieldChange, Knob, Plan, Restart, Target, Validation};
pub use draw::draw;
pub use mask::Numbers;
pub use order::wave;
pub use subject::{Rehearsal, Subject};
