//! The arguments of QEMU, from a description. Nothing here touches the machine.
//!
//! The order of devices is the order of the guest's internal names: `virtio-<class>-<N>` counts every virtio
//! function in bus order, and QEMU places devices on the bus in the order of its command line.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::fd::RawFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::ValueEnum;

use super::Accel;
use super::confine::Confinement;
use super::program::VirtioProperty;

/// The board QEMU emulates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MachineType {
    /// PCI Express, ICH9.
    Q35,
    /// PCI, i440FX.
    Pc,
    /// PCI Express without a chipset.
    Microvm,
}

impl MachineType {
    /// QEMU's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Q35 => "q35",
            Self::Pc => "pc",
            Self::Microvm => "microvm",
        }
    }

    /// What QEMU is told to emulate it with a bus our devices fit on.
    fn argument(self) -> &'static str {
        match self {
            Self::Q35 | Self::Pc => self.name(),
            Self::Microvm => "microvm,pcie=on",
        }
    }
}

/// Guest memory in MiB. Parsed from `512M`, `4G` or a plain number of MiB, as QEMU's `-m` reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryMib(pub u32);

impl FromStr for MemoryMib {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (digits, unit) = match text.char_indices().last() {
            Some((at, 'M' | 'm')) => (&text[..at], 1),
            Some((at, 'G' | 'g')) => (&text[..at], 1024),
            _ => (text, 1),
        };
        let mib = digits.parse::<u32>().ok().and_then(|number| number.checked_mul(unit));
        match mib {
            Some(mib @ 64..=1_048_576) => Ok(Self(mib)),
            Some(_) => Err("the image runs in 64M and more".to_string()),
            None => Err("say a size such as 512M or 4G".to_string()),
        }
    }
}

impl fmt::Display for MemoryMib {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}M", self.0)
    }
}

/// The host's end of a character device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CharDev {
    /// A file QEMU appends to: a log.
    File(PathBuf),
    /// An open file QEMU inherits under this number, which may have no name.
    InheritedFile(RawFd),
    /// A connected stream socket QEMU inherits under this number.
    Inherited(RawFd),
    /// A listening unix socket QEMU connects to: somebody's own 9P server.
    Connect(PathBuf),
}

/// A named port of a virtio-serial device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Reverse-DNS name, such as `org.ninewire.bench`.
    pub name: &'static str,
    /// Where its bytes go.
    pub chardev: CharDev,
}

/// A virtio device, in bus order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Device {
    /// QEMU's own 9P server over a directory.
    NineP {
        /// What the guest mounts it by.
        tag: String,
        /// The directory.
        dir: PathBuf,
        /// Refuse every write, in QEMU.
        readonly: bool,
    },
    /// A virtio-serial device with one port, number 0, the console port.
    Console(CharDev),
    /// A virtio-serial device with named ports, numbered from 1.
    Ports(Vec<Port>),
}

/// The processor with everything the accelerator can do.
pub const CPU_MAX: &str = "max";

/// Everything QEMU is told.
#[derive(Clone, Debug)]
pub struct Vm {
    /// The program.
    pub program: PathBuf,
    /// The board.
    pub machine: MachineType,
    /// What executes guest code.
    pub accel: Accel,
    /// Number of cores.
    pub smp: u32,
    /// Memory.
    pub memory: MemoryMib,
    /// QEMU's name of the processor.
    pub cpu: &'static str,
    /// The boot image.
    pub image: PathBuf,
    /// The archive a kernel takes its first file tree from; the image needs none.
    pub initrd: Option<PathBuf>,
    /// The kernel command line.
    pub cmdline: String,
    /// Where COM1 goes.
    pub com1: CharDev,
    /// Virtio devices in bus order.
    pub devices: Vec<Device>,
    /// Properties given to every virtio device, such as `event_idx=off`.
    pub virtio: Vec<VirtioProperty>,
    /// Passed on as they are, last.
    pub extra: Vec<OsString>,
    /// What the process must leave as it is.
    pub confined: Option<Confinement>,
}

impl Vm {
    /// The arguments after the program's name.
    pub fn arguments(&self) -> Vec<OsString> {
        let mut argv = Argv::default();
        argv.pair("-name", "ninewire,debug-threads=on");
        argv.pair("-machine", self.machine.argument());
        argv.pair("-accel", self.accel.name());
        argv.pair("-cpu", self.cpu);
        argv.pair("-smp", self.smp.to_string());
        argv.pair("-m", self.memory.to_string());
        for switch in ["-nodefaults", "-no-user-config", "-no-reboot"] {
            argv.word(switch);
        }
        argv.pair("-display", "none");
        argv.pair("-device", "isa-debug-exit,iobase=0xf4,iosize=4");
        argv.chardev("com1", &self.com1);
        argv.pair("-serial", "chardev:com1");
        for (index, device) in self.devices.iter().enumerate() {
            argv.device(index, device, &self.virtio);
        }
        argv.pair("-kernel", &self.image);
        if let Some(initrd) = &self.initrd {
            argv.pair("-initrd", initrd);
        }
        argv.pair("-append", &self.cmdline);
        argv.0.extend(self.extra.iter().cloned());
        argv.0
    }

