//! What this guest says about itself before it is asked.

use alloc::format;
use alloc::string::String;
use core::future::poll_fn;
use core::pin::pin;
use core::task::Poll;

use ninewire_bench_guest::case::{Sink, StreamLost};
use ninewire_bench_guest::record::{Device, Hello};
use ninewire_bench_guest::units::{Bytes, Hertz, Ticks};
use ninewire_kernel::boot::Machine;
use ninewire_kernel::virtio::Kind;
use ninewire_kernel::{arch, drivers, mem, p9, task, warn};

const BUILD: &str = concat!("ninewire ", env!("CARGO_PKG_VERSION"));

/// Begins a session with the first 9P device there is, and says when its first message was handed to the device; does
/// `meanwhile` what else there is to do before anything is answered. A server that does not answer is told when a case needs
/// it.
pub(super) async fn first_9p(meanwhile: impl FnOnce()) -> Option<Ticks> {
    let Some(device) = drivers::registry().nine_ps().first().copied() else {
        meanwhile();
        return None;
    };
    let mut connect = pin!(p9::Client::connect(device.wire(), p9::Options::new()));
    // Its first poll ends with Tversion in the ring; the round that polled it ends with the notification.
    let mut session = poll_fn(|context| Poll::Ready(connect.as_mut().poll(context))).await;
    let handed_over = Some(Ticks(arch::tsc()));
    task::yield_now().await;
    meanwhile();
    if session.is_pending() {
        session = Poll::Ready(connect.await);
    }
    let Poll::Ready(session) = session else { return None };
    match session {
        Ok(_) => handed_over,
        Err(error) => {
            warn!("benchmark: {}: {error}", device.name());
            None
        }
    }
}

/// Hello, and a Device record for each device that has a driver.
pub(super) async fn introduce(
    machine: &'static Machine,
    first_9p: Option<Ticks>,
    sink: &mut impl Sink,
) -> Result<(), StreamLost> {
    let driven =
        || machine.devices.iter().filter(|device| matches!(device.kind(), Kind::NineP | Kind::Console));
    let cmdline = machine.cmdline.words().fold(String::new(), |line, word| {
        let gap = if line.is_empty() { "" } else { " " };
        line + gap + word
    });
    let hello = Hello {
        tsc_hz: Hertz(machine.tsc_hz()),
        entry: Ticks(machine.entry_tsc),
        first_9p,
        now: Ticks(arch::tsc()),
        memory: Bytes(machine.memory.usable),
        pool: Bytes((mem::pool().pages() * mem::PAGE_SIZE) as u64),
        cores: 1,
        devices: driven().count() as u16,
        guest: "ninewire",
        build: BUILD,
        cpu: &cpu_name(),
        cmdline: &cmdline,
    };
    sink.emit(&hello.into()).await?;
    for device in driven() {
        let record = Device {
            features: device.features(),
            queue_size: device.queue_size(0),
            name: device.name(),
            class: if device.kind() == Kind::NineP { "9p" } else { "console" },
            tag: &tag_of(device.name()),
        };
        sink.emit(&record.into()).await?;
    }
    Ok(())
}

/// The mount tag of a 9p device, or the names of a console's ports.
fn tag_of(device: &str) -> String {
    let registry = drivers::registry();
    if let Some(nine_p) = registry.nine_ps().into_iter().find(|nine_p| nine_p.name() == device) {
        return String::from_utf8_lossy(nine_p.tag()).into_owned();
    }
    let ports = registry.ports().into_iter().filter(|port| port.device_name() == device);
    let names = ports.filter_map(|port| port.info().name);
    names.fold(String::new(), |all, name| {
        let gap = if all.is_empty() { "" } else { " " };
        format!("{all}{gap}{}", String::from_utf8_lossy(&name))
    })
}

/// The processor's brand string (CPUID leaves 0x80000002 to 0x80000004); empty when it has none.
fn cpu_name() -> String {
    use core::arch::x86_64::__cpuid;
    if __cpuid(0x8000_0000).eax < 0x8000_0004 {
        return String::new();
    }
    let registers = (0x8000_0002..=0x8000_0004).flat_map(|leaf| {
        let leaf = __cpuid(leaf);
        [leaf.eax, leaf.ebx, leaf.ecx, leaf.edx]
    });
    let bytes: alloc::vec::Vec<u8> =
        registers.flat_map(u32::to_le_bytes).take_while(|&byte| byte != 0).collect();
    String::from(String::from_utf8_lossy(&bytes).trim())
}
