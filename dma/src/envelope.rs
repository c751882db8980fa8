//! What a request with payload hands to a device, all of it by name: a head the device reads, payload it reads after that,
//! room for its reply, and pages for the reply's payload. A [`LentList`](crate::LentList) of a fixed shape, for drivers that
//! send the same kind of request a million times: head and reply stay where they are from one request to the next.
//!
//! An envelope is *open* while its owner fills it or takes things out, *sealed* when its segments name what is in it, and
//! *away* while a ring holds it. Only an open one shows its [`Letter`]; it can be opened again unless it is away. Dropping it
//! while it is away quarantines everything in it.

use core::fmt;

use crate::{Buf, DevAddr, Flow, Identity, Mapping, Segment, Window};

/// A request and its answer, up to `N` segments.
pub struct Envelope<'p, const N: usize, M: Mapping = Identity> {
    /// What its owner knows it by when it comes back. Nobody here looks at it, and no device sees it.
    pub label: u64,
    letter: Letter<'p, M>,
    /// Segments the device reads: the head and the payload after it.
    readable: usize,
    /// Segments; none while it is open.
    len: usize,
    /// A ring has it.
    away: bool,
    /// What the device has written since it was sealed, if it was away.
    written: Option<u32>,
    segments: [Segment; N],
    /// Payload the device reads after the head; those in front are there.
    out: [Option<Window<'p, M>>; N],
}

/// What is in an envelope besides the payload the device reads.
#[derive(Debug)]
pub struct Letter<'p, M: Mapping = Identity> {
    /// The device reads this first.
    pub head: Option<Buf<'p, M>>,
    /// The device writes here first.
    pub reply: Option<Buf<'p, M>>,
    /// Then here.
    pub into: Option<Buf<'p, M>>,
    /// And the rest here.
    pub spill: Option<Buf<'p, M>>,
}

impl<M: Mapping> Letter<'_, M> {
    const EMPTY: Self = Self { head: None, reply: None, into: None, spill: None };
}

/// Why an envelope cannot be sealed; it is as it was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unsealable {
    /// It is sealed already.
    Sealed,
    /// There is no head, or no room for a reply.
    Incomplete,
    /// More segments than it takes.
    TooMany,
}

impl fmt::Display for Unsealable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sealed => "the envelope is sealed already",
            Self::Incomplete => "the envelope has no head, or no room for a reply",
            Self::TooMany => "the request has more pieces than its envelope takes",
        })
    }
}

impl core::error::Error for Unsealable {}

impl<'p, const N: usize, M: Mapping> Envelope<'p, N, M> {
    /// An open one with nothing in it.
    pub const fn new() -> Self {
        Self {
            label: 0,
            letter: Letter::EMPTY,
            readable: 0,
            len: 0,
            away: false,
            written: None,
            segments: [Segment { addr: DevAddr::new(0), len: 0 }; N],
            out: [const { None }; N],
        }
    }

