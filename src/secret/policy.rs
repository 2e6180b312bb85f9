//! What may be said about a value: too short, left over from an example, easy to guess, the same as elsewhere.
//!
//! Only what breaks a module's own rule blocks; the rest warns. The judge remembers keyed digests, never values.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fancy_regex::Regex;
use zeroize::Zeroizing;
use zxcvbn::{Score, zxcvbn};

use super::{Digest, Secret};
use crate::failure::Failure;
use crate::object::Fingerprint;

/// What a module asks of one credential.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name: `pgsql.password`.
    pub name: String,
    /// What a person calls it where it is the same as another: "PostgreSQL".
    pub title: String,
    /// The fewest characters allowed; fewer block.
    pub minimum: usize,
    /// What a value has to match; another blocks.
    pub pattern: Option<Pattern>,
    /// Known leftovers of examples; they warn.
    pub leftovers: Vec<String>,
    /// Whether it is masked. Strength and sameness are no matter of a user name.
    pub masked: bool,
}

/// A regular expression of a schema, compiled once.
#[derive(Debug, Clone)]
pub struct Pattern(Regex);

impl FromStr for Pattern {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        Regex::new(text).map(Self).map_err(|error| {
            Failure::input(format!("the pattern {text} is no regular expression")).because(error.to_string())
        })
    }
}

/// How good a value is, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// There is none. Blocks.
    Needed,
    /// Shorter than the module allows. Blocks.
    TooShort,
    /// Holds a control character or does not match the module's pattern. Blocks.
    Malformed,
    /// A known leftover of an example.
    Leftover,
    /// Easy to guess.
    Weak,
    /// Could be better.
    Fair,
    /// Nothing to say against it.
    Strong,
}

/// What is said about a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opinion {
    /// How good it is by itself.
    pub level: Level,
    /// The few words that stand beside the field; none for a user name that is in order.
    pub words: String,
    /// Where else the same value stands: environment and title.
    pub same_as: Vec<(String, String)>,
    /// One or two sentences for the help below the field; empty when there is nothing to say.
    pub advice: String,
    /// Whether it must not be used.
    pub blocks: bool,
    /// Whether it may be used but should be asked about once more.
    pub warns: bool,
}

/// Judges values. Cheap to clone; all clones remember the same.
#[derive(Clone, Default)]
pub struct Judge(Arc<Inner>);

struct Inner {
    digest: Digest,
    seen: Mutex<BTreeMap<(String, String), Seen>>,
}

struct Seen {
    title: String,
    mark: Fingerprint,
}

impl Default for Inner {
    fn default() -> Self {
        Self { digest: Digest::random(), seen: Mutex::default() }
    }
}

impl Judge {
    /// Remembers the value of a credential, so that others can be told the same. Values that are not masked are not kept.
    pub fn note(&self, environment: &str, rule: &Rule, value: &Secret) {
        if !rule.masked || value.is_empty() {
            return self.forget(environment, &rule.name);
        }
        let seen = Seen { title: rule.title.clone(), mark: self.mark(value) };
        self.seen().insert((environment.to_owned(), rule.name.clone()), seen);
    }

    /// Forgets the value of a credential.
    pub fn forget(&self, environment: &str, name: &str) {
        self.seen().remove(&(environment.to_owned(), name.to_owned()));
    }

    /// Why a value must not be used at all, if so; quick, since its strength is no matter here.
    pub fn refuses(rule: &Rule, value: &Secret) -> Option<String> {
        #[expect(clippy::disallowed_methods, reason = "judged in place; the words hold no part of the value")]
        value.open(|value| refused(rule, value)).map(|remark| remark.advice)
    }

    /// Judges a value for a credential of an environment.
    pub fn judge(&self, environment: &str, rule: &Rule, value: &Secret) -> Opinion {
        let same_as = if rule.masked { self.same(environment, rule, value) } else { Vec::new() };
        #[expect(clippy::disallowed_methods, reason = "judged in place; the opinion holds no part of the value")]
        let remark = value.open(|value| remark(environment, rule, value));
        let Remark { level, mut words, mut advice } = remark;
        let blocks = level <= Level::Malformed;
        let mut warns = matches!(level, Level::Leftover | Level::Weak) || !advice.is_empty() && level > Level::Weak;
        if let (false, Some((place, title))) = (blocks, same_as.first()) {
            warns = true;
            if level != Level::Leftover {
                words = format!("same as {place} {title}");
            }
            advice = format!("The same value stands in {place} {title}; whoever learns one has both. {advice}");
        }
        Opinion { level, words, same_as, advice: advice.trim_end().to_owned(), blocks, warns: warns && !blocks }
    }

