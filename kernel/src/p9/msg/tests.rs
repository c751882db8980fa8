//! Golden bytes of every message, both ways, and bytes nobody sane would send.

use super::*;
use proptest::prelude::*;

/// Spells bytes: hex digits, blanks ignored, ASCII text between single quotes.
fn bytes(spelled: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for (i, part) in spelled.split('\'').enumerate() {
        if i % 2 == 1 {
            out.extend_from_slice(part.as_bytes());
            continue;
        }
        let digits: Vec<u8> = part.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
        assert!(digits.len().is_multiple_of(2), "odd number of digits in {part:?}");
        for pair in digits.chunks(2) {
            out.push(u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap());
        }
    }
    out
}

const QIDS: &[Qid] = &[QID, Qid { kind: 0, version: 0, path: 0 }];
const QID: Qid = Qid { kind: 0x80, version: 2, path: 0x0102030405060708 };
/// [`QID`] as it travels.
const QID_HEX: &str = "80 02000000 0807060504030201";

const STAT: Stat<'static> = Stat {
    kind: 0x4d,
    dev: 9,
    qid: QID,
    mode: 0x8000_01ed,
    atime: 0x11,
    mtime: 0x22,
    length: 0x33,
    name: b"lib",
    uid: b"glenda",
    gid: b"sys",
    muid: b"",
    ..Stat::KEEP
};
const STAT_U: Stat<'static> =
    Stat { extension: b"HARDLINKCOUNT 2", n_uid: 1000, n_gid: 100, n_muid: !0, ..STAT };

