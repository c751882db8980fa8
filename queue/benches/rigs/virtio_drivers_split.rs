//! The peer: `virtio-drivers` of rcore-os, its split queue with the event index, direct descriptors, and a `Hal` that
//! does nothing. Its device is the smallest there can be, on the addresses it tells its transport.

use std::collections::VecDeque;
use std::hint::black_box;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};

use ninewire_queue::{DevAddr, RingAreas};
use virtio_drivers::queue::VirtQueue;
use virtio_drivers::transport::{DeviceStatus, DeviceType, InterruptStatus, Transport};
use virtio_drivers::{BufferDirection, Error, Hal, PhysAddr, Result};
use zerocopy::{FromBytes, Immutable, IntoBytes};

use super::{LEN, Rig, SIZE, leak};

struct NoHal;

// SAFETY: memory is leaked, and device addresses are CPU addresses.
unsafe impl Hal for NoHal {
    fn dma_alloc(pages: usize, _: BufferDirection) -> (PhysAddr, NonNull<u8>) {
        let cpu = leak(pages * 4096);
        (cpu.addr().get() as PhysAddr, cpu)
    }

    unsafe fn dma_dealloc(_: PhysAddr, _: NonNull<u8>, _: usize) -> i32 {
        0
    }

    unsafe fn mmio_phys_to_virt(_: PhysAddr, _: usize) -> NonNull<u8> {
        NonNull::dangling()
    }

    unsafe fn share(buffer: NonNull<[u8]>, _: BufferDirection) -> PhysAddr {
        buffer.addr().get() as PhysAddr
    }

    unsafe fn unshare(_: PhysAddr, _: NonNull<[u8]>, _: BufferDirection) {}
}

/// Remembers where the queue is, and does nothing else.
#[derive(Default)]
struct Addresses {
    desc: usize,
    avail: usize,
    used: usize,
}

impl Transport for Addresses {
    fn device_type(&self) -> DeviceType {
        DeviceType::Console
    }

    fn read_device_features(&mut self) -> u64 {
        0
    }

    fn write_driver_features(&mut self, _: u64) {}

    fn max_queue_size(&mut self, _: u16) -> u32 {
        SIZE as u32
    }

    fn notify(&mut self, _: u16) {}

    fn get_status(&self) -> DeviceStatus {
        DeviceStatus::empty()
    }

    fn set_status(&mut self, _: DeviceStatus) {}

    fn set_guest_page_size(&mut self, _: u32) {}

    fn requires_legacy_layout(&self) -> bool {
        false
    }

    fn queue_set(&mut self, _: u16, _: u32, desc: PhysAddr, avail: PhysAddr, used: PhysAddr) {
        (self.desc, self.avail, self.used) = (desc as usize, avail as usize, used as usize);
    }

    fn queue_unset(&mut self, _: u16) {}

    fn queue_used(&mut self, _: u16) -> bool {
        false
    }

    fn ack_interrupt(&mut self) -> InterruptStatus {
        InterruptStatus::empty()
    }

    fn read_config_generation(&self) -> u32 {
        0
    }

    fn read_config_space<T: FromBytes + IntoBytes>(&self, _: usize) -> Result<T> {
        Err(Error::Unsupported)
    }

    fn write_config_space<T: IntoBytes + Immutable>(&mut self, _: usize, _: T) -> Result<()> {
        Err(Error::Unsupported)
    }
}

type Queue = VirtQueue<NoHal, SIZE>;

/// The peer's queue with its device.
pub(crate) struct VirtioDrivers {
    queue: Box<Queue>,
    avail: NonNull<u8>,
    used: NonNull<u8>,
    next: u16,
    request: [u8; LEN as usize],
    answers: [[u8; LEN as usize]; 4],
    writable: usize,
}

#[inline(never)]
fn counted_add<'a, 'b>(queue: &mut Queue, inputs: &'a [&'b [u8]], outputs: &'a mut [&'b mut [u8]]) -> u16 {
    // SAFETY: the buffers outlive the chain, and the device here touches none.
    unsafe { queue.add(inputs, outputs) }.expect("room for one")
}

