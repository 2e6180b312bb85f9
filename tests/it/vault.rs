//! Tests of vaults, their keeper, and what is said about values.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod canary;
#[cfg(target_os = "linux")]
mod fetch;
#[cfg(target_os = "linux")]
mod file;
mod keeper;
mod policy;
#[cfg(target_os = "linux")]
mod service;
#[cfg(target_os = "linux")]
pub(crate) mod session;
mod sources;
mod typed;

use landfall::secret::{Credentials, Item, Keeper, Known, Memory, Secret, VaultKind};

/// Values that break what is put together from text.
const NASTY: [&str; 9] = [
    r#"p@ss:w/rd%41 #?&"'x"#,
    "\"}],{\\",
    "{{ credentials }} $${x} %{y}",
    "two\nlines\r\nand a tab\t",
    "  blanks around  ",
    "pässwörd-密码-🔑-\u{0301}",
    "\u{1}\u{1f}\u{7f}\u{2028}\u{feff}",
    "null",
    "--option=`x`;$(y)\\n",
];

fn dev() -> Item {
    Item { project: "mlflow-abcd".to_owned(), environment: Some("dev".to_owned()) }
}

fn shared() -> Item {
    Item { environment: None, ..dev() }
}

fn known() -> Known {
    Known {
        environments: vec!["dev".to_owned(), "stg-2".to_owned()],
        fields: ["mlflow.username", "mlflow.password", "github.token"].map(str::to_owned).to_vec(),
    }
}

fn memory() -> Keeper {
    Keeper::open(VaultKind::Memory, || Ok(Box::new(Memory::default())))
}

/// Sets one field.
fn set(name: &str, value: &str) -> Vec<(String, Option<Secret>)> {
    vec![(name.to_owned(), Some(Secret::new(value)))]
}

/// What stands in a field.
fn text(credentials: &Credentials, name: &str) -> Option<String> {
    credentials.get(name).map(|credential| clear(&credential.value))
}

fn clear(secret: &Secret) -> String {
    #[expect(clippy::disallowed_methods, reason = "tests compare made-up values")]
    secret.open(str::to_owned)
}

/// Runs something asynchronous to its end.
fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
