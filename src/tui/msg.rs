//! What can happen to the terminal program. It has no `Debug`: key presses are never written anywhere.

use crossterm::event::KeyEvent;
use jiff::Timestamp;
use ratatui::layout::Size;
use zeroize::Zeroizing;

use super::effect::{Answer, Question};
use crate::check::News;
use crate::deploy::Event;

/// Something that happened.
pub enum Msg {
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted.
    Paste(Zeroizing<String>),
    /// The mouse was clicked on a cell.
    Click {
        /// Column.
        x: u16,
        /// Row.
        y: u16,
    },
    /// The wheel was turned over a cell.
    Wheel {
        /// Column.
        x: u16,
        /// Row.
        y: u16,
        /// Which way.
        turn: Turn,
    },
    /// The terminal has another size.
    Resize(Size),
    /// Time went on.
    Tick(Timestamp),
    /// A question was answered.
    Answer(Question, Answer),
    /// Something happened in the run or the log of that number.
    Event(Question, Event),
    /// Something happened to the checks of that number.
    News(Question, News),
    /// The system asks to end.
    Terminate,
}

/// Which way the wheel was turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Towards the beginning.
    Up,
    /// Towards the end.
    Down,
}
