//! Reports for programs. Names are camelCase, as in Kubernetes.

use std::path::Path;

use serde_json::{Value, json};

use super::Rest;
use crate::deploy::{Comparison, Draft, Fill, Form, Glance, Outcome, Payload, Reach, Remedy, Survey};
use crate::failure::Failure;
use crate::health::{Cause, Health};
use crate::object::Key;
use crate::plan::{Action, Change, FieldChange, Plan, Validation};

pub(super) fn key(key: &Key) -> Value {
    json!({"apiVersion": key.api, "kind": key.kind, "namespace": key.namespace, "name": key.name})
}

fn fields(fields: &[FieldChange]) -> Value {
    fields.iter().map(|f| json!({"path": f.path, "before": f.before, "after": f.after})).collect()
}

fn change(change: &Change) -> Value {
    let (validated, why) = match &change.validation {
        Validation::Valid => ("valid", None),
        Validation::Unseen(why) => ("unseen", Some(why)),
        Validation::Refused(words) => ("refused", Some(words)),
    };
    let conflicts: Vec<Value> = change
        .conflicts
        .iter()
        .map(|c| json!({"path": c.path, "manager": c.manager, "since": c.since, "theirs": c.theirs, "ours": c.ours}))
        .collect();
    json!({
        "object": key(&change.key),
        "action": change.action.word(),
        "validation": validated,
        "validationNote": why,
        "summary": change.summary,
        "fields": fields(&change.fields),
        "filled": fields(&change.filled),
        "conflicts": conflicts,
        "notes": change.notes,
        "sharedWith": change.shared_with,
        "wave": change.wave,
    })
}

pub(super) fn plan(plan: &Plan<Payload>) -> Value {
    let target = &plan.target;
    let restarts: Vec<Value> = plan
        .restarts
        .iter()
        .map(|r| json!({"workload": key(&r.workload), "pods": r.pods, "because": r.because, "downtime": r.downtime}))
        .collect();
    let blockers: Vec<Value> = plan
        .blockers
        .iter()
        .map(|b| {
            let knob = b.knob.as_ref();
            json!({
                "object": b.key.as_ref().map(key),
                "sentence": b.sentence,
                "next": b.next,
                "value": knob.map(|k| json!({"path": k.path, "current": k.current, "suggestion": k.suggestion})),
            })
        })
        .collect();
    let count = |wanted: &[Action]| plan.changes.iter().filter(|change| wanted.contains(&change.action)).count();
    json!({
        "type": "plan",
        "writes": count(&[Action::Create, Action::Update, Action::Replace, Action::Delete]),
        "stay": count(&[Action::Unchanged, Action::LeftAlone]),
        "environment": target.environment,
        "context": target.context,
        "server": target.server,
        "namespace": target.namespace,
        "protected": target.protected,
        "made": plan.made,
        "changes": plan.changes.iter().map(change).collect::<Vec<_>>(),
        "restarts": restarts,
        "warnings": plan.warnings,
        "blockers": blockers,
    })
}

pub(super) fn cause(cause: &Cause) -> Value {
    json!({
        "trouble": cause.trouble.word(),
        "headline": cause.headline,
        "sentence": cause.sentence,
        "next": cause.next,
        "object": key(&cause.object),
        "container": cause.container,
        "fatal": cause.fatal,
    })
}

pub(super) fn failure(failure: &Failure) -> Value {
    json!({
        "kind": failure.kind.word(),
        "what": failure.what,
        "place": failure.place.as_ref().map(ToString::to_string),
        "why": failure.why,
        "hints": failure.hints,
    })
}

/// What ended the command, as one row of its own.
pub(super) fn complaint(failure: &Failure) -> Value {
    let mut row = self::failure(failure);
    row["type"] = "error".into();
    row["exitCode"] = failure.kind.exit_code().into();
    row
}

pub(super) fn remedy(remedy: &Remedy) -> Value {
    match remedy {
        Remedy::Credentials { fields, label } => json!({"kind": "credentials", "fields": fields, "label": label}),
        Remedy::Value { path, current, suggestion, label } => {
            json!({"kind": "value", "path": path, "current": current, "suggestion": suggestion, "label": label})
        }
        Remedy::Commands { lines, label } => json!({"kind": "commands", "lines": lines, "label": label}),
        Remedy::Retry { label } => json!({"kind": "retry", "label": label}),
    }
}

