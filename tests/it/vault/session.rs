//! A private session bus with a keyring service in some state, and the test itself run once more inside it.
//!
//! Which bus a program uses is part of its process environment, which cannot be changed from within.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use zbus::blocking::connection::Builder;
use zbus::blocking::fdo::DBusProxy;
use zbus::zvariant::ObjectPath;

/// Set inside a session; names the file that proves the test ran there.
const INSIDE: &str = "LANDFALL_TEST_INSIDE";

/// The name of whoever asks on the desktop.
pub(super) const PROMPTER: &str = "org.gnome.keyring.SystemPrompter";

/// The name of the service on the bus.
const SERVICE: &str = "org.freedesktop.secrets";

/// What a session's keyring is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// No bus at all.
    NoBus,
    /// A bus, but no service.
    NoService,
    /// A service without a keyring in it.
    NoCollection,
    /// A keyring that is locked.
    Locked,
    /// A keyring that can be used.
    Ready,
    /// A keyring that is locked, and a desktop on which nobody answers its question.
    LockedOnDesktop,
    /// A service that is started by the bus and never comes up.
    NeverUp,
    /// The real daemon, which never comes up where its home is broken; the bus waits 120 s for it.
    BrokenHome,
    /// A service that is up and never answers.
    Silent,
}

/// A vault that hangs would hold a test for 120 s, or for ever; a busy machine only slows it.
const LONGEST: Duration = Duration::from_secs(100);

/// Runs the rest of a test inside such a session; `name` is the test's own full name.
pub(crate) fn within(stage: Stage, name: &str, inside: impl FnOnce()) {
    within_time(stage, name, LONGEST, inside);
}

/// As [`within`], for a test that may take this long.
pub(crate) fn within_time(stage: Stage, name: &str, longest: Duration, inside: impl FnOnce()) {
    if let Some(proof) = std::env::var_os(INSIDE) {
        inside();
        return fs::write(proof, "").unwrap();
    }
    let home = tempfile::tempdir().unwrap();
    let proof = home.path().join("proof");
    let bus = (stage != Stage::NoBus).then(|| Daemon::bus(&home, stage));
    let address = bus.as_ref().map_or_else(|| "unix:path=/nowhere/bus".to_owned(), |(_, address)| address.clone());
    let _service = service(stage, &home, &address);

    let begun = Instant::now();
    let mut test = Command::new(std::env::current_exe().unwrap());
    test.args(["--exact", name]).env(INSIDE, &proof).env("LANDFALL_CREDENTIAL_DEV_F", "in the environment");
    let output = in_session(&mut test, home.path(), &address).stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && proof.exists(), "inside {stage:?}: {said}");
    assert!(begun.elapsed() < longest, "{stage:?} kept the program from ending: {:?}", begun.elapsed());
}

/// Runs a program that may be missing, and says where to get it.
pub(super) fn run(program: &str, arguments: &[&str]) -> Output {
    Command::new(program).args(arguments).output().unwrap_or_else(|error| missing(program, &error))
}

fn missing(program: &str, error: &std::io::Error) -> ! {
    panic!(
        "{program} cannot be run ({error}); on Debian: apt-get install dbus dbus-bin gnome-keyring gcr libsecret-tools xvfb"
    )
}

fn in_session<'a>(command: &'a mut Command, home: &Path, address: &str) -> &'a mut Command {
    for (variable, folder) in [("XDG_DATA_HOME", "data"), ("XDG_CACHE_HOME", "cache"), ("XDG_RUNTIME_DIR", "run")] {
        command.env(variable, home.join(folder));
    }
    command
        .env("HOME", home)
        .env("DBUS_SESSION_BUS_ADDRESS", address)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
}

