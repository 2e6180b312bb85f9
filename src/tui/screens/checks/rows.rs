//! Checks as lines: sign, title and what was found out; below what fails or is chosen, the sentence and the keys.

use jiff::Timestamp;

use super::Checks;
use crate::check::{Finding, Item, Remedy, State, Verdict};
use crate::tui::keymap::Action;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::width;
use crate::tui::widgets::line::Line;
use crate::tui::widgets::{age, cut, glyph};

/// A line of the list.
#[derive(Debug, Default)]
pub(crate) struct Row {
    /// What stands left.
    pub(crate) line: Line,
    /// How long it took, or has been running.
    pub(crate) age: String,
    /// Which check it belongs to, as a place in the list.
    pub(crate) at: usize,
    /// Keys in this line: column, width and action.
    pub(crate) keys: Vec<(u16, u16, Action)>,
}

/// Where words begin.
const WORDS: u16 = 3;

/// Where the sentences of the chosen check stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sentences {
    /// Below its line.
    Below,
    /// Beside the list.
    Beside,
}

/// All lines of the checklist.
pub(crate) fn lines(checks: &Checks, now: Timestamp, wide: u16, sentences: Sentences) -> Vec<Row> {
    let chosen = checks.at();
    let each = |(at, item): (usize, &Item)| {
        let chosen = (at == chosen).then_some(sentences);
        let mut rows = rows(item, chosen, now, wide);
        for row in &mut rows {
            row.at = at;
        }
        rows
    };
    checks.list.sorted().into_iter().enumerate().flat_map(each).collect()
}

fn rows(item: &Item, chosen: Option<Sentences>, now: Timestamp, wide: u16) -> Vec<Row> {
    let title = if chosen.is_some() { Role::Focus } else { Role::Text };
    let (sign, role, age) = match &item.state {
        State::Waiting | State::Held => ("·", Role::Muted, String::new()),
        State::Running { since, .. } => (glyph::spinner(now), Role::Busy, age::fine(age::since(*since, now))),
        State::Done { finding, took } => {
            let (sign, role) = verdict(finding.verdict);
            (sign, role, age::fine(*took))
        }
    };
    let room = wide.saturating_sub(WORDS + width(&age) + 3);
    let start = Line::new(sign, role).and("  ", Role::Text);
    let first = |line: Line| Row { line, age: age.clone(), ..Row::default() };
    match &item.state {
        State::Waiting => vec![first(start.and(cut::end(&item.title, room), title))],
        State::Held => {
            let line = start.and(cut::end(&item.title, room), title);
            let left = room.saturating_sub(width(&item.title));
            vec![first(line.and(cut::end("  needs a short-lived pod", left), Role::Muted))]
        }
        State::Running { doing, .. } => {
            vec![first(start.and(cut::end(&format!("{}: {doing}", item.title), room), title))]
        }
        State::Done { finding, .. } if finding.verdict == Verdict::Fail => {
            let mut rows = vec![first(start.and(cut::end(&item.title, room), title))];
            rows.extend(below(&cut::sentence(&finding.headline), wide));
            rows.extend(more(finding, chosen, wide));
            rows
        }
        State::Done { finding, .. } => {
            let said = said(&item.title, &finding.headline);
            let mut rows = vec![first(start.and(cut::end(&said, room), title))];
            if chosen.is_some() && finding.verdict != Verdict::Ok {
                if width(&said) > room && chosen == Some(Sentences::Below) {
                    rows.extend(below(&cut::sentence(&finding.headline), wide));
                }
                rows.extend(more(finding, chosen, wide));
            }
            rows
        }
    }
}

/// The sign of a verdict.
pub(super) fn verdict(verdict: Verdict) -> (&'static str, Role) {
    match verdict {
        Verdict::Ok => ("✓", Role::Ok),
        Verdict::Unknown => ("?", Role::Text),
        Verdict::Warn => ("!", Role::Warn),
        Verdict::Fail => ("✗", Role::Fail),
    }
}

/// Title and finding as one sentence, without the title's word twice.
fn said(title: &str, headline: &str) -> String {
    let word = title.to_lowercase();
    if headline.to_lowercase().starts_with(&word) {
        return cut::sentence(headline).trim_end_matches('.').to_owned();
    }
    format!("{title}: {headline}")
}

/// The next step, and the keys where it is chosen.
fn more(finding: &Finding, chosen: Option<Sentences>, wide: u16) -> Vec<Row> {
    let offers = finding.mend.is_some() || !finding.remedies.is_empty();
    let shown = match chosen {
        Some(Sentences::Below) => true,
        Some(Sentences::Beside) => false,
        None => !offers,
    };
    let next = finding.next.as_deref().filter(|_| shown).map(cut::sentence);
    let mut rows: Vec<Row> = next.into_iter().flat_map(|next| below(&next, wide)).collect();
    if chosen.is_some() {
        rows.extend(keys(finding, wide));
    }
    rows
}

fn below(text: &str, wide: u16) -> Vec<Row> {
    let room = wide.saturating_sub(WORDS + 2);
    let line = |line: String| Row { line: Line::text(format!("   {line}")), ..Row::default() };
    cut::wrap(text, room).into_iter().map(line).collect()
}

/// The ways out of the chosen check as keys, as many to a line as fit.
fn keys(finding: &Finding, wide: u16) -> Vec<Row> {
    let mut ways: Vec<(Action, &str, &str)> = Vec::new();
    ways.extend(finding.mend.iter().map(|mend| (Action::Mend, "x", mend.label.as_str())));
    ways.extend(finding.remedies.iter().map(|remedy| match remedy {
        Remedy::Credentials { label, .. } => (Action::Renew, "t", label.as_str()),
        Remedy::Value { label, .. } => (Action::Value, "v", label.as_str()),
        Remedy::Commands { label, .. } => (Action::Copy, "y", label.as_str()),
        Remedy::Retry { label } => (Action::Again, "r", label.as_str()),
    }));
    ways.push((Action::Open, "Enter", "evidence"));
    let room = wide.saturating_sub(2);
    let mut rows: Vec<Row> = Vec::new();
    for (action, key, label) in ways {
        let label = cut::end(label, room.saturating_sub(WORDS + width(key) + 1));
        let size = width(key) + 1 + width(&label);
        let fits = rows.last().is_some_and(|row| row.line.width() + 5 + size <= room);
        if !fits {
            rows.push(Row { line: Line::text("   "), ..Row::default() });
        }
        let Some(row) = rows.last_mut() else { continue };
        let gap = if fits { "     " } else { "" };
        let line = std::mem::take(&mut row.line).and(gap, Role::Text);
        row.keys.push((line.width(), size, action));
        row.line = line.and(key, Role::Key).and(format!(" {label}"), Role::Text);
    }
    rows
}
