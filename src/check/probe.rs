//! A short-lived pod that looks from inside the cluster: made, watched, heard, and removed whatever happens.
//!
//! Its Secrets belong to it, so that they go with it. What is still there because landfall itself was ended is removed
//! by the next run (see `sweep`).

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::sweep::{MARK, RUN, sign};
use super::{Answer, Scrub, Teller, answers};
use crate::cluster::{self, Cluster, LogRequest, Refusal, follow_log};
use crate::health::{Cause, Memory, Trouble, tree};
use crate::module::Rendered;
use crate::object::{Key, Object, Objects};

/// How often it is looked at.
const OFTEN: Duration = Duration::from_millis(400);

/// How long the account of a new namespace may take.
const ACCOUNT: Duration = Duration::from_secs(10);

/// A probe on its way to the cluster.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// The probe's name: `inside`.
    pub probe: &'a str,
    /// The letters that tell this run from others.
    pub run: &'a str,
    /// Its objects: one Pod or Job, and Secrets.
    pub objects: &'a [Rendered],
    /// Labels for all of them.
    pub labels: &'a [(&'a str, &'a str)],
    /// Who asks.
    pub who: &'a str,
    /// The field manager.
    pub manager: &'a str,
    /// How long it may take.
    pub patience: Duration,
    /// What must not come back from it.
    pub scrub: &'a Scrub,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// It ran to its end, with this exit code.
    Ran(i64),
    /// It cannot run; why.
    Stuck(Box<Cause>),
    /// Its time was over; what it was doing.
    Late(String),
    /// The cluster did not take it.
    Refused(Refusal),
    /// Somebody stopped it.
    Stopped,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Spoken {
    /// How it ended.
    pub end: End,
    /// What it said.
    pub answers: Vec<Answer>,
    /// The last lines of whatever else it printed.
    pub words: Vec<String>,
    /// The node it ran on.
    pub node: Option<String>,
}

/// A probe in the cluster.
#[derive(Debug)]
pub struct Probe<'a> {
    cluster: &'a Cluster,
    order: Order<'a>,
    made: Made,
}

/// What was made and has to go again, also when the run is dropped in the middle.
#[derive(Debug)]
struct Made {
    cluster: Cluster,
    objects: Vec<(Key, String)>,
}

impl Drop for Made {
    fn drop(&mut self) {
        let objects = std::mem::take(&mut self.objects);
        if objects.is_empty() {
            return;
        }
        let cluster = self.cluster.clone();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { remove(&cluster, &objects).await });
        }
    }
}

/// Removes objects, the pod first.
async fn remove(cluster: &Cluster, objects: &[(Key, String)]) {
    for (key, uid) in objects.iter().rev() {
        // One that cannot be removed now is found by the next run.
        let _ = cluster.delete(key, uid).await;
    }
}

impl<'a> Probe<'a> {
    /// A probe that is not in the cluster yet.
    pub fn new(cluster: &'a Cluster, order: Order<'a>) -> Self {
        Self { cluster, order, made: Made { cluster: cluster.clone(), objects: Vec::new() } }
    }

    /// Runs it and removes it. What it does on the way is told for each of the checks.
    pub async fn run(mut self, checks: &[String], teller: &Teller, stop: &CancellationToken) -> Spoken {
        let spoken = tokio::select! {
            spoken = self.go(checks, teller) => spoken,
            () = stop.cancelled() => Spoken::silent(End::Stopped),
        };
        teller.doing(checks, "removing the pod").await;
        remove(self.cluster, &self.made.objects).await;
        self.made.objects.clear();
        spoken.scrubbed(self.order.scrub)
    }

    async fn go(&mut self, checks: &[String], teller: &Teller) -> Spoken {
        teller.doing(checks, "making the pod").await;
        if let Err(refusal) = self.make().await {
            return Spoken::silent(End::Refused(refusal));
        }
        let (began, started) = (Instant::now(), Timestamp::now());
        let mut doing = String::new();
        loop {
            let pod = match self.pod().await {
                Ok(pod) => pod,
                Err(refusal) => return Spoken::silent(End::Refused(refusal)),
            };
            if let Some((exit, message)) = pod.as_ref().and_then(ended)
                && let Some(pod) = &pod
            {
                return self.hear(pod, exit, &message).await;
            }
            // A Job that may not make its pod says so itself.
            let shown = match &pod {
                Some(pod) => Some(pod.clone()),
                None => self.main().await,
            };
            if let Some(object) = &shown
                && let Some(cause) = self.stuck(object, started).await
            {
                return Spoken::silent(End::Stuck(Box::new(cause)));
            }
            let now = pod.as_ref().map_or_else(|| "waiting for the pod".to_owned(), state);
            if now != doing {
                doing = now;
                teller.doing(checks, &doing).await;
            }
            if began.elapsed() > self.order.patience {
                return Spoken::silent(End::Late(doing));
            }
            tokio::time::sleep(OFTEN).await;
        }
    }