enum Either {
    T(T<'static>),
    R(R<'static>),
}

/// A message, its bytes after the size field, and its line in a trace.
struct Golden {
    dialect: Dialect,
    tag: u16,
    message: Either,
    after_size: String,
    line: &'static str,
}

impl Golden {
    fn bytes(&self) -> Vec<u8> {
        let rest = bytes(&self.after_size);
        let mut all = (rest.len() as u32 + 4).to_le_bytes().to_vec();
        all.extend_from_slice(&rest);
        all
    }
}

fn goldens() -> Vec<Golden> {
    use Dialect::*;
    let t = |dialect, tag, message: T<'static>, after_size: &str, line| Golden {
        dialect,
        tag,
        message: Either::T(message),
        after_size: after_size.replace("QID", QID_HEX),
        line,
    };
    let r = |dialect, tag, message: R<'static>, after_size: &str, line| Golden {
        dialect,
        tag,
        message: Either::R(message),
        after_size: after_size.replace("QID", QID_HEX),
        line,
    };
    let walk = Names::new(&[b"usr", b"\xff"]).unwrap();
    let stat =
        "4d00 09000000 QID ed010080 11000000 22000000 3300000000000000 0300'lib' 0600'glenda' 0300'sys' 0000";
    let stat_u = format!("{stat} 0f00'HARDLINKCOUNT 2' e8030000 64000000 ffffffff");
    let times = "1000000000000000 1100000000000000 1200000000000000 1300000000000000
                 1400000000000000 1500000000000000 1600000000000000 1700000000000000";
    vec![
        t(Plain, NO_TAG, Tversion { msize: 8192, version: b"9P2000" }.into(),
          "64 ffff 00200000 0600'9P2000'", "Tversion tag 65535 msize 8192 version '9P2000'"),
        r(Plain, NO_TAG, Rversion { msize: 8192, version: b"unknown" }.into(),
          "65 ffff 00200000 0700'unknown'", "Rversion tag 65535 msize 8192 version 'unknown'"),
        t(Plain, 1, Tauth { afid: 4, uname: b"bob", aname: b"", n_uname: NUname(NO_UNAME) }.into(),
          "66 0100 04000000 0300'bob' 0000", "Tauth tag 1 afid 4 uname 'bob' aname '' n_uname -1"),
        t(Linux, 1, Tauth { afid: 4, uname: b"", aname: b"/srv", n_uname: NUname(1000) }.into(),
          "66 0100 04000000 0000 0400'/srv' e8030000", "Tauth tag 1 afid 4 uname '' aname '/srv' n_uname 1000"),
        r(Plain, 1, Rauth { aqid: QID }.into(), "67 0100 QID", "Rauth tag 1 aqid (0102030405060708 2 d)"),
        t(Plain, 1, Tattach { fid: 1, afid: NO_FID, uname: b"bob", aname: b"x", n_uname: NUname(NO_UNAME) }.into(),
          "68 0100 01000000 ffffffff 0300'bob' 0100'x'",
          "Tattach tag 1 fid 1 afid 4294967295 uname 'bob' aname 'x' n_uname -1"),
        t(Unix, 1, Tattach { fid: 1, afid: NO_FID, uname: b"bob", aname: b"x", n_uname: NUname(0) }.into(),
          "68 0100 01000000 ffffffff 0300'bob' 0100'x' 00000000",
          "Tattach tag 1 fid 1 afid 4294967295 uname 'bob' aname 'x' n_uname 0"),
        r(Linux, 1, Rattach { qid: QID }.into(), "69 0100 QID", "Rattach tag 1 qid (0102030405060708 2 d)"),
        r(Plain, 2, Rerror { ename: b"file does not exist", errno: Errno(0) }.into(),
          "6b 0200 1300'file does not exist'", "Rerror tag 2 ename 'file does not exist'"),
        r(Unix, 2, Rerror { ename: b"gone", errno: Errno(2) }.into(),
          "6b 0200 0400'gone' 02000000", "Rerror tag 2 ename 'gone' errno 2"),
        r(Linux, 2, Rlerror { ecode: 95 }.into(), "07 0200 5f000000", "Rlerror tag 2 ecode 95"),
        t(Linux, 9, Tflush { oldtag: 3 }.into(), "6c 0900 0300", "Tflush tag 9 oldtag 3"),
        r(Linux, 9, Rflush {}.into(), "6d 0900", "Rflush tag 9"),
        t(Linux, 9, Twalk { fid: 1, newfid: 2, nwname: walk }.into(),
          "6e 0900 01000000 02000000 0200 0300'usr' 0100 ff",
          "Twalk tag 9 fid 1 newfid 2 nwname 2 0:'usr' 1:'\\xff'"),
        t(Linux, 9, Twalk { fid: 1, newfid: 2, nwname: Names::new(&[]).unwrap() }.into(),
          "6e 0900 01000000 02000000 0000", "Twalk tag 9 fid 1 newfid 2 nwname 0"),
        r(Linux, 9, Rwalk { nwqid: Qids::new(QIDS).unwrap() }.into(),
          "6f 0900 0200 QID 00 00000000 0000000000000000",
          "Rwalk tag 9 nwqid 2 0:(0102030405060708 2 d) 1:(0000000000000000 0 )"),
        t(Plain, 9, Topen { fid: 1, mode: 0x11 }.into(), "70 0900 01000000 11", "Topen tag 9 fid 1 mode 0o21"),
        r(Plain, 9, Ropen { qid: QID, iounit: 4096 }.into(),
          "71 0900 QID 00100000", "Ropen tag 9 qid (0102030405060708 2 d) iounit 4096"),
        t(Plain, 9, Tcreate { fid: 1, name: b"a b", perm: 0o644, mode: 1, extension: Extension(b"") }.into(),
          "72 0900 01000000 0300'a b' a4010000 01", "Tcreate tag 9 fid 1 name 'a b' perm 0o644 mode 0o1"),
        t(Unix, 9, Tcreate { fid: 1, name: b"l", perm: 0x0200_01ff, mode: 0, extension: Extension(b"to") }.into(),
          "72 0900 01000000 0100'l' ff010002 00 0200'to'",
          "Tcreate tag 9 fid 1 name 'l' perm 0o200000777 mode 0o0 extension 'to'"),
        r(Plain, 9, Rcreate { qid: QID, iounit: 0 }.into(),
          "73 0900 QID 00000000", "Rcreate tag 9 qid (0102030405060708 2 d) iounit 0"),
        t(Linux, 3, Tread { fid: 1, offset: 0x0102030405060708, count: 8192 }.into(),
          "74 0300 01000000 0807060504030201 00200000", "Tread tag 3 fid 1 offset 72623859790382856 count 8192"),
        r(Linux, 3, Rread { data: Data(b"hello") }.into(), "75 0300 05000000 'hello'", "Rread tag 3 count 5"),
        t(Linux, 3, Twrite { fid: 1, offset: 4096, data: Data(b"hello") }.into(),
          "76 0300 01000000 0010000000000000 05000000 'hello'", "Twrite tag 3 fid 1 offset 4096 count 5"),
        r(Linux, 3, Rwrite { count: 5 }.into(), "77 0300 05000000", "Rwrite tag 3 count 5"),
        t(Linux, 3, Tclunk { fid: 7 }.into(), "78 0300 07000000", "Tclunk tag 3 fid 7"),
        r(Linux, 3, Rclunk {}.into(), "79 0300", "Rclunk tag 3"),
        t(Plain, 3, Tremove { fid: 7 }.into(), "7a 0300 07000000", "Tremove tag 3 fid 7"),
        r(Plain, 3, Rremove {}.into(), "7b 0300", "Rremove tag 3"),
        t(Plain, 3, Tstat { fid: 7 }.into(), "7c 0300 07000000", "Tstat tag 3 fid 7"),
        r(Plain, 3, Rstat { stat: STAT }.into(), &format!("7d 0300 3d00 3b00 {stat}"),
          "Rstat tag 3 stat 'lib' 'glenda' 'sys' '' q (0102030405060708 2 d) m 0o20000000755 at 17 mt 34 l 51"),
        r(Unix, 3, Rstat { stat: STAT_U }.into(), &format!("7d 0300 5a00 5800 {stat_u}"),
          "Rstat tag 3 stat 'lib' 'glenda' 'sys' '' q (0102030405060708 2 d) m 0o20000000755 at 17 mt 34 l 51 \
           ext 'HARDLINKCOUNT 2'"),
        t(Unix, 3, Twstat { fid: 7, stat: STAT_U }.into(), &format!("7e 0300 07000000 5a00 5800 {stat_u}"),
          "Twstat tag 3 fid 7 stat 'lib' 'glenda' 'sys' '' q (0102030405060708 2 d) m 0o20000000755 at 17 mt 34 \
           l 51 ext 'HARDLINKCOUNT 2'"),
        r(Plain, 3, Rwstat {}.into(), "7f 0300", "Rwstat tag 3"),
        t(Linux, 4, Tstatfs { fid: 5 }.into(), "08 0400 05000000", "Tstatfs tag 4 fid 5"),
        r(Linux, 4, Rstatfs { kind: 0x01021997, bsize: 4096, blocks: 10, bfree: 5, bavail: 4, files: 3, ffree: 2,
                              fsid: 1, namelen: 255 }.into(),
          "09 0400 97190201 00100000 0a00000000000000 0500000000000000 0400000000000000 0300000000000000
           0200000000000000 0100000000000000 ff000000",
          "Rstatfs tag 4 kind 16914839 bsize 4096 blocks 10 bfree 5 bavail 4 files 3 ffree 2 fsid 1 namelen 255"),
        t(Linux, 4, Tlopen { fid: 5, flags: flags::lopen::RDWR | flags::lopen::TRUNC }.into(),
          "0c 0400 05000000 02020000", "Tlopen tag 4 fid 5 flags 0x202"),
        r(Linux, 4, Rlopen { qid: QID, iounit: 0 }.into(),
          "0d 0400 QID 00000000", "Rlopen tag 4 qid (0102030405060708 2 d) iounit 0"),
        t(Linux, 4, Tlcreate { fid: 5, name: b"new", flags: 1, mode: 0o600, gid: 7 }.into(),
          "0e 0400 05000000 0300'new' 01000000 80010000 07000000",
          "Tlcreate tag 4 fid 5 name 'new' flags 0x1 mode 0o600 gid 7"),
        r(Linux, 4, Rlcreate { qid: QID, iounit: 1 }.into(),
          "0f 0400 QID 01000000", "Rlcreate tag 4 qid (0102030405060708 2 d) iounit 1"),
        t(Linux, 4, Tsymlink { fid: 5, name: b"l", symtgt: b"../x", gid: 7 }.into(),
          "10 0400 05000000 0100'l' 0400'../x' 07000000", "Tsymlink tag 4 fid 5 name 'l' symtgt '../x' gid 7"),
        r(Linux, 4, Rsymlink { qid: QID }.into(), "11 0400 QID", "Rsymlink tag 4 qid (0102030405060708 2 d)"),
        t(Linux, 4, Tmknod { dfid: 5, name: b"null", mode: 0o20666, major: 1, minor: 3, gid: 0 }.into(),
          "12 0400 05000000 0400'null' b6210000 01000000 03000000 00000000",
          "Tmknod tag 4 dfid 5 name 'null' mode 0o20666 major 1 minor 3 gid 0"),
        r(Linux, 4, Rmknod { qid: QID }.into(), "13 0400 QID", "Rmknod tag 4 qid (0102030405060708 2 d)"),
        t(Linux, 4, Trename { fid: 5, dfid: 6, name: b"n" }.into(),
          "14 0400 05000000 06000000 0100'n'", "Trename tag 4 fid 5 dfid 6 name 'n'"),
        r(Linux, 4, Rrename {}.into(), "15 0400", "Rrename tag 4"),
        t(Linux, 4, Treadlink { fid: 5 }.into(), "16 0400 05000000", "Treadlink tag 4 fid 5"),
        r(Linux, 4, Rreadlink { target: b"it's" }.into(), "17 0400 0400'it' 27 's'", "Rreadlink tag 4 target 'it''s'"),
        t(Linux, 4, Tgetattr { fid: 5, request_mask: flags::getattr::BASIC }.into(),
          "18 0400 05000000 ff07000000000000", "Tgetattr tag 4 fid 5 request_mask 0x7ff"),
        r(Linux, 4, Rgetattr { valid: 0x7ff, qid: QID, mode: 0o100644, uid: 1, gid: 2, nlink: 3, rdev: 4, size: 5,
                               blksize: 4096, blocks: 8, atime_sec: 0x10, atime_nsec: 0x11, mtime_sec: 0x12,
                               mtime_nsec: 0x13, ctime_sec: 0x14, ctime_nsec: 0x15, btime_sec: 0x16, btime_nsec: 0x17,
                               r#gen: 0x18, data_version: 0x19 }.into(),
          &format!("19 0400 ff07000000000000 QID a4810000 01000000 02000000 0300000000000000 0400000000000000
                    0500000000000000 0010000000000000 0800000000000000 {times}
                    1800000000000000 1900000000000000"),
          "Rgetattr tag 4 valid 0x7ff qid (0102030405060708 2 d) mode 0o100644 uid 1 gid 2 nlink 3 rdev 4 size 5 \
           blksize 4096 blocks 8 atime_sec 16 atime_nsec 17 mtime_sec 18 mtime_nsec 19 ctime_sec 20 ctime_nsec 21 \
           btime_sec 22 btime_nsec 23 gen 24 data_version 25"),
        t(Linux, 4, Tsetattr { fid: 5, valid: 9, mode: 0o600, uid: 1, gid: 2, size: 3, atime_sec: 4, atime_nsec: 5,
                               mtime_sec: 6, mtime_nsec: 7 }.into(),
          "1a 0400 05000000 09000000 80010000 01000000 02000000 0300000000000000 0400000000000000 0500000000000000
           0600000000000000 0700000000000000",
          "Tsetattr tag 4 fid 5 valid 0x9 mode 0o600 uid 1 gid 2 size 3 atime_sec 4 atime_nsec 5 mtime_sec 6 \
           mtime_nsec 7"),
        r(Linux, 4, Rsetattr {}.into(), "1b 0400", "Rsetattr tag 4"),
        t(Linux, 4, Txattrwalk { fid: 5, newfid: 6, name: b"user.a" }.into(),
          "1e 0400 05000000 06000000 0600'user.a'", "Txattrwalk tag 4 fid 5 newfid 6 name 'user.a'"),
        r(Linux, 4, Rxattrwalk { size: 3 }.into(), "1f 0400 0300000000000000", "Rxattrwalk tag 4 size 3"),
        t(Linux, 4, Txattrcreate { fid: 5, name: b"user.a", attr_size: 3, flags: 1 }.into(),
          "20 0400 05000000 0600'user.a' 0300000000000000 01000000",
          "Txattrcreate tag 4 fid 5 name 'user.a' attr_size 3 flags 0x1"),
        r(Linux, 4, Rxattrcreate {}.into(), "21 0400", "Rxattrcreate tag 4"),
        t(Linux, 4, Treaddir { fid: 5, offset: 2, count: 4096 }.into(),
          "28 0400 05000000 0200000000000000 00100000", "Treaddir tag 4 fid 5 offset 2 count 4096"),
        r(Linux, 4, Rreaddir { data: Data(b"") }.into(), "29 0400 00000000", "Rreaddir tag 4 count 0"),
        t(Linux, 4, Tfsync { fid: 5, datasync: 1 }.into(), "32 0400 05000000 01000000", "Tfsync tag 4 fid 5 datasync 1"),
        r(Linux, 4, Rfsync {}.into(), "33 0400", "Rfsync tag 4"),
        t(Linux, 4, Tlock { fid: 5, kind: 1, flags: 1, start: 2, length: 3, proc_id: 4, client_id: b"me" }.into(),
          "34 0400 05000000 01 01000000 0200000000000000 0300000000000000 04000000 0200'me'",
          "Tlock tag 4 fid 5 kind 1 flags 0x1 start 2 length 3 proc_id 4 client_id 'me'"),
        r(Linux, 4, Rlock { status: 1 }.into(), "35 0400 01", "Rlock tag 4 status 1"),
        t(Linux, 4, Tgetlock { fid: 5, kind: 1, start: 2, length: 3, proc_id: 4, client_id: b"me" }.into(),
          "36 0400 05000000 01 0200000000000000 0300000000000000 04000000 0200'me'",
          "Tgetlock tag 4 fid 5 kind 1 start 2 length 3 proc_id 4 client_id 'me'"),
        r(Linux, 4, Rgetlock { kind: 2, start: 2, length: 3, proc_id: 4, client_id: b"me" }.into(),
          "37 0400 02 0200000000000000 0300000000000000 04000000 0200'me'",
          "Rgetlock tag 4 kind 2 start 2 length 3 proc_id 4 client_id 'me'"),
        t(Linux, 4, Tlink { dfid: 5, fid: 6, name: b"n" }.into(),
          "46 0400 05000000 06000000 0100'n'", "Tlink tag 4 dfid 5 fid 6 name 'n'"),
        r(Linux, 4, Rlink {}.into(), "47 0400", "Rlink tag 4"),
        t(Linux, 4, Tmkdir { dfid: 5, name: b"d\n", mode: 0o755, gid: 7 }.into(),
          "48 0400 05000000 0200'd' 0a ed010000 07000000", "Tmkdir tag 4 dfid 5 name 'd\\n' mode 0o755 gid 7"),
        r(Linux, 4, Rmkdir { qid: QID }.into(), "49 0400 QID", "Rmkdir tag 4 qid (0102030405060708 2 d)"),
        t(Linux, 4, Trenameat { olddirfid: 5, oldname: b"o", newdirfid: 6, newname: b"n" }.into(),
          "4a 0400 05000000 0100'o' 06000000 0100'n'",
          "Trenameat tag 4 olddirfid 5 oldname 'o' newdirfid 6 newname 'n'"),
        r(Linux, 4, Rrenameat {}.into(), "4b 0400", "Rrenameat tag 4"),
        t(Linux, 4, Tunlinkat { dirfd: 5, name: b"n", flags: flags::unlinkat::REMOVEDIR }.into(),
          "4c 0400 05000000 0100'n' 00020000", "Tunlinkat tag 4 dirfd 5 name 'n' flags 0x200"),
        r(Linux, 4, Runlinkat {}.into(), "4d 0400", "Runlinkat tag 4"),
    ]
}

#[test]
fn every_message_is_emitted_as_its_golden_bytes_and_nothing_beyond_them_is_touched() {
    for golden in goldens() {
        let want = golden.bytes();
        let mut buf = vec![0xa5; want.len() + 9];
        let (len, wire_len) = match golden.message {
            Either::T(t) => (t.emit(golden.dialect, golden.tag, &mut buf), t.wire_len(golden.dialect)),
            Either::R(r) => (r.emit(golden.dialect, golden.tag, &mut buf), r.wire_len(golden.dialect)),
        };
        assert_eq!(len, Ok(want.len()), "{}", golden.line);
        assert_eq!(wire_len, want.len(), "{}", golden.line);
        assert_eq!(buf[..want.len()], want, "{}", golden.line);
        assert_eq!(buf[want.len()..], [0xa5; 9], "{}", golden.line);
    }
}

#[test]
fn every_golden_message_parses_to_its_value() {
    for golden in goldens() {
        let bytes = golden.bytes();
        match golden.message {
            Either::T(t) => assert_eq!(T::parse(&bytes, golden.dialect), Ok((golden.tag, t))),
            Either::R(r) => assert_eq!(R::parse(&bytes, golden.dialect), Ok((golden.tag, r))),
        }
    }
}

#[test]
fn every_golden_message_reads_as_one_line_of_a_trace() {
    for golden in goldens() {
        let bytes = golden.bytes();
        let (direction, arrow) = match golden.message {
            Either::T(_) => (Direction::ToServer, "<-12- "),
            Either::R(_) => (Direction::ToClient, "-12-> "),
        };
        let line = Trace { direction, connection: 12, dialect: golden.dialect, bytes: &bytes }.to_string();
        assert_eq!(line, format!("{arrow}{}", golden.line));
    }
}

#[test]
fn every_message_type_has_golden_bytes() {
    let mut kinds: Vec<u8> = goldens().iter().map(|golden| bytes(&golden.after_size)[0]).collect();
    kinds.sort();
    kinds.dedup();
    let known: Vec<u8> = (0..=255).filter(|&kind| T::name_of(kind).or(R::name_of(kind)).is_some()).collect();
    assert_eq!(kinds, known);
}

#[test]
fn a_reply_has_its_requests_number_and_one() {
    for kind in 0..=254u8 {
        if let Some(name) = T::name_of(kind) {
            assert_eq!(R::name_of(kind + 1).map(|reply| &reply[1..]), Some(&name[1..]));
        }
    }
}

#[test]
fn a_buffer_one_byte_too_small_is_refused_and_left_as_it_was() {
    for golden in goldens() {
        let need = golden.bytes().len();
        let mut buf = vec![0xa5; need - 1];
        let refused = match golden.message {
            Either::T(t) => t.emit(golden.dialect, golden.tag, &mut buf),
            Either::R(r) => r.emit(golden.dialect, golden.tag, &mut buf),
        };
        assert_eq!(refused, Err(Unfit::NoRoom { need, have: need - 1 }));
        assert_eq!(buf, vec![0xa5; need - 1]);
    }
}

#[test]
fn a_message_cut_anywhere_is_malformed_even_when_its_size_field_agrees() {
    for golden in goldens() {
        let whole = golden.bytes();
        for len in 0..whole.len() {
            let mut cut = whole[..len].to_vec();
            if len >= 4 {
                cut[..4].copy_from_slice(&(len as u32).to_le_bytes());
            }
            let parsed = match golden.message {
                Either::T(_) => T::parse(&cut, golden.dialect).is_ok(),
                Either::R(_) => R::parse(&cut, golden.dialect).is_ok(),
            };
            assert!(!parsed, "{} cut to {len} bytes was taken", golden.line);
        }
    }
}

#[test]
fn bytes_after_the_last_field_are_malformed() {
    for golden in goldens() {
        let mut long = golden.bytes();
        long.push(0);
        let size = long.len() as u32;
        long[..4].copy_from_slice(&size.to_le_bytes());
        let parsed = match golden.message {
            Either::T(_) => T::parse(&long, golden.dialect).err(),
            Either::R(_) => R::parse(&long, golden.dialect).err(),
        };
        assert!(matches!(parsed, Some(Malformed::Trailing { left: 1, .. })), "{}: {parsed:?}", golden.line);
    }
}

#[test]
fn a_size_field_that_lies_is_malformed() {
    let mut message = [0; 11];
    Tclunk { fid: 1 }.emit(Dialect::Linux, 1, &mut message).unwrap();
    for said in [0u32, 6, 7, 10, 12, u32::MAX] {
        message[..4].copy_from_slice(&said.to_le_bytes());
        assert_eq!(T::parse(&message, Dialect::Linux), Err(Malformed::Size { said, have: 11 }));
    }
}

#[test]
fn a_walk_of_seventeen_names_is_malformed() {
    let names = bytes("110000006e0100 01000000 02000000 1100");
    let mut names = [names, vec![0; 34]].concat();
    names[0] = names.len() as u8;
    assert_eq!(T::parse(&names, Dialect::Linux), Err(Malformed::Count { message: "Twalk", said: 17 }));
    assert_eq!(Names::new(&[b"a" as &[u8]; 17]), None);
    assert_eq!(Qids::new(&[Qid::default(); 17]), None);
}

#[test]
fn a_message_of_the_other_direction_is_refused() {
    let mut message = [0; 64];
    let len = Tclunk { fid: 1 }.emit(Dialect::Linux, 1, &mut message).unwrap();
    assert_eq!(R::parse(&message[..len], Dialect::Linux), Err(Malformed::Kind(120)));
    let len = Rclunk {}.emit(Dialect::Linux, 1, &mut message).unwrap();
    assert_eq!(T::parse(&message[..len], Dialect::Linux), Err(Malformed::Kind(121)));
}

#[test]
fn qemus_stat_reply_with_an_outer_length_of_zero_is_read_by_its_inner_one() {
    let mut message = [0; 256];
    let len = Rstat { stat: STAT_U }.emit(Dialect::Unix, 3, &mut message).unwrap();
    message[7..9].fill(0);
    assert_eq!(R::parse(&message[..len], Dialect::Unix), Ok((3, Rstat { stat: STAT_U }.into())));
    message[7..9].copy_from_slice(&5u16.to_le_bytes());
    assert_eq!(R::parse(&message[..len], Dialect::Unix), Err(Malformed::Count { message: "Rstat", said: 5 }));
}

#[test]
fn a_name_longer_than_its_length_field_can_say_is_refused() {
    let long = vec![b'x'; 65536];
    let mut buf = vec![0; 70000];
    let refused = Tmkdir { dfid: 1, name: &long, mode: 0, gid: 0 }.emit(Dialect::Linux, 1, &mut buf);
    assert_eq!(refused, Err(Unfit::TooLong { len: 65536 }));
}

#[test]
fn split_headers_are_the_heads_of_the_whole_messages() {
    let data = [7; 40];
    let mut whole = [0xa5; 128];
    let mut head = [0xa5; split::TWRITE_LEN];
    Twrite { fid: 3, offset: 1 << 40, data: Data(&data) }.emit(Dialect::Linux, 5, &mut whole).unwrap();
    split::put_twrite(&mut head, 5, 3, 1 << 40, 40);
    assert_eq!(head, whole[..23]);
    assert_eq!(split::twrite_fields(&head), (3, 1 << 40, 40));

    let mut head = [0xa5; split::RREAD_LEN];
    Rread { data: Data(&data) }.emit(Dialect::Linux, 5, &mut whole).unwrap();
    split::put_rread(&mut head, 5, 40);
    assert_eq!(head, whole[..11]);
    let fits = |size| split::is_payload_count(split::rread_field(&head), size);
    assert_eq!([51, 52, 10].map(fits), [true, false, false]);

    Rreaddir { data: Data(&data) }.emit(Dialect::Linux, 5, &mut whole).unwrap();
    split::put_rreaddir(&mut head, 5, 40);
    assert_eq!(head, whole[..11]);
}

#[test]
fn a_header_whose_payload_is_elsewhere_is_traced_with_its_count() {
    let mut head = [0; split::TWRITE_LEN];
    split::put_twrite(&mut head, 5, 3, 8, 40);
    let line = Trace { direction: Direction::ToServer, connection: 1, dialect: Dialect::Linux, bytes: &head };
    assert_eq!(line.to_string(), "<-1- Twrite tag 5 fid 3 offset 8 count 40");
    let mut head = [0; split::RREAD_LEN];
    split::put_rreaddir(&mut head, 5, 40);
    let line = Trace { direction: Direction::ToClient, connection: 1, dialect: Dialect::Linux, bytes: &head };
    assert_eq!(line.to_string(), "-1-> Rreaddir tag 5 count 40");
}

#[test]
fn what_is_no_message_is_traced_as_what_is_wrong() {
    let trace =
        |bytes| Trace { direction: Direction::ToServer, connection: 1, dialect: Dialect::Linux, bytes };
    assert_eq!(trace(&[]).to_string(), "<-1- 0 bytes are too few for a 9P header");
    assert_eq!(
        trace(&[7, 0, 0, 0, 99, 1, 0]).to_string(),
        "<-1- type 99 tag 1: 99 is not a message type of this direction"
    );
}

#[test]
fn directory_entries_come_out_as_they_went_in_and_stop_at_nonsense() {
    let entries = [
        Dirent { qid: QID, offset: 1, kind: 4, name: b"." },
        Dirent { qid: Qid::default(), offset: !0, kind: 8, name: &[0xff; 255] },
    ];
    let mut buf = [0xa5; 512];
    let mut to = Writer::new(&mut buf);
    entries.iter().try_for_each(|entry| entry.put_entry(&mut to)).unwrap();
    let len = to.written();
    assert_eq!(len, entries.iter().map(Dirent::entry_len).sum::<usize>());
    assert_eq!(buf[..Dirent::FIXED + 1], bytes(&format!("{QID_HEX} 0100000000000000 04 0100 '.'")));
    assert!(Dirents::new(&buf[..len]).map(Result::unwrap).eq(entries));
    let cut: Vec<_> = Dirents::new(&buf[..len - 1]).collect();
    assert_eq!(cut, [Ok(entries[0]), Err(Malformed::Cut { message: "Rreaddir" })]);
}

#[test]
fn stat_entries_come_out_as_they_went_in_and_stop_at_nonsense() {
    for (dialect, stat) in [(Dialect::Plain, STAT), (Dialect::Unix, STAT_U)] {
        let mut buf = [0xa5; 512];
        let mut to = Writer::new(&mut buf);
        stat.put_entry(&mut to, dialect).unwrap();
        stat.put_entry(&mut to, dialect).unwrap();
        let len = to.written();
        assert_eq!(len, 2 * stat.entry_len(dialect));
        assert!(Stats::new(&buf[..len], dialect).map(Result::unwrap).eq([stat, stat]));
        let cut: Vec<_> = Stats::new(&buf[..len - 1], dialect).collect();
        assert_eq!(cut, [Ok(stat), Err(Malformed::Cut { message: "directory" })]);
    }
}

#[test]
fn dialects_are_known_by_their_exact_names() {
    for dialect in [Dialect::Plain, Dialect::Unix, Dialect::Linux] {
        assert_eq!(Dialect::from_name(dialect.to_string().as_bytes()), Some(dialect));
    }
    assert_eq!(Dialect::from_name(b"9P2000.l"), None);
    assert_eq!(Dialect::from_name(b"unknown"), None);
}

fn dialects() -> impl Strategy<Value = Dialect> {
    prop::sample::select(vec![Dialect::Plain, Dialect::Unix, Dialect::Linux])
}

/// A parsed message emits the bytes it came from. QEMU's outer length of 0 is the one thing that is read and never
/// written.
fn parsing_and_emitting_are_inverses(bytes: &[u8], dialect: Dialect) {
    let mut again = vec![0xa5; bytes.len()];
    if let Ok((tag, message)) = T::parse(bytes, dialect) {
        assert_eq!(message.emit(dialect, tag, &mut again), Ok(bytes.len()));
        if !matches!(message, T::Wstat(_)) {
            assert_eq!(again, bytes);
        }
    }
    if let Ok((tag, message)) = R::parse(bytes, dialect) {
        assert_eq!(message.emit(dialect, tag, &mut again), Ok(bytes.len()));
        if !matches!(message, R::Stat(_)) {
            assert_eq!(again, bytes);
        }
    }
    for direction in [Direction::ToServer, Direction::ToClient] {
        let line = Trace { direction, connection: 0, dialect, bytes }.to_string();
        assert!(!line.contains('\n'), "{line:?}");
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), dialect in dialects()) {
        parsing_and_emitting_are_inverses(&bytes, dialect);
        Dirents::new(&bytes).for_each(|_| ());
        Stats::new(&bytes, dialect).for_each(|_| ());
    }

    #[test]
    fn arbitrary_bodies_of_a_real_type_never_panic(
        kind in 6u8..128, body in prop::collection::vec(any::<u8>(), 0..200), dialect in dialects(),
    ) {
        let mut message = ((body.len() + HEADER_LEN) as u32).to_le_bytes().to_vec();
        message.extend_from_slice(&[kind, 1, 0]);
        message.extend_from_slice(&body);
        parsing_and_emitting_are_inverses(&message, dialect);
    }

    #[test]
    fn golden_messages_with_bytes_changed_never_panic(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        dialect in dialects(),
    ) {
        let goldens = goldens();
        let mut message = which.get(&goldens).bytes();
        for (at, value) in changes {
            let at = at.index(message.len());
            message[at] = value;
        }
        parsing_and_emitting_are_inverses(&message, dialect);
    }

    #[test]
    fn any_names_travel_as_they_are(
        names in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..=16), tag in any::<u16>(),
    ) {
        let slices: Vec<&[u8]> = names.iter().map(Vec::as_slice).collect();
        let walk = Twalk { fid: 1, newfid: 2, nwname: Names::new(&slices).unwrap() };
        let mut buf = vec![0xa5; 1024];
        let len = walk.emit(Dialect::Linux, tag, &mut buf).unwrap();
        let frame = Frame::new(&buf[..len]).unwrap();
        prop_assert_eq!(frame.tag(), tag);
        let parsed = frame.get::<Twalk<'_>>(Dialect::Linux).unwrap();
        prop_assert_eq!(parsed.nwname.iter().collect::<Vec<_>>(), slices);
    }
}
