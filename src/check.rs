//! Will it work? The pre-deployment checklist: what a check is, how its findings are told, and what mends them.
//!
//! What can be judged from data is judged here without a wire; `image`, `smoke` and `probe` ask, over `system` or the
//! cluster, and write nothing but a short-lived pod and its Secret. Which checks there are for one environment, and
//! with what they are filled, is put together by `deploy`.

mod answer;
mod cluster;
mod credentials;
mod finding;
mod guard;
mod image;
mod list;
mod local;
mod node;
mod ports;
mod probe;
mod reference;
mod remedy;
mod rights;
mod scrub;
mod separation;
mod smoke;
mod sweep;
mod verdict;

pub use answer::{Answer, answers};
pub use cluster::version;
pub use credentials::credentials;
pub use finding::{Errand, Finding, Mend};
pub use guard::{admitted, enforced};
pub use image::{Pull, pull};
pub use list::{Checklist, Item, Means, News, State, Teller, Told};
pub use local::local;
pub use node::{Wanted, candidates, nodes};
pub use ports::{Port, ports};
pub use probe::{End, Order, Probe, Spoken};
pub use reference::Reference;
pub use remedy::Remedy;
pub use rights::{allowed, rights};
pub use scrub::Scrub;
pub use separation::separation;
pub use smoke::{Smoke, smoke};
pub use sweep::{MARK, PROJECT, leftovers};
pub use verdict::Verdict;
