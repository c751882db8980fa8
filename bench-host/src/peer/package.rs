//! Debian's kernel package: found and fetched by apt, taken apart, and kept below `target/`.
//!
//! Nothing is installed: the package's file is read, and of it the kernel and a few modules. So this needs no root,
//! only a Debian whose package lists are there; where they are not, root and CI get them, anybody else is told.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use lzma_rust2::XzReader;

use super::kernel::unpacked;
use super::module::{Shelf, built_in, needs, of_file};
use crate::child::Supervised;
use crate::interrupt::Interrupts;
use crate::qemu::in_path;
use crate::workspace::Workspace;

/// Depends on the newest kernel of the release.
const META_PACKAGE: &str = "linux-image-amd64";

/// What the guest needs, with all these need in turn: the transport of its devices, console ports, and 9P by virtio
/// devices and by byte streams.
const MODULES: [&str; 5] = ["virtio_pci", "virtio_console", "9p", "9pnet_virtio", "9pnet_fd"];

/// Where modules that are needed, or needed by these, lie below `kernel/` of the package.
const FOLDERS: [&str; 5] = [
    "kernel/drivers/virtio/",
    "kernel/drivers/char/virtio_console",
    "kernel/fs/",
    "kernel/net/9p/",
    "kernel/lib/",
];

/// For apt to bring the lists or the package.
const FETCH_MAX: Duration = Duration::from_secs(600);

/// A module larger than this is none.
const MODULE_BYTES_MAX: u64 = 64 << 20;

/// A kernel and its modules, ready to be booted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kernel {
    /// The package, as `linux-image-6.1.0-56-amd64 6.1.192-2`.
    pub package: String,
    /// What QEMU boots.
    pub image: PathBuf,
    /// The modules in the order they are loaded.
    pub modules: Vec<PathBuf>,
}

/// The name and the version of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Identity {
    name: String,
    version: String,
}

impl Identity {
    fn title(&self) -> String {
        format!("{} {}", self.name, self.version)
    }
}

/// Where unpacked packages are kept.
fn shelf_of(workspace: &Workspace) -> PathBuf {
    workspace.variant_target("ninewire-linux")
}

/// The kernel of the package in `file`, or of the newest one apt knows.
pub fn kernel(file: Option<&Path>, workspace: &Workspace, interrupts: &Interrupts) -> Result<Kernel> {
    for program in ["dpkg-deb", "apt-get", "apt-cache"] {
        if in_path(program).is_none() && (program == "dpkg-deb" || file.is_none()) {
            bail!(
                "not measured: there is no {program} here to get Debian's kernel package with; on another system give \
                 --kernel-package a linux-image package's file (and have dpkg-deb)"
            );
        }
    }
    let identity = match file {
        Some(file) => of_file_on_disk(file)?,
        None => newest(interrupts)?,
    };
    let kept = shelf_of(workspace).join(format!("{}_{}", identity.name, identity.version.replace(':', "-")));
    if !kept.is_dir() {
        unpack(file, &identity, &kept, workspace, interrupts)
            .with_context(|| format!("not measured: the package {}", identity.title()))?;
    }
    open(&identity, &kept)
}

/// Where the kernel of the newest package that is kept lies, or where one will; fetches nothing.
pub fn planned(workspace: &Workspace) -> PathBuf {
    let shelf = shelf_of(workspace);
    let entries = fs::read_dir(&shelf).into_iter().flatten().flatten().map(|entry| entry.path());
    let kept = entries.filter(|path| path.join("kernel").is_file()).max();
    kept.unwrap_or_else(|| shelf.join(META_PACKAGE)).join("kernel")
}

/// What an unpacked package holds.
fn open(identity: &Identity, kept: &Path) -> Result<Kernel> {
    let modules = kept.join("modules");
    let entries = fs::read_dir(&modules).with_context(|| format!("cannot list {}", modules.display()))?;
    let mut modules: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    modules.sort();
    Ok(Kernel { package: identity.title(), image: kept.join("kernel"), modules })
}

/// Reads the control fields of a package's file.
fn of_file_on_disk(file: &Path) -> Result<Identity> {
    let shown = file.display();
    let output = Command::new("dpkg-deb")
        .args(["--show", "--showformat=${Package} ${Version}"])
        .arg(file)
        .output()
        .context("cannot start dpkg-deb")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    match text.trim().split_once(' ') {
        Some((name, version)) if output.status.success() => {
            Ok(Identity { name: name.to_string(), version: version.to_string() })
        }
        _ => bail!("--kernel-package {shown} is no Debian package: {}", last_line(&output.stderr)),
    }
}

fn last_line(text: &[u8]) -> String {
    String::from_utf8_lossy(text).trim_end().lines().last().unwrap_or_default().to_string()
}

