//! The lines on top: how far it is, and when something is wrong, the sentence, the evidence and the ways out.

use jiff::Timestamp;

use super::Rollout;
use crate::deploy::{End, Operation, Phase, Remedy};
use crate::failure::Failure;
use crate::health::Cause;
use crate::tui::keymap::Action;
use crate::tui::screens::matrix;
use crate::tui::theme::Role;
use crate::tui::widgets::line::Line;
use crate::tui::widgets::{age, cut, glyph};

/// The lines on top, and keys that can be clicked in them.
pub(super) struct Top {
    /// The lines, the headline first.
    pub(super) lines: Vec<Line>,
    /// Line, column and action of each key.
    pub(super) keys: Vec<(usize, u16, Action)>,
}

/// What is wrong: headline, sentence, whether waiting cannot cure it.
struct Wrong {
    headline: String,
    sentence: String,
    next: String,
    fatal: bool,
}

fn wrong(rollout: &Rollout) -> Option<Wrong> {
    if let Some(failure) = &rollout.failure {
        let next = failure.hints.join(" ");
        return Some(Wrong {
            headline: failure.what.clone(),
            sentence: failure.why.clone().unwrap_or_default(),
            next,
            fatal: true,
        });
    }
    let outcome = rollout.progress.outcome.as_ref();
    let ended = outcome.filter(|outcome| !matches!(outcome.end, End::Healthy | End::Stopped));
    let cause = ended.and_then(|outcome| outcome.cause.as_ref()).or_else(|| match outcome {
        Some(_) => None,
        None => current(rollout),
    });
    if let Some(cause) = cause {
        return Some(Wrong {
            headline: cause.headline.clone(),
            sentence: cause.sentence.clone(),
            next: cause.next.clone(),
            fatal: cause.fatal || ended.is_some(),
        });
    }
    let outcome = ended?;
    let failure = outcome.failure.as_ref();
    Some(Wrong {
        headline: outcome.headline.clone(),
        sentence: failure.map(|failure| said(failure, &outcome.headline)).unwrap_or_default(),
        next: failure.map(|failure| failure.hints.join(" ")).unwrap_or_default(),
        fatal: true,
    })
}

/// What a failure says beyond its headline.
fn said(failure: &Failure, headline: &str) -> String {
    if failure.what == headline { failure.why.clone().unwrap_or_default() } else { failure.to_string() }
}

/// What is wrong now. That nothing stands behind a Service yet is no trouble while its pods are on their way.
fn current(rollout: &Rollout) -> Option<&Cause> {
    let tree = &rollout.progress.tree;
    let (ready, pods) = matrix::pods(&tree.roots);
    let young = pods > ready;
    rollout.progress.causes().into_iter().find(|cause| cause.fatal || cause.object.kind != "Service" || !young)
}

/// Whether something is wrong.
pub(super) fn is_wrong(rollout: &Rollout) -> bool {
    wrong(rollout).is_some()
}

/// The key and the words of a way out.
pub(crate) fn remedy(remedy: &Remedy) -> (Action, &'static str, &str) {
    match remedy {
        Remedy::Credentials { label, .. } => (Action::Renew, "t", label),
        Remedy::Value { label, .. } => (Action::Value, "v", label),
        Remedy::Commands { label, .. } => (Action::Copy, "y", label),
        Remedy::Retry { label } => (Action::Retry, "r", label),
    }
}

/// Builds the lines for a screen of this width.
pub(super) fn top(rollout: &Rollout, now: Timestamp, wide: u16) -> Top {
    let elapsed = age::clock(elapsed(rollout, now));
    let room = wide.saturating_sub(4);
    let Some(wrong) = wrong(rollout) else {
        let (sign, role) = sign(rollout, now);
        let line = Line::new(sign, role).and(format!(" {elapsed:<7}"), Role::Text).and(headline(rollout), Role::Text);
        return Top { lines: vec![line], keys: Vec::new() };
    };
    let (sign, role) = if wrong.fatal { ("✗", Role::Fail) } else { ("!", Role::Warn) };
    let title = cut::end(&wrong.headline, wide.saturating_sub(11));
    let mut lines = vec![Line::new(sign, role).and(format!(" {elapsed:<7}"), Role::Text).and(title, role)];
    let remedies = rollout.remedies();
    let mut sentences = vec![cut::sentence(&wrong.sentence)];
    if remedies.is_empty() {
        sentences.push(cut::sentence(&wrong.next));
    }
    sentences.retain(|sentence| !sentence.is_empty());
    let text = sentences.join(" ");
    let indent = |line: Line| line.spans().fold(Line::text("  "), |new, (text, role)| new.and(text, role));
    lines
        .extend(Line::wrapped(&text, room, Role::Text).into_iter().take(4).map(indent).filter(|line| line.width() > 2));
    let mut keys = Vec::new();
    if rollout.offers() {
        ways(rollout, wide, &mut lines, &mut keys);
    }
    Top { lines, keys }
}

