//! Our driver rings before a device half by other people: rust-vmm's `virtio-queue`, which cloud hypervisors use. It reads
//! what our rings write, returns chains in any order, and both sides' wishes to be notified are compared with what the
//! standard says follows from them (virtio 1.2, 2.7.7.2 and 2.7.10).
//!
//! Split rings only: that crate's device half knows no others. It ignores `VIRTQ_AVAIL_F_NO_INTERRUPT`, so without event
//! index the driver's wish is read from the ring itself.
#![cfg(not(miri))]

use std::collections::VecDeque;
use std::ptr::NonNull;

use ninewire_queue::{
    Chain, DevAddr, Head, Place, Residence, Resident, Ring, RingFeatures, RingLayout, RingMemory, Segment,
    SharedRing, Steady,
};
use virtio_queue::{Queue, QueueOwnedT, QueueT};
use vm_memory::{Bytes, GuestAddress, GuestMemoryBackend, GuestMemoryMmap};

/// Where the device sees the ring.
const RING: GuestAddress = GuestAddress(0x4000_0000);

/// Slots of the rings, and the size of the largest.
const SLOTS: usize = 16;

/// Chains in one life of a ring: the 16-bit indices go round once.
const CHAINS: u64 = 66_000;

/// A segment as the device sees it: address, length, whether it may write.
type Seen = (u64, u32, bool);

/// A chain that owns nothing a device could spoil.
struct Request {
    id: u64,
    segments: Vec<Segment>,
    readable: usize,
}

// SAFETY: the addresses name no memory; the device half is never asked to follow them.
unsafe impl Chain for Request {
    fn readable(&self) -> &[Segment] {
        &self.segments[..self.readable]
    }

    fn writable(&self) -> &[Segment] {
        &self.segments[self.readable..]
    }
}

// SAFETY: nobody changes its segments.
unsafe impl Steady for Request {}

enum Carried {
    Written(Request),
    Settled(Resident<Request>),
}

impl Carried {
    fn request(&self) -> &Request {
        match self {
            Self::Written(request) => request,
            Self::Settled(resident) => resident,
        }
    }

    fn seen(&self) -> Vec<Seen> {
        let of = |writable| move |it: &Segment| (it.addr.get(), it.len, writable);
        let request = self.request();
        let readable = request.readable().iter().map(of(false));
        readable.chain(request.writable().iter().map(of(true))).collect()
    }
}

// SAFETY: everything is that of the one chain in it; the place is that of a resident.
unsafe impl Chain for Carried {
    const MAY_RESIDE: bool = true;

    fn readable(&self) -> &[Segment] {
        self.request().readable()
    }

    fn writable(&self) -> &[Segment] {
        self.request().writable()
    }

    fn place(&self) -> &Place {
        match self {
            Self::Written(_) => &Place::NOWHERE,
            Self::Settled(resident) => resident.place(),
        }
    }
}

/// Marsaglia's xorshift: the same lives on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }

    /// True once in `times`.
    fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}

/// The ring under test.
enum Driver {
    Owned(Ring<Carried, SLOTS>),
    Shared(SharedRing<Carried, SLOTS>),
}

impl Driver {
    /// Gives the chains to the ring and publishes them together; answers the heads of those that found room, what did
    /// not, and the decision about the kick.
    fn publish(&mut self, chains: Vec<Carried>) -> (Vec<Head>, Vec<Carried>, bool) {
        let (mut heads, mut refused) = (Vec::new(), Vec::new());
        let mut note = |added: Result<Head, ninewire_queue::AddError<Carried>>| match added {
            Ok(head) => heads.push(head),
            Err(error) => refused.push(error.chain),
        };
        let kick = match self {
            Self::Owned(ring) => {
                chains.into_iter().for_each(|chain| note(ring.add(chain)));
                ring.publish()
            }
            Self::Shared(ring) if chains.len() == 1 => {
                let mut kick = false;
                for chain in chains {
                    note(ring.submit(chain).map(|submitted| {
                        kick = submitted.kick;
                        submitted.head
                    }));
                }
                kick
            }
            Self::Shared(ring) => {
                let mut batch = ring.batch();
                chains.into_iter().for_each(|chain| note(batch.add(chain)));
                batch.publish()
            }
        };
        (heads, refused, kick)
    }

