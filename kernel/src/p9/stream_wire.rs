//! 9P over a byte stream: a console port, a pipe end. Messages are cut out of what arrives by their size field and handed
//! on as windows on the pages they arrived in; nothing is copied but headers.
//!
//! The stream may cut and merge messages anywhere. What is not a whole message yet waits here, as windows. A message that
//! cannot be one (too short, too long, a tag nobody awaits) is the end of the session, as is the end of the stream; only
//! before the session has begun are replies passed over, which an earlier one on the stream has left behind.
//!
//! On a stream that loses what its other side is too slow for ([`Stream::credit`]) no more is sent than the other side
//! must have taken: every reply shows that its request was read and gives back what that request cost.

use alloc::sync::Arc;
use core::fmt;
use core::task::{Context, Poll};

use spin::Mutex;

use super::error::{Lie, LieKind, WireError};
use super::msg::HEADER_LEN;
use super::msg::split::Head;
use super::slots::{Parcel, SLOTS_MAX, SlotId, Slots};
use super::stream::{Credit, SendError, Stream, StreamError};
use super::wire::{Backlog, Limits, Recall, Wire};
use crate::io::{Buf, Pool, Window, Windows, copy_payload_into};
use crate::mem::PAGE_SIZE;

/// Longest message: as long as QEMU's virtio-9p takes them, so that both ways can be compared.
const MSIZE_MAX: u32 = (1024 - 2) * 4096;

/// Most payload of one request on a stream with credit: two such writes are under way at a time, so that one is on its way
/// while the server is at work on the other.
pub(super) const LOSSY_WRITE_BYTES_MAX: usize = 72 << 10;

/// Pages a message may hold beyond four times its bytes, in pieces as small as they come.
const SPARSE_PAGES_MAX: usize = 64;

/// 9P messages over the stream `S`.
pub struct StreamWire<S: Stream> {
    stream: S,
    sending: Mutex<Sending>,
    receiving: Mutex<Receiving>,
}

struct Sending {
    /// Requests that wait for room or credit.
    backlog: Backlog,
    /// What each request under way costs; only counted where the stream has credit.
    costs: [u32; SLOTS_MAX],
    /// Sum of `costs`.
    spent: usize,
}

#[derive(Default)]
struct Receiving {
    /// What arrived and is not a whole message yet.
    bytes: Windows,
    /// What arrived after that in small pieces, copied together.
    tail: Option<Buf>,
    /// The head of the message at the front of `bytes`, once it is there and admitted.
    head: Option<Head>,
}

/// Why a request was not sent now.
enum Later {
    /// The stream is full.
    Full,
    /// Too much is under way.
    Credit,
}

impl<S: Stream> StreamWire<S> {
    /// A wire for one session over `stream`.
    pub fn new(stream: S) -> StreamWire<S> {
        StreamWire {
            stream,
            sending: Mutex::new(Sending { backlog: Backlog::new(), costs: [0; SLOTS_MAX], spent: 0 }),
            receiving: Mutex::new(Receiving::default()),
        }
    }

    /// The stream.
    pub fn stream(&self) -> &S {
        &self.stream
    }

    fn send(
        &self,
        sending: &mut Sending,
        slots: &Slots,
        slot: SlotId,
    ) -> Result<Result<(), Later>, WireError> {
        let mut message = slots.lend(slot, |parcel| parcel.to_stream());
        let credit = self.stream.credit();
        let cost = credit.map_or(0, |credit| credit.cost(message.len(), message.count()));
        if let Some(Credit { limit, .. }) = credit
            && sending.spent > 0
            && sending.spent + cost > limit
        {
            return Ok(Err(Later::Credit));
        }
        match self.stream.try_send(&mut message) {
            Ok(()) => {
                sending.costs[slot.index()] = cost as u32;
                sending.spent += cost;
                Ok(Ok(()))
            }
            Err(SendError::Full) => Ok(Err(Later::Full)),
            Err(SendError::Stream(error)) => Err(error.into()),
        }
    }

    /// Sends what waits, as far as room and credit go.
    fn send_backlog(&self, slots: &Slots, cx: &mut Context<'_>) -> Result<(), WireError> {
        let sending = &mut *self.sending.lock();
        while let Some(slot) = sending.backlog.first() {
            match self.send(sending, slots, slot)? {
                Ok(()) => {
                    sending.backlog.pop();
                }
                // A reply brings credit, and us here again.
                Err(Later::Credit) => break,
                Err(Later::Full) => match self.stream.poll_ready(cx) {
                    Poll::Ready(ready) => ready?,
                    Poll::Pending => break,
                },
            }
        }
        Ok(())
    }

    /// Takes what has arrived, and delivers the messages in it.
    fn receive(&self, slots: &Slots, cx: &mut Context<'_>) -> Result<(), WireError> {
        let receiving = &mut *self.receiving.lock();
        while let Poll::Ready(window) = self.stream.poll_recv(cx) {
            receiving.push(window?, slots.pool());
            while let Some((head, message)) = receiving.next_message(slots) {
                match slots.deliver(head, message) {
                    Ok(Some(slot)) => self.refund(slot),
                    Ok(None) => {}
                    Err(_) => break,
                }
            }
            if slots.dead().is_some() {
                break;
            }
        }
        Ok(())
    }

