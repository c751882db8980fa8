//! A thread for each operation in flight.

use std::future::Future;
use std::pin::pin;
use std::sync::Barrier;
use std::task::{Context, Poll, Waker};
use std::thread;

use ninewire_bench_guest::case::{Crew, Hand, Shift};
use ninewire_bench_guest::target::{Clock, Target};

/// Gives every hand a thread of its own, for targets whose operations block. One hand alone needs no other thread.
#[derive(Clone, Copy, Debug)]
pub struct Threads;

impl<T, C> Crew<T, C> for Threads
where
    T: Target + Sync,
    T::File: Sync,
    T::Slot: Send,
    C: Clock + Sync,
{
    async fn work(&self, shift: &Shift<'_, T, C>, hands: &mut [Hand<T::Slot>]) {
        if let [hand] = hands {
            shift.begin();
            return shift.work(hand).await;
        }
        // Threads are made before the clock starts, and leave the barrier when it has.
        let ready = Barrier::new(hands.len() + 1);
        thread::scope(|scope| {
            for hand in hands {
                let ready = &ready;
                scope.spawn(move || {
                    ready.wait();
                    block_on(shift.work(hand));
                });
            }
            shift.begin();
            ready.wait();
        });
    }
}

/// Runs a future that blocks instead of waiting.
///
/// # Panics
/// When it waits after all: nobody would wake it.
pub fn block_on<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("system calls block; nothing here waits for a waker"),
    }
}