/// The ways out as keys: those of the engine left, those that are always there right.
fn ways(rollout: &Rollout, wide: u16, lines: &mut Vec<Line>, keys: &mut Vec<(usize, u16, Action)>) {
    let always = [(Action::Evidence, "e", "save the evidence"), (Action::Leave, "q", "leave it as it is")];
    let ways: Vec<_> = rollout.remedies().iter().map(remedy).collect();
    let beside = wide >= 70;
    let right = wide.saturating_sub(21);
    let rows = if beside { ways.len().max(always.len()) } else { ways.len() + always.len() };
    for row in 0..rows {
        let mut line = Line::text("  ");
        let at = lines.len();
        let left = if beside { ways.get(row) } else { ways.get(row).or_else(|| always.get(row - ways.len())) };
        if let Some((action, key, words)) = left {
            keys.push((at, 3, *action));
            let room = if beside { right.saturating_sub(7) } else { wide.saturating_sub(6) };
            line = line.and(*key, Role::Key).and(format!(" {}", cut::end(words, room)), Role::Text);
        }
        if let (true, Some((action, key, words))) = (beside, always.get(row)) {
            let gap = right.saturating_sub(line.width());
            keys.push((at, right + 1, *action));
            line =
                line.and(" ".repeat(gap.into()), Role::Text).and(*key, Role::Key).and(format!(" {words}"), Role::Text);
        }
        lines.push(line);
    }
}

fn elapsed(rollout: &Rollout, now: Timestamp) -> jiff::SignedDuration {
    let progress = &rollout.progress;
    if let Some(outcome) = &progress.outcome {
        return outcome.took;
    }
    let end = if rollout.failure.is_some() { progress.latest.unwrap_or(rollout.asked) } else { now };
    age::since(progress.started.unwrap_or(rollout.asked), end)
}

fn sign(rollout: &Rollout, now: Timestamp) -> (&'static str, Role) {
    match rollout.progress.outcome.as_ref().map(|outcome| outcome.end) {
        Some(End::Healthy) => ("✓", Role::Ok),
        Some(End::Stopped | End::Failed | End::TimedOut | End::NoContact) => ("!", Role::Warn),
        None => (glyph::spinner(now), Role::Busy),
    }
}

fn headline(rollout: &Rollout) -> String {
    let progress = &rollout.progress;
    let (done, all) = progress.count();
    let total = progress.steps().count();
    let (ready, pods) = matrix::pods(&progress.tree.roots);
    let waiting = pods - ready;
    match (progress.phase, rollout.operation) {
        (Phase::Starting, _) => "asking the cluster".to_owned(),
        (Phase::Ended, _) => progress.outcome.as_ref().map(|o| o.headline.clone()).unwrap_or_default(),
        (Phase::Stopping, _) => "stopping: nothing new is started".to_owned(),
        (_, Operation::Watch) if pods == 0 => "watching what is there".to_owned(),
        (_, Operation::Watch) => format!("watching: {ready} of {} ready", age::counted(pods, "pod")),
        (Phase::Applying, Operation::Apply) => format!("applying: {done} of {} done", age::counted(all, "object")),
        (Phase::Waiting, Operation::Apply) if pods == 0 => format!("all {total} objects applied, waiting for pods"),
        // Their pods are ready, and what counts them has not looked yet.
        (Phase::Waiting, Operation::Apply) if waiting == 0 => {
            format!("all {total} objects applied, pods ready, waiting for the rest")
        }
        (Phase::Waiting, Operation::Apply) => {
            format!("all {total} objects applied, waiting for {waiting} of {}", age::counted(pods, "pod"))
        }
    }
}
