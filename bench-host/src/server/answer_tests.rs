//! One session's answers, message by message, over the tree in memory and over a real directory.

use std::path::Path;

use ninewire_kernel::p9::msg::{
    Data, Dirents, NUname, Names, R, Stats, Tattach, Tclunk, Tcreate, Tgetattr, Tlcreate, Tlopen, Tmkdir,
    Topen, Tread, Treaddir, Tremove, Trename, Tsetattr, Tstat, Tversion, Twrite, Twstat, Txattrcreate,
    Txattrwalk,
};

use super::*;
use crate::files::directory::{Access, Directory};
use crate::files::memory::Memory;

const TAG: u16 = 0x1234;
const ROOT: u32 = 0;

/// A client that asks one thing at a time and looks at the answer.
struct Asker<F: Files> {
    session: Session<F>,
    dialect: Dialect,
    answer: Output,
}

impl<F: Files> Asker<F> {
    fn new(files: F, dialect: Dialect) -> Self {
        let mut asker =
            Asker { session: Session::new(files, "harvey", 8192), dialect, answer: Output::default() };
        let version = Tversion { msize: 1 << 20, version: dialect.name().as_bytes() };
        let agreed = asker.ask(&version);
        assert_eq!(agreed, R::Version(Rversion { msize: 8192, version: dialect.name().as_bytes() }));
        let attach = Tattach { fid: ROOT, afid: NO_FID, uname: b"harvey", aname: b"", n_uname: NUname(0) };
        assert!(matches!(asker.ask(&attach), R::Attach(_)));
        asker
    }

    fn ask<'m, M: Message<'m>>(&mut self, message: &M) -> R<'_> {
        let mut bytes = vec![0xa5; message.wire_len(self.dialect)];
        message.emit(self.dialect, TAG, &mut bytes).expect("the request fits");
        self.answer.clear();
        self.session.answer(&bytes, &mut self.answer).expect("a whole message");
        let (tag, reply) =
            R::parse(&self.answer, self.dialect).expect("a whole answer and nothing behind it");
        assert_eq!(tag, TAG);
        reply
    }

    fn walk(&mut self, fid: u32, newfid: u32, names: &[&[u8]]) -> R<'_> {
        let nwname = Names::new(names).expect("at most sixteen");
        self.ask(&Twalk { fid, newfid, nwname })
    }

    #[track_caller]
    fn refused<'m, M: Message<'m>>(&mut self, message: &M, error: Errno) {
        let ecode = error.raw_os_error().unsigned_abs();
        assert_eq!(self.ask(message), R::Lerror(Rlerror { ecode }));
    }
}

fn tree() -> Memory {
    let tree = Memory::new(1 << 20);
    tree.put("dir/file", b"hello").unwrap();
    tree.put("dir/other", b"").unwrap();
    tree
}

#[test]
fn nothing_is_answered_before_the_version_is_agreed_on() {
    let mut session = Session::new(tree(), "harvey", 8192);
    let mut bytes = [0; 11];
    Tclunk { fid: 1 }.emit(Dialect::Linux, 1, &mut bytes).unwrap();
    let mut answer = Output::default();
    session.answer(&bytes, &mut answer).unwrap();
    let ecode = Errno::PROTO.raw_os_error().unsigned_abs();
    assert_eq!(R::parse(&answer, Dialect::Linux).unwrap().1, R::Lerror(Rlerror { ecode }));
}

#[test]
fn a_dialect_with_a_suffix_becomes_the_plain_one_and_a_stranger_is_unknown() {
    for (asked, said) in [("9P2000.u", "9P2000"), ("9P2000", "9P2000"), ("9P1999", "unknown")] {
        let mut session = Session::new(tree(), "harvey", 8192);
        let mut bytes = [0; 64];
        let ask = Tversion { msize: 8192, version: asked.as_bytes() };
        let length = ask.emit(Dialect::Plain, 1, &mut bytes).unwrap();
        let mut answer = Output::default();
        session.answer(&bytes[..length], &mut answer).unwrap();
        let R::Version(reply) = R::parse(&answer, Dialect::Plain).unwrap().1 else { panic!("no Rversion") };
        assert_eq!(reply.version, said.as_bytes());
    }
}

#[test]
fn a_walk_that_gets_halfway_answers_the_way_and_makes_no_fid() {
    let mut asker = Asker::new(tree(), Dialect::Linux);
    let R::Walk(reply) = asker.walk(ROOT, 1, &[b"dir", b"missing", b"x"]) else { panic!("no Rwalk") };
    assert_eq!(reply.nwqid.count(), 1);
    asker.refused(&Tclunk { fid: 1 }, Errno::BADF);
    let nwname = Names::new(&[b"missing"]).unwrap();
    asker.refused(&Twalk { fid: ROOT, newfid: 1, nwname }, Errno::NOENT);
}

