//! A terminal event becomes a message.

use crossterm::event::{Event, MouseButton, MouseEventKind};
use ratatui::layout::Size;
use zeroize::Zeroizing;

use super::msg::{Msg, Turn};

/// The message of a terminal event, if it is one for us.
pub(crate) fn message(event: Event) -> Option<Msg> {
    match event {
        Event::Key(key) => Some(Msg::Key(key)),
        Event::Paste(text) => Some(Msg::Paste(Zeroizing::new(text))),
        Event::Resize(width, height) => Some(Msg::Resize(Size { width, height })),
        Event::Mouse(mouse) => {
            let (x, y) = (mouse.column, mouse.row);
            match mouse.kind {
                MouseEventKind::Down(MouseButton::Left) => Some(Msg::Click { x, y }),
                MouseEventKind::ScrollUp => Some(Msg::Wheel { x, y, turn: Turn::Up }),
                MouseEventKind::ScrollDown => Some(Msg::Wheel { x, y, turn: Turn::Down }),
                _ => None,
            }
        }
        Event::FocusGained | Event::FocusLost => None,
    }
}
