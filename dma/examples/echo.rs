//! A driver and a device in one program: the driver sends requests from a pool and reads the replies in place, the
//! device upper-cases what it is sent. Shows who owns a page when. `cargo run -p ninewire-dma --example echo`

use std::alloc::{Layout, alloc};
use std::collections::VecDeque;
use std::ptr::NonNull;

use ninewire_dma::{Hygiene, Identity, LentList, PAGE_SIZE, Pool, Returned, Segment};

/// The simplest ring there is: requests queue up, and come back in order. Like any ring, it is the one place that
/// tells a list when the device has it and when not.
#[derive(Default)]
struct Wire<'p> {
    with_device: VecDeque<LentList<'p, 2>>,
}

impl<'p> Wire<'p> {
    fn send(&mut self, mut request: LentList<'p, 2>) {
        request.mark_lent();
        self.with_device.push_back(request);
    }

    /// The device serves the oldest request, and it comes back.
    fn next_reply(&mut self) -> Option<LentList<'p, 2>> {
        let mut request = self.with_device.pop_front()?;
        let written = device(request.readable(), request.writable());
        // SAFETY: the device, a function that has returned, keeps nothing.
        unsafe { request.mark_returned(written) };
        Some(request)
    }
}

/// The device: sees segments, never buffers, and answers how many bytes it wrote.
fn device(readable: &[Segment], writable: &[Segment]) -> u32 {
    let at = |segment: &Segment| std::ptr::with_exposed_provenance_mut::<u8>(segment.addr.get() as usize);
    let (from, to) = (&readable[0], &writable[0]);
    let len = from.len.min(to.len);
    for byte in 0..len as usize {
        // SAFETY: device addresses are CPU addresses here, and while they are lent the device alone uses the bytes.
        unsafe { *at(to).add(byte) = (*at(from).add(byte)).to_ascii_uppercase() };
    }
    len
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let bytes = Pool::<Identity>::region_bytes(32);
    let layout = Layout::from_size_align(bytes, PAGE_SIZE)?;
    // SAFETY: the layout is not empty.
    let base = NonNull::new(unsafe { alloc(layout) }).ok_or("no memory for the region")?;
    base.as_ptr().expose_provenance();
    // SAFETY: the region is leaked and nobody else's, and the device finds it where we do.
    let pool = unsafe { Pool::new(NonNull::slice_from_raw_parts(base, bytes), Identity, Hygiene::Lazy)? };

    let mut wire = Wire::default();
    for text in ["header and payload", "part without a copy"] {
        let mut request = pool.alloc_bytes(text.len())?;
        request.write_at(0, text.as_bytes());
        let mut list = LentList::new();
        list.push_readable(request).map_err(|refused| refused.to_string())?;
        list.push_writable(pool.alloc(1)?).map_err(|refused| refused.to_string())?;
        wire.send(list);
    }
    println!("with the device: {} pages", pool.counters().live);

    while let Some(mut list) = wire.next_reply() {
        while let Some(item) = list.take() {
            if let Returned::Written(reply) = item {
                let mut rest = reply.share();
                let word = rest.split_to(rest.iter().position(|&byte| byte == b' ').unwrap_or(0));
                println!("{:?} then {:?}", String::from_utf8_lossy(&word), String::from_utf8_lossy(&rest));
            }
        }
    }
    println!("held now: {} pages, at most {}", pool.counters().live, pool.counters().peak);
    Ok(())
}