    /// What is in it, while it is open.
    #[inline]
    pub fn letter(&self) -> Option<&Letter<'p, M>> {
        if self.len == 0 { Some(&self.letter) } else { None }
    }

    /// The same, to fill it and to take things out.
    #[inline]
    pub fn letter_mut(&mut self) -> Option<&mut Letter<'p, M>> {
        if self.len == 0 { Some(&mut self.letter) } else { None }
    }

    /// Names everything that is in it, and the payload that follows the head: `pieces` windows that `out` gives one after the
    /// other. `out` is asked for nothing when it cannot be sealed.
    #[inline(always)]
    pub fn seal(
        &mut self,
        pieces: usize,
        mut out: impl FnMut() -> Option<Window<'p, M>>,
    ) -> Result<(), Unsealable> {
        if self.len > 0 {
            return Err(Unsealable::Sealed);
        }
        let Letter { head: Some(head), reply: Some(reply), into, spill } = &mut self.letter else {
            return Err(Unsealable::Incomplete);
        };
        let others = 2 + usize::from(into.is_some()) + usize::from(spill.is_some());
        if pieces.saturating_add(others) > N {
            return Err(Unsealable::TooMany);
        }
        head.prepare_for(Flow::ToDevice);
        self.segments[0] = head.segment();
        let mut len = 1;
        while len <= pieces
            && let Some(window) = out()
        {
            window.prepare();
            self.segments[len] = window.segment();
            self.out[len - 1] = Some(window);
            len += 1;
        }
        self.readable = len;
        reply.prepare_for(Flow::FromDevice);
        self.segments[len] = reply.segment();
        len += 1;
        let mut add = |buf: &mut Option<Buf<'_, M>>| {
            if let Some(buf) = buf {
                buf.prepare_for(Flow::FromDevice);
                self.segments[len] = buf.segment();
                len += 1;
            }
        };
        add(into);
        add(spill);
        self.len = len;
        Ok(())
    }

    /// Opens it again; `out` gets the payload the device has read, in order. What the device has written has shrunk to that; in
    /// an envelope that was never away everything is as it was sealed. False, and nothing is done: it is away.
    #[inline]
    pub fn open(&mut self, mut out: impl FnMut(Window<'p, M>)) -> bool {
        if self.away {
            return false;
        }
        let written = self.written.take();
        if self.readable > 1 {
            self.open_out(written.is_some(), &mut out);
        }
        if let Some(mut written) = written {
            let Letter { head, reply, into, spill } = &mut self.letter;
            if let Some(head) = head {
                head.accept(Flow::ToDevice, 0);
            }
            let mut share_out = |buf: &mut Option<Buf<'_, M>>| {
                if let Some(buf) = buf {
                    buf.accept(Flow::FromDevice, written);
                    written -= buf.len;
                }
            };
            share_out(reply);
            share_out(into);
            share_out(spill);
        }
        (self.readable, self.len) = (0, 0);
        true
    }

    /// Gives the payload after the head to `out`. Kept apart: most requests have none.
    #[inline(never)]
    fn open_out(&mut self, was_away: bool, out: &mut impl FnMut(Window<'p, M>)) {
        for window in self.out[..self.readable - 1].iter_mut().filter_map(Option::take) {
            if was_away {
                window.accept();
            }
            out(window);
        }
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
        let Letter { head, reply, into, spill } = core::mem::replace(&mut self.letter, Letter::EMPTY);
        [head, reply, into, spill].into_iter().flatten().for_each(Buf::quarantine);
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
        let [reply, into, spill] = [11, 100, 50].map(|len| Some(page(pool, len)));
        Letter { head: Some(head), reply, into, spill }
    }

    fn window(pool: Pages, byte: u8) -> Window<'static, Shifted> {
        let mut buf = page(pool, 10);
        buf.as_mut_slice().fill(byte);
        buf.share()
    }

    fn filled<const N: usize>(pool: Pages) -> Envelope<'static, N, Shifted> {
        let mut envelope = Envelope::new();
        *envelope.letter_mut().unwrap() = letter(pool);
        envelope
    }

    fn sealed(pool: Pages) -> Sent {
        let mut envelope = filled(pool);
        let mut windows = [window(pool, 7), window(pool, 8)].into_iter();
        assert_eq!(envelope.seal(2, || windows.next()), Ok(()));
        envelope
    }

    fn lengths(segments: &[Segment]) -> Vec<u32> {
        segments.iter().map(|segment| segment.len).collect()
    }

    fn lens(letter: &Letter<'static, Shifted>) -> [usize; 3] {
        [&letter.reply, &letter.into, &letter.spill].map(|buf| buf.as_ref().unwrap().len())
    }

    #[test]
    fn what_was_not_away_is_as_it_was_sealed() {
        let pool = testing::pool_with(16, Hygiene::Poison);
        let mut envelope = sealed(pool);
        assert_eq!(lengths(envelope.readable()), [23, 10, 10]);
        assert_eq!(lengths(envelope.writable()), [11, 100, 50]);
        let mut out = Vec::new();
        assert!(envelope.open(|window| out.push(window[0])) && envelope.readable().is_empty());
        let back = envelope.letter().unwrap();
        let head = back.head.as_ref().unwrap();
        assert_eq!((out, head.as_slice()), (std::vec![7, 8], [1; 23].as_slice()));
        assert_eq!(lens(back), [11, 100, 50]);
        assert_eq!(envelope.seal(0, || None), Ok(()), "head and reply are there for the next request");
    }

    #[test]
    fn nobody_changes_what_its_segments_name() {
        let pool = testing::pool_with(16, Hygiene::Poison);
        let mut envelope = sealed(pool);
        assert!(envelope.letter().is_none() && envelope.letter_mut().is_none());
        assert_eq!(envelope.seal(0, || unreachable!()), Err(Unsealable::Sealed));
        envelope.mark_lent();
        assert!(envelope.letter().is_none() && envelope.letter_mut().is_none());
        assert!(!envelope.open(|_| ()), "the device has it");
        // SAFETY: there is no device.
        unsafe { envelope.mark_returned(0) };
        assert!(envelope.letter_mut().is_none(), "the segments still name it");
        assert!(envelope.open(drop) && envelope.letter_mut().is_some());
    }

    #[test]
    fn what_the_device_wrote_is_shared_out_in_order() {
        let pool = testing::pool_with(16, Hygiene::Poison);
        for (written, shares) in [(0, [0, 0, 0]), (11, [11, 0, 0]), (60, [11, 49, 0]), (161, [11, 100, 50])] {
            let mut envelope = sealed(pool);
            envelope.mark_lent();
            // SAFETY: there is no device.
            unsafe { envelope.mark_returned(written) };
            assert!(envelope.open(drop));
            assert_eq!(lens(envelope.letter().unwrap()), shares, "{written} bytes");
        }
        assert_eq!((pool.counters().live, pool.counters().quarantined), (0, 0));
    }

    #[test]
    fn what_is_too_much_or_too_little_is_not_sealed() {
        let pool = testing::pool_with(32, Hygiene::Poison);
        let mut small = filled::<4>(pool);
        assert_eq!(small.seal(1, || unreachable!()), Err(Unsealable::TooMany), "five pieces");
        assert_eq!(small.seal(0, || unreachable!()), Ok(()), "four");
        for missing in 0..2 {
            let mut envelope = filled::<4>(pool);
            let letter = envelope.letter_mut().unwrap();
            drop(if missing == 0 { letter.head.take() } else { letter.reply.take() });
            assert_eq!(envelope.seal(0, || unreachable!()), Err(Unsealable::Incomplete));
        }
        drop(small);
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
