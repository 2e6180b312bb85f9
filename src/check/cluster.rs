//! Whether the cluster is one this program was made for.

use super::Finding;

/// Field validation in server-side apply is on by default from here on (Kubernetes 1.27, KEP-2885).
const OLDEST: u32 = 27;

/// What a version says, of the cluster behind a context.
pub fn version(version: &str, context: &str, server: &str) -> Finding {
    let place = format!("server {server}");
    match minor(version) {
        Some(minor) if minor < OLDEST => {
            Finding::warn(format!("cluster {version} is older than what landfall is tested with, context is {context}"))
                .because(place)
                .next(format!("upgrade it to 1.{OLDEST} or newer: unknown fields are not told reliably before"))
        }
        Some(_) => Finding::ok(format!("cluster {version} answers, context is {context}")).because(place),
        None => Finding::unknown(format!("the cluster answers with the version {version:?}, context is {context}"))
            .because(place),
    }
}

/// The second number of `v1.36.2`; of version 1 alone.
fn minor(version: &str) -> Option<u32> {
    let rest = version.strip_prefix("v1.")?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}
