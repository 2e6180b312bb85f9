//! landfall: arguments in, exit code out.

use std::process::ExitCode;

use clap::Parser;
use landfall::cli::{self, Args, Cluster, Door};
use landfall::demo::{Demo, Options, Scenario};
use landfall::failure::{Failure, Kind, Result};

/// How fast the demo cluster goes when nobody watches it at its believable pace.
const HURRY: f64 = 0.02;

fn main() -> ExitCode {
    let args = Args::parse();
    let done = landfall::secret::harden().and_then(|()| {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.map_err(|error| {
            Failure::new(Kind::Failed, "the program cannot start its workers").because(error.to_string())
        })?;
        let done = runtime.block_on(run(args));
        runtime.shutdown_background();
        done
    });
    ExitCode::from(done.unwrap_or_else(|failure| {
        cli::complain(&failure);
        failure.kind.exit_code()
    }))
}

/// Chooses the cluster and the door.
async fn run(args: Args) -> Result<u8> {
    let demo = match args.demo() {
        Some(name) => {
            let scenario: Scenario = name.parse()?;
            Some(Demo::start(Options { scenario, pace: if args.hurries() { HURRY } else { 1.0 } }))
        }
        None => None,
    };
    let folder = demo.is_some().then(temporary).transpose()?;
    let given = demo.as_ref().zip(folder.as_ref()).map(|(demo, folder)| Cluster {
        client: demo.client(),
        context: Demo::CONTEXT,
        server: Demo::SERVER,
        folder: folder.path().to_owned(),
    });
    match args.door() {
        Door::Reports => cli::run(args, given).await,
        Door::Screen => screen(&args, given).await,
    }
}
