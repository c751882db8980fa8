//! Every record there and back, golden bytes, and bytes that are no record.

use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::histogram::{Buckets, ENCODED_MAX, Histogram};
use crate::units::{Bytes, Hertz, Nanos, Ticks};

const AT: At = At { job: 0x0102, path: Path::Serial, visit: 2 };

fn encode(record: &Record<'_>) -> Vec<u8> {
    let mut room = vec![0xAA; 512];
    let mut writer = Writer::new(&mut room);
    record.put(&mut writer);
    let len = writer.finish().expect("the record fits");
    assert!(room[len..].iter().all(|&byte| byte == 0xAA));
    room.truncate(len);
    room
}

/// One of each, with every field different from its neighbours.
fn one_of_each<'a>(latency: Buckets<'a>) -> Vec<Record<'a>> {
    vec![
        Hello {
            tsc_hz: Hertz(3_000_000_000),
            entry: Ticks(5),
            first_9p: Some(Ticks(6)),
            now: Ticks(7),
            memory: Bytes(1 << 30),
            pool: Bytes(1 << 28),
            cores: 1,
            devices: 2,
            guest: "ninewire",
            build: "0a1b",
            cpu: "QEMU",
            cmdline: "mode=bench",
        }
        .into(),
        Device { features: 0x101_3000_0001, queue_size: 128, name: "virtio-9p-0", class: "9p", tag: "bench" }
            .into(),
        CaseStart {
            at: AT,
            msize: 1 << 17,
            dialect: Dialect::L,
            wait: Wait::Irq,
            iodepth: 8,
            placement: Placement::Loan,
            device: "virtio-console-2",
        }
        .into(),
        Samples {
            at: AT,
            repetition: 3,
            ops: 4,
            bytes: Bytes(5),
            elapsed: Ticks(6),
            min: Ticks(7),
            max: Ticks(8),
            latency,
        }
        .into(),
        Counters {
            at: AT,
            repetition: 3,
            counted: CounterSet::new().with(Counter::Kicks, 9).with(Counter::CopiedBytes, 0),
        }
        .into(),
        Verified { at: AT, file: 4, bytes: Bytes(1), crc32c: 0xE306_9283, written: true }.into(),
        CaseEnd { at: AT, outcome: Outcome::Failed, reason: "short read" }.into(),
        Fault { reason: "no 9p device" }.into(),
        Log { level: Level::Warn, text: "slow clock" }.into(),
        Bye { frames: 8, status: Status::Done }.into(),
        Plan { seed: 42, shares: 2, files: 3, jobs: 4, scratch: ".ninewire-1" }.into(),
        Share { path: Path::Native, device: "bench", aname: "/", uname: "root" }.into(),
        File { index: 0, size: Bytes(4096), crc32c: 1, seed: None, path: "a/b" }.into(),
        Job {
            index: 1,
            work: Work::RandRead,
            paths: Paths::NATIVE.with(Path::Raw),
            bs: 4096,
            iodepth: 32,
            size: Bytes(1 << 26),
            msize: 1 << 20,
            dialect: Dialect::Plain,
            wait: Wait::Poll,
            loops: 3,
            runtime: Nanos(1_000_000),
            time_based: true,
            verify: false,
            seed: 11,
            first_file: 2,
            files: 1,
            name: "randread-4k",
        }
        .into(),
        Go { records: 9 }.into(),
    ]
}

#[test]
fn every_record_survives_the_way_there_and_back() {
    let mut histogram = Histogram::new();
    histogram.record(Ticks(100));
    let mut room = [0; ENCODED_MAX];
    for record in one_of_each(histogram.encode(&mut room).unwrap()) {
        let bytes = encode(&record);
        assert_eq!(Record::decode(record.kind(), &bytes), Ok(record));
        assert!(record.to_string().starts_with(record.name()));
    }
}

#[test]
fn a_record_with_a_byte_less_or_more_is_refused() {
    for record in one_of_each(Buckets::EMPTY) {
        let mut bytes = encode(&record);
        assert!(Record::decode(record.kind(), &bytes[..bytes.len() - 1]).is_err(), "{record}");
        bytes.push(0);
        assert!(Record::decode(record.kind(), &bytes).is_err(), "{record}");
    }
}

#[test]
fn golden_bytes_of_counters_and_of_an_optional_seed() {
    let counters =
        Counters { at: AT, repetition: 3, counted: CounterSet::new().with(Counter::Kicks, 0x0908) };
    let golden = [2, 1, 1, 2, 3, 0, 1, 0, 0x08, 0x09, 0, 0, 0, 0, 0, 0];
    assert_eq!(encode(&counters.into()), golden);
    assert_eq!(Record::decode(0x05, &golden), Ok(counters.into()));

    let file = File { index: 1, size: Bytes(2), crc32c: 3, seed: Some(4), path: "a" };
    let golden = [1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 1, 4, 0, 0, 0, 0, 0, 0, 0, 1, 0, b'a'];
    assert_eq!(encode(&file.into()), golden);
    assert_eq!(Record::decode(0x83, &golden), Ok(file.into()));
}

#[test]
fn wrong_kinds_choices_and_texts_are_refused() {
    assert_eq!(Record::decode(0x08, &[]), Err(Malformed::Kind(8)));
    assert_eq!(Record::decode(0x0B, &[0, 0, 0, 0, 9]), Err(Malformed::Choice));
    assert_eq!(Record::decode(0x09, &[1, 0, 0xFF]), Err(Malformed::Text));
}

proptest! {
    #[test]
    fn arbitrary_payloads_are_decoded_or_refused(kind in any::<u8>(), payload in prop::collection::vec(any::<u8>(), 0..120)) {
        if let Ok(record) = Record::decode(kind, &payload) {
            prop_assert_eq!(record.kind(), kind);
            let mut room = [0; 512];
            let mut writer = Writer::new(&mut room);
            record.put(&mut writer);
            let len = writer.finish().unwrap();
            prop_assert_eq!(&room[..len], &payload[..]);
            prop_assert!(!record.to_string().is_empty());
        }
    }
}
