//! `landfall completion`: a completion script.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::args::Args;
use crate::cli::report::text;

pub(super) fn run(shell: Shell) -> u8 {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "landfall", &mut script);
    text(&String::from_utf8_lossy(&script));
    0
}
