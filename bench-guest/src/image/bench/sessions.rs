//! A fresh session for each visit, over the device the host's share names.

use ninewire_bench_guest::agenda::Sessions;
use ninewire_bench_guest::record::{Job, Share, Wait};
use ninewire_bench_guest::target::TargetError;
use ninewire_kernel::drivers;
use ninewire_kernel::drivers::console::{OpenPort, Port};
use ninewire_kernel::drivers::p9::NativeWire;
use ninewire_kernel::p9::{Client, Options, StreamWire};
use ninewire_kernel::task::{self, WaitMode};
use ninewire_kernel::time::{self, Nanos};

use super::plant::Plant;
use super::target::{Over, Session, asked, in_words};

/// For a port to be announced, and for the last session on it to end.
const PORT_PATIENCE: Nanos = Nanos::from_secs(5);

const LOOK_EVERY: Nanos = Nanos::from_millis(1);

/// Sessions by the kernel's own client.
pub(super) struct KernelSessions {
    /// The fault that is planted into each.
    pub(super) plant: Option<Plant>,
}

fn options(job: &Job<'_>) -> Options {
    task::set_wait_mode(match job.wait {
        Wait::Adaptive => WaitMode::Adaptive,
        Wait::Poll => WaitMode::Poll,
        Wait::Irq => WaitMode::Irq,
    });
    Options { msize: job.msize, dialects: asked(job.dialect), ..Options::new() }
}

/// A port is one stream: the session before must be off it.
async fn alone(port: &'static Port) -> Result<OpenPort, TargetError> {
    let until = time::now() + PORT_PATIENCE;
    while port.info().opens > 0 {
        if time::now() >= until {
            return Err(TargetError::TimedOut { awaited: "the end of the last session on the port" });
        }
        time::sleep(LOOK_EVERY).await;
    }
    let open = port.open();
    // A port with a name tells when the host's end is open, a little later than that it is there.
    match time::within(PORT_PATIENCE, "the host's end of the port", open.connected()).await {
        Ok(Ok(())) => Ok(open),
        Ok(Err(_)) => Err(TargetError::Peer { what: "the port has gone away" }),
        Err(late) => Err(TargetError::TimedOut { awaited: late.what }),
    }
}

impl Sessions for KernelSessions {
    type Native = Session<NativeWire>;
    type Serial = Session<StreamWire<OpenPort>>;

    async fn native(&self, share: &Share<'_>, job: &Job<'_>) -> Result<Self::Native, TargetError> {
        let device = drivers::nine_p(share.device.as_bytes())
            .ok_or(TargetError::Unsupported { what: "a share of this tag: no device has it" })?;
        let client = Client::connect(device.wire(), options(job)).await.map_err(in_words)?;
        Session::attach(client, Over::NineP(device), job.wait, self.plant, share.uname, share.aname).await
    }

    async fn serial(&self, share: &Share<'_>, job: &Job<'_>) -> Result<Self::Serial, TargetError> {
        let port = drivers::port_comes(share.device, PORT_PATIENCE)
            .await
            .map_err(|_| TargetError::Unsupported { what: "a share on this port: no device has it" })?;
        let mut consoles = drivers::registry().consoles().into_iter();
        let console = consoles
            .find(|console| console.name() == port.device_name())
            .ok_or(TargetError::Peer { what: "the port's device is gone" })?;
        let open = alone(port).await?;
        let client = Client::connect(StreamWire::new(open), options(job)).await.map_err(in_words)?;
        let over = Over::Port { console, name: port.file_name().into() };
        Session::attach(client, over, job.wait, self.plant, share.uname, share.aname).await
    }
}
