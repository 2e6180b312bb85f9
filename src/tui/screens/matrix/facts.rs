//! What stands in the cells.

use jiff::Timestamp;
use unicode_width::UnicodeWidthStr;

use crate::deploy::{Comparison, End, Fill, Reach, Revision, Survey};
use crate::health::Verdict;
use crate::tui::state::Environment;
use crate::tui::theme::Role;
use crate::tui::widgets::line::Line;
use crate::tui::widgets::{age, cut, glyph};

fn unknown(environment: &Environment) -> Line {
    let silent = environment.survey().is_some_and(|survey| matches!(survey.reach, Reach::No { .. }));
    let failed = environment.survey.failure().is_some() || silent;
    if failed { Line::new("?", Role::Warn) } else { Line::new("·", Role::Muted) }
}

/// What the cluster said, if it was asked.
fn answered(environment: &Environment) -> Option<&Survey> {
    environment.survey().filter(|survey| matches!(survey.reach, Reach::Yes(_)))
}

/// How it is.
pub(super) fn health(environment: &Environment, now: Timestamp) -> Line {
    if environment.is_applying() {
        return Line::new(glyph::spinner(now), Role::Busy).and(" rolling out", Role::Text);
    }
    let Some(survey) = environment.survey() else {
        return match environment.survey.failure() {
            Some(_) => Line::new("?", Role::Warn).and(" not known", Role::Text),
            None => unknown(environment),
        };
    };
    match (&survey.reach, &survey.health) {
        (Reach::SignIn { .. }, _) => Line::new("?", Role::Warn).and(" Enter to sign in", Role::Text),
        (Reach::No { .. }, _) => Line::new("?", Role::Warn).and(" no contact", Role::Text),
        (Reach::Yes(_), None) => Line::new("–", Role::Muted),
        (Reach::Yes(_), Some(health)) => {
            let (sign, role) = glyph::verdict(health.verdict, now);
            let words = match health.verdict {
                Verdict::Progressing => format!(" rolling {}", counts(&health.reason)),
                verdict @ (Verdict::Ready | Verdict::Failed | Verdict::Terminating | Verdict::Unknown) => {
                    format!(" {verdict}")
                }
            };
            Line::new(sign, role).and(words.trim_end().to_owned(), Role::Text)
        }
    }
}

/// The count at the beginning of a reason such as "0/1 available, new 1, old 0".
fn counts(reason: &str) -> &str {
    reason.split([' ', ',']).next().filter(|word| word.contains('/')).unwrap_or_default()
}

/// Revision and its age.
pub(super) fn revision(environment: &Environment, now: Timestamp) -> Line {
    let Some(survey) = answered(environment) else { return unknown(environment) };
    let Some((revision, applied)) = &survey.revision else { return Line::new("–", Role::Muted) };
    let ago = age::since(*applied, now);
    let ago = if ago.as_secs() < 60 { "now".to_owned() } else { age::short(ago) };
    Line::text(revision.to_string()).and(" · ", Role::Muted).and(ago, Role::Text)
}

/// How many credentials are there.
pub(super) fn credentials(environment: &Environment) -> Line {
    let Some(glance) = environment.glance() else { return Line::new("·", Role::Muted) };
    match &glance.credentials {
        Fill::Counted { set, needed, flagged } => {
            let (sign, role) = if set < needed || *flagged > 0 { ("!", Role::Warn) } else { ("✓", Role::Ok) };
            let off = environment.survey().and_then(|survey| survey.sync.as_ref()).map_or(0, Comparison::off);
            if set == needed && off > 0 {
                return Line::new("!", Role::Warn).and(format!(" {set} of {needed}, {off} off"), Role::Text);
            }
            let flagged = if *flagged > 0 && set == needed { format!(", {flagged} weak") } else { String::new() };
            Line::new(sign, role).and(format!(" {set} of {needed}{flagged}"), Role::Text)
        }
        Fill::Hidden(_) => Line::new("?", Role::Warn).and(" vault", Role::Text),
    }
}

/// How many fields were changed by hand.
pub(super) fn by_hand(environment: &Environment) -> Line {
    let Some(survey) = answered(environment) else { return unknown(environment) };
    match survey.by_hand {
        None | Some(0) => Line::new("–", Role::Muted),
        Some(count) => Line::text(age::counted(count, "field")),
    }
}

/// The last revisions, one line each: number, age, how it ended, who, and its headline.
pub(super) fn history(survey: &Survey, now: Timestamp, wide: u16) -> Vec<Line> {
    let shown = || survey.history.iter().take(5);
    let digits = shown().map(|revision| revision.number.to_string().len()).max().unwrap_or_default();
    let who = |revision: &Revision| cut::middle(&revision.by, 16);
    let name = shown().map(|revision| who(revision).width()).max().unwrap_or_default();
    let line = |revision: &Revision| {
        let (sign, role) = match revision.end {
            Some(End::Healthy) => ("✓", Role::Ok),
            Some(End::Stopped) => ("!", Role::Warn),
            Some(End::Failed | End::TimedOut | End::NoContact) => ("✗", Role::Fail),
            None => ("·", Role::Muted),
        };
        let ago = age::short(age::since(revision.when, now));
        let by = who(revision);
        let gap = " ".repeat(name - by.width());
        let line = Line::text(format!("{:>digits$} ", revision.number))
            .and(sign, role)
            .and(format!("{ago:>6}  "), Role::Muted)
            .and(by + &gap, Role::Text);
        let words = match (revision.end, revision.took) {
            (Some(End::Healthy), Some(took)) => format!("ready in {}", age::spoken(took)),
            (_, _) => revision.headline.clone(),
        };
        let room = wide.saturating_sub(line.width() + 3);
        line.and(format!("  {}", cut::end(&words, room)), Role::Muted)
    };
    shown().map(line).collect()
}
