//! Columns as wide as what stands in them, never cut: a line that is too long is the terminal's to fold.

use unicode_width::UnicodeWidthStr;

/// The widths of columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Widths<const N: usize>([usize; N]);

impl<const N: usize> Widths<N> {
    /// Wide enough for every row.
    pub(super) fn of<'t>(rows: impl Iterator<Item = [&'t str; N]>) -> Self {
        let mut widths = [0; N];
        for row in rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        Self(widths)
    }

    /// The cells of a row, each filled with blanks to its width.
    pub(super) fn pad(&self, row: [&str; N]) -> [String; N] {
        let mut widths = self.0.iter();
        row.map(|cell| {
            let missing = widths.next().copied().unwrap_or_default().saturating_sub(cell.width());
            format!("{cell}{}", " ".repeat(missing))
        })
    }
}
