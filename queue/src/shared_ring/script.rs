//! Lives of a ring for many submitters and its device, on one core: what [`testing::script`](crate::testing::script) plays
//! for scripts that ask for such a ring, the random devices of the tests among them.
//!
//! Other cores are stood for by a batch that stays open while other chains come and go, and by a publisher that stands
//! still: it has the right to publish and has not given it up, so that what is submitted is left to it.
//!
//! What the model insists on, besides what it insists on for a ring with one owner: a chain is available exactly if it was
//! submitted and no publisher stands still over it; a device that sleeps is told by whoever moves the index over its wish,
//! and a consumer that sleeps by the device; and once an honest device has returned everything every descriptor is free.

use super::{Batch, SharedRing};
use crate::device::SplitDevice;
use crate::testing::script::{Lie, Machine, Outcome, Script};
use crate::testing::{Fates, HostMemory, TestChain};
use crate::{Fault, Refusal, RingLayout};
use std::collections::BTreeSet;
use std::vec::Vec;

/// What a submitter, the consumer or the device does next.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Submit {
        readable: u8,
        writable: u8,
    },
    /// Keeps descriptors aside for the open batch; opens one if none is.
    Reserve(u8),
    /// Adds to the open batch; opens one if none is.
    Add {
        readable: u8,
        writable: u8,
    },
    PublishBatch,
    DropBatch,
    /// A publisher stands still from here on, unless one does.
    StandStill,
    GoOn,
    Pop,
    PopEach,
    Arm,
    Disarm,
    /// The device takes what is there and returns one of the chains it has.
    Return {
        which: usize,
        written: u32,
    },
    DeviceArms,
    Lie(Lie),
}

impl Step {
    /// The next step of a script: one byte, modulo 19, in the order of [`Step`] and [`Lie`] (entries come twice, with
    /// operands of a byte and of four; there are no tags), and its operands.
    pub(crate) fn of(script: &mut Script<'_>) -> Option<Self> {
        let which = script.first()?;
        Some(match which % 19 {
            0 => {
                let (readable, writable) = script.shape();
                Self::Submit { readable, writable }
            }
            1 => Self::Reserve(script.byte() % 20),
            2 => {
                let (readable, writable) = script.shape();
                Self::Add { readable, writable }
            }
            3 => Self::PublishBatch,
            4 => Self::DropBatch,
            5 => Self::StandStill,
            6 => Self::GoOn,
            7 => Self::Pop,
            8 => Self::PopEach,
            9 => Self::Arm,
            10 => Self::Disarm,
            11 => Self::Return { which: script.byte().into(), written: u32::from(script.byte()) % 40 },
            12 => Self::DeviceArms,
            13 => Self::Lie(Lie::Entry { id: script.byte().into(), written: script.byte().into() }),
            14 => Self::Lie(Lie::Entry { id: script.u32(), written: script.u32() }),
            15 => Self::Lie(Lie::Index(script.u16())),
            16 => Self::Lie(Lie::Scribble(script.u64())),
            17 => Self::Lie(Lie::Event(script.u16().into())),
            _ => Self::Lie(Lie::Flags(script.u16())),
        })
    }
}

type Ring = SharedRing<TestChain, 16>;

/// A ring, its device, and what the model knows of the chains.
struct Life<'r> {
    ring: &'r Ring,
    device: SplitDevice,
    fates: Fates,
    batch: Option<Batch<'r, TestChain, 16>>,
    /// In the open batch.
    batched: Vec<u32>,
    /// A publisher stands still.
    standing: bool,
    /// Left to it.
    left: Vec<u32>,
    /// Published, and not taken back.
    with_ring: BTreeSet<u32>,
    /// Head, and room for writing.
    at_device: Vec<(u16, u32)>,
    /// The device has asked for a kick, and found nothing.
    device_sleeps: bool,
    /// The consumer has asked for an interrupt, and found nothing.
    consumer_sleeps: bool,
    /// Chains ever made.
    made: u32,
    lied: bool,
    latched: Option<Fault>,
    outcome: Outcome,
}

