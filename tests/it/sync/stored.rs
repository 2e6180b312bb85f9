//! What is remembered of a value: known again, never read from, and never in the way of the values themselves.

use jiff::Timestamp;
use landfall::secret::{Applied, Secret};

#[test]
fn a_value_is_known_again_and_no_other() {
    let when = Timestamp::from_second(1_795_574_838).unwrap();
    let applied = Applied::of(&Secret::new("s3cret-value"), when);
    assert!(applied.is(&Secret::new("s3cret-value")));
    for other in ["s3cret-valuE", "", "s3cret-value "] {
        assert!(!applied.is(&Secret::new(other)), "{other:?}");
    }
    let text = serde_json::to_string(&applied).unwrap();
    let again: Applied = serde_json::from_str(&text).unwrap();
    assert!(again.is(&Secret::new("s3cret-value")) && again.when == when);
    assert!(text.len() < 64, "{} bytes are too many for a keyring item", text.len());
    assert!(!text.contains("s3cret") && !format!("{applied:?}").contains("mark"), "{text}");
    // Two marks of one value have nothing in common: nobody can tell that two credentials are the same.
    assert_ne!(serde_json::to_string(&Applied::of(&Secret::new("s3cret-value"), when)).unwrap(), text);
    for broken in [r#"["",0]"#, r#"["AAAA",0]"#, r#"["!",0]"#, "[]", "{}"] {
        assert!(serde_json::from_str::<Applied>(broken).is_err(), "{broken}");
    }
}
