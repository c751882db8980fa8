//! What a run was made with: commit, host, QEMU, image. Only stable things go into the fingerprint that says which
//! runs may be compared; load and memory in use are told but never hashed.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// The form of a result file. A change that older readers would misread is a new number.
pub const SCHEMA: &str = "ninewire-run/3";

/// The first line of a result file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// [`SCHEMA`].
    pub schema: String,
    /// Time, commit and suite: the file's name without its ending.
    pub run_id: String,
    /// When the run began, UTC, as in RFC 3339.
    pub began: String,
    /// The suite.
    pub suite: String,
    /// Everything random in the run is derived from it.
    pub seed: u64,
    /// Runs with another fingerprint are not compared with this one.
    pub fingerprint: String,
    /// Runs whose boots were interleaved with those of this one have the same; absent when there were none.
    #[serde(default)]
    pub group: Option<String>,
    /// Which side of an interleaved comparison this is; absent in a run of its own.
    #[serde(default)]
    pub side: Option<Side>,
    /// Which way to build machine and guest this is, in a comparison of several: one of [`crate::variants`]; absent
    /// otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// The commit of the reference image whose boots took turns with these, or why none did; absent when none was to.
    #[serde(default)]
    pub reference: Option<String>,
    /// Why the guest's instructions were not counted; absent when they were, or when nobody asked.
    #[serde(default)]
    pub not_counted: Option<String>,
    /// The commit.
    pub git: Git,
    /// The machine.
    pub host: Host,
    /// The emulator.
    pub qemu: Qemu,
    /// The boot image.
    pub image: Image,
    /// The guest this run was compared with; absent in a run of ours alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<Peer>,
}

/// A guest of others in the same run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// Where its kernel is from.
    pub package: String,
    /// QEMU's arguments in its first boot that was compared, the program first.
    pub argv: Vec<String>,
    /// CRC-32C of its first file tree, in hexadecimal: the modules and the program that ran the cases.
    pub initramfs_crc32c: String,
    /// What could not be measured of it, and why.
    pub not_measured: Vec<String>,
}

/// The name of the side that is the reference image.
pub const REFERENCE: &str = "reference";

/// A side of an interleaved comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// `a`, `b`, [`REFERENCE`] or a variant's name.
    pub name: String,
    /// What makes it, as it was said; empty when it is what both have in common.
    pub words: String,
}

impl std::fmt::Display for Side {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = if self.words.is_empty() { "as it is" } else { &self.words };
        match self.name.as_str() {
            REFERENCE => write!(f, "the reference image ({words})"),
            name => write!(f, "side {name} ({words})"),
        }
    }
}

/// The commit a run was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Git {
    /// Its hash; empty outside a git checkout.
    pub sha: String,
    /// Whether tracked files differed from it.
    pub dirty: bool,
    /// When it was made, seconds since 1970.
    pub commit_time: u64,
}

/// The machine QEMU ran on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Host {
    /// As in `/proc/cpuinfo`.
    pub cpu_model: String,
    /// As in `/proc/cpuinfo`.
    pub cpu_vendor: String,
    /// Processors the system schedules on.
    pub logical_cpus: u32,
    /// NUMA nodes.
    pub numa_nodes: u32,
    /// Whether the machine is itself a guest.
    pub hypervisor: bool,
    /// Whether cores run several threads; absent when the system does not say.
    pub smt: Option<bool>,
    /// The frequency governor; absent when the system does not say.
    pub governor: Option<String>,
    /// Memory.
    pub memory_bytes: u64,
    /// The kernel's release.
    pub kernel: String,
    /// Load average over one minute when the run began.
    pub load_1m: f64,
}

/// The emulator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Qemu {
    /// As it says itself.
    pub version: String,
    /// `tcg` or `kvm`.
    pub accel: String,
    /// The board.
    pub machine: String,
    /// Its arguments in the first boot, the program first.
    pub argv: Vec<String>,
    /// Which threads were pinned where; empty when none was.
    pub pinning: String,
    /// Whether processes kept the host's processors from going idle; absent in files that do not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spinners: Option<bool>,
}

impl Qemu {
    /// What the host did about its threads and its processors, for tables.
    pub fn host_settings(&self) -> String {
        let pinned = match self.pinning.as_str() {
            "" => "threads not pinned".to_string(),
            places => format!("threads pinned ({places})"),
        };
        match self.spinners {
            Some(true) => format!("{pinned}, spinners on"),
            Some(false) => format!("{pinned}, spinners off"),
            None => pinned,
        }
    }
}

/// The boot image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// The compiler that built it.
    pub rustc: String,
    /// The profile it was built with.
    pub profile: String,
    /// CRC-32C of the file, in hexadecimal.
    pub crc32c: String,
}