/// Plays the steps on a new ring.
///
/// # Panics
/// If the ring breaks one of its promises.
pub(crate) fn play(machine: Machine, steps: &[Step]) -> Outcome {
    let Machine { features, size, tables, rounds } = machine;
    let layout = RingLayout::new(features, size, tables).expect("a layout of a machine");
    let memory = HostMemory::for_ring(&layout);
    // SAFETY: the memory outlives both: what is declared later goes first.
    let (ring, device) = unsafe {
        let ring = Ring::new(memory.memory(), layout).expect("memory of its layout");
        (ring, SplitDevice::new(memory.memory(), layout))
    };
    let mut life = Life {
        ring: &ring,
        device,
        fates: Fates::default(),
        batch: None,
        batched: Vec::new(),
        standing: false,
        left: Vec::new(),
        with_ring: BTreeSet::new(),
        at_device: Vec::new(),
        // It begins with a wish for the first chain.
        device_sleeps: true,
        consumer_sleeps: false,
        made: 0,
        lied: false,
        latched: None,
        outcome: Outcome::default(),
    };
    for _ in 0..rounds {
        life.step(&Step::Submit { readable: 0, writable: 1 });
        life.step(&Step::Return { which: 0, written: 9 });
        life.step(&Step::Pop);
    }
    for step in steps {
        life.step(step);
        assert_eq!(ring.in_flight() as usize, life.with_ring.len());
    }
    let (fates, outcome, with_ring) = life.end(size);
    let before = fates.dropped();
    drop(ring);
    assert_eq!(fates.abandoned(), with_ring, "each chain still there is abandoned, once");
    assert_eq!(fates.dropped(), before);
    outcome
}

impl<'r> Life<'r> {
    fn chain(&mut self, readable: u8, writable: u8) -> TestChain {
        self.made += 1;
        self.fates.chain(self.made - 1, &[7; 4][..readable as usize], &[9; 4][..writable as usize])
    }

