//! The figures landfall has promised, measured: `benches/run`. Prints one table and writes `benches/RESULTS.md`.
//!
//! The rows that end in "pty" run the real binary in a pseudo-terminal; the others say what they run. A bar that is
//! missed is a word in the table, never a failed test: clocks of strange machines say nothing about a change.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a figure that cannot be measured ends the benchmark")]
#![expect(clippy::print_stdout, reason = "the table is what the benchmark is for")]

#[path = "figures/beside.rs"]
mod beside;
#[path = "figures/binary.rs"]
mod binary;
#[path = "figures/crowd.rs"]
mod crowd;
#[path = "figures/delay.rs"]
mod delay;
#[path = "figures/floor.rs"]
mod floor;
#[path = "figures/journey.rs"]
mod journey;
#[path = "figures/judging.rs"]
mod judging;
#[path = "figures/load.rs"]
mod load;
#[path = "figures/loaded.rs"]
mod loaded;
#[path = "figures/plane.rs"]
mod plane;
#[path = "figures/process.rs"]
mod process;
#[path = "figures/pty.rs"]
mod pty;
#[path = "figures/readiness.rs"]
mod readiness;
#[path = "figures/rival.rs"]
mod rival;
#[path = "figures/storm.rs"]
mod storm;
#[expect(dead_code, reason = "the tests use the rest")]
#[path = "../tests/it/support.rs"]
mod support;
#[path = "figures/table.rs"]
mod table;
#[path = "figures/wire.rs"]
mod wire;

use std::path::{Path, PathBuf};

use plane::Plane;
use table::Table;

/// A binary of landfall and the profile it was built with.
struct Built {
    profile: String,
    file: PathBuf,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let Some(file) = arguments.iter().find_map(|argument| argument.strip_prefix("--storm=")) {
        return storm::rage(Path::new(file));
    }
    let wanted = |part: &str| arguments.is_empty() || arguments.iter().any(|argument| argument == part);
    let built = built();
    let mut table = Table::default();
    if wanted("size") {
        for built in &built {
            binary::size(&mut table, built);
        }
    }
    if wanted("start") {
        for built in &built {
            binary::start(&mut table, built);
        }
    }
    if wanted("keys") {
        for built in &built {
            binary::keys(&mut table, built);
        }
    }
    if wanted("loaded") {
        loaded::headless(&mut table);
        loaded::under_load(&mut table);
        judging::judgements(&mut table);
    }
    if wanted("idle") {
        binary::idle(&mut table, built.last().unwrap());
    }
    if wanted("memory") {
        for built in &built {
            journey::memory(&mut table, built);
        }
    }
    if wanted("wire") {
        wire::requests(&mut table);
        wire::latency(&mut table);
    }
    let best = &built.last().unwrap().file;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    if wanted("beside") {
        runtime.block_on(beside::compare(&mut table, &Plane::up(), best));
    }
    if wanted("crowd") {
        crowd::watch(&mut table, &Plane::up(), best);
    }
    println!("\n{}", table.text());
    if arguments.is_empty() {
        std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/RESULTS.md"), table.page()).unwrap();
    }
}

/// The binary that was built for this benchmark, and the one of the dist profile where it is built.
fn built() -> Vec<Built> {
    let own = PathBuf::from(env!("CARGO_BIN_EXE_landfall"));
    let folder = own.parent().unwrap();
    let dist = folder.with_file_name("dist");
    let built = |folder: &Path| Built {
        profile: folder.file_name().unwrap().to_string_lossy().into_owned(),
        file: folder.join(own.file_name().unwrap()),
    };
    [built(folder), built(&dist)].into_iter().filter(|built| built.file.exists()).collect()
}
