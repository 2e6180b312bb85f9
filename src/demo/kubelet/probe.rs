//! Probes: when a container counts as started and as ready.

use serde_json::Value;

use super::Worker;
use crate::demo::events::Tone;
use crate::demo::pick;

/// Longest time between two probes, in seconds: shorter than most periods ask for, so that a demo does not wait
/// for a probe longer than for the server. Thresholds still count by the periods of the spec.
const OFTEN: f64 = 1.2;

impl Worker {
    /// Probes a container that answers after `answers` seconds. Comes back only if the startup probe gives up.
    pub(super) async fn probe(&self, at: usize, container: &Value, answers: f64) {
        let mut elapsed = 0.0;
        if let Some(probe) = container.get("startupProbe")
            && !self.until(at, ("Startup", probe), answers, &mut elapsed).await
        {
            let name = pick::text(container, "/name");
            let message = format!("Container {name} failed startup probe, will be restarted");
            return self.say_of(at, (Tone::Normal, "Killing"), &message);
        }
        self.set(at, |container| container.started = true);
        if let Some(probe) = container.get("readinessProbe") {
            self.until(at, ("Readiness", probe), answers, &mut elapsed).await;
        }
        self.set(at, |container| container.ready = true);
        std::future::pending::<()>().await;
    }

    /// Probes until it succeeds; false once a startup probe has used up its failures.
    async fn until(&self, at: usize, (name, probe): (&str, &Value), answers: f64, elapsed: &mut f64) -> bool {
        let seconds = |field: &str| f64::from(i32::try_from(pick::number(probe, field)).unwrap_or_default());
        let budget = seconds("/initialDelaySeconds") + seconds("/periodSeconds") * seconds("/failureThreshold");
        let pause = seconds("/periodSeconds").clamp(0.1, OFTEN);
        // A kubelet begins somewhere within the first period.
        let mut next = pause / 2.0;
        loop {
            self.cluster.pause(next).await;
            *elapsed += next;
            if *elapsed >= answers {
                return true;
            }
            let message = format!("{name} probe failed: {}", self.refusal(probe));
            self.say_of(at, (Tone::Warning, "Unhealthy"), &message);
            if name == "Startup" && *elapsed > budget {
                return false;
            }
            next = pause;
        }
    }

    fn refusal(&self, probe: &Value) -> String {
        let dial = |port: i64| format!("dial tcp {}:{port}: connect: connection refused", self.address);
        if let Some(get) = probe.get("httpGet") {
            let port = self.port(&get["port"]);
            let scheme = pick::text(get, "/scheme").to_lowercase();
            let path = pick::text(get, "/path");
            return format!("Get \"{scheme}://{}:{port}{path}\": {}", self.address, dial(port));
        }
        match probe.get("tcpSocket") {
            Some(socket) => dial(self.port(&socket["port"])),
            None => "command returned exit code 1".to_owned(),
        }
    }

    /// A port by number or name.
    fn port(&self, port: &Value) -> i64 {
        port.as_i64().unwrap_or_else(|| {
            pick::list(&self.pod, "/spec/containers")
                .iter()
                .flat_map(|container| pick::list(container, "/ports"))
                .find(|known| known.get("name") == Some(port))
                .map_or(0, |known| pick::number(known, "/containerPort"))
        })
    }
}
