//! Mounts of a server in memory at the other end of a pipe, seen through a name space.

use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::RefCell;

use super::{Tag, mount_channel};
use crate::dev::pipe;
use crate::io::Windows;
use crate::ns::device::{Claim, Device, DeviceNumber, Special};
use crate::ns::mount::{MountFlags, Order, Origin};
use crate::ns::stat::{Change, UnixTime, When};
use crate::ns::{Chan, Error, Node, OpenMode, Space, View, text};
use crate::p9::msg::{Dialect, Message, Tread, Tversion};
use crate::p9::testing::server::{Contents, Server};
use crate::task::{block_on, spawn, spawn_join, yield_now};

/// A server that works until its pipe ends, and the channel to it.
struct Served {
    server: Rc<RefCell<Server>>,
    chan: Arc<Chan>,
    /// The pipe has ended.
    ended: Rc<RefCell<bool>>,
}

fn channel(end: pipe::End) -> Arc<Chan> {
    Chan::new(Node::Pipe(pipe::Node::End(end)), OpenMode::READ_WRITE, b"#|"[..].into())
}

fn serve(dialects: &[Dialect]) -> Served {
    let mut server = Server::new();
    server.speaks = dialects.to_vec();
    server.add(b"hello", Contents::File(b"hello\n".to_vec()));
    server.add(b"soft", Contents::Link(b"hello".to_vec()));
    let dir = server.add(b"dir", Contents::Dir(Default::default()));
    server.add_to(dir, b"deep", Contents::File(b"deep\n".to_vec()));
    let (ours, theirs) = pipe::pair();
    let (server, ended) = (Rc::new(RefCell::new(server)), Rc::new(RefCell::new(false)));
    let (answers, over) = (server.clone(), ended.clone());
    let theirs = channel(theirs);
    let work = async move {
        let mut bytes = Windows::new();
        loop {
            let mut size = [0; 4];
            while bytes.peek(&mut size) == 4 && bytes.len() >= u32::from_le_bytes(size) as usize {
                let mut request = alloc::vec![0; u32::from_le_bytes(size) as usize];
                bytes.split_to(request.len()).copy_to(&mut request);
                let reply = answers.borrow_mut().answer(&request);
                if theirs.bwrite(text::copied(&reply).unwrap()).await.is_err() {
                    break;
                }
            }
            match theirs.bread(1 << 20).await {
                Ok(windows) if !windows.is_empty() => bytes.append(windows),
                _ => break,
            }
        }
        *over.borrow_mut() = true;
    };
    spawn("server", work).unwrap();
    Served { server, chan: channel(ours), ended }
}

/// A name space with the server's files in a directory of the test's own, which is gone to.
async fn mounted(served: &Served, test: &str) -> View {
    mounted_with(served, test, |_| ()).await
}

/// The same; `set` sees the root first.
async fn mounted_with(served: &Served, test: &str, set: impl FnOnce(&super::Node)) -> View {
    let mut view = View::new(Space::new().unwrap());
    let dir = alloc::format!("/tmp/mnt-{test}");
    if !view.is_dir(dir.as_bytes()).await.unwrap_or(false) {
        view.make_dir(dir.as_bytes(), 0o777).await.unwrap();
    }
    let root = mount_channel(&served.chan, b"").await.unwrap();
    set(&root);
    let flags = MountFlags { order: Order::Replace, create: true };
    let server = b"#|"[..].into();
    let origin = Origin::Mount { device: 'M', server, spec: b""[..].into(), cache: false };
    let mounted = view.mount_node(Node::Mnt(root), served.chan.key(), dir.as_bytes(), flags, origin).await;
    mounted.unwrap();
    view.change_dir(dir.as_bytes()).await.unwrap();
    view
}

async fn read(view: &View, name: &str) -> Result<String, String> {
    let chan = view.open(name.as_bytes(), OpenMode::READ).await.map_err(|e| e.to_string())?;
    let mut bytes = [0; 100];
    let count = chan.read(&mut bytes).await.map_err(|e| e.to_string())?;
    Ok(String::from_utf8_lossy(&bytes[..count]).into_owned())
}

async fn names(view: &View, dir: &str) -> Vec<String> {
    let mut reader = view.read_dir(dir.as_bytes()).await.unwrap();
    let mut names = Vec::new();
    loop {
        let batch = reader.next().await.unwrap();
        if batch.is_empty() {
            names.sort();
            return names;
        }
        names.extend(batch.iter().map(|entry| String::from_utf8(entry.name.to_vec()).unwrap()));
    }
}

