//! A wire like a virtio-9p device's: it reads requests from, and writes replies to, the memory that was lent to it, by
//! device address, and gives every request's memory back.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::vec::Vec;

use atomic_waker::AtomicWaker;
use ninewire_dma::Segment;

use super::host::{Host, Reply};
use crate::mem::Map;
use crate::p9::error::WireError;
use crate::p9::slots::{Parcel, Sealed, Sending, SlotId, Slots};
use crate::p9::wire::{Limits, Recall, Wire};

/// The device. Clones are the same device.
#[derive(Clone)]
pub(in crate::p9) struct FakeDevice(Arc<Mutex<State>>);

pub(in crate::p9) struct State {
    pub(in crate::p9) host: Host,
    flights: BTreeMap<u64, (Arc<Slots>, SlotId, &'static mut Sealed)>,
    slots: Option<Arc<Slots>>,
    pub(in crate::p9) limits: Limits,
    /// Says that it wrote this many bytes, whatever it wrote.
    pub(in crate::p9) written: Option<u32>,
    pub(in crate::p9) broken: bool,
    /// The device's own task, woken by requests.
    working: Arc<AtomicWaker>,
}

// SAFETY: a test has one thread; the lies in `Host` are the only thing that is not `Send` by itself.
unsafe impl Send for State {}

impl FakeDevice {
    pub(in crate::p9) fn new(host: Host) -> FakeDevice {
        let limits = Limits { slots: 128, msize: 1 << 22, pieces: 8, write_bytes: usize::MAX };
        let state = State {
            host,
            flights: BTreeMap::new(),
            slots: None,
            limits,
            written: None,
            broken: false,
            working: Arc::default(),
        };
        FakeDevice(Arc::new(Mutex::new(state)))
    }

    pub(in crate::p9) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the device does all its life, apart from any session: answers what it may.
    pub(in crate::p9) async fn work(self) {
        let working = self.state().working.clone();
        poll_fn(|cx| {
            working.register(cx.waker());
            let replies = self.state().host.run();
            self.give_back(replies);
            Poll::<()>::Pending
        })
        .await
    }

    /// Answers the request that stands at `nth` in the host's queue.
    pub(in crate::p9) fn answer(&self, nth: usize) {
        let mut replies = Vec::new();
        self.state().host.answer(nth, &mut replies);
        self.give_back(replies);
    }

    /// Requests whose memory the device has.
    pub(in crate::p9) fn in_flight(&self) -> usize {
        self.state().flights.len()
    }

    fn give_back(&self, replies: Vec<Reply>) {
        for Reply { request, bytes } in replies {
            let mut state = self.state();
            let (slots, slot, envelope) = state.flights.remove(&request).expect("a request that was made");
            let bytes = bytes.unwrap_or_default();
            let room: u32 = envelope.writable().iter().map(|segment| segment.len).sum();
            assert!(bytes.len() <= room as usize, "QEMU breaks a device that has no room for a reply");
            let mut rest = bytes.as_slice();
            for segment in envelope.writable() {
                let (piece, after) = rest.split_at(rest.len().min(segment.len as usize));
                // SAFETY: the segment is ours, the device's, until `mark_returned`, and `piece` is no longer than it.
                unsafe { ptr::copy_nonoverlapping(piece.as_ptr(), cpu(segment), piece.len()) };
                rest = after;
            }
            let written = state.written.unwrap_or(bytes.len() as u32).min(room);
            // SAFETY: this device touches the segments no more.
            unsafe { envelope.mark_returned(written) };
            drop(state);
            slots.settle(slot, written, envelope);
        }
    }
}

fn cpu(segment: &Segment) -> *mut u8 {
    ptr::with_exposed_provenance_mut((segment.addr.get() - Map::DEVICE_SHIFT) as usize)
}

impl Wire for FakeDevice {
    const LOANS: bool = false;
    const PARALLEL: bool = true;
    const RETURNS_FLUSHED: bool = true;

    fn limits(&self) -> Limits {
        self.state().limits
    }

    fn open(&self, slots: &Arc<Slots>) -> Result<(), WireError> {
        let mut state = self.state();
        match &state.slots {
            Some(slots) if slots.is_closing() => return Err(WireError::Closing),
            Some(_) => return Err(WireError::InUse),
            None => {}
        }
        state.slots = Some(slots.clone());
        Ok(())
    }

    type Load = Sending;

    fn load(parcel: &mut Parcel) -> Sending {
        parcel.send_off().expect("no more pieces than the limits say")
    }

    fn submit(&self, _: &Slots, slot: SlotId, load: Sending) -> Result<(), WireError> {
        let Sending { envelope, .. } = load;
        for segment in envelope.readable().iter().chain(envelope.writable()) {
            assert!(segment.len > 0, "an empty segment breaks the device");
        }
        let mut bytes = Vec::new();
        for segment in envelope.readable() {
            // SAFETY: lent to this device, which only reads it.
            bytes.extend(unsafe { std::slice::from_raw_parts(cpu(segment), segment.len as usize) });
        }
        envelope.mark_lent();
        let mut state = self.state();
        let number = state.host.request(bytes);
        let session = state.slots.clone().expect("a session has it open");
        state.flights.insert(number, (session, slot, envelope));
        state.working.wake();
        Ok(())
    }

    fn recall(&self, _: &Slots, _: SlotId) -> Recall {
        Recall::Sent
    }

    fn poll(&self, _: &Slots, _: &mut Context<'_>) -> Poll<WireError> {
        if self.state().broken {
            return Poll::Ready(WireError::Broken("the test says so"));
        }
        Poll::Pending
    }

    fn close(&self) {
        self.state().slots = None;
    }
}
