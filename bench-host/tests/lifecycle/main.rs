//! How commands begin and end: whatever happens, nothing of theirs stays behind, and the last line says why.
//!
//! They start QEMU, so they are behind the feature `boot-tests`, as the boot tests are. `-- -S` keeps a guest from
//! running: such a boot lasts until somebody ends it.
#![cfg(feature = "boot-tests")]

mod cases;
mod command;
mod directory;
mod judge;
#[cfg(feature = "linux-tests")]
mod linux;
mod readme;

use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::Stdio;

use command::{Finished, Ninewire, is_alive, wait_for, wait_until_gone};
use rustix::process::Signal;
use rustix::termios::{LocalModes, tcgetattr};

/// Standard input that stays open and silent as long as the first half lives.
fn held_open() -> (UnixStream, Stdio) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    (ours, Stdio::from(OwnedFd::from(theirs)))
}

#[test]
fn an_interrupt_ends_a_boot_in_order() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let (_keys, stdin) = held_open();
        let ninewire = Ninewire::start(&["boot", "--", "-S"], stdin);
        let qemu = ninewire.qemu();
        ninewire.signal(signal);
        let finished = ninewire.finish();
        assert_eq!(finished.status.code(), Some(code), "{}", finished.stderr);
        assert!(finished.reason().starts_with("ninewire: ended by "), "{}", finished.stderr);
        assert!(!is_alive(qemu));
    }
}

#[test]
fn qemu_does_not_outlive_a_killed_ninewire() {
    let (_keys, stdin) = held_open();
    let ninewire = Ninewire::start(&["boot", "--", "-S"], stdin);
    let qemu = ninewire.qemu();
    ninewire.signal(Signal::KILL);
    ninewire.finish();
    wait_until_gone(qemu);
}

#[test]
fn a_killed_qemu_is_named() {
    let (_keys, stdin) = held_open();
    let ninewire = Ninewire::start(&["boot", "--", "-S"], stdin);
    let qemu = ninewire.qemu();
    rustix::process::kill_process(rustix::process::Pid::from_raw(qemu as i32).unwrap(), Signal::KILL)
        .unwrap();
    let finished = ninewire.finish();
    assert_eq!(finished.status.code(), Some(1));
    assert!(
        finished.reason().starts_with("ninewire: QEMU ended by itself (killed by signal 9)"),
        "{}",
        finished.stderr
    );
}

#[test]
fn the_terminal_is_raw_during_a_boot_and_itself_afterwards() {
    for end in ["Ctrl-A x", "SIGTERM"] {
        let (keyboard, screen) = terminal();
        let before = tcgetattr(&screen).unwrap();
        let stdin = Stdio::from(screen.try_clone().unwrap());
        let ninewire = Ninewire::start(&["boot", "--", "-S"], stdin);
        ninewire.qemu();
        wait_for("raw mode", || {
            (!tcgetattr(&screen).unwrap().local_modes.contains(LocalModes::ICANON)).then_some(())
        });
        match end {
            "Ctrl-A x" => assert_eq!(rustix::io::write(&keyboard, b"\x01x").unwrap(), 2),
            _ => ninewire.signal(Signal::TERM),
        }
        ninewire.finish();
        let after = tcgetattr(&screen).unwrap();
        assert_eq!(format!("{:?}", after.local_modes), format!("{:?}", before.local_modes), "{end}");
        assert_eq!(format!("{:?}", after.input_modes), format!("{:?}", before.input_modes), "{end}");
    }
}

/// A pseudo-terminal: the user's side and the program's side.
fn terminal() -> (OwnedFd, OwnedFd) {
    use rustix::fs::{Mode, OFlags, open};
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&keyboard).unwrap();
    unlockpt(&keyboard).unwrap();
    let name = ptsname(&keyboard, Vec::new()).unwrap();
    let screen = open(name.as_c_str(), OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    (keyboard, screen)
}

#[test]
fn a_served_socket_is_there_while_served_and_gone_afterwards() {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("socket");
    let words = ["serve", "--socket", socket.to_str().unwrap(), "/tmp"];
    let mut first = Ninewire::start(&words, Stdio::null());
    wait_for("the socket", || UnixStream::connect(&socket).ok());

    let second = Ninewire::run(&words);
    assert_eq!(second.status.code(), Some(1));
    assert!(second.reason().contains(&format!("cannot listen at {}", socket.display())), "{}", second.stderr);
    assert!(first.is_running() && socket.exists(), "the second leaves the first alone");

    first.signal(Signal::INT);
    assert!(first.finish().status.success());
    assert!(!socket.exists());
}

