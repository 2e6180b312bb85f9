//! Values lie over one another in layers; a complaint belongs to the layer that said it.

use serde_json::Value;

use crate::document::Node;
use crate::failure::Place;

/// One file's part of the values.
#[derive(Debug, Clone, Copy)]
pub struct Layer<'a> {
    /// The file, as shown in messages.
    pub file: &'a str,
    /// What it says.
    pub node: &'a Node,
}

/// Lays one tree of values over another: mappings are merged, everything else is replaced.
pub fn merge(base: &mut Value, over: &Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (key, value) in over {
                merge(base.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (base, over) => *base = over.clone(),
    }
}

/// The place a complaint about a JSON pointer belongs to: where the strongest layer that says it stands, or the deepest
/// place on the way. The strongest layer comes first.
pub(super) fn place_of(layers: &[Layer<'_>], pointer: &str) -> Option<Place> {
    let found = layers.iter().map(|layer| (layer, layer.node.follow(pointer)));
    let mut best = None;
    for (layer, (depth, node)) in found {
        if best.as_ref().is_none_or(|(deepest, _)| depth > *deepest) {
            best = Some((depth, node.place(layer.file)));
        }
    }
    best.map(|(_, place)| place)
}

/// The place of a key inside the mapping at a JSON pointer.
pub(super) fn place_of_key(layers: &[Layer<'_>], pointer: &str, key: &str) -> Option<Place> {
    let depth = pointer.split('/').count() - 1;
    layers.iter().find_map(|layer| {
        let (reached, node) = layer.node.follow(pointer);
        let entry = node.entry(key).filter(|_| reached == depth)?;
        Some(Place::new(layer.file, entry.line, entry.column))
    })
}
