//! landfall: arguments in, exit code out.

use std::process::ExitCode;

use clap::Parser;
use landfall::cli::{self, Args, Cluster, Door};
use landfall::demo::{Demo, Options, Scenario};
use landfall::failure::{Failure, Kind, Result};
use landfall::system::Web;

/// How fast the demo cluster goes when nobody watches it at its believable pace.
const HURRY: f64 = 0.02;

fn main() -> ExitCode {
    let args = Args::parse();
    let output = args.output();
    #[cfg(panic = "abort")]
    ends_in_order(output);
    let done = landfall::secret::harden().and_then(|()| cli::journal()).and_then(|()| {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.map_err(|error| {
            Failure::new(Kind::Failed, "the program cannot start its workers").because(error.to_string())
        })?;
        let done = runtime.block_on(run(args));
        runtime.shutdown_background();
        done
    });
    ExitCode::from(done.unwrap_or_else(|failure| {
        cli::complain(&failure, output);
        failure.kind.exit_code()
    }))
}

/// Where nothing is unwound a panic ends the program at once: it does so with the same words and code as elsewhere.
#[cfg(panic = "abort")]
#[expect(clippy::exit, reason = "there is nobody to return to")]
fn ends_in_order(output: cli::Output) {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        before(info);
        let failure = Failure::broken();
        cli::complain(&failure, output);
        std::process::exit(i32::from(failure.kind.exit_code()));
    }));
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
    let folder =
        demo.is_some().then(tempfile::tempdir).transpose().map_err(|error| {
            Failure::new(Kind::Failed, "no temporary folder can be made").because(error.to_string())
        })?;
    let given = demo.as_ref().zip(folder.as_ref()).map(|(demo, folder)| Cluster {
        client: demo.client(),
        context: Demo::CONTEXT,
        server: Demo::SERVER,
        web: Web::over(demo.web()),
        folder: folder.path().to_owned(),
    });
    match args.door() {
        Door::Reports => Box::pin(cli::run(args, given)).await,
        Door::Screen => screen(&args, given).await,
    }
}

#[cfg(feature = "tui")]
async fn screen(args: &Args, given: Option<Cluster>) -> Result<u8> {
    let session = cli::begin(args, given).await?;
    let options = landfall::tui::Options {
        ascii: args.ascii(),
        mouse: args.mouse(),
        keys: cli::own_settings("keys.yaml")?,
        theme: cli::own_settings("theme.yaml")?,
        ..Default::default()
    };
    landfall::tui::run(session, options).await
}

#[cfg(not(feature = "tui"))]
async fn screen(_: &Args, _: Option<Cluster>) -> Result<u8> {
    Err(Failure::input("this landfall was built without its screens").hint("see the verbs: landfall --help"))
}
