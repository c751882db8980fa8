//! A driver whose requests lie in the same pages every time: each slot of its table is a resident chain, settled once.
//! Sending one is an avail entry in a split ring and one descriptor in a packed one. The driver has no `unsafe`; the
//! device is played by the other half of this program, and answers with the request in capitals.
//!
//!     cargo run -p ninewire-queue --example resident_driver

use std::alloc::{Layout, alloc, handle_alloc_error};
use std::error::Error;
use std::ptr::NonNull;

use ninewire_dma::{Hygiene, Identity, PAGE_SIZE, Pool};
use ninewire_queue::device::DeviceRing;
use ninewire_queue::{
    AnyRing, Residence, Resident, ResidentList, RingFeatures, RingLayout, RingMemory, Segment,
};

/// Slots of the driver.
const SLOTS: usize = 4;
/// Bytes of a request, and of an answer.
const BYTES: usize = 16;
/// Where in a slot's list they are.
const REQUEST: usize = 0;
const ANSWER: usize = 1;

type Slot = Resident<ResidentList<'static, 2>>;

/// The driver: a ring, and the slots that are home.
struct Driver {
    ring: AnyRing<Slot, 16>,
    home: Vec<Slot>,
}

impl Driver {
    fn new(mut ring: AnyRing<Slot, 16>, pool: &'static Pool) -> Result<Self, Box<dyn Error>> {
        let mut home = Vec::new();
        for _ in 0..SLOTS {
            let mut list = ResidentList::new();
            list.push_readable(pool.alloc(1)?, BYTES).map_err(|_| "no room in the list")?;
            list.push_writable(pool.alloc(1)?, BYTES).map_err(|_| "no room in the list")?;
            home.push(ring.settle(list, Residence::Ring).map_err(|refused| refused.why)?);
        }
        Ok(Self { ring, home })
    }

    /// Sends `text`, if a slot is free and it fits.
    fn send(&mut self, text: &str) -> Result<(), Box<dyn Error>> {
        let mut slot = self.home.pop().ok_or("every slot is away")?;
        let request = slot.bytes_mut(REQUEST).ok_or("a slot has a request")?;
        request.fill(b' ');
        request.get_mut(..text.len()).ok_or("too long")?.copy_from_slice(text.as_bytes());
        self.ring.add(slot).map_err(|refused| refused.why)?;
        Ok(())
    }

    /// What has been answered since; the slots are free again.
    fn answers(&mut self) -> Result<Vec<String>, Box<dyn Error>> {
        let mut answers = Vec::new();
        while let Some(done) = self.ring.pop()? {
            let answer = done.chain.bytes(ANSWER).ok_or("a slot has an answer")?;
            answers.push(String::from_utf8_lossy(&answer[..done.written as usize]).trim_end().to_owned());
            self.home.push(done.chain);
        }
        Ok(answers)
    }
}

/// The device: answers every request it finds.
fn serve(device: &mut DeviceRing) {
    let at = |segment: Segment| segment.addr.get() as *mut u8;
    while let Some(chain) = device.pop().expect("the driver keeps the rules") {
        let request = chain.readable().next().expect("a request has something to read");
        let answer = chain.writable().next().expect("and something to write");
        for index in 0..BYTES {
            // SAFETY: both are in pages that are the device's now; device addresses are CPU addresses here.
            unsafe { *at(answer).add(index) = (*at(request).add(index)).to_ascii_uppercase() };
        }
        device.push(chain.head, BYTES as u32);
    }
    device.publish();
}

fn pool() -> Result<&'static Pool, Box<dyn Error>> {
    let layout = Layout::from_size_align(Pool::<Identity>::region_bytes(64), PAGE_SIZE)?;
    // SAFETY: the layout is not empty.
    let Some(base) = NonNull::new(unsafe { alloc(layout) }) else { handle_alloc_error(layout) };
    let region = NonNull::slice_from_raw_parts(base, layout.size());
    // SAFETY: the region is leaked and nobody else's.
    Ok(Box::leak(Box::new(unsafe { Pool::new(region, Identity, Hygiene::Lazy) }?)))
}

fn main() -> Result<(), Box<dyn Error>> {
    let pool = pool()?;
    for packed in [false, true] {
        let features = RingFeatures { event_idx: true, indirect: true, packed, ..RingFeatures::default() };
        // A packed ring keeps a chain of two segments in its slot's table.
        let layout = RingLayout::new(features, 16, if packed { 2 } else { 0 })?;
        let shared = pool.alloc_bytes(layout.bytes())?.into_coherent();
        let memory = RingMemory::new(shared.as_ptr(), shared.segment().addr, shared.len());
        // SAFETY: the memory is used for nothing else, and stays until ring and device are gone.
        let (ring, mut device) = unsafe { (AnyRing::new(memory, layout)?, DeviceRing::new(memory, layout)) };

        let mut driver = Driver::new(ring, pool)?;
        assert!(driver.home.iter().all(Resident::is_placed), "every slot has its place");
        for texts in [["one", "two"], ["three", "four"]] {
            for text in texts {
                driver.send(text)?;
            }
            let kick = driver.ring.publish();
            serve(&mut device);
            println!("packed {packed}, kick {kick}: {:?}", driver.answers()?);
        }
    }
    Ok(())
}