    fn pop(&mut self) -> Option<(Carried, Head, u32)> {
        let done = match self {
            Self::Owned(ring) => ring.pop(),
            Self::Shared(ring) => ring.consumer().expect("nobody else has it").pop(),
        };
        done.expect("the device is honest").map(|done| (done.chain, done.head, done.written))
    }

    fn arm(&mut self) -> bool {
        match self {
            Self::Owned(ring) => ring.arm(),
            Self::Shared(ring) => ring.consumer().expect("nobody else has it").arm(),
        }
    }

    fn disarm(&mut self) {
        match self {
            Self::Owned(ring) => ring.disarm(),
            Self::Shared(ring) => ring.consumer().expect("nobody else has it").disarm(),
        }
    }
}

/// Does an index that goes from `old` to `new` go over `event`? (2.7.7.2, 2.7.10)
fn goes_over(event: u16, old: u16, new: u16) -> bool {
    (0..new.wrapping_sub(old)).any(|by| old.wrapping_add(by) == event)
}

/// A ring, the other people's device, and what the standard says both must be in.
struct Life {
    driver: Driver,
    queue: Queue,
    memory: GuestMemoryMmap,
    layout: RingLayout,
    avail_ring: GuestAddress,
    dice: Dice,
    next_id: u64,
    home: Vec<Resident<Request>>,
    /// Published and not seen by the device yet, in order.
    available: VecDeque<(Head, Vec<Seen>)>,
    /// With the device.
    at_device: Vec<(Head, u32)>,
    /// Returned and not popped yet, in order.
    used: VecDeque<(Head, u32)>,
    /// What the ring has, by its head.
    inside: Vec<Option<u64>>,
    /// The four indices, as free-running counts.
    published: u16,
    returned: u16,
    popped: u16,
    accepted: u64,
    /// What the device asks for: an index, or kicks at all.
    avail_event: u16,
    wants_kicks: bool,
    /// What the driver asks for.
    used_event: u16,
    /// What became of the many cases.
    kicks: u64,
    interrupts: u64,
    refusals: u64,
}

impl Life {
    fn new(shared: bool, event_idx: bool, size: u16, tables: u16, seed: u64) -> Life {
        let features = RingFeatures { event_idx, indirect: tables > 0, ..RingFeatures::default() };
        let layout = RingLayout::new(features, size, tables).unwrap();
        let memory = GuestMemoryMmap::<()>::from_ranges(&[(RING, layout.bytes())]).unwrap();
        let cpu = NonNull::new(memory.get_host_address(RING).unwrap()).unwrap();
        let ring = RingMemory::new(cpu, DevAddr::new(RING.0), layout.bytes());
        // SAFETY: the memory is this ring's and its device's alone, and goes after both: `Life` drops in order.
        let driver = unsafe {
            match shared {
                true => Driver::Shared(SharedRing::new(ring, layout).unwrap()),
                false => Driver::Owned(Ring::new(ring, layout).unwrap()),
            }
        };
        let areas = layout.areas(&ring);
        let avail_ring = GuestAddress(areas.driver.get());
        let mut queue = Queue::new(SLOTS as u16).unwrap();
        queue.try_set_size(size).unwrap();
        queue.try_set_desc_table_address(GuestAddress(areas.desc.get())).unwrap();
        queue.try_set_avail_ring_address(avail_ring).unwrap();
        queue.try_set_used_ring_address(GuestAddress(areas.device.get())).unwrap();
        queue.set_event_idx(event_idx);
        queue.set_ready(true);
        assert!(queue.is_valid(&memory));
        Life {
            driver,
            queue,
            memory,
            layout,
            avail_ring,
            dice: Dice(seed),
            next_id: 0,
            home: Vec::new(),
            available: VecDeque::new(),
            at_device: Vec::new(),
            used: VecDeque::new(),
            inside: vec![None; SLOTS],
            published: 0,
            returned: 0,
            popped: 0,
            accepted: 0,
            avail_event: 0,
            wants_kicks: true,
            used_event: 0,
            kicks: 0,
            interrupts: 0,
            refusals: 0,
        }
    }

