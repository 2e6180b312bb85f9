//! `landfall health`: judge any Kubernetes objects, without a cluster.

use std::io::{self, Read};
use std::path::Path;

use jiff::Timestamp;
use serde_json::Value;

use crate::cli::args::Health as Asked;
use crate::cli::report::{Report, advice};
use crate::cluster::Ingest;
use crate::document;
use crate::failure::{Failure, Kind, Place, Result};
use crate::health::{Verdict, judge};
use crate::object::Object;
use crate::secret::Digest;

pub(super) fn run(asked: &Asked, report: Report) -> Result<u8> {
    let (name, text) = read(&asked.file)?;
    let ingest = Ingest::new(Digest::random());
    let given = documents(&name, &text)?;
    if given.is_empty() {
        return Err(Failure::input("there is nothing to judge")
            .at(Place::file(name))
            .hint("give Kubernetes objects: kubectl get all -o yaml | landfall health -f -"));
    }
    let mut objects = Vec::new();
    for (place, value) in given {
        take(value, &ingest, &mut objects).map_err(|failure| failure.at(place))?;
    }
    if objects.is_empty() {
        advice("the list is empty: no object was judged");
    }
    let verdicts = judge(&objects, asked.now.unwrap_or_else(Timestamp::now));
    report.verdicts(&verdicts);
    let failed = verdicts.iter().any(|(_, health)| health.verdict == Verdict::Failed);
    Ok(if failed { Kind::Failed.exit_code() } else { 0 })
}

fn read(file: &Path) -> Result<(String, String)> {
    let name = if file == Path::new("-") { "standard input".to_owned() } else { file.display().to_string() };
    let text = if file == Path::new("-") {
        let mut text = String::new();
        io::stdin().lock().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(file)
    };
    let text = text.map_err(|error| Failure::unreadable(name.as_str(), &error))?;
    Ok((name, text))
}

/// The documents of a text with their places: one JSON value after another, or YAML.
fn documents(name: &str, text: &str) -> Result<Vec<(Place, Value)>> {
    if text.trim_start().starts_with(['{', '[']) {
        let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Value>();
        let mut found = Vec::new();
        loop {
            let begun = stream.byte_offset();
            let blanks = text[begun..].len() - text[begun..].trim_start().len();
            let line = text[..begun + blanks].matches('\n').count() + 1;
            match stream.next() {
                Some(Ok(value)) => found.push((Place::new(name, line, 0), value)),
                None => return Ok(found),
                Some(Err(_)) => break, // YAML may begin with a brace too, and says better what is wrong
            }
        }
    }
    let nodes = document::read(name, text)?;
    Ok(nodes.into_iter().map(|node| (node.place(name), node.to_value())).collect())
}

/// Takes an object, or every item of a `List`, which may leave out what the list's own kind already says.
fn take(value: Value, ingest: &Ingest, objects: &mut Vec<Object>) -> Result<()> {
    if let Value::Array(items) = value {
        return items.into_iter().try_for_each(|item| take(item, ingest, objects));
    }
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (api, kind) = (text("apiVersion"), text("kind"));
    let items = match value.get("items") {
        Some(Value::Array(items)) if kind.ends_with("List") => items,
        // An empty list of some servers.
        Some(Value::Null) if kind.ends_with("List") => return Ok(()),
        Some(_) | None => {
            objects.push(ingest.object(value)?);
            return Ok(());
        }
    };
    for item in items {
        let mut item = item.clone();
        if let Some(map) = item.as_object_mut().filter(|_| kind != "List") {
            map.entry("apiVersion").or_insert_with(|| api.clone().into());
            map.entry("kind").or_insert_with(|| kind.strip_suffix("List").unwrap_or(&kind).into());
        }
        take(item, ingest, objects)?;
    }
    Ok(())
}
