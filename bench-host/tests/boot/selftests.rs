//! Every self-test of the image, by its name, how it ends and what it leaves on the serial port: the table at
//! the head of `bench-guest/src/image/selftest/mod.rs`.

use bench_host::qemu::{Ended, MachineType};

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
