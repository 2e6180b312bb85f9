//! Hears a value in whatever form it is said.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};

/// The masked credentials, and what each of them is: values that break what is put together from text.
pub(super) const FIELDS: [&str; 6] = [
    "mlflow.password",
    "pgsql.password",
    "minio.secret_key",
    "registry.token",
    "generated.session_key",
    "generated.encryption_passphrase",
];

/// The value of a credential.
pub(super) fn canary(field: &str) -> String {
    format!("c4n4ry-{field}-p@ss:w/rd%41 #?&\"'x")
}

/// Every canary as standard input says it.
pub(crate) fn said() -> String {
    let mut own: serde_json::Map<String, serde_json::Value> = FIELDS
        .iter()
        .filter(|field| **field != "registry.token")
        .map(|field| ((*field).to_owned(), canary(field).into()))
        .collect();
    own.extend(
        [("minio.access_key", "key"), ("mlflow.username", "admin"), ("pgsql.username", "mlflow_user")]
            .map(|(name, value)| (name.to_owned(), value.into())),
    );
    serde_json::json!({"dev": own, "shared": {"registry.username": "bot", "registry.token": canary("registry.token")}})
        .to_string()
}

/// What to listen for.
pub(super) struct Ears {
    forms: Vec<String>,
    needles: AhoCorasick,
}

impl Ears {
    /// Ears for every canary.
    pub(super) fn new() -> Self {
        Self::of(&FIELDS.map(canary))
    }

    pub(super) fn of(values: &[String]) -> Self {
        let mut needles = BTreeMap::new();
        for value in values {
            for (piece, text) in pieces(value) {
                for (form, text) in forms(&text) {
                    needles.insert(squeeze(&text), format!("{piece} {form}"));
                }
            }
        }
        let (needles, forms): (Vec<_>, Vec<_>) = needles.into_iter().unzip();
        Self { forms, needles: AhoCorasick::new(needles).unwrap() }
    }

    /// In which forms something says a value, also broken into lines: blanks and frames are heard through.
    pub(super) fn hear(&self, bytes: &[u8]) -> Vec<&str> {
        let text = squeeze(&String::from_utf8_lossy(bytes));
        let heard: BTreeSet<_> = self.needles.find_overlapping_iter(&text).map(|heard| heard.pattern()).collect();
        heard.into_iter().map(|pattern| self.forms[pattern.as_usize()].as_str()).collect()
    }

    /// Nothing is said there.
    pub(super) fn silence(&self, place: &str, bytes: impl AsRef<[u8]>) {
        let heard = self.hear(bytes.as_ref());
        assert!(heard.is_empty(), "{place} says a secret ({heard:?}):\n{}", String::from_utf8_lossy(bytes.as_ref()));
    }
}

fn squeeze(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !"│|┃".contains(*c)).collect()
}

/// The whole and its halves, as they are and as JSON and URLs say them.
fn pieces(value: &str) -> Vec<(&'static str, String)> {
    let middle = value.char_indices().nth(value.chars().count() / 2).map_or(0, |(at, _)| at);
    let (first, second) = value.split_at(middle);
    let mut found = vec![("whole", value.to_owned())];
    found.extend([("first half", first), ("second half", second)].map(|(name, half)| (name, half.to_owned())));
    let quoted = serde_json::Value::from(value).to_string();
    found.push(("as JSON", quoted.trim_matches('"').to_owned()));
    found.push(("as twice JSON", serde_json::Value::from(quoted).to_string().trim_matches(['"', '\\']).to_owned()));
    found.push(("as YAML", value.replace('\'', "''")));
    found.push(("in a URL", percent(value)));
    found.push(("in a form", form_urlencoded::byte_serialize(value.as_bytes()).collect()));
    found.push(("in Debug", value.escape_debug().to_string()));
    found.retain(|(_, text)| text.chars().count() >= 12);
    found
}

fn percent(value: &str) -> String {
    value.bytes().fold(String::new(), |mut url, byte| {
        let plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let _ = if plain { write!(url, "{}", char::from(byte)) } else { write!(url, "%{byte:02X}") };
        url
    })
}

/// A text as it is, as hex and numbers, and inside base64, once and twice, wherever it begins.
fn forms(text: &str) -> Vec<(String, String)> {
    let bytes = text.as_bytes();
    let hex = bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    let numbers = format!("{bytes:?}").trim_matches(['[', ']']).to_owned();
    let mut found = vec![("raw".to_owned(), text.to_owned()), ("hex".to_owned(), hex), ("numbers".to_owned(), numbers)];
    for (at, once) in aligned(bytes).into_iter().enumerate() {
        found.extend(
            aligned(once.as_bytes()).into_iter().enumerate().map(|(b, twice)| (format!("base64² {at}{b}"), twice)),
        );
        found.push((format!("base64url {at}"), once.replace('+', "-").replace('/', "_")));
        found.push((format!("base64 {at}"), once));
    }
    found
}

/// What of the base64 of a longer text is certain where this text begins 0, 1 or 2 bytes into a group of three.
fn aligned(bytes: &[u8]) -> Vec<String> {
    (0..3)
        .map(|shift| {
            let whole: Vec<u8> = std::iter::repeat_n(0, shift).chain(bytes.iter().copied()).collect();
            let encoded = BASE64_STANDARD_NO_PAD.encode(&whole);
            // The first and the last letter hold bits of the neighbours.
            let from = [0, 2, 3][shift];
            let until = whole.len() * 8 / 6;
            encoded[from..until].to_owned()
        })
        .collect()
}

#[test]
fn a_value_is_heard_in_every_form() {
    let ears = Ears::new();
    let token = canary("registry.token");
    let json = serde_json::json!({"auths": {"ghcr.io": {"password": token, "auth":
        BASE64_STANDARD.encode(format!("bot:{token}"))}}})
    .to_string();
    let broken = token.chars().enumerate().fold(String::new(), |mut text, (at, c)| {
        text.push(c);
        if at % 9 == 8 {
            text.push_str("   \n  │ ");
        }
        text
    });
    let (first, second) = token.split_at(token.len() / 2);
    let mut texts = vec![
        token.clone(),
        first.to_owned(),
        second.to_owned(),
        broken,
        serde_json::to_string(&token).unwrap(),
        percent(&token),
        form_urlencoded::byte_serialize(token.as_bytes()).collect(),
        format!("{:?}", token.as_bytes()),
        format!("{token:?}"),
        BASE64_STANDARD.encode(&token),
        BASE64_URL_SAFE_NO_PAD.encode(&token),
        BASE64_STANDARD.encode(BASE64_STANDARD.encode(&token)),
        json.clone(),
        BASE64_STANDARD.encode(&json),
        serde_json::json!({"data": {".dockerconfigjson": BASE64_STANDARD.encode(&json)}}).to_string(),
    ];
    for before in ["", "u", "us", "user:"] {
        let inner = BASE64_STANDARD.encode(format!("{before}{token}!"));
        texts.push(BASE64_STANDARD.encode(format!("{{\"auth\":\"{before}{inner}\"}}")));
        texts.push(inner);
    }
    for text in texts {
        assert!(!ears.hear(format!("before {text} after").as_bytes()).is_empty(), "not heard: {text}");
    }
    for text in ["", "landfall", "registry.token", "c4n4ry", &BASE64_STANDARD.encode("registry.token"), "●1 → ●2"]
    {
        assert_eq!(ears.hear(text.as_bytes()), Vec::<&str>::new(), "{text}");
    }
}
