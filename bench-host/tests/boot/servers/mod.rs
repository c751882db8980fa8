//! 9P servers nobody here wrote, mounted by the booted guest over console ports: diod, the crate `p9` (both 9P2000.L),
//! the crate `ninep` and pyroute2's server (both 9P2000).
//!
//! Each is reached in the three ways QEMU connects a port to the host: QEMU as the client of a unix socket, as its
//! server, and as the client of a TCP port; and mounted in the guest in the three ways of the page. A server is killed
//! and started again: who uses the old mount gets an error in time, and mounting anew works.
//!
//! A server that is not there is named on standard error and not tested; in continuous integration that is a failure.

mod foreign;
mod liar;
mod wires;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use bench_host::qemu::{Device, Ended};

use crate::machine::{Machine, Running};
use crate::prompt::Prompt;
use foreign::{Foreign, Kind};
use liar::{Liar, Lie};
use wires::{How, Wire};

/// The page's ways to mount what is served at a port.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// `9pvpxy` in between.
    Proxy,
    /// The port's file.
    Direct,
    /// The mount device `#9` and the port's name.
    Named,
}

impl Way {
    const ALL: [Way; 3] = [Way::Proxy, Way::Direct, Way::Named];

    /// What is typed before, the mount of the tree `aname`, what is typed after.
    fn lines(self, port: &str, aname: &str) -> [String; 3] {
        let alone = |mount| [String::new(), mount, String::new()];
        let spec = if aname.is_empty() { String::new() } else { format!(" {aname}") };
        match self {
            Way::Proxy => [
                format!("srv -e '9pvpxy /dev/virtcon/{port}' vc"),
                format!("mount -c -n /srv/vc /mnt/xxx{spec}"),
                "rm /srv/vc".into(),
            ],
            Way::Direct => alone(format!("mount -c -n /dev/virtcon/{port} /mnt/xxx{spec}")),
            Way::Named if aname.is_empty() => alone(format!("mount -c -d '#9' /dev/null /mnt/xxx {port}")),
            Way::Named => alone(format!("mount -c -d '#9' /dev/null /mnt/xxx {port}!{aname}")),
        }
    }
}

/// A machine with a native share for comparing, and one port for each wire.
struct Scene {
    kind: Kind,
    /// What the foreign server serves.
    served: tempfile::TempDir,
    /// The native share, `/mnt/here` in the guest.
    here: tempfile::TempDir,
    wires: Vec<Wire>,
    guest: Running,
    prompt: Prompt,
    /// Pages in use before anything was mounted.
    pages: u32,
}

/// Mounts the native share.
const MOUNT_HERE: &str = "mount -c -d '#9' /dev/null /mnt/here here";

/// So often a file is read at most until it shows what it should; each takes a line at the prompt.
const SETTLING_LOOKS_MAX: u32 = 100;

/// Entries of a port's receive ring in QEMU.
const RECEIVE_PAGES_MAX: u32 = 128;