    fn event_idx(&self) -> bool {
        self.layout.features().event_idx
    }

    /// A chain of segments nobody had before.
    fn request(&mut self) -> Request {
        let longest = u64::from(self.layout.table_entries().max(4).min(self.layout.size()));
        let count = 1 + self.dice.below(longest);
        let id = self.next_id;
        self.next_id += 1;
        let place = |nth: u64| DevAddr::new((id + 1) << 24 | nth << 16);
        let segments =
            (0..count).map(|nth| Segment::new(place(nth), 1 + self.dice.below(4096) as u32)).collect();
        Request { id, segments, readable: self.dice.below(count + 1) as usize }
    }

    fn publish(&mut self) {
        let idle = self.home.is_empty() && self.inside.iter().all(Option::is_none);
        let mut chains = Vec::new();
        for _ in 0..1 + self.dice.below(4) {
            chains.push(match self.home.pop() {
                Some(resident) if self.dice.once_in(2) => Carried::Settled(resident),
                back => {
                    self.home.extend(back);
                    Carried::Written(self.request())
                }
            });
        }
        let known: Vec<_> = chains.iter().map(|chain| (chain.request().id, chain.seen())).collect();
        let (heads, refused, kick) = self.driver.publish(chains);
        assert!(!idle || !heads.is_empty(), "a ring with all its descriptors free has room");
        let out: Vec<u64> = refused.iter().map(|chain| chain.request().id).collect();
        self.refusals += out.len() as u64;
        for chain in refused {
            if let Carried::Settled(resident) = chain {
                self.home.push(resident);
            }
        }
        let taken: Vec<_> = known.into_iter().filter(|(id, _)| !out.contains(id)).collect();
        assert_eq!(taken.len(), heads.len());
        let old = self.published;
        for ((id, seen), head) in taken.into_iter().zip(heads) {
            assert_eq!(self.inside[head.index()].replace(id), None, "a head names one chain");
            self.available.push_back((head, seen));
            self.published = self.published.wrapping_add(1);
            self.accepted += 1;
        }
        let asked = match self.event_idx() {
            true => goes_over(self.avail_event, old, self.published),
            false => self.wants_kicks && old != self.published,
        };
        assert_eq!(kick, asked, "kick when {old} becomes {}, event {}", self.published, self.avail_event);
        self.kicks += u64::from(kick);
    }

    fn device_takes(&mut self) {
        for _ in 0..1 + self.dice.below(6) {
            let memory = &self.memory;
            let Some(chain) = self.queue.iter(memory).expect("the avail index makes sense").next() else {
                return assert!(self.available.is_empty(), "the device has not seen what was published");
            };
            let (head, expected) = self.available.pop_front().expect("nothing appears from nowhere");
            assert_eq!(usize::from(chain.head_index()), head.index());
            let seen: Vec<Seen> = chain.map(|it| (it.addr().0, it.len(), it.is_write_only())).collect();
            assert_eq!(seen, expected);
            let room = seen.iter().filter(|(_, _, writable)| *writable).map(|(_, len, _)| len).sum();
            self.at_device.push((head, room));
        }
    }

    fn device_returns(&mut self) {
        let old = self.returned;
        for _ in 0..1 + self.dice.below(4) {
            if self.at_device.is_empty() {
                break;
            }
            let (head, room) =
                self.at_device.swap_remove(self.dice.below(self.at_device.len() as u64) as usize);
            let written = self.dice.below(u64::from(room) + 1) as u32;
            self.queue.add_used(&self.memory, head.index() as u16, written).unwrap();
            self.used.push_back((head, written));
            self.returned = self.returned.wrapping_add(1);
        }
        let needs = self.queue.needs_notification(&self.memory).unwrap();
        if self.event_idx() {
            let asked = goes_over(self.used_event, old, self.returned);
            assert_eq!(needs, asked, "interrupt when {old} becomes {}", self.returned);
            self.interrupts += u64::from(needs);
        }
    }

