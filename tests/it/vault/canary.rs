//! No type and no failure of this room ever shows a value.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use landfall::secret::{Credential, Credentials, Digest, Judge, Level, Memory, Rule, Secret, Stdin, Typed, Vault};

use super::{dev, known, memory, set, wait};

/// The value that must not be seen.
pub(super) const CANARY: &str = "c4nary+q:/%w k\"x?&ok";

/// Whether a text holds the value in any form.
pub(super) fn sings(text: &str) -> bool {
    let url = CANARY.bytes().fold(String::new(), |mut url, byte| {
        let plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let _ = if plain { write!(url, "{}", char::from(byte)) } else { write!(url, "%{byte:02X}") };
        url
    });
    let base64 = BASE64_STANDARD.encode(CANARY);
    let bytes = format!("{:?}", CANARY.as_bytes());
    let forms = [
        CANARY.to_owned(),
        CANARY.escape_debug().to_string(),
        url.replace("%20", "+"),
        url,
        base64.trim_end_matches('=').to_owned(),
        BASE64_URL_SAFE.encode(CANARY).trim_end_matches('=').to_owned(),
        bytes.trim_matches(['[', ']']).to_owned(),
        "c4nary".to_owned(),
    ];
    forms.iter().any(|form| text.contains(form))
}

#[test]
fn the_canary_would_be_heard() {
    for text in [CANARY, "c4nary%2Bq%3A%2F%25w", &BASE64_STANDARD.encode(CANARY), r#"{"p":"c4nary+q"}"#] {
        assert!(sings(text), "{text}");
    }
    assert!(!sings("landfall"));
}

#[test]
fn no_type_shows_a_value() {
    let secret = Secret::new(CANARY);
    let credential = Credential::new(secret.clone(), jiff::Timestamp::UNIX_EPOCH);
    let credentials: Credentials = [("mlflow.password".to_owned(), credential.clone())].into();
    let mut typed = Typed::default();
    typed.paste(CANARY).unwrap();
    let mut vault = Memory::default();
    vault.write(&dev(), &credentials).unwrap();
    let said = serde_json::json!({"dev": {"mlflow.password": CANARY}}).to_string();
    let stdin = Stdin::read(&known(), said.as_bytes()).unwrap();
    let judge = Judge::default();
    let keeper = memory();
    wait(keeper.change(&dev(), set("mlflow.password", CANARY))).unwrap();
    let texts = [
        format!("{secret:?} {credential:?} {credentials:#?} {typed:?} {vault:?} {stdin:?} {keeper:?}"),
        format!("{judge:?} {:?} {:?}", Digest::random(), wait(keeper.read(&dev()))),
    ];
    for text in texts {
        assert!(!sings(&text), "{text}");
    }
}

#[test]
fn no_opinion_and_no_refusal_shows_a_value() {
    let judge = Judge::default();
    let mut rule = Rule {
        name: "mlflow.password".to_owned(),
        title: "MLflow login".to_owned(),
        minimum: 12,
        pattern: None,
        leftovers: Vec::new(),
        masked: true,
    };
    let secret = Secret::new(CANARY);
    judge.note("stg", &rule, &secret);
    let mut opinions = vec![judge.judge("dev", &rule, &secret)];
    rule.pattern = Some("^x".parse().unwrap());
    opinions.push(judge.judge("dev", &rule, &secret));
    rule.minimum = 99;
    opinions.push(judge.judge("dev", &rule, &secret));
    opinions.push(judge.judge("dev", &rule, &Secret::new(format!("{CANARY}\n"))));
    let levels: Vec<Level> = opinions.iter().map(|opinion| opinion.level).collect();
    assert_eq!(levels, [Level::Strong, Level::Malformed, Level::TooShort, Level::Malformed]);
    assert!(!sings(&format!("{opinions:?} {judge:?}")), "{opinions:?}");

    let mut typed = Typed::default();
    let refusal = typed.paste(&format!("{CANARY}\n{CANARY}")).unwrap_err();
    assert!(!sings(&format!("{refusal} {refusal:?} {typed:?}")));
}

#[test]
fn no_failure_of_standard_input_shows_a_value() {
    let value = serde_json::Value::from(CANARY).to_string();
    let wrong = [
        format!(r#"{{"dev": [{value}]}}"#),
        format!("[{value}]"),
        value.clone(),
        format!(r#"{{"dev": {{"mlflow.password": {value}"#),
        format!(r#"{{"dev": {{"mlflow.password": {value} {value}}}}}"#),
        format!(r#"{{"dev": {value}}}"#),
        format!(r#"{{"dev": {{"mlflow.password": {value}, "mlflow": {{"password": {value}}}}}}}"#),
        CANARY.to_owned(),
    ];
    for said in wrong {
        let failure = Stdin::read(&known(), said.as_bytes()).unwrap_err();
        assert!(!sings(&format!("{failure} {failure:?}")), "{said}\n{failure:?}");
    }
}