impl Header {
    /// The header of a run that begins now.
    pub fn now(suite: &str, seed: u64, git: Git, host: Host, qemu: Qemu, image: Image) -> Header {
        let began = now();
        Header {
            schema: SCHEMA.to_string(),
            run_id: file_name(&began, &git, suite),
            began,
            suite: suite.to_string(),
            seed,
            fingerprint: fingerprint(&host, &qemu),
            group: None,
            side: None,
            variant: None,
            reference: None,
            not_counted: None,
            git,
            host,
            qemu,
            image,
            peer: None,
        }
    }

    /// The header of one side of a comparison: its run has a name of its own.
    pub fn of_side(mut self, side: Side) -> Header {
        self.run_id = format!("{}-{}", self.run_id, plain(&side.name));
        self.side = Some(side);
        self
    }
}

/// What has to be equal for times to be comparable at all, in one word.
pub fn fingerprint(host: &Host, qemu: &Qemu) -> String {
    let stable = [
        host.cpu_model.as_str(),
        host.cpu_vendor.as_str(),
        &host.logical_cpus.to_string(),
        &host.numa_nodes.to_string(),
        &host.hypervisor.to_string(),
        qemu.version.as_str(),
        qemu.accel.as_str(),
        qemu.machine.as_str(),
    ];
    // FNV-1a, 64 bits (Fowler, Noll, Vo), over the fields and a separator that none of them holds.
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    for byte in stable.iter().flat_map(|field| field.bytes().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
    }
    format!("{hash:016x}")
}

impl Git {
    /// Of the checkout at `root`; empty when it is none or there is no git.
    pub fn of(root: &Path) -> Git {
        let git = |arguments: &[&str]| git_says(root, arguments);
        let Some(head) = Git::of_commit(root, "HEAD") else { return Git::default() };
        let changed = git(&["status", "--porcelain", "--untracked-files=no"]);
        Git { dirty: changed.is_none_or(|lines| !lines.is_empty()), ..head }
    }

    /// Of the commit `revision` names in the repository of `root`, if it names one.
    pub fn of_commit(root: &Path, revision: &str) -> Option<Git> {
        let git = |arguments: &[&str]| git_says(root, arguments);
        let sha = git(&[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &format!("{revision}^{{commit}}"),
        ])?;
        let time = git(&["show", "-s", "--format=%ct", &sha]);
        Some(Git { sha, dirty: false, commit_time: time.and_then(|time| time.parse().ok()).unwrap_or(0) })
    }
}

/// What git prints, unless it fails.
fn git_says(root: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("-C").arg(root).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_string())
}

impl Host {
    /// Of this machine. What cannot be read is empty or absent.
    pub fn of_this_machine() -> Host {
        let read = |path: &str| std::fs::read_to_string(path).ok();
        let line = |path: &str| read(path).map(|text| text.trim().to_string());
        let cpuinfo = read("/proc/cpuinfo").unwrap_or_default();
        let meminfo = read("/proc/meminfo").unwrap_or_default();
        let load = read("/proc/loadavg").unwrap_or_default();
        let field = |name: &str| field_of(&cpuinfo, name).unwrap_or_default().to_string();
        let memory_kib: u64 = field_of(&meminfo, "MemTotal")
            .and_then(|value| value.split_whitespace().next()?.parse().ok())
            .unwrap_or(0);
        Host {
            cpu_model: field("model name"),
            cpu_vendor: field("vendor_id"),
            logical_cpus: cpuinfo.lines().filter(|line| key_of(line) == Some("processor")).count() as u32,
            numa_nodes: line("/sys/devices/system/node/online").map_or(1, |list| count_of_list(&list)),
            hypervisor: field("flags").split_whitespace().any(|flag| flag == "hypervisor"),
            smt: line("/sys/devices/system/cpu/smt/active").map(|active| active == "1"),
            governor: line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
            memory_bytes: memory_kib << 10,
            kernel: line("/proc/sys/kernel/osrelease").unwrap_or_default(),
            load_1m: load.split_whitespace().next().and_then(|load| load.parse().ok()).unwrap_or(0.0),
        }
    }
}

fn key_of(line: &str) -> Option<&str> {
    line.split_once(':').map(|(key, _)| key.trim())
}

/// The first value of a `name : value` list.
fn field_of<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines()
        .find_map(|line| line.split_once(':').filter(|(key, _)| key.trim() == name))
        .map(|(_, value)| value.trim())
}