    fn open_batch(&mut self) -> &mut Batch<'r, TestChain, 16> {
        self.batch.get_or_insert_with(|| self.ring.batch())
    }

    fn refused(&mut self, why: Refusal, chain: TestChain, id: u32) {
        assert_eq!(chain.id, id);
        if !self.outcome.refusals.contains(&why) {
            self.outcome.refusals.push(why);
        }
    }

    /// Chains were submitted, and this was the answer.
    fn submitted(&mut self, ids: Vec<u32>, kick: bool) {
        if self.standing {
            assert!(!kick, "the one that moves the index kicks");
            self.left.extend(ids);
        } else {
            self.published(ids, kick);
        }
    }

    /// The index moved over chains, and this was said of the kick.
    fn published(&mut self, ids: Vec<u32>, kick: bool) {
        if !ids.is_empty() {
            assert!(kick || !self.device_sleeps || self.lied, "a device that sleeps is told");
            self.device_sleeps = false;
        }
        self.with_ring.extend(ids);
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Submit { readable, writable } => {
                let chain = self.chain(readable, writable);
                let id = chain.id;
                match self.ring.submit(chain) {
                    Ok(submitted) => self.submitted(Vec::from([id]), submitted.kick),
                    Err(refused) => self.refused(refused.why, refused.chain, id),
                }
            }
            Step::Reserve(descriptors) => drop(self.open_batch().reserve(descriptors.into())),
            Step::Add { readable, writable } => {
                let chain = self.chain(readable, writable);
                let id = chain.id;
                match self.open_batch().add(chain) {
                    Ok(_) => self.batched.push(id),
                    Err(refused) => self.refused(refused.why, refused.chain, id),
                }
            }
            Step::PublishBatch => {
                if let Some(batch) = &mut self.batch {
                    assert_eq!(batch.len(), self.batched.len());
                    let kick = batch.publish();
                    let ids = core::mem::take(&mut self.batched);
                    self.submitted(ids, kick);
                }
            }
            Step::DropBatch => self.drop_batch(),
            Step::StandStill => self.standing = self.ring.publisher.begin() || self.standing,
            Step::GoOn => self.go_on(),
            Step::Pop => {
                let popped = self.ring.consumer().expect("nobody else").pop();
                match popped {
                    Ok(Some(done)) => self.came_back(done.chain, done.written),
                    Ok(None) => assert_eq!(self.latched, None),
                    Err(fault) => self.accused(fault),
                }
            }
            Step::PopEach => {
                let mut back = Vec::new();
                let popped = self.ring.consumer().expect("nobody else").pop_each(|done| back.push(done));
                if let Ok(count) = popped {
                    assert_eq!((count, self.latched), (back.len(), None));
                }
                back.into_iter().for_each(|done| self.came_back(done.chain, done.written));
                popped.map_or_else(|fault| self.accused(fault), drop);
            }
            Step::Arm => self.consumer_sleeps = !self.ring.consumer().expect("nobody else").arm(),
            Step::Disarm => {
                self.ring.consumer().expect("nobody else").disarm();
                self.consumer_sleeps = false;
            }
            Step::Return { which, written } => {
                self.device_takes();
                if !self.at_device.is_empty() {
                    let (head, room) = self.at_device.remove(which % self.at_device.len());
                    self.device.push(head, written.min(room));
                    self.device_publishes();
                }
            }
            Step::DeviceArms => self.device_sleeps = !self.device.arm(),
            Step::Lie(ref lie) => self.lie(lie),
        }
    }

    fn lie(&mut self, lie: &Lie) {
        self.lied = true;
        match *lie {
            Lie::Entry { id, written } => {
                self.device.lie_entry(id, written);
                self.device_publishes();
            }
            Lie::Index(by) => self.device.lie_index(by),
            Lie::Scribble(value) => self.device.lie_over_driver_memory(value),
            Lie::Event(event) => self.device.lie_avail_event(event as u16),
            Lie::Flags(flags) => self.device.lie_flags(flags),
            // A split ring has none.
            Lie::Tag(_) => {}
        }
    }

    fn device_takes(&mut self) {
        loop {
            let mut room = 0_u32;
            let count = |it: crate::device::DeviceSegment| {
                room = room.saturating_add(if it.writable { it.segment.len } else { 0 });
            };
            // Once the device has scribbled it may find no chain any more that makes sense.
            let Ok(Some(head)) = self.device.pop_with(count) else { return };
            self.at_device.push((head, room));
        }
    }

    fn device_publishes(&mut self) {
        let interrupt = self.device.publish();
        assert!(interrupt || !self.consumer_sleeps || self.lied, "a consumer that sleeps is told");
        self.consumer_sleeps = false;
    }

    fn came_back(&mut self, chain: TestChain, written: u32) {
        assert_eq!(self.latched, None, "nothing comes back after a fault");
        assert!(self.with_ring.remove(&chain.id), "chain {} came back unasked", chain.id);
        assert!(written <= 4 * 9);
        self.outcome.returned += 1;
    }

    fn accused(&mut self, fault: Fault) {
        assert!(self.lied, "an honest device was accused: {fault}");
        assert_eq!(*self.latched.get_or_insert(fault), fault);
    }

    /// The batch goes, and what was not published with it.
    fn drop_batch(&mut self) {
        let before = self.fates.dropped();
        self.batch = None;
        assert_eq!(self.fates.dropped() - before, self.batched.len(), "the device has not heard of them");
        self.batched.clear();
    }

    /// The publisher that stands still goes on, and publishes what was left to it.
    fn go_on(&mut self) {
        if core::mem::take(&mut self.standing) {
            let published = self.ring.publisher.published();
            let kick = self.ring.finish(self.ring.avail, published, published);
            let ids = core::mem::take(&mut self.left);
            self.published(ids, kick);
        }
    }

    /// Nobody is in the midst of anything any more. Every other life with an honest device ends with all chains returned.
    /// Answers what came of it, and how many chains are left in the ring.
    fn end(mut self, size: u16) -> (Fates, Outcome, usize) {
        self.drop_batch();
        self.go_on();
        self.outcome.fault = self.ring.fault();
        assert!(self.lied || self.outcome.fault.is_none());
        if !self.lied && self.made.is_multiple_of(2) {
            while !self.with_ring.is_empty() {
                self.step(&Step::Return { which: 0, written: 0 });
                self.step(&Step::Pop);
            }
            assert_eq!(
                (self.ring.free(), self.ring.in_flight()),
                (size, 0),
                "every descriptor is free again"
            );
        }
        assert_eq!(self.fates.dropped() + self.with_ring.len(), self.made as usize, "no chain is lost");
        (self.fates, self.outcome, self.with_ring.len())
    }
}
