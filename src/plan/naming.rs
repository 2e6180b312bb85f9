//! What people call a field.

use serde_json::Value;

use super::compare::Difference;
use crate::object::{Path, Step};

/// The annotation by which a changed ConfigMap or Secret restarts the pods that read it.
pub(super) const CONFIG: &str = "landfall.dev/config";

/// The part of a path inside a pod template, if it leads into one of the object's own or of the Jobs it makes.
pub(super) fn in_template(path: &Path) -> Option<&[Step]> {
    let under = |names: &[&str]| {
        let fits = path.0.iter().zip(names).all(|(step, name)| matches!(step, Step::Field(field) if field == name));
        path.0.get(names.len()..).filter(|_| fits)
    };
    under(&["spec", "template"]).or_else(|| under(&["spec", "jobTemplate", "spec", "template"]))
}

/// The key of a ConfigMap or Secret that a path leads to.
pub(super) fn data_key(path: &Path) -> Option<&str> {
    match path.0.as_slice() {
        [Step::Field(field), Step::Field(key), ..]
            if ["data", "binaryData", "stringData"].contains(&field.as_str()) =>
        {
            Some(key)
        }
        _ => None,
    }
}

/// What people call the field: `image`, a variable's name, `container sidecar`, `replicas`. Several where a whole list of
/// variables comes or goes.
pub(super) fn called(difference: &Difference) -> Vec<String> {
    let whole = in_template(&difference.path).unwrap_or(&difference.path.0);
    let steps: Vec<String> = whole.iter().map(text).collect();
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    let name = match steps.as_slice() {
        ["data" | "binaryData" | "stringData", key, ..] => (*key).to_owned(),
        ["metadata", "annotations", CONFIG] => CONFIG.to_owned(),
        ["spec", "containers" | "initContainers", name] => format!("container {name}"),
        ["spec", "containers" | "initContainers", _, "env"] => return variables(difference),
        ["spec", "containers" | "initContainers", _, "env", name, ..] => (*name).to_owned(),
        ["spec", "volumes", name, ..] => format!("volume {name}"),
        ["spec", "containers" | "initContainers", _, "resources", .., field]
        | ["spec", "containers" | "initContainers" | "ports", _, field, ..]
        | ["metadata" | "spec", field, ..]
        | [field, ..] => (*field).to_owned(),
        [] => difference.path.leaf(),
    };
    vec![name]
}

fn text(step: &Step) -> String {
    match step {
        Step::Field(name) | Step::Named(name) => name.clone(),
        Step::Index(at) => at.to_string(),
    }
}

/// The variables of a list that comes or goes; of a list in another order, only that.
fn variables(difference: &Difference) -> Vec<String> {
    match (&difference.before, &difference.after) {
        (None, Some(Value::Array(items))) | (Some(Value::Array(items)), None) => {
            items.iter().filter_map(|item| item.get("name")?.as_str().map(str::to_owned)).collect()
        }
        _ => vec!["the order of variables".to_owned()],
    }
}
