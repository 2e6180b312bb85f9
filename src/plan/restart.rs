//! Which pods would restart, and why.

use serde_json::Value;

use super::change::{Action, Change, Restart};
use super::compare::Difference;
use crate::object::{Object, Path, Step};

/// The annotation by which a changed ConfigMap or Secret restarts the pods that read it.
const CONFIG: &str = "landfall.dev/config";

/// Whether a workload's pods restart by these differences, and why, as names.
pub(super) fn reasons(differences: &[Difference]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for difference in differences.iter().filter(|difference| in_template(&difference.path)) {
        let name = reason(&difference.path);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn in_template(path: &Path) -> bool {
    let field = |at: usize, name: &str| matches!(path.0.get(at), Some(Step::Field(found)) if found == name);
    field(0, "spec") && field(1, "template")
}

/// `image` for a container's image, the variable's name for its environment, else the field itself.
fn reason(path: &Path) -> String {
    let steps = &path.0;
    if path.leaf() == CONFIG {
        return CONFIG.to_owned();
    }
    let env = steps.iter().position(|step| matches!(step, Step::Field(name) if name == "env"));
    if let Some(Step::Named(name)) = env.and_then(|at| steps.get(at + 1)) {
        return name.clone();
    }
    path.leaf()
}

/// The restart of a workload, with the names of the keys that changed in what its pods read.
pub(super) fn restart(object: &Object, reasons: Vec<String>, pods: i64, changes: &[Change]) -> Restart {
    let mut because: Vec<String> = Vec::new();
    for reason in reasons {
        if reason == CONFIG {
            let keys = changed_keys(object, changes);
            because.extend(if keys.is_empty() { vec!["its configuration".to_owned()] } else { keys });
        } else {
            because.push(reason);
        }
    }
    Restart {
        workload: object.key().clone(),
        pods,
        because,
        downtime: object.text("/spec/strategy/type") == Some("Recreate"),
    }
}

fn changed_keys(object: &Object, changes: &[Change]) -> Vec<String> {
    let template = object.at("/spec/template").map(Value::to_string).unwrap_or_default();
    changes
        .iter()
        .filter(|change| matches!(change.key.kind.as_str(), "ConfigMap" | "Secret"))
        .filter(|change| matches!(change.action, Action::Update | Action::Replace | Action::Create))
        .filter(|change| template.contains(&format!("\"{}\"", change.key.name)))
        .flat_map(|change| change.fields.iter().map(|field| key_of(&field.path)))
        .fold(Vec::new(), |mut keys, key| {
            if !keys.contains(&key) {
                keys.push(key);
            }
            keys
        })
}

/// The key inside a field's path: `data.LEVEL` and `data[init.py] line 3` become `LEVEL` and `init.py`.
fn key_of(path: &str) -> String {
    let bare = path.split(" line ").next().unwrap_or(path);
    let bare = bare.strip_prefix("data").or_else(|| bare.strip_prefix("stringData")).unwrap_or(bare);
    bare.trim_matches(['.', '[', ']']).to_owned()
}