    /// The descriptors QEMU has to inherit.
    pub fn inherited(&self) -> Vec<RawFd> {
        let ports = self.devices.iter().flat_map(|device| match device {
            Device::NineP { .. } => Vec::new(),
            Device::Console(chardev) => vec![chardev],
            Device::Ports(ports) => ports.iter().map(|port| &port.chardev).collect(),
        });
        let fd = |chardev: &CharDev| match chardev {
            CharDev::Inherited(fd) | CharDev::InheritedFile(fd) => Some(*fd),
            CharDev::File(_) | CharDev::Connect(_) => None,
        };
        std::iter::once(&self.com1).chain(ports).filter_map(fd).collect()
    }
}

/// Arguments in the making.
#[derive(Default)]
struct Argv(Vec<OsString>);

impl Argv {
    fn word(&mut self, word: impl AsRef<OsStr>) {
        self.0.push(word.as_ref().to_os_string());
    }

    fn pair(&mut self, option: &str, value: impl AsRef<OsStr>) {
        self.word(option);
        self.word(value);
    }

    fn chardev(&mut self, id: &str, chardev: &CharDev) {
        let mut value = OsString::new();
        match chardev {
            CharDev::File(path) => {
                value.push(format!("file,id={id},path="));
                value.push(escaped(path));
            }
            CharDev::InheritedFile(fd) => value.push(format!("file,id={id},path=/dev/fd/{fd}")),
            CharDev::Inherited(fd) => value.push(format!("socket,id={id},fd={fd}")),
            CharDev::Connect(path) => {
                value.push(format!("socket,id={id},path="));
                value.push(escaped(path));
            }
        }
        self.pair("-chardev", value);
    }

    fn device(&mut self, index: usize, device: &Device, properties: &[VirtioProperty]) {
        let suffix: String = properties.iter().map(|property| format!(",{property}")).collect();
        match device {
            Device::NineP { tag, dir, readonly } => {
                let mut fsdev = OsString::from(format!("local,id=fs{index},path="));
                fsdev.push(escaped(dir));
                fsdev.push(",security_model=none");
                if *readonly {
                    fsdev.push(",readonly=on");
                }
                self.pair("-fsdev", fsdev);
                self.pair("-device", format!("virtio-9p-pci,fsdev=fs{index},mount_tag={tag}{suffix}"));
            }
            Device::Console(chardev) => {
                self.chardev(&format!("c{index}"), chardev);
                self.pair("-device", format!("virtio-serial-pci,id=vs{index},max_ports=1{suffix}"));
                self.pair("-device", format!("virtconsole,bus=vs{index}.0,nr=0,chardev=c{index}"));
            }
            Device::Ports(ports) => {
                let max_ports = ports.len() + 1;
                self.pair("-device", format!("virtio-serial-pci,id=vs{index},max_ports={max_ports}{suffix}"));
                for (port, number) in ports.iter().zip(1..) {
                    let id = format!("c{index}p{number}");
                    self.chardev(&id, &port.chardev);
                    let name = port.name;
                    self.pair(
                        "-device",
                        format!("virtserialport,bus=vs{index}.0,nr={number},name={name},chardev={id}"),
                    );
                }
            }
        }
    }
}

/// A path inside a comma-separated option: QEMU reads a doubled comma as one.
fn escaped(path: &Path) -> OsString {
    let mut bytes = Vec::with_capacity(path.as_os_str().len());
    for &byte in path.as_os_str().as_bytes() {
        bytes.push(byte);
        if byte == b',' {
            bytes.push(byte);
        }
    }
    OsString::from_vec(bytes)
}

/// One line a POSIX shell reads back as `program` and `arguments`.
pub fn shell_line(program: &Path, arguments: &[OsString]) -> String {
    std::iter::once(program.as_os_str())
        .chain(arguments.iter().map(OsString::as_os_str))
        .map(|word| quoted(&word.to_string_lossy()))
        .collect::<Vec<_>>()
        .join(" ")
}

