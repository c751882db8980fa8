//! Follows whole orders: every visit to every case, in order, and the closing record.

use core::future::Future;

use crate::case::{Crew, Sink, StreamLost, no_visit, visit};
use crate::intake::Orders;
use crate::record::{At, Bye, Job, Path, Share, Status};
use crate::target::{Clock, Target, TargetError};

/// Makes sessions: a fresh one for every visit, with the settings its case asks for.
pub trait Sessions {
    /// A session on the native path.
    type Native: Target;
    /// A session on a byte stream, whichever carries it.
    type Stream: Target;
    /// A raw port.
    type Raw: Target;

    /// Attaches to `share` over a virtio-9p device.
    fn native(
        &self,
        share: &Share<'_>,
        job: &Job<'_>,
    ) -> impl Future<Output = Result<Self::Native, TargetError>>;

    /// Attaches to `share` over a port; its path says over which, and how.
    fn stream(
        &self,
        share: &Share<'_>,
        job: &Job<'_>,
    ) -> impl Future<Output = Result<Self::Stream, TargetError>>;

    /// Opens the port of `share` for bytes that are no 9P.
    fn raw(&self, share: &Share<'_>, job: &Job<'_>) -> impl Future<Output = Result<Self::Raw, TargetError>>;
}

/// Visits every case on its paths and says goodbye. Cases that fail are streamed and do not stop the others; what is
/// made of them is the host's decision.
pub async fn follow<X: Sessions, C: Clock, S: Sink>(
    orders: &Orders,
    sessions: &X,
    clock: &C,
    crew: &(impl Crew<X::Native, C> + Crew<X::Stream, C> + Crew<X::Raw, C>),
    sink: &mut S,
) -> Result<(), StreamLost> {
    for job in orders.jobs() {
        let files = orders.files(&job);
        for (path, number) in job.paths.visits() {
            let at = At { job: job.index, path, visit: number };
            let Some(share) = orders.share(path) else {
                no_visit(sink, at, TargetError::Unsupported { what: "the host shares nothing on this path" })
                    .await?;
                continue;
            };
            match path {
                Path::Native => match sessions.native(&share, &job).await {
                    Ok(target) => visit(&target, clock, crew, sink, &job, &files, at).await?,
                    Err(error) => no_visit(sink, at, error).await?,
                },
                Path::Serial | Path::Named | Path::Proxied => match sessions.stream(&share, &job).await {
                    Ok(target) => visit(&target, clock, crew, sink, &job, &files, at).await?,
                    Err(error) => no_visit(sink, at, error).await?,
                },
                Path::Raw => match sessions.raw(&share, &job).await {
                    Ok(target) => visit(&target, clock, crew, sink, &job, &files, at).await?,
                    Err(error) => no_visit(sink, at, error).await?,
                },
            };
        }
    }
    let frames = sink.frames();
    sink.emit(&Bye { frames, status: Status::Done }.into()).await
}
