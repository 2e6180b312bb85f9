//! A new passphrase: typed twice, and judged.

use crate::cli::ask;
use crate::failure::{Failure, Kind, Result};
use crate::secret::{Judge, Opinion, Rule, Secret};

/// The fewest characters of a passphrase. Whoever gets hold of the file tries them at leisure.
const MINIMUM: usize = 12;

/// Asks for a new passphrase until it is good enough and typed the same twice.
///
/// # Errors
/// Nobody can answer.
pub(super) fn new(question: &str) -> Result<Secret> {
    loop {
        let Some(passphrase) = ask::secret(question)? else { return Err(none()) };
        let opinion = judge(&passphrase);
        if opinion.blocks {
            ask::remark(&opinion.advice);
            continue;
        }
        let Opinion { words, advice, .. } = &opinion;
        ask::remark(&if advice.is_empty() { words.clone() } else { format!("{words}. {advice}") });
        if opinion.warns && !ask::yes("Use it all the same?")? {
            continue;
        }
        let Some(again) = ask::secret("The same once more")? else { return Err(none()) };
        if again.same(&passphrase) {
            return Ok(passphrase);
        }
        ask::remark("these two are not the same; once more");
    }
}

/// Whether a passphrase that was handed over can be used.
///
/// # Errors
/// It is too short.
pub(super) fn check(passphrase: &Secret) -> Result<()> {
    let opinion = judge(passphrase);
    if opinion.blocks {
        return Err(Failure::input("this passphrase cannot be used").because(opinion.words));
    }
    Ok(())
}

fn judge(passphrase: &Secret) -> Opinion {
    let rule = Rule {
        name: "passphrase".to_owned(),
        title: "Vault".to_owned(),
        minimum: MINIMUM,
        pattern: None,
        leftovers: Vec::new(),
        masked: true,
    };
    Judge::default().judge("landfall", &rule, passphrase)
}

fn none() -> Failure {
    Failure::new(Kind::Stopped, "stopped").because("no passphrase was given")
}
