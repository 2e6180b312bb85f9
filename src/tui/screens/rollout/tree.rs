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

/// A line of the tree, not written yet: of thousands, a screen shows a few.
pub(crate) struct Row<'a> {
    what: What<'a>,
    /// Whether the cursor stops here.
    pub(crate) stops: bool,
    /// How far below a root it hangs.
    pub(crate) depth: usize,
    /// Which object, where it can be folded.
    pub(crate) key: Option<&'a Key>,
    /// What hangs below it.
    pub(crate) fold: Fold,
}

/// What a line is about.
enum What<'a> {
    /// Something that was written before, and all there is to say of it.
    Written(Item, String),
    /// An object, as old as it is or as what was begun then.
    Object(&'a Node, Option<Timestamp>),
    Pod(&'a Node, &'a PodView),
    /// How far the start of a pod is.
    Stages(&'a PodView),
    /// One container of a pod that is open.
    Container(&'a Node, &'a ContainerView),
    /// So many more pods that are not listed.
    More(usize),
}

/// A line as it is drawn.
#[derive(Debug, Clone, Default)]
pub(crate) struct Item {
    /// What stands left.
    pub(crate) line: Line,
    /// Restarts, where they are counted.
    pub(crate) restarts: Option<i64>,
    /// Age or duration, right-aligned.
    pub(crate) age: String,
}

impl<'a> Row<'a> {
    /// A line that is there already, with all there is to say of it.
    pub(super) fn written(item: Item, full: String) -> Self {
        Self { stops: true, ..Self::bare(What::Written(item, full), 0) }
    }

    /// A line that the cursor passes over.
    pub(super) fn passed(line: Line) -> Self {
        Self::bare(What::Written(Item { line, ..Item::default() }, String::new()), 0)
    }

    fn bare(what: What<'a>, depth: usize) -> Self {
        Self { what, stops: false, depth, key: None, fold: Fold::Leaf }
    }

    /// All there is to say of it.
    pub(super) fn full(&self) -> String {
        match &self.what {
            What::Written(_, full) => full.clone(),
            What::Object(node, _) | What::Pod(node, _) => full(node),
            What::Container(node, container) => {
                format!("{} of {}\n{}", container.name, node.key, container_text(container))
            }
            What::Stages(_) | What::More(_) => String::new(),
        }
    }
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

/// Lays objects and what grew out of them out as lines, and writes these.
#[derive(Clone, Copy)]
pub(crate) struct Pen<'a> {
    pub(super) now: Timestamp,
    pub(super) wide: u16,
    /// Objects that are folded, and pods that are open.
    pub(super) turned: &'a BTreeSet<Key>,
}

impl<'a> Pen<'a> {
    /// The line of an object, and the lines of all that grew out of it.
    pub(super) fn rows(self, node: &'a Node, since: Option<Timestamp>) -> Vec<Row<'a>> {
        let mut rows = vec![self.of(node, What::Object(node, since), 0)];
        self.below(node, 1, &mut rows);
        if node.more > 0 && self.fold(node) != Fold::Closed {
            rows.push(Row::bare(What::More(node.more), 1));
        }
        rows
    }

    fn of(self, node: &'a Node, what: What<'a>, depth: usize) -> Row<'a> {
        Row { stops: true, key: Some(&node.key), fold: self.fold(node), ..Row::bare(what, depth) }
    }

    fn below(self, node: &'a Node, depth: usize, rows: &mut Vec<Row<'a>>) {
        if self.fold(node) != Fold::Closed {
            node.children.iter().for_each(|child| self.branch(child, depth, rows));
        }
    }

    fn fold(self, node: &Node) -> Fold {
        let turned = self.turned.contains(&node.key);
        match (&node.pod, turned) {
            (Some(pod), _) if pod.containers.is_empty() => Fold::Leaf,
            (None, _) if node.children.is_empty() => Fold::Leaf,
            (Some(_), true) | (None, false) => Fold::Open,
            (Some(_), false) | (None, true) => Fold::Closed,
        }
    }

    fn branch(self, node: &'a Node, depth: usize, rows: &mut Vec<Row<'a>>) {
        if let Some(pod) = &node.pod {
            rows.push(self.of(node, What::Pod(node, pod), depth));
            let moving = node.current && node.health.verdict != Verdict::Ready && node.health.cause.is_none();
            if moving && pod.stages.iter().any(counts) && self.wide >= 50 {
                rows.push(Row::bare(What::Stages(pod), depth));
            }
            if self.fold(node) == Fold::Open {
                let container = |one| Row { stops: true, ..Row::bare(What::Container(node, one), depth + 1) };
                rows.extend(pod.containers.iter().map(container));
            }
        } else if node.health.verdict != Verdict::Ready || !node.children.is_empty() {
            rows.push(self.of(node, What::Object(node, None), depth));
        }
        self.below(node, depth + 1, rows);
    }

    /// Writes a line.
    pub(super) fn write(self, row: &Row<'_>) -> Item {
        let bar = |line: Line, indent: &str| {
            let bar = Line::new("│", Role::Frame).and(indent, Role::Text);
            line.spans().fold(bar, |line, (text, role)| line.and(text, role))
        };
        let said =
            |words: String, indent: &str| Item { line: bar(Line::new(words, Role::Muted), indent), ..Item::default() };
        match &row.what {
            What::Written(item, _) => item.clone(),
            What::Object(node, since) if row.depth == 0 => self.object(node, *since, self.wide),
            What::Object(node, since) => {
                let item = self.object(node, *since, self.wide.saturating_sub(3));
                Item { line: bar(item.line, "  "), ..item }
            }
            What::Pod(node, pod) => self.pod(node, pod),
            What::Stages(pod) => said(stages(&pod.stages, self.now), "    "),
            What::Container(_, container) => self.container(container),
            What::More(more) => said(format!("and {}, all ready", age::counted(*more, "more pod")), "  "),
        }
    }

    fn object(self, node: &Node, since: Option<Timestamp>, wide: u16) -> Item {
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
            restarts: None,
        }
    }

    fn pod(self, node: &Node, pod: &PodView) -> Item {
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
        }
    }

    /// One container of a pod that is open: its state, and which image it runs.
    fn container(self, container: &ContainerView) -> Item {
        let words = container_words(container, self.now).map(|(words, _)| words);
        let words = words.unwrap_or_else(|| Line::text(container.name.clone()).and(" waits its turn", Role::Muted));
        let bar = Line::new("│", Role::Frame).and("      ", Role::Text);
        let line = words.spans().fold(bar, |line, (text, role)| line.and(text, role));
        let room = self.wide.saturating_sub(line.width() + 15);
        let image = if room > 9 { format!("  {}", cut::value(&container.image, room)) } else { String::new() };
        Item { line: line.and(image, Role::Muted), restarts: Some(container.restarts), ..Item::default() }
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

/// Workloads and their pods as lines, so many at most, for the matrix.
pub(crate) fn pods(tree: &Tree, wide: u16, now: Timestamp, most: usize) -> Vec<Line> {
    let pen = Pen { now, wide, turned: &NONE };
    let rows = tree.roots.iter().filter(|node| has_pods(node)).flat_map(|node| pen.rows(node, None));
    rows.take(most).map(|row| pen.write(&row).line).collect()
}
