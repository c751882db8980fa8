//! Buffers for a resident chain: whole runs of a page pool that driver and device use in turns, so that a driver of
//! resident chains needs no `unsafe`.
//!
//! **Who may touch the bytes.** The driver while the list is home, through the [`Resident`] it is in; the device while it
//! is away. Nobody takes a buffer out but the owner of the list itself, that is before it is settled and after it is
//! unsettled. A list dropped at home gives its pages back to the pool; one that is away (in a ring that is gone, or has
//! latched a fault) keeps them from being used again.

use crate::Segment;
use crate::chain::Chain;
use crate::resident::{Resident, Steady};
use core::fmt;
use ninewire_dma::{Buf, Coherent, DevAddr, Identity, Mapping};

/// Up to `N` buffers that stay together: some for the device to read, then some for it to write.
pub struct ResidentList<'p, const N: usize, M: Mapping = Identity> {
    segments: [Segment; N],
    buffers: [Option<Coherent<'p, M>>; N],
    /// Buffers the device reads; they come first.
    readable: usize,
    len: usize,
    /// The ring has it.
    away: bool,
}

impl<'p, const N: usize, M: Mapping> ResidentList<'p, N, M> {
    /// An empty list.
    pub const fn new() -> Self {
        Self {
            segments: [Segment { addr: DevAddr::new(0), len: 0 }; N],
            buffers: [const { None }; N],
            readable: 0,
            len: 0,
            away: false,
        }
    }

    /// Adds a buffer of which the device reads the first `bytes` bytes. It comes back if the list is full or away, if a
    /// buffer to write is there already, or if it has not that many bytes, or none are asked for.
    pub fn push_readable(&mut self, buf: Buf<'p, M>, bytes: usize) -> Result<(), Buf<'p, M>> {
        if self.readable < self.len {
            return Err(buf);
        }
        self.push(buf, bytes)?;
        self.readable = self.len;
        Ok(())
    }

    /// Adds a buffer of which the device writes the first `bytes` bytes. It comes back if the list is full or away, or if
    /// it has not that many bytes, or none are asked for.
    pub fn push_writable(&mut self, buf: Buf<'p, M>, bytes: usize) -> Result<(), Buf<'p, M>> {
        self.push(buf, bytes)
    }

    fn push(&mut self, buf: Buf<'p, M>, bytes: usize) -> Result<(), Buf<'p, M>> {
        if self.away || self.len == N || bytes == 0 || bytes > buf.capacity() || bytes > u32::MAX as usize {
            return Err(buf);
        }
        let buffer = buf.into_coherent();
        self.segments[self.len] = Segment::new(buffer.segment().addr, bytes as u32);
        self.buffers[self.len] = Some(buffer);
        self.len += 1;
        Ok(())
    }

    /// The bytes of a buffer, by the order in which they were added. Nothing: there is none, or the list is away.
    pub fn bytes(&self, index: usize) -> Option<&[u8]> {
        let (start, len) = self.memory(index)?;
        // SAFETY: the buffer's memory is initialised, as long as said, and lives as long as the list; home, the device
        // does not write it, and others write it by `&mut` only.
        Some(unsafe { core::slice::from_raw_parts(start, len) })
    }

    /// The same, to write to.
    pub fn bytes_mut(&mut self, index: usize) -> Option<&mut [u8]> {
        let (start, len) = self.memory(index)?;
        // SAFETY: as above, and this borrow is the only one.
        Some(unsafe { core::slice::from_raw_parts_mut(start, len) })
    }

    fn memory(&self, index: usize) -> Option<(*mut u8, usize)> {
        let buffer = self.buffers.get(index)?.as_ref()?;
        (!self.away).then_some((buffer.as_ptr().as_ptr(), self.segments[index].len as usize))
    }

    /// Takes the last buffer out. Nothing: none is left, or the list is away.
    pub fn pop(&mut self) -> Option<Buf<'p, M>> {
        if self.away {
            return None;
        }
        self.len = self.len.checked_sub(1)?;
        self.readable = self.readable.min(self.len);
        let buffer = self.buffers[self.len].take()?;
        // SAFETY: the list is home, so the device has returned the memory or never had it. Whoever pops has the list itself,
        // not a resident: no place of it is left, so no ring tells a device of it again. Slices of it borrow the list.
        Some(unsafe { buffer.reclaim() })
    }
}

impl<const N: usize, M: Mapping> Resident<ResidentList<'_, N, M>> {
    /// The bytes of a buffer, to write to: as [`ResidentList::bytes_mut`].
    pub fn bytes_mut(&mut self, index: usize) -> Option<&mut [u8]> {
        // SAFETY: neither the list's segments nor its buffers change.
        unsafe { self.chain_mut() }.bytes_mut(index)
    }
}

// SAFETY: a list owns its buffers. From `given` to `returned` it shows none of their bytes and gives none of them out; its
// segments do not change in that time, and they name pages of a pool, not parts of the list. It never has a place itself.
unsafe impl<const N: usize, M: Mapping> Chain for ResidentList<'_, N, M> {
    #[inline]
    fn readable(&self) -> &[Segment] {
        &self.segments[..self.readable]
    }

