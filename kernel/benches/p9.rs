//! Instructions of one 9P operation, from the call to the data, over a device that answers at once: everything the guest
//! executes for it but the ring and the interrupt. Counted by Callgrind, so they are the same on every run.

use std::cell::RefCell;
use std::hint::black_box;
use std::ptr;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use ninewire_kernel::io::Buf;
use ninewire_kernel::mem::{Map, pool};
use ninewire_kernel::p9::msg::flags::lopen;
use ninewire_kernel::p9::msg::split::{RREAD_LEN, put_rread};
use ninewire_kernel::p9::msg::{
    Dialect, Frame, Message, Qid, Rattach, Rclunk, Rlopen, Rversion, Tattach, Tclunk, Tlopen, Tread, Tversion,
};
use ninewire_kernel::p9::slots::{Sealed, Sending};
use ninewire_kernel::p9::wire::Limits;
use ninewire_kernel::p9::{Client, Fid, Options, Parcel, Recall, SlotId, Slots, Wire, WireError};
use ninewire_kernel::task;
use support::Table;

#[path = "../../dma/benches/support/mod.rs"]
mod support;

/// Operations in one measured run: the figures divided by this are per operation.
const OPS: usize = 100;

/// A device whose replies are there as soon as it is asked.
struct Instant(Mutex<Option<Arc<Slots>>>);

/// Writes the reply to what `envelope` asks; how long it is. Of a read only the header is written: the payload would be the
/// device's work.
fn answer(envelope: &Sealed) -> u32 {
    let at = |segment: &ninewire_dma::Segment| -> *mut u8 {
        ptr::with_exposed_provenance_mut((segment.addr.get() - Map::DEVICE_SHIFT) as usize)
    };
    let (t, r) = (&envelope.readable()[0], &envelope.writable()[0]);
    // SAFETY: lent to this device, which is all there is to the envelope's segments until it is marked returned.
    let (t, r) = unsafe {
        (
            std::slice::from_raw_parts(at(t), t.len as usize),
            std::slice::from_raw_parts_mut(at(r), r.len as usize),
        )
    };
    let frame = Frame::new(t).expect("a message");
    let (tag, dialect, qid) = (frame.tag(), Dialect::Linux, Qid::default());
    let len = match frame.kind() {
        Tread::KIND => {
            let count = envelope.writable()[1].len;
            put_rread(r.first_chunk_mut().expect("room for a header"), tag, count);
            return RREAD_LEN as u32 + count;
        }
        Tversion::KIND => Rversion { msize: 1 << 20, version: b"9P2000.L" }.emit(dialect, tag, r),
        Tattach::KIND => Rattach { qid }.emit(dialect, tag, r),
        Tlopen::KIND => Rlopen { qid, iounit: 0 }.emit(dialect, tag, r),
        Tclunk::KIND => Rclunk {}.emit(dialect, tag, r),
        kind => panic!("the benchmark does not ask {kind}"),
    };
    len.expect("it fits") as u32
}

impl Wire for Instant {
    const LOANS: bool = false;
    const PARALLEL: bool = true;
    const RETURNS_FLUSHED: bool = true;

    fn limits(&self) -> Limits {
        Limits { slots: 128, msize: 1 << 20, pieces: 32, write_bytes: usize::MAX }
    }

    fn open(&self, slots: &Arc<Slots>) -> Result<(), WireError> {
        *self.0.lock().expect("one thread") = Some(slots.clone());
        Ok(())
    }

    type Load = Sending;

    fn load(parcel: &mut Parcel) -> Sending {
        parcel.send_off().expect("few pieces")
    }

    fn submit(&self, slots: &Slots, slot: SlotId, load: Sending) -> Result<(), WireError> {
        let Sending { envelope, .. } = load;
        envelope.mark_lent();
        let written = answer(envelope);
        // SAFETY: the device touches nothing any more.
        unsafe { envelope.mark_returned(written) };
        slots.settle(slot, written, envelope);
        Ok(())
    }

    fn recall(&self, _: &Slots, _: SlotId) -> Recall {
        Recall::Sent
    }

    fn poll(&self, _: &Slots, _: &mut Context<'_>) -> Poll<WireError> {
        Poll::Pending
    }

    fn close(&self) {
        *self.0.lock().expect("one thread") = None;
    }
}

/// What a run needs: an open file and pages.
struct Ready {
    file: Fid<Instant>,
    buf: RefCell<Option<Buf>>,
}

fn ready() -> Ready {
    task::block_on(async {
        let client = Client::connect(Instant(Mutex::new(None)), Options::new()).await.expect("it answers");
        let mut file = client.attach(b"", b"", None).await.expect("it answers");
        file.lopen(lopen::RDONLY).await.expect("it answers");
        let buf = RefCell::new(Some(pool().alloc(1).expect("a page")));
        let ready = Ready { file, buf };
        read(&ready, 2).await;
        loan(&ready, 2).await;
        ready
    })
}

async fn read(ready: &Ready, ops: usize) {
    for nth in 0..ops {
        let mut buf = ready.buf.borrow_mut().take().expect("it came back");
        buf.set_window(0..4096);
        let (buf, count) = ready.file.read(buf, nth as u64 * 4096, 4096).await;
        assert_eq!(count, Ok(4096));
        *ready.buf.borrow_mut() = black_box(buf);
    }
}

async fn loan(ready: &Ready, ops: usize) {
    for nth in 0..ops {
        let windows = ready.file.read_loan(nth as u64 * 4096, 4096).await;
        assert_eq!(black_box(windows).map(|windows| windows.len()), Ok(4096));
    }
}

mod counted {
    use iai_callgrind::{library_benchmark, library_benchmark_group, main};
    use ninewire_kernel::task;

    use super::{OPS, Ready, loan, read, ready};

    #[library_benchmark]
    #[bench::hundred(setup = ready)]
    fn read_4k_into_own_page(ready: Ready) -> Ready {
        task::block_on(read(&ready, OPS));
        ready
    }

    #[library_benchmark]
    #[bench::hundred(setup = ready)]
    fn read_4k_as_a_loan(ready: Ready) -> Ready {
        task::block_on(loan(&ready, OPS));
        ready
    }

    library_benchmark_group!(name = client; benchmarks = read_4k_into_own_page, read_4k_as_a_loan);
    main!(library_benchmark_groups = client);

    pub(crate) fn run() {
        main();
    }
}

/// Names of the benches, and of their rows.
const ROWS: [(&str, &str); 2] = [
    ("read_4k_into_own_page", "read of 4 KiB into the caller's page"),
    ("read_4k_as_a_loan", "the same as a loan"),
];

fn main() {
    let Some(counted) = support::instructions("p9", counted::run) else { return };
    let mut table = Table::new(["9P client", "instructions"]);
    for (function, name) in ROWS {
        let found = counted.iter().find(|it| it.function == function);
        let each = found.map_or("-".into(), |it| format!("{:.1}", it.instructions as f64 / OPS as f64));
        table.row([name.into(), each]);
    }
    table.print("Instructions per operation, ring and device left out (callgrind, exact)");
}
