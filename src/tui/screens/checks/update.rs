//! What keys, news and answers do to the checklist.

use super::Checks;
use crate::check::{Checklist, Finding, Item, Means, News, Remedy, State as Stands, Verdict};
use crate::deploy::Asking;
use crate::failure::Result;
use crate::tui::effect::{Effect, Question, Wish};
use crate::tui::screens::confirm::Confirm;
use crate::tui::screens::help::Text;
use crate::tui::screens::value::Value;
use crate::tui::screens::{credentials, preview};
use crate::tui::shown::Pane;
use crate::tui::state::{Dialog, Screen, Slot, State};
use crate::tui::theme::Role;

/// Shows the checklist; what only reads runs by itself.
pub(crate) fn enter(state: &mut State) -> Vec<Effect> {
    state.screen = Screen::Checks;
    let Some(environment) = state.environment_mut() else { return Vec::new() };
    let before = std::mem::take(&mut environment.checks);
    environment.checks.agreed = before.agreed;
    environment.checks.chosen = before.chosen;
    let name = environment.name.clone();
    let mut effects: Vec<Effect> =
        before.runs.into_values().map(|run| state.ask(Slot::Aside, Wish::Stop(run))).collect();
    effects.push(state.ask(Slot::Checklist(name.clone()), Wish::Checklist(name)));
    effects.extend(run(state, Asking::default()));
    effects
}

/// Runs checks; one run for each set of names, which ends the one before.
fn run(state: &mut State, asking: Asking) -> Vec<Effect> {
    let Some(name) = state.environment().map(|environment| environment.name.clone()) else { return Vec::new() };
    let key = asking.only.join(" ");
    let effect = state.ask(Slot::Check(name.clone(), key.clone()), Wish::Check { environment: name, asking });
    let before = checks(state).and_then(|checks| checks.runs.insert(key, effect.question));
    let stop = before.map(|run| state.ask(Slot::Aside, Wish::Stop(run)));
    stop.into_iter().chain([effect]).collect()
}

/// The list before anything is asked.
pub(crate) fn listed(state: &mut State, name: &str, answer: Result<Checklist>) -> Vec<Effect> {
    if let Some(environment) = state.named(name) {
        match answer {
            // What was told meanwhile knows more.
            Ok(list) if environment.checks.list.items.is_empty() => environment.checks.list = list,
            Ok(_) => {}
            Err(failure) => environment.checks.failure = Some(failure),
        }
    }
    Vec::new()
}

/// Folds news in; those of another number are dropped.
pub(crate) fn news(state: &mut State, question: Question, news: &News) -> Vec<Effect> {
    let mine = |checks: &&mut Checks| checks.runs.values().any(|run| *run == question);
    let all = state.environments.iter_mut().flat_map(|environment| [&mut environment.checks, &mut environment.smoke]);
    if let Some(checks) = all.into_iter().find(mine) {
        checks.list.absorb(news);
    }
    Vec::new()
}

/// A run is over.
pub(crate) fn checked(state: &mut State, (name, key): (&str, &str), answer: Result<()>) -> Vec<Effect> {
    let Some(environment) = state.named(name) else { return Vec::new() };
    let mut failure = answer.err();
    for checks in [&mut environment.checks, &mut environment.smoke] {
        if checks.runs.remove(key).is_some() && checks.list.items.is_empty() {
            checks.failure = failure.take();
        }
    }
    if let Some(failure) = failure {
        state.say(failure.to_string(), Role::Fail);
    }
    Vec::new()
}

/// Moves to another check.
pub(crate) fn go(state: &mut State, by: isize) -> Vec<Effect> {
    if let Some(checks) = checks(state) {
        let last = checks.list.items.len().saturating_sub(1);
        choose(checks, checks.at().saturating_add_signed(by).min(last));
    }
    Vec::new()
}

/// Chooses the check at a place of the list.
pub(crate) fn choose(checks: &mut Checks, at: usize) {
    checks.chosen = checks.list.sorted().get(at).map(|item| item.check.clone());
    checks.scroll = 0;
}

/// Runs the chosen check again.
pub(crate) fn again(state: &mut State) -> Vec<Effect> {
    let Some(checks) = checks(state) else { return Vec::new() };
    let Some(check) = checks.item().map(|item| item.check.clone()) else { return enter(state) };
    let pods = checks.pods();
    run(state, Asking { only: vec![check], pods, ..Asking::default() })
}

/// Runs the checks that need a pod: somebody agreed to it.
pub(crate) fn pods(state: &mut State) -> Vec<Effect> {
    let Some(checks) = checks(state) else { return Vec::new() };
    let only = checks.held();
    checks.agreed = true;
    let pods = checks.pods();
    if only.is_empty() {
        return Vec::new();
    }
    run(state, Asking { only, pods, ..Asking::default() })
}

/// What the chosen check rests on, in full.
pub(crate) fn details(state: &mut State) -> Vec<Effect> {
    if let Some(item) = state.environment().and_then(|environment| environment.checks.item()) {
        let text = Text { title: item.title.clone(), text: evidence(item), scroll: 0 };
        state.dialogs.push(Dialog::Text(text));
    }
    Vec::new()
}

