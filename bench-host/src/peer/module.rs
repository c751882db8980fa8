//! Kernel modules: what one needs, and the order in which several are loaded.
//!
//! A module says in its ELF section `.modinfo`, a list of `name=value` texts with a zero byte behind each, which others
//! it needs (`depends=`). `depmod` would make a table of that, but only where the package is installed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The modules of a package by name, each with those it needs, and what the kernel itself already holds.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    pub(super) modules: BTreeMap<String, Vec<String>>,
    pub(super) built_in: BTreeSet<String>,
}

/// Why modules cannot be loaded.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum OrderError {
    /// Neither the package nor the kernel has it.
    Missing { name: String, needed_by: Option<String> },
    /// It needs itself.
    Circle { name: String },
}

impl fmt::Display for OrderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OrderError::Missing { name, needed_by: Some(other) } => {
                write!(f, "the package has no module {name}, which {other} needs")
            }
            OrderError::Missing { name, needed_by: None } => write!(f, "the package has no module {name}"),
            OrderError::Circle { name } => write!(f, "the module {name} needs itself"),
        }
    }
}

impl std::error::Error for OrderError {}

impl Shelf {
    /// `wanted` and all they need, each behind what it needs and none twice.
    pub(super) fn order(&self, wanted: &[&str]) -> Result<Vec<String>, OrderError> {
        let mut order = Vec::new();
        for name in wanted {
            self.place(name, None, &mut Vec::new(), &mut order)?;
        }
        Ok(order)
    }

    fn place(
        &self,
        name: &str,
        needed_by: Option<&str>,
        pending: &mut Vec<String>,
        order: &mut Vec<String>,
    ) -> Result<(), OrderError> {
        let name = plain(name);
        if order.contains(&name) || self.built_in.contains(&name) {
            return Ok(());
        }
        if pending.contains(&name) {
            return Err(OrderError::Circle { name });
        }
        let Some(needs) = self.modules.get(&name) else {
            return Err(OrderError::Missing { name, needed_by: needed_by.map(str::to_string) });
        };
        pending.push(name);
        let by = pending.last().cloned();
        for need in needs {
            self.place(need, by.as_deref(), pending, order)?;
        }
        order.extend(pending.pop());
        Ok(())
    }
}

/// A module's name as the kernel has it: its file's, with `_` for `-`.
pub(super) fn plain(name: &str) -> String {
    name.replace('-', "_")
}

/// The name of the module a file holds, `None` for another kind of file; and whether it is packed by xz.
pub(super) fn of_file(file_name: &str) -> Option<(String, bool)> {
    match file_name.strip_suffix(".ko") {
        Some(name) => Some((plain(name), false)),
        None => file_name.strip_suffix(".ko.xz").map(|name| (plain(name), true)),
    }
}

/// The names in a `modules.builtin` file, which lists paths.
pub(super) fn built_in(list: &str) -> BTreeSet<String> {
    let files = list.lines().filter_map(|line| line.rsplit('/').next());
    files.filter_map(of_file).map(|(name, _)| name).collect()
}

/// Which modules this one needs; `None` when it is no module.
pub(super) fn needs(module: &[u8]) -> Option<Vec<String>> {
    let info = section(module, b".modinfo")?;
    let text = info.split(|&byte| byte == 0).find_map(|text| text.strip_prefix(b"depends="))?;
    let text = std::str::from_utf8(text).ok()?;
    Some(text.split(',').filter(|name| !name.is_empty()).map(plain).collect())
}

