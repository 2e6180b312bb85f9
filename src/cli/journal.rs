//! The log file of this machine, for whoever looks for a fault: only where `LANDFALL_LOG` asks for it.
//!
//! What a cluster says is never written as a whole: the client library logs bodies that it cannot read, so its own words
//! about bodies are left out whatever the filter says.

use std::fs::OpenOptions;
use std::sync::Mutex;

use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::failure::{Failure, Kind, Result};

/// Targets that may quote a response.
const QUIET: [(&str, LevelFilter); 2] = [("kube_client::client", LevelFilter::OFF), ("kube_client", LevelFilter::INFO)];

/// Begins the log, if `LANDFALL_LOG` holds a filter such as `info` or `landfall=debug`; the file has mode 0600.
///
/// # Errors
/// The filter is none, or the file cannot be written.
pub fn journal() -> Result<()> {
    let Some(filter) = std::env::var("LANDFALL_LOG").ok().filter(|filter| !filter.is_empty()) else { return Ok(()) };
    let wrong = || {
        Failure::input("LANDFALL_LOG is not a filter for the log")
            .hint("set it to error, warn, info, debug or landfall=debug, or unset it")
    };
    let filter = filter.parse::<Targets>().map_err(|_| wrong())?.with_targets(QUIET);
    let folder = super::setup::state_folder()?;
    let path = folder.join("landfall.log");
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = std::fs::create_dir_all(&folder).and_then(|()| options.open(&path)).map_err(|error| {
        Failure::new(Kind::Failed, format!("the log cannot be written to {}", path.display()))
            .because(error.to_string())
    })?;
    // A second start in one process keeps the first log.
    let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(Mutex::new(file)).with_filter(filter);
    let _ = tracing_subscriber::registry().with(lines).try_init();
    Ok(())
}