/// Asks apt which package the newest kernel is in. Lists that are not there are fetched where we may.
fn newest(interrupts: &Interrupts) -> Result<Identity> {
    let ask = || -> Result<Option<Identity>> {
        let output = Command::new("apt-cache")
            .args(["show", "--no-all-versions", META_PACKAGE])
            .output()
            .context("cannot start apt-cache")?;
        Ok(depended_on(&String::from_utf8_lossy(&output.stdout)))
    };
    if let Some(identity) = ask()? {
        return Ok(identity);
    }
    if rustix::process::geteuid().is_root() {
        run("apt-get", &["update", "-q"], Path::new("/"), interrupts)
            .context("not measured: apt's package lists cannot be fetched")?;
        if let Some(identity) = ask()? {
            return Ok(identity);
        }
        bail!("not measured: apt knows no package {META_PACKAGE}: this needs Debian's package lists");
    }
    bail!(
        "not measured: apt knows no package {META_PACKAGE}; on Debian `sudo apt-get update` gets its lists"
    );
}

/// The kernel's own package in the fields of the meta package: `Depends: linux-image-6.1.0-56-amd64 (= 6.1.192-2)`.
fn depended_on(fields: &str) -> Option<Identity> {
    let depends = fields.lines().find_map(|line| line.strip_prefix("Depends: "))?;
    depends.split(", ").find_map(|package| {
        let (name, version) = package.split_once(" (= ")?;
        let version = version.strip_suffix(')')?;
        name.starts_with("linux-image-")
            .then(|| Identity { name: name.to_string(), version: version.to_string() })
    })
}

/// Runs a tool to its end; what it prints belongs to the messages.
fn run(program: &str, arguments: &[&str], folder: &Path, interrupts: &Interrupts) -> Result<()> {
    let line = format!("{program} {}", arguments.join(" "));
    eprintln!("ninewire setup: {line}");
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(std::io::stderr());
    let mut process = Supervised::spawn(&line, &mut command, &[])?;
    let status = process.wait(interrupts, Some(Instant::now() + FETCH_MAX))?;
    if !status.success() {
        bail!("`{line}` failed ({status}): look at what it says above");
    }
    Ok(())
}

/// Fetches the package unless its file is given, takes it apart, and keeps what is needed at `kept`: all of it, or
/// nothing.
fn unpack(
    file: Option<&Path>,
    identity: &Identity,
    kept: &Path,
    workspace: &Workspace,
    interrupts: &Interrupts,
) -> Result<()> {
    let shelf = shelf_of(workspace);
    fs::create_dir_all(&shelf).with_context(|| format!("cannot make {}", shelf.display()))?;
    let folder = tempfile::Builder::new()
        .prefix(".unpacking-")
        .tempdir_in(&shelf)
        .with_context(|| format!("cannot make a folder in {}", shelf.display()))?;
    let fetched;
    let deb = match file {
        Some(file) => file,
        None => {
            let wanted = format!("{}={}", identity.name, identity.version);
            // As root apt would read what it brings as another user, who cannot look into our folder.
            let as_we_are = ["-o", "APT::Sandbox::User=root"];
            let words = [&["download", "-q"][..], &as_we_are, &[&wanted]].concat();
            run("apt-get", &words, folder.path(), interrupts)?;
            fetched = the_package(folder.path())?;
            &fetched
        }
    };
    let contents = take_apart(deb, interrupts)?;
    let made = folder.path().join("made");
    put_down(&contents, &made)?;
    match fs::rename(&made, kept) {
        // Somebody else was faster with the same package.
        Err(_) if kept.is_dir() => Ok(()),
        renamed => renamed.with_context(|| format!("cannot keep {}", kept.display())),
    }
}

/// The file apt has brought.
fn the_package(folder: &Path) -> Result<PathBuf> {
    let entries = fs::read_dir(folder).context("cannot list what apt has brought")?;
    let mut debs = entries.flatten().map(|entry| entry.path());
    debs.find(|path| path.extension().is_some_and(|ending| ending == "deb"))
        .context("apt-get download brought no package")
}

/// Of a package, what a boot may need.
#[derive(Debug, Default)]
struct Contents {
    kernel: Option<Vec<u8>>,
    /// Unpacked, by name.
    modules: Vec<(String, Vec<u8>)>,
    built_in: String,
}

/// Reads the package's file tree as it comes out of `dpkg-deb`.
fn take_apart(deb: &Path, interrupts: &Interrupts) -> Result<Contents> {
    let mut command = Command::new("dpkg-deb");
    command.arg("--fsys-tarfile").arg(deb).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut process = Supervised::spawn("dpkg-deb", &mut command, &[])?;
    let stream = process.take_stdout().context("dpkg-deb has no standard output")?;
    let contents = read_tree(stream, interrupts)?;
    let status = process.wait(interrupts, Some(Instant::now() + FETCH_MAX))?;
    if !status.success() {
        bail!("dpkg-deb cannot read {} ({status})", deb.display());
    }
    Ok(contents)
}

