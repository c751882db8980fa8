//! Any bytes as a life of a ring and its device: what the ring is like, then a sequence of honest steps and lies, each
//! checked against a plain model that knows which chains are in the ring. The random devices, the fuzz target and the
//! replay of its corpus all come through [`play`].
//!
//! What the model insists on: nothing panics; no chain comes back twice or without having been added; an honest device is
//! never accused; the first fault a ring tells is the last thing it says; a chain that has a place is not refused; and
//! when the ring goes, each chain still in it is abandoned, once, or in every other life comes back after a reset.
//!
//! A script is four bytes about the [`Machine`] and then steps, each a byte that says which (modulo 17, in the order of
//! [`Step`] and [`Lie`]; entries come twice, with operands of a byte and of four) and its operands, little-endian. Bytes
//! that are missing are zero. The machine's fifth flag asks for a ring for many submitters, which has steps of its own, in
//! `shared_ring::script`.

use super::{Mixed, PACKED, Rig, SPLIT};
use crate::device::DeviceRing;
use crate::shared_ring::script as shared;
use crate::{Fault, Refusal, Residence, RingFeatures};
use std::collections::BTreeSet;
use std::vec::Vec;

/// What driver or device does next.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Add {
        readable: u8,
        writable: u8,
    },
    /// Settles a chain, if not many are.
    Settle {
        readable: u8,
        writable: u8,
        table: bool,
    },
    /// Adds a settled chain that is home.
    AddSettled {
        which: usize,
    },
    Unsettle {
        which: usize,
    },
    Publish,
    Pop,
    Arm,
    Disarm,
    /// The device takes what is there and returns one of the chains it has, in order that one for all before it.
    Return {
        which: usize,
        written: u32,
    },
    DeviceArms,
    Lie(Lie),
}

/// What no honest device would do. A ring of the other format has no such thing where a lie names a part of one.
#[derive(Clone, Debug)]
pub(crate) enum Lie {
    Entry { id: u32, written: u32 },
    Index(u16),
    Scribble(u64),
    Event(u32),
    Flags(u16),
    Tag(u32),
}

/// What a life begins with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Machine {
    pub(crate) features: RingFeatures,
    pub(crate) size: u16,
    /// Entries of each indirect table.
    pub(crate) tables: u16,
    /// Chains that went to an honest device and came back, one by one, before the first step.
    pub(crate) rounds: u16,
}

/// Chains before the first step of a life that is to see 16-bit indices wrap. An interpreter of memory accesses is a
/// thousand times slower: there it is a few turns of the ring.
pub(crate) const FAR: u16 = if cfg!(miri) { 12 } else { 0xfffc };

/// What came of a life, for tests that say what a script is there for.
#[derive(Default, Debug)]
pub struct Outcome {
    /// The fault the ring latched.
    pub fault: Option<Fault>,
    /// Chains that came back.
    pub returned: u32,
    /// Resident chains among them.
    pub returned_residents: u32,
    /// The reasons for which chains were refused, each once.
    pub refusals: Vec<Refusal>,
}

/// Lives the life that `script` describes.
///
/// # Panics
/// If the ring breaks one of its promises.
pub fn run(script: &[u8]) -> Outcome {
    let mut script = Script(script.iter());
    let (machine, shared) = script.machine();
    if shared {
        let steps: Vec<shared::Step> = core::iter::from_fn(|| shared::Step::of(&mut script)).collect();
        return shared::play(machine, &steps);
    }
    let steps: Vec<Step> = core::iter::from_fn(|| script.step()).collect();
    play(machine, &steps)
}

/// Where reading a script has got to.
pub(crate) struct Script<'s>(core::slice::Iter<'s, u8>);