    #[inline]
    fn writable(&self) -> &[Segment] {
        &self.segments[self.readable..self.len]
    }

    #[inline]
    fn given(&mut self) {
        self.away = true;
    }

    #[inline]
    unsafe fn returned(&mut self, _written: u32) {
        self.away = false;
    }

    fn abandon(self) {
        // Dropping a list that is away quarantines its pages, which counts them; leaking it would not.
        drop(self);
    }
}

// SAFETY: segments and buffers change by `&mut` only.
unsafe impl<const N: usize, M: Mapping> Steady for ResidentList<'_, N, M> {}

impl<const N: usize, M: Mapping> fmt::Debug for ResidentList<'_, N, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResidentList")
            .field("away", &self.away)
            .field("readable", &Chain::readable(self))
            .field("writable", &Chain::writable(self))
            .finish()
    }
}

impl<const N: usize, M: Mapping> Default for ResidentList<'_, N, M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize, M: Mapping> Drop for ResidentList<'_, N, M> {
    fn drop(&mut self) {
        // Away, `pop` gives nothing out, and each buffer quarantines itself.
        while self.pop().is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{PACKED, Rig, SPLIT};
    use crate::{Fault, Refusal, Residence, RingFeatures};
    use core::ptr::NonNull;
    use ninewire_dma::{Hygiene, LentList, PAGE_SIZE, Pool};
    use std::alloc::{Layout, alloc};

    type List = ResidentList<'static, 2>;

    /// A pool, and where its memory begins.
    fn pool_at(pages: usize) -> (&'static Pool, NonNull<u8>) {
        let layout = Layout::from_size_align(Pool::<Identity>::region_bytes(pages), PAGE_SIZE).unwrap();
        // SAFETY: the layout is not empty.
        let base = NonNull::new(unsafe { alloc(layout) }).unwrap();
        let region = NonNull::slice_from_raw_parts(base, layout.size());
        // SAFETY: the region is leaked and nobody else's.
        let pool = unsafe { Pool::new(region, Identity, Hygiene::Lazy) }.unwrap();
        (Box::leak(Box::new(pool)), base)
    }

    fn pool(pages: usize) -> &'static Pool {
        pool_at(pages).0
    }

    fn list(pool: &'static Pool) -> List {
        let mut list = List::new();
        assert!(list.push_readable(pool.alloc(1).unwrap(), 8).is_ok());
        assert!(list.push_writable(pool.alloc(1).unwrap(), 16).is_ok());
        list
    }

