//! The keys of the walk through the screens, from the matrix to a rollout.

use super::person::{Person, ROLLOUT, SOON};

pub(super) const ENTER: &str = "\r";
pub(super) const ESCAPE: &str = "\u{1b}";
pub(super) const RIGHT: &str = "\u{1b}[C";
pub(super) const DOWN: &str = "\u{1b}[B";
pub(super) const F2: &str = "\u{1b}OQ";
pub(super) const CTRL_C: &str = "\u{3}";
pub(super) const CTRL_S: &str = "\u{13}";

/// From the matrix to the confirm dialog of the chosen environment.
pub(super) fn confirms(ann: &mut Person, name: &str) {
    ann.press(ENTER);
    ann.sees("MLflow login");
    // Both leftovers of the demo; a value that is not judged yet is not made anew.
    ann.until(SOON, "two leftovers", |screen| screen.contents().matches("leftover").count() == 2);
    ann.press(F2);
    // Every new value is judged by itself.
    ann.until(SOON, "a form without leftovers", |screen| {
        let text = screen.contents();
        text.contains("strong") && !text.contains("leftover")
    });
    ann.press(CTRL_S);
    // The checks run by themselves, and nobody has to wait for them.
    ann.sees("n go on");
    ann.press("n");
    // The whole cluster is asked for this.
    ann.sees_within(ROLLOUT, "nothing was written");
    ann.press("n");
    ann.sees(&format!("Apply to {name}"));
}

/// Presses Enter in the confirm dialog until it is taken: it is deaf to a hasty one. A second Enter too many would open
/// the list of what was applied, so a busy machine gets time to draw, and an outcome that is there already counts.
pub(super) fn applies(ann: &mut Person) {
    for _ in 0..10 {
        ann.press(ENTER);
        for _ in 0..8 {
            if ann.sees_in_a_moment("applied") || ann.text().contains("is ready: revision") {
                return;
            }
        }
    }
    panic!("it was not applied:\n{}", ann.text());
}
