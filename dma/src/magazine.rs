//! A magazine: single pages kept by one core, so that the common page costs no shared word at all. The caller keeps
//! one a core (the pool knows no cores) and passes its pages through it; what it holds is out of the pool's reach
//! until flushed or dropped.

use core::fmt;
use core::mem::ManuallyDrop;
use core::ptr::NonNull;

use crossbeam_utils::CachePadded;

use crate::run::Run;
use crate::{Buf, Exhausted, Mapping, Pool};

/// Slots of a magazine.
const SLOTS: usize = 64;

/// Single pages of one pool, kept close by one owner.
pub struct Magazine<'p, M: Mapping = crate::Identity> {
    pool: &'p Pool<M>,
    stack: CachePadded<Stack>,
}

struct Stack {
    /// The lowest `len` slots hold pages; the last one in is the first one out, while it is warm.
    len: usize,
    /// Room: at most `SLOTS`, less for a small pool, none where every page must pass the pool's hands.
    limit: usize,
    slots: [NonNull<u8>; SLOTS],
}

// SAFETY: the pages in it are owned by it alone, and the pool is shared through atomics.
unsafe impl<M: Mapping> Send for Magazine<'_, M> {}

impl<'p, M: Mapping> Magazine<'p, M> {
    pub(crate) fn new(pool: &'p Pool<M>, limit: usize) -> Self {
        let limit = limit.min(SLOTS);
        Self { pool, stack: CachePadded::new(Stack { len: 0, limit, slots: [NonNull::dangling(); SLOTS] }) }
    }

    /// One page: from here when there is one, else from the pool.
    #[inline]
    pub fn alloc(&mut self) -> Result<Buf<'p, M>, Exhausted> {
        if self.stack.len == 0 {
            return self.pool.alloc(1);
        }
        self.stack.len -= 1;
        let base = self.stack.slots[self.stack.len];
        Ok(Buf::new(Run { pool: self.pool, base, pages: 1, initialised: 0 }))
    }

    /// Takes a buffer back. A single page of this magazine's pool stays here while there is room; anything else
    /// goes to the pool it came from.
    #[inline]
    pub fn free(&mut self, buf: Buf<'p, M>) {
        if core::ptr::eq(buf.run.pool, self.pool) && buf.run.pages == 1 && self.stack.len < self.stack.limit {
            let run = ManuallyDrop::new(buf.run);
            let len = self.stack.len;
            self.stack.slots[len] = run.base;
            self.stack.len = len + 1;
        }
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
        let len = core::mem::take(&mut self.stack.len);
        for &base in &self.stack.slots[..len] {
            self.pool.take_back(base, 1);
        }
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