    /// Makes everything, Secrets first, and gives them to the pod.
    async fn make(&mut self) -> Result<(), Refusal> {
        let order = self.order;
        let (rest, main): (Vec<_>, Vec<_>) =
            order.objects.iter().partition(|item| !matches!(item.object.kind(), "Pod" | "Job"));
        for item in &rest {
            self.apply(item, None).await?;
        }
        let Some(main) = main.first() else {
            return Err(Refusal::Trouble(format!("the probe {} has neither a Pod nor a Job", order.probe)));
        };
        let object = self.settled(main).await?;
        let key = object.key();
        let owner = json!([{
            "apiVersion": key.api, "kind": key.kind, "name": key.name, "uid": object.uid().unwrap_or_default(),
        }]);
        for item in &rest {
            self.apply(item, Some(&owner)).await?;
        }
        Ok(())
    }

    /// Makes the pod; in a namespace that was made a moment ago its account may come a moment later.
    async fn settled(&mut self, main: &Rendered) -> Result<Object, Refusal> {
        let began = Instant::now();
        loop {
            match self.apply(main, None).await {
                Err(Refusal::Denied(why))
                    if why.contains("looking up service account") && began.elapsed() < ACCOUNT =>
                {
                    tokio::time::sleep(OFTEN).await;
                }
                made => return made,
            }
        }
    }

    async fn apply(&mut self, item: &Rendered, owner: Option<&Value>) -> Result<Object, Refusal> {
        let marked = item.object.clone().with(|value| self.mark(value, owner));
        let object = marked.map_err(|failure| Refusal::Trouble(failure.to_string()))?;
        let order =
            cluster::Order { object: &object, data: &item.data, manager: self.order.manager, force: false, uid: None };
        let answer = self.cluster.apply(order).await?.object;
        let known = self.made.objects.iter().any(|(key, _)| key == answer.key());
        if let (Some(uid), false) = (answer.uid(), known) {
            self.made.objects.push((answer.key().clone(), uid.to_owned()));
        }
        Ok(answer)
    }

    /// The engine's own marks, and what every probe has to be: it ends, and it has no rights in the cluster.
    fn mark(&self, value: &mut Value, owner: Option<&Value>) {
        let order = self.order;
        let is_job = value.get("kind").and_then(Value::as_str) == Some("Job");
        label(&mut value["metadata"], order);
        if let Some(owner) = owner {
            value["metadata"]["ownerReferences"] = owner.clone();
        }
        if is_job {
            label(&mut value["spec"]["template"]["metadata"], order);
        }
        let pod = match value.get("kind").and_then(Value::as_str) {
            Some("Pod") => &mut value["spec"],
            Some("Job") => &mut value["spec"]["template"]["spec"],
            Some(_) | None => return,
        };
        pod["restartPolicy"] = json!("Never");
        pod["automountServiceAccountToken"] = json!(false);
        pod["terminationGracePeriodSeconds"] = json!(1);
        pod["activeDeadlineSeconds"] = json!(order.patience.as_secs().max(1) + 30);
    }

    fn key(&self) -> Option<&Key> {
        self.made.objects.iter().map(|(key, _)| key).find(|key| matches!(key.kind.as_str(), "Pod" | "Job"))
    }

    /// The Pod or Job itself.
    async fn main(&self) -> Option<Object> {
        self.cluster.get(self.key()?).await.ok()?
    }

    /// The pod as it is; of a Job, the one it made.
    async fn pod(&self) -> Result<Option<Object>, Refusal> {
        let Some(key) = self.key() else { return Ok(None) };
        if key.kind == "Pod" {
            return self.cluster.get(key).await;
        }
        let resource = self.cluster.resource("v1", "Pod").await?;
        let pods = self.cluster.list(&resource, key.namespace.as_deref(), &format!("{RUN}={}", self.order.run)).await?;
        Ok(pods.into_iter().next())
    }