/// Some MiB, and no whole number of pages.
fn large() -> Vec<u8> {
    (0..(3 << 20) + 12_345_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

fn open_to_all(path: &Path, mode: u32) {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
}

/// Pages of the pool in use.
fn pages_live(prompt: &mut Prompt) -> u32 {
    let pool = prompt.answer("cat /dev/pool");
    let line = pool.lines().find_map(|line| line.strip_prefix("live ")).expect("/dev/pool tells it");
    line.parse().unwrap()
}

impl Scene {
    fn new(kind: Kind, hows: &[How]) -> Scene {
        let (served, here) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        // Some servers look at who the guest says its user is.
        open_to_all(served.path(), 0o777);
        for (name, contents) in [("small", b"a few words\n".to_vec()), ("large", large())] {
            fs::write(served.path().join(name), contents).unwrap();
            open_to_all(&served.path().join(name), 0o666);
        }
        fs::write(here.path().join("large"), large()).unwrap();
        let wires: Vec<Wire> = hows.iter().map(|&how| Wire::new(how)).collect();
        let arguments: Vec<String> =
            wires.iter().enumerate().flat_map(|(nth, wire)| wire.arguments(nth)).collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let share = Device::NineP { tag: "here".into(), dir: here.path().into(), readonly: false };
        let (guest, mut prompt) = Machine::new().devices(vec![share]).arguments(&arguments).shell();
        assert_eq!(prompt.answer("mkdir /mnt/here"), "");
        let pages = pages_live(&mut prompt);
        assert_eq!(prompt.answer(MOUNT_HERE), "");
        Scene { kind, served, here, wires, guest, prompt, pages }
    }

    /// Starts the server at the host's end of a port.
    fn serve(&mut self, wire: usize) -> Foreign {
        Foreign::serve(self.kind, self.served.path(), self.wires[wire].connect())
    }

    fn type_line(&mut self, line: &str) -> String {
        self.prompt.answer(line)
    }

    /// Types a line that says nothing.
    #[track_caller]
    fn quietly(&mut self, line: &str) {
        if !line.is_empty() {
            let answer = self.prompt.answer(line);
            let expected = if line.starts_with("srv ") { "post...\n" } else { "" };
            assert_eq!(answer, expected, "{line}\n{}", self.prompt.transcript);
        }
    }

    /// Waits until no more pages are in use than before anything was mounted, and those with `ports` that were opened: a
    /// session says its last words after its unmount has returned. The native mount is taken away for it: it keeps a few
    /// pages for every request that was ever under way beside others, so how many depends on how fast its server answers.
    #[track_caller]
    fn pages_come_back(&mut self, ports: u32) {
        self.quietly("unmount /mnt/here");
        let pages = self.pages + ports * RECEIVE_PAGES_MAX;
        let settled = (0..SETTLING_LOOKS_MAX).any(|_| pages_live(&mut self.prompt) <= pages);
        assert!(settled, "more than {pages} pages stay in use:\n{}", self.prompt.transcript);
        self.quietly(MOUNT_HERE);
    }

    /// Waits until the guest has been told that the host's end of the named port is so.
    #[track_caller]
    fn host_end_is(&mut self, end: &str) {
        let told = format!(" host {end}\n");
        let is_told =
            (0..SETTLING_LOOKS_MAX).any(|_| self.prompt.answer("cat /dev/virtcon/ctl").contains(&told));
        assert!(is_told, "the host's end is not {end}:\n{}", self.prompt.transcript);
    }

    fn read_only_work(&mut self) {
        assert_eq!(self.type_line("ls /mnt/xxx"), "/mnt/xxx/large\n/mnt/xxx/small\n");
        assert_eq!(self.type_line("cat /mnt/xxx/small"), "a few words\n");
        self.quietly("cmp /mnt/xxx/large /mnt/here/large");
        self.quietly("cp /mnt/xxx/large /mnt/here/copy");
        assert!(fs::read(self.here.path().join("copy")).unwrap() == large(), "the copy differs");
        self.quietly("rm /mnt/here/copy");
        let said = self.type_line("cat /mnt/xxx/missing");
        assert_eq!(said, self.kind.says_of_missing("/mnt/xxx/missing"));
    }

    fn writing_work(&mut self) {
        self.quietly("cp /mnt/here/large /mnt/xxx/new");
        let new = self.served.path().join("new");
        assert!(fs::read(&new).unwrap() == large(), "what the server got differs");
        self.quietly("mkdir /mnt/xxx/dir");
        self.quietly("echo words > /mnt/xxx/dir/file");
        assert_eq!(fs::read_to_string(self.served.path().join("dir/file")).unwrap(), "words\n");
        let said = self.type_line("mv /mnt/xxx/dir/file /mnt/xxx/dir/other");
        assert_eq!(said, self.kind.says_of_renaming("/mnt/xxx/dir/file"));
        let name = if said.is_empty() { "other" } else { "file" };
        assert_eq!(self.type_line("ls /mnt/xxx/dir"), format!("/mnt/xxx/dir/{name}\n"));
        self.quietly(&format!("rm /mnt/xxx/dir/{name} /mnt/xxx/dir /mnt/xxx/new"));
        assert!(!new.exists() && !self.served.path().join("dir").exists());
    }

    fn end(self) {
        let Scene { mut guest, prompt, .. } = self;
        prompt.last("halt");
        assert_eq!(guest.ended(), Ended::Success);
    }
}

fn every_way_works(kind: Kind) {
    if !kind.is_here() {
        return;
    }
    let hows = [How::UnixClient, How::UnixServer, How::TcpClient];
    let mut scene = Scene::new(kind, &hows);
    let aname = kind.aname(scene.served.path());
    for wire in 0..hows.len() {
        let port = scene.wires[wire].port_name(wire);
        let mut server = None;
        for way in Way::ALL {
            if server.is_none() || !kind.begins_again() {
                // The old one first: QEMU has one client at a time.
                drop(server.take());
                server = Some(scene.serve(wire));
            }
            let [before, mount, after] = way.lines(&port, &aname);
            scene.quietly(&before);
            scene.quietly(&mount);
            scene.read_only_work();
            if kind.writes() {
                scene.writing_work();
            }
            scene.quietly("unmount /mnt/xxx");
            scene.quietly(&after);
            // A port that was open once keeps the pages it receives in, a ring full of them.
            scene.pages_come_back(wire as u32 + 1);
        }
    }
    scene.end();
}

#[test]
fn diod_is_mounted_in_every_way() {
    every_way_works(Kind::Diod);
}

#[test]
fn diod_is_met_at_the_tcp_port_it_listens_at_itself() {
    if !Kind::Diod.is_here() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), "by diod\n").unwrap();
    let (_diod, port) = Foreign::listen(dir.path());
    let chardev = format!("socket,id=vc,host=127.0.0.1,port={port}");
    let arguments =
        ["-device", "virtio-serial-pci", "-chardev", &chardev, "-device", "virtconsole,chardev=vc"];
    let (mut guest, mut prompt) = Machine::new().arguments(&arguments).shell();
    let mount = format!("mount -c -n /dev/virtcon/virtio-console-0 /mnt/xxx {}", dir.path().display());
    assert_eq!(prompt.answer(&mount), "");
    assert_eq!(prompt.answer("cat /mnt/xxx/file; echo made > /mnt/xxx/made"), "by diod\n");
    assert_eq!(fs::read_to_string(dir.path().join("made")).unwrap(), "made\n");
    assert_eq!(prompt.answer("unmount /mnt/xxx"), "");
    // It answers Tversion with an error where it does not speak the dialect.
    for (dialect, said) in
        [("9P2000.u", "mount: mount /mnt/xxx: bad 9P version returned from server\n"), ("any", "")]
    {
        assert_eq!(prompt.answer(&format!("echo dialect {dialect} > /dev/9p/ctl")), "");
        assert_eq!(prompt.answer(&mount), said);
    }
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}

