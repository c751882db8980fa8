//! The file of a console port as what a raw case runs on: writes lend the device our own pages, reads are lent the port's.

use core::convert::Infallible;
use core::future::poll_fn;
use core::pin::pin;
use core::task::Poll;

use alloc::format;
use alloc::sync::Arc;
use ninewire_bench_guest::record::{CounterSet, Dialect, Placement, Wait};
use ninewire_bench_guest::target::{Access, Settings, Target, TargetError};
use ninewire_bench_guest::units::{Bytes, Ticks};
use ninewire_kernel::drivers::console::{OpenPort, Port};
use ninewire_kernel::io::{Window, Windows};
use ninewire_kernel::ns::{Chan, OpenMode, Space, View};
use ninewire_kernel::points;
use ninewire_kernel::time::{Nanos, TimedOut, within};

use super::plant::{Plant, Planted};
use super::slot::PageSlot;
use super::target::Over;

/// For the host to take a block, or to send one.
const PATIENCE: Nanos = Nanos::from_secs(30);

/// A port's file, open for reading and writing.
pub(super) struct RawPort {
    file: Arc<Chan>,
    /// The port below the file: only asked what the device has returned.
    port: OpenPort,
    over: Over,
    wait: Wait,
    planted: Planted,
}

const GONE: TargetError = TargetError::Peer { what: "the port carries no more" };

fn late(error: TimedOut) -> TargetError {
    TargetError::TimedOut { awaited: error.what }
}

impl RawPort {
    /// The port's file below `/dev/virtcon`.
    pub(super) async fn open(
        port: &'static Port,
        over: Over,
        wait: Wait,
        plant: Option<Plant>,
    ) -> Result<Self, TargetError> {
        let failed = |_| TargetError::Peer { what: "the port's file cannot be opened" };
        let view = View::new(Space::new().map_err(failed)?);
        let name = format!("#C/virtcon/{}", port.file_name());
        let file = view.open(name.as_bytes(), OpenMode::READ_WRITE).await.map_err(failed)?;
        let port = port.open();
        let connected = within(PATIENCE, "the host's end of the raw port", port.connected());
        connected.await.map_err(late)?.map_err(|_| GONE)?;
        Ok(RawPort { file, port, over, wait, planted: Planted::new(plant) })
    }

    /// Waits until nobody but us has a window on these pages: the device has given them back.
    async fn returned(&self, window: Window) -> Result<Window, TargetError> {
        let mut window = Some(window);
        poll_fn(|context| {
            // Asks to be woken by the device's next return before it looks.
            let drained = pin!(self.port.drain()).poll(context);
            match window.take().map(Window::try_into_buf) {
                Some(Ok(buf)) => return Poll::Ready(Ok(buf.share())),
                Some(Err(shared)) => window = Some(shared),
                None => return Poll::Ready(Err(GONE)),
            }
            match drained {
                Poll::Pending => Poll::Pending,
                // Everything was returned and this was not: it is the device's no more, nor ours.
                Poll::Ready(_) => Poll::Ready(Err(GONE)),
            }
        })
        .await
    }
}

impl Target for RawPort {
    type File = Infallible;
    type Slot = PageSlot;

    fn settings(&self) -> Settings<'_> {
        Settings {
            // Nothing is agreed with anybody about messages.
            msize: 0,
            io_max: u32::MAX,
            dialect: Dialect::Plain,
            wait: self.wait,
            placement: Placement::Loan,
            device: self.over.name(),
        }
    }

    fn counters(&self) -> CounterSet {
        self.over.counted()
    }

    fn mark(&self) {
        points::mark();
    }

    #[inline]
    fn done(&self, begun: Ticks, slot: &PageSlot) {
        self.planted.done(begun, &self.over, slot);
    }

    fn slot(&self, bytes: u32) -> Result<PageSlot, TargetError> {
        PageSlot::new(bytes as usize)
    }

    async fn walk(&self, _: &str) -> Result<Infallible, TargetError> {
        Err(TargetError::Unsupported { what: "files: this is a raw port" })
    }

    async fn open(&self, file: &mut Infallible, _: Access) -> Result<(), TargetError> {
        match *file {}
    }

    async fn read(&self, file: &Infallible, _: &mut PageSlot, _: u64, _: u32) -> Result<u32, TargetError> {
        match *file {}
    }

    async fn write(&self, file: &Infallible, _: &mut PageSlot, _: u64, _: u32) -> Result<u32, TargetError> {
        match *file {}
    }

    async fn getattr(&self, file: &Infallible) -> Result<Bytes, TargetError> {
        match *file {}
    }

    async fn clunk(&self, file: Infallible) -> Result<(), TargetError> {
        match file {}
    }

    #[inline]
    async fn send(&self, slot: &mut PageSlot, count: u32) -> Result<(), TargetError> {
        slot.release();
        let window = slot.take(count as usize)?.share();
        let sending = async {
            self.file.bwrite(Windows::from(window.clone())).await.map_err(|_| GONE)?;
            self.returned(window).await
        };
        let window = within(PATIENCE, "the host to take a block", sending).await.map_err(late)??;
        slot.put_shared(window);
        Ok(())
    }

    #[inline]
    async fn receive(&self, slot: &mut PageSlot, count: u32) -> Result<(), TargetError> {
        slot.release();
        let receiving = async {
            let mut loan = Windows::new();
            while loan.len() < count as usize {
                let more = self.file.bread(count as usize - loan.len()).await.map_err(|_| GONE)?;
                if more.is_empty() {
                    return Err(GONE);
                }
                loan.append(more);
            }
            Ok(loan)
        };
        slot.lend(within(PATIENCE, "the host to send a block", receiving).await.map_err(late)??);
        Ok(())
    }
}
