//! A fresh session for each visit, over the device the host's share names.

use ninewire_bench_guest::agenda::Sessions;
use ninewire_bench_guest::record::{Job, Path, Share, Wait};
use ninewire_bench_guest::target::TargetError;
use ninewire_kernel::dev::mnt::Server;
use ninewire_kernel::dev::mnt::claim::Hold;
use ninewire_kernel::drivers;
use ninewire_kernel::drivers::console::Port;
use ninewire_kernel::drivers::p9::NativeWire;
use ninewire_kernel::ns;
use ninewire_kernel::p9::{Client, Options, StreamWire};
use ninewire_kernel::task::{self, CoreId, WaitMode};
use ninewire_kernel::time::{self, Nanos};

use super::plant::Plant;
use super::proxy::Proxy;
use super::raw::RawPort;
use super::target::{Over, Session, Ways, asked, in_words};

/// For a port to be announced, and for the last session on it to end.
const PORT_PATIENCE: Nanos = Nanos::from_secs(5);

const LOOK_EVERY: Nanos = Nanos::from_millis(1);

/// Sessions by the kernel's own client.
pub(super) struct KernelSessions {
    /// The fault that is planted into each.
    pub(super) plant: Option<Plant>,
    ways: Ways,
    proxy: Proxy,
    /// What is asked for over the console port goes by way of the program, too.
    by_proxy: bool,
}

impl KernelSessions {
    pub(super) fn new(plant: Option<Plant>, ways: Ways, by_proxy: bool) -> KernelSessions {
        KernelSessions { plant, ways, proxy: Proxy::default(), by_proxy }
    }
}

fn options(job: &Job<'_>) -> Options {
    wait_as(job);
    Options { msize: job.msize, dialects: asked(job.dialect), ..Options::new() }
}

fn wait_as(job: &Job<'_>) {
    let mode = match job.wait {
        Wait::Adaptive => WaitMode::Adaptive,
        Wait::Poll => WaitMode::Poll,
        Wait::Irq => WaitMode::Irq,
    };
    task::set_wait_mode(mode);
    // The one that serves the devices, if this is another.
    task::set_wait_mode_of(CoreId::BOOT, mode);
}

/// A port is one stream: the session before must be off it, which it is soon after nobody has its files any more.
async fn alone(port: &'static Port) -> Result<(Server, Hold), TargetError> {
    // A port with a name tells when the host's end is open, a little later than that it is there.
    let open = port.open();
    match time::within(PORT_PATIENCE, "the host's end of the port", open.connected()).await {
        Ok(Ok(())) => {}
        Ok(Err(_)) => return Err(TargetError::Peer { what: "the port has gone away" }),
        Err(late) => return Err(TargetError::TimedOut { awaited: late.what }),
    }
    let until = time::now() + PORT_PATIENCE;
    loop {
        match Server::of_port(port).await {
            Ok(server) => return Ok(server),
            Err(ns::Error::InUse) if time::now() < until => time::sleep(LOOK_EVERY).await,
            Err(_) => {
                return Err(TargetError::TimedOut { awaited: "the end of the last session on the port" });
            }
        }
    }
}

/// The share's port, and what stands for its device in the results.
async fn port_of(share: &Share<'_>) -> Result<(&'static Port, Over), TargetError> {
    let port = drivers::port_comes(share.device, PORT_PATIENCE)
        .await
        .map_err(|_| TargetError::Unsupported { what: "a share on this port: no device has it" })?;
    let mut consoles = drivers::registry().consoles().into_iter();
    let console = consoles
        .find(|console| console.name() == port.device_name())
        .ok_or(TargetError::Peer { what: "the port's device is gone" })?;
    Ok((port, Over::Port { console, name: port.file_name().into() }))
}

impl Sessions for KernelSessions {
    type Native = Session<NativeWire>;
    type Stream = Session<StreamWire<Server>>;
    type Raw = RawPort;

    async fn native(&self, share: &Share<'_>, job: &Job<'_>) -> Result<Self::Native, TargetError> {
        let device = drivers::nine_p(share.device.as_bytes())
            .ok_or(TargetError::Unsupported { what: "a share of this tag: no device has it" })?;
        let client = Client::connect(device.wire(), options(job)).await.map_err(in_words)?;
        Session::attach(client, Over::NineP(device), job.wait, self.plant, self.ways, share, None).await
    }

    async fn stream(&self, share: &Share<'_>, job: &Job<'_>) -> Result<Self::Stream, TargetError> {
        let (port, over) = port_of(share).await?;
        let (server, hold) = alone(port).await?;
        let proxied = share.path == Path::Proxied || self.by_proxy && share.path == Path::Serial;
        let (server, hold) = if proxied {
            // The program claims the port by itself, as soon as it may.
            drop((server, hold));
            (self.proxy.begin(port).await?, None)
        } else {
            (server, Some(hold))
        };
        let client = Client::connect(StreamWire::new(server), options(job)).await.map_err(in_words)?;
        Session::attach(client, over, job.wait, self.plant, self.ways, share, hold).await
    }

    async fn raw(&self, share: &Share<'_>, job: &Job<'_>) -> Result<RawPort, TargetError> {
        wait_as(job);
        let (port, over) = port_of(share).await?;
        RawPort::open(port, over, job.wait, self.plant).await
    }
}
