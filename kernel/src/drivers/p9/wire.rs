//! How a 9P session uses the device: requests out of its slots into the ring, and back.

use alloc::sync::Arc;
use core::task::{Context, Poll};

use atomic_waker::AtomicWaker;
use ninewire_queue::Refusal;

use super::super::words;
use super::{Flight, Inner, NineP};
use crate::p9::slots::{OTHER_SEGMENTS, SEGMENTS_MAX, Sealed, Sending};
use crate::p9::wire::Limits;
use crate::p9::{Parcel, Recall, SessionError, SlotId, Slots, Wire, WireError};
use crate::warn;

/// The longest message: the newest QEMU takes no longer one (1024 pages for a chain, two of them for headers).
const MSIZE_MAX: u32 = (1024 - 2) * 4096;

/// Requests QEMU has at a time.
const SLOTS: usize = 128;

/// The way of one 9P session to a device.
#[derive(Debug)]
pub struct NativeWire {
    nine_p: &'static NineP,
    /// The session's task that waits for the end of the wire.
    waker: Arc<AtomicWaker>,
}

/// A session that has the device, or had it and has requests with it.
pub(super) struct Session {
    pub(super) number: u32,
    slots: Arc<Slots>,
    waker: Arc<AtomicWaker>,
    /// Requests with the device.
    pub(super) in_flight: usize,
}

impl Session {
    pub(super) fn fail(&self, why: WireError) {
        self.slots.fail(SessionError::Wire(why));
        self.waker.wake();
    }

    /// The device has returned a request: its memory goes back to the slot.
    #[inline]
    pub(super) fn settle(&mut self, slot: SlotId, written: u32, envelope: &'static mut Sealed) {
        self.in_flight -= 1;
        self.slots.settle(slot, written, envelope);
    }
}

/// What became of a request on its way to the ring.
enum Added {
    /// The device will see it when the round ends.
    Yes,
    /// Ring or page pool have no room; the request is back in its slot.
    NoRoom,
}

impl NativeWire {
    pub(super) fn new(nine_p: &'static NineP) -> NativeWire {
        NativeWire { nine_p, waker: Arc::default() }
    }
}

impl Wire for NativeWire {
    const LOANS: bool = false;
    const PARALLEL: bool = true;
    const RETURNS_FLUSHED: bool = true;

    fn limits(&self) -> Limits {
        Limits {
            slots: SLOTS,
            msize: MSIZE_MAX,
            pieces: SEGMENTS_MAX - OTHER_SEGMENTS,
            write_bytes: usize::MAX,
        }
    }

    fn open(&self, slots: &Arc<Slots>) -> Result<(), WireError> {
        let inner = &mut *self.nine_p.inner.lock();
        match &inner.session {
            Some(session) if session.slots.is_closing() || session.slots.dead().is_some() => {
                return Err(WireError::Closing);
            }
            Some(_) => return Err(WireError::InUse),
            None => {}
        }
        if let Some(why) = inner.broken
            && let Err(error) = self.nine_p.revive(inner)
        {
            warn!("{}: {error}", self.nine_p.name());
            return Err(WireError::Broken(why));
        }
        let number = inner.next_session;
        inner.next_session = number.wrapping_add(1);
        inner.session =
            Some(Session { number, slots: slots.clone(), waker: self.waker.clone(), in_flight: 0 });
        Ok(())
    }

    type Load = Sending;

    #[inline(always)]
    fn load(parcel: &mut Parcel) -> Sending {
        parcel.send_off().expect("no request has more pieces than the wire's limits say")
    }

    #[inline(always)]
    fn submit(&self, slots: &Slots, slot: SlotId, load: Sending) -> Result<(), WireError> {
        let inner = &mut *self.nine_p.inner.lock();
        // Who comes now does not overtake who waits.
        if !inner.backlog.is_empty() {
            return inner.put_off(slots, slot, load);
        }
        match inner.add(slots, slot, load)? {
            Added::Yes => {}
            Added::NoRoom => inner.backlog.push(slot),
        }
        Ok(())
    }

    fn recall(&self, _: &Slots, slot: SlotId) -> Recall {
        let inner = &mut *self.nine_p.inner.lock();
        if inner.backlog.remove(slot) { Recall::NeverSent } else { Recall::Sent }
    }

    fn poll(&self, _: &Slots, cx: &mut Context<'_>) -> Poll<WireError> {
        // Registered before looking, so that a device that breaks in between wakes us.
        self.waker.register(cx.waker());
        match self.nine_p.inner.lock().broken {
            Some(why) => Poll::Ready(WireError::Broken(why)),
            None => Poll::Pending,
        }
    }

    fn close(&self) {
        let inner = &mut *self.nine_p.inner.lock();
        while inner.backlog.pop().is_some() {}
        if let Some(session) = inner.session.take()
            && session.in_flight > 0
        {
            inner.ended.push(session);
        }
    }
}

impl Inner {
    /// Moves a request into the ring, or back into its slot.
    #[inline]
    fn add(&mut self, slots: &Slots, slot: SlotId, load: Sending) -> Result<Added, WireError> {
        let (Some(session), Some(queue), None) = (&mut self.session, &mut self.queue, self.broken) else {
            give_back(slots, slot, load.envelope);
            return Err(self.broken.map_or(WireError::HungUp, WireError::Broken));
        };
        let Sending { envelope, payload, bytes_out } = load;
        envelope.label = Flight { session: session.number, slot }.label();
        match queue.add(envelope) {
            Ok(_) => {
                session.in_flight += 1;
                self.bytes_out += bytes_out;
                self.payload_descriptors += payload as u64;
                Ok(Added::Yes)
            }
            Err(refused) => {
                give_back(slots, slot, refused.chain);
                match refused.why {
                    Refusal::Full => Ok(Added::NoRoom),
                    Refusal::Broken(fault) => Err(WireError::Broken(words(fault))),
                    _ => Err(WireError::Broken("a request no ring can take")),
                }
            }
        }
    }

    /// The request waits in its slot until there is room.
    #[cold]
    fn put_off(&mut self, slots: &Slots, slot: SlotId, load: Sending) -> Result<(), WireError> {
        give_back(slots, slot, load.envelope);
        self.backlog.push(slot);
        Ok(())
    }

    /// Moves requests that waited into the ring, as far as there is room.
    #[inline]
    pub(super) fn feed(&mut self) {
        if !self.backlog.is_empty() {
            self.feed_those_that_wait();
        }
    }

    #[inline(never)]
    fn feed_those_that_wait(&mut self) {
        while let Some(slot) = self.backlog.first() {
            let Some(slots) = self.session.as_ref().map(|session| session.slots.clone()) else { return };
            match self.add(&slots, slot, slots.lend(slot, NativeWire::load)) {
                Ok(Added::Yes) => {
                    self.backlog.pop();
                }
                Ok(Added::NoRoom) => return,
                Err(why) => return self.sessions().for_each(|session| session.fail(why)),
            }
        }
    }
}

/// What cannot be sent lies in its slot again.
#[cold]
fn give_back(slots: &Slots, slot: SlotId, envelope: &'static mut Sealed) {
    slots.lend(slot, |parcel| parcel.take_back(envelope));
}
