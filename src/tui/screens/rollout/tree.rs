//! Objects and pods as lines: sign, name, what it is doing, restarts, age.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::Timestamp;

use super::rows::has_pods;
use crate::health::{ContainerState, ContainerView, Node, PodView, Stage, Tree, Verdict};
use crate::object::Key;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::width;
use crate::tui::widgets::line::Line;
use crate::tui::widgets::{age, cut, glyph};

/// A line of the tree.
#[derive(Debug, Clone, Default)]
pub(crate) struct Item {
    /// What stands left.
    pub(crate) line: Line,
    /// Restarts, where they are counted.
    pub(crate) restarts: Option<i64>,
    /// Age or duration, right-aligned.
    pub(crate) age: String,
    /// All there is to say, where somebody wants to know it.
    pub(crate) full: String,
    /// Whether the cursor stops here.
    pub(crate) stops: bool,
    /// How far below a root it hangs.
    pub(crate) depth: usize,
    /// Which object, where it can be folded.
    pub(crate) key: Option<Key>,
    /// What hangs below it.
    pub(crate) fold: Fold,
}

/// What hangs below a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Fold {
    /// Nothing.
    #[default]
    Leaf,
    /// It is shown.
    Open,
    /// It is not shown.
    Closed,
}

/// Nothing is turned.
pub(super) static NONE: BTreeSet<Key> = BTreeSet::new();

/// Writes objects and what grew out of them as lines.
pub(super) struct Pen<'a> {
    pub(super) now: Timestamp,
    pub(super) wide: u16,
    /// Objects that are folded, and pods that are open.
    pub(super) turned: &'a BTreeSet<Key>,
    /// Whether all there is to say is written, too: thousands of texts that are rarely read.
    pub(super) full: bool,
}

