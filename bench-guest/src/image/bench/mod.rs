//! `mode=bench`: says what this guest is on the port `org.ninewire.bench`, takes the host's orders from it, follows
//! them over the kernel's own 9P client, and streams what was measured.
//!
//! What a case does is the library's business ([`ninewire_bench_guest::case`]); here are the sessions it runs on, the
//! clock, and the port. All of it is on the boot core, or with `core=N` on the kernel command line on core N, whose
//! tasks then use devices that the boot core serves. With `behind=N` writes are over when they are sent, and up to N
//! messages are under way before one is waited for, as where programs copy; a file is settled before it is let go.

mod hello;
mod plant;
mod port;
mod proxy;
mod raw;
mod sessions;
mod slot;
mod stamps;
mod target;

use alloc::boxed::Box;
use alloc::format;
use core::fmt;

use ninewire_bench_guest::agenda::follow;
use ninewire_bench_guest::case::{Sink, StreamLost};
use ninewire_bench_guest::frame::{Decoder, Event, FRAME_MAX, VERSION};
use ninewire_bench_guest::intake::{Intake, OrderError, Orders};
use ninewire_bench_guest::record::{Bye, Fault, Status};
use ninewire_kernel::boot::{ExitCode, Machine};
use ninewire_kernel::drivers::console::PortError;
use ninewire_kernel::drivers::{self, OutOfRange};
use ninewire_kernel::task::{self, CoreId, Lost};
use ninewire_kernel::time::{Nanos, TimedOut, within};
use ninewire_kernel::virtio::Kind;
use ninewire_kernel::{error, info};

use plant::{Plant, UnknownPlant};
use port::PortSink;
use sessions::KernelSessions;
use stamps::Watchful;
use target::{LetsGo, Tsc, Ways};

/// The name the host gives the timing port.
const PORT: &str = "org.ninewire.bench";

/// For everything the host does before the first case.
const HOST_PATIENCE: Nanos = Nanos::from_secs(30);

/// Why there was nothing to measure.
#[derive(Debug)]
enum Failure {
    TimedOut(TimedOut),
    Port(PortError),
    Stream(StreamLost),
    Plant(UnknownPlant),
    /// What `coalesce=` says is no setting.
    Coalescing,
    /// Bytes on the port are no frame, or a frame is missing, or of another version.
    Damaged,
    Orders(OrderError),
    /// What `behind=` says is no number.
    NoNumber,
    /// The core that `core=` names is not there.
    NoCore,
    /// The core that `core=` names did not do it.
    Lost(Lost),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::TimedOut(error) => error.fmt(f),
            Failure::Port(error) => write!(f, "the timing port: {error}"),
            Failure::Stream(error) => error.fmt(f),
            Failure::Damaged => write!(f, "what the host sent on the timing port is damaged"),
            Failure::Orders(error) => error.fmt(f),
            Failure::NoCore => {
                write!(f, "core= names no core of this machine; QEMU's -smp says how many it has")
            }
            Failure::NoNumber => write!(f, "behind= is how many messages may be under way, as a number"),
            Failure::Lost(lost) => lost.fmt(f),
            Failure::Plant(UnknownPlant) => write!(f, "plant= is copy, kick or delay:PERCENT"),
            Failure::Coalescing => write!(f, "coalesce= is chains and microseconds, such as 8,200, or 1,0"),
        }
    }
}

impl From<TimedOut> for Failure {
    fn from(error: TimedOut) -> Self {
        Failure::TimedOut(error)
    }
}

impl From<PortError> for Failure {
    fn from(error: PortError) -> Self {
        Failure::Port(error)
    }
}

impl From<StreamLost> for Failure {
    fn from(error: StreamLost) -> Self {
        Failure::Stream(error)
    }
}

/// `coalesce=CHAINS,MICROSECONDS`: what the control files of both kinds of devices are told by that name.
fn coalesce(machine: &Machine) -> Result<(), Failure> {
    let Some(numbers) = machine.cmdline.get("coalesce") else { return Ok(()) };
    let number = |text: &str| text.parse().map_err(|_| Failure::Coalescing);
    let (chains, span_us) = numbers.split_once(',').ok_or(Failure::Coalescing)?;
    let (chains, span_us) = (number(chains)?, number(span_us)?);
    for setting in [drivers::p9::coalescing(), drivers::console::coalescing()] {
        setting.set(chains, span_us).map_err(|OutOfRange| Failure::Coalescing)?;
    }
    Ok(())
}