const EVERY: [Dialect; 3] = [Dialect::Linux, Dialect::Unix, Dialect::Plain];

#[test]
fn files_are_found_read_made_renamed_and_removed_in_every_dialect() {
    block_on(async {
        for dialect in EVERY {
            let served = serve(&[dialect]);
            let view = mounted(&served, "files").await;
            assert_eq!(names(&view, ".").await, ["dir", "hello", "soft"], "{dialect:?}");
            assert_eq!(read(&view, "hello").await.unwrap(), "hello\n");
            assert_eq!(read(&view, "dir/deep").await.unwrap(), "deep\n");
            assert_eq!(read(&view, "no").await.unwrap_err(), "'no' does not exist");
            assert_eq!(read(&view, "dir").await.unwrap_err(), "file is a directory");
            let made = view.create(b"new", OpenMode::WRITE, 0o640).await.unwrap();
            made.write(b"contents").await.unwrap();
            drop(made);
            assert_eq!(served.server.borrow().file(b"new"), Some(&b"contents"[..]), "{dialect:?}");
            let stat = view.stat(b"new").await.unwrap();
            assert_eq!((stat.device, stat.length, stat.mode.permissions()), ('M', 8, 0o640));
            assert_eq!(view.rename(b"new", b"newer").await, Ok(true), "{dialect:?}");
            view.make_dir(b"made", 0o755).await.unwrap();
            assert_eq!(names(&view, ".").await, ["dir", "hello", "made", "newer", "soft"]);
            view.remove(b"newer").await.unwrap();
            view.remove(b"made").await.unwrap();
            assert_eq!(names(&view, ".").await, ["dir", "hello", "soft"]);
        }
    });
}

#[test]
fn what_a_file_tells_of_itself_is_changed_and_its_owner_is_not() {
    block_on(async {
        for dialect in EVERY {
            let served = serve(&[dialect]);
            let view = mounted(&served, "change").await;
            let change = Change {
                permissions: Some(0o600),
                length: Some(3),
                modified: Some(When::At(UnixTime(1_139_270_400))),
            };
            view.change(b"hello", &change).await.unwrap();
            let stat = view.stat(b"hello").await.unwrap();
            assert_eq!(
                (stat.mode.permissions(), stat.length, stat.modified),
                (0o600, 3, UnixTime(1_139_270_400)),
                "{dialect:?}"
            );
            let now = Change { modified: Some(When::Now), ..Change::default() };
            let told = view.change(b"hello", &now).await;
            match dialect {
                Dialect::Linux => assert_eq!(told, Ok(())),
                _ => assert_eq!(told.unwrap_err().to_string(), "'hello' operation not supported"),
            }
        }
    });
}

#[test]
fn links_and_other_special_files_are_made_where_the_dialect_has_them() {
    block_on(async {
        for dialect in EVERY {
            let served = serve(&[dialect]);
            let view = mounted(&served, "special").await;
            let link = view.make_special(b"link", Special::Link(b"dir/deep"), 0o777).await;
            if dialect == Dialect::Plain {
                assert_eq!(link.unwrap_err().to_string(), "'link' operation not supported");
                continue;
            }
            link.unwrap();
            assert_eq!(view.read_link(b"link").await.unwrap(), b"dir/deep");
            assert_eq!(
                view.read_link(b"hello").await.unwrap_err().to_string(),
                "'hello' bad arg in system call"
            );
            assert_eq!(read(&view, "link").await.unwrap(), "deep\n", "{dialect:?}");
            assert_eq!(read(&view, "soft").await.unwrap(), "hello\n");
            let null = Special::CharDevice(DeviceNumber { major: 1, minor: 3 });
            view.make_special(b"null", null, 0o600).await.unwrap();
            assert!(names(&view, ".").await.contains(&"null".to_string()));
            if dialect == Dialect::Linux {
                assert_eq!(view.link(b"hello", b"hard").await, Ok(true));
                assert_eq!(read(&view, "hard").await.unwrap(), "hello\n");
            }
            assert_eq!(view.link(b"hello", b"/tmp/hard").await, Ok(false), "another server's directory");
        }
    });
}