#[test]
fn dot_dot_stops_at_the_root() {
    let mut asker = Asker::new(tree(), Dialect::Linux);
    let R::Walk(up) = asker.walk(ROOT, 1, &[b"..", b"..", b"dir", b".."]) else { panic!("no Rwalk") };
    let paths: Vec<u64> = up.nwqid.iter().map(|qid| qid.path).collect();
    assert_eq!((paths[0], paths[1], paths[3]), (1, 1, 1));
}

#[test]
fn a_file_is_made_written_read_and_removed_in_both_dialects() {
    let mut linux = Asker::new(tree(), Dialect::Linux);
    linux.walk(ROOT, 1, &[b"dir"]);
    let create = Tlcreate { fid: 1, name: b"new", flags: flags::lopen::RDWR, mode: 0o600, gid: 0 };
    assert!(matches!(linux.ask(&create), R::Lcreate(_)));
    assert_eq!(linux.ask(&Twrite { fid: 1, offset: 2, data: Data(b"xyz") }), R::Write(Rwrite { count: 3 }));
    let R::Read(read) = linux.ask(&Tread { fid: 1, offset: 0, count: 100 }) else { panic!("no Rread") };
    assert_eq!(read.data.0, b"\0\0xyz");
    assert!(matches!(linux.ask(&Tremove { fid: 1 }), R::Remove(_)));
    linux.refused(&Tclunk { fid: 1 }, Errno::BADF);

    let mut plain = Asker::new(tree(), Dialect::Plain);
    plain.walk(ROOT, 1, &[b"dir"]);
    let create = Tcreate {
        fid: 1,
        name: b"new",
        perm: 0o600,
        mode: flags::open::RDWR,
        extension: ninewire_kernel::p9::msg::Extension(b""),
    };
    assert!(matches!(plain.ask(&create), R::Create(_)));
    assert_eq!(plain.ask(&Twrite { fid: 1, offset: 0, data: Data(b"xyz") }), R::Write(Rwrite { count: 3 }));
    let R::Stat(reply) = plain.ask(&Tstat { fid: 1 }) else { panic!("no Rstat") };
    assert_eq!((reply.stat.name, reply.stat.length, reply.stat.uid), (&b"new"[..], 3, &b"harvey"[..]));
    let rename = Stat { name: b"newer", length: 1, ..Stat::KEEP };
    assert!(matches!(plain.ask(&Twstat { fid: 1, stat: rename }), R::Wstat(_)));
    let R::Stat(reply) = plain.ask(&Tstat { fid: 1 }) else { panic!("no Rstat") };
    assert_eq!((reply.stat.name, reply.stat.length), (&b"newer"[..], 1));
    assert!(matches!(plain.ask(&Tremove { fid: 1 }), R::Remove(_)));
    let R::Walk(reply) = plain.walk(ROOT, 2, &[b"dir", b"newer"]) else { panic!("no Rwalk") };
    assert_eq!(reply.nwqid.count(), 1, "the directory is there, the file is not");
}

#[test]
fn plain_errors_are_words_without_numbers() {
    let mut asker = Asker::new(tree(), Dialect::Plain);
    let R::Error(error) = asker.walk(ROOT, 1, &[b"missing"]) else { panic!("no Rerror") };
    assert_eq!(error.ename, b"No such file or directory");
}

/// Lists a directory by Treaddir with little room, going on at each last offset.
fn names_by_readdir<F: Files>(asker: &mut Asker<F>, fid: u32, count: u32) -> Vec<Vec<u8>> {
    let (mut names, mut offset) = (Vec::new(), 0);
    loop {
        let R::Readdir(reply) = asker.ask(&Treaddir { fid, offset, count }) else { panic!("no Rreaddir") };
        if reply.data.0.is_empty() {
            names.sort();
            return names;
        }
        for entry in Dirents::new(reply.data.0) {
            let entry = entry.expect("whole entries only");
            offset = entry.offset;
            names.push(entry.name.to_vec());
        }
    }
}

fn hundred_files(root: &Path) -> Vec<Vec<u8>> {
    let mut names: Vec<Vec<u8>> = (0..100).map(|i| format!("file-{i:03}").into_bytes()).collect();
    for name in &names {
        std::fs::write(root.join(std::str::from_utf8(name).unwrap()), name).unwrap();
    }
    names.extend([b".".to_vec(), b"..".to_vec()]);
    names.sort();
    names
}

#[test]
fn a_directory_read_in_small_pieces_lists_every_entry_once() {
    let dir = tempfile::tempdir().unwrap();
    let expected = hundred_files(dir.path());
    let mut asker = Asker::new(Directory::open(dir.path(), Access::ReadOnly).unwrap(), Dialect::Linux);
    asker.walk(ROOT, 1, &[]);
    asker.ask(&Tlopen { fid: 1, flags: flags::lopen::DIRECTORY });
    for count in [40, 100, 4096] {
        assert_eq!(names_by_readdir(&mut asker, 1, count), expected, "count {count}");
    }
    asker.refused(&Treaddir { fid: 1, offset: 0, count: 10 }, Errno::INVAL);
}

