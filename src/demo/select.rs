//! Label and field selectors.

use serde_json::Value;

use super::kinds::Kind;
use super::pick;
use super::status::Refusal;

/// What a list or watch asks for.
#[derive(Debug, Clone, Default)]
pub(super) struct Selector {
    labels: Vec<Requirement>,
    fields: Vec<Requirement>,
}

#[derive(Debug, Clone)]
struct Requirement {
    key: String,
    operator: Operator,
}

#[derive(Debug, Clone)]
enum Operator {
    In(Vec<String>),
    NotIn(Vec<String>),
    Exists,
    Missing,
}

impl Selector {
    /// Reads both selectors of a request.
    ///
    /// # Errors
    /// 400 for what does not parse or a field the kind cannot be selected by.
    pub(super) fn read(kind: &Kind, labels: &str, fields: &str) -> Result<Self, Refusal> {
        let labels = split(labels).into_iter().map(label).collect::<Result<_, _>>()?;
        let fields = fields.split(',').filter(|term| !term.is_empty()).map(field).collect::<Result<Vec<_>, _>>()?;
        if let Some(unknown) = fields.iter().find(|requirement| !selectable(kind, &requirement.key)) {
            return Err(Refusal::bad_request(unselectable(kind, &unknown.key)));
        }
        Ok(Self { labels, fields })
    }

    /// A selector as a workload holds it (`matchLabels`, `matchExpressions`).
    pub(super) fn of(selector: &Value) -> Self {
        let equal = pick::map(selector, "/matchLabels").into_iter().flatten().map(|(key, value)| Requirement {
            key: key.clone(),
            operator: Operator::In(vec![value.as_str().unwrap_or_default().to_owned()]),
        });
        let expressions = pick::list(selector, "/matchExpressions").iter().map(|expression| {
            let values = pick::list(expression, "/values").iter().filter_map(Value::as_str).map(str::to_owned);
            let operator = match pick::text(expression, "/operator") {
                "In" => Operator::In(values.collect()),
                "NotIn" => Operator::NotIn(values.collect()),
                "DoesNotExist" => Operator::Missing,
                _ => Operator::Exists,
            };
            Requirement { key: pick::text(expression, "/key").to_owned(), operator }
        });
        Self { labels: equal.chain(expressions).collect(), fields: Vec::new() }
    }

    /// Whether an object is selected.
    pub(super) fn matches(&self, object: &Value) -> bool {
        let label = |key: &str| pick::map(object, "/metadata/labels").and_then(|labels| labels.get(key)?.as_str());
        self.labels.iter().all(|requirement| requirement.holds(label(&requirement.key)))
            && self.fields.iter().all(|requirement| {
                let pointer = format!("/{}", requirement.key.replace('.', "/"));
                requirement.holds(Some(pick::text(object, &pointer)))
            })
    }
}

impl Requirement {
    fn holds(&self, value: Option<&str>) -> bool {
        match &self.operator {
            Operator::In(values) => value.is_some_and(|value| values.iter().any(|known| known == value)),
            Operator::NotIn(values) => value.is_none_or(|value| !values.iter().any(|known| known == value)),
            Operator::Exists => value.is_some(),
            Operator::Missing => value.is_none(),
        }
    }
}

/// Fields objects of a kind can be selected by (the kinds' `SelectableFields`).
fn selectable(kind: &Kind, field: &str) -> bool {
    if field == "metadata.name" || (field == "metadata.namespace" && kind.namespaced()) {
        return true;
    }
    match kind.name {
        "Pod" => ["spec.nodeName", "spec.restartPolicy", "spec.serviceAccountName", "status.phase", "status.podIP"]
            .contains(&field),
        "Node" => field == "spec.unschedulable",
        "Event" => field.starts_with("involvedObject.") || ["reason", "type", "reportingComponent"].contains(&field),
        "Secret" => field == "type",
        "Namespace" => field == "status.phase",
        "Service" => ["spec.clusterIP", "spec.type"].contains(&field),
        "Job" => field == "status.successful",
        _ => false,
    }
}

/// What the server says of a field that is no such one; each kind's conversion of labels has its own words.
fn unselectable(kind: &Kind, field: &str) -> String {
    match kind.name {
        "Pod" | "Event" | "Secret" | "Namespace" | "Service" | "Node" => format!("field label not supported: {field}"),
        "Job" => format!("field label {field:?} not supported for Job"),
        _ => {
            format!("{field:?} is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")
        }
    }
}

/// Splits at commas outside parentheses.
fn split(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    text.split(|letter| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == ',' && depth == 0
    })
    .map(str::trim)
    .filter(|term| !term.is_empty())
    .collect()
}

fn label(term: &str) -> Result<Requirement, Refusal> {
    let requirement = |key: &str, operator| Ok(Requirement { key: key.trim().to_owned(), operator });
    let one = |value: &str| vec![value.trim().to_owned()];
    if let Some((head, values)) = term.strip_suffix(')').and_then(|term| term.split_once('(')) {
        let values = values.split(',').map(|value| value.trim().to_owned()).collect();
        let mut words = head.split_whitespace();
        return match (words.next(), words.next(), words.next()) {
            (Some(key), Some("in"), None) => requirement(key, Operator::In(values)),
            (Some(key), Some("notin"), None) => requirement(key, Operator::NotIn(values)),
            _ => Err(unreadable(term)),
        };
    }
    if let Some((key, value)) = term.split_once("!=") {
        return requirement(key, Operator::NotIn(one(value)));
    }
    if let Some((key, value)) = term.split_once("==").or_else(|| term.split_once('=')) {
        return requirement(key, Operator::In(one(value)));
    }
    match term.strip_prefix('!') {
        Some(key) => requirement(key, Operator::Missing),
        None if term.contains(char::is_whitespace) => Err(unreadable(term)),
        None => requirement(term, Operator::Exists),
    }
}

fn field(term: &str) -> Result<Requirement, Refusal> {
    let (key, operator) = if let Some((key, value)) = term.split_once("!=") {
        (key, Operator::NotIn(vec![value.to_owned()]))
    } else if let Some((key, value)) = term.split_once("==").or_else(|| term.split_once('=')) {
        (key, Operator::In(vec![value.to_owned()]))
    } else {
        return Err(Refusal::bad_request(format!("invalid field selector: {term:?}; can't understand")));
    };
    Ok(Requirement { key: key.trim().to_owned(), operator })
}

fn unreadable(term: &str) -> Refusal {
    Refusal::bad_request(format!("unable to parse requirement: found {term:?}, expected: in, notin, =, ==, !=, !"))
}

/// The equality part of a workload's selector as a query spells it.
pub(super) fn spelled(selector: &Value) -> String {
    let terms: Vec<String> = pick::map(selector, "/matchLabels")
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    terms.join(",")
}
