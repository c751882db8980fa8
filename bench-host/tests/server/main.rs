//! The embedded 9P server from the outside, by messages written byte for byte.

mod ninep;

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

use bench_host::server::{Access, Export, Server};
use ninep::{Client, Reply, errno};

/// A directory with a neighbour it must not reach, served on a socket pair.
struct Fixture {
    // Dropped in this order: the client closes before the server waits for its session.
    client: Client,
    server: Server,
    outer: tempfile::TempDir,
}

impl Fixture {
    fn with(access: Access) -> Self {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("root");
        fs::create_dir_all(root.join("sub/deep")).unwrap();
        fs::create_dir(root.join("scratch")).unwrap();
        fs::write(outer.path().join("secret"), "outside").unwrap();
        fs::write(root.join("file"), "inside").unwrap();
        fs::write(root.join("sub/file"), "below").unwrap();
        symlink("../secret", root.join("link")).unwrap();
        symlink("..", root.join("up")).unwrap();
        let (ours, theirs) = UnixStream::pair().unwrap();
        let server = Export::open(&root, access).unwrap().serve(theirs).unwrap();
        let mut client = Client::new(ours);
        client.start(1 << 16);
        Self { client, server, outer }
    }

    fn root(&self) -> std::path::PathBuf {
        self.outer.path().join("root")
    }
}

const ROOT: u32 = 0;

#[test]
fn a_file_is_read_at_any_offset() {
    let mut f = Fixture::with(Access::ReadWrite);
    f.client.walk(ROOT, 1, &["sub", "file"]).unwrap();
    f.client.lopen(1, 0).unwrap();
    assert_eq!(f.client.read(1, 0, 100).unwrap(), b"below");
    assert_eq!(f.client.read(1, 3, 100).unwrap(), b"ow");
    assert_eq!(f.client.read(1, 5, 100).unwrap(), b"");
}

#[test]
fn a_file_is_made_written_and_removed() {
    let mut f = Fixture::with(Access::ReadWrite);
    f.client.walk(ROOT, 1, &["scratch"]).unwrap();
    f.client.lcreate(1, "new", 2).unwrap();
    assert_eq!(f.client.write(1, 0, b"hello").unwrap(), 5);
    assert_eq!(fs::read(f.root().join("scratch/new")).unwrap(), b"hello");
    f.client.walk(ROOT, 2, &["scratch"]).unwrap();
    f.client.unlinkat(2, "new").unwrap();
    assert!(!f.root().join("scratch/new").exists());
}

#[test]
fn a_name_is_one_entry_and_nothing_else() {
    let mut f = Fixture::with(Access::ReadWrite);
    for name in ["..", ".", "", "sub/file", "/etc/passwd", "sub/../../secret"] {
        if name != ".." {
            assert_eq!(f.client.walk(ROOT, 1, &[name]), Err(errno::EINVAL), "walk {name:?}");
            assert_eq!(f.client.walk(ROOT, 1, &["sub", name]).unwrap(), 1, "walk sub, {name:?}");
        }
        assert_eq!(f.client.mkdir(ROOT, name), Err(errno::EINVAL), "mkdir {name:?}");
        assert_eq!(f.client.unlinkat(ROOT, name), Err(errno::EINVAL), "unlinkat {name:?}");
        assert_eq!(f.client.renameat(ROOT, "file", ROOT, name), Err(errno::EINVAL), "renameat {name:?}");
        assert_eq!(f.client.renameat(ROOT, name, ROOT, "file"), Err(errno::EINVAL), "renameat {name:?}");
        f.client.walk(ROOT, 2, &[]).unwrap();
        assert_eq!(f.client.lcreate(2, name, 2), Err(errno::EINVAL), "lcreate {name:?}");
        f.client.clunk(2).unwrap();
    }
    assert_eq!(fs::read(f.outer.path().join("secret")).unwrap(), b"outside");
}

