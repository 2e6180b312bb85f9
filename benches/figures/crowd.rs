//! 5,000 pods: what watching them holds in memory, and how soon a key is answered meanwhile.

use std::fs;
use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;

use crate::binary;
use crate::load::Load;
use crate::plane::Plane;
use crate::process::run;
use crate::pty::Pty;
use crate::rival::{Place, Tool};
use crate::table::{Bar, Table};

/// How many pods one Deployment has.
const REPLACED: usize = 500;

/// Brings ten Deployments up with landfall, makes them grow, and opens the screens on them.
pub(crate) fn watch(table: &mut Table, plane: &Plane, landfall: &std::path::Path) {
    let load = Load::Crowd;
    let (kubeconfig, server) = plane.kubeconfig_at(plane.address().port());
    let here = Place { plane, landfall, folder: plane.path("crowd"), kubeconfig };
    fs::create_dir_all(&here.folder).unwrap();
    load.project(&here.folder, &server, &[(Tool::Landfall, "crowd".to_owned())], 30_300);
    run(&mut here.kubectl(&["create", "namespace", "crowd"]), &[0]);
    run(&mut here.landfall("crowd", &["apply", "crowd", "--yes"]), &[0]);
    let grow = ["scale", "deployment", "--all", "--replicas", "500", "-n", "crowd"];
    run(&mut here.kubectl(&grow), &[0]);
    run(&mut here.kubectl(&["rollout", "status", "deployment", "-n", "crowd", "--timeout", "10m"]), &[0]);

    let mut pty = Pty::run(here.on_screen("crowd"));
    pty.until_shown("crowd");
    pty.press("w");
    pty.until_shown("many-0");
    pty.listen(Duration::from_secs(5));
    let took = binary::help(&mut pty);
    let what = format!("{} watched: key → frame, pty", load.words());
    table.row(what, took.tail("ms"), Bar::under(took.percent(99), 16.0, "ms"));
    // One in ten pods is made anew.
    run(&mut here.kubectl(&["rollout", "restart", "deployment/many-0", "-n", "crowd"]), &[0]);
    let took = binary::help(&mut pty);
    let what = format!("{} watched, {REPLACED} of them being replaced: key → frame, pty", load.words());
    table.row(what, took.tail("ms"), Bar::under(took.percent(99), 16.0, "ms"));
    run(&mut here.kubectl(&["rollout", "status", "deployment/many-0", "-n", "crowd", "--timeout", "5m"]), &[0]);
    let done = Instant::now();
    let late = pty.until_shown("5000 of 5000 pods ready").saturating_duration_since(done).as_secs_f64() * 1e3;
    let what = format!("{} watched, {REPLACED} of them replaced: kubectl says so → the screen does, pty", load.words());
    table.row(what, format!("{late:.0} ms"), Bar::under(late, 1000.0, "ms"));
    let peak = pty.peak();
    // The same processor, the same work of others, and a screen on which next to nothing happens.
    let mut quiet = Pty::start(landfall, &["demo"]);
    quiet.until_shown("30500");
    run(&mut here.kubectl(&["rollout", "restart", "deployment/many-1", "-n", "crowd"]), &[0]);
    let took = binary::help(&mut quiet);
    let what = format!("beside it, while {REPLACED} others are replaced: key → frame of the demo, pty");
    table.row(what, took.tail("ms"), Bar::None);
    let what = format!("{} watched: peak memory", load.words());
    table.row(what, format!("{peak:.1} MB"), Bar::under(peak, 40.0, "MB"));
}

impl Place<'_> {
    /// The screens, with the same environment as other commands.
    fn on_screen(&self, name: &str) -> CommandBuilder {
        let command = self.landfall(name, &[]);
        let mut screen = CommandBuilder::new(command.get_program());
        screen.env_clear();
        for (name, value) in command.get_envs() {
            screen.env(name, value.unwrap_or_default());
        }
        screen.cwd(&self.folder);
        screen
    }
}
