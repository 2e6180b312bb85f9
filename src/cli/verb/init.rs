//! `landfall init`: a project by answering questions.

use super::begin::Beginning;
use crate::cli::args::{Args, Init};
use crate::cli::report::{Report, advice};
use crate::cli::setup::Cluster;
use crate::deploy::Draft;
use crate::failure::Result;

pub(super) async fn run(args: &Args, asked: &Init, given: Option<Cluster>, report: Report) -> Result<u8> {
    let beginning = Beginning::new(args, &asked.begin, &asked.module, given, report)?;
    let draft = Draft::from_names(&beginning.module, &asked.module, &asked.environments)?;
    let (session, _) = beginning.finish(draft).await?;
    let first = session.environments().into_iter().next().unwrap_or_default();
    advice(&format!("next: landfall creds set {first}, then landfall apply {first}, or just landfall"));
    Ok(0)
}
