//! Several cores: they come on every board, carry work, end together, and never stall, not even when the host gives all of
//! them one processor.

use std::io::Read;
use std::time::Duration;

use bench_host::qemu::{Device, Ended, MachineType, Port};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::host::share;
use crate::machine::Machine;
use crate::selftests::pattern;

#[test]
fn as_many_cores_come_as_qemu_has_up_to_eight() {
    for (board, cores) in
        [(MachineType::Q35, 1), (MachineType::Pc, 2), (MachineType::Q35, 8), (MachineType::Microvm, 3)]
    {
        let booted =
            Machine::new().board(board).cores(cores).cmdline(&format!("cores={cores}")).selftest("cores");
        assert_eq!(booted.ended, Ended::Success, "{board:?}, {cores} cores:\n{}", booted.log);
        for core in 1..cores {
            assert!(booted.log.contains(&format!("core {core}: here")), "{board:?}:\n{}", booted.log);
        }
    }
    let booted = Machine::new().cores(10).cmdline("cores=8").selftest("cores");
    assert_eq!(booted.ended, Ended::Success, "{}", booted.log);
    assert!(booted.log.contains("2 cores more than the 8 this kernel uses are left out"), "{}", booted.log);
}

#[test]
fn cores_that_sleep_are_interrupted_and_others_are_not() {
    let booted = Machine::new().cores(2).selftest("wakes");
    assert_eq!(booted.ended, Ended::Success, "{}", booted.log);
}

#[test]
fn lines_of_several_cores_never_mix() {
    let booted = Machine::new().cores(3).selftest("lines");
    assert_eq!(booted.ended, Ended::Success, "{}", booted.log);
    for core in 0..3 {
        let end = |line: u32| format!("] core {core} says line {line} of 60 and no more");
        let whole = |line: &u32| booted.log.lines().filter(|have| have.ends_with(&end(*line))).count() == 1;
        assert_eq!((0..60).filter(whole).count(), 60, "core {core}:\n{}", booted.log);
    }
}

#[test]
fn what_one_core_does_not_survive_ends_the_machine_and_names_the_core() {
    for (name, words) in [
        ("core-panic", &["core 1: panic at", "as asked for"][..]),
        ("core-stack-overflow", &["core 1: fault: page fault", "the main stack of core 1 has overflowed"]),
    ] {
        let booted = Machine::new().cores(2).selftest(name);
        assert_eq!(booted.ended, Ended::Panic, "{name}:\n{}", booted.log);
        for words in words {
            assert!(booted.log.contains(words), "{name} does not say {words}:\n{}", booted.log);
        }
    }
}

#[test]
fn the_prompt_shows_the_cores_and_runs_commands_on_any() {
    let (mut running, mut prompt) = Machine::new().cores(3).shell();
    let cores = prompt.answer("cat /dev/sysstat");
    let rows: Vec<Vec<&str>> = cores.lines().map(|line| line.split_whitespace().collect()).collect();
    let numbers: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(numbers, ["0", "1", "2"], "{cores}");
    assert!(rows.iter().all(|row| row.len() == 10) && cores.lines().all(|line| line.len() == 120), "{cores}");
    assert_eq!(prompt.answer("on 2 echo hello from there"), "hello from there\n");
    assert_eq!(prompt.answer("on 7 echo x"), "on: 7: no such core; /dev/sysstat lists them\n");
    // Tasks of other cores are listed, and ended from here.
    prompt.answer("on 1 sleep 1000 &");
    let tasks =
        prompt.until("ps", |tasks| tasks.lines().filter(|line| line.ends_with(" sleep")).count() == 2);
    let last = tasks.lines().rfind(|line| line.ends_with(" sleep"));
    let number = last.and_then(|line| line.split_whitespace().nth(1));
    prompt.answer(&format!("kill {}", number.unwrap()));
    prompt.until("ps", |tasks| !tasks.contains(" sleep\n"));
    prompt.last("halt");
    assert_eq!(running.ended(), Ended::Success);
}

/// While it lives, this thread and what it starts has the first processor it may use, and no other.
struct OneProcessor(CpuSet);

impl OneProcessor {
    fn new() -> Self {
        let ours = sched_getaffinity(None).unwrap();
        let first = (0..CpuSet::MAX_CPU).find(|&processor| ours.is_set(processor)).unwrap();
        let mut one = CpuSet::new();
        one.set(first);
        sched_setaffinity(None, &one).unwrap();
        Self(ours)
    }
}

impl Drop for OneProcessor {
    fn drop(&mut self) {
        sched_setaffinity(None, &self.0).unwrap();
    }
}

/// Reads and messages each; `NINEWIRE_STRESS=1000000` for more.
const STRESS_COUNT: u32 = 50_000;

/// One that takes longer has stalled: a quiet machine does some thousand operations a second.
fn stalled_after(count: u32) -> Duration {
    Duration::from_secs(120) + Duration::from_millis(4) * count
}

#[test]
fn two_cores_on_one_processor_of_the_host_never_stall() {
    let count =
        std::env::var("NINEWIRE_STRESS").map_or(STRESS_COUNT, |count| count.parse().expect("a number"));
    let dir = pattern();
    let mut machine = Machine::new().cores(2);
    let (mut ours, chardev) = machine.wire();
    // Ends when QEMU does.
    let messages = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        ours.read_to_end(&mut bytes).map(|_| bytes)
    });
    let port = Device::Ports(vec![Port { name: "org.ninewire.test", chardev }]);
    let machine = machine.devices(vec![share("t", dir.path()), port]).cmdline(&format!("count={count}"));
    let one = OneProcessor::new();
    let booted = machine.selftest_within("stress", stalled_after(count));
    drop(one);
    assert_eq!(booted.ended, Ended::Success, "{}", booted.log);
    println!("{}", booted.log);

    let bytes = messages.join().unwrap().unwrap();
    let (messages, rest) = bytes.as_chunks::<16>();
    assert_eq!((messages.len(), rest.len()), (count as usize, 0));
    let mut next = std::collections::BTreeMap::<u32, u32>::new();
    for message in messages {
        let word = |nth: usize| u32::from_le_bytes(message[4 * nth..][..4].try_into().unwrap());
        let (hand, number) = (word(0), word(1));
        assert_eq!((word(2), word(3)), (!hand, !number), "a message came in pieces");
        let next = next.entry(hand).or_default();
        assert_eq!(number, *next, "a message of hand {hand} is missing or came before its time");
        *next += 1;
    }
    assert_eq!(next.len(), 8, "every hand of both cores has written");
}
