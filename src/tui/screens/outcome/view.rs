//! Draws an outcome.

use std::collections::BTreeMap;

use super::facts;
use crate::check::Verdict;
use crate::deploy::{End, Outcome, Remedy};
use crate::tui::keymap::Action;
use crate::tui::screens::checks;
use crate::tui::screens::rollout::remedy;
use crate::tui::shown::{Pane, Spot};
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{Canvas, cells, width};
use crate::tui::widgets::line::Line;
use crate::tui::widgets::{cut, list};

/// How many calls of a smoke test that went well are shown.
const CALLS: usize = 4;
/// Where facts begin.
const FACTS: u16 = 14;

/// Draws how the run of the chosen environment ended.
pub(crate) fn draw(canvas: &mut Canvas<'_>, state: &State) {
    let outcome =
        state.environment().and_then(|e| e.rollout.as_ref()).and_then(|rollout| rollout.progress.outcome.as_deref());
    let Some(outcome) = outcome else {
        canvas.put(1, 0, "Nothing has ended here.", Role::Muted);
        return;
    };
    let (sign, role) = match outcome.end {
        End::Healthy => ("✓", Role::Ok),
        End::Stopped => ("!", Role::Warn),
        End::Failed | End::TimedOut | End::NoContact => ("✗", Role::Fail),
    };
    canvas.put(1, 0, sign, role);
    let title = if outcome.end == End::Healthy { Role::Title } else { role };
    canvas.put(3, 0, &cut::end(&outcome.headline, canvas.width().saturating_sub(4)), title);
    let mut lines = lines(outcome, canvas.width());
    let mut ways: BTreeMap<usize, Action> = BTreeMap::new();
    if !outcome.remedies.is_empty() {
        lines.push(Line::default());
    }
    for way in &outcome.remedies {
        let (action, key, words) = remedy(way);
        ways.insert(lines.len(), action);
        lines.push(Line::text("  ").and(key, Role::Key).and(format!(" {words}"), Role::Text));
        // To be read, and typed, where the clipboard does not reach.
        if let Remedy::Commands { lines: commands, .. } = way {
            let wide = canvas.width().saturating_sub(7);
            let shown = commands.iter().flat_map(|command| cut::wrap(command, wide));
            lines.extend(shown.map(|command| Line::new(format!("     {command}"), Role::Muted)));
        }
    }
    lines.extend(smoked(state, canvas.width()));
    let next = next(state);
    let asks = outcome.end == End::Healthy && !state.after.is_empty();
    let room = canvas.height().saturating_sub(2);
    let mut body = canvas.part(1, 2, canvas.width().saturating_sub(1), room);
    // What comes next, and whether it really works: keys and where they stand.
    let mut last: Vec<(u16, u16, Action)> = Vec::new();
    let mut line = Line::default();
    if let Some((sentence, words)) = &next {
        let gap = 46_usize.saturating_sub(sentence.chars().count()).max(2);
        line = Line::text(sentence.clone()).and(" ".repeat(gap), Role::Text);
        last.push((line.width(), 2 + width(words), Action::Next));
        line = line.and("n", Role::Key).and(format!(" {words}   "), Role::Text);
    }
    if asks {
        last.push((line.width(), 12, Action::Smoke));
        line = line.and("s", Role::Key).and(" smoke test", Role::Text);
    }
    if !last.is_empty() {
        lines.extend([Line::default(), line]);
    }
    body.pane(Pane::Detail, lines.len());
    let visible = list::scrolled(lines.len(), state.story, usize::from(room));
    for (at, y) in visible.zip(0..) {
        if let Some(line) = lines.get(at) {
            body.line(0, y, line);
        }
        if let Some(action) = ways.get(&at) {
            body.spot(y, Spot::Key(*action));
        }
        if at + 1 == lines.len() {
            for (x, size, action) in &last {
                body.spot_at(*x, y, *size, Spot::Key(*action));
            }
        }
    }
}

/// What came of asking whether it really works: its rows, and what was seen on the way.
fn smoked(state: &State, wide: u16) -> Vec<Line> {
    let Some(smoke) = state.environment().map(|environment| &environment.smoke) else { return Vec::new() };
    let mut lines: Vec<Line> = checks::lines(smoke, state.now, wide, checks::Sentences::Below)
        .into_iter()
        .filter(|row| row.keys.is_empty())
        .map(|row| row.line.and(format!("  {}", row.age), Role::Muted))
        .collect();
    if let Some(finding) = smoke.finding() {
        // Where all is well a few calls are enough; where something is not, all of them are evidence.
        let most = if finding.verdict == Verdict::Ok { CALLS } else { usize::MAX };
        let shown = finding.evidence.iter().take(most);
        lines
            .extend(shown.map(|line| Line::new(format!("   {}", cut::end(line, wide.saturating_sub(5))), Role::Muted)));
        let rest = finding.evidence.len().saturating_sub(most);
        lines.extend((rest > 0).then(|| Line::new(format!("   and {rest} more"), Role::Muted)));
    }
    lines.extend(smoke.failure.iter().map(|failure| Line::new("✗  ", Role::Fail).and(failure.to_string(), Role::Text)));
    if !lines.is_empty() {
        lines.insert(0, Line::default());
    }
    lines
}

fn lines(outcome: &Outcome, wide: u16) -> Vec<Line> {
    let room = wide.saturating_sub(FACTS + 2);
    let mut lines = Vec::new();
    for (label, text) in facts::facts(outcome) {
        for (at, line) in cut::wrap(&text, room).into_iter().enumerate() {
            let label = if at == 0 { label } else { "" };
            let gap = usize::from(FACTS - 3);
            lines.push(Line::new(format!("  {label:<gap$}"), Role::Muted).and(line, Role::Text));
        }
    }
    lines
}

/// Which environment comes next, and how it is.
fn next(state: &State) -> Option<(String, String)> {
    let outcome = state.environment()?.rollout.as_ref()?.progress.outcome.as_ref()?;
    if outcome.end != End::Healthy {
        return None;
    }
    let environment = state.environments.get(state.chosen + 1)?;
    let name = &environment.name;
    let revision = environment.survey().and_then(|survey| survey.revision.as_ref());
    let first = environment.glance().and_then(|glance| glance.rows.first());
    let sentence = match (revision, first) {
        (None, _) => format!("Next: nothing is deployed in {name} yet."),
        (Some(_), Some((_, value))) => format!("Next: {name} is at {value}."),
        (Some((revision, _)), None) => format!("Next: {name} is at revision {revision}."),
    };
    Some((cells_cut(&sentence), format!("deploy {name}")))
}

fn cells_cut(sentence: &str) -> String {
    cut::end(sentence, cells(44))
}