    fn same(&self, environment: &str, rule: &Rule, value: &Secret) -> Vec<(String, String)> {
        if value.is_empty() {
            return Vec::new();
        }
        let mark = self.mark(value);
        let seen = self.seen();
        let others = seen
            .iter()
            .filter(|((place, name), other)| other.mark == mark && (place != environment || *name != rule.name));
        others.map(|((place, _), other)| (place.clone(), other.title.clone())).collect()
    }

    fn mark(&self, value: &Secret) -> Fingerprint {
        #[expect(clippy::disallowed_methods, reason = "only its keyed digest is kept")]
        value.open(|value| self.0.digest.fingerprint(value.as_bytes()))
    }

    fn seen(&self) -> MutexGuard<'_, BTreeMap<(String, String), Seen>> {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Judge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Judge")
    }
}

/// An opinion before it is compared with other values.
struct Remark {
    level: Level,
    words: String,
    advice: String,
}

impl Remark {
    fn new(level: Level, words: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { level, words: words.into(), advice: advice.into() }
    }
}

/// Why a value must not be used at all; quick, without the word lists.
fn refused(rule: &Rule, value: &str) -> Option<Remark> {
    let length = value.chars().count();
    if value.is_empty() {
        return Some(Remark::new(Level::Needed, "needed", ""));
    }
    if value.chars().any(char::is_control) {
        let advice = "Tabs, line breaks and the like are not taken.";
        return Some(Remark::new(Level::Malformed, "has a control character", advice));
    }
    if length < rule.minimum {
        let words = format!("too short: {length} of {}", rule.minimum);
        let advice = format!("{} characters or more are asked for.", rule.minimum);
        return Some(Remark::new(Level::TooShort, words, advice));
    }
    let pattern = rule.pattern.as_ref().filter(|Pattern(pattern)| !pattern.is_match(value).unwrap_or(false))?;
    let advice = format!("It has to match {}", pattern.0.as_str());
    Some(Remark::new(Level::Malformed, "not of the form asked for", advice))
}

fn remark(environment: &str, rule: &Rule, value: &str) -> Remark {
    if let Some(refused) = refused(rule, value) {
        return refused;
    }
    if rule.leftovers.iter().any(|leftover| leftover.eq_ignore_ascii_case(value)) {
        let advice = "This value stands in an example that anyone can read.";
        return Remark::new(Level::Leftover, "leftover of an example", advice);
    }
    let blanks = value.trim() != value;
    let mut remark = if rule.masked { strength(environment, rule, value) } else { Remark::new(Level::Strong, "", "") };
    if blanks {
        remark.advice = format!("It begins or ends with a blank; make sure that is meant. {}", remark.advice);
        if remark.level > Level::Weak {
            "blank at the end".clone_into(&mut remark.words);
        }
    }
    remark
}

fn strength(environment: &str, rule: &Rule, value: &str) -> Remark {
    let names = rule.name.split(['.', '-', '_']).chain(rule.title.split_whitespace());
    let obvious: Vec<String> = names.chain([environment, "landfall"]).map(str::to_lowercase).collect();
    let words: Vec<&str> = obvious.iter().map(String::as_str).filter(|word| word.len() > 2).collect();
    let guess = zxcvbn(value, &words);
    let rest = Zeroizing::new(value.to_lowercase());
    let rest = words.iter().fold(rest, |rest, word| Zeroizing::new(rest.replace(word, "")));
    // Names that anyone knows add nothing, though their sheer length counts for much in the estimate.
    let hollow = rest.len() < value.len() && zxcvbn(&rest, &[]).score() <= Score::Two;
    match guess.score() {
        _ if hollow => weak("Without the names of what it is for, little of it is left to guess."),
        Score::Four => Remark::new(Level::Strong, "strong", ""),
        Score::Three => Remark::new(Level::Fair, "fair", ""),
        // The crate may add a level; what is not known to be good is weak.
        _ => match guess.feedback().and_then(zxcvbn::feedback::Feedback::warning) {
            Some(why) => weak(&why.to_string()),
            None => weak("It is easy to guess."),
        },
    }
}

fn weak(why: &str) -> Remark {
    Remark::new(Level::Weak, "weak", format!("{why} A longer or a generated value is stronger."))
}
