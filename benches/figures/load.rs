//! What is brought up beside the others: one set of objects, as landfall's environment, as a file and as a chart.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::rival::Tool;

/// A set of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Load {
    /// The objects of one mlflow environment.
    Environment,
    /// 200 ConfigMaps.
    ConfigMaps,
    /// 30 Deployments of 3 pods each.
    Deployments,
    /// 10 Deployments, to be scaled to 500 pods each.
    Crowd,
}

impl Load {
    pub(crate) const COMPARED: [Self; 3] = [Self::Environment, Self::ConfigMaps, Self::Deployments];

    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Environment => "one mlflow environment",
            Self::ConfigMaps => "200 ConfigMaps",
            Self::Deployments => "30 Deployments × 3 pods",
            Self::Crowd => "5,000 pods",
        }
    }

    /// How many pods become ready.
    pub(crate) fn pods(self) -> usize {
        match self {
            Self::Environment => 1,
            Self::ConfigMaps => 0,
            Self::Deployments => 90,
            Self::Crowd => 5_000,
        }
    }

    /// How many Deployments have those pods.
    pub(crate) fn deployments(self) -> usize {
        match self {
            Self::Environment => 1,
            Self::ConfigMaps => 0,
            Self::Deployments => 30,
            Self::Crowd => 10,
        }
    }

    /// Writes a project with environments of those names, each in the namespace of its name; node ports begin at one.
    pub(crate) fn project(self, folder: &Path, server: &str, names: &[(Tool, String)], port: usize) {
        let (module, values) = match self {
            Self::Environment => ("mlflow", "{access: {hosts: [10.0.0.5]}}"),
            Self::ConfigMaps | Self::Deployments | Self::Crowd => ("./many", "{}"),
        };
        let mut text = format!("version: 1\nid: bench-test\nmodule: {module}\nvalues: {values}\nenvironments:\n");
        for (number, (_, name)) in names.iter().enumerate() {
            let own = match self {
                Self::Environment => format!("{{port_external: {}}}", port + number),
                Self::ConfigMaps | Self::Deployments | Self::Crowd => "{}".to_owned(),
            };
            let at = format!("context: control-plane, server: \"{server}\", namespace: {name}");
            let _ = writeln!(text, "  {name}: {{{at}, values: {own}}}");
        }
        put(folder, "landfall.yaml", &text);
        if let Some(template) = self.template() {
            let module = "name: many\ntitle: Many\ndescription: Many alike.\nversion: \"1\"\nnamespace: default\n";
            put(folder, "many/module.yaml", module);
            put(
                folder,
                "many/values.schema.json",
                r#"{"type": "object", "additionalProperties": false,
                    "properties": {"word": {"type": "string", "title": "Word", "default": "first"}}}"#,
            );
            put(folder, "many/templates/many.yaml", &template);
        }
    }

    fn template(self) -> Option<String> {
        let deployments = |count: usize, replicas: usize| {
            format!(
                "x-for: number in range({count})\napiVersion: apps/v1\nkind: Deployment\n\
                 metadata: {{name: \"many-{{{{ number }}}}\"}}\n\
                 spec:\n  replicas: {replicas}\n  \
                 selector: {{matchLabels: {{app: \"many-{{{{ number }}}}\"}}}}\n  template:\n    \
                 metadata: {{labels: {{app: \"many-{{{{ number }}}}\"}}, annotations: {{word: \"{{{{ values.word }}}}\"}}}}\n    \
                 spec: {{containers: [{{name: main, image: \"registry.example/main:1\"}}]}}\n"
            )
        };
        match self {
            Self::Environment => None,
            Self::ConfigMaps => Some(
                "x-for: number in range(200)\napiVersion: v1\nkind: ConfigMap\n\
                 metadata: {name: \"many-{{ number }}\"}\ndata: {word: \"{{ values.word }}\"}\n"
                    .to_owned(),
            ),
            Self::Deployments => Some(deployments(30, 3)),
            Self::Crowd => Some(deployments(10, 1)),
        }
    }
}

/// The objects that `landfall render -o json` gives, for the others: a file for kubectl, and a chart. Masked values become
/// something as good.
pub(crate) fn hand_over(folder: &Path, rendered: &str) -> (PathBuf, PathBuf) {
    let mut objects: Vec<Value> = serde_json::from_str(rendered).unwrap();
    for object in &mut objects {
        if object["kind"] == "Secret" {
            for (key, value) in object["data"].as_object_mut().unwrap() {
                // `{}` and `opaque-value-16`.
                *value = json!(if key == ".dockerconfigjson" { "e30=" } else { "b3BhcXVlLXZhbHVlLTE2" });
            }
        }
    }
    let list = json!({"apiVersion": "v1", "kind": "List", "items": &objects});
    put(folder, "objects.json", &list.to_string());
    put(folder, "chart/Chart.yaml", "apiVersion: v2\nname: many\nversion: 1.0.0\n");
    // Helm makes the namespace itself: its own records lie there.
    for (number, object) in objects.iter().filter(|object| object["kind"] != "Namespace").enumerate() {
        put(folder, &format!("chart/templates/{number}.yaml"), &object.to_string().replace("{{", "{{\"{{\"}}"));
    }
    (folder.join("objects.json"), folder.join("chart"))
}

fn put(folder: &Path, name: &str, text: &str) {
    let file = folder.join(name);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}