impl Pen<'_> {
    /// The line of an object, and the lines of all that grew out of it.
    pub(super) fn items(&self, node: &Node, since: Option<Timestamp>) -> Vec<Item> {
        let mut items = vec![self.object(node, since, self.wide)];
        self.below(node, 1, &mut items);
        if node.more > 0 && self.fold(node) != Fold::Closed {
            let words = format!("and {}, all ready", age::counted(node.more, "more pod"));
            let line = Line::new("│", Role::Frame).and("  ", Role::Text).and(words, Role::Muted);
            items.push(Item { line, depth: 1, ..Item::default() });
        }
        items
    }

    fn told(&self, say: impl FnOnce() -> String) -> String {
        if self.full { say() } else { String::new() }
    }

    fn below(&self, node: &Node, depth: usize, items: &mut Vec<Item>) {
        if self.fold(node) != Fold::Closed {
            node.children.iter().for_each(|child| self.branch(child, depth, items));
        }
    }

    fn fold(&self, node: &Node) -> Fold {
        let turned = self.turned.contains(&node.key);
        match (&node.pod, turned) {
            (Some(pod), _) if pod.containers.is_empty() => Fold::Leaf,
            (None, _) if node.children.is_empty() => Fold::Leaf,
            (Some(_), true) | (None, false) => Fold::Open,
            (Some(_), false) | (None, true) => Fold::Closed,
        }
    }

    fn branch(&self, node: &Node, depth: usize, items: &mut Vec<Item>) {
        if let Some(pod) = &node.pod {
            items.push(Item { depth, ..self.pod(node, pod) });
            let moving = node.current && node.health.verdict != Verdict::Ready && node.health.cause.is_none();
            if moving && !pod.stages.is_empty() && self.wide >= 50 {
                let words = stages(&pod.stages, self.now);
                let line = Line::new("│", Role::Frame).and("    ", Role::Text).and(words, Role::Muted);
                items.push(Item { line, depth, ..Item::default() });
            }
            if self.fold(node) == Fold::Open {
                items.extend(pod.containers.iter().map(|one| Item { depth: depth + 1, ..self.container(node, one) }));
            }
        } else if node.health.verdict != Verdict::Ready || !node.children.is_empty() {
            let mut item = self.object(node, None, self.wide.saturating_sub(3));
            let bar = Line::new("│  ", Role::Frame);
            item.line = item.line.spans().fold(bar, |line, (text, role)| line.and(text, role));
            items.push(Item { depth, ..item });
        }
        self.below(node, depth + 1, items);
    }

    fn object(&self, node: &Node, since: Option<Timestamp>, wide: u16) -> Item {
        let (sign, role) = glyph::verdict(node.health.verdict, self.now);
        let name = format!("{} {}", node.key.kind, node.key.name);
        let room = if wide >= 70 { 26 } else { wide / 2 };
        let name = cut::middle(&name, room);
        let taken = width(&name);
        let gap = if wide >= 70 { room + 1 - taken } else { 2 };
        let fold = self.fold(node);
        // What is folded says how much there is.
        let more = if fold == Fold::Closed { format!("  ▸ {}", node.all().len() - 1) } else { String::new() };
        let left = wide.saturating_sub(taken + gap + 9 + width(&more));
        let then = match (since, node.created) {
            (Some(since), Some(created)) => Some(since.max(created)),
            (since, created) => since.or(created),
        };
        Item {
            line: Line::new(sign, role)
                .and(" ", Role::Text)
                .and(name, Role::Text)
                .and(" ".repeat(gap.into()), Role::Text)
                .and(cut::end(&node.health.reason, left), Role::Text)
                .and(more, Role::Muted),
            age: then.map(|then| age::short(age::since(then, self.now))).unwrap_or_default(),
            full: self.told(|| full(node)),
            stops: true,
            key: Some(node.key.clone()),
            fold,
            ..Item::default()
        }
    }

    fn pod(&self, node: &Node, pod: &PodView) -> Item {
        let (now, wide) = (self.now, self.wide);
        let (sign, role) = glyph::verdict(node.health.verdict, now);
        let text = if node.current { Role::Text } else { Role::Muted };
        let name = short_name(&node.key.name);
        let mut line = Line::new("│", Role::Frame).and("  ", Role::Text).and(sign, role).and(" ", text).and(name, text);
        if wide >= 70
            && let Some(place) = &pod.node
        {
            line = line.and(format!("  {}", cut::middle(place, 14)), Role::Muted);
        }
        let room = wide.saturating_sub(line.width() + 13);
        let mut words =
            if node.current { doing(pod, now, true) } else { Line::new("old, being replaced", Role::Muted) };
        if words.width() == 0 {
            words = Line::text(node.health.reason.clone());
        }
        if node.current && words.width() > room {
            words = doing(pod, now, false);
        }
        let said: String = words.spans().map(|(text, _)| text).collect();
        line = if words.width() > room {
            line.and("  ", text).and(cut::end(&said, room), text)
        } else {
            words.spans().fold(line.and("  ", text), |line, (text, role)| line.and(text, role))
        };
        Item {
            line,
            restarts: Some(pod.restarts),
            age: node.created.map(|created| age::short(age::since(created, now))).unwrap_or_default(),
            full: self.told(|| full(node)),
            stops: true,
            key: Some(node.key.clone()),
            fold: self.fold(node),
            ..Item::default()
        }
    }

    /// One container of a pod that is open: its state, and which image it runs.
    fn container(&self, node: &Node, container: &ContainerView) -> Item {
        let words = container_words(container, self.now).map(|(words, _)| words);
        let words = words.unwrap_or_else(|| Line::text(container.name.clone()).and(" waits its turn", Role::Muted));
        let bar = Line::new("│", Role::Frame).and("      ", Role::Text);
        let line = words.spans().fold(bar, |line, (text, role)| line.and(text, role));
        let room = self.wide.saturating_sub(line.width() + 15);
        let image = if room > 9 { format!("  {}", cut::value(&container.image, room)) } else { String::new() };
        Item {
            line: line.and(image, Role::Muted),
            restarts: Some(container.restarts),
            full: self.told(|| format!("{} of {}\n{}", container.name, node.key, container_text(container))),
            stops: true,
            ..Item::default()
        }
    }
}

/// The end of a generated name tells pods apart: `…7c9f4-x2lqd`.
pub(super) fn short_name(name: &str) -> String {
    cut::start(name, 12)
}

/// What its containers are doing. A stuck init container hides the rest: nothing else can happen.
/// What is finished is left out where there is no room for it.
fn doing(pod: &PodView, now: Timestamp, finished: bool) -> Line {
    let mut line = Line::default();
    let mut first = true;
    let over =
        |container: &&ContainerView| container.init && matches!(container.state, ContainerState::Ended { exit: 0, .. });
    for container in pod.containers.iter().filter(|container| finished || !over(container)) {
        let Some((words, blocks)) = container_words(container, now) else { continue };
        if !first {
            line = line.and("   ", Role::Text);
        }
        first = false;
        line = words.spans().fold(line, |line, (text, role)| line.and(text, role));
        if blocks {
            break;
        }
    }
    line
}