#[inline(never)]
fn counted_kick(queue: &Queue) -> bool {
    queue.should_notify()
}

#[inline(never)]
fn counted_pop<'a>(
    queue: &mut Queue,
    token: u16,
    inputs: &'a [&'a [u8]],
    outputs: &'a mut [&'a mut [u8]],
) -> u32 {
    // SAFETY: the same buffers as were added.
    unsafe { queue.pop_used(token, inputs, outputs) }.expect("a chain")
}

impl VirtioDrivers {
    /// With chains of one segment to read and `writable` to write.
    pub(crate) fn new(writable: usize) -> Self {
        let mut addresses = Addresses::default();
        let queue = Queue::new(&mut addresses, 0, false, true).expect("a queue of 256");
        let at = |address: usize| NonNull::new(address as *mut u8).expect("an address");
        Self {
            queue: Box::new(queue),
            avail: at(addresses.avail),
            used: at(addresses.used),
            next: 0,
            request: [0; LEN as usize],
            answers: [[0; LEN as usize]; 4],
            writable,
        }
    }
}

impl Rig for VirtioDrivers {
    fn pass(&mut self, times: u64) {
        let Self { queue, avail, used, next, request, answers, writable } = self;
        for _ in 0..times {
            let mut outputs = answers.each_mut().map(|answer| &mut answer[..]);
            let token = counted_add(queue, &[request], &mut outputs[..*writable]);
            black_box(counted_kick(queue));
            let position = usize::from(*next) % SIZE;
            *next = next.wrapping_add(1);
            // SAFETY: avail and used ring as the queue has laid them out; words are aligned and accessed atomically.
            unsafe {
                let head = AtomicU16::from_ptr(avail.byte_add(4 + 2 * position).cast().as_ptr());
                let entry = used.byte_add(4 + 8 * position).cast::<u32>();
                AtomicU32::from_ptr(entry.as_ptr())
                    .store(head.load(Ordering::Acquire).into(), Ordering::Relaxed);
                AtomicU32::from_ptr(entry.add(1).as_ptr()).store(LEN, Ordering::Relaxed);
                AtomicU16::from_ptr(used.byte_add(2).cast().as_ptr()).store(*next, Ordering::Release);
            }
            let mut outputs = answers.each_mut().map(|answer| &mut answer[..]);
            assert_eq!(black_box(counted_pop(queue, token, &[request], &mut outputs[..*writable])), LEN);
        }
    }
}

/// The peer's queue alone, sending chains of one segment to a device that returns them in order.
pub(crate) struct PeerQueue {
    queue: Box<Queue>,
    areas: RingAreas,
    request: [u8; LEN as usize],
    /// Tokens in flight, oldest first: the peer takes back only what it is told to.
    tokens: VecDeque<u16>,
}

impl PeerQueue {
    pub(crate) fn new() -> Self {
        let mut addresses = Addresses::default();
        let queue = Box::new(Queue::new(&mut addresses, 0, false, true).expect("a queue of 256"));
        let [desc, driver, device] =
            [addresses.desc, addresses.avail, addresses.used].map(|at| DevAddr::new(at as u64));
        let tokens = VecDeque::with_capacity(SIZE);
        Self { queue, areas: RingAreas { desc, driver, device }, request: [0; LEN as usize], tokens }
    }

    pub(crate) fn areas(&self) -> RingAreas {
        self.areas
    }

    pub(crate) fn add_one(&mut self) {
        // SAFETY: the device here touches no buffer.
        let token = unsafe { self.queue.add(&[&self.request], &mut []) }.expect("room for what is in flight");
        self.tokens.push_back(token);
    }

    pub(crate) fn kick(&self) -> bool {
        self.queue.should_notify()
    }

    /// Takes back the next chain, if it has come back.
    pub(crate) fn pop_one(&mut self) -> bool {
        let Some(token) = self.queue.peek_used() else { return false };
        assert_eq!(self.tokens.pop_front(), Some(token), "in order");
        // SAFETY: the same buffer as was added.
        unsafe { self.queue.pop_used(token, &[&self.request], &mut []) }.expect("a chain");
        true
    }
}
