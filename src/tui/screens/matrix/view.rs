//! The matrix and the story.

use super::{facts, story};
use crate::tui::screens::rollout::pods;
use crate::tui::shown::{Pane, Spot};
use crate::tui::state::{Environment, State};
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{Canvas, cells};
use crate::tui::widgets::line::Line;
use crate::tui::widgets::{cut, list};

/// Draws the header: whose environments.
pub(crate) fn header(canvas: &mut Canvas<'_>, state: &State) {
    let x = canvas.put(1, 0, "landfall", Role::Title);
    let x = canvas.put(x + 3, 0, &state.module.0, Role::Text);
    let count = crate::tui::widgets::age::counted(state.environments.len(), "environment");
    if x + 2 + cells(count.len()) < canvas.width() {
        canvas.put_right(canvas.width(), 0, &count, Role::Text);
    }
}

/// Draws the matrix and, below, the story of the chosen environment; beside it its pods, where there is room.
pub(crate) fn draw(canvas: &mut Canvas<'_>, state: &State) {
    let rows = rows(state);
    let (wide, high) = (canvas.width(), canvas.height());
    // Where not everything fits, the story keeps three lines: it is where it stands what is wrong.
    let matrix = cells(rows.len() + 2).min(high.saturating_sub(4).max(5));
    draw_matrix(&mut canvas.part(0, 0, wide, matrix), state, &rows);
    let top = if high > matrix + 5 { matrix + 1 } else { matrix };
    if top + 1 >= high {
        return;
    }
    let name = state.environment().map_or("", |environment| environment.name.as_str());
    canvas.titled(top, name, "", Role::Focus);
    let rest = high - top - 1;
    let beside = wide >= BESIDE;
    let left = if beside { wide / 2 } else { wide };
    draw_story(&mut canvas.part(0, top + 1, left, rest), state);
    if beside && let Some(environment) = state.environment() {
        draw_beside(&mut canvas.part(left + 2, top + 1, wide - left - 2, rest), state, environment);
    }
}

/// From this width on, the pods of the chosen environment stand beside its story.
const BESIDE: u16 = 100;
/// From this width on, its last revisions stand there, too.
const REVISIONS: u16 = 58;

/// A row: its label and a line per environment.
type Fact = (String, Vec<Line>);

fn rows(state: &State) -> Vec<Fact> {
    let each = |what: &dyn Fn(&Environment) -> Line| state.environments.iter().map(what).collect::<Vec<_>>();
    let now = state.now;
    let mut rows = vec![
        ("Health".to_owned(), each(&|environment| facts::health(environment, now))),
        ("Revision".to_owned(), each(&|environment| facts::revision(environment, now))),
        ("Credentials".to_owned(), each(&facts::credentials)),
        ("By hand".to_owned(), each(&facts::by_hand)),
    ];
    let glances = || state.environments.iter().filter_map(Environment::glance);
    if let Some(longest) = glances().max_by_key(|glance| glance.rows.len()) {
        for (title, _) in &longest.rows {
            let value = |environment: &Environment| match environment.glance() {
                None => Line::new("·", Role::Muted),
                Some(glance) => glance
                    .rows
                    .iter()
                    .find(|(known, _)| known == title)
                    .map_or_else(|| Line::new("–", Role::Muted), |(_, value)| Line::text(value.clone())),
            };
            rows.push((title.clone(), each(&value)));
        }
    }
    let cluster = |environment: &Environment| match environment.glance() {
        None => Line::new("·", Role::Muted),
        Some(glance) => {
            glance.context.as_ref().map_or_else(|| Line::new("–", Role::Muted), |context| Line::text(context.clone()))
        }
    };
    rows.push(("Cluster".to_owned(), each(&cluster)));
    rows
}

fn draw_matrix(canvas: &mut Canvas<'_>, state: &State, rows: &[Fact]) {
    let wide = canvas.width();
    let (label, column) = if wide >= 72 { (22, 20) } else { (14, 18) };
    let fit = usize::from((wide.saturating_sub(label) + 2) / column).max(1);
    let visible = list::window(state.environments.len(), state.chosen, fit);
    canvas.pane(Pane::Main, state.environments.len());
    let room = column - 2;
    for (at, x) in visible.clone().zip((label..).step_by(usize::from(column))) {
        let Some(environment) = state.environments.get(at) else { continue };
        let chosen = at == state.chosen;
        let name = cut::middle(&environment.name, room);
        let end = canvas.put(x, 0, &name, if chosen { Role::Focus } else { Role::Text });
        if environment.glance().is_some_and(|glance| glance.protected) {
            canvas.put(end + 1, 0, "protected", if chosen { Role::Focus } else { Role::Text });
        }
        if chosen {
            canvas.put(x, 1, &"━".repeat(usize::from(room - 1)), Role::Focus);
        }
        for ((_, values), y) in rows.iter().zip(2..) {
            if let Some(line) = values.get(at) {
                let mut cell = canvas.part(x, y, room, 1);
                let text: String = line.spans().map(|(text, _)| text).collect();
                if line.width() > room {
                    cell.put(0, 0, &cut::middle(&text, room), Role::Text);
                } else {
                    cell.line(0, 0, line);
                }
            }
        }
        let height = canvas.height();
        canvas.spot_in(ratatui::layout::Rect::new(x, 0, room, height), Spot::Row(at));
    }
    for ((title, _), y) in rows.iter().zip(2..) {
        canvas.put(1, y, &cut::end(title, label - 2), Role::Muted);
    }
    if visible.start > 0 {
        canvas.put(label.saturating_sub(2), 0, "←", Role::Muted);
    }
    if visible.end < state.environments.len() {
        canvas.put_right(wide, 0, "→", Role::Muted);
    }
}

fn draw_story(canvas: &mut Canvas<'_>, state: &State) {
    let lines = story::lines(state, canvas.width().saturating_sub(2));
    canvas.pane(Pane::Detail, lines.len());
    let visible = list::scrolled(lines.len(), state.story, usize::from(canvas.height()));
    for (line, y) in lines.get(visible).unwrap_or_default().iter().zip(0..) {
        canvas.line(1, y, line);
    }
}

fn draw_beside(canvas: &mut Canvas<'_>, state: &State, environment: &Environment) {
    let Some(survey) = environment.survey() else { return };
    let wide = canvas.width();
    let past = if wide >= REVISIONS { facts::history(survey, state.now, wide) } else { Vec::new() };
    // The revisions keep their place, however many pods there are.
    let most = usize::from(canvas.height()).saturating_sub(if past.is_empty() { 0 } else { past.len() + 2 });
    let mut pods = pods(&survey.tree, wide, state.now, most + 1);
    if pods.len() > most {
        pods.truncate(most.saturating_sub(1));
        pods.push(Line::new("and more; w watches them all", Role::Muted));
    }
    let title = (!past.is_empty()).then(|| Line::new("Last revisions", Role::Title));
    let gap = (!past.is_empty() && !pods.is_empty()).then(Line::default);
    for (line, y) in pods.into_iter().chain(gap).chain(title).chain(past).zip(0..) {
        canvas.line(0, y, &line);
    }
}
