//! Templates into objects.

use minijinja::Value as Word;
use minijinja::value::Serde;
use serde_json::{Map, Value};

use super::load::Module;
use super::pen::{Pen, escaped};
use super::rendered::Rendered;
use super::scene::{Scene, words};
use super::seal::{Coding, Filler, Sealed};
use super::template::Template;
use crate::failure::{Failure, Result};
use crate::object::Object;
use crate::secret::Digest;

/// Kinds of Kubernetes itself that live outside namespaces (`kubectl api-resources --namespaced=false`, 1.36); a module
/// adds kinds of its own.
const CLUSTER_SCOPED: &str = "APIService CSIDriver CSINode CertificateSigningRequest ClusterRole ClusterRoleBinding \
    ClusterTrustBundle CustomResourceDefinition DeviceClass FlowSchema IPAddress IngressClass MutatingAdmissionPolicy \
    MutatingAdmissionPolicyBinding MutatingWebhookConfiguration Namespace Node PersistentVolume PriorityClass \
    PriorityLevelConfiguration ResourceSlice RuntimeClass ServiceCIDR StorageClass StorageVersionMigration \
    ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration VolumeAttachment \
    VolumeAttributesClass";

impl Module {
    /// The objects of an environment, in the order of the templates. Secrets hold fingerprints by `digest`, and their
    /// values apart.
    ///
    /// # Errors
    /// A credential that is not set, a name that is not there, an object without a name, or one that is rendered twice.
    pub fn render(&self, scene: &Scene<'_>, digest: &Digest) -> Result<Vec<Rendered>> {
        let names = self.names(scene);
        let mut objects: Vec<Rendered> = Vec::new();
        for template in &self.templates {
            for names in self.turns(template, &names)? {
                let Some(rendered) = self.one(template, &names, scene, digest)? else { continue };
                if let Some(twin) = objects.iter().find(|other| other.object.key().same(rendered.object.key())) {
                    return Err(Failure::input(format!("{} is rendered twice", rendered.object.key()))
                        .at(rendered.place)
                        .because(format!("it is also at {}", twin.place)));
                }
                objects.push(rendered);
            }
        }
        Ok(objects)
    }

    /// The names of each turn of a template: one, or one for each item of its `x-for`.
    pub(super) fn turns(&self, template: &Template, names: &Map<String, Value>) -> Result<Vec<Map<String, Value>>> {
        let Some(each) = &template.each else { return Ok(vec![names.clone()]) };
        let at = |failure: Failure| failure.at(each.place.clone());
        match self.speech.evaluate(&each.list, &words(names)).map_err(at)? {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => Ok(items
                .into_iter()
                .map(|item| {
                    let mut names = names.clone();
                    names.insert(each.name.clone(), item);
                    names
                })
                .collect()),
            Some(_) => Err(at(Failure::input(format!("`{}` is not a list", each.list)))),
        }
    }

    /// One object of a template, with these names; none where its `x-when` says so.
    pub(super) fn one(
        &self,
        template: &Template,
        names: &Map<String, Value>,
        scene: &Scene<'_>,
        digest: &Digest,
    ) -> Result<Option<Rendered>> {
        let mut pen = Pen::new(&self.speech, &template.file, words(names));
        if let Some((code, place)) = &template.when {
            let said = pen.speech.evaluate(code, &pen.names).map_err(|failure| failure.at(place.clone()))?;
            if !said.is_some_and(|value| Word::from(Serde(value)).is_true()) {
                return Ok(None);
            }
        }
        let place = template.node.place(&template.file);
        let mut sealed = Sealed::default();
        let mut value = Map::new();
        for entry in template.node.entries().unwrap_or_default() {
            if template.sealed && Coding::of(&entry.key).is_some() {
                continue;
            }
            if let Some(said) = pen.write(&entry.node, &format!("/{}", escaped(&entry.key)))? {
                value.insert(entry.key.clone(), said);
            }
        }
        if template.sealed {
            let filler = Filler { speech: &self.speech, file: &template.file, names, scene };
            for key in ["data", "stringData"] {
                if let (Some(node), Some(coding)) = (template.node.get(key), Coding::of(key)) {
                    filler.fill(&mut sealed, node, coding)?;
                }
            }
            value.insert("data".to_owned(), Value::Object(sealed.fingerprints(digest)));
        }
        let mut value = Value::Object(value);
        self.put_namespace(&mut value, scene);
        let object = Object::new(value).map_err(|failure| failure.at(place.clone()))?;
        texts_only(&object, template)?;
        let Sealed { data, fields } = sealed;
        Ok(Some(Rendered { object, data, fields, sources: pen.sources, shared: template.shared, place }))
    }

    fn put_namespace(&self, value: &mut Value, scene: &Scene<'_>) {
        let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
        let kind = text("kind");
        let group = text("apiVersion").split_once('/').map_or("", |(group, _)| group);
        // Others may have kinds of the same name: those of Kubernetes are in the core group and below k8s.io.
        let own = group.is_empty() || group.ends_with(".k8s.io");
        if own && CLUSTER_SCOPED.split(' ').any(|one| one == kind)
            || self.cluster_scoped.iter().any(|other| other == kind)
        {
            return;
        }
        if let Some(Value::Object(metadata)) = value.get_mut("metadata") {
            metadata.entry("namespace").or_insert_with(|| Value::String(scene.namespace.to_owned()));
        }
    }
}

/// The values of a ConfigMap are text (Kubernetes API reference, ConfigMap v1 `data`).
fn texts_only(object: &Object, template: &Template) -> Result<()> {
    if object.kind() != "ConfigMap" {
        return Ok(());
    }
    let data = object.at("/data").and_then(Value::as_object);
    match data.into_iter().flatten().find(|(_, value)| !value.is_string()) {
        None => Ok(()),
        Some((key, _)) => Err(Failure::input(format!("`{key}` of {} is not text", object.key()))
            .at(template.node.nearest(&format!("/data/{}", escaped(key))).place(&template.file))
            .hint("turn it into text with `| string` or `| tojson`")),
    }
}
