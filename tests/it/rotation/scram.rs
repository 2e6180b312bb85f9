//! The other side of SCRAM-SHA-256 (RFC 5802, RFC 7677): what a server does with the verifier it keeps.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use landfall::secret::Secret;
use landfall::system::{statement, verifier};
use postgres_protocol::authentication::sasl::{ChannelBinding, ScramSha256};
use sha2::{Digest, Sha256};

/// What a server keeps.
struct Kept {
    iterations: String,
    salt: String,
    stored: Vec<u8>,
    server: Vec<u8>,
}

impl Kept {
    fn read(verifier: &str) -> Self {
        let rest = verifier.strip_prefix("SCRAM-SHA-256$").unwrap();
        let (salted, keys) = rest.split_once('$').unwrap();
        let ((iterations, salt), (stored, server)) = (salted.split_once(':').unwrap(), keys.split_once(':').unwrap());
        let bytes = |text: &str| BASE64_STANDARD.decode(text).unwrap();
        Self { iterations: iterations.to_owned(), salt: salt.to_owned(), stored: bytes(stored), server: bytes(server) }
    }

    /// Whether a client with this password gets in, and believes the server.
    fn lets_in(&self, password: &str) -> bool {
        let mut client = ScramSha256::new(password.as_bytes(), ChannelBinding::unsupported());
        let first = String::from_utf8(client.message().to_vec()).unwrap();
        let bare = first.strip_prefix("n,,").unwrap().to_owned();
        let nonce = bare.split(',').find_map(|part| part.strip_prefix("r=")).unwrap();
        let challenge = format!("r={nonce}server,s={},i={}", self.salt, self.iterations);
        client.update(challenge.as_bytes()).unwrap();
        let last = String::from_utf8(client.message().to_vec()).unwrap();
        let (without_proof, proof) = last.rsplit_once(",p=").unwrap();
        let auth = format!("{bare},{challenge},{without_proof}");
        let signature = mac(&self.stored, auth.as_bytes());
        let key: Vec<u8> =
            BASE64_STANDARD.decode(proof).unwrap().iter().zip(&signature).map(|(one, other)| one ^ other).collect();
        let known = Sha256::digest(&key).to_vec() == self.stored;
        let answer = format!("v={}", BASE64_STANDARD.encode(mac(&self.server, auth.as_bytes())));
        known && client.finish(answer.as_bytes()).is_ok()
    }
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

/// A server that was sent the statement lets this password in, and the statement does not hold it.
pub(super) fn accepts(statement: &str, password: &Secret) {
    let verifier = statement.split('\'').nth(1).unwrap();
    #[expect(clippy::disallowed_methods, reason = "tests compare made-up values")]
    password.open(|password| {
        assert!(!statement.contains(password));
        assert!(Kept::read(verifier).lets_in(password));
        assert!(!Kept::read(verifier).lets_in("another"));
    });
}

#[test]
fn a_server_lets_the_password_in_and_no_other() {
    for password in ["simple", "p@ss:w/rd%41 #?&\"'x", "pässwörd", " blanks ", "a'b\\c"] {
        let kept = Kept::read(&verifier(&Secret::new(password)));
        assert_eq!(kept.iterations, "4096");
        assert!(kept.lets_in(password), "{password:?}");
        assert!(!kept.lets_in("other"), "{password:?}");
    }
    let (one, other) = (verifier(&Secret::new("same")), verifier(&Secret::new("same")));
    assert_ne!(one, other, "each has a salt of its own");
}

#[test]
fn a_role_of_any_name_is_quoted() {
    let password = Secret::new("a-password");
    let said = statement(r#"odd "role"; drop"#, &password);
    assert!(said.starts_with(r#"ALTER ROLE "odd ""role""; drop" PASSWORD 'SCRAM-SHA-256$"#), "{said}");
    assert!(said.ends_with('\''), "{said}");
}
