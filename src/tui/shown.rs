//! What was drawn last and where: a click is looked up here, and scrolling knows how far it may go.

use ratatui::layout::Rect;

use super::keymap::Action;

/// Something on the screen that a click can choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    /// A key of the key bar or of a dialog.
    Key(Action),
    /// A row (or column) of the place where the cursor moves.
    Row(usize),
    /// A pane.
    Pane(Pane),
}

/// A region that takes keys and the wheel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    /// The list, the tree, the form.
    #[default]
    Main,
    /// The diff, or the YAML.
    Detail,
    /// What the cluster told.
    Events,
    /// The log.
    Log,
}

/// What was drawn last.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// What can be clicked, the topmost last.
    pub spots: Vec<(Rect, Spot)>,
    /// The panes, and how many rows each had to show.
    pub panes: Vec<(Rect, Pane, usize)>,
}

impl Shown {
    /// What lies under a cell.
    pub fn spot(&self, x: u16, y: u16) -> Option<Spot> {
        self.spots.iter().rev().find(|(region, _)| region.contains((x, y).into())).map(|(_, spot)| *spot)
    }

    /// Which pane lies under a cell.
    pub fn pane(&self, x: u16, y: u16) -> Option<Pane> {
        self.panes.iter().rev().find(|(region, _, _)| region.contains((x, y).into())).map(|(_, pane, _)| *pane)
    }

    /// How far a pane can be scrolled.
    pub fn furthest(&self, wanted: Pane) -> usize {
        self.panes
            .iter()
            .rev()
            .find(|(_, pane, _)| *pane == wanted)
            .map_or(0, |(region, _, rows)| rows.saturating_sub(usize::from(region.height)))
    }

    /// How many rows of a pane are visible.
    pub fn height(&self, wanted: Pane) -> usize {
        self.panes
            .iter()
            .rev()
            .find(|(_, pane, _)| *pane == wanted)
            .map_or(1, |(region, _, _)| usize::from(region.height))
    }
}
