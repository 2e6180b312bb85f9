//! What is said about values.

use landfall::secret::{Judge, Level, Opinion, Pattern, Rule, Secret, generate};

fn rule(name: &str, title: &str) -> Rule {
    Rule {
        name: name.to_owned(),
        title: title.to_owned(),
        minimum: 12,
        pattern: None,
        leftovers: vec!["your-secure-password".to_owned(), "changeme".to_owned()],
        masked: true,
    }
}

fn login() -> Rule {
    rule("mlflow.password", "MLflow login")
}

fn user() -> Rule {
    Rule { minimum: 0, masked: false, ..rule("mlflow.username", "MLflow login") }
}

fn judge(rule: &Rule, value: &str) -> Opinion {
    Judge::default().judge("dev", rule, &Secret::new(value))
}

#[test]
fn each_level_has_its_words_and_only_rules_of_the_module_block() {
    let form = Rule { pattern: Some("^[a-z]+(?!.*-)[a-z-]*$".parse::<Pattern>().unwrap()), ..login() };
    let cases = [
        (&login(), "", Level::Needed, "needed", true, false),
        (&login(), "pässwörtA", Level::TooShort, "too short: 9 of 12", true, false),
        (&login(), "changeme", Level::TooShort, "too short: 8 of 12", true, false),
        (&login(), "tab\tin the middle of it", Level::Malformed, "has a control character", true, false),
        (&form, "with-a-hyphen-in-it", Level::Malformed, "not of the form asked for", true, false),
        (&form, "qzwxrvtplkmnghd", Level::Strong, "strong", false, false),
        (&login(), "Your-Secure-Password", Level::Leftover, "leftover of an example", false, true),
        (&login(), "password1234", Level::Weak, "weak", false, true),
        (&login(), "mlflow-password-dev", Level::Weak, "weak", false, true),
        (&login(), "DevMlflow-2026", Level::Weak, "weak", false, true),
        (&login(), "mlflow-correct-Horse7battery", Level::Strong, "strong", false, false),
        (&login(), "aaaaaaaaaaaaaaaaaaaa", Level::Weak, "weak", false, true),
        (&login(), "correct-Horse7battery", Level::Strong, "strong", false, false),
        (&login(), " correct-Horse7battery", Level::Strong, "blank at the end", false, true),
        (&user(), "admin", Level::Strong, "", false, false),
        (&user(), "", Level::Needed, "needed", true, false),
        (&user(), "admin ", Level::Strong, "blank at the end", false, true),
    ];
    for (rule, value, level, words, blocks, warns) in cases {
        let opinion = judge(rule, value);
        let Opinion { advice, .. } = &opinion;
        assert_eq!((opinion.level, opinion.words.as_str()), (level, words), "{value}: {opinion:?}");
        assert_eq!((opinion.blocks, opinion.warns), (blocks, warns), "{value}: {opinion:?}");
        assert!(!warns || !advice.is_empty(), "a warning says why: {opinion:?}");
    }
}

#[test]
fn a_generated_value_is_strong() {
    for _ in 0..20 {
        let opinion = Judge::default().judge("prod", &login(), &generate(32).unwrap());
        assert_eq!(opinion.level, Level::Strong);
        assert!(!opinion.warns && !opinion.blocks && opinion.advice.is_empty(), "{opinion:?}");
    }
}

#[test]
fn the_same_value_elsewhere_is_named_and_warns() {
    let judge = Judge::default();
    let (database, value) = (rule("pgsql.password", "PostgreSQL"), Secret::new("correct-Horse7battery"));
    judge.note("stg", &database, &value);
    judge.note("dev", &login(), &value);

    let opinion = judge.clone().judge("dev", &login(), &value);
    assert_eq!(opinion.same_as, [("stg".to_owned(), "PostgreSQL".to_owned())], "not the same as itself");
    assert_eq!((opinion.level, opinion.words.as_str()), (Level::Strong, "same as stg PostgreSQL"));
    assert!(opinion.warns && !opinion.blocks);
    assert!(opinion.advice.contains("stands in stg PostgreSQL"), "{}", opinion.advice);

    assert_eq!(judge.judge("dev", &database, &value).same_as.len(), 2);
    assert!(judge.judge("dev", &login(), &Secret::new("correct-Horse7batterz")).same_as.is_empty());
    judge.note("stg", &database, &Secret::new("another-Horse7battery"));
    assert!(judge.judge("dev", &login(), &value).same_as.is_empty(), "a new value takes the place of the old one");
    judge.note("stg", &database, &value);
    judge.forget("stg", "pgsql.password");
    assert!(judge.judge("dev", &login(), &value).same_as.is_empty());
}

#[test]
fn user_names_and_empty_values_are_never_the_same() {
    let judge = Judge::default();
    judge.note("stg", &user(), &Secret::new("admin-of-all-things"));
    judge.note("stg", &login(), &Secret::new(""));
    assert!(judge.judge("dev", &user(), &Secret::new("admin-of-all-things")).same_as.is_empty());
    assert!(judge.judge("dev", &login(), &Secret::new("admin-of-all-things")).same_as.is_empty());
    assert!(judge.judge("dev", &login(), &Secret::new("")).same_as.is_empty());
}

#[test]
fn what_is_refused_is_what_blocks() {
    let judge = Judge::default();
    for value in ["", "short", "tab\there-and-more", "your-secure-password", "x7$Kp-correct-Horse7battery"] {
        let value = Secret::new(value);
        let opinion = judge.judge("dev", &login(), &value);
        let refusal = Judge::refuses(&login(), &value);
        assert_eq!(refusal.is_some(), opinion.blocks, "{}", opinion.words);
        assert!(refusal.is_none_or(|why| why == opinion.advice), "{}", opinion.advice);
    }
}

#[test]
fn a_broken_pattern_is_a_failure_of_its_author() {
    let failure = "a(b".parse::<Pattern>().unwrap_err();
    assert!(failure.to_string().starts_with("the pattern a(b is no regular expression: "), "{failure}");
}