fn read_tree(stream: impl Read, interrupts: &Interrupts) -> Result<Contents> {
    let mut contents = Contents::default();
    let mut archive = tar::Archive::new(stream);
    for entry in archive.entries().context("cannot read the package's file tree")? {
        interrupts.check()?;
        let mut entry = entry.context("cannot read the package's file tree")?;
        let path = entry.path().context("a file of the package has no name")?.to_string_lossy().into_owned();
        let Some(kind) = kind_of(&path) else { continue };
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).with_context(|| format!("cannot read {path} of the package"))?;
        match kind {
            Kind::Kernel => contents.kernel = Some(bytes),
            Kind::BuiltIn => contents.built_in = String::from_utf8_lossy(&bytes).into_owned(),
            Kind::Module { name, packed: false } => contents.modules.push((name, bytes)),
            Kind::Module { name, packed: true } => {
                let mut module = Vec::new();
                let mut reader = XzReader::new(&bytes[..], true).take(MODULE_BYTES_MAX);
                reader.read_to_end(&mut module).with_context(|| format!("cannot unpack {path}"))?;
                contents.modules.push((name, module));
            }
        }
    }
    Ok(contents)
}

/// What a file of the package is to us.
#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Kernel,
    BuiltIn,
    Module { name: String, packed: bool },
}

fn kind_of(path: &str) -> Option<Kind> {
    let file_name = path.rsplit('/').next()?;
    if path.contains("boot/vmlinuz-") {
        return Some(Kind::Kernel);
    }
    // `lib/modules/<release>/`, since Debian 13 below `usr`.
    let (_, inside) = path.split_once("lib/modules/")?;
    let (_, inside) = inside.split_once('/')?;
    if inside == "modules.builtin" {
        return Some(Kind::BuiltIn);
    }
    let (name, packed) = of_file(file_name)?;
    FOLDERS.iter().any(|folder| inside.starts_with(folder)).then_some(Kind::Module { name, packed })
}

/// Writes the kernel, and the modules named by their place in the order of loading.
fn put_down(contents: &Contents, folder: &Path) -> Result<()> {
    let kernel = contents.kernel.as_deref().context("it has no kernel")?;
    let mut shelf = Shelf { built_in: built_in(&contents.built_in), ..Shelf::default() };
    for (name, module) in &contents.modules {
        let needed =
            needs(module).ok_or_else(|| anyhow!("its module {name} is no module of this machine"))?;
        shelf.modules.insert(name.clone(), needed);
    }
    let order = shelf.order(&MODULES)?;
    let modules = folder.join("modules");
    fs::create_dir_all(&modules).with_context(|| format!("cannot make {}", modules.display()))?;
    let write = |path: PathBuf, bytes: &[u8]| {
        fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
    };
    let unpacked = unpacked(kernel);
    write(folder.join("kernel"), unpacked.as_deref().unwrap_or(kernel))?;
    for (place, name) in order.iter().enumerate() {
        let module = contents.modules.iter().find(|(known, _)| known == name);
        let (_, bytes) = module.with_context(|| format!("it has no module {name}"))?;
        write(modules.join(format!("{place:02}-{name}.ko")), bytes)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_package_is_the_one_the_meta_package_depends_on() {
        let fields = "Package: linux-image-amd64\nVersion: 6.1.192-2\n\
                      Depends: linux-image-6.1.0-56-amd64 (= 6.1.192-2)\nDescription: Linux\n";
        let found = depended_on(fields).unwrap();
        assert_eq!(found.title(), "linux-image-6.1.0-56-amd64 6.1.192-2");
        assert_eq!(depended_on("Package: x\nDepends: libc6 (= 2.36), y\n"), None);
        assert_eq!(depended_on(""), None);
    }

    #[test]
    fn of_a_package_only_what_a_boot_may_need_is_taken() {
        let release = "./lib/modules/6.1.0-56-amd64";
        assert_eq!(kind_of("./boot/vmlinuz-6.1.0-56-amd64"), Some(Kind::Kernel));
        assert_eq!(kind_of(&format!("{release}/modules.builtin")), Some(Kind::BuiltIn));
        let module = |name: &str, packed| Some(Kind::Module { name: name.to_string(), packed });
        assert_eq!(kind_of(&format!("{release}/kernel/fs/9p/9p.ko")), module("9p", false));
        assert_eq!(
            kind_of("./usr/lib/modules/6.12/kernel/drivers/virtio/virtio_pci.ko.xz"),
            module("virtio_pci", true)
        );
        for other in ["kernel/drivers/gpu/drm/i915.ko", "kernel/fs/9p/", "modules.builtin.modinfo", "build"] {
            assert_eq!(kind_of(&format!("{release}/{other}")), None, "{other}");
        }
        assert_eq!(kind_of("./boot/System.map-6.1.0-56-amd64"), None);
    }

    #[test]
    fn a_file_that_is_no_package_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = of_file_on_disk(file.path()).unwrap_err().to_string();
        assert!(error.contains("is no Debian package"), "{error}");
    }
}
