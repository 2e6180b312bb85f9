//! The vault of this machine, and what would become of what it holds.

use std::fmt::Write as _;

use serde_json::json;

use super::paint::{Role, paint};
use super::{Report, row, text};
use crate::deploy::Move;
use crate::secret::{Health, Standing, VaultKind};

/// How the vault is.
pub(in crate::cli) struct Status<'s> {
    pub(in crate::cli) standing: &'s Standing,
    /// Whether it is chosen on this machine.
    pub(in crate::cli) chosen: bool,
    /// Who chose it, as the end of a sentence.
    pub(in crate::cli) by: String,
    /// Where it lies, if that is a place of ours.
    pub(in crate::cli) place: Option<String>,
    /// The items and how many credentials each has; none where it is not ready.
    pub(in crate::cli) held: Option<Vec<(String, usize)>>,
}

impl Report {
    /// How the vault is.
    pub(in crate::cli) fn vault(self, status: &Status<'_>) {
        let Status { standing, chosen, by, place, held } = status;
        let (health, why, next) = match &standing.health {
            Health::Ready => ("ready", None, None),
            Health::Locked { cure } => ("locked", None, Some(cure)),
            Health::Unavailable { why, cure } => ("unavailable", Some(why), Some(cure)),
        };
        let count: Option<usize> = held.as_ref().map(|held| held.iter().map(|(_, count)| count).sum());
        if self.json {
            let items = held.as_ref().map(|held| {
                held.iter().map(|(item, count)| json!({"item": item, "credentials": count})).collect::<Vec<_>>()
            });
            return row(&json!({
                "type": "vault",
                "vault": standing.kind.to_string(),
                "chosen": chosen,
                "health": health,
                "why": why,
                "next": next,
                "place": place,
                "writable": standing.writable,
                "items": items,
                "credentials": count,
            }));
        }
        let mut out = format!("{}\n", paint(Role::Title, &standing.words()));
        let mut say = |name: &str, words: &str| {
            let _ = writeln!(out, "  {name:<8} {words}");
        };
        say("chosen", by);
        if let Some(place) = place {
            say("where", place);
        }
        match (held, count) {
            (Some(held), Some(count)) if count > 0 => {
                say("holds", &format!("{} in {}", counted(count, "credential"), counted(held.len(), "item")));
                for (item, count) in held {
                    say("", &format!("{item}: {count}"));
                }
            }
            (Some(_), _) => say("holds", "nothing yet"),
            (None, _) => {}
        }
        if let Some(why) = why {
            say("why", why);
        }
        if let Some(next) = next {
            say("next", next);
        }
        if standing.kind == VaultKind::Keyring && !matches!(standing.health, Health::Ready) {
            say("", crate::secret::INSTEAD);
        }
        text(&out);
    }

    /// What would become of each item.
    pub(in crate::cli) fn moves(self, way: &str, moves: &[Move]) {
        for found in moves {
            let Move { item, set, changed, same } = found;
            if self.json {
                row(&json!({"type": "move", "item": item, "way": way, "set": set, "changed": changed, "same": same}));
                continue;
            }
            let mut out = format!("{item}  {way}\n");
            for (sign, names, words) in [("+", set, "is set"), ("~", changed, "changes"), (" ", same, "stays")] {
                for name in names {
                    let _ = writeln!(out, "  {sign} {name}  {words}");
                }
            }
            text(&out);
        }
    }
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