#[test]
fn the_crate_p9_is_mounted_in_every_way() {
    every_way_works(Kind::P9);
}

#[test]
fn the_crate_ninep_is_mounted_in_every_way() {
    every_way_works(Kind::Ninep);
}

#[test]
fn pyroute2_is_mounted_in_every_way() {
    every_way_works(Kind::Pyroute2);
}

/// How long a reply may take, where one is awaited that never comes.
const PATIENCE_SECS: u32 = 5;

#[test]
fn a_killed_server_is_an_error_in_time_and_is_mounted_again() {
    // What is tested is how a server's end shows in the guest, by the one that needs no set-up.
    let mut scene = Scene::new(Kind::P9, &[How::UnixClient, How::UnixServer, How::TcpClient]);
    for (wire, way) in Way::ALL.into_iter().enumerate() {
        let port = scene.wires[wire].port_name(wire);
        let [before, mount, after] = way.lines(&port, "");
        let server = scene.serve(wire);
        scene.quietly(&before);
        scene.quietly(&format!("echo patience {PATIENCE_SECS} > /dev/9p/ctl"));
        scene.quietly(&mount);
        scene.quietly("echo patience 30 > /dev/9p/ctl");
        assert_eq!(scene.type_line("cat /mnt/xxx/small"), "a few words\n");
        drop(server);
        // Nobody tells the guest of an end of port 0: what shows is that no reply comes, and then none to Tflush.
        let refused = "cat: can't open /mnt/xxx/small: '/mnt/xxx/small' ";
        assert_eq!(scene.type_line("cat /mnt/xxx/small"), format!("{refused}timed out: Rwalk\n"));
        assert!(scene.type_line("cat /mnt/xxx/small").starts_with(refused));
        let said = scene.type_line("ls /mnt/xxx");
        assert_eq!(said, "ls: /mnt/xxx: '/mnt/xxx' the 9P server does not even answer Tflush\n");
        scene.quietly("unmount /mnt/xxx");
        // What was asked while no server read is answered by the next one, before it answers the new session.
        let _server = scene.serve(wire);
        scene.quietly(&mount);
        scene.read_only_work();
        scene.quietly("unmount /mnt/xxx");
        scene.quietly(&after);
    }
    scene.end();
}

