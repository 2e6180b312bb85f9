//! The use cases: look around, ask for credentials, prepare a plan, carry it out, watch, and tell what happened.
//!
//! Both doors call this room and draw what it says; neither contains a use case. What happens travels as [`Event`]s,
//! folded by [`Progress`], the one source for panels and reports.

mod event;
mod form;
mod outcome;
mod progress;
mod remedy;
mod session;
mod survey;

pub use event::{Contact, Event, Log, Operation, Step, StepState, Told, Wave, What};
pub use form::{Entry, Form, FormField, FormGroup};
pub use outcome::{End, Outcome};
pub use progress::{Phase, Progress};
pub use remedy::Remedy;
pub use session::{LogOf, Payload, Session, Stop};
pub use survey::{Fill, Glance, Reach, Survey};
