//! Several waits of one task at a time: what is asked of a server one by one costs a round trip each.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::task::Poll;

/// A future among others.
pub(super) type Wait<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// What all of them come to, in their order, with at most `width` begun and not ended.
pub(super) async fn all<'a, T>(waits: impl Iterator<Item = Wait<'a, T>>, width: usize) -> Vec<T> {
    let mut waits = waits.enumerate();
    let mut under_way: Vec<(usize, Wait<'a, T>)> = Vec::with_capacity(width);
    let mut ended: Vec<(usize, T)> = Vec::new();
    poll_fn(|cx| {
        loop {
            under_way.extend(waits.by_ref().take(width - under_way.len()));
            let before = under_way.len();
            under_way.retain_mut(|(nth, wait)| match wait.as_mut().poll(cx) {
                Poll::Ready(value) => {
                    ended.push((*nth, value));
                    false
                }
                Poll::Pending => true,
            });
            match under_way.len() {
                0 if before == 0 => return Poll::Ready(()),
                left if left == before => return Poll::Pending,
                // Room for more, which have to be polled before anybody wakes us for them.
                _ => {}
            }
        }
    })
    .await;
    ended.sort_unstable_by_key(|(nth, _)| *nth);
    ended.into_iter().map(|(_, value)| value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::{block_on, yield_now};
    use core::cell::Cell;

    #[test]
    fn no_more_than_the_width_are_under_way_and_the_order_stays() {
        let (running, most) = (Cell::new(0), Cell::new(0));
        let wait = |nth: usize| -> Wait<'_, usize> {
            let (running, most) = (&running, &most);
            Box::pin(async move {
                running.set(running.get() + 1);
                most.set(most.get().max(running.get()));
                // The later ones end first.
                for _ in nth..10 {
                    yield_now().await;
                }
                running.set(running.get() - 1);
                nth
            })
        };
        let values = block_on(async { all((0..10).map(wait), 4).await });
        assert_eq!(values, (0..10).collect::<Vec<_>>());
        assert_eq!((running.get(), most.get()), (0, 4));
        assert!(block_on(async { all((0..0).map(wait), 4).await }).is_empty());
    }
}
