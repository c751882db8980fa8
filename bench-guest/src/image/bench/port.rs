//! Records out by the timing port.

use ninewire_bench_guest::case::{Sink, StreamLost};
use ninewire_bench_guest::frame::{Encoder, FRAME_MAX};
use ninewire_bench_guest::record::Record;
use ninewire_kernel::drivers::console::OpenPort;
use ninewire_kernel::io::Windows;
use ninewire_kernel::time::{Nanos, within};
use ninewire_kernel::{mem, warn};

/// For the host to take a frame.
const PATIENCE: Nanos = Nanos::from_secs(30);

/// Frames in order, each on pages of its own that the device reads in place.
pub(super) struct PortSink {
    port: OpenPort,
    encoder: Encoder,
}

impl PortSink {
    pub(super) fn new(port: OpenPort) -> Self {
        PortSink { port, encoder: Encoder::new() }
    }

    pub(super) fn port(&self) -> &OpenPort {
        &self.port
    }

    fn encode(&mut self, record: &Record<'_>) -> Option<Windows> {
        let mut page = mem::pool().alloc_bytes(FRAME_MAX).ok()?;
        page.set_window(0..FRAME_MAX);
        let len = self.encoder.encode(record, page.as_mut_slice()).ok()?;
        page.truncate(len);
        Some(page.into())
    }
}

impl Sink for PortSink {
    /// Returns when the device has given the frame's pages back: QEMU has handed its bytes to the host by then.
    async fn emit(&mut self, record: &Record<'_>) -> Result<(), StreamLost> {
        let Some(frame) = self.encode(record) else {
            warn!("benchmark: no room for a {} record", record.name());
            return Err(StreamLost);
        };
        let sent = async {
            self.port.write(frame).await?;
            self.port.drain().await
        };
        match within(PATIENCE, "the host to take a frame", sent).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => {
                warn!("benchmark: the timing port: {error}");
                Err(StreamLost)
            }
            Err(error) => {
                warn!("benchmark: {error}");
                Err(StreamLost)
            }
        }
    }

    fn frames(&self) -> u32 {
        self.encoder.frames()
    }
}
