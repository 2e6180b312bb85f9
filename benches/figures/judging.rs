//! What is said about a password while it is typed.

use std::time::Instant;

use landfall::secret::{Judge, Rule, Secret};

use crate::table::{Bar, Spread, Table};

/// How many values are judged.
const VALUES: usize = 200;

/// The first judgement, which reads the word lists, and the ones after it.
pub(crate) fn judgements(table: &mut Table) {
    let judge = Judge::default();
    let rule = Rule {
        name: "mlflow.password".to_owned(),
        title: "MLflow login".to_owned(),
        minimum: 12,
        pattern: None,
        leftovers: Vec::new(),
        masked: true,
    };
    let mut took = (0..=VALUES).map(|number| {
        let value = Secret::new(format!("x7$Kp-correct-{number}-Horse7battery"));
        let started = Instant::now();
        judge.judge("dev", &rule, &value);
        started.elapsed()
    });
    let first = Spread::millis(took.next());
    let others = Spread::millis(took);
    let words = format!("{} (the first, with the word lists: {:.0} ms)", others.tail("ms"), first.median());
    table.row("judging a password of 31 characters, off the loop", words, Bar::None);
}
