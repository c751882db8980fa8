//! A fresh 9P mount for each visit, taken down when the visit is over.

use std::cell::RefCell;
use std::ffi::CString;
use std::fs::{self, File};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use ninewire_bench_guest::agenda::Sessions;
use ninewire_bench_guest::record::{Dialect, Job, Share};
use ninewire_bench_guest::target::TargetError;
use ninewire_linux_guest::{RawPort, Tree, TreeFacts};
use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};

use super::introduce::interrupts;
use super::port;
use super::relay::{Ends, Relay};
use super::tty::open_raw;

const MOUNT_POINT: &str = "/mnt";

/// What the client asks for when nobody says an msize; it shows an msize only when it differs from this.
const MSIZE_UNSAID: u32 = 128 << 10;

/// Makes mounts, one at a time. What a stream goes over is opened once and kept.
pub(crate) struct Mounts {
    /// The port or terminal of the serial share, once a case has used it.
    stream: RefCell<Option<Stream>>,
    /// A mount could not be taken down: what comes after it would meet its remains. Never cleared.
    stuck: Arc<AtomicBool>,
}

#[derive(Clone)]
enum Stream {
    /// The console port: the client takes the terminal itself.
    Terminal(Arc<File>),
    /// A named port, by a relay.
    Port(Arc<File>),
}

/// A mount at [`MOUNT_POINT`]; dropping it takes it down.
pub(crate) struct Mount {
    stuck: Arc<AtomicBool>,
    /// Dropped behind the body of `drop`, when the client has let go of its ends.
    _relay: Option<Relay>,
}

impl Drop for Mount {
    fn drop(&mut self) {
        if let Err(error) = unmount(MOUNT_POINT, UnmountFlags::empty()) {
            eprintln!("ninewire-linux-init: cannot unmount {MOUNT_POINT}: {error}");
            self.stuck.store(true, Ordering::Relaxed);
        }
    }
}

impl Mounts {
    pub(crate) fn new() -> Result<Mounts> {
        fs::create_dir_all(MOUNT_POINT).with_context(|| format!("cannot make {MOUNT_POINT}"))?;
        Ok(Mounts { stream: RefCell::new(None), stuck: Arc::default() })
    }

    fn stream(&self, device: &str) -> Result<Stream, TargetError> {
        let mut kept = self.stream.borrow_mut();
        if let Some(stream) = &*kept {
            return Ok(stream.clone());
        }
        let opened = match device.starts_with("hvc") {
            true => open_raw(device).map(|tty| Stream::Terminal(Arc::new(tty))),
            false => port::open(device).map(|port| Stream::Port(Arc::new(port))),
        };
        let stream = opened.map_err(|error| {
            eprintln!("ninewire-linux-init: {error:#}");
            TargetError::Unsupported { what: "a share on this port: no device has it" }
        })?;
        Ok(kept.insert(stream).clone())
    }

    /// Mounts with this transport; a stream's relay and the client's ends of it come along.
    fn mount(
        &self,
        transport: &str,
        share: &Share<'_>,
        job: &Job<'_>,
        relayed: Option<(Ends, Relay)>,
    ) -> Result<Tree<Mount>, TargetError> {
        if self.stuck.load(Ordering::Relaxed) {
            return Err(TargetError::Peer { what: "the session before could not be unmounted" });
        }
        let options = CString::new(options(transport, share, job))
            .map_err(|_| TargetError::Unsupported { what: "a zero byte in a name" })?;
        let outcome = mount(share.device, MOUNT_POINT, "9p", MountFlags::empty(), &*options);
        // The client has taken hold of its ends by itself. Ours are closed first: the relay ends when nobody has any.
        let relay = relayed.map(|(ends, relay)| {
            drop(ends);
            relay
        });
        outcome.map_err(|error| TargetError::Refused { errno: error.raw_os_error() as u32 })?;
        let mounted = Mount { stuck: Arc::clone(&self.stuck), _relay: relay };
        let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
        let msize = granted_msize(&mounts, MOUNT_POINT)
            .ok_or(TargetError::Peer { what: "the kernel does not tell the msize of its mount" })?;
        let facts = TreeFacts { msize, dialect: job.dialect, device: share.device.to_string(), interrupts };
        Tree::open(Path::new(MOUNT_POINT), facts, mounted)
    }
}