pub(super) fn outcome(outcome: &Outcome) -> Value {
    let stages: Vec<Value> =
        outcome.stages.iter().map(|s| json!({"stage": s.word, "from": s.from, "until": s.until})).collect();
    json!({
        "type": "outcome",
        "environment": outcome.target.environment,
        "end": outcome.end.word(),
        "headline": outcome.headline,
        "revision": outcome.revision,
        "cause": outcome.cause.as_ref().map(cause),
        "failure": outcome.failure.as_ref().map(failure),
        "remedies": outcome.remedies.iter().map(remedy).collect::<Vec<_>>(),
        "applied": outcome.done.iter().map(key).collect::<Vec<_>>(),
        "notApplied": outcome.undone.iter().map(key).collect::<Vec<_>>(),
        "changed": outcome.changed,
        "despite": outcome.despite,
        "pods": outcome.pods,
        "stages": stages,
        "seconds": outcome.took.as_secs_f64(),
        "url": outcome.url,
        "login": outcome.login,
        "sameAgain": outcome.command,
    })
}

pub(super) fn verdict(object: &Key, health: &Health) -> Value {
    json!({
        "kind": object.kind,
        "namespace": object.namespace,
        "name": object.name,
        "verdict": health.verdict.to_string(),
        "reason": super::words::health(health),
        "cause": health.cause.as_ref().map(cause),
    })
}

pub(super) fn look(glance: &Glance, survey: &Survey) -> Value {
    let credentials = match &glance.credentials {
        Fill::Counted { set, needed, flagged } => json!({"set": set, "needed": needed, "flagged": flagged}),
        Fill::Hidden(why) => json!({"hidden": why}),
    };
    let (reached, sentence) = match &survey.reach {
        Reach::Yes(version) => (true, version.clone()),
        Reach::No { sentence, .. } => (false, sentence.clone()),
        Reach::SignIn { program } => (false, format!("{program} asks for a login")),
    };
    json!({
        "environment": glance.environment,
        "protected": glance.protected,
        "context": glance.context,
        "namespace": glance.namespace,
        "reached": reached,
        "cluster": sentence,
        "verdict": survey.health.as_ref().map(|health| health.verdict.to_string()),
        "reason": survey.health.as_ref().map(super::words::health),
        "cause": survey.health.as_ref().and_then(|health| health.cause.as_ref()).map(cause),
        "revision": survey.revision.map(|(revision, _)| revision),
        "applied": survey.revision.map(|(_, when)| when),
        "by": survey.by,
        "byHand": survey.by_hand,
        "sync": survey.sync.as_ref().map(super::sync::fields),
        "credentials": credentials,
        "rows": glance.rows.iter().map(|(title, value)| json!({"title": title, "value": value})).collect::<Vec<_>>(),
        "url": glance.url,
        "complaints": glance.complaints,
    })
}

pub(super) fn form(form: &Form, said: &[(String, String)], there: Option<&Comparison>) -> Value {
    let fields: Vec<Value> = form
        .groups
        .iter()
        .flat_map(|group| group.fields.iter().map(move |field| (group, field)))
        .map(|(group, field)| {
            json!({
                "name": field.name,
                "group": group.title,
                "set": field.stored,
                "from": field.from,
                "shared": !group.shared_with.is_empty(),
                "cluster": there.and_then(|there| there.field(&field.name)).map(super::sync::field),
                "remark": said.iter().find(|(name, _)| *name == field.name).map(|(_, words)| words),
            })
        })
        .collect();
    json!({"environment": form.environment, "vault": form.vault.kind.to_string(), "fields": fields})
}

pub(super) fn draft(draft: &Draft, path: &Path, rest: &Rest) -> Value {
    let secrets: Vec<Value> = draft
        .secrets
        .iter()
        .map(|found| json!({"environment": found.environment, "field": found.field, "place": found.place.to_string()}))
        .collect();
    let (kind, stored) = match rest {
        Rest::Vault(standing) => (standing.kind, true),
        Rest::Nowhere(kind) => (*kind, false),
    };
    json!({
        "type": "draft",
        "writes": path.display().to_string(),
        "vault": kind.to_string(),
        "stored": stored,
        "secrets": secrets,
        "untouched": draft.untouched,
    })
}
