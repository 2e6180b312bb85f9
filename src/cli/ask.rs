//! Questions on a terminal. Without one nothing is ever asked.

use std::io::{self, BufRead, IsTerminal, Read, Write};

use crate::failure::{Failure, Kind, Result};
use crate::secret::Secret;

/// Whether somebody can answer.
pub(super) fn is_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for a line; an empty answer means the default.
///
/// # Errors
/// When nobody can answer.
pub(super) fn line(question: &str, default: &str) -> Result<String> {
    if !is_there() {
        return Err(nobody(question));
    }
    let shown = if default.is_empty() { String::new() } else { format!(" [{default}]") };
    // Questions go to the error stream, so that a report can be piped on.
    let _ = write!(io::stderr(), "{question}{shown}: ").and_then(|()| io::stderr().flush());
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer).map_err(|_| nobody(question))?;
    if read == 0 {
        return Err(Failure::new(Kind::Stopped, "stopped").because("the question was left without an answer"));
    }
    let answer = answer.trim();
    Ok(if answer.is_empty() { default.to_owned() } else { answer.to_owned() })
}

/// Asks whether to do it; anything but yes is no.
///
/// # Errors
/// When nobody can answer.
pub(super) fn yes(question: &str) -> Result<bool> {
    let answer = line(&format!("{question} (y/N)"), "")?;
    Ok(matches!(answer.to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// Asks for a secret without showing it; an empty answer is none.
///
/// # Errors
/// When nobody can answer.
pub(super) fn secret(question: &str) -> Result<Option<Secret>> {
    if !is_there() {
        return Err(nobody(question));
    }
    let answer = rpassword::prompt_password(format!("{question}: ")).map_err(|_| nobody(question))?;
    Ok((!answer.is_empty()).then(|| Secret::new(answer)))
}

/// All of standard input as one secret, without its last line break.
///
/// # Errors
/// When it cannot be read.
pub(super) fn piped() -> Result<Secret> {
    let mut text = String::with_capacity(4096);
    io::stdin()
        .lock()
        .take(64 * 1024)
        .read_to_string(&mut text)
        .map_err(|_| Failure::input("standard input is not text"))?;
    while text.ends_with(['\n', '\r']) {
        text.pop();
    }
    Ok(Secret::new(text))
}

fn nobody(question: &str) -> Failure {
    Failure::input(format!("nobody is there to answer {question:?}"))
        .hint("run it in a terminal, or give the answer as an option (see --help)")
}

/// Says something between two questions.
pub(super) fn remark(words: &str) {
    let _ = writeln!(io::stderr(), "  {words}");
}
