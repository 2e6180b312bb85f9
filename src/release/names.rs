//! The names a release goes by in the cluster.

use crate::object::{Key, Object};

/// The annotation by which changed configuration restarts the pods that read it.
pub const CONFIG: &str = "landfall.dev/config";

/// The field manager of what environments share.
pub const SHARED_MANAGER: &str = "landfall:shared";

/// One environment of one project, as the cluster knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The project's id.
    pub project: String,
    /// The environment.
    pub environment: String,
    /// The namespace its record lies in.
    pub namespace: String,
}

impl Release {
    /// The field manager of its own objects.
    pub fn manager(&self) -> String {
        format!("landfall:{}/{}", self.project, self.environment)
    }

    /// The label by which it is entered among the users of a shared object.
    pub fn user_label(&self) -> String {
        format!("users.landfall.dev/{}.{}", self.project, self.environment)
    }

    /// The other environments of the same project that are entered among the users of a shared object.
    pub fn other_users(&self, object: &Object) -> Vec<String> {
        let prefix = format!("users.landfall.dev/{}.", self.project);
        let labels = object.at("/metadata/labels").and_then(serde_json::Value::as_object);
        let names = labels.into_iter().flatten().filter_map(|(name, _)| name.strip_prefix(&prefix));
        names.filter(|name| *name != self.environment).map(str::to_owned).collect()
    }

    /// The labels of its own objects.
    pub fn labels(&self) -> [(&'static str, &str); 2] {
        [("landfall.dev/project", &self.project), ("landfall.dev/environment", &self.environment)]
    }

    /// Its state record.
    pub fn record(&self) -> Key {
        let name = format!("landfall.{}.{}", self.project, self.environment);
        Key::new("v1", "Secret", Some(&self.namespace), &name)
    }
}
