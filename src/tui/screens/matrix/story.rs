//! The chosen environment's story: how it is, what is wrong, and what comes next.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::deploy::{Accord, Comparison, Fill, Reach, Survey};
use crate::failure::Failure;
use crate::health::{Cause, Health, Node, Verdict};
use crate::secret::{Health as Vault, INSTEAD, VaultKind};
use crate::tui::screens::unlock;
use crate::tui::state::{Environment, State};
use crate::tui::theme::Role;
use crate::tui::widgets::line::Line;
use crate::tui::widgets::{age, cut};

/// All lines of the story for a place of this width; what is wrong comes first.
pub(super) fn lines(state: &State, room: u16) -> Vec<Line> {
    let Some(environment) = state.environment() else {
        return Line::wrapped("This project has no environments.", room, Role::Text);
    };
    let mut lines = Vec::new();
    let mut say = |text: &str, role| {
        // A sign in front stands alone; what is wrapped stands under the words.
        let (sign, words) = match text.split_once(' ') {
            Some((sign @ ("✗" | "!" | "?" | ""), words)) => (sign, words.trim_start()),
            Some(_) | None => return lines.extend(Line::wrapped(text, room, role)),
        };
        for (at, line) in cut::wrap(words, room.saturating_sub(2)).into_iter().enumerate() {
            lines.push(
                Line::new(if at == 0 { format!("{sign:<2}") } else { "  ".to_owned() }, role).and(line, Role::Text),
            );
        }
    };
    vault(state, &mut say);
    if let Some(failure) = environment.glance.failure().or_else(|| environment.survey.failure()) {
        failed(failure, &mut say);
    }
    for complaint in environment.glance().iter().flat_map(|glance| &glance.complaints) {
        say(&format!("! {complaint}"), Role::Warn);
    }
    if environment.is_applying() {
        say("It is rolling out. Enter shows it.", Role::Text);
    } else if let Some(survey) = environment.survey() {
        cluster(environment, survey, state.now, &mut say);
    } else if environment.survey.failure().is_none() {
        say("Asking its cluster.", Role::Muted);
    }
    credentials(environment, &mut say);
    lines
}

fn vault(state: &State, say: &mut impl FnMut(&str, Role)) {
    match state.vault.as_ref().map(|standing| &standing.health) {
        Some(Vault::Locked { .. }) if unlock::update::is_wanted(state) => {
            say("! The vault is locked. u asks for its passphrase.", Role::Warn);
        }
        Some(Vault::Locked { cure }) => say(&format!("! The vault is locked. {cure}"), Role::Warn),
        Some(Vault::Unavailable { why, cure }) => {
            say(&format!("! The vault is not there: {why}. {cure}"), Role::Warn);
            if state.vault.as_ref().is_some_and(|vault| vault.kind == VaultKind::Keyring) {
                say(&format!("  {INSTEAD}"), Role::Text);
            }
        }
        Some(Vault::Ready) | None => {}
    }
}

fn failed(failure: &Failure, say: &mut impl FnMut(&str, Role)) {
    say(&format!("✗ {failure}."), Role::Fail);
    for hint in &failure.hints {
        say(&format!("  {hint}"), Role::Text);
    }
}

fn cluster(environment: &Environment, survey: &Survey, now: Timestamp, say: &mut impl FnMut(&str, Role)) {
    match &survey.reach {
        Reach::SignIn { program } => {
            if let Some(failure) = &environment.refused {
                failed(failure, say);
            }
            say(
                &format!("{program} wants to ask somebody before it lets anybody in. Enter lets it ask here."),
                Role::Text,
            );
        }
        Reach::No { sentence, next } => {
            say(&format!("? {sentence}"), Role::Warn);
            say(&format!("  {next}"), Role::Text);
        }
        Reach::Yes(_) => match &survey.health {
            None => say(
                "Nothing is deployed here yet. Enter asks for its credentials and plans; nothing is written before you say so.",
                Role::Text,
            ),
            Some(health) => {
                if let Some(cause) = cause(survey, health) {
                    let (sign, role) = if cause.fatal { ("✗", Role::Fail) } else { ("!", Role::Warn) };
                    let [headline, detail, next] =
                        [&cause.headline, &cause.sentence, &cause.next].map(|text| cut::sentence(text));
                    say(&format!("{sign} {headline} {detail} {next}"), role);
                }
                say(&state_sentence(survey, health, now), Role::Text);
                let glance = environment.glance();
                let url = glance.and_then(|glance| glance.url.as_deref());
                if let (Verdict::Ready, Some(url)) = (health.verdict, url) {
                    let login = glance.and_then(|glance| glance.login.as_deref());
                    let login = login.map_or_else(String::new, |login| format!(" as {login}"));
                    say(&format!("Open {url}{login}."), Role::Text);
                }
            }
        },
    }
}