#[test]
fn a_named_port_tells_at_once_that_its_server_was_killed() {
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_here()) {
        let mut scene = Scene::new(kind, &[How::NamedPort]);
        let port = scene.wires[0].port_name(0);
        let aname = kind.aname(scene.served.path());
        for way in Way::ALL {
            let [before, mount, after] = way.lines(&port, &aname);
            let server = scene.serve(0);
            scene.host_end_is("open");
            scene.quietly(&before);
            scene.quietly(&mount);
            scene.read_only_work();
            drop(server);
            scene.host_end_is("closed");
            let said = scene.type_line("cat /mnt/xxx/small");
            assert_eq!(
                said, "cat: can't open /mnt/xxx/small: '/mnt/xxx/small' i/o on hungup channel\n",
                "{kind:?}, {way:?}"
            );
            scene.quietly("unmount /mnt/xxx");
            scene.quietly(&after);
        }
        scene.end();
    }
}

#[test]
fn a_server_that_is_killed_in_the_middle_of_a_copy_ends_the_copy_and_nothing_else() {
    const HUGE_BYTES: u64 = 8 << 30;
    const COPY_BEGINS_MAX: Duration = Duration::from_secs(60);
    let mut scene = Scene::new(Kind::P9, &[How::NamedPort]);
    let port = scene.wires[0].port_name(0);
    for way in Way::ALL {
        let [before, mount, after] = way.lines(&port, "");
        let server = scene.serve(0);
        scene.host_end_is("open");
        scene.quietly(&before);
        scene.quietly(&mount);
        // All holes: it takes no room, and to copy it takes longer than any test lasts.
        let huge = scene.served.path().join("huge");
        fs::File::create(&huge).and_then(|file| file.set_len(HUGE_BYTES)).unwrap();
        let before_it = scene.prompt.transcript.len();
        scene.prompt.send(b"cp /mnt/xxx/huge /mnt/here/huge\r");
        let copy = scene.here.path().join("huge");
        let until = Instant::now() + COPY_BEGINS_MAX;
        while fs::metadata(&copy).map_or(0, |copy| copy.len()) == 0 {
            assert!(Instant::now() < until, "nothing was copied within {COPY_BEGINS_MAX:?}");
            std::thread::sleep(Duration::from_millis(1));
        }
        drop(server);
        scene.prompt.wait();
        let shown = &scene.prompt.transcript[before_it..];
        assert!(shown.contains("i/o on hungup channel"), "{way:?}: {shown}");
        fs::remove_file(&copy).unwrap();
        fs::remove_file(&huge).unwrap();
        scene.quietly("unmount /mnt/xxx");
        scene.quietly(&after);
        scene.host_end_is("closed");
        let server = scene.serve(0);
        scene.host_end_is("open");
        scene.quietly(&before);
        scene.quietly(&mount);
        scene.read_only_work();
        scene.quietly("unmount /mnt/xxx");
        scene.quietly(&after);
        scene.pages_come_back(1);
        drop(server);
        scene.host_end_is("closed");
    }
    scene.end();
}

