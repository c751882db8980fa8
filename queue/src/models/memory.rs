//! Ring memory as loom sees it: each word is one of loom's objects, found by its address.
//!
//! Words by which the two sides find each other (indices, flags, events, a packed descriptor's tag) are atomics. All
//! others, the fields of descriptors and the entries of the avail and used rings, are plain cells: loom fails a model in
//! which one side touches one without having been ordered behind the other, though the code that ships uses relaxed
//! atomics there. A word of eight bytes is two of four, as a device may see it.

use crate::layout::RingLayout;
use crate::sync::Ordering;
use crate::testing::HostMemory;
use loom::cell::UnsafeCell;
use loom::sync::atomic::AtomicU32;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

enum Word {
    Signal(AtomicU32),
    Data(UnsafeCell<u32>),
}

std::thread_local! {
    /// The words of this execution's ring (loom runs a model's threads on one).
    static WORDS: RefCell<HashMap<usize, Rc<Word>>> = RefCell::default();
}

/// Memory for a ring of this layout without tables, in which only what is looked up here holds anything.
pub(crate) fn make(layout: &RingLayout) -> HostMemory {
    let memory = HostMemory::for_ring(layout);
    let base = memory.memory().cpu().addr().get();
    let (driver, device) = (base + layout.driver_at(), base + layout.device_at());
    let size = layout.size() as usize;
    let (mut signals, mut data) = (Vec::new(), Vec::new());
    data.extend((0..4 * size).map(|field| base + 4 * field));
    if layout.features().packed {
        signals.extend([driver, device]);
        signals.extend((0..size).map(|index| base + 16 * index + 12));
    } else {
        signals.extend([driver, driver + 2, driver + 4 + 2 * size]);
        signals.extend([device, device + 2, device + 4 + 8 * size]);
        data.extend((0..size).map(|entry| driver + 4 + 2 * entry));
        data.extend((0..2 * size).map(|field| device + 4 + 4 * field));
    }
    let mut words = HashMap::new();
    words.extend(data.iter().map(|&at| (at, Rc::new(Word::Data(UnsafeCell::new(0))))));
    words.extend(signals.iter().map(|&at| (at, Rc::new(Word::Signal(AtomicU32::new(0))))));
    WORDS.replace(words);
    memory
}

fn word(at: usize) -> Rc<Word> {
    WORDS.with_borrow(|words| words.get(&at).expect("a word of this ring").clone())
}

fn load(at: usize, order: Ordering) -> u32 {
    match &*word(at) {
        Word::Signal(word) => word.load(order),
        // SAFETY: that nobody writes meanwhile is what loom checks.
        Word::Data(word) => word.with(|word| unsafe { *word }),
    }
}

fn store(at: usize, value: u32, order: Ordering) {
    match &*word(at) {
        Word::Signal(word) => word.store(value, order),
        // SAFETY: that nobody else is there is what loom checks.
        Word::Data(word) => word.with_mut(|word| unsafe { *word = value }),
    }
}

macro_rules! shared {
    ($name:ident, $word:ty) => {
        /// A word of ring memory. A reference to it is its address.
        #[repr(transparent)]
        pub(crate) struct $name(core::cell::UnsafeCell<$word>);

        impl $name {
            /// # Safety
            /// As for the atomic of the same size.
            pub(crate) unsafe fn from_ptr<'a>(at: *mut $word) -> &'a Self {
                // SAFETY: promised by the caller.
                unsafe { &*at.cast() }
            }

            fn at(&self) -> usize {
                core::ptr::from_ref(self).addr()
            }
        }
    };
}
shared!(SharedU16, u16);
shared!(SharedU32, u32);
shared!(SharedU64, u64);

impl SharedU16 {
    pub(crate) fn load(&self, order: Ordering) -> u16 {
        load(self.at(), order) as u16
    }

    pub(crate) fn store(&self, value: u16, order: Ordering) {
        store(self.at(), value.into(), order);
    }
}

impl SharedU32 {
    pub(crate) fn load(&self, order: Ordering) -> u32 {
        load(self.at(), order)
    }

    pub(crate) fn store(&self, value: u32, order: Ordering) {
        store(self.at(), value, order);
    }
}

impl SharedU64 {
    pub(crate) fn load(&self, order: Ordering) -> u64 {
        u64::from(load(self.at() + 4, order)) << 32 | u64::from(load(self.at(), order))
    }

    pub(crate) fn store(&self, value: u64, order: Ordering) {
        store(self.at(), value as u32, order);
        store(self.at() + 4, (value >> 32) as u32, order);
    }
}
