//! Every self-test of the image, by its name, how it ends and what it leaves on the serial port: the table at
//! the head of `bench-guest/src/image/selftest/mod.rs`.

use bench_host::qemu::{Device, Ended, MachineType, Port};
use bench_host::server::{Access, Export};

use crate::host::share;
use crate::machine::Machine;

/// Transitional and modern functions, by messages and by lines, two of them on one line, one behind a bridge.
const DEVICES: [&str; 10] = [
    "-device",
    "virtio-rng-pci,vectors=0",
    "-device",
    "virtio-rng-pci",
    "-device",
    "virtio-balloon-pci",
    "-device",
    "virtio-serial-pci,max_ports=1",
    "-device",
    "virtio-rng-pci,disable-legacy=on,vectors=0",
];

#[test]
fn claims_about_the_machine_hold() {
    for name in ["heap", "memory", "tsc", "timer", "interrupt", "breakpoint"] {
        let booted = Machine::new().selftest(name);
        assert_eq!(booted.ended, Ended::Success, "{name}:\n{}", booted.log);
    }
}

/// What `p9` and `serial` read: 4 MiB, the byte at offset `o` being `o ^ o >> 8 ^ o >> 16`.
pub(crate) fn pattern() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let bytes: Vec<u8> = (0..4u32 << 20).map(|o| (o ^ o >> 8 ^ o >> 16) as u8).collect();
    std::fs::write(dir.path().join("pattern"), bytes).unwrap();
    dir
}

#[test]
fn files_are_read_as_they_are_in_every_wait_mode() {
    let dir = pattern();
    let booted = Machine::new().devices(vec![share("t", dir.path())]).selftest("p9");
    assert_eq!(booted.ended, Ended::Success, "native:\n{}", booted.log);
    for named in [true, false] {
        let mut machine = Machine::new();
        let (ours, chardev) = machine.wire();
        let server = Export::open(dir.path(), Access::ReadOnly).unwrap().serve(ours).unwrap();
        let device = match named {
            true => Device::Ports(vec![Port { name: "org.ninewire.9p", chardev }]),
            false => Device::Console(chardev),
        };
        let booted = machine.devices(vec![device]).selftest("serial");
        assert_eq!(booted.ended, Ended::Success, "named port {named}:\n{}", booted.log);
        assert_eq!(server.faults(), Vec::<String>::new());
    }
}

#[test]
fn tasks_wake_in_time_and_bytes_come_back_unchanged_in_every_wait_mode() {
    let booted = Machine::new().selftest("tasks");
    assert_eq!(booted.ended, Ended::Success, "{}", booted.log);
    let mut machine = Machine::new();
    let (ours, chardev) = machine.wire();
    let mut answers = ours.try_clone().unwrap();
    let mut asks = ours;
    // Ends when QEMU does.
    let echo = std::thread::spawn(move || std::io::copy(&mut asks, &mut answers));
    let device = Device::Ports(vec![Port { name: "org.ninewire.test", chardev }]);
    let booted = machine.devices(vec![device]).selftest("echo");
    assert_eq!(booted.ended, Ended::Success, "{}", booted.log);
    echo.join().unwrap().unwrap();
}

#[test]
fn the_clock_is_confirmed_on_machines_with_fewer_clocks() {
    for name in ["tsc", "timer"] {
        let booted = Machine::new().arguments(&["-machine", "hpet=off"]).selftest(name);
        assert_eq!(booted.ended, Ended::Success, "{name}:\n{}", booted.log);
    }
}

#[test]
fn memory_is_right_in_a_large_machine_with_ram_above_4_gib() {
    let booted = Machine::new().board(MachineType::Pc).memory_mib(6000).selftest("memory");
    assert_eq!(booted.ended, Ended::Success, "{}", booted.log);
}

#[test]
fn every_virtio_function_comes_to_life_by_messages_or_by_its_line() {
    for board in [MachineType::Q35, MachineType::Pc] {
        let booted = Machine::new().board(board).arguments(&DEVICES).selftest("devices");
        assert_eq!(booted.ended, Ended::Success, "{board:?}:\n{}", booted.log);
        for row in [
            "ioapic   virtio-rng-0",
            "msi      virtio-rng-1",
            "msi      virtio-console-3",
            "ioapic   virtio-rng-4",
        ] {
            assert!(booted.log.contains(row), "{board:?} has no row {row}:\n{}", booted.log);
        }
    }
}

#[test]
fn registers_get_addresses_where_the_firmware_gives_none() {
    for board in [MachineType::Q35, MachineType::Pc] {
        let small_firmware = ["-bios", "qboot.rom"];
        let booted =
            Machine::new().board(board).arguments(&small_firmware).arguments(&DEVICES).selftest("devices");
        assert_eq!(booted.ended, Ended::Success, "{board:?}:\n{}", booted.log);
        assert!(booted.log.contains("msi      virtio-console-3"), "{board:?}:\n{}", booted.log);
    }
}

#[test]
fn a_function_behind_a_bridge_is_found_after_those_of_its_bus() {
    let bridge = ["-device", "pcie-root-port,id=bridge,chassis=1", "-device", "virtio-rng-pci,bus=bridge"];
    let booted = Machine::new().arguments(&bridge).arguments(&DEVICES[..2]).selftest("devices");
    assert_eq!(booted.ended, Ended::Success, "{}", booted.log);
    assert!(booted.log.contains("msi      virtio-rng-1"), "{}", booted.log);
}

#[test]
fn a_legacy_function_is_reported_keeps_its_number_and_is_passed_over() {
    let legacy = ["-device", "virtio-rng-pci,disable-modern=on,disable-legacy=off"];
    let booted = Machine::new().arguments(&legacy).arguments(&DEVICES[2..4]).selftest("devices");
    assert_eq!(booted.ended, Ended::Success, "{}", booted.log);
    assert!(booted.log.contains("virtio-rng-0 at") && booted.log.contains("passed over"), "{}", booted.log);
    assert!(booted.log.contains("msi      virtio-rng-1"), "{}", booted.log);
}

#[test]
fn what_the_kernel_must_not_survive_ends_it_with_a_report() {
    for (name, words) in [
        ("panic", &["panic at", "as asked for"][..]),
        ("null-read", &["read of 0x8, a null pointer"]),
        ("null-write", &["write to 0x8, a null pointer"]),
        ("text-write", &["write to 0x200000, which the page does not allow"]),
        ("rodata-write", &["write to", "which the page does not allow"]),
        ("data-execute", &["execution of", "which the page does not allow"]),
        ("pool-execute", &["execution of", "which the page does not allow"]),
        ("stack-overflow", &["where nothing is mapped: the main stack of core 0 has overflowed"]),
        ("invalid-opcode", &["invalid opcode"]),
        ("general-protection", &["general protection"]),
    ] {
        let booted = Machine::new().selftest(name);
        assert_eq!(booted.ended, Ended::Panic, "{name}:\n{}", booted.log);
        for words in words {
            assert!(booted.log.contains(words), "{name} does not say {words}:\n{}", booted.log);
        }
    }
}