    #[test]
    fn driver_and_device_use_the_same_bytes_in_turns() {
        for features in [SPLIT, PACKED] {
            let (pool, base) = pool_at(8);
            let at = |segment: Segment| base.as_ptr().with_addr(segment.addr.get() as usize);
            let mut rig = Rig::<Resident<List>>::with_tables(features, 4, 2);
            let mut resident = rig.ring.settle(list(pool), Residence::Ring).unwrap();
            for turn in 0..9u8 {
                resident.bytes_mut(0).unwrap().fill(turn);
                rig.ring.add(resident).unwrap();
                let _ = rig.ring.publish();
                let chain = rig.device.pop().unwrap().unwrap();
                let [there, back] = [chain.readable().next().unwrap(), chain.writable().next().unwrap()];
                assert_eq!((there.len, back.len), (8, 16));
                // SAFETY: both are pages of the pool, whose device addresses are CPU addresses, and lent to this device.
                unsafe {
                    let asked = *at(there);
                    at(back).write_bytes(asked + 1, 16);
                }
                rig.device.complete(chain.head, 16);
                resident = rig.ring.pop().unwrap().unwrap().chain;
                assert_eq!(resident.bytes(1), Some(&[turn + 1; 16][..]));
                assert_eq!(resident.bytes(2), None);
            }
            let mut list = rig.ring.unsettle(resident);
            assert_eq!(list.pop().unwrap().capacity(), PAGE_SIZE);
            drop(list);
            assert_eq!((pool.counters().live, pool.counters().quarantined), (0, 0));
        }
    }

    #[test]
    fn a_list_that_is_away_shows_nothing_and_its_pages_are_never_used_again() {
        let pool = pool(8);
        let mut rig = Rig::<Resident<List>>::with_tables(SPLIT, 4, 0);
        let resident = rig.ring.settle(list(pool), Residence::Ring).unwrap();
        rig.ring.add(resident).unwrap();
        rig.deliver();
        rig.device.lie_entry(3, 0);
        rig.device.publish();
        assert_eq!(rig.ring.pop().unwrap_err(), Fault::NotInFlight { head: 3 });
        drop(rig.ring);
        assert_eq!(pool.counters().quarantined, 2);

        let mut list = list(pool);
        list.given();
        assert!(list.bytes(0).is_none() && list.bytes_mut(0).is_none() && list.pop().is_none());
        // SAFETY: no device has ever heard of it.
        unsafe { list.returned(0) };
        assert_eq!(list.bytes(0), Some(&[0; 8][..]));
    }

    /// Sends a list to a device and takes it back; or why a ring refused it.
    fn pass(features: RingFeatures, list: &mut LentList<'static, 2>) -> Result<(), Refusal> {
        let mut rig = Rig::<&mut LentList<'static, 2>>::with_tables(features, 4, 0);
        rig.ring.add(list).map_err(|refused| refused.why)?;
        let head = rig.deliver()[0];
        rig.device.complete(head, 1);
        assert!(rig.ring.pop().unwrap().is_some());
        Ok(())
    }

    #[test]
    fn no_device_hears_of_a_buffer_that_was_taken_out_of_its_list() {
        let pool = pool(8);
        for (features, was_away) in [(SPLIT, false), (SPLIT, true), (PACKED, false), (PACKED, true)] {
            let mut list = LentList::<2>::new();
            list.push_writable(pool.alloc(1).unwrap()).unwrap();
            list.push_writable(pool.alloc(1).unwrap()).unwrap();
            if was_away {
                pass(features, &mut list).unwrap();
            }
            let ours = list.take().unwrap();
            assert_eq!(pass(features, &mut list), Err(Refusal::Empty));
            assert!(list.take().is_some() && list.take().is_none(), "it is not away");
            drop(ours);
        }
        assert_eq!((pool.counters().live, pool.counters().quarantined), (0, 0));
    }

    #[test]
    fn buffers_that_do_not_fit_come_back() {
        let pool = pool(8);
        let mut list = list(pool);
        assert!(list.push_writable(pool.alloc(1).unwrap(), 1).is_err(), "full");
        let mut list = {
            list.pop();
            list
        };
        assert!(list.push_writable(pool.alloc(1).unwrap(), 0).is_err(), "nothing");
        assert!(list.push_writable(pool.alloc(1).unwrap(), PAGE_SIZE + 1).is_err(), "more than there is");
        list.pop();
        assert!(list.push_writable(pool.alloc(1).unwrap(), 1).is_ok());
        assert!(list.push_readable(pool.alloc(1).unwrap(), 1).is_err(), "what is read comes first");
        drop(list);
        assert_eq!(pool.counters().live, 0);
    }
}
