//! The ring for many submitters, here with one, and its device.

use std::hint::black_box;

use ninewire_queue::device::DeviceRing;
use ninewire_queue::{
    AddError, Chain, Consumer, DevAddr, Done, Fault, RingFeatures, RingLayout, RingMemory, SharedRing,
    Submitted,
};

use super::{LEN, Request, Rig, SIZE, leak};

#[inline(never)]
fn counted_submit<C: Chain>(ring: &SharedRing<C, SIZE>, chain: C) -> Result<Submitted, AddError<C>> {
    ring.submit(chain)
}

#[inline(never)]
fn counted_pop<C: Chain>(consumer: &mut Consumer<'_, C, SIZE>) -> Result<Option<Done<C>>, Fault> {
    consumer.pop()
}

#[inline(never)]
fn counted_visit<C: Chain>(ring: &SharedRing<C, SIZE>) -> Result<Option<Done<C>>, Fault> {
    ring.consumer().expect("nobody else").pop()
}

/// Makes a ring of this kind, for good, and its device, which polls and so asks for no kicks.
pub(crate) fn make<C: Chain>() -> (&'static SharedRing<C, SIZE>, DeviceRing) {
    let features = RingFeatures { event_idx: true, ..RingFeatures::default() };
    let layout = RingLayout::new(features, SIZE as u16, 0).expect("a layout of 256");
    let cpu = leak(layout.bytes());
    let memory = RingMemory::new(cpu, DevAddr::new(cpu.addr().get() as u64), layout.bytes());
    // SAFETY: the memory is leaked.
    let (ring, mut device) = unsafe { (SharedRing::new(memory, layout), DeviceRing::new(memory, layout)) };
    device.disarm();
    (Box::leak(Box::new(ring.expect("a ring of 256"))), device)
}

/// One submitter, on the core that also takes back: the consumer's right is kept (`KEPT`), or taken for each chain.
pub(crate) struct Shared<C: Chain + 'static, const KEPT: bool> {
    ring: &'static SharedRing<C, SIZE>,
    consumer: Option<Consumer<'static, C, SIZE>>,
    device: DeviceRing,
    request: C,
}

impl<C: Request<()> + 'static, const KEPT: bool> Shared<C, KEPT> {
    /// With chains of one segment to read and `writable` to write.
    pub(crate) fn new(writable: usize) -> Self {
        let (ring, device) = make();
        let consumer = if KEPT { ring.consumer() } else { None };
        Self { ring, consumer, device, request: C::of(&mut (), writable) }
    }
}

impl<C: Chain + Copy + 'static, const KEPT: bool> Rig for Shared<C, KEPT> {
    fn pass(&mut self, times: u64) {
        for _ in 0..times {
            black_box(counted_submit(self.ring, self.request).expect("room for one").kick);
            let head = self.device.pop_with(|_| {}).expect("a chain").expect("a chain");
            self.device.push(head, LEN);
            black_box(self.device.publish());
            let done = match &mut self.consumer {
                Some(consumer) => counted_pop(consumer),
                None => counted_visit(self.ring),
            };
            assert_eq!(black_box(done.expect("no fault").expect("a chain")).written, LEN);
        }
    }
}
