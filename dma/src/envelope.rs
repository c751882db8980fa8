//! What a request with payload hands to a device, all of it by name: a head the device reads, payload it reads after that,
//! room for its reply, and pages for the reply's payload. A [`LentList`](crate::LentList) of a fixed shape, for drivers that
//! send the same kind of request a million times: contents go in and come out in one step each.
//!
//! An envelope is *open* while nothing is in it, *sealed* when it is filled, and *away* while a ring holds it. It can be
//! opened again unless it is away; dropping it while it is away quarantines everything in it.

use core::fmt;

use crate::{Buf, DevAddr, Flow, Identity, Mapping, Segment, Window};

/// A request and its answer, up to `N` segments.
pub struct Envelope<'p, const N: usize, M: Mapping = Identity> {
    segments: [Segment; N],
    /// Payload the device reads after the head; those in front are there.
    out: [Option<Window<'p, M>>; N],
    letter: Option<Letter<'p, M>>,
    /// Segments the device reads: the head and the payload after it.
    readable: usize,
    /// Segments.
    len: usize,
    /// A ring has it.
    away: bool,
    /// What the device has written since it was sealed, if it was away.
    written: Option<u32>,
}

/// What is in an envelope besides the payload the device reads.
#[derive(Debug)]
pub struct Letter<'p, M: Mapping = Identity> {
    /// The device reads this first.
    pub head: Buf<'p, M>,
    /// The device writes here first.
    pub reply: Buf<'p, M>,
    /// Then here.
    pub into: Option<Buf<'p, M>>,
    /// And the rest here.
    pub spill: Option<Buf<'p, M>>,
}

impl<'p, const N: usize, M: Mapping> Envelope<'p, N, M> {
    /// An open one.
    pub const fn new() -> Self {
        Self {
            segments: [Segment { addr: DevAddr::new(0), len: 0 }; N],
            out: [const { None }; N],
            letter: None,
            readable: 0,
            len: 0,
            away: false,
            written: None,
        }
    }

