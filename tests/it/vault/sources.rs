//! The vaults that only read: process environment and standard input.

use std::collections::BTreeMap;

use landfall::failure::{Failure, Kind};
use landfall::secret::{Environ, Health, Keeper, Known, Stdin, Vault, VaultKind, variable};

use super::{NASTY, dev, known, set, shared, text, wait};

fn environ(variables: &[(&str, &str)]) -> Environ {
    let variables: BTreeMap<String, String> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Environ::new(known(), move |name| variables.get(name).cloned()).unwrap()
}

fn stdin(text: &str) -> Result<Stdin, Failure> {
    Stdin::read(&known(), text.as_bytes())
}

#[test]
fn variables_are_named_after_environment_and_field() {
    assert_eq!(variable(Some("stg-2"), "mlflow.password"), "LANDFALL_CREDENTIAL_STG_2_MLFLOW_PASSWORD");
    assert_eq!(variable(None, "github.token"), "LANDFALL_CREDENTIAL_SHARED_GITHUB_TOKEN");
}

#[test]
fn the_process_environment_answers_for_each_item_and_a_value_of_its_own_wins() {
    let vault = environ(&[
        ("LANDFALL_CREDENTIAL_DEV_MLFLOW_PASSWORD", NASTY[0]),
        ("LANDFALL_CREDENTIAL_DEV_MLFLOW_USERNAME", ""),
        ("LANDFALL_CREDENTIAL_SHARED_GITHUB_TOKEN", "all"),
        ("LANDFALL_CREDENTIAL_STG_2_GITHUB_TOKEN", "own"),
        ("LANDFALL_CREDENTIAL_DEV_UNKNOWN", "x"),
    ]);
    let keeper = Keeper::open(VaultKind::Environ, || Ok(Box::new(vault)));
    wait(async {
        let own = keeper.read(&dev()).await.unwrap();
        assert_eq!(own.keys().collect::<Vec<_>>(), ["mlflow.password"], "empty is not set, unknown is not read");
        assert_eq!(text(&own, "mlflow.password").as_deref(), Some(NASTY[0]));
        let mut stg = dev();
        stg.environment = Some("stg-2".to_owned());
        assert_eq!(text(&keeper.gather(&dev()).await.unwrap(), "github.token").as_deref(), Some("all"));
        assert_eq!(text(&keeper.gather(&stg).await.unwrap(), "github.token").as_deref(), Some("own"));

        let failure = keeper.change(&dev(), set("mlflow.password", "v")).await.unwrap_err();
        assert_eq!(failure.kind, Kind::Vault);
        assert!(failure.hints[0].contains("LANDFALL_CREDENTIAL_DEV_"), "{:?}", failure.hints);
        assert!(failure.hints[1].contains("--vault keyring"), "{:?}", failure.hints);
        assert!(!keeper.standing().await.writable);
    });
}

#[test]
fn two_credentials_of_one_variable_are_refused() {
    let known = Known {
        environments: vec!["dev".to_owned(), "dev-eu".to_owned()],
        fields: vec!["eu.token".to_owned(), "token".to_owned()],
    };
    let failure = Environ::new(known, |_| None).err().unwrap();
    assert_eq!(
        failure.why.as_deref(),
        Some("eu.token of dev and token of dev-eu are both LANDFALL_CREDENTIAL_DEV_EU_TOKEN")
    );
}

#[test]
fn standard_input_takes_dotted_and_nested_names() {
    let mut vault = stdin(
        r#" {"dev": {"mlflow.password": "p\"1\u00e4", "mlflow": {"username": "ann"}}, "shared": {"github": {"token": "t"}}} "#,
    )
    .unwrap();
    assert_eq!(vault.standing().health, Health::Ready);
    let own = vault.read(&dev()).unwrap();
    assert_eq!(text(&own, "mlflow.password").as_deref(), Some("p\"1ä"));
    assert_eq!(text(&own, "mlflow.username").as_deref(), Some("ann"));
    assert_eq!(text(&vault.read(&shared()).unwrap(), "github.token").as_deref(), Some("t"));
    let failure = vault.write(&dev(), &own).unwrap_err();
    assert_eq!(failure.to_string(), "credentials from standard input cannot be changed from here");
    assert_eq!(vault.remove(&dev()).unwrap_err(), failure);
}

#[test]
fn every_character_survives_json() {
    let scalars: Vec<char> = ('\u{0}'..=char::MAX).collect();
    for some in scalars.chunks(50_000) {
        let value: String = some.iter().collect();
        let said = serde_json::json!({"dev": {"mlflow.password": value}}).to_string();
        let credentials = stdin(&said).unwrap().read(&dev()).unwrap();
        assert!(text(&credentials, "mlflow.password").as_ref() == Some(&value), "from {:?}", some[0]);
    }
}

#[test]
fn what_is_wrong_on_standard_input_is_named_without_values() {
    let cases = [
        ("", "standard input holds no credentials: it is empty"),
        (r#"{"dev": "hunter2"}"#, "standard input is not of the form asked for: dev is a text where an object"),
        (r#""hunter2""#, "standard input is not of the form asked for: the whole is a text where an object belongs"),
        (r#"{"dev": {}, "dev": {}}"#, "standard input says dev twice"),
        (r#"{"dev": {"mlflow.pasword": "hunter2"}}"#, "standard input names an unknown credential, mlflow.pasword: it"),
        (
            r#"{"prod": {}}"#,
            "standard input names an unknown environment, prod: the project has dev, stg-2, and shared",
        ),
        (
            r#"{"dev": {"mlflow.password": 4711}}"#,
            "standard input:1:32: the credentials cannot be read: something else",
        ),
        (r#"{"dev": {"mlflow.password": "hunter2"#, "standard input:1:36: the credentials cannot be read: it ends too"),
        (
            r#"{"dev": {"mlflow.password": "hunter2" x"#,
            "standard input:1:39: the credentials cannot be read: it is not",
        ),
        (
            r#"{"dev": {"mlflow.password": "hunter2", "mlflow": {"password": "hunter3"}}}"#,
            "standard input says mlflow.password twice",
        ),
        (
            r#"{"dev": {"mlflow.password": "hunter2", "mlflow.password": "x"}}"#,
            "standard input says mlflow.password twice",
        ),
    ];
    for (said, expected) in cases {
        let failure = stdin(said).unwrap_err();
        assert_eq!(failure.kind, Kind::Input);
        assert!(failure.to_string().starts_with(expected), "{said}\n{failure}");
        assert!(!format!("{failure:?}").contains("hunter"), "{failure:?}");
        assert!(!format!("{failure:?}").contains("4711"), "{failure:?}");
    }
}

#[test]
fn too_much_on_standard_input_is_refused() {
    let failure = Stdin::read(&known(), std::io::repeat(b' ')).unwrap_err();
    assert_eq!(failure.to_string(), "standard input holds more than credentials: it is over 1 MiB");
}
