//! Reports for people.

use std::fmt::Write as _;
use std::path::Path;

use crate::deploy::{Draft, End, Fill, Form, Glance, Outcome, Reach, Remedy, Survey};
use crate::health::{Health, Verdict};
use crate::object::Key;
use crate::secret::Standing;

/// How an operation ended.
pub(super) fn outcome(outcome: &Outcome) -> String {
    let mut out = String::new();
    let glyph = match outcome.end {
        End::Healthy => "✓",
        End::Failed | End::TimedOut | End::NoContact => "✗",
        End::Stopped => "!",
    };
    let _ = writeln!(out, "\n{glyph} {}", outcome.headline);
    if let Some(cause) = &outcome.cause {
        let _ = writeln!(out, "  {}\n  → {}", cause.sentence, cause.next);
    }
    if let Some(failure) = &outcome.failure {
        let _ = writeln!(out, "  {failure}");
        for hint in &failure.hints {
            let _ = writeln!(out, "  → {hint}");
        }
    }
    for remedy in &outcome.remedies {
        if let Remedy::Commands { lines, .. } = remedy {
            for line in lines {
                let _ = writeln!(out, "    {line}");
            }
        }
    }
    let list = |out: &mut String, title: &str, keys: &[Key]| {
        if !keys.is_empty() {
            let names: Vec<_> = keys.iter().map(ToString::to_string).collect();
            let _ = writeln!(out, "  {title:<11}{}", names.join(", "));
        }
    };
    if outcome.end == End::Healthy {
        if let Some(url) = &outcome.url {
            let login = outcome.login.as_ref().map_or_else(String::new, |login| format!("  as {login}"));
            let _ = writeln!(out, "  Open       {url}{login}");
        }
        let _ = writeln!(out, "  Pods       {}", outcome.pods);
    } else {
        list(&mut out, "Applied", &outcome.done);
        list(&mut out, "Not applied", &outcome.undone);
    }
    let _ = writeln!(out, "  Same again {}", outcome.command);
    out
}

/// One line for an object.
pub(super) fn verdict(key: &Key, health: &Health) -> String {
    let place = key.namespace.as_ref().map_or_else(String::new, |ns| format!("{ns}/"));
    format!("{} {} {place}{}: {}\n", glyph(health.verdict), health.verdict, key, self::health(health))
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
        let _ = writeln!(out, "{}{protected}", glance.environment);
        let mut line = |title: &str, words: String| {
            let _ = writeln!(out, "  {title:<12} {words}");
        };
        match (&survey.reach, &survey.health) {
            (Reach::No { sentence, next }, _) => line("Cluster", format!("? {sentence}\n               → {next}")),
            (Reach::SignIn, _) => line("Cluster", "? asks for a login".to_owned()),
            (Reach::Yes(_), Some(health)) => {
                line("Health", format!("{} {}: {}", glyph(health.verdict), health.verdict, self::health(health)));
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
        line("Credentials", fill(&glance.credentials));
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
    let mut out = format!("{}  {}\n", form.environment, form.vault.words());
    for group in &form.groups {
        let shared = if group.shared_with.is_empty() {
            String::new()
        } else {
            format!("  shared with {}", group.shared_with.join(", "))
        };
        let _ = writeln!(out, "  {}{shared}", group.title);
        for field in &group.fields {
            let value = match (&field.stored, field.masked) {
                (None, _) if field.unasked => "–  made when others are stored".to_owned(),
                (None, _) if field.text.is_some() => format!("{}  default", field.text.as_deref().unwrap_or_default()),
                (None, _) => "–  needed".to_owned(),
                (Some(set), masked) => {
                    let shown =
                        if masked { "••••••••" } else { field.text.as_deref().unwrap_or_default() };
                    let words = said.iter().find(|(name, _)| *name == field.name).map_or("", |(_, words)| words);
                    format!("{shown}  set {}  {words}", set.strftime("%Y-%m-%d"))
                }
            };
            let _ = writeln!(out, "    {:<32} {}", field.name, value.trim_end());
        }
    }
    out
}

/// What beginning a project will do.
pub(super) fn draft(draft: &Draft, path: &Path, text: &str, vault: &Standing) -> String {
    let mut out = format!("{} will be written:\n\n", path.display());
    for line in text.lines() {
        let _ = writeln!(out, "  {line}");
    }
    if !draft.secrets.is_empty() {
        let _ = writeln!(out, "\nThese credentials go to the {} ({}):", vault.kind, vault.words());
        for found in &draft.secrets {
            let _ = writeln!(out, "  {:<6} {:<20} ••••••••", found.environment, found.field);
        }
    }
    if !draft.untouched.is_empty() {
        let _ = writeln!(out, "\nOther variables stay untouched: {}", draft.untouched.join(", "));
    }
    out.push('\n');
    out
}
