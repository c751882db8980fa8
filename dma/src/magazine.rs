//! A magazine: single pages kept by one core, so that the common page costs no shared word at all. The caller keeps
//! one a core (the pool knows no cores) and passes its pages through it; what it holds is out of the pool's reach
//! until flushed or dropped.

use core::fmt;
use core::mem::ManuallyDrop;
use core::ptr::{self, NonNull};

use crossbeam_utils::CachePadded;

use crate::run::Run;
use crate::sync::Word;
use crate::{Buf, Exhausted, Identity, Mapping, Pool};

/// Slots of a magazine.
const SLOTS: usize = 64;

/// Single pages of one pool, kept close by one owner.
pub struct Magazine<'p, M: Mapping = Identity> {
    pool: &'p Pool<M>,
    /// The bitmap's word it takes pages from, its own, so that cores stay out of each other's words.
    cursor: usize,
    stack: CachePadded<Stack>,
}

struct Stack {
    /// The lowest `len` slots hold pages; the last one in is the first one out, while it is warm.
    len: usize,
    /// Room: at most `SLOTS`, less for a small pool, none where every page must pass the pool's hands.
    limit: usize,
    slots: [NonNull<u8>; SLOTS],
}

impl Stack {
    #[inline]
    fn push(&mut self, base: NonNull<u8>) {
        debug_assert!(self.len < SLOTS);
        // SAFETY: callers have checked `len < limit`, or made room, or refill an empty stack by half its limit; and
        // `limit <= SLOTS`, from `Magazine::new` on.
        unsafe { *self.slots.get_unchecked_mut(self.len) = base };
        self.len += 1;
    }

    #[inline]
    fn pop(&mut self) -> NonNull<u8> {
        debug_assert!((1..=SLOTS).contains(&self.len));
        self.len -= 1;
        // SAFETY: callers have checked that it is not empty, and `len <= SLOTS` always.
        unsafe { *self.slots.get_unchecked(self.len) }
    }
}

// SAFETY: the pages in it are owned by it alone, and the pool is shared through atomics.
unsafe impl<M: Mapping> Send for Magazine<'_, M> {}

impl<'p, M: Mapping> Magazine<'p, M> {
    pub(crate) fn new(pool: &'p Pool<M>, limit: usize) -> Self {
        let limit = limit.min(SLOTS);
        Self {
            pool,
            cursor: 0,
            stack: CachePadded::new(Stack { len: 0, limit, slots: [NonNull::dangling(); SLOTS] }),
        }
    }

    /// One page: the one that was used last, when one rests here, else some from the pool.
    #[inline]
    pub fn alloc(&mut self) -> Result<Buf<'p, M>, Exhausted> {
        if self.stack.len == 0 {
            return self.refill();
        }
        Ok(Buf::new(self.pop()))
    }

    #[inline]
    fn pop(&mut self) -> Run<'p, M> {
        let base = self.stack.pop();
        Run { pool: self.pool, base, pages: 1, initialised: 0 }
    }

    #[cold]
    fn refill(&mut self) -> Result<Buf<'p, M>, Exhausted> {
        let half = self.stack.limit.div_ceil(2);
        if half == 0 {
            return self.pool.alloc(1);
        }
        let Some(mut mask) = self.pool.claim_pages(&mut self.cursor, half) else {
            return Err(self.pool.exhausted(1));
        };
        let first = self.cursor * Word::BITS;
        // The lowest page is pushed last and leaves first, as it would without a magazine.
        while mask != 0 {
            let bit = mask.ilog2();
            mask ^= 1 << bit;
            self.stack.push(self.pool.page_base(first + bit as usize));
        }
        Ok(Buf::new(self.pop()))
    }

    /// Takes a buffer back. A single page of this magazine's pool stays here; anything else goes to the pool it
    /// came from. A full magazine makes room by giving the older half of what it holds back.
    #[inline]
    pub fn free(&mut self, buf: Buf<'p, M>) {
        if buf.run.pages != 1 || !ptr::eq(buf.run.pool, self.pool) {
            return drop(buf);
        }
        if self.stack.len >= self.stack.limit {
            return self.free_when_full(buf);
        }
        let run = ManuallyDrop::new(buf.run);
        self.stack.push(run.base);
    }

    #[cold]
    fn free_when_full(&mut self, buf: Buf<'p, M>) {
        self.give_back(self.stack.limit.div_ceil(2));
        if self.stack.limit > 0 {
            let run = ManuallyDrop::new(buf.run);
            self.stack.push(run.base);
        }
    }

    /// Gives the `oldest` pages back, neighbours of one word together.
    fn give_back(&mut self, oldest: usize) {
        let Stack { len, slots, .. } = &mut *self.stack;
        let mut rest = slots[..oldest].iter().map(|&base| self.pool.index(base)).peekable();
        while let Some(page) = rest.next() {
            let word = page / Word::BITS;
            let mut mask = 1 << (page % Word::BITS);
            while let Some(next) = rest.next_if(|next| next / Word::BITS == word) {
                mask |= 1 << (next % Word::BITS);
            }
            self.pool.take_back_pages(word, mask);
        }
        slots.copy_within(oldest..*len, 0);
        *len -= oldest;
    }

    /// Pages resting here.
    pub fn len(&self) -> usize {
        self.stack.len
    }

    /// Does nothing rest here?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The pool it belongs to.
    pub fn pool(&self) -> &'p Pool<M> {
        self.pool
    }

    /// Gives every page back to the pool.
    pub fn flush(&mut self) {
        self.give_back(self.stack.len);
    }
}

impl<M: Mapping> Drop for Magazine<'_, M> {
    fn drop(&mut self) {
        self.flush();
    }
}

impl<M: Mapping> fmt::Debug for Magazine<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Magazine").field("len", &self.stack.len).field("limit", &self.stack.limit).finish()
    }
}