#[test]
fn attributes_locks_and_the_file_system_are_asked_for_in_the_dialect_that_has_them() {
    block_on(async {
        let served = serve(&[Dialect::Linux]);
        let view = mounted(&served, "linux").await;
        let node = view.walk(b"hello").await.unwrap();
        let node = node.node();
        node.set_attribute(b"user.colour", b"blue").await.unwrap();
        assert_eq!(node.attribute(b"user.colour").await.unwrap(), b"blue");
        assert_eq!(node.attributes().await.unwrap(), b"user.colour\0");
        assert!(view.file_system(b"hello").await.unwrap().bytes > 0);
        let file = view.open(b"hello", OpenMode::READ_WRITE).await.unwrap();
        assert_eq!(file.node().claim(Claim::Shared).await, Ok(true));
        assert_eq!(file.node().claim(Claim::Alone).await, Ok(false), "somebody else has it");
        assert_eq!(file.node().claim(Claim::None).await, Ok(true));

        let served = serve(&[Dialect::Unix]);
        let view = mounted(&served, "unix").await;
        let node = view.walk(b"hello").await.unwrap();
        assert_eq!(node.node().attributes().await, Err(Error::NotSupported));
        assert_eq!(node.node().claim(Claim::Alone).await, Err(Error::NotSupported));
        let refused = view.file_system(b"hello").await.unwrap_err();
        assert_eq!(refused.to_string(), "'hello' operation not supported");
    });
}

#[test]
fn a_channel_mounted_twice_is_one_session_which_ends_with_its_last_file() {
    block_on(async {
        let served = serve(&EVERY);
        let (one, other) = (mounted(&served, "twice").await, mounted(&served, "again").await);
        let versions = served.server.borrow().seen.iter().filter(|kind| **kind == Tversion::KIND).count();
        assert_eq!(versions, 1);
        let instance = async |view: &View| view.stat(b"hello").await.unwrap().instance;
        assert_eq!(instance(&one).await, instance(&other).await);
        let Served { server, chan, ended } = served;
        drop((one, chan));
        assert_eq!(read(&other, "hello").await.unwrap(), "hello\n", "somebody has it mounted yet");
        assert!(!*ended.borrow());
        drop(other);
        for _ in 0..1000 {
            yield_now().await;
        }
        assert!(*ended.borrow(), "the pipe is closed");
        assert_eq!(server.borrow().fids(), 0, "every file was clunked");
    });
}

#[test]
fn of_two_who_mount_a_channel_at_once_one_begins_the_session() {
    block_on(async {
        let served = serve(&EVERY);
        let chan = served.chan.clone();
        let other = spawn_join("other", async move { mount_channel(&chan, b"").await }).unwrap();
        let one = mount_channel(&served.chan, b"").await;
        let other = other.await.unwrap();
        assert!(one.is_ok() && other.is_ok());
        let versions = served.server.borrow().seen.iter().filter(|kind| **kind == Tversion::KIND).count();
        assert_eq!(versions, 1);
    });
}

/// How many Treads the server has seen since last asked.
fn reads(served: &Served) -> usize {
    let mut server = served.server.borrow_mut();
    let count = server.seen.iter().filter(|kind| **kind == Tread::KIND).count();
    server.seen.clear();
    count
}

async fn cached(test: &str) -> (Served, View) {
    let served = serve(&EVERY);
    served.server.borrow_mut().version = 1;
    let view = mounted_with(&served, test, super::Node::cache).await;
    (served, view)
}

/// The whole of a file, to its end.
async fn whole(view: &View, name: &str) -> String {
    let chan = view.open(name.as_bytes(), OpenMode::READ).await.unwrap();
    let mut all = Vec::new();
    loop {
        let mut bytes = [0; 4];
        match chan.read(&mut bytes).await.unwrap() {
            0 => return String::from_utf8(all).unwrap(),
            count => all.extend_from_slice(&bytes[..count]),
        }
    }
}

#[test]
fn what_is_read_of_a_cached_mount_is_read_again_without_a_message() {
    block_on(async {
        let (served, view) = cached("cached").await;
        let _ = reads(&served);
        assert_eq!(whole(&view, "hello").await, "hello\n");
        assert!(reads(&served) > 0);
        assert_eq!(whole(&view, "hello").await, "hello\n");
        assert_eq!(reads(&served), 0);
        // A part of what is kept, and on beyond it.
        let chan = view.open(b"hello", OpenMode::READ).await.unwrap();
        chan.seek(2).unwrap();
        let mut bytes = [0; 100];
        let count = chan.read(&mut bytes).await.unwrap();
        assert_eq!((&bytes[..count], reads(&served)), (&b"llo\n"[..], 0));
        // A mount without -C of another server keeps nothing.
        let other = serve(&EVERY);
        other.server.borrow_mut().version = 1;
        let view = mounted(&other, "uncached").await;
        assert_eq!(whole(&view, "hello").await, whole(&view, "hello").await);
        assert!(reads(&other) >= 4);
    });
}

