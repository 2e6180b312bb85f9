//! What is known of an operation, written down for somebody else to read. Everything in it was masked at ingest.

use std::fmt::Write as _;
use std::path::PathBuf;

use jiff::Timestamp;

use super::{Progress, Session, StepState};
use crate::failure::{Failure, Kind, Result};
use crate::health::Node;

impl Session {
    /// Saves what is known of an operation, masked, for somebody else to read; returns the file (mode 0600).
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn save_evidence(&self, progress: &Progress) -> Result<PathBuf> {
        let name = progress.target.as_ref().map_or("landfall", |target| target.environment.as_str());
        let folder = self.inner.state.join("evidence");
        let file = folder.join(format!("{name}-{}.txt", Timestamp::now().strftime("%Y%m%d-%H%M%S")));
        let text = report(progress);
        let written = async {
            tokio::fs::create_dir_all(&folder).await?;
            let mut options = tokio::fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            options.mode(0o600);
            let mut handle = options.open(&file).await?;
            tokio::io::AsyncWriteExt::write_all(&mut handle, text.as_bytes()).await?;
            tokio::io::AsyncWriteExt::flush(&mut handle).await
        };
        written.await.map_err(|error: std::io::Error| {
            Failure::new(Kind::Failed, format!("the evidence cannot be written to {}", file.display()))
                .because(error.to_string())
        })?;
        Ok(file)
    }
}

fn report(progress: &Progress) -> String {
    let mut text = String::new();
    let mut line = |words: String| {
        let _ = writeln!(text, "{words}");
    };
    if let Some(target) = &progress.target {
        line(format!("environment {}  context {}  server {}", target.environment, target.context, target.server));
        line(format!("namespace {}  module {}  project {}", target.namespace, target.module, target.project));
    }
    if let (Some(started), Some(latest)) = (progress.started, progress.latest) {
        line(format!("from {started} to {latest}"));
    }
    if let Some(outcome) = &progress.outcome {
        line(format!("\noutcome {}: {}", outcome.end.word(), outcome.headline));
    }
    for despite in progress.outcome.iter().flat_map(|outcome| &outcome.despite) {
        line(format!("gone on in spite of a failing check: {despite}"));
    }
    for cause in progress.causes() {
        line(format!("\n{}\n{}\n{}", cause.headline, cause.sentence, cause.next));
    }
    line("\nobjects".to_owned());
    for step in progress.steps() {
        let state = match &step.state {
            StepState::Waiting => "not applied".to_owned(),
            StepState::Sending => "sent, no answer yet".to_owned(),
            StepState::Done(took) => format!("done in {} ms", took.as_millis()),
            StepState::Refused(failure) => format!("refused: {failure}"),
        };
        line(format!("  {} {}  {state}", step.action.word(), step.key));
    }
    line("\nstate".to_owned());
    tree(&progress.tree.roots, 1, &mut line);
    line("\nevents".to_owned());
    for told in &progress.told {
        line(format!("  {} {} {} x{}: {}", told.last, told.object, told.reason, told.count, told.message));
    }
    if let Some(log) = &progress.log {
        line(format!("\nlog of {} in {}{}", log.container, log.pod, if log.previous { " (previous)" } else { "" }));
        log.lines.iter().for_each(|words| line(format!("  {words}")));
    }
    text
}

fn tree(nodes: &[Node], depth: usize, line: &mut impl FnMut(String)) {
    for node in nodes {
        line(format!("{}{} {}: {}", "  ".repeat(depth), node.health.verdict, node.key, node.health.reason));
        tree(&node.children, depth + 1, line);
        if node.more > 0 {
            line(format!("{}and {} more, ready", "  ".repeat(depth + 1), node.more));
        }
    }
}
