//! Where a module's files come from: the program itself, or a folder.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use crate::failure::{Failure, Place, Result};

/// The modules that ship with the program, file by file.
const BUILT_IN: &[(&str, &[(&str, &str)])] = &[(
    "mlflow",
    &[
        ("module.yaml", include_str!("../../assets/modules/mlflow/module.yaml")),
        ("values.schema.json", include_str!("../../assets/modules/mlflow/values.schema.json")),
        ("credentials.schema.json", include_str!("../../assets/modules/mlflow/credentials.schema.json")),
        ("checks.yaml", include_str!("../../assets/modules/mlflow/checks.yaml")),
        ("files/basic_auth.ini", include_str!("../../assets/modules/mlflow/files/basic_auth.ini")),
        ("files/init.py", include_str!("../../assets/modules/mlflow/files/init.py")),
        ("files/logging.yaml", include_str!("../../assets/modules/mlflow/files/logging.yaml")),
        ("files/probe.py", include_str!("../../assets/modules/mlflow/files/probe.py")),
        ("probes/inside.yaml", include_str!("../../assets/modules/mlflow/probes/inside.yaml")),
        ("probes/node.yaml", include_str!("../../assets/modules/mlflow/probes/node.yaml")),
        ("probes/setup.yaml", include_str!("../../assets/modules/mlflow/probes/setup.yaml")),
        ("templates/config.yaml", include_str!("../../assets/modules/mlflow/templates/config.yaml")),
        ("templates/deployment.yaml", include_str!("../../assets/modules/mlflow/templates/deployment.yaml")),
        ("templates/namespace.yaml", include_str!("../../assets/modules/mlflow/templates/namespace.yaml")),
        ("templates/secrets.yaml", include_str!("../../assets/modules/mlflow/templates/secrets.yaml")),
        ("templates/service.yaml", include_str!("../../assets/modules/mlflow/templates/service.yaml")),
    ],
)];

/// The files of a module by their path inside it.
#[derive(Debug)]
pub(super) struct Source {
    /// What stands before a path in messages.
    base: String,
    files: BTreeMap<String, String>,
}

impl Source {
    /// The files of a built-in module, or of a folder (relative paths start at `folder`).
    pub(super) fn open(reference: &str, folder: &Path) -> Result<Self> {
        if let Some((name, files)) = BUILT_IN.iter().find(|(name, _)| *name == reference) {
            let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
            return Ok(Self { base: format!("modules/{name}"), files });
        }
        let root = folder.join(reference);
        if !root.join("module.yaml").is_file() {
            let names: Vec<_> = BUILT_IN.iter().map(|(name, _)| *name).collect();
            return Err(Failure::input(format!("there is no module {reference:?}"))
                .because(format!("{} holds no module.yaml", root.display()))
                .hint(format!("name one that ships with landfall ({}), or the folder of one", names.join(", "))));
        }
        let mut files = BTreeMap::new();
        gather(&root, "", &mut files)?;
        Ok(Self { base: root.strip_prefix("./").unwrap_or(&root).display().to_string(), files })
    }

    /// The text of a file of the module.
    pub(super) fn get(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// The text of a file that every module has.
    pub(super) fn need(&self, path: &str) -> Result<&str> {
        self.get(path)
            .ok_or_else(|| Failure::input(format!("this module has no {path}")).at(Place::file(self.shown(path))))
    }

    /// A path as messages show it.
    pub(super) fn shown(&self, path: &str) -> String {
        format!("{}/{path}", self.base)
    }

    /// The files below a folder of the module, in the order of their names.
    pub(super) fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files.iter().filter(move |(path, _)| path.starts_with(folder)).map(|(path, text)| (&**path, &**text))
    }
}

/// Reads the files a module consists of; whatever else lies in its folder is left alone.
fn gather(root: &Path, inside: &str, files: &mut BTreeMap<String, String>) -> Result<()> {
    let folder = root.join(inside);
    let listing = std::fs::read_dir(&folder).map_err(|error| unreadable(&folder, &error))?;
    for entry in listing {
        let path = entry.map_err(|error| unreadable(&folder, &error))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let within = if inside.is_empty() { name.to_owned() } else { format!("{inside}/{name}") };
        if path.is_dir() {
            if !inside.is_empty() || ["templates", "files", "probes"].contains(&name) {
                gather(root, &within, files)?;
            }
        } else if !name.starts_with('.') {
            let ours = !inside.is_empty() || [".yaml", ".json"].iter().any(|ending| name.ends_with(ending));
            if ours {
                files.insert(within, std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?);
            }
        }
    }
    Ok(())
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let why = match error.kind() {
        io::ErrorKind::PermissionDenied => "you may not read it",
        io::ErrorKind::InvalidData => "it is not UTF-8 text",
        _ => "the system does not hand it out",
    };
    Failure::input("this file of a module cannot be read").at(Place::file(path.display().to_string())).because(why)
}
