//! From options to a virtual machine: set-up, the image, QEMU, the accelerator. Shared by every command that boots.

use std::ffi::OsString;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::cli::MachineArgs;
use crate::image::{self, Source};
use crate::interrupt::Interrupts;
use crate::qemu::{
    Accel, CPU_MAX, CharDev, DEFAULT_NAME, Device, Ended, Guest, Program, QemuChoice, Vm, choose_accel,
};
use crate::run::header::Git;
use crate::setup::{Needs, ensure};
use crate::workspace::Workspace;

/// Our image boots in a fraction of this under KVM; where it does not, KVM is not usable.
const KVM_PROBE_MAX: Duration = Duration::from_secs(5);

/// What does not change from boot to boot.
#[derive(Clone, Debug)]
pub(super) struct Bench {
    pub(super) program: PathBuf,
    /// QEMU's own words; empty in a dry run.
    pub(super) version: String,
    pub(super) image: PathBuf,
    /// The commit the image was built from; empty in a dry run.
    pub(super) git: Git,
    pub(super) accel: Accel,
}

impl Bench {
    /// Sets up what is missing, builds the image and finds QEMU; in a dry run only says where they would be.
    pub(super) fn prepare(
        args: &MachineArgs,
        source: &Source,
        workspace: &Workspace,
        interrupts: &Interrupts,
    ) -> Result<Self> {
        if args.dry_run {
            let program = match &args.qemu {
                Some(QemuChoice::Path(path)) => path.clone(),
                Some(QemuChoice::Version(_)) => Program::find(args.qemu.as_ref())?.path,
                None => DEFAULT_NAME.into(),
            };
            let accel = choose_accel(args.accel, || Ok(true)).unwrap_or(Accel::Tcg);
            let (version, image, git) = (String::new(), image::path(workspace), Git::default());
            return Ok(Self { program, version, image, git, accel });
        }
        ensure(Needs { qemu: args.qemu.is_none(), ..Needs::default() })?;
        let Program { path: program, version } = Program::find(args.qemu.as_ref())?;
        let (image, git) = source.build(workspace, interrupts)?;
        let mut bench = Self { program, version, image, git, accel: Accel::Kvm };
        bench.accel = choose_accel(args.accel, || bench.boots_under_kvm(args, interrupts))?;
        Ok(bench)
    }

    /// The machine the user asked for, with these devices.
    pub(super) fn vm(&self, args: &MachineArgs, mode: &str, com1: CharDev, devices: Vec<Device>) -> Vm {
        let words = std::iter::once(format!("mode={mode}")).chain(args.append.iter().cloned());
        Vm {
            program: self.program.clone(),
            machine: args.machine,
            accel: self.accel,
            smp: args.smp,
            memory: args.memory,
            cpu: CPU_MAX,
            image: self.image.clone(),
            initrd: None,
            cmdline: words.collect::<Vec<_>>().join(" "),
            com1,
            devices,
            virtio: args.virtio.clone(),
            extra: args.qemu_arg.iter().chain(&args.extra).cloned().collect(),
            confined: None,
        }
    }

    fn boots_under_kvm(&self, args: &MachineArgs, interrupts: &Interrupts) -> Result<bool> {
        let vm = self.vm(args, "selftest selftest=boot", CharDev::File("/dev/null".into()), Vec::new());
        let mut guest = Guest::start(&vm)?;
        let ended = guest.wait(interrupts, Some(Instant::now() + KVM_PROBE_MAX));
        interrupts.check()?;
        let boots = matches!(ended, Ok(Ended::Success));
        if !boots {
            eprintln!("ninewire: /dev/kvm is there, but the image does not boot under it: using TCG");
        }
        Ok(boots)
    }
}

/// Room in a wire for what one end has sent and the other has not taken: a 9P message of the largest size. With a system's
/// usual room QEMU sends such a message in pieces, and waits for the server between them.
const WIRE_BYTES: usize = 1 << 20;

/// A socket pair: our end, and QEMU's, which has to stay open until QEMU has started.
pub(super) fn wire(theirs: &mut Vec<UnixStream>) -> Result<(UnixStream, CharDev)> {
    let (our_end, their_end) = UnixStream::pair().context("cannot make a socket pair for QEMU")?;
    for end in [&our_end, &their_end] {
        // A system that allows less gives what it allows.
        rustix::net::sockopt::set_socket_send_buffer_size(end, WIRE_BYTES).ok();
    }
    let chardev = CharDev::Inherited(their_end.as_raw_fd());
    theirs.push(their_end);
    Ok((our_end, chardev))
}

/// A listening socket of somebody's own server, named by `option`.
pub(super) fn listening(socket: &Path, option: &str) -> Result<()> {
    match UnixStream::connect(socket) {
        Ok(_) => Ok(()),
        Err(error) => {
            bail!("nobody listens at {option} {} ({error}): start the server first", socket.display())
        }
    }
}

/// A directory a guest may see: there, a directory, and listable by us.
pub(super) fn directory(dir: &Path) -> Result<PathBuf> {
    let shown = dir.display();
    let path = dir.canonicalize().with_context(|| format!("cannot share {shown}"))?;
    if !path.is_dir() {
        bail!("cannot share {shown}: it is not a directory");
    }
    std::fs::read_dir(&path).with_context(|| format!("cannot share {shown}: it cannot be listed"))?;
    // Where the system tells of no mounts there is nothing to warn of.
    let mounts = std::fs::read("/proc/self/mountinfo").unwrap_or_default();
    if let Some(mount) = mounts_below(&path, &mounts).first() {
        eprintln!(
            "ninewire: {shown} has another file system in it, at {}: QEMU tells files apart by their number alone, \
             so two of them may look like one to the guest; leave that directory alone, or boot by hand with \
             -fsdev ...,multidevs=remap",
            mount.display()
        );
    }
    Ok(path)
}

/// Mount points below `dir`, from the text of `/proc/self/mountinfo` (proc(5)): the fifth field of a line, in which
/// blanks and backslashes are written in octal.
fn mounts_below(dir: &Path, mountinfo: &[u8]) -> Vec<PathBuf> {
    let points =
        mountinfo.split(|&byte| byte == b'\n').filter_map(|line| line.split(|&byte| byte == b' ').nth(4));
    let points = points.map(|field| PathBuf::from(OsString::from_vec(unescaped(field))));
    points.filter(|point| point != dir && point.starts_with(dir)).collect()
}

/// `\040` and such as the bytes they stand for.
fn unescaped(field: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((&first, after)) = rest.split_first() {
        let octal = |digits: &[u8]| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok();
        match (first, after.get(..3).and_then(octal)) {
            (b'\\', Some(byte)) => {
                bytes.push(byte);
                rest = &after[3..];
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_mounts_below_the_directory_are_found_whatever_their_names() {
        let mountinfo = b"21 1 8:1 / / rw - ext4 /dev/sda1 rw\n\
            22 21 0:5 / /data rw - tmpfs tmpfs rw\n\
            23 22 0:6 / /data/with\\040blank\\134x rw - tmpfs tmpfs rw\n\
            24 21 0:7 / /database rw - tmpfs tmpfs rw\n";
        assert_eq!(mounts_below(Path::new("/data"), mountinfo), [Path::new("/data/with blank\\x")]);
        assert!(mounts_below(Path::new("/data/with blank\\x"), mountinfo).is_empty());
        assert_eq!(mounts_below(Path::new("/"), mountinfo).len(), 3);
        assert!(mounts_below(Path::new("/"), b"").is_empty());
    }
}
