//! The same machine with split and with packed rings, on QEMU's own devices: whatever is typed, the same appears.

use std::fs;

use bench_host::qemu::{Device, Ended, Port};
use bench_host::server::{Access, Export, Server};
use tempfile::TempDir;

use crate::host::{populated, share};
use crate::machine::Machine;
use crate::transcript::without_counts;

const PACKED: [&str; 3] = ["packed=on", "iommu_platform=on", "disable-legacy=on"];

/// VIRTIO_F_ACCESS_PLATFORM and VIRTIO_F_RING_PACKED (virtio 1.2, chapter 6).
const BITS: u64 = 1 << 33 | 1 << 34;

/// Prime, so that no read or write of a file of this size ends where another did.
const LARGE_BYTES: usize = 1_048_583;

/// A machine with a native share and a named port with a server, and what the host keeps for it.
struct Scene {
    machine: Machine,
    native: TempDir,
    serial: TempDir,
    server: Server,
}

impl Scene {
    fn new(properties: &[&str]) -> Scene {
        let (native, serial) = (populated(), populated());
        for dir in [&native, &serial] {
            fs::write(dir.path().join("large"), large()).unwrap();
        }
        let mut machine = Machine::new().virtio(properties);
        let (ours, chardev) = machine.wire();
        let server = Export::open(serial.path(), Access::ReadWrite).unwrap().serve(ours).unwrap();
        let port = Port { name: "org.ninewire.9p", chardev };
        let machine = machine.devices(vec![share("t", native.path()), Device::Ports(vec![port])]);
        Scene { machine, native, serial, server }
    }
}

fn large() -> Vec<u8> {
    (0..LARGE_BYTES).map(|at| (at ^ at >> 8 ^ at >> 16) as u8).collect()
}

/// What each device agreed to, as the log says it.
fn agreed(properties: &[&str]) -> Vec<(String, u64)> {
    let (mut guest, prompt) = Scene::new(properties).machine.cmdline("loglevel=debug").shell();
    let devices = prompt.transcript.lines().filter_map(|line| {
        let (before, features) = line.split_once(": features 0x")?;
        let name = before.rsplit(' ').next()?.to_string();
        Some((name, u64::from_str_radix(features, 16).unwrap()))
    });
    let devices = devices.collect();
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
    devices
}

/// What appears when native and serial 9P are mounted, read and written; the copies on the host are compared here.
fn worked(properties: &[&str]) -> String {
    let Scene { machine, native, serial, server } = Scene::new(properties);
    let (mut guest, mut prompt) = machine.shell();
    let mounts = [
        ("mount -c -d '#9' /dev/null /mnt/xxx t", &native),
        ("mount -c -n /dev/virtcon/org.ninewire.9p /mnt/xxx", &serial),
    ];
    for (mount, dir) in mounts {
        prompt.answers(&[(mount, ""), ("cat /mnt/xxx/hello", "hello from the host\n")]);
        prompt.answer("cat /dev/mtags");
        prompt.answer("ls /mnt/xxx");
        prompt.answers(&[
            ("cp /mnt/xxx/large /mnt/xxx/copy", ""),
            ("cmp /mnt/xxx/large /mnt/xxx/copy", ""),
            ("wc -c /mnt/xxx/copy", "1048583 /mnt/xxx/copy\n"),
            ("cat /mnt/xxx/missing", "cat: can't open /mnt/xxx/missing: '/mnt/xxx/missing' does not exist\n"),
        ]);
        assert!(fs::read(dir.path().join("copy")).unwrap() == large(), "{mount}: the copy differs");
        prompt.answers(&[("unmount /mnt/xxx", "")]);
    }
    let transcript = prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
    assert_eq!(server.faults(), Vec::<String>::new());
    // What was said before the first prompt tells of times.
    let typed = transcript.find("term% ").expect("there was a prompt");
    without_counts(&transcript[typed..])
}

#[test]
fn what_is_typed_makes_the_same_appear_with_packed_rings() {
    for (properties, bits) in [(&[][..], 0), (&PACKED[..], BITS)] {
        let devices = agreed(properties);
        let names: Vec<&str> = devices.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["virtio-9p-0", "virtio-console-1"], "{properties:?}");
        assert!(devices.iter().all(|(_, agreed)| agreed & BITS == bits), "{properties:?}: {devices:x?}");
    }
    assert_eq!(worked(&PACKED), worked(&[]));
}

#[test]
fn files_are_read_as_they_are_from_packed_rings_in_every_wait_mode() {
    let dir = tempfile::tempdir().unwrap();
    let bytes: Vec<u8> = (0..4u32 << 20).map(|o| (o ^ o >> 8 ^ o >> 16) as u8).collect();
    fs::write(dir.path().join("pattern"), bytes).unwrap();
    let machine = Machine::new().virtio(&PACKED);
    let booted = machine.devices(vec![share("t", dir.path())]).selftest("p9");
    assert_eq!(booted.ended, Ended::Success, "native:\n{}", booted.log);
    let mut machine = Machine::new().virtio(&PACKED);
    let (ours, chardev) = machine.wire();
    let server = Export::open(dir.path(), Access::ReadOnly).unwrap().serve(ours).unwrap();
    let port = Port { name: "org.ninewire.9p", chardev };
    let booted = machine.devices(vec![Device::Ports(vec![port])]).selftest("serial");
    assert_eq!(booted.ended, Ended::Success, "serial:\n{}", booted.log);
    assert_eq!(server.faults(), Vec::<String>::new());
}
