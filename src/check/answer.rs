//! What a probe says: one JSON object on a line for each thing it found, between whatever else it prints.

use serde::Deserialize;

use super::{Finding, Verdict};
use crate::object::clean;

/// The longest part of an answer that is taken, in characters.
const LONGEST: usize = 400;
/// The most lines of evidence that are taken.
const LINES: usize = 20;

/// One line of a probe.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Which check it answers.
    pub check: String,
    /// What it came to.
    pub verdict: Verdict,
    /// One clause without a full stop.
    pub says: String,
    /// Which of the module's reasons it is, so that the right way out can be offered.
    #[serde(default)]
    pub reason: Option<String>,
    /// What it rests on.
    #[serde(default)]
    pub evidence: Vec<String>,
}

/// The answers in a text, in their order; whatever else stands there is left out. They are cleaned and kept short: a
/// probe runs in an image that somebody else made.
pub fn answers(text: &str) -> Vec<Answer> {
    let lines = text.lines().filter(|line| line.trim_start().starts_with('{'));
    let mut found: Vec<Answer> = Vec::new();
    for answer in lines.filter_map(|line| serde_json::from_str::<Answer>(line.trim()).ok()) {
        let answer = Answer {
            says: short(&answer.says),
            evidence: answer.evidence.iter().take(LINES).map(|line| short(line)).collect(),
            ..answer
        };
        // A log and a termination message may both hold it.
        if !found.contains(&answer) {
            found.push(answer);
        }
    }
    found
}

fn short(text: &str) -> String {
    let text = clean(text).split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

impl Answer {
    /// What several answers to one check come to: the worst one speaks, all of them are evidence. None without answers.
    pub fn sum(answers: &[&Self]) -> Option<(Finding, Option<String>)> {
        // The first of the worst: `max_by_key` would take the last.
        let worst = answers.iter().rev().max_by_key(|answer| answer.verdict)?;
        let mut finding = Finding::new(worst.verdict, worst.says.trim_end_matches('.'));
        for answer in answers {
            if answer.says != worst.says {
                finding.evidence.push(format!("{}: {}", answer.verdict, answer.says));
            }
            finding.evidence.extend(answer.evidence.iter().cloned());
        }
        Some((finding, worst.reason.clone()))
    }
}
