//! The dialog, small, naming the target.

use super::{About, Confirm};
use crate::tui::keymap::Action;
use crate::tui::screens::preview::confirm_sentence;
use crate::tui::shown::Spot;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{Canvas, cells};
use crate::tui::widgets::dialog;
use crate::tui::widgets::{cut, line::Line};

/// Where something would be done.
type Target<'t> = [(&'static str, &'t str); 3];

/// Draws the question.
pub(crate) fn draw(canvas: &mut Canvas<'_>, state: &State, confirm: &Confirm) {
    let Some(environment) = state.environment() else { return };
    match &confirm.about {
        About::Apply => {
            let Some(plan) = &environment.preview.plan else { return };
            let target = &plan.target;
            let target: Target<'_> =
                [("context", &target.context), ("server", &target.server), ("namespace", &target.namespace)];
            let title = format!("Apply to {}", environment.name);
            let keys = (" apply", " back to preview");
            question(canvas, state, confirm, &Question { title, says: vec![confirm_sentence(plan)], target, keys });
        }
        About::Fix { mend, .. } => {
            let Some(glance) = environment.glance() else { return };
            let (context, server) = (glance.context.as_deref(), glance.server.as_deref());
            let target: Target<'_> = [
                ("context", context.unwrap_or_default()),
                ("server", server.unwrap_or_default()),
                ("namespace", &glance.namespace),
            ];
            let says = mend.says.clone();
            let title = format!("{} in {}", cut::sentence(&mend.label).trim_end_matches('.'), environment.name);
            question(canvas, state, confirm, &Question { title, says, target, keys: (" do it", " back") });
        }
    }
}

/// What is asked.
struct Question<'t> {
    title: String,
    says: Vec<String>,
    target: Target<'t>,
    keys: (&'static str, &'static str),
}

fn question(canvas: &mut Canvas<'_>, state: &State, confirm: &Confirm, asked: &Question<'_>) {
    let wide = if confirm.is_fix() { 66 } else { 48 };
    let room = wide.min(canvas.width()).saturating_sub(4);
    let mut lines: Vec<String> = asked.says.iter().flat_map(|line| cut::wrap(line, room)).collect();
    let rows = if confirm.typed.is_some() { 7 } else { 5 };
    let most = usize::from(canvas.height().saturating_sub(2)).saturating_sub(rows).max(1);
    if lines.len() > most {
        lines.truncate(most - 1);
        lines.push("…".to_owned());
    }
    let said = cells(lines.len());
    let mut inside = dialog::open(canvas, &asked.title, wide, rows + lines.len());
    let room = inside.width();
    for (line, y) in lines.iter().zip(0..) {
        inside.put(0, y, &cut::end(line, room), Role::Text);
    }
    for ((label, value), y) in asked.target.iter().zip(said..) {
        inside.put(0, y, label, Role::Muted);
        inside.put(10, y, &cut::middle(value, room.saturating_sub(10)), Role::Text);
    }
    let mut y = said + 4;
    if let Some(typed) = &confirm.typed {
        let name = state.environment().map_or("", |environment| environment.name.as_str());
        let x = inside.put(0, y, &format!("{name} is protected. Type its name: "), Role::Text);
        let text = cut::start(typed.value(), room.saturating_sub(x + 1));
        let x = inside.put(x, y, &text, Role::Text);
        inside.put(x, y, "▏", Role::Focus);
        y += 2;
    }
    let enter = Line::new("Enter", Role::Key).and(asked.keys.0, Role::Text);
    inside.line(0, y, &enter);
    inside.spot_at(0, y, enter.width(), Spot::Key(Action::Open));
    let back = Line::new("Esc", Role::Key).and(asked.keys.1, Role::Text);
    let x = room.saturating_sub(back.width() + 1);
    inside.line(x, y, &back);
    inside.spot_at(x, y, back.width(), Spot::Key(Action::Back));
}