/// A word as a shell reads it back.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-+=./,:@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_string()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vm(devices: Vec<Device>) -> Vm {
        Vm {
            program: "qemu-system-x86_64".into(),
            machine: MachineType::Q35,
            accel: Accel::Tcg,
            smp: 1,
            memory: MemoryMib(512),
            cpu: CPU_MAX,
            image: "/img".into(),
            initrd: None,
            cmdline: "mode=shell".to_string(),
            com1: CharDev::Inherited(5),
            devices,
            virtio: Vec::new(),
            extra: Vec::new(),
            confined: None,
        }
    }

    fn words(vm: &Vm) -> Vec<String> {
        vm.arguments().into_iter().map(|word| word.into_string().unwrap()).collect()
    }

    /// The values given for `option`, in order.
    fn values(vm: &Vm, option: &str) -> Vec<String> {
        let words = words(vm);
        words.windows(2).filter(|pair| pair[0] == option).map(|pair| pair[1].clone()).collect()
    }

    #[test]
    fn the_whole_line_of_a_bare_machine() {
        let line = shell_line(Path::new("qemu-system-x86_64"), &vm(Vec::new()).arguments());
        assert_eq!(
            line,
            "qemu-system-x86_64 -name ninewire,debug-threads=on -machine q35 -accel tcg -cpu max -smp 1 -m 512M \
             -nodefaults -no-user-config -no-reboot -display none -device isa-debug-exit,iobase=0xf4,iosize=4 \
             -chardev socket,id=com1,fd=5 -serial chardev:com1 -kernel /img -append mode=shell"
        );
    }

    #[test]
    fn devices_keep_their_order_and_their_own_ids() {
        let vm = vm(vec![
            Device::NineP { tag: "bench".into(), dir: "/data".into(), readonly: true },
            Device::Console(CharDev::Inherited(7)),
            Device::Ports(vec![
                Port { name: "org.a", chardev: CharDev::Inherited(8) },
                Port { name: "org.b", chardev: CharDev::Connect("/s".into()) },
            ]),
        ]);
        assert_eq!(
            values(&vm, "-device")[1..],
            [
                "virtio-9p-pci,fsdev=fs0,mount_tag=bench",
                "virtio-serial-pci,id=vs1,max_ports=1",
                "virtconsole,bus=vs1.0,nr=0,chardev=c1",
                "virtio-serial-pci,id=vs2,max_ports=3",
                "virtserialport,bus=vs2.0,nr=1,name=org.a,chardev=c2p1",
                "virtserialport,bus=vs2.0,nr=2,name=org.b,chardev=c2p2",
            ]
        );
        assert_eq!(
            values(&vm, "-chardev"),
            ["socket,id=com1,fd=5", "socket,id=c1,fd=7", "socket,id=c2p1,fd=8", "socket,id=c2p2,path=/s"]
        );
        assert_eq!(values(&vm, "-fsdev"), ["local,id=fs0,path=/data,security_model=none,readonly=on"]);
        assert_eq!(vm.inherited(), [5, 7, 8]);
    }

    #[test]
    fn a_comma_in_a_path_stays_in_the_path() {
        let vm = vm(vec![Device::NineP { tag: "t".into(), dir: "/a,b".into(), readonly: false }]);
        assert_eq!(values(&vm, "-fsdev"), ["local,id=fs0,path=/a,,b,security_model=none"]);
    }

    #[test]
    fn virtio_properties_reach_every_virtio_device() {
        let mut vm = vm(vec![
            Device::NineP { tag: "t".into(), dir: "/".into(), readonly: false },
            Device::Console(CharDev::Inherited(7)),
        ]);
        vm.virtio = vec!["event_idx=off".parse().unwrap(), "packed=on".parse().unwrap()];
        let virtio: Vec<_> =
            values(&vm, "-device").into_iter().filter(|d| d.starts_with("virtio-")).collect();
        assert_eq!(virtio.len(), 2);
        assert!(virtio.iter().all(|device| device.ends_with(",event_idx=off,packed=on")), "{virtio:?}");
    }

    #[test]
    fn a_guest_with_a_first_file_tree_gets_it_and_its_own_processor() {
        let vm = Vm { cpu: "qemu64", initrd: Some("/tree.cpio".into()), ..vm(Vec::new()) };
        assert_eq!(values(&vm, "-cpu"), ["qemu64"]);
        assert_eq!(values(&vm, "-initrd"), ["/tree.cpio"]);
    }

    #[test]
    fn extra_arguments_come_last_and_untouched() {
        let mut vm = vm(Vec::new());
        vm.extra = vec!["-m".into(), "1G".into()];
        assert_eq!(words(&vm)[words(&vm).len() - 2..], ["-m", "1G"]);
    }

    #[test]
    fn the_printed_line_survives_a_shell() {
        let words = ["a b", "it's", "", "$HOME", "plain-1.0,x=/y"];
        let arguments: Vec<OsString> = words.iter().map(OsString::from).collect();
        let line = shell_line(Path::new("printf"), &[&[OsString::from("%s\\n")], &arguments[..]].concat());
        let output = std::process::Command::new("sh").arg("-c").arg(line).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap().lines().collect::<Vec<_>>(), words);
    }

    #[test]
    fn memory_is_read_as_qemu_reads_it() {
        assert_eq!("512".parse(), Ok(MemoryMib(512)));
        assert_eq!("64M".parse(), Ok(MemoryMib(64)));
        assert_eq!("4g".parse(), Ok(MemoryMib(4096)));
        assert!("32M".parse::<MemoryMib>().is_err());
        assert!("lots".parse::<MemoryMib>().is_err());
        assert!("4294967295G".parse::<MemoryMib>().is_err());
        assert!("".parse::<MemoryMib>().is_err());
    }
}