/// All there is to say of a check.
pub(super) fn evidence(item: &Item) -> String {
    let sentence = crate::tui::widgets::cut::sentence;
    match &item.state {
        Stands::Waiting => "It has not begun.".to_owned(),
        Stands::Held => "It needs a short-lived pod in the cluster, which is a write. Nobody has agreed to one yet; \
            p runs every check that needs it."
            .to_owned(),
        Stands::Running { doing, .. } => sentence(doing),
        Stands::Done { finding, .. } => {
            let mut parts = vec![sentence(&finding.headline)];
            parts.extend(finding.next.as_deref().map(sentence));
            if finding.loses {
                parts.push("Going on would lose data, so applying is refused.".to_owned());
            }
            for remedy in &finding.remedies {
                if let Remedy::Commands { lines, .. } = remedy {
                    parts.push(lines.join("\n"));
                }
            }
            if !finding.evidence.is_empty() {
                parts.push(finding.evidence.join("\n"));
            }
            parts.join("\n\n")
        }
    }
}

/// Asks before landfall mends the chosen finding itself.
pub(crate) fn mend(state: &mut State) -> Vec<Effect> {
    let now = state.now;
    let Some(environment) = state.environment() else { return Vec::new() };
    let protected = environment.glance().is_some_and(|glance| glance.protected);
    let found = environment.checks.item().zip(environment.checks.mend());
    if let Some((item, mend)) = found.map(|(item, mend)| (item.check.clone(), mend.clone())) {
        state.dialogs.push(Dialog::Confirm(Confirm::fix((item, mend), protected, now)));
    }
    Vec::new()
}

/// It was mended, or not: the checks that asked for it run again.
pub(crate) fn mended(state: &mut State, (name, check): (&str, &str), answer: Result<String>) -> Vec<Effect> {
    let words = match answer {
        Ok(words) => words,
        Err(failure) => {
            let hint = failure.hints.first().map_or_else(String::new, |hint| format!(" – {hint}"));
            state.say(format!("{failure}{hint}"), Role::Fail);
            return Vec::new();
        }
    };
    state.say(crate::tui::widgets::cut::sentence(&words), Role::Text);
    if state.environment().is_none_or(|environment| environment.name != name) {
        return Vec::new();
    }
    let Some(checks) = checks(state) else { return Vec::new() };
    // Who agreed to a fix agreed to a pod that looks at it.
    checks.agreed = true;
    // What was missing may have kept the pods of other checks from starting.
    let waits = |item: &&Item| {
        let wrong = |finding: &Finding| matches!(finding.verdict, Verdict::Fail | Verdict::Unknown);
        item.check == check || item.means == Means::Pod && item.finding().is_some_and(wrong)
    };
    let only: Vec<String> = checks.list.items.iter().filter(waits).map(|item| item.check.clone()).collect();
    let pods = checks.pods();
    run(state, Asking { only, pods, ..Asking::default() })
}

/// On to the preview, also with checks that run or fail.
pub(crate) fn next(state: &mut State) -> Vec<Effect> {
    preview::update::enter(state)
}

/// Copies the commands of the chosen check, else what it rests on.
pub(crate) fn copy(state: &mut State) -> Vec<Effect> {
    let Some(checks) = checks(state) else { return Vec::new() };
    let commands = checks.remedies().iter().find_map(|remedy| match remedy {
        Remedy::Commands { lines, .. } => Some(lines.join("\n")),
        Remedy::Credentials { .. } | Remedy::Value { .. } | Remedy::Retry { .. } => None,
    });
    let (text, what) = match (commands, checks.item()) {
        (Some(text), _) => (text, "The commands are"),
        (None, Some(item)) => (evidence(item), "The evidence is"),
        (None, None) => return Vec::new(),
    };
    let effect = state.ask(Slot::Aside, Wish::Copy(text));
    state.say(format!("{what} in the clipboard."), Role::Muted);
    vec![effect]
}

/// Enters the credentials anew that the chosen check found wrong.
pub(crate) fn renew(state: &mut State) -> Vec<Effect> {
    let fields = checks(state).and_then(|checks| {
        checks.remedies().iter().find_map(|remedy| match remedy {
            Remedy::Credentials { fields, .. } => fields.first().cloned(),
            Remedy::Value { .. } | Remedy::Commands { .. } | Remedy::Retry { .. } => None,
        })
    });
    credentials::update::enter_at(state, fields)
}

/// Opens the dialog for the value that the chosen check names.
pub(crate) fn value(state: &mut State) -> Vec<Effect> {
    if let Some(value) = checks(state).and_then(|checks| checks.remedies().iter().find_map(Value::for_remedy)) {
        state.dialogs.push(Dialog::Value(value));
    }
    Vec::new()
}

/// Scrolls the evidence beside the list.
pub(crate) fn scroll(state: &mut State, by: isize) -> Vec<Effect> {
    let furthest = state.shown.furthest(Pane::Detail);
    if let Some(checks) = checks(state) {
        checks.scroll = checks.scroll.saturating_add_signed(by).min(furthest);
    }
    Vec::new()
}

/// Asks whether what was deployed really works, by the module's own calls.
pub(crate) fn smoke(state: &mut State) -> Vec<Effect> {
    let only = state.after.clone();
    // What comes of it stands at the end, however long the outcome is.
    state.story = usize::MAX;
    let Some(environment) = state.environment_mut() else { return Vec::new() };
    environment.smoke = Checks::default();
    let name = environment.name.clone();
    let key = only.join(" ");
    let asking = Asking { only, ..Asking::default() };
    let effect = state.ask(Slot::Check(name.clone(), key.clone()), Wish::Check { environment: name, asking });
    if let Some(environment) = state.environment_mut() {
        environment.smoke.runs.insert(key, effect.question);
    }
    vec![effect]
}

fn checks(state: &mut State) -> Option<&mut Checks> {
    Some(&mut state.environment_mut()?.checks)
}
