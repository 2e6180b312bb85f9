//! `landfall health`: judge any Kubernetes objects, without a cluster.

use std::io::{self, Read};
use std::path::Path;

use jiff::Timestamp;
use serde_json::Value;

use crate::cli::args::Health as Asked;
use crate::cli::report::Report;
use crate::cluster::Ingest;
use crate::document;
use crate::failure::{Failure, Kind, Place, Result};
use crate::health::{Verdict, judge};
use crate::object::Object;
use crate::secret::Digest;

pub(super) fn run(asked: &Asked, report: Report) -> Result<u8> {
    let (name, text) = read(&asked.file)?;
    let ingest = Ingest::new(Digest::random());
    let mut objects = Vec::new();
    for node in document::read(&name, &text)? {
        let place = node.place(&name);
        take(node.to_value(), &ingest, &mut objects).map_err(|failure| failure.at(place))?;
    }
    let verdicts = judge(&objects, asked.now.unwrap_or_else(Timestamp::now));
    report.verdicts(&verdicts);
    let failed = verdicts.iter().any(|(_, health)| health.verdict == Verdict::Failed);
    Ok(if failed { Kind::Failed.exit_code() } else { 0 })
}

fn read(file: &Path) -> Result<(String, String)> {
    let name = file.display().to_string();
    let text = if name == "-" {
        let mut text = String::new();
        io::stdin().lock().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(file)
    };
    let text = text.map_err(|error| {
        Failure::input("the objects cannot be read").at(Place::file(name.clone())).because(error.to_string())
    })?;
    Ok((name, text))
}

/// Takes an object, or every item of a `List`, which may leave out what the list's own kind already says.
fn take(value: Value, ingest: &Ingest, objects: &mut Vec<Object>) -> Result<()> {
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (api, kind) = (text("apiVersion"), text("kind"));
    let Some(items) = value.get("items").and_then(Value::as_array).filter(|_| kind.ends_with("List")) else {
        objects.push(ingest.object(value)?);
        return Ok(());
    };
    for item in items {
        let mut item = item.clone();
        if let Some(map) = item.as_object_mut().filter(|_| kind != "List") {
            map.entry("apiVersion").or_insert_with(|| api.clone().into());
            map.entry("kind").or_insert_with(|| kind.trim_end_matches("List").into());
        }
        take(item, ingest, objects)?;
    }
    Ok(())
}
