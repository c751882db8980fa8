//! The conversation over a socket: read what comes, send the orders, and give up in time.

use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use super::{Ingest, Progress, Received, Step, Void, VoidReason};
use crate::plan::Plan;

/// How often somebody looks whether QEMU still lives while nothing arrives.
const LOOK_EVERY: Duration = Duration::from_millis(100);

const PIECE_BYTES: usize = 64 << 10;

/// How long to wait for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From the start to the guest's first byte.
    pub hello: Duration,
    /// From any byte to the next. A timed repetition sends nothing, so this is longer than the longest of them.
    pub silence: Duration,
    /// For the whole boot.
    pub total: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            hello: Duration::from_secs(30),
            silence: Duration::from_secs(120),
            total: Duration::from_secs(3600),
        }
    }
}

impl Limits {
    /// For the cases of `plan`: the silence that its longest repetition brings, and room for slow paths.
    pub fn for_plan(plan: &Plan) -> Limits {
        let limits = Limits::default();
        let longest = plan.jobs.iter().map(|job| job.spec.runtime.0).max().unwrap_or(0);
        Limits { silence: limits.silence + Duration::from_nanos(longest), ..limits }
    }
}

/// The world around a boot.
pub trait Watch {
    /// Asked when nothing arrives: whether QEMU has ended, and how.
    fn died(&mut self) -> Option<String>;
    /// Asked often: whether the user wants to end the run.
    fn interrupted(&mut self) -> bool;
    /// Something to show.
    fn show(&mut self, progress: Progress);
    /// The stream as it arrives, for those who keep it.
    fn keep(&mut self, _bytes: &[u8]) {}
}

/// Holds the conversation of boot number `boot`, whose QEMU was started at `started`, to its end.
pub fn receive(
    stream: &mut UnixStream,
    plan: &Plan,
    boot: u32,
    started: Instant,
    limits: Limits,
    watch: &mut dyn Watch,
) -> Result<Received, Void> {
    let mut ingest = Ingest::new(plan, boot);
    let socket = |error: std::io::Error| VoidReason::Socket { error: error.to_string() };
    let timeouts = stream
        .set_read_timeout(Some(LOOK_EVERY))
        .and_then(|()| stream.set_write_timeout(Some(limits.silence)));
    timeouts.map_err(|error| ingest.void(socket(error)))?;
    let mut piece = vec![0; PIECE_BYTES];
    let mut heard: Option<Instant> = None;
    loop {
        if watch.interrupted() {
            return Err(ingest.void(VoidReason::Interrupted));
        }
        let (since, patience) = heard.map_or((started, limits.hello), |heard| (heard, limits.silence));
        let late = |since: Instant, patience: Duration| since.elapsed() >= patience;
        if late(since, patience) || late(started, limits.total) {
            let seconds = since.elapsed().as_secs();
            return Err(ingest.void(VoidReason::Deadline { awaited: ingest.awaited(), seconds }));
        }
        let len = match stream.read(&mut piece) {
            Ok(0) => {
                return Err(ingest.void(ended(&ingest, watch)));
            }
            Ok(len) => len,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                if let Some(how) = watch.died() {
                    return Err(ingest.void(VoidReason::Died { how, awaited: ingest.awaited() }));
                }
                continue;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {
                return Err(ingest.void(ended(&ingest, watch)));
            }
            Err(error) => return Err(ingest.void(socket(error))),
        };
        heard = Some(Instant::now());
        watch.keep(&piece[..len]);
        match ingest.push(&piece[..len], started.elapsed(), &mut |progress| watch.show(progress))? {
            Step::More => {}
            Step::SendOrders => {
                let frames = plan.frames().map_err(|_| ingest.void(VoidReason::Orders))?;
                stream.write_all(&frames).map_err(|error| ingest.void(socket(error)))?;
            }
            Step::Finished => return ingest.finish(),
        }
    }
}

/// The other end is closed: because QEMU has ended, most of the time. It closes its sockets a moment before it can be
/// seen to have ended.
fn ended(ingest: &Ingest<'_>, watch: &mut dyn Watch) -> VoidReason {
    let patience = Instant::now() + 10 * LOOK_EVERY;
    loop {
        if let Some(how) = watch.died() {
            return VoidReason::Died { how, awaited: ingest.awaited() };
        }
        if Instant::now() >= patience {
            return VoidReason::Ended { awaited: ingest.awaited() };
        }
        std::thread::sleep(LOOK_EVERY / 10);
    }
}
