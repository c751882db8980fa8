//! Several chains published together.

use super::SharedRing;
use super::free_list::Run;
use super::publisher::{List, Waiting};
use crate::chain::{Chain, Head};
use crate::error::AddError;

/// Chains of one submitter that become available together, with one decision about the kick. What is added and never
/// published is dropped with the batch: the device has not heard of it.
pub struct Batch<'r, C: Chain, const N: usize> {
    ring: &'r SharedRing<C, N>,
    /// Free descriptors kept aside.
    reserve: Run,
    list: List,
}

impl<'r, C: Chain, const N: usize> Batch<'r, C, N> {
    pub(super) fn of(ring: &'r SharedRing<C, N>) -> Self {
        Self { ring, reserve: Run::default(), list: List::default() }
    }

    /// Takes `descriptors` free descriptors at once, in place of those kept aside before, so that the next chains need not
    /// ask for theirs one by one; nobody else can have them until [`publish`](Self::publish). `false`: there are not as many,
    /// and none is kept aside.
    ///
    /// What is kept aside can still be used when a fault is latched meanwhile, by a chain that stays in the ring then like
    /// those the device has.
    pub fn reserve(&mut self, descriptors: u16) -> bool {
        self.give_reserve();
        let run = (descriptors > 0).then(|| self.ring.take_run(descriptors)).flatten();
        self.reserve = run.unwrap_or_default();
        descriptors == 0 || run.is_some()
    }

    /// Adds a chain, which the device does not see before [`publish`](Self::publish). As [`SharedRing::submit`] otherwise.
    #[inline]
    pub fn add(&mut self, chain: C) -> Result<Head, AddError<C>> {
        let (head, record) = self.ring.write(&mut self.reserve, chain)?;
        self.ring.set_waiting(head, Waiting { record, older: self.list.newest });
        if self.list.count == 0 {
            self.list.oldest = head;
        }
        (self.list.newest, self.list.count) = (head, self.list.count + 1);
        Ok(Head(u32::from(head)))
    }

    /// Makes everything added so far available, or leaves that to whoever is publishing. `true`: the device wants a kick,
    /// and it is the caller who has to give it.
    #[must_use = "a device that asked for a kick waits for it"]
    pub fn publish(&mut self) -> bool {
        let list = core::mem::take(&mut self.list);
        let kick = list.count > 0 && self.ring.publish(list);
        self.give_reserve();
        kick
    }

    /// Chains added and not published.
    pub fn len(&self) -> usize {
        self.list.count as usize
    }

    /// Is there nothing to publish?
    pub fn is_empty(&self) -> bool {
        self.list.count == 0
    }

    fn give_reserve(&mut self) {
        let run = core::mem::take(&mut self.reserve);
        if run.count > 0 {
            self.ring.free_list().give(run);
        }
    }
}

impl<C: Chain, const N: usize> Drop for Batch<'_, C, N> {
    fn drop(&mut self) {
        self.give_reserve();
        let mut head = self.list.newest;
        for _ in 0..self.list.count {
            let Waiting { record, older } = self.ring.waiting(head);
            // SAFETY: `add` has stored it, and it is ours, because it was not published.
            let mut chain = unsafe { self.ring.take_stored(head) };
            self.ring.free_list().give(Run { first: head, last: record.last(), count: record.descriptors() });
            // SAFETY: the device was never told of it; nothing written is never too much.
            unsafe { chain.returned(0) };
            head = older;
        }
    }
}
