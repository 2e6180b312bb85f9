//! Every fixture is a cluster at one moment with the verdicts it must get.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod crowd;
mod growth;

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use landfall::document;
use landfall::health::{Health, Memory, Node, Tree, judge, tree};
use landfall::object::{Key, Object, Objects};
use rstest::rstest;
use serde_json::{Value, json};

/// One fixture: the head document and the objects below it.
struct Play {
    head: Value,
    objects: Vec<Object>,
    now: Timestamp,
}

impl Play {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let mut documents =
            document::read(&path.display().to_string(), &text).unwrap().into_iter().map(|node| node.to_value());
        let head = documents.next().unwrap();
        let objects = documents.map(|value| Object::new(value).unwrap()).collect();
        let now = head["now"].as_str().unwrap().parse().unwrap();
        Self { head, objects, now }
    }

    /// The objects that nobody here owns are taken for the released ones.
    fn roots(&self) -> Vec<Key> {
        let listed = self.head["roots"].as_array().into_iter().flatten();
        let listed = listed.map(key_of);
        let bare = self.objects.iter().filter(|o| o.controller_uid().is_none() && o.kind() != "Event");
        listed.chain(bare.map(|object| object.key().clone())).collect()
    }

    /// What the deploy has seen before, if the fixture tells.
    fn memory(&self) -> Option<Memory> {
        let told = self.head.get("memory")?;
        let mut memory = Memory::new(told["started"].as_str().unwrap().parse().unwrap());
        for applied in told["applied"].as_array().into_iter().flatten() {
            memory.remember_applied(&Object::new(applied.clone()).unwrap());
        }
        let objects: Objects = self.objects.iter().cloned().collect();
        for look in told["looks"].as_array().into_iter().flatten() {
            let moment: Timestamp = look["at"].as_str().unwrap().parse().unwrap();
            let mut seen = objects.clone();
            for earlier in look["objects"].as_array().into_iter().flatten() {
                seen.put(Object::new(earlier.clone()).unwrap());
            }
            memory.observe(&seen, moment);
        }
        Some(memory)
    }

    fn tree(&self) -> Tree {
        let objects: Objects = self.objects.iter().cloned().collect();
        tree(&self.roots(), &objects, &self.memory().unwrap_or_default(), self.now)
    }

    /// The verdicts, by the tree when something was seen before, otherwise by one look.
    fn verdicts(&self) -> Vec<(Key, Health)> {
        if self.head.get("memory").is_none() && self.head.get("roots").is_none() {
            return judge(&self.objects, self.now);
        }
        let tree = self.tree();
        let nodes = tree.roots.iter().flat_map(Node::all);
        nodes.map(|node| (node.key.clone(), node.health.clone())).collect()
    }
}

fn key_of(key: &Value) -> Key {
    let text = |field: &str| key[field].as_str();
    Key::new(text("api").unwrap(), text("kind").unwrap(), text("namespace"), text("name").unwrap())
}

#[rstest]
fn fixture_gets_its_verdicts(#[files("tests/fixtures/health/*.yaml")] path: PathBuf) {
    let play = Play::read(&path);
    let verdicts = play.verdicts();
    let expected = play.head["expect"].as_array().unwrap();
    assert!(!expected.is_empty());
    for expect in expected {
        let name = expect["object"].as_str().unwrap();
        let found = verdicts.iter().find(|(key, _)| key.to_string() == name);
        let health = &found.unwrap_or_else(|| panic!("no verdict on {name}")).1;
        check(name, expect, health);
    }
    if let Some(expect) = play.head.get("release") {
        check("the release", expect, &play.tree().verdict());
    }
}