/// Types of replies.
mod kind {
    pub(super) const RLOPEN: u8 = 13;
    pub(super) const RREADDIR: u8 = 41;
    pub(super) const RVERSION: u8 = 101;
    pub(super) const RATTACH: u8 = 105;
    pub(super) const RWALK: u8 = 111;
    pub(super) const RREAD: u8 = 117;
}

/// Gives the message another length and says so.
fn resize(reply: &mut Vec<u8>, size: usize) {
    reply.resize(size, 0);
    reply[..4].copy_from_slice(&(size as u32).to_le_bytes());
}

/// Another version in an Rversion.
fn version(reply: &mut Vec<u8>, version: &str) {
    reply[11..13].copy_from_slice(&(version.len() as u16).to_le_bytes());
    reply.truncate(13);
    reply.extend(version.bytes());
    let size = reply.len();
    resize(reply, size);
}

/// A lie in replies of one type, and what is said by the line that meets it: the mount, or another.
struct Told {
    what: &'static str,
    kind: u8,
    lie: Lie,
    /// `None`: the mount itself.
    line: Option<&'static str>,
    says: &'static str,
}

const fn at_mount(what: &'static str, kind: u8, lie: Lie, says: &'static str) -> Told {
    Told { what, kind, lie, line: None, says }
}

const fn at_cat(what: &'static str, kind: u8, lie: Lie, says: &'static str) -> Told {
    Told { what, kind, lie, line: Some("cat /mnt/xxx/small"), says }
}