    /// Why the pod cannot run or the Job cannot make it, if waiting does not cure it.
    async fn stuck(&self, pod: &Object, started: Timestamp) -> Option<Cause> {
        let mut objects: Objects = std::iter::once(pod.clone()).collect();
        let resource = self.cluster.resource("v1", "Event").await.ok()?;
        // Events may be forbidden; the pod's own status still says much.
        for event in self.cluster.list(&resource, pod.namespace(), "").await.unwrap_or_default() {
            objects.put(event);
        }
        let found = tree(std::slice::from_ref(pod.key()), &objects, &Memory::new(started), Timestamp::now());
        let cause = found.roots.into_iter().next()?.health.cause?;
        // The pod comes a moment before its Secrets are seen.
        let passes = matches!(cause.trouble, Trouble::Missing { .. })
            && started.until(Timestamp::now()).is_ok_and(|age| age.get_seconds() < 15);
        (cause.fatal && !passes).then_some(cause)
    }

    /// What the pod said: its termination message, and its log where that may be read.
    async fn hear(&self, pod: &Object, exit: i64, message: &str) -> Spoken {
        let request = LogRequest {
            namespace: pod.namespace().unwrap_or_default().to_owned(),
            pod: pod.name().to_owned(),
            container: pod.text("/spec/containers/0/name").unwrap_or_default().to_owned(),
            previous: false,
            follow: false,
            tail: 200,
        };
        let (sender, mut lines) = mpsc::channel(256);
        let reading = tokio::time::timeout(Duration::from_secs(10), follow_log(self.cluster, &request, sender));
        let hearing = async {
            let mut heard = Vec::new();
            while let Some(line) = lines.recv().await {
                heard.push(line);
            }
            heard
        };
        let (_, heard) = tokio::join!(reading, hearing);
        let mut found = answers(message);
        found.extend(
            answers(&heard.join("\n")).into_iter().filter(|answer| !found.contains(answer)).collect::<Vec<_>>(),
        );
        let plain = |line: &&str| !line.trim_start().starts_with('{') && !line.trim().is_empty();
        let all: Vec<&str> = message.lines().chain(heard.iter().map(String::as_str)).filter(plain).collect();
        let last = all[all.len().saturating_sub(5)..].iter().map(|line| (*line).to_owned()).collect();
        let node = pod.text("/spec/nodeName").map(str::to_owned);
        Spoken { end: End::Ran(exit), answers: found, words: last, node }
    }
}

impl Spoken {
    fn silent(end: End) -> Self {
        Self { end, answers: Vec::new(), words: Vec::new(), node: None }
    }

    fn scrubbed(mut self, scrub: &Scrub) -> Self {
        for answer in &mut self.answers {
            answer.says = scrub.text(&answer.says);
            answer.evidence.iter_mut().for_each(|line| *line = scrub.text(line));
        }
        self.words.iter_mut().for_each(|line| *line = scrub.text(line));
        if let End::Stuck(cause) = &mut self.end {
            for text in [&mut cause.headline, &mut cause.sentence, &mut cause.next] {
                *text = scrub.text(text);
            }
        }
        self
    }
}

fn label(metadata: &mut Value, order: Order<'_>) {
    for (name, text) in order.labels.iter().copied().chain([(MARK, order.probe), (RUN, order.run)]) {
        metadata["labels"][name] = json!(text);
    }
    sign(metadata, order.who);
}

/// Exit code and message of a pod's container that has ended.
fn ended(pod: &Object) -> Option<(i64, String)> {
    let status = pod.list("/status/containerStatuses").first()?;
    let ended = status.pointer("/state/terminated")?;
    let message = ended.get("message").and_then(Value::as_str).unwrap_or_default();
    Some((ended.get("exitCode").and_then(Value::as_i64).unwrap_or_default(), message.to_owned()))
}

/// What a pod is doing, in words.
fn state(pod: &Object) -> String {
    let Some(node) = pod.text("/spec/nodeName") else { return "waiting for a node".to_owned() };
    let status = pod.list("/status/containerStatuses").first();
    match status.and_then(|status| status.get("state")) {
        Some(state) if state.get("running").is_some() => format!("running on {node}"),
        Some(_) | None => format!("starting on {node}, which pulls the image first where it is not there"),
    }
}