    /// What the request in `slot` cost is free again.
    fn refund(&self, slot: SlotId) {
        let sending = &mut *self.sending.lock();
        sending.spent -= core::mem::take(&mut sending.costs[slot.index()]) as usize;
    }
}

impl Receiving {
    fn len(&self) -> usize {
        self.bytes.len() + self.tail.as_ref().map_or(0, Buf::len)
    }

    /// Takes a piece in. Each holds a page, so a message that comes in very many small pieces could hold all the pages
    /// there are: when most of what it holds is not its own, more pieces are copied together (and counted as payload).
    fn push(&mut self, window: Window, pool: &'static Pool) {
        let held = (self.bytes.count() + 1) * PAGE_SIZE;
        if held <= 4 * self.bytes.len() + SPARSE_PAGES_MAX * PAGE_SIZE {
            self.end_tail();
            return self.bytes.push(window);
        }
        if self.tail.as_ref().is_some_and(|tail| tail.len() + window.len() > tail.capacity()) {
            self.end_tail();
        }
        let tail = match self.tail.take() {
            Some(tail) => Some(tail),
            None => pool.alloc_bytes(0).ok(),
        };
        let Some(mut tail) = tail else { return self.bytes.push(window) };
        let used = tail.len();
        tail.set_window(0..used + window.len());
        copy_payload_into(&mut tail, used, &window);
        self.tail = Some(tail);
    }

    fn end_tail(&mut self) {
        if let Some(tail) = self.tail.take() {
            self.bytes.push(tail.share());
        }
    }

    /// The next whole message. `None` too when the session is over.
    fn next_message(&mut self, slots: &Slots) -> Option<(Head, Windows)> {
        let head = match self.head {
            Some(head) => head,
            None => {
                let mut bytes = [0; HEADER_LEN];
                if self.bytes.peek(&mut bytes) < HEADER_LEN {
                    return None;
                }
                let head = match Head::get(&bytes) {
                    Ok(head) => head,
                    Err(error) => {
                        slots.fail(Lie::new("R-message", LieKind::Malformed(error)).into());
                        return None;
                    }
                };
                slots.admit(head).ok()?;
                *self.head.insert(head)
            }
        };
        if self.len() < head.size as usize {
            return None;
        }
        self.end_tail();
        self.head = None;
        Some((head, self.bytes.split_to(head.size as usize)))
    }
}

impl<S: Stream> Wire for StreamWire<S> {
    const LOANS: bool = true;
    const PARALLEL: bool = false;
    const RETURNS_FLUSHED: bool = false;

    fn limits(&self) -> Limits {
        let lossy = self.stream.credit().is_some();
        Limits {
            slots: SLOTS_MAX,
            msize: MSIZE_MAX,
            pieces: usize::MAX,
            write_bytes: if lossy { LOSSY_WRITE_BYTES_MAX } else { usize::MAX },
        }
    }

    fn open(&self, _: &Arc<Slots>) -> Result<(), WireError> {
        Ok(())
    }

    /// A message is taken when the stream has room for it.
    type Load = ();

    #[inline]
    fn load(_: &mut Parcel) {}

    fn submit(&self, slots: &Slots, slot: SlotId, (): ()) -> Result<(), WireError> {
        let sending = &mut *self.sending.lock();
        // Who comes now does not overtake who waits.
        if sending.backlog.is_empty() && self.send(sending, slots, slot)?.is_ok() {
            return Ok(());
        }
        sending.backlog.push(slot);
        slots.wake_keeper();
        Ok(())
    }

    fn recall(&self, _: &Slots, slot: SlotId) -> Recall {
        if self.sending.lock().backlog.remove(slot) { Recall::NeverSent } else { Recall::Sent }
    }

    fn flushed(&self, slot: SlotId) {
        self.refund(slot);
    }

    fn poll(&self, slots: &Slots, cx: &mut Context<'_>) -> Poll<WireError> {
        match self.receive(slots, cx).and_then(|()| self.send_backlog(slots, cx)) {
            Ok(()) => Poll::Pending,
            Err(error) => Poll::Ready(error),
        }
    }

    fn close(&self) {
        *self.receiving.lock() = Receiving::default();
        let sending = &mut *self.sending.lock();
        while sending.backlog.pop().is_some() {}
    }
}

impl From<StreamError> for WireError {
    fn from(error: StreamError) -> Self {
        match error {
            StreamError::HungUp => WireError::HungUp,
            StreamError::Broken(how) => WireError::Broken(how),
        }
    }
}

impl<S: Stream> fmt::Debug for StreamWire<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sending = self.sending.lock();
        f.debug_struct("StreamWire")
            .field("waiting", &sending.backlog.len())
            .field("spent", &sending.spent)
            .finish()
    }
}
