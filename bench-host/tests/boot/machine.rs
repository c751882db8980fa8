//! Boots the image once and keeps what it left: how it ended and what it printed.

use std::ffi::OsString;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use bench_host::image;
use bench_host::interrupt::Interrupts;
use bench_host::qemu::{
    Accel, CPU_MAX, CharDev, Confinement, Device, Ended, Guest, MachineType, MemoryMib, Program, Vm,
};
use bench_host::workspace::Workspace;

use crate::prompt::Prompt;

/// A self-test that takes longer hangs.
const BOOT_MAX: Duration = Duration::from_secs(60);

/// A machine to boot, built up by what differs from the usual one.
pub(crate) struct Machine {
    vm: Vm,
    /// QEMU's ends of socket pairs, open until it has inherited them.
    qemus: Vec<UnixStream>,
}

/// A machine that has ended.
pub(crate) struct Booted {
    pub(crate) ended: Ended,
    /// What the guest printed on COM1.
    pub(crate) log: String,
}

/// A machine at its prompt.
pub(crate) struct Running {
    guest: Guest,
}

impl Running {
    /// Waits for its end.
    pub(crate) fn ended(&mut self) -> Ended {
        let waited = self.guest.wait(&Interrupts::never().unwrap(), Some(Instant::now() + BOOT_MAX));
        let ended = waited.unwrap();
        assert!(!matches!(ended, Ended::Qemu(_)), "{ended}: {}", self.guest.messages());
        ended
    }
}

impl Machine {
    pub(crate) fn new() -> Self {
        static IMAGE: OnceLock<(PathBuf, PathBuf)> = OnceLock::new();
        let (program, image) = IMAGE.get_or_init(|| {
            let program = Program::find(None).expect("QEMU is set up");
            let image = image::build(&Workspace::locate().unwrap(), &Interrupts::never().unwrap());
            (program.path, image.expect("the image builds"))
        });
        let vm = Vm {
            program: program.clone(),
            machine: MachineType::Q35,
            accel: Accel::Tcg,
            smp: 1,
            memory: MemoryMib(256),
            cpu: CPU_MAX,
            image: image.clone(),
            initrd: None,
            cmdline: String::new(),
            com1: CharDev::File(PathBuf::new()),
            devices: Vec::new(),
            virtio: Vec::new(),
            extra: Vec::new(),
            confined: None,
        };
        Self { vm, qemus: Vec::new() }
    }

    pub(crate) fn board(mut self, board: MachineType) -> Self {
        self.vm.machine = board;
        self
    }

    pub(crate) fn memory_mib(mut self, mib: u32) -> Self {
        self.vm.memory = MemoryMib(mib);
        self
    }

    pub(crate) fn cores(mut self, cores: u32) -> Self {
        self.vm.smp = cores;
        self
    }

    /// Further arguments for QEMU.
    pub(crate) fn arguments(mut self, arguments: &[&str]) -> Self {
        self.vm.extra.extend(arguments.iter().map(OsString::from));
        self
    }

    /// Without message interrupts: every virtio device has a line, which others may share.
    pub(crate) fn by_lines(self) -> Self {
        self.virtio(&["vectors=0"])
    }

    /// Every virtio device with these properties.
    pub(crate) fn virtio(mut self, properties: &[&str]) -> Self {
        self.vm.virtio.extend(properties.iter().map(|property| property.parse().unwrap()));
        self
    }

    /// The program that is QEMU.
    pub(crate) fn program(&self) -> &Path {
        &self.vm.program
    }

    /// Another program, which becomes QEMU.
    pub(crate) fn with_program(mut self, program: PathBuf) -> Self {
        self.vm.program = program;
        self
    }

    /// Words of the kernel command line besides the mode.
    pub(crate) fn cmdline(mut self, words: &str) -> Self {
        self.vm.cmdline = words.into();
        self
    }

    /// Whose QEMU leaves this as it is.
    pub(crate) fn confined(mut self, confinement: Confinement) -> Self {
        self.vm.confined = Some(confinement);
        self
    }

    /// Our end of a socket pair, and QEMU's.
    pub(crate) fn wire(&mut self) -> (UnixStream, CharDev) {
        let (ours, qemus) = UnixStream::pair().unwrap();
        let chardev = CharDev::Inherited(qemus.as_raw_fd());
        self.qemus.push(qemus);
        (ours, chardev)
    }

    /// With these virtio devices, in bus order.
    pub(crate) fn devices(mut self, devices: Vec<Device>) -> Self {
        self.vm.devices = devices;
        self
    }

    /// Boots to the prompt.
    pub(crate) fn shell(mut self) -> (Running, Prompt) {
        let (console, chardev) = self.wire();
        self.vm.cmdline = format!("mode=shell {}", self.vm.cmdline);
        self.vm.com1 = chardev;
        let guest = Guest::start(&self.vm).unwrap();
        // With ours the last end of each is closed when QEMU ends, and whoever reads there learns of it.
        self.qemus.clear();
        (Running { guest }, Prompt::new(console))
    }

    /// Boots, runs the self-test `name`, waits for the end.
    pub(crate) fn selftest(self, name: &str) -> Booted {
        self.selftest_within(name, BOOT_MAX)
    }

    /// The same; after `longest` it hangs.
    pub(crate) fn selftest_within(mut self, name: &str, longest: Duration) -> Booted {
        let log = tempfile::NamedTempFile::new().unwrap();
        self.vm.cmdline = format!("mode=selftest selftest={name} {}", self.vm.cmdline);
        self.vm.com1 = CharDev::File(log.path().to_path_buf());
        let mut guest = Guest::start(&self.vm).unwrap();
        self.qemus.clear();
        let waited = guest.wait(&Interrupts::never().unwrap(), Some(Instant::now() + longest));
        let log = String::from_utf8_lossy(&std::fs::read(log.path()).unwrap()).into_owned();
        let ended = waited.unwrap_or_else(|error| panic!("{error}; the guest's log:\n{log}"));
        assert!(!matches!(ended, Ended::Qemu(_)), "{ended}: {}", guest.messages());
        Booted { ended, log }
    }
}