fn state_sentence(survey: &Survey, health: &Health, now: Timestamp) -> String {
    let (ready, all) = pods(&survey.tree.roots);
    let pods = if all == 0 { String::new() } else { format!(": {ready} of {}", age::counted(all, "pod")) };
    let by = survey.by.as_ref().map_or_else(String::new, |by| format!(", last change by {by}"));
    let since = survey
        .revision
        .as_ref()
        .map_or_else(String::new, |(_, applied)| format!(" since {}", age::words(age::since(*applied, now))));
    match health.verdict {
        Verdict::Ready => format!("Ready{since}{pods}{by}."),
        Verdict::Progressing => format!("On its way{pods}{by}."),
        Verdict::Failed => format!("It is not well{pods}{by}."),
        Verdict::Terminating => format!("It is being deleted{pods}{by}."),
        Verdict::Unknown => format!("Nobody can tell how it is: {}{by}.", health.reason),
    }
}

fn cause<'s>(survey: &'s Survey, health: &'s Health) -> Option<&'s Cause> {
    fn deepest(nodes: &[Node]) -> Option<&Cause> {
        nodes.iter().find_map(|node| deepest(&node.children).or(node.health.cause.as_ref()))
    }
    health.cause.as_ref().or_else(|| deepest(&survey.tree.roots))
}

/// How many pods of the newest revision are ready, and how many there are.
pub(crate) fn pods(nodes: &[Node]) -> (usize, usize) {
    nodes.iter().fold((0, 0), |(ready, all), node| {
        let (below_ready, below) = pods(&node.children);
        let pod = usize::from(node.pod.is_some() && node.current);
        let well = usize::from(node.pod.is_some() && node.current && node.health.verdict == Verdict::Ready);
        let more = if node.current { node.more } else { 0 };
        (ready + well + below_ready + more, all + pod + below + more)
    })
}

fn credentials(environment: &Environment, say: &mut impl FnMut(&str, Role)) {
    if let Some(sync) = environment.survey().and_then(|survey| survey.sync.as_ref()) {
        apart(sync, say);
    }
    match environment.glance().map(|glance| &glance.credentials) {
        Some(Fill::Counted { set, needed, .. }) if set < needed => {
            let missing = needed - set;
            let verb = if missing == 1 { "is" } else { "are" };
            say(&format!("{} {verb} missing; c enters them.", age::counted(missing, "credential")), Role::Text);
        }
        Some(Fill::Counted { flagged, .. }) if *flagged > 0 => {
            let verb = if *flagged == 1 { "draws" } else { "draw" };
            say(&format!("{} {verb} a warning; c shows which.", age::counted(*flagged, "credential")), Role::Text);
        }
        Some(Fill::Hidden(why)) => say(&format!("Credentials cannot be counted: {why}."), Role::Muted),
        Some(Fill::Counted { .. }) | None => {}
    }
}

/// What is not in step with the cluster, by state.
fn apart(sync: &Comparison, say: &mut impl FnMut(&str, Role)) {
    let mut states: BTreeMap<Accord, Vec<&str>> = BTreeMap::new();
    for compared in sync.fields.iter().filter(|compared| compared.accord.is_off()) {
        states.entry(compared.accord).or_default().push(&compared.field);
    }
    for (accord, fields) in states {
        let names = match fields.as_slice() {
            [one] => (*one).to_owned(),
            fields => age::counted(fields.len(), "credential"),
        };
        say(&format!("! {names}: {accord}; c shows more."), Role::Warn);
    }
}