/// Compares a health with what the fixture expects of it.
fn check(name: &str, expect: &Value, health: &Health) {
    let about = format!("{name}: {health:#?}");
    assert_eq!(health.verdict.to_string(), expect["verdict"].as_str().unwrap(), "{about}");
    let cause = health.cause.as_ref();
    match expect.get("trouble").map(|word| word.as_str().unwrap()) {
        Some("none") => assert!(cause.is_none(), "{about}"),
        Some(word) => assert_eq!(cause.map(|cause| cause.trouble.word()), Some(word), "{about}"),
        None => {}
    }
    let said =
        cause.map_or_else(String::new, |cause| format!("{}\n{}\n{}", cause.headline, cause.sentence, cause.next));
    let said = format!("{}\n{said}", health.reason);
    for part in expect["says"].as_array().into_iter().flatten() {
        assert!(said.contains(part.as_str().unwrap()), "{part} is not said of {about}");
    }
    for part in expect["never"].as_array().into_iter().flatten() {
        assert!(!said.contains(part.as_str().unwrap()), "{part} is said of {about}");
    }
    if let Some(fatal) = expect.get("fatal") {
        assert_eq!(cause.map(|cause| cause.fatal), fatal.as_bool(), "{about}");
    }
    if let Some(container) = expect.get("container") {
        assert_eq!(cause.and_then(|cause| cause.container.as_deref()), container.as_str(), "{about}");
    }
}

/// The law of words on screen, for every sentence that any fixture brings about.
#[rstest]
fn words_are_fit_for_a_screen(#[files("tests/fixtures/health/*.yaml")] path: PathBuf) {
    let play = Play::read(&path);
    let nodes: Vec<(Key, Health)> = judge(&play.objects, play.now).into_iter().chain(play.verdicts()).collect();
    for (_, health) in nodes {
        let line = health.to_string();
        assert_eq!(line.lines().count(), 1, "{line}");
        let Some(cause) = health.cause else { continue };
        assert!(!cause.headline.is_empty() && !cause.headline.ends_with('.'), "{cause:#?}");
        assert!(cause.sentence.ends_with(['.', '…']) || cause.sentence.contains("Last line: "), "{cause:#?}");
        assert!(cause.next.ends_with('.') && !cause.next.starts_with(char::is_lowercase), "{cause:#?}");
        let all = format!("{} {} {} {line}", cause.headline, cause.sentence, cause.next).to_lowercase();
        for never in ["failed to", "please", "rpc error", " 1 pods", "  ", "..", " ,", "the the "] {
            assert!(!all.contains(never), "{never:?} in {cause:#?}");
        }
    }
}

/// Fields may be missing everywhere: no verdict may panic.
#[rstest]
fn missing_fields_are_survived(#[files("tests/fixtures/health/*.yaml")] path: PathBuf) {
    let play = Play::read(&path);
    let thinned = |take: &dyn Fn(&Object) -> Vec<String>| {
        for (at, object) in play.objects.iter().enumerate() {
            for pointer in take(object) {
                let mut objects = play.objects.clone();
                let value = without(object.value().clone(), &pointer);
                let Ok(thin) = Object::new(value) else { continue };
                objects[at] = thin;
                assert!(judge(&objects, play.now).len() <= objects.len());
                let thin = Play { head: json!({"now": play.head["now"]}), objects, now: play.now };
                assert_eq!(thin.tree().roots.len(), thin.roots().len());
            }
        }
    };
    thinned(&|object| ways(object.value(), "", 3));
}

/// Pointers to every field, so many levels down.
fn ways(value: &Value, at: &str, depth: usize) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => {
            map.iter().map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        Value::Array(items) => items.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    let each = children.into_iter().flat_map(|(key, value)| {
        let here = format!("{at}/{key}");
        let below = if depth > 1 { ways(value, &here, depth - 1) } else { Vec::new() };
        std::iter::once(here).chain(below)
    });
    each.collect()
}

fn without(mut value: Value, pointer: &str) -> Value {
    let (parent, leaf) = pointer.rsplit_once('/').unwrap();
    let leaf = leaf.replace("~1", "/").replace("~0", "~");
    match value.pointer_mut(parent) {
        Some(Value::Object(map)) => {
            map.remove(&leaf);
        }
        Some(Value::Array(items)) => {
            items.remove(leaf.parse().unwrap());
        }
        _ => panic!("{pointer} leads nowhere"),
    }
    value
}