#[test]
fn a_plain_directory_read_gives_whole_entries_and_refuses_to_jump() {
    let dir = tempfile::tempdir().unwrap();
    hundred_files(dir.path());
    let mut asker = Asker::new(Directory::open(dir.path(), Access::ReadOnly).unwrap(), Dialect::Plain);
    asker.walk(ROOT, 1, &[]);
    asker.ask(&Topen { fid: 1, mode: flags::open::READ });
    let (mut names, mut offset) = (Vec::new(), 0);
    loop {
        let R::Read(reply) = asker.ask(&Tread { fid: 1, offset, count: 200 }) else { panic!("no Rread") };
        if reply.data.0.is_empty() {
            break;
        }
        offset += reply.data.0.len() as u64;
        names.extend(Stats::new(reply.data.0, Dialect::Plain).map(|stat| stat.unwrap().name.to_vec()));
    }
    assert_eq!(names.len(), 100);
    let R::Error(error) = asker.ask(&Tread { fid: 1, offset: 7, count: 200 }) else { panic!("no Rerror") };
    assert_eq!(error.ename, b"Invalid argument");
}

#[test]
fn attributes_change_one_by_one() {
    let mut asker = Asker::new(tree(), Dialect::Linux);
    asker.walk(ROOT, 1, &[b"dir", b"file"]);
    let size_only = Tsetattr {
        fid: 1,
        valid: flags::setattr::SIZE | flags::setattr::MODE,
        mode: 0o604,
        uid: 77,
        gid: 77,
        size: 2,
        atime_sec: 0,
        atime_nsec: 0,
        mtime_sec: 0,
        mtime_nsec: 0,
    };
    assert!(matches!(asker.ask(&size_only), R::Setattr(_)));
    let get = Tgetattr { fid: 1, request_mask: flags::getattr::BASIC };
    let R::Getattr(now) = asker.ask(&get) else { panic!("no Rgetattr") };
    assert_eq!((now.size, now.mode), (2, flags::mode::REG | 0o604));
    assert_ne!(now.uid, 77);
}

#[test]
fn a_renamed_file_keeps_its_fid() {
    let mut asker = Asker::new(tree(), Dialect::Linux);
    asker.walk(ROOT, 1, &[b"dir", b"file"]);
    assert!(matches!(asker.ask(&Trename { fid: 1, dfid: ROOT, name: b"moved" }), R::Rename(_)));
    assert!(matches!(asker.ask(&Tlopen { fid: 1, flags: 0 }), R::Lopen(_)));
    let R::Read(read) = asker.ask(&Tread { fid: 1, offset: 0, count: 9 }) else { panic!("no Rread") };
    assert_eq!(read.data.0, b"hello");
}

#[test]
fn an_extended_attribute_is_set_when_its_fid_is_clunked() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("file"), "x").unwrap();
    let mut asker = Asker::new(Directory::open(dir.path(), Access::ReadWrite).unwrap(), Dialect::Linux);
    asker.walk(ROOT, 1, &[b"file"]);
    asker.ask(&Txattrcreate { fid: 1, name: b"user.colour", attr_size: 4, flags: 0 });
    asker.ask(&Twrite { fid: 1, offset: 0, data: Data(b"blue") });
    match asker.ask(&Tclunk { fid: 1 }) {
        R::Clunk(_) => {}
        // A file system without user attributes says so; then there is nothing to read back.
        R::Lerror(error) if error.ecode == Errno::OPNOTSUPP.raw_os_error().unsigned_abs() => return,
        other => panic!("{other:?}"),
    }
    asker.walk(ROOT, 1, &[b"file"]);
    let walk = Txattrwalk { fid: 1, newfid: 2, name: b"user.colour" };
    assert_eq!(asker.ask(&walk), R::Xattrwalk(Rxattrwalk { size: 4 }));
    let R::Read(read) = asker.ask(&Tread { fid: 2, offset: 1, count: 9 }) else { panic!("no Rread") };
    assert_eq!(read.data.0, b"lue");
}

#[test]
fn a_directory_cannot_be_moved_below_itself() {
    let mut asker = Asker::new(tree(), Dialect::Linux);
    asker.ask(&Tmkdir { dfid: ROOT, name: b"a", mode: 0o755, gid: 0 });
    asker.walk(ROOT, 1, &[b"a"]);
    asker.ask(&Tmkdir { dfid: 1, name: b"b", mode: 0o755, gid: 0 });
    asker.walk(ROOT, 2, &[b"a", b"b"]);
    asker.refused(&Trename { fid: 1, dfid: 2, name: b"c" }, Errno::INVAL);
}

#[test]
fn reading_is_bounded_by_the_message_size_agreed_on() {
    let big = Memory::new(1 << 20);
    big.put("big", &vec![7; 100_000]).unwrap();
    let mut asker = Asker::new(big, Dialect::Linux);
    asker.walk(ROOT, 1, &[b"big"]);
    asker.ask(&Tlopen { fid: 1, flags: 0 });
    let R::Read(read) = asker.ask(&Tread { fid: 1, offset: 0, count: u32::MAX }) else { panic!("no Rread") };
    assert_eq!(read.data.0.len(), 8192 - split::RREAD_LEN);
}