#[test]
fn dot_dot_goes_up_and_never_beyond_the_root() {
    let mut f = Fixture::with(Access::ReadWrite);
    f.client.walk(ROOT, 1, &["sub", "..", "..", "..", "file"]).unwrap();
    f.client.lopen(1, 0).unwrap();
    assert_eq!(f.client.read(1, 0, 100).unwrap(), b"inside");
    assert_eq!(f.client.walk(ROOT, 2, &["..", "secret"]).unwrap(), 1, "the root is its own parent");
    assert_eq!(f.client.lopen(2, 0), Err(errno::EBADF), "and what is beside it is not there");
}

#[test]
fn a_symbolic_link_leads_nowhere() {
    let mut f = Fixture::with(Access::ReadWrite);
    f.client.walk(ROOT, 1, &["link"]).unwrap();
    assert_eq!(f.client.lopen(1, 0), Err(errno::ELOOP));
    assert_eq!(f.client.walk(ROOT, 2, &["up", "secret"]).unwrap(), 1, "the walk stops at the link");
    assert_eq!(f.client.lopen(2, 0), Err(errno::EBADF), "and makes no fid");
    f.client.walk(ROOT, 3, &[]).unwrap();
    assert_eq!(f.client.lcreate(3, "link", 2), Err(errno::ELOOP));
    assert_eq!(fs::read(f.outer.path().join("secret")).unwrap(), b"outside");
}

#[test]
fn a_read_only_export_refuses_every_change() {
    let mut f = Fixture::with(Access::ReadOnly);
    f.client.walk(ROOT, 1, &["file"]).unwrap();
    for flags in [1, 2, 0o1000, 0o100] {
        assert_eq!(f.client.lopen(1, flags), Err(errno::EROFS), "flags {flags:o}");
    }
    f.client.lopen(1, 0).unwrap();
    assert_eq!(f.client.write(1, 0, b"x"), Err(errno::EBADF));
    assert_eq!(f.client.setattr_size(1, 0), Err(errno::EROFS));
    assert_eq!(f.client.mkdir(ROOT, "d"), Err(errno::EROFS));
    assert_eq!(f.client.unlinkat(ROOT, "file"), Err(errno::EROFS));
    assert_eq!(f.client.renameat(ROOT, "file", ROOT, "other"), Err(errno::EROFS));
    assert_eq!(f.client.link(ROOT, 1, "other"), Err(errno::EROFS));
    assert_eq!(fs::read(f.root().join("file")).unwrap(), b"inside");
}

#[test]
fn writes_below_one_entry_change_nothing_beside_it() {
    let mut f = Fixture::with(Access::WriteBelow("scratch".into()));
    f.client.walk(ROOT, 1, &["scratch"]).unwrap();
    f.client.mkdir(1, "d").unwrap();
    f.client.walk(1, 2, &["d"]).unwrap();
    f.client.lcreate(2, "f", 2).unwrap();
    f.client.write(2, 0, b"x").unwrap();
    f.client.setattr_size(2, 0).unwrap();

    f.client.walk(ROOT, 3, &["file"]).unwrap();
    assert_eq!(f.client.lopen(3, 2), Err(errno::EROFS));
    assert_eq!(f.client.setattr_size(3, 0), Err(errno::EROFS));
    assert_eq!(f.client.link(1, 3, "alias"), Err(errno::EROFS), "a second name would be a way in");
    assert_eq!(f.client.renameat(ROOT, "file", 1, "file"), Err(errno::EROFS));
    assert_eq!(f.client.renameat(1, "d", ROOT, "d"), Err(errno::EROFS));
    assert_eq!(f.client.mkdir(ROOT, "d"), Err(errno::EROFS));
    assert_eq!(f.client.unlinkat(ROOT, "scratch"), Err(errno::EROFS));
    f.client.walk(ROOT, 4, &["sub"]).unwrap();
    assert_eq!(f.client.mkdir(4, "scratch"), Err(errno::EROFS));
    assert_eq!(f.client.walk(4, 5, &["scratch"]), Err(errno::ENOENT));
    // A walk that stops half-way moves no fid into the writable part.
    f.client.walk(ROOT, 6, &[]).unwrap();
    assert_eq!(f.client.walk(6, 6, &["scratch", "missing"]).unwrap(), 1);
    assert_eq!(f.client.mkdir(6, "x"), Err(errno::EROFS));
}

