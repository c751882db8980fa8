//! A fault on purpose: what the judge on the host is put to the proof with. Nothing of it happens unless the kernel command
//! line says so.
//!
//! `plant=copy` copies the bytes of each operation once more, `plant=kick` notifies the 9P device once more after each
//! operation, `plant=delay:N` spends N percent of each operation's own time after it. The host's gate has to name the
//! counter of the first two, and a comparison of two sides the cases of the third.
//!
//! `bounce=on` copies the same bytes and is no fault but a way to drive the devices: what data paths through buffers of the
//! kernel's own would cost, to compare with.

use alloc::vec::Vec;
use core::cell::RefCell;

use ninewire_bench_guest::target::Slot;
use ninewire_bench_guest::units::Ticks;
use ninewire_kernel::arch;
use ninewire_kernel::boot::Machine;
use ninewire_kernel::io;

use super::slot::PageSlot;
use super::target::Over;

/// The fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plant {
    Copy,
    Kick,
    Delay { percent: u64 },
}

/// What `plant=` says is none of the faults there are.
#[derive(Clone, Copy, Debug)]
pub(super) struct UnknownPlant;

impl Plant {
    /// The fault the command line asks for, if it asks for one.
    pub(super) fn of(machine: &Machine) -> Result<Option<Plant>, UnknownPlant> {
        let Some(word) = machine.cmdline.get("plant") else {
            return Ok(machine.cmdline.flag("bounce").then_some(Plant::Copy));
        };
        let delay = word.strip_prefix("delay:").and_then(|percent| percent.parse().ok());
        match (word, delay) {
            ("copy", _) => Ok(Some(Plant::Copy)),
            ("kick", _) => Ok(Some(Plant::Kick)),
            (_, Some(percent)) => Ok(Some(Plant::Delay { percent })),
            _ => Err(UnknownPlant),
        }
    }
}

/// Does the fault to one session's operations.
pub(super) struct Planted {
    plant: Option<Plant>,
    /// Where `copy` copies to.
    room: RefCell<Vec<u8>>,
}

impl Planted {
    pub(super) fn new(plant: Option<Plant>) -> Self {
        Planted { plant, room: RefCell::new(Vec::new()) }
    }

    /// After an operation that was begun at `begun`; `over` is the device, `slot` what was brought or sent.
    #[inline]
    pub(super) fn done(&self, begun: Ticks, over: &Over, slot: &PageSlot) {
        if let Some(plant) = self.plant {
            self.fail(plant, begun, over, slot);
        }
    }

    #[cold]
    fn fail(&self, plant: Plant, begun: Ticks, over: &Over, slot: &PageSlot) {
        match (plant, over) {
            (Plant::Copy, _) => slot.pieces(&mut |piece| self.copy(piece)),
            (Plant::Kick, Over::NineP(device)) => device.notify_in_vain(),
            // A port has no notification that is not for something.
            (Plant::Kick, Over::Port { .. }) => {}
            (Plant::Delay { percent }, _) => {
                let now = arch::tsc();
                let until = now + now.saturating_sub(begun.0) * percent / 100;
                while arch::tsc() < until {
                    core::hint::spin_loop();
                }
            }
        }
    }

    fn copy(&self, piece: &[u8]) {
        let room = &mut *self.room.borrow_mut();
        if room.len() < piece.len() {
            room.resize(piece.len(), 0);
        }
        io::copy_payload(&mut room[..piece.len()], piece);
    }
}
