//! What of a serial device needs its core's attention: words that are read every round of the run loop, without the locks
//! of the device and its ports. A device with nothing to do costs a look at each queue it has buffers of, and no more.
//!
//! Queues go in pairs, one for receiving and one for sending: a port's, or those of the control messages. Whoever has a
//! pair behind its lock keeps its marks, with that lock held:
//!
//! - **due**: there may be something for the device. Set when it is queued; taken by whoever hands it over, *before*
//!   taking the lock. So what is queued under the lock afterwards is either handed over by that, or marked anew.
//! - **watched**: the device has chains of a queue that somebody wants back as soon as it returns them. Only such queues
//!   are looked at. Set before the device is told of the chains, or when they are first wanted; taken away when the last one
//!   is back.
//! - **awaited**: somebody waits for the device to take what is sent. Set when one begins to wait; taken away by the core
//!   that is about to sleep, *before* it takes the lock to ask for the interrupts that are waited for.

use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use ninewire_queue::{Chain, Lookout};

use super::super::vq::Virtqueue;

/// Queues there can be marks for.
pub(super) const QUEUES_MAX: usize = 64;

/// Pairs of queues, by number: half of a queue's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Pairs(u32);

impl Pairs {
    pub(super) const NONE: Pairs = Pairs(0);

    pub(super) const fn of_queue(queue: u16) -> Pairs {
        Pairs(1 << (queue / 2))
    }

    pub(super) const fn has(self, other: Pairs) -> bool {
        self.0 & other.0 != 0
    }
}

/// Their numbers, from the smallest.
impl Iterator for Pairs {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let number = self.0.trailing_zeros();
        self.0 &= self.0.checked_sub(1)?;
        Some(number as usize)
    }
}

/// The marks of one device.
#[derive(Default)]
pub(super) struct Agenda {
    due: AtomicU32,
    awaited: AtomicU32,
    /// By queue.
    watched: AtomicU64,
    lookouts: Lookouts,
}

struct Lookouts([Lookout; QUEUES_MAX]);

impl Default for Lookouts {
    fn default() -> Lookouts {
        Lookouts([const { Lookout::new() }; QUEUES_MAX])
    }
}

impl Agenda {
    /// Of a queue of the device.
    pub(super) fn seat(&'static self, queue: u16) -> Seat {
        assert!(usize::from(queue) < QUEUES_MAX, "queue {queue} has no marks");
        Seat { agenda: self, queue }
    }

    /// What may have something for the device, and has been told of by this.
    #[inline]
    pub(super) fn take_due(&self) -> Pairs {
        match self.due.load(Ordering::Relaxed) {
            0 => Pairs::NONE,
            _ => Pairs(self.due.swap(0, Ordering::Acquire)),
        }
    }

    /// Of which pairs the device has returned something.
    #[inline]
    pub(super) fn returned(&self) -> Pairs {
        let mut watched = self.watched.load(Ordering::Relaxed);
        let mut returned = Pairs::NONE;
        while watched != 0 {
            let queue = watched.trailing_zeros() as usize;
            watched &= watched - 1;
            if self.lookouts.0[queue % QUEUES_MAX].has_moved() {
                returned.0 |= Pairs::of_queue(queue as u16).0;
            }
        }
        returned
    }

    /// Has somebody begun to wait for the device to take something, since the core that serves it last was about to sleep?
    pub(super) fn is_awaited(&self) -> bool {
        self.awaited.load(Ordering::Relaxed) != 0
    }

    /// Everybody who waits now is seen to.
    pub(super) fn take_awaited(&self) {
        self.awaited.swap(0, Ordering::Acquire);
    }
}

/// A queue's marks, for whoever has the queue.
pub(super) struct Seat {
    agenda: &'static Agenda,
    queue: u16,
}

impl Seat {
    const fn bit(&self) -> u64 {
        1 << self.queue
    }

    fn lookout(&self) -> &Lookout {
        &self.agenda.lookouts.0[usize::from(self.queue)]
    }

    /// There is something for the device.
    #[inline]
    pub(super) fn due(&self) {
        mark(&self.agenda.due, Pairs::of_queue(self.queue));
    }

    /// Somebody waits for the device to take something.
    pub(super) fn awaited(&self) {
        mark(&self.agenda.awaited, Pairs::of_queue(self.queue));
    }

    /// What the device has of `queue` is wanted back as soon as it returns it. Called before what was added is published.
    /// True: some of it is back already.
    #[inline]
    pub(super) fn watch<C: Chain>(&self, queue: &Virtqueue<C>) -> bool {
        if queue.in_flight() == 0 {
            return false;
        }
        if self.agenda.watched.load(Ordering::Relaxed) & self.bit() == 0 {
            // SAFETY: drivers of serial devices never take a queue's memory back.
            unsafe { queue.show(self.lookout()) };
            self.agenda.watched.fetch_or(self.bit(), Ordering::Relaxed);
        }
        self.lookout().has_moved()
    }

    /// Has the device returned something of a watched queue since the last look?
    pub(super) fn has_moved(&self) -> bool {
        self.agenda.watched.load(Ordering::Relaxed) & self.bit() != 0 && self.lookout().has_moved()
    }

    /// All that the device has returned is taken.
    #[inline]
    pub(super) fn looked<C: Chain>(&self, queue: &Virtqueue<C>) {
        if queue.in_flight() > 0 {
            // SAFETY: as above.
            unsafe { queue.show(self.lookout()) };
        } else {
            self.forget();
        }
    }

    /// Nothing of this queue is looked at any more.
    pub(super) fn forget(&self) {
        if self.agenda.watched.load(Ordering::Relaxed) & self.bit() != 0 {
            self.agenda.watched.fetch_and(!self.bit(), Ordering::Relaxed);
        }
    }
}

/// Sets a mark. It is left alone where it is set already: with the lock of who has the pair held it then stays so until
/// the lock is free.
#[inline]
fn mark(marks: &AtomicU32, pair: Pairs) {
    if marks.load(Ordering::Relaxed) & pair.0 == 0 {
        marks.fetch_or(pair.0, Ordering::Release);
    }
}
