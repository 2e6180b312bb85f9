//! The checklist while it is asked: one line, or one JSON row, for each finding as it comes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::future::Future;
use std::io::IsTerminal;

use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::sync::mpsc::Receiver;

use super::follow::interrupted;
use super::paint::{Role, paint};
use super::{Report, json as rows};
use crate::check::{Checklist, Finding, Item, News, State, Told, Verdict};
use crate::deploy::{Remedy, Stop};

impl Report {
    /// Runs checks and reports their findings. The first Ctrl-C lets what was made be removed, the second leaves; then
    /// there is no result.
    pub(in crate::cli) async fn checks<T>(
        self,
        environment: &str,
        work: impl Future<Output = T>,
        mut news: Receiver<News>,
        stop: Stop,
    ) -> Option<T> {
        let mut list = Checklist::default();
        let mut said = BTreeMap::new();
        let mut asked = false;
        tokio::pin!(work);
        let mut signal = Box::pin(interrupted());
        loop {
            tokio::select! {
                biased;
                () = &mut signal => {
                    if asked {
                        return None;
                    }
                    asked = true;
                    signal = Box::pin(interrupted());
                    super::advice("stopping: what was made is removed; once more to leave at once");
                    stop.cancel();
                }
                Some(one) = news.recv() => self.news((environment, &mut list), &mut said, &one),
                result = &mut work => {
                    while let Ok(one) = news.try_recv() {
                        self.news((environment, &mut list), &mut said, &one);
                    }
                    return Some(result);
                }
            }
        }
    }

    fn news(self, (environment, list): (&str, &mut Checklist), said: &mut BTreeMap<String, String>, news: &News) {
        list.absorb(news);
        match &news.told {
            Told::Began(items) => {
                for item in items.iter().filter(|item| item.state == State::Held) {
                    if self.json { super::row(&held(item)) } else { super::text(&held_words(item)) }
                }
            }
            Told::Found { check, finding, took } => {
                let Some(item) = list.items.iter().find(|item| item.check == *check) else { return };
                if self.json {
                    super::row(&row(item, finding, *took));
                } else {
                    super::text(&words(environment, item, finding, *took));
                }
            }
            // What a pod waits for is told to whoever waits with it.
            Told::Doing { check, doing } => {
                let new = said.insert(check.clone(), doing.clone()).as_ref() != Some(doing);
                if new && !self.json && doing != "asking" && std::io::stderr().is_terminal() {
                    super::advice(&paint(Role::Quiet, &format!("  {check}: {doing}")));
                }
            }
            Told::Held { check } => {
                let Some(item) = list.items.iter().find(|item| item.check == *check) else { return };
                if self.json { super::row(&held(item)) } else { super::text(&held_words(item)) }
            }
            Told::Ended => {}
        }
    }

    /// What the checklist came to.
    pub(in crate::cli) fn checked(self, list: &Checklist) {
        let count = |verdict| list.count(verdict);
        let held = list.items.iter().filter(|item| item.state == State::Held).count();
        if self.json {
            return super::row(&json!({
                "type": "checked",
                "ok": count(Verdict::Ok),
                "warn": count(Verdict::Warn),
                "fail": count(Verdict::Fail),
                "cannotTell": count(Verdict::Unknown),
                "held": held,
            }));
        }
        let parts: Vec<String> = [
            (count(Verdict::Ok), "ok"),
            (count(Verdict::Warn), "warn"),
            (count(Verdict::Fail), "fail"),
            (count(Verdict::Unknown), "cannot tell"),
            (held, "not asked"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
        super::text(&format!("\n{}\n", parts.join(", ")));
    }
}

fn glyph(verdict: Verdict) -> (Role, &'static str) {
    match verdict {
        Verdict::Ok => (Role::Good, "✓"),
        Verdict::Warn => (Role::Warn, "!"),
        Verdict::Fail => (Role::Bad, "✗"),
        Verdict::Unknown => (Role::Quiet, "?"),
    }
}

fn words(environment: &str, item: &Item, finding: &Finding, took: SignedDuration) -> String {
    let mut out = String::new();
    let (role, glyph) = glyph(finding.verdict);
    let seconds = paint(Role::Quiet, &format!("{:.1}s", took.as_secs_f64()));
    let cannot = if finding.verdict == Verdict::Unknown { "cannot tell: " } else { "" };
    let _ = writeln!(out, "{} {}: {cannot}{}  {seconds}", paint(role, glyph), item.title, finding.headline);
    if finding.verdict == Verdict::Ok {
        return out;
    }
    for line in &finding.evidence {
        let _ = writeln!(out, "    {}", paint(Role::Quiet, line));
    }
    if let Some(next) = &finding.next {
        let _ = writeln!(out, "  → {next}");
    }
    for remedy in &finding.remedies {
        match remedy {
            Remedy::Commands { lines, .. } => {
                for line in lines {
                    let _ = writeln!(out, "    {line}");
                }
            }
            Remedy::Value { path, suggestion, .. } => {
                let _ = writeln!(
                    out,
                    "    another one for this run: --set {path}={}",
                    suggestion.as_deref().unwrap_or("VALUE")
                );
            }
            Remedy::Credentials { fields, .. } => {
                let _ = writeln!(out, "    landfall creds set {environment} {}", fields.join(" "));
            }
            Remedy::Retry { .. } => {}
        }
    }
    if let Some(mend) = &finding.mend {
        let _ = writeln!(out, "  → or let landfall {}: --mend", mend.label);
    }
    out
}

fn held_words(item: &Item) -> String {
    format!("{} {}: needs a short-lived pod, which was not asked for\n", paint(Role::Quiet, "·"), item.title)
}

fn held(item: &Item) -> Value {
    json!({"type": "check", "check": item.check, "title": item.title, "verdict": "held"})
}

fn row(item: &Item, finding: &Finding, took: SignedDuration) -> Value {
    json!({
        "type": "check",
        "check": item.check,
        "title": item.title,
        "verdict": finding.verdict.word(),
        "headline": finding.headline,
        "next": finding.next,
        "evidence": finding.evidence,
        "remedies": finding.remedies.iter().map(rows::remedy).collect::<Vec<_>>(),
        "mend": finding.mend.as_ref().map(|mend| json!({"label": mend.label, "does": mend.says})),
        "losesData": finding.loses,
        "seconds": took.as_secs_f64(),
    })
}