impl Script<'_> {
    /// The byte a step begins with, if there is another.
    pub(crate) fn first(&mut self) -> Option<u8> {
        self.0.next().copied()
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        core::array::from_fn(|_| self.0.next().copied().unwrap_or(0))
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.bytes::<1>()[0]
    }

    pub(crate) fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.bytes())
    }

    pub(crate) fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.bytes())
    }

    pub(crate) fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.bytes())
    }

    /// How many segments a chain has to read and to write, at most three each.
    pub(crate) fn shape(&mut self) -> (u8, u8) {
        let shape = self.byte();
        (shape & 3, shape >> 2 & 3)
    }

    /// The machine, and whether many may submit.
    fn machine(&mut self) -> (Machine, bool) {
        let [flags, size, tables, rounds] = self.bytes();
        let (event_idx, direct, shared) = (flags & 2 != 0, flags & 8 != 0, flags & 16 != 0);
        let (packed, in_order) = (flags & 1 != 0 && !shared, flags & 4 != 0 && !shared);
        let features = if packed { PACKED } else { SPLIT };
        let size = if packed { 1 + u16::from(size) % 16 } else { 1 << (size % 5) };
        let machine = Machine {
            features: RingFeatures { event_idx, in_order, indirect: !direct, ..features },
            size,
            tables: if direct { 0 } else { u16::from(tables) % (size + 1) },
            // One of them takes the ring to just before its 16-bit indices wrap: that takes long, and is to be rare.
            rounds: if rounds < 255 { u16::from(rounds) } else { FAR },
        };
        (machine, shared)
    }

    fn step(&mut self) -> Option<Step> {
        let which = self.first()?;
        Some(match which % 17 {
            0 => {
                let (readable, writable) = self.shape();
                Step::Add { readable, writable }
            }
            1 => {
                let shape = self.byte();
                Step::Settle { readable: shape & 3, writable: shape >> 2 & 3, table: shape & 16 != 0 }
            }
            2 => Step::AddSettled { which: self.byte().into() },
            3 => Step::Unsettle { which: self.byte().into() },
            4 => Step::Publish,
            5 => Step::Pop,
            6 => Step::Arm,
            7 => Step::Disarm,
            8 => Step::Return { which: self.byte().into(), written: u32::from(self.byte()) % 40 },
            9 => Step::DeviceArms,
            10 => Step::Lie(Lie::Entry { id: self.byte().into(), written: self.byte().into() }),
            11 => Step::Lie(Lie::Entry { id: self.u32(), written: self.u32() }),
            12 => Step::Lie(Lie::Index(self.u16())),
            13 => Step::Lie(Lie::Scribble(self.u64())),
            14 => Step::Lie(Lie::Event(self.u32())),
            15 => Step::Lie(Lie::Flags(self.u16())),
            _ => Step::Lie(Lie::Tag(self.u32())),
        })
    }
}

