//! Whether the credentials of an environment are there, strong, its own, and no leftovers.

use super::{Finding, Remedy, Verdict};
use crate::secret::{Level, Opinion};

/// What the opinions on an environment's credentials come to: names and opinions, none where there is no value.
pub fn credentials(opinions: &[(String, Option<Opinion>)]) -> Finding {
    let mut wrong: Vec<(Verdict, &str, String)> = opinions
        .iter()
        .filter_map(|(name, opinion)| {
            let (verdict, words) = match opinion {
                None => (Verdict::Fail, "has no value".to_owned()),
                Some(opinion) if opinion.blocks => (Verdict::Fail, opinion.words.clone()),
                Some(opinion) if opinion.warns => (Verdict::Warn, said(opinion)),
                Some(_) => return None,
            };
            Some((verdict, name.as_str(), words))
        })
        .collect();
    wrong.sort_by_key(|(verdict, _, _)| std::cmp::Reverse(*verdict));
    let fields: Vec<String> = wrong.iter().map(|(_, name, _)| (*name).to_owned()).collect();
    let evidence = wrong.iter().map(|(_, name, words)| format!("{name}: {words}"));
    match wrong.as_slice() {
        [] => Finding::ok("all are there, strong, and different in every environment"),
        [(verdict, name, words), rest @ ..] => {
            let more = match rest.len() {
                0 => String::new(),
                1 => ", and 1 more is worth a look".to_owned(),
                more => format!(", and {more} more are worth a look"),
            };
            Finding::new(*verdict, format!("{name}: {words}{more}"))
                .seen(evidence)
                .next("enter other values, or let them be generated")
                .remedy(Remedy::Credentials { fields, label: "enter them anew".to_owned() })
        }
    }
}

fn said(opinion: &Opinion) -> String {
    match (opinion.level, opinion.same_as.first()) {
        (Level::Leftover, Some((place, title))) => format!("{}, and the same as {place} {title}", opinion.words),
        (_, _) => opinion.words.clone(),
    }
}