fn container_words(container: &ContainerView, now: Timestamp) -> Option<(Line, bool)> {
    let name = &container.name;
    let took = |since: &Option<Timestamp>, until: Timestamp| {
        since.map_or_else(String::new, |since| format!(" {}", age::short(age::since(since, until))))
    };
    Some(match (&container.state, container.init) {
        (ContainerState::Waiting { reason }, _) if reason == "PodInitializing" => return None,
        (ContainerState::Waiting { reason }, _) if reason.is_empty() => return None,
        (ContainerState::Waiting { reason }, init) => {
            let role = if reason == "ContainerCreating" { Role::Text } else { Role::Fail };
            (Line::text(format!("{name}: ")).and(reason.clone(), role), init)
        }
        (ContainerState::Running { since }, true) => (Line::text(format!("{name}{}…", took(since, now))), true),
        (ContainerState::Running { .. }, false) if container.ready => (Line::text(format!("{name} ready")), false),
        (ContainerState::Running { .. }, false) => (Line::text(format!("{name} starting, not ready")), false),
        (ContainerState::Ended { exit: 0, since, until, .. }, true) => {
            let took = until.map_or_else(String::new, |until| took(since, until));
            (Line::text(format!("{name} ")).and("✓", Role::Ok).and(took, Role::Text), false)
        }
        (ContainerState::Ended { exit, reason, .. }, init) => {
            let why = if reason.is_empty() { String::new() } else { format!(" ({reason})") };
            let role = if *exit == 0 { Role::Text } else { Role::Fail };
            (Line::text(format!("{name} ")).and(format!("ended with {exit}{why}"), role), init)
        }
    })
}

/// `pull 21s ▪ init 4s ▪ start 9s…`.
fn stages(stages: &[Stage], now: Timestamp) -> String {
    let words: Vec<String> = stages
        .iter()
        .filter(|stage| counts(stage))
        .map(|stage| match stage.until {
            Some(until) => format!("{} {}", stage.word, age::short(age::since(stage.from, until))),
            None => format!("{} {}…", stage.word, age::short(age::since(stage.from, now))),
        })
        .collect();
    words.join(" ▪ ")
}

/// The stages of a start that is over.
pub(crate) fn stage_words(ended: &[Stage]) -> String {
    let over: Vec<Stage> = ended.iter().filter(|stage| stage.until.is_some()).cloned().collect();
    stages(&over, Timestamp::UNIX_EPOCH)
}

/// Whether a stage took long enough to be worth a word.
fn counts(stage: &Stage) -> bool {
    stage.until.is_none_or(|until| age::since(stage.from, until).as_secs() >= 1)
}

fn full(node: &Node) -> String {
    let mut text = format!("{} {}\n{}: {}\n", node.key.kind, node.key.name, node.health.verdict, node.health.reason);
    if let Some(cause) = &node.health.cause {
        let _ = write!(text, "\n{}\n{}\n{}\n", cause.headline, cause.sentence, cause.next);
    }
    for container in node.pod.iter().flat_map(|pod| &pod.containers) {
        let sort = if container.init { "init container" } else { "container" };
        let _ = write!(text, "\n{sort} {}\n  {}\n", container.name, container_text(container));
    }
    text.trim_end().to_owned()
}

/// State, restarts and image of a container.
fn container_text(container: &ContainerView) -> String {
    let state = match &container.state {
        ContainerState::Waiting { reason } => format!("waits: {reason}"),
        ContainerState::Running { .. } if container.ready => "runs, ready".to_owned(),
        ContainerState::Running { .. } => "runs, not ready".to_owned(),
        ContainerState::Ended { exit, reason, .. } => format!("ended with {exit} {reason}"),
    };
    format!("{state}, restarts {}\n  {}", container.restarts, container.image)
}

/// Workloads and their pods as lines, for the matrix.
pub(crate) fn pods(tree: &Tree, wide: u16, now: Timestamp) -> Vec<Line> {
    let grown = tree.roots.iter().filter(|node| has_pods(node));
    let pen = Pen { now, wide, turned: &NONE, full: false };
    grown.flat_map(|node| pen.items(node, None)).map(|item| item.line).collect()
}