/// Plays the steps on a new ring.
///
/// # Panics
/// If the ring breaks one of its promises.
pub(crate) fn play(machine: Machine, steps: &[Step]) -> Outcome {
    let Machine { features, size, tables, rounds } = machine;
    let mut rig = Rig::<Mixed>::with_tables(features, size, tables);
    let mut outcome = Outcome { returned: go_round(&mut rig, rounds), ..Outcome::default() };
    let (mut next, mut at_device) = (u32::from(rounds), Vec::new());
    let mut home = Vec::new();
    let (mut with_ring, mut latched, mut lied) = (BTreeSet::new(), None, false);
    for step in steps {
        match *step {
            Step::Add { readable, writable } => {
                let chain = rig.fates.chain(next, &[7; 4][..readable as usize], &[9; 4][..writable as usize]);
                match rig.ring.add(Mixed::Written(chain)) {
                    Ok(_) => drop(with_ring.insert(next)),
                    Err(refused) => {
                        assert_eq!(refused.chain.id(), next);
                        if !outcome.refusals.contains(&refused.why) {
                            outcome.refusals.push(refused.why);
                        }
                    }
                }
                next += 1;
            }
            Step::Settle { readable, writable, table } => {
                let chain = rig.fates.chain(next, &[7; 4][..readable as usize], &[9; 4][..writable as usize]);
                let residence = if table { Residence::Table } else { Residence::Ring };
                match rig.ring.settle(chain, residence) {
                    Ok(resident) => home.push(resident),
                    Err(refused) => assert_eq!(refused.chain.id, next),
                }
                next += 1;
            }
            Step::AddSettled { which } => {
                if !home.is_empty() {
                    let resident = home.swap_remove(which % home.len());
                    let (id, placed) = (resident.id, resident.is_placed());
                    match rig.ring.add(Mixed::Settled(resident)) {
                        Ok(_) => assert!(with_ring.insert(id)),
                        Err(refused) => {
                            assert!(!placed || rig.ring.fault().is_some(), "there is a place for it");
                            let Mixed::Settled(resident) = refused.chain else { unreachable!("as it came") };
                            home.push(resident);
                        }
                    }
                }
            }
            Step::Unsettle { which } => {
                if !home.is_empty() {
                    let resident = home.swap_remove(which % home.len());
                    drop(rig.ring.unsettle(resident));
                }
            }
            Step::Publish => drop(rig.ring.publish()),
            Step::Pop => match rig.ring.pop() {
                Ok(None) => assert_eq!(latched, None),
                Ok(Some(done)) => {
                    assert_eq!(latched, None, "nothing comes back after a fault");
                    let id = done.chain.id();
                    assert!(with_ring.remove(&id), "chain {id} came back unasked");
                    assert!(u64::from(done.written) <= 4 * 9);
                    outcome.returned += 1;
                    if let Mixed::Settled(resident) = done.chain {
                        outcome.returned_residents += 1;
                        home.push(resident);
                    }
                }
                Err(fault) => {
                    assert!(lied, "an honest device was accused: {fault}");
                    assert_eq!(*latched.get_or_insert(fault), fault);
                }
            },
            Step::Arm => drop(rig.ring.arm()),
            Step::Disarm => rig.ring.disarm(),
            Step::Return { which, written } => {
                // Once the device has scribbled it may find no chain any more that makes sense.
                while let Ok(Some(chain)) = rig.device.pop() {
                    at_device.push((chain.head, chain.room()));
                }
                if !at_device.is_empty() {
                    let which = which % at_device.len();
                    let (head, room) = at_device.remove(which);
                    if features.in_order {
                        at_device.drain(..which);
                        rig.device.push_batch(which as u16 + 1, head, written.min(room));
                    } else {
                        rig.device.push(head, written.min(room));
                    }
                    rig.device.publish();
                }
            }
            Step::DeviceArms => drop(rig.device.arm()),
            Step::Lie(ref lie) => {
                lied = true;
                match (&mut rig.device, lie) {
                    (device, &Lie::Entry { id, written }) => {
                        device.lie_entry(id, written);
                        device.publish();
                    }
                    (device, &Lie::Scribble(value)) => device.lie_over_driver_memory(value),
                    (DeviceRing::Split(device), &Lie::Index(by)) => device.lie_index(by),
                    (DeviceRing::Split(device), &Lie::Event(event)) => device.lie_avail_event(event as u16),
                    (DeviceRing::Split(device), &Lie::Flags(flags)) => device.lie_flags(flags),
                    (DeviceRing::Packed(device), &Lie::Tag(tag)) => device.lie_tag(tag),
                    (DeviceRing::Packed(device), &Lie::Event(event)) => device.lie_event(event),
                    _ => {}
                }
            }
        }
        if latched.is_none() && rig.ring.fault().is_none() {
            assert_eq!(rig.ring.in_flight() as usize, with_ring.len());
        }
    }
    outcome.fault = rig.ring.fault();
    let fates = rig.fates.clone();
    assert!(lied || outcome.fault.is_none());
    if next.is_multiple_of(2) {
        // SAFETY: nobody plays the device any more.
        unsafe { rig.ring.recover(|_, chain| assert!(with_ring.remove(&chain.id()), "it was there, once")) };
        assert!(with_ring.is_empty(), "after a reset every chain comes back");
        assert_eq!(rig.ring.pop().map(|done| done.is_some()), outcome.fault.map_or(Ok(false), Err));
        assert_eq!(rig.ring.arm(), outcome.fault.is_some());
    }
    let before = fates.dropped();
    drop(rig.ring);
    assert_eq!(fates.abandoned(), with_ring.len(), "each chain still there is abandoned, once");
    assert_eq!(fates.dropped(), before);
    outcome
}

/// Sends chains to the device and takes them back, one by one; answers how many.
fn go_round(rig: &mut Rig<Mixed>, rounds: u16) -> u32 {
    for id in 0..u32::from(rounds) {
        let chain = rig.fates.chain(id, &[], &[9]);
        rig.ring.add(Mixed::Written(chain)).expect("a ring with nothing in it has room for a chain");
        let _ = rig.ring.publish();
        let taken = rig.device.pop().expect("an honest driver").expect("a chain that was published");
        rig.device.complete(taken.head, 9);
        let done = rig.ring.pop().expect("an honest device").expect("a chain that was returned");
        assert_eq!((done.chain.id(), done.written), (id, 9));
    }
    rounds.into()
}
