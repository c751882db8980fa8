//! Which settings a run was made with, as words that decide what goes into one series.
//!
//! Two settings, two series; so only what a user can choose counts. Names of files and sockets, identities that QEMU's
//! arguments give each other, and everything new in how this program starts QEMU are left out: an improved command
//! line of ours must not end every series.

use std::fmt::Write;

use ninewire_bench_guest::record::Path;
use ninewire_bench_guest::units::Bytes;

use crate::run::{Header, Job};

/// Kernel options that say what a boot is for, not how it runs.
const PURPOSE: [&str; 2] = ["mode", "plant"];

/// Options this program itself starts QEMU with, whose values say nothing about times. They take a value.
const PLUMBING: [&str; 14] = [
    "-name", "-machine", "-M", "-accel", "-display", "-chardev", "-serial", "-fsdev", "-kernel", "-initrd",
    "-append", "-device", "-monitor", "-plugin",
];

/// The same without a value.
const BARE: [&str; 4] = ["-nodefaults", "-no-user-config", "-no-reboot", "-nographic"];

/// Properties of devices that only tie them to one another.
pub const TIES: [&str; 8] = ["fsdev", "mount_tag", "id", "bus", "nr", "chardev", "name", "max_ports"];

/// The guest's side of a machine: cores, memory, processor, what was set of its devices, kernel options.
pub fn guest(header: &Header) -> String {
    let argv = &header.qemu.argv;
    let value = |option: &str| {
        let at = argv.iter().position(|word| word == option)?;
        argv.get(at + 1).cloned()
    };
    let cores = value("-smp").unwrap_or_else(|| "1".to_string());
    let mut told = format!(
        "{cores} {}, {}, cpu {}",
        if cores == "1" { "core" } else { "cores" },
        value("-m").as_deref().unwrap_or("default memory"),
        value("-cpu").as_deref().unwrap_or("default"),
    );
    for word in properties(argv).into_iter().chain(options(argv)).chain(others(argv)) {
        told.push_str(", ");
        told.push_str(&word);
    }
    if header.qemu.pinning.is_empty() {
        told.push_str(", threads not pinned");
    }
    // Runs that were made before there were any do not tell, and had none.
    if header.qemu.spinners == Some(true) {
        told.push_str(", spinners on");
    }
    told
}

/// What was set of virtio devices: `virtio-9p-pci event_idx=off`.
fn properties(argv: &[String]) -> Vec<String> {
    let devices = argv.iter().zip(argv.iter().skip(1)).filter(|(option, _)| *option == "-device");
    let mut found = Vec::new();
    for (_, device) in devices {
        let mut parts = device.split(',');
        let kind = parts.next().unwrap_or_default();
        // The exit device is how a boot ends.
        if !kind.starts_with("virt") {
            continue;
        }
        let set = parts.filter(|part| {
            let name = part.split('=').next().unwrap_or_default();
            !TIES.contains(&name)
        });
        found.extend(set.map(|part| format!("{kind} {part}")));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Kernel options, sorted: their order means nothing.
fn options(argv: &[String]) -> Vec<String> {
    let cmdline = argv.iter().position(|word| word == "-append").and_then(|at| argv.get(at + 1));
    let words = cmdline.map_or("", String::as_str).split_whitespace();
    let mut chosen: Vec<String> = words
        .filter(|word| !PURPOSE.contains(&word.split('=').next().unwrap_or_default()))
        .map(str::to_string)
        .collect();
    chosen.sort_unstable();
    chosen
}

/// Options of QEMU's that this program does not pass by itself.
fn others(argv: &[String]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut words = argv.iter().skip(1).peekable();
    while let Some(word) = words.next() {
        let value = words.next_if(|next| !next.starts_with('-'));
        if PLUMBING.contains(&word.as_str())
            || BARE.contains(&word.as_str())
            || ["-smp", "-m", "-cpu"].contains(&word.as_str())
        {
            continue;
        }
        found.push(value.map_or_else(|| word.clone(), |value| format!("{word} {value}")));
    }
    found
}

/// What a case ran with on `path`.
pub fn case(job: &Job, path: Path) -> String {
    let Job { work, bs_bytes, iodepth, size_bytes, files, msize_bytes, dialect, wait, .. } = job;
    let mut told = work.to_string();
    if *bs_bytes > 0 {
        write!(told, " bs={}", Bytes(u64::from(*bs_bytes))).ok();
    }
    write!(told, " iodepth={iodepth}").ok();
    if *size_bytes > 0 {
        write!(told, " size={}", Bytes(*size_bytes)).ok();
    }
    write!(told, " files={files} msize={} {dialect} wait={wait}", Bytes(u64::from(*msize_bytes))).ok();
    if let Some(server) = job.servers.get(path.word()) {
        write!(told, " server={server}").ok();
    }
    if job.foreign_files {
        told.push_str(" foreign files");
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::testing::a_run;

    fn header(argv: &str) -> Header {
        let mut header = a_run().header;
        // `~` stands for a space inside a word.
        header.qemu.argv = argv.split(' ').map(|word| word.replace('~', " ")).collect();
        header.qemu.pinning = "guest 0, rest 1".into();
        header
    }

    const USUAL: &str = "/usr/bin/qemu -name x -machine q35 -accel tcg -cpu max -smp 1 -m 512M -nodefaults -display none \
        -device isa-debug-exit,iobase=0xf4 -chardev socket,id=c1,fd=9 -device virtio-9p-pci,fsdev=fs0,mount_tag=bench \
        -kernel target/image -append mode=bench";

    #[test]
    fn what_the_program_passes_by_itself_is_no_setting() {
        let told = guest(&header(USUAL));
        assert_eq!(told, "1 core, 512M, cpu max");
        let elsewhere = USUAL.replace("fd=9", "fd=77").replace("/usr/bin", "/opt").replace("fs0", "fs1");
        assert_eq!(guest(&header(&elsewhere)), told);
    }

    #[test]
    fn what_a_user_sets_is_one_and_a_planted_fault_is_not() {
        let told = guest(&header(
            &(USUAL.replace("mount_tag=bench", "mount_tag=bench,event_idx=off").replace("512M", "1G")
                + "~plant=kick~wait=poll~dma.pool=64M -rtc base=utc -S"),
        ));
        assert_eq!(
            told,
            "1 core, 1G, cpu max, virtio-9p-pci event_idx=off, dma.pool=64M, wait=poll, -rtc base=utc, -S"
        );
        let mut unpinned = header(USUAL);
        unpinned.qemu.pinning.clear();
        unpinned.qemu.spinners = Some(true);
        assert!(guest(&unpinned).ends_with("threads not pinned, spinners on"));
    }

    #[test]
    fn a_case_is_told_by_what_it_asks_for() {
        let job = &a_run().jobs[0];
        assert_eq!(
            case(job, Path::Serial),
            "read bs=1m iodepth=8 size=16m files=1 msize=1028k 9P2000.L wait=adaptive server=ninewire"
        );
        let other = Job { iodepth: 1, ..job.clone() };
        assert_ne!(case(&other, Path::Serial), case(job, Path::Serial));
        assert_ne!(case(job, Path::Native), case(job, Path::Serial));
    }
}