/// The content of a section of a 64-bit little-endian ELF file (System V ABI, chapter 4).
fn section<'f>(file: &'f [u8], wanted: &[u8]) -> Option<&'f [u8]> {
    if !file.starts_with(b"\x7fELF\x02\x01") {
        return None;
    }
    let half = |at: usize| Some(usize::from(u16::from_le_bytes(*file.get(at..)?.first_chunk()?)));
    let word = |at: usize| Some(u32::from_le_bytes(*file.get(at..)?.first_chunk()?) as usize);
    let long = |at: usize| usize::try_from(u64::from_le_bytes(*file.get(at..)?.first_chunk()?)).ok();
    let (table, entry_bytes, entries, names) = (long(0x28)?, half(0x3a)?, half(0x3c)?, half(0x3e)?);
    let header = |index: usize| {
        let begin = table.checked_add(index.checked_mul(entry_bytes)?)?;
        file.get(begin..begin.checked_add(entry_bytes)?).map(|_| begin)
    };
    let content = |header: usize| {
        let begin = long(header.checked_add(0x18)?)?;
        file.get(begin..begin.checked_add(long(header.checked_add(0x20)?)?)?)
    };
    let names = content(header(names)?)?;
    (0..entries).find_map(|index| {
        let header = header(index)?;
        let name = names.get(word(header)?..)?.split(|&byte| byte == 0).next()?;
        (name == wanted).then(|| content(header)).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shelf(modules: &[(&str, &[&str])], built_in: &[&str]) -> Shelf {
        let needs = |names: &[&str]| names.iter().map(|name| name.to_string()).collect();
        Shelf {
            modules: modules.iter().map(|(name, needed)| (name.to_string(), needs(needed))).collect(),
            built_in: built_in.iter().map(|name| name.to_string()).collect(),
        }
    }

    #[test]
    fn every_module_comes_behind_what_it_needs_and_none_twice() {
        // As in Debian's 6.1.
        let shelf = shelf(
            &[
                ("9p", &["9pnet", "fscache", "netfs"]),
                ("9pnet", &[]),
                ("9pnet_virtio", &["virtio", "9pnet", "virtio_ring"]),
                ("fscache", &["netfs"]),
                ("netfs", &[]),
                ("virtio", &["virtio_ring"]),
                ("virtio_ring", &[]),
            ],
            &["crc32c"],
        );
        assert_eq!(
            shelf.order(&["9p", "9pnet-virtio", "crc32c"]).unwrap(),
            ["9pnet", "netfs", "fscache", "9p", "virtio_ring", "virtio", "9pnet_virtio"]
        );
    }

    #[test]
    fn a_missing_module_and_a_circle_are_named() {
        let shelf = shelf(&[("a", &["b"]), ("b", &["c"]), ("x", &["y"]), ("y", &["x"])], &[]);
        let missing = OrderError::Missing { name: "c".into(), needed_by: Some("b".into()) };
        assert_eq!(shelf.order(&["a"]).unwrap_err(), missing);
        assert_eq!(shelf.order(&["x"]).unwrap_err(), OrderError::Circle { name: "x".into() });
        let absent = shelf.order(&["9p"]).unwrap_err();
        assert_eq!(absent.to_string(), "the package has no module 9p");
    }

    #[test]
    fn names_are_those_of_files_with_underscores() {
        assert_eq!(of_file("virtio-rng.ko"), Some(("virtio_rng".into(), false)));
        assert_eq!(of_file("9p.ko.xz"), Some(("9p".into(), true)));
        assert_eq!(of_file("modules.dep"), None);
        let list = built_in("kernel/arch/x86/crypto/crc32c-intel.ko\nkernel/lib/crc32.ko\n");
        assert_eq!(list.into_iter().collect::<Vec<_>>(), ["crc32", "crc32c_intel"]);
    }

    /// An ELF file with two sections, the names and `.modinfo`, that holds `info`.
    fn module(info: &[u8]) -> Vec<u8> {
        const NAMES: &[u8] = b"\0.shstrtab\0.modinfo\0";
        let names_at = 64;
        let info_at = names_at + NAMES.len();
        let table = info_at + info.len();
        let mut file = vec![0; 64];
        file[..6].copy_from_slice(b"\x7fELF\x02\x01");
        file[0x28..0x30].copy_from_slice(&(table as u64).to_le_bytes());
        for (at, value) in [(0x3a, 64_u16), (0x3c, 2), (0x3e, 0)] {
            file[at..at + 2].copy_from_slice(&value.to_le_bytes());
        }
        file.extend_from_slice(NAMES);
        file.extend_from_slice(info);
        for (name, begin, len) in [(1_u32, names_at, NAMES.len()), (11, info_at, info.len())] {
            let mut header = vec![0; 64];
            header[..4].copy_from_slice(&name.to_le_bytes());
            header[0x18..0x20].copy_from_slice(&(begin as u64).to_le_bytes());
            header[0x20..0x28].copy_from_slice(&(len as u64).to_le_bytes());
            file.extend_from_slice(&header);
        }
        file
    }

    #[test]
    fn a_module_says_what_it_needs() {
        let file = module(b"license=GPL\0depends=9pnet,virtio-ring\0name=x\0");
        assert_eq!(needs(&file).unwrap(), ["9pnet", "virtio_ring"]);
        assert_eq!(needs(&module(b"depends=\0")).unwrap(), Vec::<String>::new());
        assert_eq!(needs(&module(b"license=GPL\0")), None);
        for cut in 0..file.len() - 1 {
            let told = needs(&file[..cut]);
            assert!(told.is_none(), "cut at {cut}: {told:?}");
        }
    }
}
