//! The whole way through the screens, by keys: what it costs in memory.

use crate::Built;
use crate::pty::Pty;
use crate::table::{Bar, Spread, Table};

/// How often the way is walked; a rollout takes believable time.
const WALKS: usize = 3;

/// The most memory held after credentials, preview, rollout and outcome of one environment, and of the next.
pub(crate) fn memory(table: &mut Table, built: &Built) {
    let (mut one, mut two) = (Vec::new(), Vec::new());
    for _ in 0..WALKS {
        let mut pty = Pty::start(&built.file, &["demo"]);
        pty.until_shown("30500");
        pty.press("\r");
        pty.until_shown("generate all");
        roll_out(&mut pty, "dev");
        one.push(pty.peak());
        pty.press("n");
        pty.until_shown("generate all");
        roll_out(&mut pty, "stg");
        two.push(pty.peak());
    }
    let (one, two) = (Spread::new(one), Spread::new(two));
    let name = |what: &str| format!("peak memory after {what}, `{} demo`, pty", built.profile);
    table.row(name("a whole rollout"), one.words("MB"), Bar::under(one.percent(100), 40.0, "MB"));
    table.row(name("a second one"), two.words("MB"), Bar::under(two.percent(100), 40.0, "MB"));
}

/// From the form of an environment to its outcome.
fn roll_out(pty: &mut Pty, name: &str) {
    // Generated values, then on to the plan; a form that warns asks once more.
    pty.press("\x01");
    pty.listen(std::time::Duration::from_millis(600));
    pty.press("\x13");
    pty.until_shown("n go on");
    pty.press("n");
    pty.until_shown("apply…");
    pty.press("n");
    pty.until_shown("back to preview");
    // Enter is not taken before somebody can have read the question.
    pty.listen(std::time::Duration::from_millis(800));
    pty.press("\r");
    pty.until_shown(&format!("{name} is ready"));
}
