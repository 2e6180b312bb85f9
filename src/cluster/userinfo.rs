//! User and password in the URLs of a text.

use crate::object::Fingerprint;

/// The text with user and password taken out of its URLs: `postgresql://ann:pw@host` becomes `postgresql://●@host`.
pub(super) fn without_userinfo(text: &str) -> String {
    replace(text, &|_| "●".to_owned())
}

/// The text with something else where its URLs have user and password.
pub(super) fn replace(text: &str, with: &dyn Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (head, tail) = rest.split_at(at + 3);
        out.push_str(head);
        let word = word(tail);
        match userinfo(word) {
            Some(found) if found != "●" && Fingerprint::parse(found).is_none() => out.push_str(&with(found)),
            Some(found) => out.push_str(found),
            None => {}
        }
        out.push_str(&word[userinfo(word).map_or(0, str::len)..]);
        rest = &tail[word.len()..];
    }
    out.push_str(rest);
    out
}

/// One URL without its scheme: up to a blank, a quote, or the scheme of the next one (`amqp://a:b@c,amqp://d:e@f`).
fn word(tail: &str) -> &str {
    let blank = |c: char| c.is_whitespace() || ['"', '\'', '<', '>', '`'].contains(&c);
    let word = &tail[..tail.find(blank).unwrap_or(tail.len())];
    let Some(next) = word.find("://") else { return word };
    word[..next].trim_end_matches(|c: char| c.is_ascii_alphanumeric() || ['+', '.', '-'].contains(&c))
}

/// User and password of a URL. A password may hold what should have been encoded (`/`, `?`, `#`, `@`), so everything up to
/// the last `@` belongs to it, unless what comes first is plainly a host with a path.
fn userinfo(word: &str) -> Option<&str> {
    let found = &word[..word.rfind('@').filter(|at| *at > 0)?];
    let authority = &word[..word.find(['/', '?', '#', ',']).unwrap_or(word.len())];
    let port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    let host = authority.starts_with('[') || authority.split_once(':').is_none_or(|(_, end)| port(end));
    (authority.contains('@') || !host).then_some(found)
}
