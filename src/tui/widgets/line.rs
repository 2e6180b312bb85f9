//! A line of text in several roles.

use super::canvas::width;
use crate::tui::theme::Role;

/// A line of text in several roles.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line(Vec<(String, Role)>);

impl Line {
    pub(crate) fn new(text: impl Into<String>, role: Role) -> Self {
        Self(vec![(text.into(), role)])
    }

    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::new(text, Role::Text)
    }

    /// The same line with more behind it.
    #[must_use]
    pub(crate) fn and(mut self, text: impl Into<String>, role: Role) -> Self {
        self.0.push((text.into(), role));
        self
    }

    /// The same line with its name, the first plain words, as the place where keys go.
    #[must_use]
    pub(crate) fn chosen(mut self) -> Self {
        let plain =
            |(text, role): &&mut (String, Role)| matches!(role, Role::Text | Role::Muted) && !text.trim().is_empty();
        if let Some((_, role)) = self.0.iter_mut().find(plain) {
            *role = Role::Focus;
        }
        self
    }

    /// The same line, cut at the end so that it fits.
    #[must_use]
    pub(crate) fn cut(self, room: u16) -> Self {
        if self.width() <= room {
            return self;
        }
        let mut new = Self::default();
        for (text, role) in self.0 {
            let left = room - new.width();
            if width(&text) >= left {
                let cut = super::cut::end(&text, left.saturating_sub(1));
                let sign = if cut.ends_with('…') { "" } else { "…" };
                return new.and(cut, role).and(sign, role);
            }
            new = new.and(text, role);
        }
        new
    }

    pub(crate) fn spans(&self) -> impl Iterator<Item = (&str, Role)> {
        self.0.iter().map(|(text, role)| (text.as_str(), *role))
    }

    pub(crate) fn width(&self) -> u16 {
        self.0.iter().map(|(text, _)| width(text)).sum()
    }

    /// Every line of a text in one role, wrapped.
    pub(crate) fn wrapped(text: &str, room: u16, role: Role) -> Vec<Self> {
        super::cut::wrap(text, room).into_iter().map(|line| Self::new(line, role)).collect()
    }
}
