//! The ways to build the same machine and guest that are worth comparing with the default: rings, interrupts, waiting,
//! copies, ports, servers, boards. Each is nothing but the words of a side of `run --ab`, so that everybody can repeat one alone.
//!
//! `run --suite variants` boots the default and all of them in turn; [`table`] is what it prints.

pub mod table;

use crate::job::matches;

/// What the side is called that all others are compared with.
pub const DEFAULT: &str = "default";

/// One of the ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Its name, in tables and result files.
    pub name: &'static str,
    /// What makes it, as `run --ab` takes it.
    pub words: &'static str,
    /// What is different, for readers of the table.
    pub told: &'static str,
}

/// All of them, in the order of the table.
const ALL: &[Variant] = &[
    Variant { name: "packed", words: "--virtio packed=on", told: "packed rings instead of split ones" },
    Variant {
        name: "no-indirect",
        words: "--virtio indirect_desc=off",
        told: "every descriptor in the ring itself",
    },
    Variant {
        name: "no-event-idx",
        words: "--virtio event_idx=off",
        told: "kicks and interrupts held back by flags instead of by index",
    },
    Variant {
        name: "no-ioeventfd",
        words: "--virtio ioeventfd=off",
        told: "a kick is served by the guest core's own thread, and QEMU's main loop has fewer files to watch",
    },
    Variant {
        name: "intx",
        words: "--virtio vectors=0",
        told: "interrupts by shared lines instead of messages (MSI-X)",
    },
    Variant { name: "poll", words: "--job wait=poll", told: "never sleeps" },
    Variant { name: "irq", words: "--job wait=irq", told: "sleeps at once instead of after a short look" },
    Variant {
        name: "coalesce",
        words: "--job wait=irq --append coalesce=8,200",
        told: "sleeps at once, and is woken after eight chains or 200 microseconds",
    },
    Variant {
        name: "bounce",
        words: "--append bounce=on",
        told: "every payload byte copied through one more buffer",
    },
    Variant {
        name: "write-behind",
        words: "--append behind=8",
        told: "native writes are over when they are sent, up to 8 messages under way, as when programs copy",
    },
    Variant {
        name: "named-port",
        words: "--serial-port named",
        told: "serial over a port with a name, where QEMU makes the guest wait, instead of port 0",
    },
    Variant {
        name: "9pvpxy",
        words: "--append 9pvpxy=on",
        told: "serial by way of the program 9pvpxy and a pipe, instead of straight from the port",
    },
    Variant {
        name: "memory",
        words: "--tree memory",
        told: "serial alone, answered from a tree in memory instead of a directory",
    },
    Variant {
        name: "two-cores",
        words: "--smp 2",
        told: "a second guest core, which sleeps; not pinned where the host has no third processor",
    },
    Variant {
        name: "second-core",
        words: "--smp 2 --append core=1",
        told: "all work on the second core, with devices that the first one serves; pinned as two-cores",
    },
    Variant { name: "pc", words: "-M pc", told: "i440FX instead of q35" },
    Variant { name: "microvm", words: "-M microvm", told: "no chipset, no firmware tables for slots" },
];

impl Variant {
    /// Those whose name fits `glob` (`*` any text, `?` any character).
    pub fn select(glob: &str) -> Result<Vec<Variant>, String> {
        let found: Vec<Variant> = ALL.iter().filter(|variant| matches(glob, variant.name)).copied().collect();
        if found.is_empty() {
            let names: Vec<&str> = ALL.iter().map(|variant| variant.name).collect();
            return Err(format!("no variant is called {glob:?}: there are {}", names.join(", ")));
        }
        Ok(found)
    }

    /// What a recorded side of this name was about, if there is still such a variant.
    pub fn named(name: &str) -> Option<Variant> {
        ALL.iter().find(|variant| variant.name == name).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_have_names_of_their_own_and_are_found_by_them() {
        for variant in ALL {
            assert_eq!(Variant::named(variant.name), Some(*variant));
            assert_eq!(Variant::select(variant.name), Ok(vec![*variant]));
            assert_ne!(variant.name, DEFAULT);
        }
        assert_eq!(Variant::select("*").map(|all| all.len()), Ok(ALL.len()));
        let error = Variant::select("fast").unwrap_err();
        assert!(error.starts_with("no variant is called \"fast\": there are packed, "), "{error}");
    }
}
