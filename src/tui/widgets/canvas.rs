//! A part of the screen to draw on, with its own corner as origin; remembers what can be clicked.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::line::Line;
use crate::tui::shown::{Pane, Shown, Spot};
use crate::tui::theme::{Role, Theme};

/// A count of cells; what does not fit a screen is as wide as a screen can be.
pub(crate) fn cells(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

/// How many cells a text takes.
pub(crate) fn width(text: &str) -> u16 {
    cells(if is_plain(text) { text.len() } else { text.width() })
}

/// Whether every byte takes a cell of its own, as in nearly every name.
pub(super) fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// A part of the screen.
pub(crate) struct Canvas<'f> {
    buffer: &'f mut Buffer,
    shown: &'f mut Shown,
    theme: &'f Theme,
    area: Rect,
    faded: bool,
}

impl<'f> Canvas<'f> {
    pub(crate) fn new(buffer: &'f mut Buffer, shown: &'f mut Shown, theme: &'f Theme) -> Self {
        let area = buffer.area;
        Self { buffer, shown, theme, area, faded: false }
    }

    pub(crate) fn width(&self) -> u16 {
        self.area.width
    }

    pub(crate) fn height(&self) -> u16 {
        self.area.height
    }

    /// A part of this part; what lies outside is cut off.
    pub(crate) fn part(&mut self, x: u16, y: u16, width: u16, height: u16) -> Canvas<'_> {
        let wanted = Rect::new(self.area.x.saturating_add(x), self.area.y.saturating_add(y), width, height);
        let area = wanted.intersection(self.area);
        Canvas { buffer: self.buffer, shown: self.shown, theme: self.theme, area, faded: self.faded }
    }

    /// The same part, in which everything looks old.
    pub(crate) fn faded(&mut self, faded: bool) -> Canvas<'_> {
        Canvas { buffer: self.buffer, shown: self.shown, theme: self.theme, area: self.area, faded }
    }

    /// Writes a text and says where it ends.
    pub(crate) fn put(&mut self, x: u16, y: u16, text: &str, role: Role) -> u16 {
        let style = self.theme.style(if self.faded { Role::Muted } else { role });
        let mut at = x;
        if y >= self.area.height {
            return at;
        }
        for grapheme in text.graphemes(true) {
            let wide = width(grapheme);
            if wide == 0 {
                continue;
            }
            if at.saturating_add(wide) > self.area.width {
                break;
            }
            let (left, top) = (self.area.x + at, self.area.y + y);
            if let Some(cell) = self.buffer.cell_mut((left, top)) {
                cell.reset();
                cell.set_symbol(grapheme).set_style(style);
            }
            for behind in 1..wide {
                if let Some(cell) = self.buffer.cell_mut((left + behind, top)) {
                    cell.reset();
                    cell.set_symbol("");
                }
            }
            at += wide;
        }
        at
    }

    /// Writes a text that ends before a column.
    pub(crate) fn put_right(&mut self, end: u16, y: u16, text: &str, role: Role) -> u16 {
        let x = end.saturating_sub(width(text));
        self.put(x, y, text, role);
        x
    }

    /// Writes a line of several roles.
    pub(crate) fn line(&mut self, x: u16, y: u16, line: &Line) -> u16 {
        line.spans().fold(x, |at, (text, role)| self.put(at, y, text, role))
    }

    /// Fills a row from a column to another with one character.
    pub(crate) fn fill(&mut self, x: u16, y: u16, end: u16, symbol: &str) {
        let count = usize::from(end.saturating_sub(x));
        self.put(x, y, &symbol.repeat(count), Role::Frame);
    }

    /// A rule over the whole width.
    pub(crate) fn rule(&mut self, y: u16) {
        self.fill(0, y, self.width(), "─");
    }

    /// A rule with a title, and a few words at its end; only the focused one is bright.
    pub(crate) fn titled(&mut self, y: u16, title: &str, end: &str, role: Role) {
        self.rule(y);
        let title = super::cut::middle(title, self.width().saturating_sub(8));
        self.put(2, y, " ", Role::Text);
        let x = self.put(3, y, &title, role);
        self.put(x, y, " ", Role::Text);
        if !end.is_empty() {
            self.put_right(self.width().saturating_sub(2), y, &format!(" {end} "), Role::Text);
        }
    }

    /// Empties everything.
    pub(crate) fn clear(&mut self) {
        for row in self.area.rows() {
            for cell in row.columns() {
                if let Some(cell) = self.buffer.cell_mut((cell.x, cell.y)) {
                    cell.reset();
                }
            }
        }
    }

    /// Remembers that a row can be clicked.
    pub(crate) fn spot(&mut self, y: u16, spot: Spot) {
        self.spot_at(0, y, self.width(), spot);
    }

    /// Remembers that a piece of a row can be clicked.
    pub(crate) fn spot_at(&mut self, x: u16, y: u16, width: u16, spot: Spot) {
        self.spot_in(Rect::new(x, y, width, 1), spot);
    }

    /// Remembers that a region can be clicked.
    pub(crate) fn spot_in(&mut self, region: Rect, spot: Spot) {
        let region = Rect { x: self.area.x + region.x, y: self.area.y + region.y, ..region };
        self.shown.spots.push((region.intersection(self.area), spot));
    }

    /// Remembers where a pane stands and how many rows it holds.
    pub(crate) fn pane(&mut self, pane: Pane, rows: usize) {
        self.shown.panes.push((self.area, pane, rows));
    }

    /// Forgets what could be clicked so far: a dialog lies over it.
    pub(crate) fn cover(&mut self) {
        self.shown.spots.clear();
        self.shown.panes.clear();
    }
}
