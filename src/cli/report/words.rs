//! Reports for people.

use std::fmt::Write as _;
use std::path::Path;

use super::Rest;
use super::column::Widths;
use super::paint::{Role, paint};
use crate::deploy::{Comparison, Draft, End, Fill, Form, FormField, Glance, Outcome, Reach, Remedy, Survey};
use crate::health::{Health, Verdict};
use crate::module::Imported;
use crate::object::Key;
use crate::secret::{VaultKind, variable};

/// How an operation ended.
pub(super) fn outcome(outcome: &Outcome) -> String {
    let mut out = String::new();
    let (role, glyph) = match outcome.end {
        End::Healthy => (Role::Good, "✓"),
        End::Failed | End::TimedOut | End::NoContact => (Role::Bad, "✗"),
        End::Stopped => (Role::Warn, "!"),
    };
    let _ = writeln!(out, "\n{} {}", paint(role, glyph), outcome.headline);
    if let Some(cause) = &outcome.cause {
        let _ = writeln!(out, "  {}\n  → {}", cause.sentence, cause.next);
    }
    if let Some(failure) = &outcome.failure {
        match &failure.why {
            Some(why) if failure.what == outcome.headline => drop(writeln!(out, "  {why}")),
            None if failure.what == outcome.headline => {}
            Some(_) | None => drop(writeln!(out, "  {failure}")),
        }
        for hint in &failure.hints {
            let _ = writeln!(out, "  → {hint}");
        }
    }
    for remedy in &outcome.remedies {
        let environment = &outcome.target.environment;
        match remedy {
            Remedy::Credentials { fields, .. } => {
                let _ = writeln!(out, "    landfall creds set {environment} {}", fields.join(" "));
            }
            Remedy::Value { path, suggestion, .. } => {
                let value = suggestion.as_deref().unwrap_or("VALUE");
                let _ = writeln!(out, "    {} --set {path}={value}", outcome.command);
            }
            Remedy::Commands { lines, .. } => {
                for line in lines {
                    let _ = writeln!(out, "    {line}");
                }
            }
            Remedy::Retry { .. } => {} // applying again does it
        }
    }
    let list = |out: &mut String, title: &str, keys: &[Key]| {
        if !keys.is_empty() {
            let names: Vec<_> = keys.iter().map(ToString::to_string).collect();
            let _ = writeln!(out, "  {title:<12} {}", names.join(", "));
        }
    };
    if outcome.end == End::Healthy {
        if let Some(url) = &outcome.url {
            let login = outcome.login.as_ref().map_or_else(String::new, |login| format!("  as {login}"));
            let _ = writeln!(out, "  Open         {url}{login}");
        }
        let _ = writeln!(out, "  Pods         {}", outcome.pods);
    } else {
        list(&mut out, "Applied", &outcome.done);
        list(&mut out, "Not applied", &outcome.undone);
    }
    for despite in &outcome.despite {
        let _ = writeln!(out, "  In spite of  {despite}");
    }
    let _ = writeln!(out, "  Same again   {}", outcome.command);
    out
}

/// One line for an object.
pub(super) fn verdict(key: &Key, health: &Health) -> String {
    let place = key.namespace.as_ref().map_or_else(String::new, |ns| format!("{ns}/"));
    let verdict = paint(Role::of(health.verdict), &format!("{} {}", glyph(health.verdict), health.verdict));
    format!("{verdict}  {} {place}{}: {}\n", key.kind, key.name, self::health(health))
}

/// The reason, and the cause where it says more.
pub(super) fn health(health: &Health) -> String {
    match &health.cause {
        Some(cause) if !health.reason.contains(&cause.headline) => {
            format!("{}; {}. {}", health.reason, cause.headline, cause.sentence)
        }
        Some(cause) => format!("{}. {}", health.reason, cause.sentence),
        None => health.reason.clone(),
    }
}

fn glyph(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ready => "✓",
        Verdict::Progressing | Verdict::Terminating => "◐",
        Verdict::Failed => "✗",
        Verdict::Unknown => "?",
    }
}

/// How environments are.
pub(super) fn status(looks: &[(Glance, Survey)]) -> String {
    let mut out = String::new();
    for (glance, survey) in looks {
        let protected = if glance.protected { "  protected" } else { "" };
        let _ = writeln!(out, "{}{protected}", paint(Role::Title, &glance.environment));
        let mut line = |title: &str, words: String| {
            let _ = writeln!(out, "  {title:<12} {words}");
        };
        match (&survey.reach, &survey.health) {
            (Reach::No { sentence, next }, _) => line("Cluster", format!("? {sentence}\n               → {next}")),
            (Reach::SignIn { program }, _) => line("Cluster", format!("? {program} asks for a login")),
            (Reach::Yes(_), Some(health)) => {
                let verdict = paint(Role::of(health.verdict), &format!("{} {}", glyph(health.verdict), health.verdict));
                line("Health", format!("{verdict}: {}", self::health(health)));
            }
            (Reach::Yes(_), None) => line("Health", "– nothing applied yet".to_owned()),
        }
        if let Some((revision, when)) = survey.revision {
            let by = survey.by.as_ref().map_or_else(String::new, |by| format!(" by {by}"));
            line("Revision", format!("{revision} · {}{by}", when.strftime("%Y-%m-%d %H:%M UTC")));
        }
        if let Some(fields) = survey.by_hand.filter(|fields| *fields > 0) {
            line("By hand", if fields == 1 { "1 field".to_owned() } else { format!("{fields} fields") });
        }
        let off = survey.sync.as_ref().map_or(0, Comparison::off);
        let off = if off > 0 {
            format!(", {off} not in sync (landfall creds status {})", glance.environment)
        } else {
            String::new()
        };
        line("Credentials", format!("{}{off}", fill(&glance.credentials)));
        for (title, value) in &glance.rows {
            line(title, value.clone());
        }
        if let Some(url) = &glance.url {
            line("URL", url.clone());
        }
        if let Some(context) = &glance.context {
            line("Context", context.clone());
        }
        for complaint in &glance.complaints {
            line("!", complaint.clone());
        }
        out.push('\n');
    }
    out
}

