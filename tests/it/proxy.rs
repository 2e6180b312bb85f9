//! A way to a server that can be far, and that can swallow what is sent over it, as a network does that drops packets.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// The way, seen from beside. It ends with the runtime.
pub(crate) struct Proxy {
    url: String,
    /// Odd while everything is swallowed. What was connected before never comes back.
    times: Arc<AtomicU64>,
}

impl Proxy {
    /// A way to a server (`https://127.0.0.1:6443`) that takes as long as given, in each direction.
    pub(crate) async fn to(server: &str, delay: Duration) -> Self {
        let (scheme, target) = server.split_once("://").unwrap();
        let target = target.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("{scheme}://{}", listener.local_addr().unwrap());
        let times = Arc::new(AtomicU64::new(0));
        let seen = Arc::clone(&times);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let Ok(far) = TcpStream::connect(&target).await else { continue };
                near.set_nodelay(true).unwrap();
                far.set_nodelay(true).unwrap();
                let (near_in, near_out) = near.into_split();
                let (far_in, far_out) = far.into_split();
                tokio::spawn(pass(near_in, far_out, Arc::clone(&seen), delay));
                tokio::spawn(pass(far_in, near_out, Arc::clone(&seen), delay));
            }
        });
        Self { url, times }
    }

    /// Where it begins.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Swallows everything from now on, or lets new connections through again.
    pub(crate) fn swallow(&self, swallow: bool) {
        assert_ne!(!self.times.load(Ordering::SeqCst).is_multiple_of(2), swallow);
        self.times.fetch_add(1, Ordering::SeqCst);
    }
}

/// Carries bytes one way, in their order, until one side is gone.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, times: Arc<AtomicU64>, delay: Duration) {
    let begun = times.load(Ordering::SeqCst);
    let (sender, mut chunks) = mpsc::channel::<(Instant, Vec<u8>)>(1024);
    let writing = async move {
        while let Some((due, chunk)) = chunks.recv().await {
            tokio::time::sleep_until(due.into()).await;
            if to.write_all(&chunk).await.is_err() {
                return;
            }
        }
    };
    let reading = async move {
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(read @ 1..) = from.read(&mut buffer).await {
            let whole = begun.is_multiple_of(2) && begun == times.load(Ordering::SeqCst);
            if whole && sender.send((Instant::now() + delay, buffer[..read].to_vec())).await.is_err() {
                return;
            }
        }
    };
    tokio::join!(writing, reading);
}