/// How many numbers a list such as `0-3,6` names.
fn count_of_list(list: &str) -> u32 {
    let count = |range: &str| {
        let (low, high) = range.split_once('-').unwrap_or((range, range));
        let (low, high): (u32, u32) = (low.trim().parse().ok()?, high.trim().parse().ok()?);
        high.checked_sub(low).map(|more| more + 1)
    };
    list.split(',').filter_map(count).sum::<u32>().max(1)
}

/// The time, UTC, as in RFC 3339: to the microsecond, because files are named by it and runs may begin side by side.
pub fn now() -> String {
    rfc3339(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// A time so long after 1970, as [`now`] writes it.
pub fn time_of(since_1970: Duration) -> String {
    rfc3339(since_1970)
}

/// The name of a file made at `time` from the commit `git`: `20260101T000000.000000Z-01234567-what`.
pub fn file_name(time: &str, git: &Git, what: &str) -> String {
    let compact: String = time.chars().filter(|letter| !matches!(letter, '-' | ':')).collect();
    let commit = if git.sha.is_empty() { "nogit" } else { git.sha.get(..8).unwrap_or(&git.sha) };
    let dirty = if git.dirty { "-dirty" } else { "" };
    format!("{compact}-{commit}{dirty}-{}", plain(what))
}

/// For file names: letters, digits, `.`, `_` and `-`; anything else becomes `-`.
fn plain(name: &str) -> String {
    let keep = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-');
    name.chars().map(|letter| if keep(letter) { letter } else { '-' }).collect()
}

/// `1970-01-01T00:00:00.000000Z` and later. The date by Howard Hinnant's `civil_from_days` ("chrono-compatible low-level
/// date algorithms", 2013), which counts years from March.
fn rfc3339(since_1970: Duration) -> String {
    let unix_seconds = since_1970.as_secs();
    let (days, second) = (unix_seconds / 86_400 + 719_468, unix_seconds % 86_400);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute) = (second / 3_600, second / 60 % 60);
    let (second, micros) = (second % 60, since_1970.subsec_micros());
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_printed_as_dates() {
        assert_eq!(rfc3339(Duration::from_secs(0)), "1970-01-01T00:00:00.000000Z");
        assert_eq!(rfc3339(Duration::from_secs(951_782_399)), "2000-02-28T23:59:59.000000Z");
        assert_eq!(rfc3339(Duration::from_secs(951_782_400)), "2000-02-29T00:00:00.000000Z");
        assert_eq!(rfc3339(Duration::from_secs(1_000_000_000)), "2001-09-09T01:46:40.000000Z");
        assert_eq!(rfc3339(Duration::from_secs(4_107_542_400)), "2100-03-01T00:00:00.000000Z");
        assert_eq!(rfc3339(Duration::from_micros(1_000_042)), "1970-01-01T00:00:01.000042Z");
    }

    #[test]
    fn the_fingerprint_is_of_stable_things_alone() {
        let host = Host { cpu_model: "A".into(), logical_cpus: 2, ..Host::default() };
        let qemu = Qemu { version: "7.2".into(), accel: "tcg".into(), ..Qemu::default() };
        let base = fingerprint(&host, &qemu);
        let busy = Host { load_1m: 9.0, memory_bytes: 1, kernel: "6.1".into(), ..host.clone() };
        assert_eq!(fingerprint(&busy, &qemu), base);
        assert_eq!(fingerprint(&host, &Qemu { argv: vec!["x".into()], ..qemu.clone() }), base);
        assert_ne!(fingerprint(&host, &Qemu { version: "10.0".into(), ..qemu.clone() }), base);
        assert_ne!(fingerprint(&Host { logical_cpus: 4, ..host }, &qemu), base);
    }

    #[test]
    fn a_run_is_named_by_time_commit_and_suite() {
        let git = Git { sha: "0123456789abcdef".into(), dirty: true, commit_time: 1 };
        let header = Header::now("my suite/1", 1, git, Host::default(), Qemu::default(), Image::default());
        assert!(header.run_id.ends_with("Z-01234567-dirty-my-suite-1"), "{}", header.run_id);
        let header =
            Header::now("smoke", 1, Git::default(), Host::default(), Qemu::default(), Image::default());
        assert!(header.run_id.ends_with("Z-nogit-smoke"), "{}", header.run_id);
        assert_eq!(header.run_id.len(), "20260101T000000.000000Z-nogit-smoke".len());
    }

    #[test]
    fn lists_of_the_kernel_are_counted() {
        assert_eq!(count_of_list("0"), 1);
        assert_eq!(count_of_list("0-3,6"), 5);
        assert_eq!(count_of_list("x"), 1);
        assert_eq!(field_of("a : 1\nmodel name\t: X Y\n", "model name"), Some("X Y"));
        assert!(Host::of_this_machine().logical_cpus > 0);
    }
}
