//! The memory of one request: message headers, payload out, pages for payload in.

use ninewire_dma::{Envelope, Exhausted, Letter};

use crate::io::{Buf, Pool, Window, Windows};
use crate::mem::{Map, PAGE_SIZE};
use crate::p9::msg::split::RREAD_LEN;

/// What belongs to a request and travels. It lies in the slot except while a device has it.
///
/// On the wire: `t`, then `out`; and back: `r`, then `into`, then `spill`.
#[derive(Debug, Default)]
pub struct Parcel {
    /// The T message, or its header when payload follows. Kept by the slot from request to request.
    t: Option<Buf>,
    /// The same while a stream may still be reading it.
    t_sent: Option<Window>,
    /// Payload that follows the header.
    pub(super) out: Windows,
    /// Room for the R message, or for its header when payload follows. Kept by the slot from request to request.
    r: Option<Buf>,
    /// Pages for the reply's payload.
    pub(super) into: Option<Buf>,
    /// Room for the rest of a reply that is longer than what was asked for may be: an error's text.
    pub(super) spill: Option<Buf>,
}

/// The parcel has more pieces than an envelope takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyPieces;

impl Parcel {
    /// Room for a T message of `len` bytes, to be written whole.
    #[inline]
    pub(super) fn t_room(&mut self, pool: &'static Pool, len: usize) -> Result<&mut [u8], Exhausted> {
        if self.t.is_none()
            && let Some(window) = self.t_sent.take()
        {
            // A stream that still holds it keeps it; we take another page then.
            self.t = window.try_into_buf().ok();
        }
        let t = room(&mut self.t, pool, len)?;
        t.set_window(0..len);
        Ok(t.as_mut_slice())
    }

    /// The T message or its header, until the wire takes it.
    pub(super) fn t(&self) -> &[u8] {
        self.t.as_ref().map_or(&[], Buf::as_slice)
    }

    /// Room for an R message of up to `len` bytes.
    #[inline]
    pub(super) fn r_room(&mut self, pool: &'static Pool, len: usize) -> Result<(), Exhausted> {
        room(&mut self.r, pool, len)?.set_window(0..len);
        Ok(())
    }

    /// Copies a reply's header, or a reply without payload, out of a stream: no payload, so it is not counted. False when
    /// there is less room.
    pub(super) fn fill_r(&mut self, message: &Windows, len: usize) -> bool {
        let Some(r) = self.r.as_mut().filter(|r| len <= r.capacity()) else { return false };
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
        self.r.as_ref().map_or(0, Buf::capacity)
    }

    /// What of the R message came into its own room.
    pub(super) fn r(&self) -> &[u8] {
        self.r.as_ref().map_or(&[], Buf::as_slice)
    }

    /// The request as a stream sends it: the message and its payload in as many pieces as they lie in. The parcel keeps
    /// its pages too.
    pub fn to_stream(&mut self) -> Windows {
        let t = match self.t.take() {
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

    /// Pieces of payload, those that wait to be sent and the pages for the reply's.
    pub fn payload_pieces(&self) -> usize {
        self.out.count() + usize::from(self.into.is_some())
    }

    /// Puts everything into an envelope for a device. When that is too small, nothing is in it afterwards.
    #[inline]
    pub fn lend_to<const N: usize>(
        &mut self,
        envelope: &mut Envelope<'static, N, Map>,
    ) -> Result<(), TooManyPieces> {
        let (Some(head), Some(reply)) = (self.t.take(), self.r.take()) else {
            unreachable!("a request that was built has a message and room for its reply");
        };
        let letter = Letter { head, reply, into: self.into.take(), spill: self.spill.take() };
        let pieces = self.out.count();
        match envelope.seal(letter, pieces, || self.out.pop()) {
            None => Ok(()),
            Some(letter) => {
                self.put_back(letter);
                Err(TooManyPieces)
            }
        }
    }

    /// Takes everything back out of an envelope that [`lend_to`](Parcel::lend_to) sealed, unless the device has it.
    #[inline]
    pub fn take_from<const N: usize>(&mut self, envelope: &mut Envelope<'static, N, Map>) {
        let out = &mut self.out;
        if let Some(letter) = envelope.open(|window| out.push(window)) {
            self.put_back(letter);
        }
    }

    #[inline]
    fn put_back(&mut self, letter: Letter<'static, Map>) {
        self.t = Some(letter.head);
        self.r = Some(letter.reply);
        self.into = letter.into;
        self.spill = letter.spill;
    }

    /// Drops what belongs to this request alone.
    #[inline]
    pub(super) fn clear(&mut self) {
        if !self.out.is_empty() {
            self.out = Windows::new();
        }
        if self.into.is_some() {
            self.into = None;
        }
        if self.spill.is_some() {
            self.spill = None;
        }
    }
}

/// The header's bytes of a reply with payload.
pub(super) fn rread_head(parcel: &Parcel) -> Option<&[u8; RREAD_LEN]> {
    parcel.r().first_chunk()
}

/// The buffer, when it is there and long enough, else a new one.
#[inline]
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
