//! The binary itself: its size, its first frame, its answer to a key, its silence.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::Built;
use crate::pty::Pty;
use crate::table::{Bar, RUNS, Spread, Table};

/// How many keys are pressed for one figure.
const KEYS: usize = 300;

/// How big it is.
pub(crate) fn size(table: &mut Table, built: &Built) {
    #[expect(clippy::cast_precision_loss, reason = "a file size has far fewer than 53 bits")]
    let size = std::fs::metadata(&built.file).unwrap().len() as f64 / 1e6;
    let bar = if built.profile == "dist" { Bar::under(size, 16.0, "MB") } else { Bar::None };
    table.row(format!("size of the `{}` binary", built.profile), format!("{size:.1} MB"), bar);
}

/// From the making of the process to a screen with all environments on it, and to one that has nothing to add.
pub(crate) fn start(table: &mut Table, built: &Built) {
    let (mut first, mut full, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    // The first start reads the file from disk and is not counted.
    drop(Pty::start(&built.file, &["demo"]));
    for _ in 0..2 * RUNS {
        let mut pty = Pty::start(&built.file, &["demo"]);
        let frame = pty.until("a frame", |screen| {
            let text = screen.contents();
            screen.alternate_screen() && ["dev", "stg", "prod", "quit"].iter().all(|word| text.contains(word))
        });
        first.push(frame.duration_since(pty.started));
        full.push(pty.until_shown("30500").duration_since(pty.started));
        let started = Instant::now();
        Command::new(&built.file).arg("--version").output().unwrap();
        bare.push(started.elapsed());
    }
    let (first, full, bare) = (Spread::millis(first), Spread::millis(full), Spread::millis(bare));
    let name = |what: &str| format!("process start → {what}, `{} demo`, pty", built.profile);
    table.row(name("first frame"), first.words("ms"), Bar::under(first.median(), 50.0, "ms"));
    table.row(name("values of all environments shown"), full.words("ms"), Bar::None);
    let words = format!("{:.1} times `--version` ({:.1} ms)", first.median() / bare.median(), bare.median());
    table.row("the same as a ratio", words, Bar::None);
}

/// From a key to the frame that answers it, with nothing else going on.
pub(crate) fn keys(table: &mut Table, built: &Built) {
    let mut pty = Pty::start(&built.file, &["demo"]);
    pty.until_shown("30500");
    pty.listen(Duration::from_millis(500));
    let took = help(&mut pty);
    table.row(
        format!("key → frame, nothing going on, `{}`, pty", built.profile),
        took.tail("ms"),
        Bar::under(took.percent(99), 16.0, "ms"),
    );
}

/// Opens and closes the help, at uneven intervals; how long each frame took.
pub(crate) fn help(pty: &mut Pty) -> Spread {
    const SENTENCE: &str = "Keys that answer here";
    let mut took = Vec::new();
    for turn in 0..KEYS {
        pty.listen(Duration::from_millis(23 + (turn as u64 * 37) % 41));
        let opens = turn % 2 == 0;
        let pressed = pty.press(if opens { "?" } else { "q" });
        let seen = pty.until("the help", |screen| screen.contents().contains(SENTENCE) == opens);
        took.push(seen.duration_since(pressed));
    }
    Spread::millis(took)
}

/// How often it draws while nothing happens.
pub(crate) fn idle(table: &mut Table, built: &Built) {
    const SECONDS: u64 = 10;
    let mut pty = Pty::start(&built.file, &["demo"]);
    pty.until_shown("30500");
    pty.listen(Duration::from_secs(2));
    let heard = pty.listen(Duration::from_secs(SECONDS));
    // What comes within 5 ms is one frame.
    let mut frames = 0;
    let mut last: Option<Instant> = None;
    for burst in &heard {
        if last.is_none_or(|last| burst.at.duration_since(last) > Duration::from_millis(5)) {
            frames += 1;
        }
        last = Some(burst.at);
    }
    let bytes: usize = heard.iter().map(|burst| burst.bytes.len()).sum();
    table.row(
        format!("frames in {SECONDS} s of nothing, `{}`, pty", built.profile),
        format!("{frames} ({bytes} bytes, {} threads)", pty.threads()),
        Bar::is("the clock's: one a second", frames <= SECONDS + 1),
    );
}