/// A program that ends with the test.
struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Daemon {
    fn start(command: &mut Command) -> Self {
        let program = command.get_program().to_string_lossy().into_owned();
        let child = command.stderr(Stdio::null()).spawn();
        Self(child.unwrap_or_else(|error| missing(&program, &error)))
    }

    /// A bus of our own, and its address.
    fn bus(home: &TempDir, stage: Stage) -> (Self, String) {
        for folder in ["data", "cache", "run", "services"] {
            fs::create_dir(home.path().join(folder)).unwrap();
        }
        let offer = |name: &str, exec: &str| {
            let service = format!("[D-BUS Service]\nName={name}\nExec={exec}\n");
            fs::write(home.path().join(format!("services/{name}.service")), service).unwrap();
        };
        match stage {
            Stage::NeverUp => offer(SERVICE, "/bin/sleep 20"),
            Stage::BrokenHome => {
                offer(SERVICE, "/usr/bin/gnome-keyring-daemon --start --foreground --components=secrets");
            }
            Stage::LockedOnDesktop => offer(PROMPTER, "/usr/libexec/gcr-prompter"),
            Stage::NoBus | Stage::NoService | Stage::NoCollection | Stage::Locked | Stage::Ready | Stage::Silent => {}
        }
        let config = home.path().join("bus.conf");
        let text = include_str!("../../fixtures/vault/bus.conf");
        fs::write(&config, text.replace("HOME", &home.path().to_string_lossy())).unwrap();
        let mut command = Command::new("dbus-daemon");
        command.arg("--config-file").arg(&config).args(["--nofork", "--nopidfile", "--print-address"]);
        if stage == Stage::BrokenHome {
            command.env("HOME", "/proc/nowhere").env("XDG_RUNTIME_DIR", "/proc/nowhere");
        }
        let mut daemon = Self::start(command.stdout(Stdio::piped()));
        let mut address = String::new();
        BufReader::new(daemon.0.stdout.take().unwrap()).read_line(&mut address).unwrap();
        (daemon, address.trim().to_owned())
    }
}

/// What answers, or does not, under the service's name.
enum Service {
    None,
    Keyring { _daemon: Daemon, _desktop: Option<Daemon> },
    Silent { _bus: zbus::blocking::Connection },
}

fn service(stage: Stage, home: &TempDir, address: &str) -> Service {
    match stage {
        Stage::NoBus | Stage::NoService | Stage::NeverUp | Stage::BrokenHome => Service::None,
        Stage::Silent => {
            let bus = Builder::address(address).unwrap().name(SERVICE).unwrap().build().unwrap();
            Service::Silent { _bus: bus }
        }
        Stage::NoCollection | Stage::Locked | Stage::LockedOnDesktop | Stage::Ready => {
            let desktop = (stage == Stage::LockedOnDesktop).then(|| desktop(address));
            let mut command = Command::new("gnome-keyring-daemon");
            command.args(["--foreground", "--components=secrets"]).stdin(Stdio::piped()).stdout(Stdio::null());
            if stage != Stage::NoCollection {
                command.arg("--unlock");
            }
            let mut daemon = Daemon::start(in_session(&mut command, home.path(), address));
            daemon.0.stdin.take().unwrap().write_all(b"only for tests").unwrap();
            wait_for_service(address);
            if matches!(stage, Stage::Locked | Stage::LockedOnDesktop) {
                lock(address);
            }
            Service::Keyring { _daemon: daemon, _desktop: desktop }
        }
    }
}

fn wait_for_service(address: &str) {
    let bus = Builder::address(address).unwrap().build().unwrap();
    let names = DBusProxy::new(&bus).unwrap();
    let begun = Instant::now();
    while !names.name_has_owner(SERVICE.try_into().unwrap()).unwrap() {
        assert!(begun.elapsed() < Duration::from_secs(5), "gnome-keyring-daemon does not come up");
        #[expect(clippy::disallowed_methods, reason = "a test's own thread waits for a daemon")]
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A desktop that nobody looks at, known to all that the bus starts.
fn desktop(address: &str) -> Daemon {
    let mut command = Command::new("Xvfb");
    command.args(["-displayfd", "1", "-screen", "0", "640x480x8", "-nolisten", "tcp"]);
    let mut screen = Daemon::start(command.stdout(Stdio::piped()));
    let mut number = String::new();
    BufReader::new(screen.0.stdout.take().unwrap()).read_line(&mut number).unwrap();
    let display = format!(":{}", number.trim());
    let bus = Builder::address(address).unwrap().build().unwrap();
    let names = DBusProxy::new(&bus).unwrap();
    names.update_activation_environment([("DISPLAY", display.as_str())].into()).unwrap();
    screen
}

/// Whether somebody has a name on the bus of this session.
pub(super) fn is_taken(name: &str) -> bool {
    let bus = zbus::blocking::Connection::session().unwrap();
    DBusProxy::new(&bus).unwrap().name_has_owner(name.try_into().unwrap()).unwrap()
}

fn lock(address: &str) {
    let bus = Builder::address(address).unwrap().build().unwrap();
    let login = ObjectPath::try_from("/org/freedesktop/secrets/collection/login").unwrap();
    let interface = Some("org.freedesktop.Secret.Service");
    bus.call_method(Some(SERVICE), "/org/freedesktop/secrets", interface, "Lock", &(vec![login],)).unwrap();
}