const LIES: &[Told] = &[
    at_mount(
        "no dialect",
        kind::RVERSION,
        Lie::Change(|r| version(r, "unknown")),
        "mount: mount /mnt/xxx: bad 9P version returned from server\n",
    ),
    at_mount(
        "a dialect of its own",
        kind::RVERSION,
        Lie::Change(|r| version(r, "9P2525")),
        "mount: mount /mnt/xxx: bad 9P version returned from server\n",
    ),
    at_mount(
        "a larger message size",
        kind::RVERSION,
        Lie::Change(|r| r[10] = 0x7f),
        "mount: mount /mnt/xxx: nonsense value of msize in fversion\n",
    ),
    at_mount(
        "a message size too small for names",
        kind::RVERSION,
        Lie::Change(|r| r[7..11].copy_from_slice(&[99, 0, 0, 0])),
        "mount: mount /mnt/xxx: nonsense value of msize in fversion\n",
    ),
    at_mount(
        "a cut Rversion",
        kind::RVERSION,
        Lie::Last(|r| r.truncate(9)),
        "mount: mount /mnt/xxx: EOF receiving fversion reply\n",
    ),
    at_mount("silence", kind::RVERSION, Lie::Silence, "mount: mount /mnt/xxx: timed out: Rversion\n"),
    at_mount(
        "another tag",
        kind::RATTACH,
        Lie::Change(|r| r[5] = 99),
        "mount: mount /mnt/xxx: mount rpc error: R-message: nobody awaits a reply with tag 99\n",
    ),
    at_mount(
        "another type",
        kind::RATTACH,
        Lie::Change(|r| r[4] = 121),
        "mount: mount /mnt/xxx: mount rpc error: Rattach: a reply of type 121\n",
    ),
    at_mount(
        "a size below a header's",
        kind::RATTACH,
        Lie::Change(|r| r[..4].copy_from_slice(&[3, 0, 0, 0])),
        "mount: mount /mnt/xxx: mount rpc error: R-message: the message says size 3, there are 7 bytes\n",
    ),
    at_mount(
        "a size beyond everything",
        kind::RATTACH,
        Lie::Change(|r| r[..4].fill(0xff)),
        "mount: mount /mnt/xxx: mount rpc error: Rattach: a reply of 4294967295 bytes where 4096 are the most\n",
    ),
    at_mount(
        "a short reply",
        kind::RATTACH,
        Lie::Change(|r| resize(r, 12)),
        "mount: mount /mnt/xxx: mount rpc error: Rattach: Rattach ends inside a field\n",
    ),
    at_mount(
        "a long reply",
        kind::RATTACH,
        Lie::Change(|r| resize(r, 21)),
        "mount: mount /mnt/xxx: mount rpc error: Rattach: Rattach has 1 bytes after its last field\n",
    ),
    at_mount(
        "a cut reply",
        kind::RATTACH,
        Lie::Last(|r| r.truncate(12)),
        "mount: mount /mnt/xxx: i/o on hungup channel\n",
    ),
    at_cat(
        "seventeen qids",
        kind::RWALK,
        Lie::Change(|r| r[7] = 17),
        "cat: can't open /mnt/xxx/small: '/mnt/xxx/small' mount rpc error: Rwalk: Rwalk counts 17, \
         more than it can hold\n",
    ),
    at_cat(
        "a walk that found nothing and is no error",
        kind::RWALK,
        Lie::Change(|r| {
            r[7] = 0;
            resize(r, 9);
        }),
        "cat: can't open /mnt/xxx/small: '/mnt/xxx/small' mount rpc error: Rwalk: 0 where 1 were asked for\n",
    ),
    at_cat(
        "an answer to a read for one to an open",
        kind::RLOPEN,
        Lie::Change(|r| r[4] = kind::RREAD),
        "cat: can't open /mnt/xxx/small: '/mnt/xxx/small' mount rpc error: Rlopen: a reply of type 117\n",
    ),
    at_cat(
        "a count beyond the message",
        kind::RREAD,
        Lie::Change(|r| r[7..11].fill(0xff)),
        "cat: error reading /mnt/xxx/small: mount rpc error: Rread: Rread counts 4294967295, \
         more than it can hold\n",
    ),
    at_cat(
        "every reply twice",
        kind::RREAD,
        Lie::Change(|r| r.extend(r.clone())),
        "a few words\n\
         cat: error reading /mnt/xxx/small: mount rpc error: R-message: nobody awaits a reply with tag 0\n",
    ),
    Told {
        what: "a cut read",
        kind: kind::RREAD,
        lie: Lie::Last(|r| r.truncate(100_000)),
        line: Some("cmp /mnt/xxx/large /mnt/here/large"),
        says: "cmp: error reading /mnt/xxx/large: i/o on hungup channel\n",
    },
    Told {
        what: "entries of nonsense",
        kind: kind::RREADDIR,
        lie: Lie::Change(|r| r[11..].fill(0xff)),
        line: Some("ls /mnt/xxx"),
        says: "ls: /mnt/xxx: malformed stat buffer\n",
    },
];

#[test]
fn a_server_that_lies_is_named_by_its_lie_and_the_next_one_is_mounted() {
    let mut scene = Scene::new(Kind::P9, &[How::NamedPort]);
    let [_, mount, _] = Way::Direct.lines(&scene.wires[0].port_name(0), "");
    for &Told { what, kind, lie, line, says } in LIES {
        let liar = Liar::serve(scene.served.path(), scene.wires[0].connect(), kind, lie);
        scene.host_end_is("open");
        // Only silence has to be waited for.
        let patience = if matches!(lie, Lie::Silence) { 1 } else { 30 };
        scene.quietly(&format!("echo patience {patience} > /dev/9p/ctl"));
        let mut said = scene.type_line(&mount);
        if let Some(line) = line {
            assert_eq!(said, "", "{what}");
            said = scene.type_line(line);
            scene.quietly("unmount /mnt/xxx");
        }
        assert_eq!(said, says, "{what}");
        liar.end();
        scene.host_end_is("closed");
    }
    let _server = scene.serve(0);
    scene.host_end_is("open");
    scene.quietly(&mount);
    scene.read_only_work();
    scene.quietly("unmount /mnt/xxx");
    scene.pages_come_back(1);
    scene.end();
}
