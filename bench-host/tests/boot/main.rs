//! Tests on a booted machine: the image runs one self-test, and its exit code is the verdict.
//!
//! They need QEMU and the bare-metal target, so they are behind the feature `boot-tests`; `cargo ninewire test` sets
//! both up and turns it on.
#![cfg(feature = "boot-tests")]

mod bulk;
mod by_hand;
mod confined;
mod cores;
mod errors;
mod host;
mod keys;
mod machine;
mod machines;
mod manual;
mod mounts;
mod names;
mod packed;
mod page;
mod ports;
mod prompt;
mod selftests;
mod servers;
mod spaces;
mod transcript;
mod verbs;

use bench_host::qemu::{Ended, MachineType};
use machine::Machine;

#[test]
fn the_image_reaches_main_on_both_boards_and_in_little_and_much_memory() {
    for board in [MachineType::Q35, MachineType::Pc] {
        for memory_mib in [64, 512, 3072, 4096] {
            let booted = Machine::new().board(board).memory_mib(memory_mib).selftest("boot");
            assert_eq!(booted.ended, Ended::Success, "{board:?} with {memory_mib} MiB:\n{}", booted.log);
        }
    }
}

#[test]
fn an_unknown_selftest_fails_and_says_so() {
    let booted = Machine::new().selftest("no-such-test");
    assert_eq!(booted.ended, Ended::Failure);
    assert!(booted.log.contains("selftest=no-such-test"), "{}", booted.log);
}
