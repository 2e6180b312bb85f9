//! How things are said, and how the texts of Kubernetes are read.

use jiff::SignedDuration;

/// "1 pod", "3 pods".
pub(super) fn count(n: i64, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

/// "a", "a and b", "a, b and c".
pub(super) fn list<S: AsRef<str>>(items: &[S]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// "45 s", "10 min", "3 h", "2 days".
pub(super) fn span(time: SignedDuration) -> String {
    let seconds = time.as_secs().max(0);
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// What stands between two marks.
pub(super) fn between<'t>(text: &'t str, start: &str, end: &str) -> Option<&'t str> {
    let rest = &text[text.find(start)? + start.len()..];
    rest.find(end).map(|at| &rest[..at])
}

/// Whether any of the marks (in lower case) stands in the text, in any case.
pub(super) fn has(text: &str, marks: &[&str]) -> bool {
    let text = text.to_lowercase();
    marks.iter().any(|mark| text.contains(mark))
}

/// The last line that says something, cut at 200 characters.
pub(super) fn last_line(text: &str) -> String {
    cut(text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or(""), 200)
}

/// A text of Kubernetes as it may stand in a sentence of ours: one line, without wire prefixes and shouting.
pub(super) fn calm(text: &str) -> String {
    let mut text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    while let Some(at) = text.find("rpc error: code = ") {
        let Some(desc) = text[at..].find("desc = ") else { break };
        text.replace_range(at..at + desc + "desc = ".len(), "");
    }
    for (loud, quiet) in [("failed to ", "could not "), ("Failed to ", "could not "), ("FAILED TO ", "could not ")] {
        text = text.replace(loud, quiet);
    }
    cut(text.trim_end_matches('.'), 300)
}

/// The first so many characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// "namespace/name" or "name".
pub(super) fn bare(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}
