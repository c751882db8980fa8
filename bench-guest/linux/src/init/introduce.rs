//! What this guest says about itself before it is asked: read from what the kernel tells under `/proc` and `/sys`.

use std::fs;
use std::path::Path;
use std::thread;

use ninewire_bench_guest::case::{Sink, StreamLost};
use ninewire_bench_guest::record::{Device, Hello, Level, Log};
use ninewire_bench_guest::target::Clock;
use ninewire_bench_guest::units::{Bytes, Ticks};
use ninewire_linux_guest::Monotonic;
use rustix::system::uname;

use super::machine::sorted;

const DEVICES: &str = "/sys/bus/virtio/devices";

const CLOCK_SOURCE: &str = "/sys/devices/system/clocksource/clocksource0/current_clocksource";

/// Virtio 1.2, section 5: device types.
const CONSOLE: &str = "0x0003";
const NINE_P: &str = "0x0009";

/// A virtio device as the kernel shows it.
struct Shown {
    name: String,
    class: &'static str,
    tag: String,
    features: u64,
}

/// Hello, and a Device record for each device the cases may use.
pub(crate) async fn introduce(sink: &mut impl Sink) -> Result<(), StreamLost> {
    let system = uname();
    let build = format!("{} {}", system.release().to_string_lossy(), system.version().to_string_lossy());
    let devices: Vec<Shown> =
        sorted(Path::new(DEVICES)).unwrap_or_default().iter().filter_map(|path| shown(path)).collect();
    let clock = Monotonic::new();
    let hello = Hello {
        tsc_hz: clock.rate(),
        entry: Ticks(0),
        // When the kernel was entered and what its own client sent first is nothing it tells.
        first_9p: None,
        now: clock.now(),
        memory: Bytes(field("/proc/meminfo", "MemTotal").parse().map_or(0, |kib: u64| kib << 10)),
        pool: Bytes(0),
        cores: thread::available_parallelism().map_or(1, |cores| cores.get() as u16),
        devices: devices.len() as u16,
        guest: "linux",
        build: &build,
        cpu: &field("/proc/cpuinfo", "model name"),
        cmdline: &read("/proc/cmdline"),
    };
    sink.emit(&hello.into()).await?;
    for Shown { name, class, tag, features } in &devices {
        // The kernel does not tell how long its queues are.
        sink.emit(&Device { features: *features, queue_size: 0, name, class, tag }.into()).await?;
    }
    let source = read(CLOCK_SOURCE);
    if is_slow(&source) {
        let text = format!("Linux keeps time by {source}, and every reading of it leaves the guest");
        sink.emit(&Log { level: Level::Warn, text: &text }.into()).await?;
    }
    Ok(())
}

/// Whether reading the clock is an exit to QEMU. By the processor's counter it is none, nor by the page KVM keeps.
fn is_slow(clock_source: &str) -> bool {
    !["tsc", "kvm-clock"].iter().any(|quick| clock_source.starts_with(quick))
}

fn shown(path: &Path) -> Option<Shown> {
    let text = |name: &str| read(path.join(name));
    let (class, tag) = match text("device").as_str() {
        // A device the kernel shows the tag of with a zero byte behind it.
        NINE_P => ("9p", text("mount_tag").trim_end_matches('\0').to_string()),
        CONSOLE => ("console", port_names(path)),
        _ => return None,
    };
    let name = path.file_name()?.to_str()?.to_string();
    Some(Shown { name, class, tag, features: feature_bits(&text("features")) })
}

/// The names of a console device's ports.
fn port_names(device: &Path) -> String {
    let ports = sorted(&device.join("virtio-ports")).unwrap_or_default();
    let names: Vec<String> =
        ports.iter().map(|port| read(port.join("name"))).filter(|name| !name.is_empty()).collect();
    names.join(" ")
}

/// Features are shown as a digit a bit, the first bit first.
fn feature_bits(digits: &str) -> u64 {
    digits.bytes().take(64).enumerate().filter(|(_, digit)| *digit == b'1').map(|(bit, _)| 1 << bit).sum()
}

/// A file of one line; empty when it is not there.
fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).map(|text| text.trim_end().to_string()).unwrap_or_default()
}

/// The first word of the first value of this name in a file of `name: value` lines, or all of it for a text.
fn field(path: &str, name: &str) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let value = text.lines().find_map(|line| line.split_once(':').filter(|(key, _)| key.trim() == name));
    value.map_or_else(String::new, |(_, value)| value.trim().trim_end_matches(" kB").to_string())
}

/// How many interrupts virtio devices have raised.
pub(crate) fn interrupts() -> Option<u64> {
    fs::read_to_string("/proc/interrupts").ok().map(|text| virtio_interrupts(&text))
}

/// A line names an interrupt, its count on each processor, and who takes it.
fn virtio_interrupts(text: &str) -> u64 {
    let of_virtio = text.lines().filter(|line| line.contains("virtio"));
    let counts =
        of_virtio.flat_map(|line| line.split_whitespace().skip(1).map_while(|word| word.parse::<u64>().ok()));
    counts.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_read_from_the_first_digit_on() {
        assert_eq!(feature_bits("1000"), 1);
        assert_eq!(feature_bits("0100000000000000000000000000000010000000"), 1 << 1 | 1 << 32);
        assert_eq!(feature_bits(""), 0);
    }

    #[test]
    fn a_clock_that_leaves_the_guest_is_slow() {
        assert!(is_slow("hpet") && is_slow("acpi_pm") && is_slow(""));
        assert!(!is_slow("tsc") && !is_slow("tsc-early") && !is_slow("kvm-clock"));
    }

    #[test]
    fn only_interrupts_of_virtio_devices_are_counted() {
        let text = "           CPU0       CPU1\n  4:        100          1  IO-APIC   4-edge      ttyS0\n \
                    24:          0          0   PCI-MSI 32768-edge      virtio0-config\n \
                    25:         12          3   PCI-MSI 32769-edge      virtio0-requests\n";
        assert_eq!(virtio_interrupts(text), 15);
    }
}