fn fill(fill: &Fill) -> String {
    match fill {
        Fill::Counted { set, needed, flagged: 0 } if set == needed => format!("✓ {set} of {needed}"),
        Fill::Counted { set, needed, flagged: 0 } => format!("! {set} of {needed}"),
        Fill::Counted { set, needed, flagged } => format!("! {set} of {needed}, {flagged} flagged"),
        Fill::Hidden(why) => format!("? {why}"),
    }
}

/// Which credentials are there.
pub(super) fn form(form: &Form, said: &[(String, String)]) -> String {
    let mut out = format!("{}  {}\n", paint(Role::Title, &form.environment), form.vault.words());
    let rows: Vec<Vec<[String; 4]>> = form.groups.iter().map(|group| rows(&group.fields, said)).collect();
    let widths = Widths::of(rows.iter().flatten().map(|row| row.each_ref().map(String::as_str)));
    for (group, rows) in form.groups.iter().zip(&rows) {
        let shared = if group.shared_with.is_empty() {
            String::new()
        } else {
            format!("  shared with {}", group.shared_with.join(", "))
        };
        let _ = writeln!(out, "  {}{shared}", group.title);
        for row in rows {
            let line = widths.pad(row.each_ref().map(String::as_str)).join("  ");
            let _ = writeln!(out, "    {}", line.trim_end());
        }
    }
    out
}

/// Name, value, since when, and what is said of it.
fn rows(fields: &[FormField], said: &[(String, String)]) -> Vec<[String; 4]> {
    let row = |field: &FormField| {
        let text = field.text.clone().unwrap_or_default();
        let (value, since) = match field.stored {
            None if field.from.is_some() => {
                ("–".to_owned(), format!("from {}", field.from.as_deref().unwrap_or_default()))
            }
            None if field.unasked => ("–".to_owned(), "made when others are stored".to_owned()),
            None if field.text.is_some() => (text, "default".to_owned()),
            None => ("–".to_owned(), "needed".to_owned()),
            Some(set) => {
                let shown = if field.masked { MASK.to_owned() } else { text };
                (shown, format!("set {}", set.strftime("%Y-%m-%d")))
            }
        };
        let words = said.iter().find(|(name, _)| *name == field.name).map(|(_, words)| words.clone());
        [field.name.clone(), value, since, words.unwrap_or_default()]
    };
    fields.iter().map(row).collect()
}

/// What stands for a value that is not shown.
const MASK: &str = "••••••••";

/// What beginning a project will do.
pub(super) fn draft(draft: &Draft, path: &Path, text: &str, rest: &Rest) -> String {
    let mut out = format!("{} will be written:\n\n", path.display());
    for line in text.lines() {
        let _ = writeln!(out, "{}", format!("  {line}").trim_end());
    }
    let found = &draft.secrets;
    if !found.is_empty() {
        let _ = match rest {
            Rest::Vault(standing) => writeln!(out, "\nThese credentials go to the vault ({}):", standing.name),
            Rest::Nowhere(VaultKind::Memory) => {
                writeln!(out, "\nThese credentials are not stored, since memory is wiped when this command ends:")
            }
            Rest::Nowhere(VaultKind::Environ | VaultKind::Stdin | VaultKind::Keyring | VaultKind::File) => {
                writeln!(out, "\nThese credentials are not stored, since this vault is read-only; it reads them as:")
            }
        };
        let place = |found: &Imported| match rest {
            Rest::Vault(_) | Rest::Nowhere(VaultKind::Memory | VaultKind::Keyring | VaultKind::File) => MASK.to_owned(),
            Rest::Nowhere(VaultKind::Environ) => variable(Some(&found.environment), &found.field),
            Rest::Nowhere(VaultKind::Stdin) => format!("{{\"{}\": {{\"{}\": …}}}}", found.environment, found.field),
        };
        let cells = |found: &Imported| [found.environment.clone(), found.field.clone(), place(found)];
        let rows: Vec<_> = found.iter().map(cells).collect();
        let widths = Widths::of(rows.iter().map(|row| row.each_ref().map(String::as_str)));
        for row in &rows {
            let line = widths.pad(row.each_ref().map(String::as_str)).join("  ");
            let _ = writeln!(out, "  {}", line.trim_end());
        }
    }
    if !draft.untouched.is_empty() {
        let _ = writeln!(out, "\nOther variables stay untouched: {}", draft.untouched.join(", "));
    }
    out.push('\n');
    out
}
