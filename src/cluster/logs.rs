//! A container's log, line by line, cleaned.

use std::time::Duration;

use futures::StreamExt;
use http_body_util::BodyExt;
use kube::api::LogParams;
use kube::core::Request;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::sync::mpsc;
use tokio_util::io::StreamReader;

use super::refusal::Refusal;
use super::wire::{Call, Cluster};
use crate::object::clean;

/// Which log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRequest {
    /// Namespace of the pod.
    pub namespace: String,
    /// The pod.
    pub pod: String,
    /// The container.
    pub container: String,
    /// Whether the log of the container's previous run.
    pub previous: bool,
    /// Whether to go on as lines come.
    pub follow: bool,
    /// How many of the last lines to start with.
    pub tail: i64,
}

/// Sends a log's lines until it ends or the receiver is gone.
///
/// # Errors
/// The server's refusal, such as a container that has not started.
pub async fn follow_log(cluster: &Cluster, log: &LogRequest, lines: mpsc::Sender<String>) -> Result<(), Refusal> {
    let params = LogParams {
        container: Some(log.container.clone()),
        follow: log.follow,
        previous: log.previous,
        tail_lines: Some(log.tail),
        ..LogParams::default()
    };
    let request = Request::new(format!("/api/v1/namespaces/{}/pods", log.namespace)).logs(&log.pod, &params);
    let late = Duration::from_secs(10);
    let call = Call::new(request)?;
    let (status, headers, body) =
        tokio::time::timeout(late, cluster.send(call)).await.map_err(|_| Refusal::late(late))??;
    if !status.is_success() {
        let bytes = body.collect().await.map_err(|error| Refusal::broken(&error))?.to_bytes();
        return Err(Refusal::read(status, &headers, &bytes));
    }
    let stream = body.into_data_stream().map(|chunk| chunk.map_err(std::io::Error::other));
    let mut reader = BufReader::new(StreamReader::new(stream)).lines();
    while let Some(line) = reader.next_line().await.map_err(|error| Refusal::broken(&error))? {
        if lines.send(clean(&super::userinfo::without_userinfo(&line))).await.is_err() {
            break;
        }
    }
    Ok(())
}