#[test]
fn the_words_of_the_wiki_page_start_the_server() {
    let dir = tempfile::tempdir().unwrap();
    let (socket, root) = (dir.path().join("vc02"), dir.path().join("root"));
    std::fs::create_dir(&root).unwrap();
    let (addr, root) = (format!("-addr={}", socket.display()), format!("-root={}", root.display()));
    let server = Ninewire::start(&["serve", "-ntype=unix", &addr, &root, "-debug=1"], Stdio::null());
    let mut client = wait_for("the socket", || UnixStream::connect(&socket).ok());
    // A socket may be connected to before the server has looked: an answer shows that it has.
    let tversion = b"\x13\0\0\0\x64\xff\xff\0\x10\0\0\x06\x009P2000";
    client.write_all(tversion).unwrap();
    let mut rversion = [0; 19];
    client.read_exact(&mut rversion).unwrap();
    assert_eq!(rversion[4], 101, "{rversion:?}");
    server.signal(Signal::TERM);
    let finished = server.finish();
    assert!(finished.status.success());
    assert!(finished.stderr.contains("9p: connection 1 is open"), "{}", finished.stderr);
}

#[test]
fn a_server_listens_by_tcp_where_it_says() {
    let dir = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = format!("--addr={}", taken.local_addr().unwrap());
    let refused = Ninewire::run(&["serve", "--ntype=tcp", &addr, dir.path().to_str().unwrap()]);
    assert_refused(&refused, &["cannot listen at 127.0.0.1", "free port"]);
}

/// One clear line that names what and where, and no success.
fn assert_refused(finished: &Finished, named: &[&str]) {
    assert!(!finished.status.success());
    assert_eq!(finished.stdout, "");
    assert_eq!(finished.stderr.trim_end().lines().count(), 1, "{}", finished.stderr);
    for part in named {
        assert!(finished.reason().contains(part), "{part:?} is not in {:?}", finished.reason());
    }
}

#[test]
fn what_is_not_there_is_named_in_one_line() {
    let missing = "/nowhere/at/all";
    assert_refused(
        &Ninewire::run(&["boot", "--qemu", missing]),
        &["cannot start QEMU at", missing, "--qemu"],
    );
    assert_refused(&Ninewire::run(&["boot", "--share", "t=/nowhere/at/all"]), &["cannot share", missing]);
    assert_refused(&Ninewire::run(&["boot", "--serial", missing]), &["cannot serve", missing]);
    assert_refused(&Ninewire::run(&["boot", "--connect", missing]), &["nobody listens at", missing]);
    assert_refused(&Ninewire::run(&["boot", "--script", missing]), &["cannot read --script", missing]);
    assert_refused(
        &Ninewire::run(&["serve", "--socket", "/nowhere/at/all/s", "/tmp"]),
        &["cannot listen at", missing],
    );
    assert_refused(&Ninewire::run(&["boot", "--machine", "vax"]), &["'vax'", "q35, pc"]);
    assert_refused(&Ninewire::run(&["boot", "--no-such-option"]), &["'--no-such-option'"]);
}

#[test]
fn a_script_is_typed_and_its_last_status_is_the_commands() {
    let share = tempfile::tempdir().unwrap();
    std::fs::write(share.path().join("hello"), "hello from the host\n").unwrap();
    let share = format!("hosttmp={}", share.path().display());
    let mount = "mount -d '#9' /dev/null /mnt/xxx hosttmp\ncat /mnt/xxx/hello\n";
    for (last, code) in [("", 0), ("cat /no/such/file", 1)] {
        let mut script = tempfile::NamedTempFile::new().unwrap();
        // The last line is ended by nobody.
        write!(script, "{mount}{last}").unwrap();
        let path = script.path().to_str().unwrap();
        let finished = Ninewire::run(&["boot", "--share", &share, "--script", path]);
        assert_eq!(finished.status.code(), Some(code), "{}{}", finished.stdout, finished.stderr);
        assert!(finished.stdout.contains("hello from the host"), "{}", finished.stdout);
        assert_eq!(finished.stdout.contains("'/no' does not exist"), code != 0, "{}", finished.stdout);
    }
}

#[test]
fn a_bad_argument_for_qemu_is_answered_in_qemus_words() {
    let finished = Ninewire::run(&["boot", "--", "-device", "no-such-device"]);
    assert_eq!(finished.status.code(), Some(1));
    assert!(
        finished.reason().contains("'no-such-device' is not a valid device model name"),
        "{}",
        finished.stderr
    );
}
