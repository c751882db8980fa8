//! Which part of memory is mapped where and for what: the plan that `mem` hands to the page tables. Pure.
//!
//! Everything is mapped one to one, except stacks, which live in a window of their own so that the page under
//! each is a hole. Not mapped at all: the first MiB (page 0 with it), and whatever the firmware did not call
//! RAM, until a device's registers are asked for.

use super::map::{Run, Runs};
use crate::mem::PAGE_SIZE;

/// What may be done with a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Read and execute: the kernel's code.
    Text,
    /// Read: the kernel's constants.
    Rodata,
    /// Read and write: everything else in RAM.
    Data,
    /// Read and write, not cached: device registers.
    Device,
}

/// A run of pages mapped one to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// The pages.
    pub run: Run,
    /// What may be done with them.
    pub access: Access,
}

/// Where the parts of the image lie: page-aligned, in this order, nothing else between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Image {
    /// Code.
    pub text: Run,
    /// Constants.
    pub rodata: Run,
    /// Variables.
    pub data: Run,
}

impl Image {
    /// From the first page of the code to the last of the variables.
    pub const fn run(&self) -> Run {
        Run { start: self.text.start, end: self.data.end }
    }
}

/// RAM below this stays with the firmware, its tables, and the other cores' first instructions.
pub const LOW_END: u64 = 1 << 20;

/// All one-to-one mappings: the image by its parts, the rest of the usable RAM as data. `usable` must not
/// contain the image.
pub fn plan<'a>(image: &Image, usable: &'a Runs) -> impl Iterator<Item = Identity> + use<'a> {
    let image = [
        Identity { run: image.text, access: Access::Text },
        Identity { run: image.rodata, access: Access::Rodata },
        Identity { run: image.data, access: Access::Data },
    ];
    image.into_iter().chain(usable.as_slice().iter().map(|&run| Identity { run, access: Access::Data }))
}

/// The stacks of one core.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stack {
    /// Tasks, and interrupts, run here.
    Main,
    /// Faults of the running code.
    Fault,
    /// The double fault.
    DoubleFault,
    /// Non-maskable interrupt.
    Nmi,
    /// Machine check.
    MachineCheck,
}

/// All stacks of a core, in the order of their places.
pub const STACKS: [Stack; 5] =
    [Stack::Main, Stack::Fault, Stack::DoubleFault, Stack::Nmi, Stack::MachineCheck];

/// Where the window of the stacks begins: the upper half of the address space, where nothing else lives.
pub const STACK_WINDOW: u64 = 0xffff_8000_0000_0000;
/// Each stack ends at the end of a slot of this size; below it the slot is a hole.
const SLOT_BYTES: u64 = 1 << 20;
/// The stacks of one core begin so many bytes behind those of the core before.
pub const CORE_BYTES: u64 = 8 * SLOT_BYTES;
/// Cores the window has room for.
pub const CORES_MAX: usize = 256;

impl Stack {
    /// Bytes that are mapped.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Main => 64 * PAGE_SIZE,
            Self::Fault | Self::DoubleFault | Self::Nmi | Self::MachineCheck => 4 * PAGE_SIZE,
        }
    }

    /// The address behind its last byte: where the stack pointer starts.
    pub const fn top(self, core: usize) -> u64 {
        STACK_WINDOW + core as u64 * CORE_BYTES + (self as u64 + 1) * SLOT_BYTES
    }

    /// Its name in a fault report.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Fault => "fault",
            Self::DoubleFault => "double fault",
            Self::Nmi => "NMI",
            Self::MachineCheck => "machine check",
        }
    }

    /// The core and the stack into whose slot `address` falls: for an address that is not mapped, whose stack
    /// overflowed.
    pub fn of(address: u64) -> Option<(usize, Self)> {
        let offset = address.checked_sub(STACK_WINDOW)?;
        let core = usize::try_from(offset / CORE_BYTES).ok().filter(|&core| core < CORES_MAX)?;
        let slot = (offset % CORE_BYTES / SLOT_BYTES) as usize;
        Some((core, *STACKS.get(slot)?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::map::{Kind, Region};
    use super::*;
    use std::vec::Vec;

    const IMAGE: Image = Image {
        text: Run { start: 0x20_0000, end: 0x24_0000 },
        rodata: Run { start: 0x24_0000, end: 0x25_0000 },
        data: Run { start: 0x25_0000, end: 0x26_0000 },
    };

    #[test]
    fn each_part_of_the_image_has_its_own_rights_and_the_rest_is_data() {
        let ram = Region { start: LOW_END, end: 0x400_0000, kind: Kind::Usable };
        let mut usable = Runs::usable([ram].into_iter()).expect("one region");
        usable.remove(IMAGE.run().start, IMAGE.run().end).expect("room");
        let all: Vec<(u64, u64, Access)> =
            plan(&IMAGE, &usable).map(|m| (m.run.start, m.run.end, m.access)).collect();
        assert_eq!(
            all,
            [
                (0x20_0000, 0x24_0000, Access::Text),
                (0x24_0000, 0x25_0000, Access::Rodata),
                (0x25_0000, 0x26_0000, Access::Data),
                (0x10_0000, 0x20_0000, Access::Data),
                (0x26_0000, 0x400_0000, Access::Data),
            ]
        );
    }

    #[test]
    fn every_stack_has_a_hole_beneath_and_none_touches_another() {
        let mut below = STACK_WINDOW;
        for core in [0, 1, CORES_MAX - 1] {
            for stack in STACKS {
                let bottom = stack.top(core) - stack.bytes() as u64;
                assert!(bottom >= below + PAGE_SIZE as u64, "a hole of at least a page");
                assert_eq!(Stack::of(bottom - 1), Some((core, stack)), "whose hole it is");
                below = stack.top(core);
            }
        }
    }

    #[test]
    fn an_address_outside_the_window_is_nobody_s_stack() {
        assert_eq!(Stack::of(0), None);
        assert_eq!(Stack::of(STACK_WINDOW - 1), None);
        assert_eq!(Stack::of(STACK_WINDOW + CORE_BYTES - 1), None);
        assert_eq!(Stack::of(u64::MAX), None);
    }
}