/// Runs what the host asks for.
pub(crate) fn run(machine: &'static Machine) -> ExitCode {
    let start = |wanted: fn(Kind) -> bool| drivers::probe_if(&machine.devices, wanted);
    let outcome = match machine.cmdline.get("core") {
        None => {
            start(|kind| kind == Kind::NineP);
            // All else comes up while the host looks at the first message.
            task::block_on(serve(machine, || machine.complete(|| start(|kind| kind != Kind::NineP))))
        }
        Some(number) => match core_of(machine, number) {
            Some(core) => {
                // This core serves the devices, so it starts all of them before another uses any.
                start(|_| true);
                let away = task::spawn_on(core, "bench", move || serve(machine, || ()));
                task::block_on(away).unwrap_or_else(|lost| Err(Failure::Lost(lost)))
            }
            None => Err(Failure::NoCore),
        },
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            error!("benchmark: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// The core with this number; all of them are there afterwards.
fn core_of(machine: &'static Machine, number: &str) -> Option<CoreId> {
    machine.complete(|| ());
    number.parse().ok().and_then(CoreId::from_number)
}

/// Does `meanwhile` while the first 9P message is on its way.
async fn serve(machine: &'static Machine, meanwhile: impl FnOnce()) -> Result<(), Failure> {
    let first_9p = hello::first_9p(meanwhile).await;
    let port = drivers::port_comes(PORT, HOST_PATIENCE).await?.open();
    within(HOST_PATIENCE, "the host's end of the timing port", port.connected()).await??;
    let mut sink = PortSink::new(port);
    hello::introduce(machine, first_9p, &mut sink).await?;
    let received = within(HOST_PATIENCE, "the host's orders", orders(&sink)).await?;
    let plant = coalesce(machine).and_then(|()| Plant::of(machine).map_err(Failure::Plant));
    let behind = machine.cmdline.get("behind").map(|most| most.parse().map_err(|_| Failure::NoNumber));
    match received.and_then(|orders| Ok((orders, plant?, behind.transpose()?))) {
        Ok((orders, plant, behind)) => {
            let awaits = machine.cmdline.flag("clunk-awaited");
            let lets_go = if awaits { LetsGo::AndWaits } else { LetsGo::AndGoesOn };
            let ways = Ways { lets_go, behind };
            let sessions = KernelSessions::new(plant, ways, machine.cmdline.flag("9pvpxy"));
            info!("benchmark: {} cases", orders.jobs().len());
            let clock = Tsc::new(machine);
            Ok(follow(&orders, &sessions, &clock, &Watchful::default(), &mut sink).await?)
        }
        Err(failure) => {
            give_up(&failure, &mut sink).await?;
            Err(failure)
        }
    }
}

/// The host's orders, once all of them are there.
async fn orders(sink: &PortSink) -> Result<Orders, Failure> {
    let mut decoder = Box::new(Decoder::<FRAME_MAX>::new());
    let mut intake = Intake::new();
    loop {
        let window = sink.port().recv().await?;
        let mut bytes = window.as_slice();
        while !bytes.is_empty() {
            decoder.feed(&mut bytes);
            while let Some(event) = decoder.next() {
                let frame = match event {
                    Event::Frame(frame) if frame.version == VERSION => frame,
                    _ => return Err(Failure::Damaged),
                };
                if let Some(orders) = intake.take(frame.kind, frame.payload).map_err(Failure::Orders)? {
                    return Ok(orders);
                }
            }
        }
    }
}

async fn give_up(failure: &Failure, sink: &mut PortSink) -> Result<(), StreamLost> {
    sink.emit(&Fault { reason: &format!("{failure}") }.into()).await?;
    let frames = sink.frames();
    sink.emit(&Bye { frames, status: Status::Fault }.into()).await
}
