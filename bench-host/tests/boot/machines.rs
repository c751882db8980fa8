//! Machines that differ from the usual one: lines instead of messages, shared lines, other boards, other firmware, bridges.
//! On each the page's names appear and its files are read.

use bench_host::qemu::{Ended, MachineType};

use crate::host::{populated, share};
use crate::machine::Machine;
use crate::prompt::Prompt;

/// A row of `/dev/irqalloc`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    vector: u32,
    line: u32,
    count: u64,
    cycles: u64,
    kind: String,
    name: String,
}

/// The rows of virtio devices, in the file's order.
fn virtio_rows(prompt: &mut Prompt) -> Vec<Row> {
    let rows = prompt.answer("cat /dev/irqalloc");
    let row = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        Row {
            vector: fields[0].parse().unwrap(),
            line: fields[1].parse().unwrap(),
            count: fields[2].parse().unwrap(),
            cycles: fields[3].parse().unwrap(),
            kind: fields[4].into(),
            name: fields[5].into(),
        }
    };
    rows.lines().map(row).filter(|row| row.name.starts_with("virtio-")).collect()
}

/// Mounts each tag in turn and reads a file of it.
fn reads(prompt: &mut Prompt, tags: &[&str]) {
    for tag in tags {
        prompt.answers(&[
            (&format!("mount -d '#9' /dev/null /mnt/xxx {tag}"), ""),
            ("cat /mnt/xxx/hello", "hello from the host\n"),
            ("unmount /mnt/xxx", ""),
        ]);
    }
}

#[test]
fn devices_that_share_a_line_share_a_vector_and_its_counts() {
    const TAGS: [&str; 6] = ["t0", "t1", "t2", "t3", "t4", "t5"];
    let dir = populated();
    for board in [MachineType::Q35, MachineType::Pc] {
        let devices = TAGS.map(|tag| share(tag, dir.path())).into();
        let machine = Machine::new().board(board).cmdline("wait=irq").devices(devices).by_lines();
        let (mut guest, mut prompt) = machine.shell();
        reads(&mut prompt, &TAGS);
        let rows = virtio_rows(&mut prompt);
        assert_eq!(rows.len(), TAGS.len(), "{board:?}");
        assert!(rows.iter().all(|row| row.kind == "ioapic"), "{board:?}: {rows:?}");
        assert!(rows.is_sorted_by_key(|row| row.vector), "{board:?}: {rows:?}");
        assert!(rows.iter().all(|row| row.vector >= 65 && (row.vector - 65) % 8 == 0), "{board:?}: {rows:?}");
        assert!(rows.iter().all(|row| row.count > 0 && row.cycles > 0), "{board:?}: {rows:?}");
        let shared: Vec<&[Row]> =
            rows.chunk_by(|a, b| a.vector == b.vector).filter(|rows| rows.len() > 1).collect();
        // A board has four lines for the slots of a bus.
        assert!(!shared.is_empty(), "{board:?}: {rows:?}");
        for rows in shared {
            let same = |row: &Row| (row.line, row.count, row.cycles);
            assert!(rows.iter().all(|row| same(row) == same(&rows[0])), "{board:?}: {rows:?}");
            let numbers: Vec<&str> = rows.iter().map(|row| row.name.rsplit('-').next().unwrap()).collect();
            assert!(numbers.is_sorted_by(|a, b| a > b), "the newest first, as on the page: {rows:?}");
        }
        prompt.last("halt");
        assert_eq!(guest.ended(), Ended::Success);
    }
}

/// Reads of which one at least has to wait for the host.
const READS_MAX: usize = 50;

#[test]
fn counts_and_cycles_are_counted() {
    let dir = populated();
    // A core that looks for work before it sleeps needs no interrupt for what comes soon.
    let machine = Machine::new().cmdline("wait=irq").devices(vec![share("t", dir.path())]);
    let (mut guest, mut prompt) = machine.shell();
    let mut before = virtio_rows(&mut prompt).remove(0);
    for _ in 0..3 {
        // Nor does an answer that is there already when the core arms for it, as on a busy host; not all of them are.
        let mut reads = (0..READS_MAX).map(|_| {
            reads(&mut prompt, &["t"]);
            virtio_rows(&mut prompt).remove(0)
        });
        let after = reads.find(|after| after.count > before.count).expect("some answer interrupts");
        assert!(after.cycles > before.cycles, "{before:?} {after:?}");
        before = after;
    }
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}

#[test]
fn the_page_holds_on_microvm_and_under_firmware_that_assigns_nothing() {
    let dir = populated();
    let machines: [(&str, &[&str]); 4] = [
        ("microvm", &["-machine", "microvm,pcie=on"]),
        ("microvm with fewer devices", &["-machine", "microvm,pcie=on,pic=off,rtc=off"]),
        ("qboot on q35", &["-bios", "qboot.rom"]),
        ("qboot on pc", &["-machine", "pc", "-bios", "qboot.rom"]),
    ];
    for (what, arguments) in machines {
        let devices = vec![share("harvtmp", dir.path()), share("hosttmp", dir.path())];
        let (mut guest, mut prompt) = Machine::new().devices(devices).arguments(arguments).shell();
        reads(&mut prompt, &["harvtmp", "hosttmp"]);
        let rows = virtio_rows(&mut prompt);
        let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["virtio-9p-0", "virtio-9p-1"], "{what}");
        assert!(rows.iter().all(|row| row.kind == "msi" && row.count > 0), "{what}: {rows:?}");
        prompt.last("halt");
        assert_eq!(guest.ended(), Ended::Success, "{what}");
    }
}

#[test]
fn a_share_behind_bridges_is_numbered_after_those_of_the_root_and_read() {
    let dir = populated();
    let fsdev = |id: &str| format!("local,id={id},path={},security_model=none", dir.path().display());
    let (near, far) = (fsdev("near"), fsdev("far"));
    let arguments = [
        "-device",
        "pcie-root-port,id=root,chassis=1",
        "-device",
        "pcie-pci-bridge,id=bridge,bus=root",
        "-fsdev",
        &far,
        "-device",
        "virtio-9p-pci,bus=bridge,addr=3,fsdev=far,mount_tag=far",
        "-fsdev",
        &near,
        "-device",
        "virtio-9p-pci,fsdev=near,mount_tag=near",
    ];
    let (mut guest, mut prompt) = Machine::new().arguments(&arguments).shell();
    prompt.answers(&[("cat /dev/mtags", "near:-\nfar:-\n")]);
    reads(&mut prompt, &["near", "far"]);
    let names: Vec<String> = virtio_rows(&mut prompt).into_iter().map(|row| row.name).collect();
    assert_eq!(names, ["virtio-9p-0", "virtio-9p-1"]);
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}

#[test]
fn other_virtio_devices_take_numbers_and_qemus_default_devices_do_no_harm() {
    let dir = populated();
    let fsdev = format!("local,id=fs,path={},security_model=none", dir.path().display());
    let arguments = [
        "-device",
        "e1000,romfile=",
        "-device",
        "VGA,romfile=",
        "-device",
        "virtio-net-pci,romfile=",
        "-device",
        "virtio-balloon-pci",
        "-fsdev",
        &fsdev,
        "-device",
        "virtio-9p-pci,fsdev=fs,mount_tag=harvtmp",
    ];
    let (mut guest, mut prompt) = Machine::new().arguments(&arguments).shell();
    reads(&mut prompt, &["harvtmp"]);
    let names: Vec<String> = virtio_rows(&mut prompt).into_iter().map(|row| row.name).collect();
    assert_eq!(names, ["virtio-9p-2"], "a row appears for a handler that is there");
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}
