//! The foreign servers as processes. Each serves the one stream socket it gets as its standard input.

use std::fs::File;
use std::io::{Read, Seek};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bench_host::child::Supervised;
use bench_host::foreign;
use bench_host::workspace::Workspace;

/// A server that does not listen within this does not come.
const LISTENS_MAX: Duration = Duration::from_secs(30);

/// Which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Diod,
    P9,
    Ninep,
    Pyroute2,
}

impl Kind {
    pub(super) const ALL: [Kind; 4] = [Kind::Diod, Kind::P9, Kind::Ninep, Kind::Pyroute2];

    /// Can it be tested here? Says so when not.
    pub(super) fn is_here(self) -> bool {
        let missing = match self {
            Kind::Diod => foreign::diod().is_none(),
            Kind::Pyroute2 => foreign::pyroute2(&Workspace::locate().unwrap()).is_none(),
            Kind::P9 | Kind::Ninep => false,
        };
        if missing {
            let ci = std::env::var_os("CI").is_some_and(|value| value == "true" || value == "1");
            assert!(!ci, "{self:?} is not here: `cargo ninewire setup --foreign` gets it");
            eprintln!("not run: {self:?} is not here: `cargo ninewire setup --foreign` gets it");
        }
        !missing
    }

    /// The tree to ask it for.
    pub(super) fn aname(self, dir: &Path) -> String {
        match self {
            // diod knows what it exports by its path only.
            Kind::Diod => dir.display().to_string(),
            Kind::P9 | Kind::Ninep | Kind::Pyroute2 => String::new(),
        }
    }

    /// Does Tversion begin a new session on an old connection, as version(5) says?
    pub(super) fn begins_again(self) -> bool {
        // ninep lets nobody attach twice: "session is already attached".
        self != Kind::Ninep
    }

    /// Does it let files be made, written and removed?
    pub(super) fn writes(self) -> bool {
        // pyroute2's refuses to make and to remove files, and takes what one read of its socket brings for whole
        // messages, which a Twrite's header and data need not be.
        self != Kind::Pyroute2
    }

    /// What `cat` says of a file that is not there.
    pub(super) fn says_of_missing(self, path: &str) -> String {
        let why = match self {
            // An exception, as it is.
            Kind::Pyroute2 => r#"{"class": "KeyError", "argv": [], "str": "'file not found'"}"#,
            _ => "does not exist",
        };
        format!("cat: can't open {path}: '{path}' {why}\n")
    }

    /// What `mv` says of giving a file another name.
    pub(super) fn says_of_renaming(self, path: &str) -> String {
        match self {
            // It compares the qid of a Twstat, which by stat(5) is all ones where nothing of it is to change.
            Kind::Ninep => format!("mv: can't rename {path}: '{path}' wstat qid does not match target\n"),
            _ => String::new(),
        }
    }

    fn command(self, dir: &Path) -> Command {
        match self {
            Kind::Diod => diod(&["-r", "0", "-w", "0"], dir),
            Kind::P9 => example("p9", dir),
            Kind::Ninep => example("ninep", dir),
            Kind::Pyroute2 => {
                let script =
                    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/boot/servers/pyroute2_server.py");
                let mut command = Command::new(foreign::pyroute2(&Workspace::locate().unwrap()).unwrap());
                command.arg(script).arg(dir);
                command
            }
        }
    }
}

fn diod(words: &[&str], dir: &Path) -> Command {
    let mut command = Command::new(foreign::diod().unwrap());
    command.args(["-f", "-n", "-c", "/dev/null"]).args(words);
    // Only root may be several users: everybody becomes who runs the test.
    command.args(["-S", "-U", &user_name()]).arg("-e").arg(dir);
    command
}

/// Who runs the test.
fn user_name() -> String {
    let output = Command::new("id").arg("-un").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim_end().to_string()
}

/// The program `examples/foreign_server.rs`, which cargo builds together with the tests.
fn example(server: &str, dir: &Path) -> Command {
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().and_then(Path::parent).unwrap().join("examples/foreign_server");
    assert!(program.exists(), "{} is not built: `cargo build --example foreign_server`", program.display());
    let mut command = Command::new(program);
    command.arg(server).arg(dir);
    command
}

/// A server at work; dropped, it is killed.
pub(super) struct Foreign {
    kind: Kind,
    process: Option<Supervised>,
    messages: File,
}

impl Foreign {
    pub(super) fn serve(kind: Kind, dir: &Path, connection: OwnedFd) -> Foreign {
        let messages = tempfile::tempfile().unwrap();
        let mut command = kind.command(dir);
        command.stdin(Stdio::from(connection)).stdout(Stdio::null()).stderr(messages.try_clone().unwrap());
        let process = Supervised::spawn(&format!("{kind:?}"), &mut command, &[]).unwrap();
        Foreign { kind, process: Some(process), messages }
    }
}

impl Foreign {
    /// diod, listening at a TCP port of this machine.
    pub(super) fn listen(dir: &Path) -> (Foreign, u16) {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let messages = tempfile::tempfile().unwrap();
        let mut command = diod(&["-l", &format!("127.0.0.1:{port}")], dir);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(messages.try_clone().unwrap());
        let process = Some(Supervised::spawn("diod", &mut command, &[]).unwrap());
        let diod = Foreign { kind: Kind::Diod, process, messages };
        let until = Instant::now() + LISTENS_MAX;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(Instant::now() < until, "diod does not listen within {LISTENS_MAX:?}");
            std::thread::sleep(Duration::from_millis(5));
        }
        (diod, port)
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        drop(self.process.take());
        if std::thread::panicking() {
            let mut text = String::new();
            self.messages.rewind().and_then(|()| self.messages.read_to_string(&mut text)).ok();
            eprintln!("{:?} said:\n{text}", self.kind);
        }
    }
}