    fn device_asks(&mut self) {
        if self.dice.once_in(2) {
            let more = self.queue.enable_notification(&self.memory).unwrap();
            assert_eq!(more, !self.available.is_empty());
            self.avail_event = self.queue.next_avail();
            self.wants_kicks = true;
        } else {
            // With event index this changes nothing: the index stays where it is.
            self.queue.disable_notification(&self.memory).unwrap();
            self.wants_kicks = false;
        }
    }

    fn pop(&mut self) {
        for _ in 0..1 + self.dice.below(4) {
            let Some((chain, head, written)) = self.driver.pop() else {
                return assert!(self.used.is_empty(), "the driver has not seen what was returned");
            };
            assert_eq!(Some((head, written)), self.used.pop_front());
            assert_eq!(self.inside[head.index()].take(), Some(chain.request().id));
            self.popped = self.popped.wrapping_add(1);
            if let Carried::Settled(resident) = chain {
                self.home.push(resident);
            }
        }
    }

    fn driver_asks(&mut self) {
        let wish = if self.dice.once_in(2) {
            assert_eq!(self.driver.arm(), self.returned != self.popped);
            self.used_event = self.popped;
            0
        } else {
            self.driver.disarm();
            self.used_event = self.popped.wrapping_sub(1);
            1
        };
        if !self.event_idx() {
            assert_eq!(
                self.memory.read_obj::<u16>(self.avail_ring).unwrap(),
                wish,
                "VIRTQ_AVAIL_F_NO_INTERRUPT"
            );
        }
    }

    /// Settles a chain, or gives one up. Few, so that room is left for others.
    fn settles(&mut self) {
        const SETTLED_MAX: usize = 2;
        let residence = if self.dice.once_in(2) { Residence::Table } else { Residence::Ring };
        let settled = self.inside.iter().flatten().count() == 0 && self.home.len() < SETTLED_MAX;
        let request = settled.then(|| self.request());
        let Driver::Owned(ring) = &mut self.driver else { return };
        match (request, self.home.pop()) {
            (Some(request), back) => {
                self.home.extend(back);
                self.home.extend(ring.settle(request, residence).ok());
            }
            (None, Some(resident)) => drop(ring.unsettle(resident)),
            (None, None) => {}
        }
    }

    fn step(&mut self) {
        match self.dice.below(16) {
            0..4 => self.publish(),
            4..7 => self.device_takes(),
            7..10 => self.device_returns(),
            10..13 => self.pop(),
            13 => self.device_asks(),
            14 => self.driver_asks(),
            _ if self.dice.once_in(16) => self.settles(),
            _ => {}
        }
    }

    /// Lets everything come home.
    fn ends(&mut self) {
        while self.inside.iter().any(Option::is_some) {
            self.device_takes();
            self.device_returns();
            self.pop();
        }
        assert_eq!((self.published, self.returned), (self.returned, self.popped));
    }
}

/// Lives of all shapes until the indices have gone round, and shorter ones with other dice.
fn lives(shared: bool) {
    for event_idx in [false, true] {
        for (size, tables) in [(16, 0), (8, 6), (4, 4)] {
            for (seed, chains) in
                [(0x9e37_79b9_7f4a_7c15, CHAINS), (7, 500), (1 << 40, 500), (0xdead_beef, 500)]
            {
                let mut life = Life::new(shared, event_idx, size, tables, seed);
                while life.accepted < chains {
                    life.step();
                }
                life.ends();
                assert!(life.kicks > 0 && life.kicks < life.accepted, "each kind of decision was taken");
                assert!(!event_idx || life.interrupts > 0 && life.interrupts < life.accepted);
                assert!(life.refusals > 0, "the ring was full at times");
            }
        }
    }
}

#[test]
fn rust_vmms_device_and_our_ring_understand_each_other() {
    lives(false);
}

#[test]
fn rust_vmms_device_and_our_shared_ring_understand_each_other() {
    lives(true);
}