    /// Fills it: `out` gives the payload that follows the head, `pieces` windows one after the other. The letter comes back
    /// when the envelope is sealed already, or all of it would be more than `N` segments; `out` was asked for nothing then.
    #[inline]
    #[must_use = "a letter that comes back was not sealed"]
    pub fn seal(
        &mut self,
        mut letter: Letter<'p, M>,
        pieces: usize,
        mut out: impl FnMut() -> Option<Window<'p, M>>,
    ) -> Option<Letter<'p, M>> {
        let others = 2 + usize::from(letter.into.is_some()) + usize::from(letter.spill.is_some());
        if self.letter.is_some() || pieces.saturating_add(others) > N {
            return Some(letter);
        }
        let mut len = 0;
        letter.head.prepare_for(Flow::ToDevice);
        self.segments[len] = letter.head.segment();
        len += 1;
        while len <= pieces
            && let Some(window) = out()
        {
            window.prepare();
            self.segments[len] = window.segment();
            self.out[len - 1] = Some(window);
            len += 1;
        }
        self.readable = len;
        letter.reply.prepare_for(Flow::FromDevice);
        self.segments[len] = letter.reply.segment();
        len += 1;
        for buf in [&mut letter.into, &mut letter.spill].into_iter().flatten() {
            buf.prepare_for(Flow::FromDevice);
            self.segments[len] = buf.segment();
            len += 1;
        }
        self.len = len;
        self.letter = Some(letter);
        None
    }

    /// Takes everything out; `out` gets the payload the device has read, in order. What the device has written has shrunk to
    /// that; out of an envelope that was never away everything comes as it went in. Nothing comes out of one that is away,
    /// or open.
    #[inline]
    pub fn open(&mut self, mut out: impl FnMut(Window<'p, M>)) -> Option<Letter<'p, M>> {
        if self.away {
            return None;
        }
        let mut letter = self.letter.take()?;
        let written = self.written.take();
        for window in &mut self.out[..self.readable - 1] {
            if let Some(window) = window.take() {
                if written.is_some() {
                    window.accept();
                }
                out(window);
            }
        }
        if let Some(mut written) = written {
            letter.head.accept(Flow::ToDevice, 0);
            letter.reply.accept(Flow::FromDevice, written);
            written -= letter.reply.len;
            for buf in [&mut letter.into, &mut letter.spill].into_iter().flatten() {
                buf.accept(Flow::FromDevice, written);
                written -= buf.len;
            }
        }
        (self.readable, self.len) = (0, 0);
        Some(letter)
    }

    /// What the device reads, in order.
    #[inline]
    pub fn readable(&self) -> &[Segment] {
        &self.segments[..self.readable]
    }

    /// What the device writes, in order.
    #[inline]
    pub fn writable(&self) -> &[Segment] {
        &self.segments[self.readable..self.len]
    }

    /// The ring says: the device is about to learn of these segments. From here to
    /// [`mark_returned`](Self::mark_returned) nothing can be taken out.
    #[inline]
    pub fn mark_lent(&mut self) {
        self.away = true;
    }

    /// The ring says: the device has returned the request and wrote `written` bytes, in the order of
    /// [`writable`](Self::writable).
    ///
    /// # Safety
    /// The device has returned these segments (or has been reset since) and will not touch them again, and the
    /// caller has performed the acquire that makes its writes visible.
    #[inline]
    pub unsafe fn mark_returned(&mut self, written: u32) {
        self.away = false;
        self.written = Some(written);
    }
}

impl<const N: usize, M: Mapping> Default for Envelope<'_, N, M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize, M: Mapping> Drop for Envelope<'_, N, M> {
    fn drop(&mut self) {
        if !self.away {
            return;
        }
        for window in self.out.iter_mut().filter_map(Option::take) {
            window.quarantine();
        }
        if let Some(Letter { head, reply, into, spill }) = self.letter.take() {
            for buf in [Some(head), Some(reply), into, spill].into_iter().flatten() {
                buf.quarantine();
            }
        }
    }
}

impl<const N: usize, M: Mapping> fmt::Debug for Envelope<'_, N, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope")
            .field("away", &self.away)
            .field("readable", &self.readable())
            .field("writable", &self.writable())
            .finish()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::testing::{self, Shifted};
    use crate::{Hygiene, Pool};
    use std::vec::Vec;

    type Sent = Envelope<'static, 6, Shifted>;
    type Pages = &'static Pool<Shifted>;

    fn page(pool: Pages, len: usize) -> Buf<'static, Shifted> {
        let mut buf = pool.alloc(1).unwrap();
        buf.set_window(0..len);
        buf
    }

    fn letter(pool: Pages) -> Letter<'static, Shifted> {
        let mut head = page(pool, 23);
        head.as_mut_slice().fill(1);
        Letter { head, reply: page(pool, 11), into: Some(page(pool, 100)), spill: Some(page(pool, 50)) }
    }

    fn window(pool: Pages, byte: u8) -> Window<'static, Shifted> {
        let mut buf = page(pool, 10);
        buf.as_mut_slice().fill(byte);
        buf.share()
    }

    fn sealed(pool: Pages) -> Sent {
        let mut envelope = Sent::new();
        let mut windows = [window(pool, 7), window(pool, 8)].into_iter();
        assert!(envelope.seal(letter(pool), 2, || windows.next()).is_none());
        envelope
    }

    fn lengths(segments: &[Segment]) -> Vec<u32> {
        segments.iter().map(|segment| segment.len).collect()
    }

    #[test]
    fn what_was_not_away_comes_out_as_it_went_in() {
        let pool = testing::pool_with(16, Hygiene::Poison);
        let mut envelope = sealed(pool);
        assert_eq!(lengths(envelope.readable()), [23, 10, 10]);
        assert_eq!(lengths(envelope.writable()), [11, 100, 50]);
        let mut out = Vec::new();
        let back = envelope.open(|window| out.push(window[0])).unwrap();
        assert_eq!((out, back.head.as_slice()), (std::vec![7, 8], [1; 23].as_slice()));
        assert_eq!((back.reply.len(), back.into.unwrap().len(), back.spill.unwrap().len()), (11, 100, 50));
        assert!(envelope.open(|_| ()).is_none() && envelope.readable().is_empty());
    }

    #[test]
    fn what_the_device_wrote_is_shared_out_in_order() {
        let pool = testing::pool_with(16, Hygiene::Poison);
        for (written, shares) in [(0, [0, 0, 0]), (11, [11, 0, 0]), (60, [11, 49, 0]), (161, [11, 100, 50])] {
            let mut envelope = sealed(pool);
            envelope.mark_lent();
            assert!(envelope.open(|_| ()).is_none(), "the device has it");
            // SAFETY: there is no device.
            unsafe { envelope.mark_returned(written) };
            let back = envelope.open(drop).unwrap();
            let lens = [back.reply.len(), back.into.unwrap().len(), back.spill.unwrap().len()];
            assert_eq!(lens, shares, "{written} bytes");
        }
        assert_eq!((pool.counters().live, pool.counters().quarantined), (0, 0));
    }

    #[test]
    fn what_is_too_much_or_too_early_comes_back_untouched() {
        let pool = testing::pool_with(32, Hygiene::Poison);
        let mut envelope = sealed(pool);
        assert!(envelope.seal(letter(pool), 0, || unreachable!()).is_some(), "it is sealed");
        let mut small = Envelope::<'_, 4, Shifted>::new();
        assert!(small.seal(letter(pool), 1, || unreachable!()).is_some(), "five pieces");
        assert!(small.seal(letter(pool), 0, || unreachable!()).is_none(), "four");
        drop((envelope, small));
        assert_eq!(pool.counters().live, 0);
    }

    #[test]
    fn what_is_dropped_while_the_device_has_it_is_never_used_again() {
        let pool = testing::pool_with(16, Hygiene::Poison);
        let mut envelope = sealed(pool);
        envelope.mark_lent();
        drop(envelope);
        assert_eq!((pool.counters().live, pool.counters().quarantined), (0, 6));
    }
}
