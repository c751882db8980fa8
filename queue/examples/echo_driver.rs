//! A driver outside of any kernel: it owns a ring and lists of lent pages, sends requests to a device that answers each
//! with the request's bytes turned around, and gets its pages back. The driver itself has no `unsafe`: rings and pages
//! keep each other's promises. The device is played by the other half of this program.
//!
//!     cargo run -p ninewire-queue --example echo_driver

use std::alloc::{Layout, alloc, handle_alloc_error};
use std::error::Error;
use std::ptr::NonNull;

use ninewire_dma::{Hygiene, Identity, LentList, PAGE_SIZE, Pool, Returned};
use ninewire_queue::device::DeviceRing;
use ninewire_queue::{AnyRing, Fault, RingFeatures, RingLayout, RingMemory, Segment};

/// Pages of the pool: requests, answers, and the ring itself.
const PAGES: usize = 64;

/// What a request travels in: one page there, one page back.
type Request = LentList<'static, 2>;

/// The driver.
struct Echo {
    ring: AnyRing<Request, 16>,
    pool: &'static Pool,
}

impl Echo {
    /// Sends `text`, if ring and pool have room. Nothing goes out before [`Echo::flush`].
    fn send(&mut self, text: &str) -> bool {
        let (Ok(mut there), Ok(back)) = (self.pool.alloc(1), self.pool.alloc(1)) else { return false };
        there.truncate(text.len());
        there.as_mut_slice().copy_from_slice(text.as_bytes());
        let mut request = Request::new();
        request.push_readable(there).expect("an empty list has room for one");
        request.push_writable(back).expect("and for another");
        self.ring.add(request).is_ok()
    }

    /// Shows the device everything sent. A real driver would write the notification register if this is true.
    fn flush(&mut self) -> bool {
        self.ring.publish()
    }

    /// What has been answered since; the pages go back to the pool.
    fn answers(&mut self) -> Result<Vec<String>, Fault> {
        let mut answers = Vec::new();
        while let Some(mut done) = self.ring.pop()? {
            while let Some(returned) = done.chain.take() {
                if let Returned::Written(answer) = returned {
                    answers.push(String::from_utf8_lossy(answer.as_slice()).into_owned());
                }
            }
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
        for index in 0..request.len as usize {
            // SAFETY: both pages are lent to the device; device addresses are CPU addresses here, and a page holds them.
            unsafe { *at(answer).add(index) = *at(request).add(request.len as usize - 1 - index) };
        }
        device.push(chain.head, request.len);
    }
    device.publish();
}

fn pool() -> Result<&'static Pool, Box<dyn Error>> {
    let layout = Layout::from_size_align(Pool::<Identity>::region_bytes(PAGES), PAGE_SIZE)?;
    // SAFETY: the layout is not empty.
    let Some(base) = NonNull::new(unsafe { alloc(layout) }) else { handle_alloc_error(layout) };
    let region = NonNull::slice_from_raw_parts(base, layout.size());
    // SAFETY: the region is leaked and nobody else's.
    let pool = unsafe { Pool::new(region, Identity, Hygiene::Lazy) }?;
    Ok(Box::leak(Box::new(pool)))
}

fn main() -> Result<(), Box<dyn Error>> {
    let pool = pool()?;
    for packed in [false, true] {
        let features = RingFeatures { event_idx: true, packed, ..RingFeatures::default() };
        let layout = RingLayout::new(features, 16, 0)?;
        let shared = pool.alloc_bytes(layout.bytes())?.into_coherent();
        let memory = RingMemory::new(shared.as_ptr(), shared.segment().addr, shared.len());
        // SAFETY: the memory is used for nothing else, and stays until ring and device are gone.
        let (ring, mut device) = unsafe { (AnyRing::new(memory, layout)?, DeviceRing::new(memory, layout)) };

        let mut echo = Echo { ring, pool };
        for text in ["stressed", "live", "drawer"] {
            assert!(echo.send(text), "room for three");
        }
        let kick = echo.flush();
        serve(&mut device);
        println!("packed {packed}, kick {kick}: {:?}", echo.answers()?);
    }
    Ok(())
}
