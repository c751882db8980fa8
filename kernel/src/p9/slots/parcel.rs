//! The memory of one request: message headers, payload out, pages for payload in.

use alloc::boxed::Box;
use alloc::vec::Vec;

use ninewire_dma::{Exhausted, Letter, Unsealable};
use spin::Mutex;

use crate::io::{Buf, Pool, Window, Windows};
use crate::mem::{Map, PAGE_SIZE};

/// Segments of a request as a device gets it: both headers, pages for the reply, room for a long error, and payload in up to
/// 32 pieces.
pub const SEGMENTS_MAX: usize = 36;

/// Segments that are not payload out.
pub const OTHER_SEGMENTS: usize = 4;

/// A request's memory, as a slot keeps it and a device gets it: it moves by reference, with everything in it.
pub type Sealed = ninewire_dma::Envelope<'static, SEGMENTS_MAX, Map>;

/// What belongs to a request and travels. It lies in the slot except while a device has it.
///
/// On the wire: the letter's head (the T message, or its header when payload follows), then `out`; and back: the letter's
/// reply (the R message, or its header), then `into`, then `spill`. Head and reply stay from request to request.
#[derive(Debug, Default)]
pub struct Parcel {
    /// Taken when the slot is first used; `None` also while a device has it.
    envelope: Option<&'static mut Sealed>,
    /// The T message while a stream may still be reading it.
    t_sent: Option<Window>,
    /// Payload that follows the header.
    pub(super) out: Windows,
}

/// A parcel whose letter is open.
pub(super) struct Filling<'p> {
    letter: &'p mut Letter<'static, Map>,
    t_sent: &'p mut Option<Window>,
    /// Payload that follows the header.
    pub(super) out: &'p mut Windows,
}

impl Filling<'_> {
    /// Room for a T message of `len` bytes, to be written whole.
    #[inline(always)]
    pub(super) fn t_room(&mut self, pool: &'static Pool, len: usize) -> Result<&mut [u8], Exhausted> {
        if self.t_sent.is_some() {
            self.take_t_back();
        }
        let t = room(&mut self.letter.head, pool, len)?;
        t.set_window(0..len);
        Ok(t.as_mut_slice())
    }

    /// The last T message's page is free to be written again, unless a stream still holds it: then it keeps it, and there is
    /// none.
    #[inline(never)]
    fn take_t_back(&mut self) {
        let sent = self.t_sent.take();
        self.letter.head = sent.and_then(|window| window.try_into_buf().ok());
    }

    /// Room for an R message of up to `len` bytes.
    #[inline(always)]
    pub(super) fn r_room(&mut self, pool: &'static Pool, len: usize) -> Result<(), Exhausted> {
        room(&mut self.letter.reply, pool, len)?.set_window(0..len);
        Ok(())
    }

    /// Takes pages for the reply's payload.
    #[inline(always)]
    pub(super) fn take_into(&mut self, buf: &mut Option<Buf>) {
        self.letter.into = buf.take();
    }

    /// Room for the rest of a reply that is longer than what was asked for may be: an error's text.
    pub(super) fn put_spill(&mut self, buf: Buf) {
        self.letter.spill = Some(buf);
    }
}

/// A request's memory on its way to a device.
#[derive(Debug)]
pub struct Sending {
    /// All of it.
    pub envelope: &'static mut Sealed,
    /// Pieces of payload, in both directions.
    pub payload: usize,
    /// Bytes for the device to read.
    pub bytes_out: u64,
}