#[test]
fn opening_a_fifo_does_not_stop_the_session() {
    let mut f = Fixture::with(Access::ReadWrite);
    let made = std::process::Command::new("mkfifo").arg(f.root().join("fifo")).status().unwrap();
    assert!(made.success());
    f.client.walk(ROOT, 1, &["fifo"]).unwrap();
    f.client.lopen(1, 0).unwrap();
    f.client.walk(ROOT, 2, &["file"]).unwrap();
}

#[test]
fn messages_may_arrive_split_and_merged() {
    let mut f = Fixture::with(Access::ReadWrite);
    f.client.walk(ROOT, 1, &["file"]).unwrap();
    f.client.lopen(1, 0).unwrap();
    let reads: Vec<u8> = (0..50).flat_map(|tag| Client::tread(tag, 1, u64::from(tag % 6), 100)).collect();
    for piece in reads.chunks(13) {
        f.client.send(piece);
    }
    for tag in 0..50u16 {
        let Reply { tag: answered, body, .. } = f.client.receive();
        assert_eq!(answered, tag);
        assert_eq!(&body[4..], &b"inside"[usize::from(tag % 6)..]);
    }
}

#[test]
fn a_large_write_and_read_use_the_whole_message_size() {
    let mut f = Fixture::with(Access::ReadWrite);
    f.client.start(1 << 20);
    f.client.walk(ROOT, 1, &["scratch"]).unwrap();
    f.client.lcreate(1, "big", 2).unwrap();
    let data: Vec<u8> = (0..(1 << 20) - 24u32).map(|at| ((at * 7) >> 3) as u8).collect();
    assert_eq!(f.client.write(1, 0, &data).unwrap() as usize, data.len());
    assert_eq!(f.client.read(1, 0, data.len() as u32).unwrap(), data);
}

#[test]
fn a_size_that_cannot_be_ends_the_session_and_says_so() {
    for size in [0u32, 6, u32::MAX] {
        let mut f = Fixture::with(Access::ReadWrite);
        f.client.send(&size.to_le_bytes());
        assert!(f.client.is_closed(), "size {size}");
        wait_for_fault(&f.server, &format!("a message of {size} bytes"));
    }
}

#[test]
fn a_peer_that_leaves_in_the_middle_of_a_message_is_named() {
    let f = Fixture::with(Access::ReadWrite);
    let Fixture { mut client, server, outer: _outer } = f;
    client.send(&[23, 0, 0, 0, 116]);
    drop(client);
    wait_for_fault(&server, "closed in the middle");
}

#[test]
fn an_unknown_message_is_an_error_and_not_an_end() {
    let mut f = Fixture::with(Access::ReadWrite);
    f.client.send(&[7, 0, 0, 0, 200, 9, 0]);
    let reply = f.client.receive();
    assert_eq!((reply.kind, reply.tag), (7, 9), "Rlerror to tag 9");
    f.client.walk(ROOT, 1, &["file"]).unwrap();
}

#[test]
fn a_listening_server_has_separate_sessions_and_ends_them_all() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), "x").unwrap();
    let socket = dir.path().join("socket");
    let listener = UnixListener::bind(&socket).unwrap();
    let server = Export::open(dir.path(), Access::ReadOnly).unwrap().listen(listener).unwrap();
    let mut clients: Vec<_> = (0..3).map(|_| Client::new(UnixStream::connect(&socket).unwrap())).collect();
    for client in &mut clients {
        client.start(8192);
        client.walk(ROOT, 1, &["file"]).unwrap();
    }
    drop(server);
    assert!(clients.iter_mut().all(Client::is_closed));
    assert!(UnixStream::connect(&socket).is_err(), "nobody listens any more");
}

#[test]
fn what_cannot_be_served_is_refused_by_name() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for path in [Path::new("/nowhere/at/all"), file.path()] {
        let error = format!("{:#}", Export::open(path, Access::ReadWrite).unwrap_err());
        assert!(error.starts_with(&format!("cannot serve {}", path.display())), "{error}");
    }
}

/// The session's thread notes its end a moment after the socket closes.
fn wait_for_fault(server: &Server, text: &str) {
    for _ in 0..2000 {
        if server.faults().iter().any(|fault| fault.contains(text)) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("no fault with {text:?}: {:?}", server.faults());
}
