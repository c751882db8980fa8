//! Waiting for the first of two things.

use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;

/// Which of the two came first.
#[derive(Debug, PartialEq, Eq)]
pub enum First<A, B> {
    /// The first one; also when both came at once.
    A(A),
    /// The second one.
    B(B),
}

/// Waits for whichever comes first, and drops the other where it stands.
pub async fn first<A, B>(a: impl Future<Output = A>, b: impl Future<Output = B>) -> First<A, B> {
    let mut a = pin!(a);
    let mut b = pin!(b);
    poll_fn(|cx| {
        if let Poll::Ready(done) = a.as_mut().poll(cx) {
            return Poll::Ready(First::A(done));
        }
        b.as_mut().poll(cx).map(First::B)
    })
    .await
}
