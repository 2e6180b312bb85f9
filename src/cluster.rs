//! The only wire: everything that is said to an API server and everything that comes back.
//!
//! Every call has a deadline and can be dropped. What comes in is cleaned and masked before anyone else sees it; error
//! bodies too. Nothing here judges or plans.

mod access;
mod apply;
mod connect;
mod contact;
mod discover;
mod fetch;
mod ingest;
mod lean;
mod line;
mod logs;
mod pulse;
mod refusal;
mod rules;
mod sign_in;
mod status;
mod userinfo;
mod values;
mod watch;
mod wire;

pub use access::Need;
pub use apply::{Answer, Order};
pub use connect::{Context, Source, Unopened, contexts};
pub use discover::Resource;
pub use ingest::{Ingest, names_a_secret};
pub use lean::Lean;
pub use logs::{LogRequest, follow_log};
pub use refusal::{Held, Refusal, Tried};
pub use rules::Rule;
pub use sign_in::SignIns;
pub use values::Opened;
pub use watch::{News, Watched, follow};
pub use wire::Cluster;
