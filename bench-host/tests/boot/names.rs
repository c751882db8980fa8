//! Files of every kind and name: what a host directory may hold is listed and handled, in both of QEMU's dialects.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, symlink};

use bench_host::qemu::Ended;

use crate::host::{populated, share};
use crate::machine::Machine;
use crate::prompt::Prompt;

const ENTRIES: usize = 10_000;

const GIB: u64 = 1 << 30;

/// The longest name Linux allows.
const LONG: &str = match str::from_utf8(&[b'n'; 255]) {
    Ok(name) => name,
    Err(_) => unreachable!(),
};

/// A name that is not UTF-8.
const ODD: &[u8] = b"caf\xe9\xff";

/// Lengths of links' texts, around those at which the page's system stopped, and the longest.
const LINK_LENGTHS: [usize; 9] = [1, 2, 3, 4, 5, 14, 255, 1000, 4095];

fn mounted(prompt: &mut Prompt, dialect: &str) {
    prompt.answers(&[
        (&format!("echo dialect {dialect} > /dev/9p/ctl"), ""),
        ("mount -c -d '#9' /dev/null /mnt/xxx names", ""),
    ]);
}

#[test]
fn files_of_every_kind_and_name_are_listed_opened_and_removed() {
    let dir = populated();
    let at = |name: &str| dir.path().join(name);
    fs::write(at(LONG), "long name\n").unwrap();
    fs::write(at("it's a 'name'"), "quoted\n").unwrap();
    fs::write(at("#hash"), "no device\n").unwrap();
    fs::write(at("-l"), "no flag\n").unwrap();
    symlink("round", at("circle")).unwrap();
    symlink("circle", at("round")).unwrap();
    symlink("sub/../sub", at("way")).unwrap();
    symlink("/mnt/xxx/hello", at("rooted")).unwrap();
    for length in LINK_LENGTHS {
        symlink("t".repeat(length), at(&format!("to{length}"))).unwrap();
    }
    fs::create_dir(at("many")).unwrap();
    for nth in 0..ENTRIES {
        File::create(at("many").join(format!("f{nth:05}"))).unwrap();
    }
    let (mut guest, mut prompt) = Machine::new().devices(vec![share("names", dir.path())]).shell();
    for dialect in ["9P2000.L", "9P2000.u"] {
        fs::write(dir.path().join(OsStr::from_bytes(ODD)), "odd\n").unwrap();
        mounted(&mut prompt, dialect);
        let listed = prompt.answer("ls -l /mnt/xxx");
        let kind = |name: &str| {
            let line = listed.lines().find(|line| line.ends_with(&format!(" /mnt/xxx/{name}")));
            line.unwrap_or_else(|| panic!("{dialect}: {name} in:\n{listed}")).as_bytes()[0]
        };
        let kinds =
            ["hello", "sub", "socket", "fifo", "dangling", "link", LONG, "it's a 'name'", "#hash", "-l"];
        assert_eq!(kinds.map(kind), *b"-dSPLL----", "{dialect}");
        assert!(listed.contains("/mnt/xxx/caf\u{fffd}"), "{listed}");
        prompt.answers(&[
            ("cat /mnt/xxx/link", "hello from the host\n"),
            ("cat /mnt/xxx/rooted", "hello from the host\n"),
            ("cat /mnt/xxx/way/deep", "deeper\n"),
            (
                "cat /mnt/xxx/dangling",
                "cat: can't open /mnt/xxx/dangling: '/mnt/xxx/dangling' does not exist\n",
            ),
            (
                "cat /mnt/xxx/circle",
                "cat: can't open /mnt/xxx/circle: '/mnt/xxx/circle' Too many levels of symbolic links\n",
            ),
            ("cat '/mnt/xxx/it''s a ''name'''", "quoted\n"),
            (
                "cat '/mnt/xxx/#hash'; cd /mnt/xxx; cat './#hash'; cat ./-l; cd /",
                "no device\nno device\nno flag\n",
            ),
            (&format!("cat /mnt/xxx/{LONG}"), "long name\n"),
            ("cat /mnt/xxx/caf*", "odd\n"),
            ("ls /mnt/xxx/many | wc -l", "  10000\n"),
            ("ls -l /mnt/xxx/many | wc -l", "  10000\n"),
        ]);
        for length in LINK_LENGTHS {
            let text = prompt.answer(&format!("readlink /mnt/xxx/to{length}"));
            assert_eq!(text, "t".repeat(length) + "\n", "{dialect}");
        }
        for name in ["socket", "fifo"] {
            let said = prompt.answer(&format!("cat /mnt/xxx/{name}"));
            assert_eq!(
                said,
                format!("cat: can't open /mnt/xxx/{name}: '/mnt/xxx/{name}' No such device or address\n"),
                "QEMU opens no such file"
            );
        }
        // Typed byte by byte, without a pattern.
        prompt.send(&[b"rm /mnt/xxx/", ODD, b"\r"].concat());
        prompt.wait();
        assert!(!dir.path().join(OsStr::from_bytes(ODD)).exists(), "{}", prompt.transcript);
        let made = format!("echo new > /mnt/xxx/sub/{LONG}; cat /mnt/xxx/sub/{LONG}; rm /mnt/xxx/sub/{LONG}");
        assert_eq!(prompt.answer(&made), "new\n");
        assert_eq!(prompt.answer("unmount /mnt/xxx"), "");
    }
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}

#[test]
fn files_longer_than_4_gib_are_read_and_written_behind_that() {
    let dir = tempfile::tempdir().unwrap();
    let mut large = File::create(dir.path().join("large")).unwrap();
    large.set_len(5 * GIB).unwrap();
    large.seek(SeekFrom::Start(4 * GIB)).unwrap();
    large.write_all(b"beyond\n").unwrap();
    let (mut guest, mut prompt) = Machine::new().devices(vec![share("names", dir.path())]).shell();
    for (dialect, block) in [("9P2000.L", 4097), ("9P2000.u", 4098)] {
        mounted(&mut prompt, dialect);
        let listed = prompt.answer("ls -l /mnt/xxx/large");
        assert!(listed.contains(" 5368709120 "), "{listed}");
        prompt.answers(&[
            (
                "dd -if /mnt/xxx/large -iseek 4096 -bs 1m -count 1 -quiet 1 | dd -bs 7 -count 1 -quiet 1",
                "beyond\n",
            ),
            (&format!("echo written | dd -of /mnt/xxx/large -oseek {block} -bs 1m -trunc 0 -quiet 1"), ""),
            ("unmount /mnt/xxx", ""),
        ]);
        let mut written = [0; 8];
        File::open(dir.path().join("large")).unwrap().read_exact_at(&mut written, block << 20).unwrap();
        assert_eq!(&written, b"written\n");
    }
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}
