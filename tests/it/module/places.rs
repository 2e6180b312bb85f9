//! Where a credential stands is found by stand-ins, and taken out again from what really stands there.

use std::fs;
use std::path::Path;

use landfall::module::{Module, Place, Shape};
use landfall::secret::Secret;
use serde_json::json;

use super::{parse, root};

/// The places of the second module's credentials, with these values in its Secret.
fn places(values: &str) -> Vec<Place> {
    let folder = tempfile::tempdir().unwrap();
    let base = root().join("tests/fixtures/modules/echo");
    fs::create_dir(folder.path().join("templates")).unwrap();
    for file in ["module.yaml", "values.schema.json", "credentials.schema.json"] {
        fs::copy(base.join(file), folder.path().join(file)).unwrap();
    }
    let template = format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: it}}\nstringData:\n{values}");
    fs::write(folder.path().join("templates/it.yaml"), template).unwrap();
    let project = json!({
        "version": 1,
        "id": "echo-case",
        "module": folder.path(),
        "environments": {"test": {"values": {"greeting": "hello"}}},
    });
    let project = parse(&project.to_string(), Path::new(folder.path()));
    let module = Module::load(&project.module, &project.folder).unwrap();
    module.places(&project, project.environment("test").unwrap()).unwrap()
}

fn taken(place: &Place, value: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "tests compare made-up values")]
    place.take(&Secret::new(value)).map(|taken| taken.open(str::to_owned))
}

#[test]
fn a_credential_alone_is_the_whole_value() {
    let all = places(
        "  url: \"db://app:{{ credentials.clock.token }}@host/x\"\n  token: \"{{ credentials.clock.token }}\"\n",
    );
    assert_eq!(all.len(), 1, "{all:?}");
    let place = &all[0];
    assert_eq!((place.field.as_str(), place.key.as_str(), &place.shape), ("clock.token", "token", &Shape::Whole));
    assert_eq!(taken(place, "any@thing").as_deref(), Some("any@thing"));
    assert_eq!(taken(place, ""), None, "an empty value is none");
}

#[test]
fn a_credential_between_texts_or_inside_json_is_cut_out() {
    let all = places("  url: \"db://app:{{ credentials.clock.token }}@host/x\"\n");
    assert_eq!(taken(&all[0], "db://app:s:3@t@host/x").as_deref(), Some("s:3@t"));
    assert_eq!(taken(&all[0], "db://other:s3@host/x"), None, "what stands around it is not what the module writes");

    let all = places(
        "  both: \"{{ {'a/b': {'user': credentials.clock.user, 'list': [1, credentials.clock.token]}} | tojson }}\"\n",
    );
    let fields: Vec<_> = all.iter().map(|place| (place.field.as_str(), place.shape.clone())).collect();
    assert_eq!(
        fields,
        [("clock.user", Shape::Json("/a~1b/user".to_owned())), ("clock.token", Shape::Json("/a~1b/list/1".to_owned()))]
    );
    assert_eq!(taken(&all[1], r#"{"a/b":{"user":"u","list":[1,"tök\"en"]}}"#).as_deref(), Some("tök\"en"));
    assert_eq!(taken(&all[1], "no json"), None);
}

#[test]
fn what_is_coded_or_mixed_cannot_be_taken_and_says_so() {
    for value in
        ["{{ credentials.clock.token | b64encode }}", "{{ credentials.clock.user }}:{{ credentials.clock.token }}"]
    {
        let all = places(&format!("  it: \"{value}\"\n"));
        let token = all.iter().find(|place| place.field == "clock.token").unwrap();
        assert_eq!(token.shape, Shape::Mixed, "{value}");
        assert_eq!(taken(token, "anything"), None);
    }
}
