//! `landfall completion`: a completion script.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::args::Args;
use crate::cli::report::Report;

pub(super) fn run(shell: Shell, report: Report) -> u8 {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "landfall", &mut script);
    report.text(&String::from_utf8_lossy(&script));
    0
}