#[test]
fn another_version_is_seen_when_the_file_is_opened_and_not_before() {
    block_on(async {
        let (served, view) = cached("version").await;
        let early = view.open(b"hello", OpenMode::READ).await.unwrap();
        assert_eq!(whole(&view, "hello").await, "hello\n");
        served.server.borrow_mut().rewrite(b"hello", b"HELLO\n");
        assert_eq!(whole(&view, "hello").await, "hello\n", "the version says it is the same");
        served.server.borrow_mut().version = 2;
        let mut bytes = [0; 6];
        assert_eq!(early.read(&mut bytes).await, Ok(6));
        assert_eq!(&bytes, b"hello\n", "an open file is what it was");
        assert_eq!(whole(&view, "hello").await, "HELLO\n");
        served.server.borrow_mut().rewrite(b"hello", b"third\n");
        served.server.borrow_mut().version = 0;
        assert_eq!(whole(&view, "hello").await, "third\n");
        served.server.borrow_mut().rewrite(b"hello", b"other\n");
        assert_eq!(whole(&view, "hello").await, "other\n", "no version, nothing kept");
    });
}

#[test]
fn what_is_written_through_a_cached_mount_is_read_at_once_by_who_opened_before_and_after() {
    block_on(async {
        let (served, view) = cached("written").await;
        let early = view.open(b"hello", OpenMode::READ).await.unwrap();
        assert_eq!(whole(&view, "hello").await, "hello\n");
        let writer = view.open(b"hello", OpenMode::READ_WRITE).await.unwrap();
        writer.write(b"HELL").await.unwrap();
        assert_eq!(whole(&view, "hello").await, "HELLo\n");
        let mut bytes = [0; 6];
        assert_eq!(early.read(&mut bytes).await, Ok(6));
        assert_eq!(&bytes, b"HELLo\n");
        let _ = reads(&served);
        assert_eq!(whole(&view, "hello").await, "HELLo\n");
        assert_eq!(reads(&served), 0, "and kept again");
        view.change(b"hello", &Change { length: Some(2), ..Change::default() }).await.unwrap();
        assert_eq!(whole(&view, "hello").await, "HE");
        drop(view.open(b"hello", OpenMode::REWRITE).await.unwrap());
        assert_eq!(whole(&view, "hello").await, "");
    });
}

#[test]
fn a_server_that_goes_away_is_an_error_at_every_step() {
    block_on(async {
        let (ours, theirs) = pipe::pair();
        drop(channel(theirs));
        let refused = mount_channel(&channel(ours), b"").await.err().unwrap();
        assert_eq!(refused, Error::EofInVersion);

        let (ours, theirs) = pipe::pair();
        let theirs = channel(theirs);
        let answering = async move {
            // One request is read, and then the server is gone.
            let _ = theirs.bread(1 << 20).await;
        };
        spawn("server", answering).unwrap();
        let refused = mount_channel(&channel(ours), b"").await.err().unwrap();
        assert_eq!(refused, Error::EofInVersion);

        let served = serve(&[]);
        assert_eq!(mount_channel(&served.chan, b"").await.err().unwrap(), Error::BadVersion);
    });
}

#[test]
fn a_channel_that_is_no_stream_is_refused() {
    block_on(async {
        let view = View::new(Space::new().unwrap());
        let null = view.open(b"#c/null", OpenMode::READ_WRITE).await.unwrap();
        assert_eq!(mount_channel(&null, b"").await.err().unwrap(), Error::EofInVersion);
        let root = view.open(b"#/", OpenMode::READ).await.unwrap();
        assert_eq!(mount_channel(&root, b"").await.err().unwrap(), Error::BadUse);
    });
}

#[test]
fn a_tag_is_shown_so_that_its_line_can_be_taken_apart() {
    assert_eq!(Tag(b"harvtmp").to_string(), "harvtmp");
    assert_eq!(Tag(b"a b:c\\\xff").to_string(), "a\\x20b\\x3ac\\x5c\\xff");
}