impl Sessions for Mounts {
    type Native = Tree<Mount>;
    type Stream = Tree<Mount>;
    type Raw = RawPort;

    async fn native(&self, share: &Share<'_>, job: &Job<'_>) -> Result<Tree<Mount>, TargetError> {
        self.mount("trans=virtio", share, job, None)
    }

    async fn raw(&self, share: &Share<'_>, _: &Job<'_>) -> Result<RawPort, TargetError> {
        let port = port::open(share.device).map_err(|error| {
            eprintln!("ninewire-linux-init: {error:#}");
            TargetError::Unsupported { what: "a raw port: no device has it" }
        })?;
        Ok(RawPort::new(port, share.device, interrupts))
    }

    async fn stream(&self, share: &Share<'_>, job: &Job<'_>) -> Result<Tree<Mount>, TargetError> {
        match self.stream(share.device)? {
            Stream::Terminal(tty) => {
                let both = format!("trans=fd,rfdno={0},wfdno={0}", tty.as_raw_fd());
                self.mount(&both, share, job, None)
            }
            Stream::Port(port) => {
                let (relay, ends) = Relay::begin(&port).map_err(|error| {
                    eprintln!("ninewire-linux-init: the relay: {error:#}");
                    TargetError::NoMemory
                })?;
                let (read, write) = (ends.read.as_raw_fd(), ends.write.as_raw_fd());
                self.mount(&format!("trans=fd,rfdno={read},wfdno={write}"), share, job, Some((ends, relay)))
            }
        }
    }
}

const fn version(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::L => "9p2000.L",
        Dialect::U => "9p2000.u",
        Dialect::Plain => "9p2000",
    }
}

/// What the kernel is told beside the transport.
fn options(transport: &str, share: &Share<'_>, job: &Job<'_>) -> String {
    let mut options = format!("{transport},version={},msize={},cache=none", version(job.dialect), job.msize);
    for (name, value) in [("uname", share.uname), ("aname", share.aname)] {
        if !value.is_empty() {
            options.push_str(&format!(",{name}={value}"));
        }
    }
    options
}

/// The message size a line of `/proc/mounts` tells for the mount at `place`.
fn granted_msize(mounts: &str, place: &str) -> Option<u32> {
    // Of mounts at one place the last is the one that is seen.
    let line = mounts.lines().rfind(|line| line.split(' ').nth(1) == Some(place))?;
    let told = line.split(' ').nth(3)?.split(',').find_map(|option| option.strip_prefix("msize="));
    told.map_or(Some(MSIZE_UNSAID), |msize| msize.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ninewire_bench_guest::record::{Path as Way, Paths, Wait, Work};
    use ninewire_bench_guest::units::{Bytes, Nanos};

    #[test]
    fn a_mount_is_asked_for_with_the_settings_of_its_case() {
        let share = Share { path: Way::Serial, device: "hvc0", aname: "", uname: "ninewire" };
        let job = Job {
            index: 0,
            work: Work::Read,
            paths: Paths::SERIAL,
            bs: 4096,
            iodepth: 1,
            size: Bytes(4096),
            msize: 512_000,
            dialect: Dialect::L,
            wait: Wait::Irq,
            loops: 1,
            runtime: Nanos(0),
            time_based: false,
            verify: true,
            seed: 1,
            first_file: 0,
            files: 1,
            name: "read",
        };
        assert_eq!(
            options("trans=fd,rfdno=3,wfdno=3", &share, &job),
            "trans=fd,rfdno=3,wfdno=3,version=9p2000.L,msize=512000,cache=none,uname=ninewire"
        );
    }

    #[test]
    fn the_granted_msize_is_that_of_the_last_mount_at_the_place() {
        let mounts = "proc /proc proc rw 0 0\n\
                      bench /mnt 9p rw,access=user,msize=8192,trans=virtio 0 0\n\
                      bench /mnt 9p rw,sync,dirsync,access=user,msize=512000,trans=virtio 0 0\n";
        assert_eq!(granted_msize(mounts, "/mnt"), Some(512_000));
        assert_eq!(granted_msize("bench /mnt 9p rw,trans=virtio 0 0\n", "/mnt"), Some(MSIZE_UNSAID));
        assert_eq!(granted_msize(mounts, "/elsewhere"), None);
    }
}