impl Parcel {
    /// What is in the slot, unless a device has it.
    #[inline]
    fn letter(&self) -> Option<&Letter<'static, Map>> {
        self.envelope.as_ref()?.letter()
    }

    /// The same, to take things out.
    #[inline]
    fn letter_mut(&mut self) -> Option<&mut Letter<'static, Map>> {
        self.envelope.as_mut()?.letter_mut()
    }

    /// To build a request in.
    #[inline(always)]
    pub(super) fn fill(&mut self) -> Filling<'_> {
        let Parcel { envelope, t_sent, out } = self;
        let letter = envelope.get_or_insert_with(spare::take).letter_mut();
        let letter = letter.expect("a slot that is filled has its envelope, and open");
        Filling { letter, t_sent, out }
    }

    /// The T message or its header, until the wire takes it.
    pub(super) fn t(&self) -> &[u8] {
        self.letter().and_then(|letter| letter.head.as_ref()).map_or(&[], Buf::as_slice)
    }

    /// The pages for the reply's payload, unless a device has them.
    #[inline]
    pub(super) fn take_into(&mut self) -> Option<Buf> {
        self.letter_mut()?.into.take()
    }

    /// The same, to write to.
    pub(super) fn payload_in(&mut self) -> Option<&mut Buf> {
        self.letter_mut()?.into.as_mut()
    }

    /// Where a long reply goes on behind what came into its own room.
    pub(super) fn beyond_r(&self) -> impl Iterator<Item = &Buf> {
        self.letter().into_iter().flat_map(|letter| [&letter.into, &letter.spill]).flatten()
    }

    /// Copies a reply's header, or a reply without payload, out of a stream: no payload, so it is not counted. False when
    /// there is less room.
    pub(super) fn fill_r(&mut self, message: &Windows, len: usize) -> bool {
        let r = self.letter_mut().and_then(|letter| letter.reply.as_mut());
        let Some(r) = r.filter(|r| len <= r.capacity()) else { return false };
        r.set_window(0..len);
        let mut at = 0;
        for window in message.iter() {
            let piece = &window.as_slice()[..window.len().min(len - at)];
            r.write_at(at, piece);
            at += piece.len();
        }
        at == len
    }

    /// Bytes of room for an R message.
    pub(super) fn r_capacity(&self) -> usize {
        self.letter().and_then(|letter| letter.reply.as_ref()).map_or(0, Buf::capacity)
    }

    /// What of the R message came into its own room.
    pub(super) fn r(&self) -> &[u8] {
        self.letter().and_then(|letter| letter.reply.as_ref()).map_or(&[], Buf::as_slice)
    }

    /// The request as a stream sends it: the message and its payload in as many pieces as they lie in. The parcel keeps
    /// its pages too.
    pub fn to_stream(&mut self) -> Windows {
        let t = match self.letter_mut().and_then(|letter| letter.head.take()) {
            Some(t) => t.share(),
            None => match &self.t_sent {
                Some(window) => window.clone(),
                None => return Windows::new(),
            },
        };
        self.t_sent = Some(t.clone());
        let mut message = Windows::from(t);
        self.out.iter().for_each(|window| message.push(window.clone()));
        message
    }

    /// Seals everything into the envelope and gives it away, to come back by [`take_back`](Parcel::take_back).
    ///
    /// # Errors
    /// It has more pieces than an envelope takes; nothing has happened then.
    #[inline(always)]
    pub fn send_off(&mut self) -> Result<Sending, Unsealable> {
        let Some(envelope) = self.envelope.take() else { return Err(Unsealable::Incomplete) };
        let letter = envelope.letter();
        let into = usize::from(letter.is_some_and(|letter| letter.into.is_some()));
        let head = letter.and_then(|letter| letter.head.as_ref()).map_or(0, Buf::len);
        let out = &mut self.out;
        let (pieces, bytes) = (out.count(), out.len());
        match envelope.seal(pieces, || out.pop()) {
            Ok(()) => Ok(Sending { envelope, payload: pieces + into, bytes_out: (head + bytes) as u64 }),
            Err(why) => {
                self.envelope = Some(envelope);
                Err(why)
            }
        }
    }

    /// The envelope is back: from the device, or because it could not be sent.
    #[inline]
    pub fn take_back(&mut self, envelope: &'static mut Sealed) {
        let out = &mut self.out;
        let opened = envelope.open(|window| out.push(window));
        debug_assert!(opened, "what comes back is not away");
        self.envelope = Some(envelope);
    }

    /// Drops what belongs to this request alone; of most there is nothing left.
    #[inline(always)]
    pub(super) fn clear(&mut self) {
        let left = self.letter().is_some_and(|letter| letter.into.is_some() || letter.spill.is_some());
        if left || !self.out.is_empty() {
            self.drop_rest();
        }
    }

    #[inline(never)]
    fn drop_rest(&mut self) {
        self.out = Windows::new();
        if let Some(letter) = self.letter_mut() {
            (letter.into, letter.spill) = (None, None);
        }
    }
}

/// The envelope is kept for another session, empty.
impl Drop for Parcel {
    fn drop(&mut self) {
        if let Some(envelope) = self.envelope.take() {
            spare::put(envelope);
        }
    }
}

/// Envelopes of sessions that have ended: as many as there ever were requests in flight.
mod spare {
    use super::{Box, Mutex, Sealed, Vec};

    static SPARE: Mutex<Vec<&'static mut Sealed>> = Mutex::new(Vec::new());

    #[cold]
    pub(super) fn take() -> &'static mut Sealed {
        let spare = SPARE.lock().pop();
        spare.unwrap_or_else(|| Box::leak(Box::new(const { Sealed::new() }))) // in one go, see `boot`
    }

    pub(super) fn put(envelope: &'static mut Sealed) {
        *envelope = Sealed::new();
        SPARE.lock().push(envelope);
    }
}

/// The buffer, when it is there and long enough, else a new one.
#[inline(always)]
fn room<'b>(buf: &'b mut Option<Buf>, pool: &'static Pool, len: usize) -> Result<&'b mut Buf, Exhausted> {
    if buf.as_ref().is_none_or(|buf| buf.capacity() < len) {
        *buf = Some(new_room(pool, len)?);
    }
    Ok(buf.as_mut().expect("put there above"))
}

#[cold]
fn new_room(pool: &'static Pool, len: usize) -> Result<Buf, Exhausted> {
    pool.alloc(len.div_ceil(PAGE_SIZE))
}
