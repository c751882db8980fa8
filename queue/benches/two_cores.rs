//! A driver on one core and its device on the other, and two submitters on one ring, in bounces of a cache line.

#[path = "../../dma/benches/support/cores.rs"]
mod cores;
mod rigs;
#[path = "../../dma/benches/support/mod.rs"]
mod support;

use std::hint::black_box;
use std::sync::Mutex;

use cores::{Blocks, Counts, Game, Settled, Side, bounce, may_play, play, until};
use ninewire_queue::{
    Chain, DevAddr, PackedRing, Residence, Resident, Ring, RingFeatures, RingLayout, RingMemory, Segment,
    SharedRing, Steady,
};
use rigs::device::{self, Device};
use rigs::virtio_drivers_split::PeerQueue;
use rigs::{SIZE, leak};
use support::{Table, verdict};

/// Chains of a round.
const CHAINS: u64 = 256;

/// One segment, to be read.
#[derive(Clone, Copy)]
struct One([Segment; 1]);

impl One {
    const NEW: Self = Self([Segment::new(DevAddr::new(0x1000), 100)]);
}

// SAFETY: it never changes.
unsafe impl Steady for One {}

// SAFETY: the segment names no memory, and the devices here follow none.
unsafe impl Chain for One {
    fn readable(&self) -> &[Segment] {
        &self.0
    }

    fn writable(&self) -> &[Segment] {
        &[]
    }
}

/// The driver's half of a ring, with the peer's in the same words.
trait Driver: Send {
    fn add(&mut self);
    fn publish(&mut self);
    /// Takes back the next chain, if it is there.
    fn pop(&mut self) -> bool;
}

macro_rules! driver {
    ($ring:ty) => {
        impl Driver for $ring {
            fn add(&mut self) {
                self.add(One::NEW).expect("room for what is in flight");
            }

            fn publish(&mut self) {
                black_box(self.publish());
            }

            fn pop(&mut self) -> bool {
                black_box(self.pop().expect("an honest device")).is_some()
            }
        }
    };
}
driver!(Ring<One, SIZE>);
driver!(PackedRing<One, SIZE>);

/// A split ring whose chains keep their descriptors, and those of them that are not in the ring.
struct Residents {
    ring: Ring<Resident<One>, SIZE>,
    home: Vec<Resident<One>>,
}

impl Driver for Residents {
    fn add(&mut self) {
        let chain = self.home.pop().expect("as many as are in flight");
        assert!(self.ring.add(chain).is_ok(), "never refused for want of descriptors");
    }

    fn publish(&mut self) {
        black_box(self.ring.publish());
    }

    fn pop(&mut self) -> bool {
        let Some(done) = self.ring.pop().expect("an honest device") else { return false };
        self.home.push(black_box(done).chain);
        true
    }
}

impl Driver for PeerQueue {
    fn add(&mut self) {
        self.add_one();
    }

    fn publish(&mut self) {
        black_box(self.kick());
    }

    fn pop(&mut self) -> bool {
        self.pop_one()
    }
}

/// Memory for a ring with the event index, for good.
fn memory(packed: bool) -> (RingMemory, RingLayout) {
    let features = RingFeatures { event_idx: true, packed, ..RingFeatures::default() };
    let layout = RingLayout::new(features, SIZE as u16, 0).expect("a layout of 256");
    let cpu = leak(layout.bytes());
    (RingMemory::new(cpu, DevAddr::new(cpu.addr().get() as u64), layout.bytes()), layout)
}

/// The driver keeps `depth` chains with the device.
fn driven(mut driver: impl Driver + 'static, mut device: impl Device + 'static, depth: u64) -> Game {
    let drive = move || {
        let (mut added, mut completed) = (0, 0);
        while completed < CHAINS {
            let end = CHAINS.min(completed + depth);
            if added < end {
                (added..end).for_each(|_| driver.add());
                added = end;
                driver.publish();
            }
            until(|| driver.pop().then_some(()));
            completed += 1;
            while completed < added && driver.pop() {
                completed += 1;
            }
        }
    };
    let serve = move || {
        let mut served = 0;
        while served < CHAINS {
            served += until(|| Some(device.serve()).filter(|&chains| chains > 0));
        }
    };
    Game { times: CHAINS, counts: Counts::Fastest, sides: [Box::new(drive), Box::new(serve)] }
}

fn split(depth: u64) -> Game {
    let (memory, layout) = memory(false);
    // SAFETY: the memory is leaked.
    let ring: Ring<One, SIZE> = unsafe { Ring::new(memory, layout) }.expect("a ring of 256");
    let device = device::Split::new(ring.areas(), SIZE);
    driven(ring, device, depth)
}

fn split_resident(depth: u64) -> Game {
    let (memory, layout) = memory(false);
    // SAFETY: the memory is leaked.
    let mut ring: Ring<Resident<One>, SIZE> = unsafe { Ring::new(memory, layout) }.expect("a ring of 256");
    let device = device::Split::new(ring.areas(), SIZE);
    let home = (0..depth).map(|_| ring.settle(One::NEW, Residence::Ring).expect("room in an empty ring"));
    let home = home.collect();
    driven(Residents { ring, home }, device, depth)
}

fn packed(depth: u64) -> Game {
    let (memory, layout) = memory(true);
    // SAFETY: the memory is leaked.
    let ring: PackedRing<One, SIZE> = unsafe { PackedRing::new(memory, layout) }.expect("a ring of 256");
    let device = device::Packed::new(ring.areas(), SIZE);
    driven(ring, device, depth)
}

fn peer(depth: u64) -> Game {
    let queue = PeerQueue::new();
    let device = device::Split::new(queue.areas(), SIZE);
    driven(queue, device, depth)
}

/// A ring many submit to, and its device, which whoever finds it free plays.
struct Shared {
    ring: SharedRing<One, SIZE>,
    device: Mutex<device::Split>,
}

impl Shared {
    fn new() -> &'static Self {
        let (memory, layout) = memory(false);
        // SAFETY: the memory is leaked.
        let ring = unsafe { SharedRing::new(memory, layout) }.expect("a ring of 256");
        let device = Mutex::new(device::Split::new(ring.areas(), SIZE));
        Box::leak(Box::new(Self { ring, device }))
    }

    /// Submits `chains` chains, `batch` at a time, and looks after the other end between.
    fn submit(&self, chains: u64, batch: u16) {
        for _ in 0..chains / u64::from(batch) {
            if batch == 1 {
                while black_box(self.ring.submit(One::NEW)).is_err() {
                    self.serve();
                }
            } else {
                let mut together = self.ring.batch();
                while !together.reserve(batch) {
                    self.serve();
                }
                for _ in 0..batch {
                    together.add(One::NEW).expect("what is kept aside");
                }
                black_box(together.publish());
            }
            self.serve();
        }
    }

    /// Plays the device, then the consumer, unless the other core is at it.
    fn serve(&self) {
        if let Ok(mut device) = self.device.try_lock() {
            device.serve();
        }
        if let Some(mut consumer) = self.ring.consumer() {
            let each = |done| {
                let _ = black_box(done);
            };
            consumer.pop_each(each).expect("an honest device");
        }
    }
}

/// The same chains by one core while the other stands by, or by both.
fn submitters(cores: u64, batch: u16) -> Game {
    let shared = Shared::new();
    let side = |chains| -> Box<dyn Side> { Box::new(move || shared.submit(chains, batch)) };
    let sides = if cores == 1 { [side(CHAINS), side(0)] } else { [side(CHAINS / 2), side(CHAINS / 2)] };
    // How the two get in each other's way differs from round to round: a lucky one says little.
    Game { times: CHAINS, counts: Counts::Middle, sides }
}

/// What to reach: must, stretch.
type Goal = Option<(f64, f64)>;

/// A row of the first table.
struct Row {
    name: &'static str,
    make: fn(u64) -> Game,
    depth: u64,
    goal: Goal,
}

const DRIVEN: [Row; 8] = [
    Row { name: "packed, depth 1", make: packed, depth: 1, goal: Some((1.25, 1.2)) },
    Row { name: "split, resident, depth 1", make: split_resident, depth: 1, goal: Some((2.0, 1.9)) },
    Row { name: "split, depth 1", make: split, depth: 1, goal: Some((3.4, 3.3)) },
    Row { name: "virtio-drivers, split, depth 1", make: peer, depth: 1, goal: None },
    Row { name: "packed, depth 128", make: packed, depth: 128, goal: Some((0.21, 0.20)) },
    Row { name: "split, resident, depth 128", make: split_resident, depth: 128, goal: Some((0.28, 0.25)) },
    Row { name: "split, depth 128", make: split, depth: 128, goal: None },
    Row { name: "virtio-drivers, split, depth 128", make: peer, depth: 128, goal: None },
];

/// A row of the second.
const BATCHES: [(u16, (f64, f64)); 2] = [(16, (0.8, 1.0)), (1, (0.2, 0.3))];

/// The goals were set where a bounce takes this long. A core's own work stays the same where it takes longer, so rows that
/// hold more or less of it move, each its own way: on machines unlike that one nothing is judged.
const BOUNCE_NS: f64 = 47.0;
/// So many times longer or shorter is still like it.
const BOUNCE_FACTOR: f64 = 1.5;

/// What is measured in, and whether the goals hold here.
struct Judge<'a> {
    bounce: &'a Blocks,
    like_the_goals: bool,
}

impl<'a> Judge<'a> {
    fn new(bounce: &'a Blocks) -> Self {
        let factor = bounce.settle().map_or(f64::INFINITY, |it| it.value / BOUNCE_NS);
        let like_the_goals = (1.0 / BOUNCE_FACTOR..=BOUNCE_FACTOR).contains(&factor);
        Self { bounce, like_the_goals }
    }

    /// Value and spread, goal, and if the blocks agree the verdict; `sign` is minus one if more is better.
    fn cells(&self, settled: Option<Settled>, goal: Goal, sign: f64) -> [String; 4] {
        let shown = goal.map_or(String::new(), |(must, stretch)| format!("{must} ({stretch})"));
        let Some(it) = settled else {
            return [
                "-".into(),
                "-".into(),
                shown,
                "not settled: the cores were seldom free together".into(),
            ];
        };
        let said = match goal {
            _ if !it.holds() => "not settled",
            None => "",
            Some(_) if !self.like_the_goals => "not judged",
            Some((must, stretch)) => verdict(sign * it.value, sign * must, sign * stretch),
        };
        [format!("{:.2}", it.value), format!("{:.0} %", it.spread * 100.0), shown, said.into()]
    }

    fn in_bounces(&self, blocks: &Blocks) -> String {
        blocks.per(self.bounce).settle().map_or("-".into(), |it| format!("{:.2}", it.value))
    }
}

fn ns(blocks: &Blocks) -> String {
    blocks.settle().map_or("-".into(), |it| format!("{:.0}", it.value))
}

fn driven_table(judge: &Judge<'_>, driven: &[Blocks]) {
    let heads = ["chain of one segment, there and back", "bounces", "spread", "ns", "goal (stretch)", ""];
    let mut table = Table::new(heads);
    for (Row { name, goal, .. }, blocks) in DRIVEN.iter().zip(driven) {
        let settled = blocks.per(judge.bounce).settle();
        let [value, spread, goal, said] = judge.cells(settled, *goal, 1.0);
        table.row([(*name).into(), value, spread, ns(blocks), goal, said]);
    }
    let bounce = ns(judge.bounce);
    table.print(&format!(
        "Driver and device on two cores, fastest rounds, middle of the blocks (bounce {bounce} ns)"
    ));
}

fn shared_table(judge: &Judge<'_>, shared: &[Blocks]) {
    let mut table = Table::new([
        "SharedRing, both ends on the cores that submit",
        "part",
        "spread",
        "ns: one, two",
        "bounces: one, two",
        "goal (stretch)",
        "",
    ]);
    for ((batch, goal), blocks) in BATCHES.into_iter().zip(shared.chunks(2)) {
        let [one, two] = blocks else { unreachable!("one submitter and two") };
        let [value, spread, goal, said] = judge.cells(one.per(two).settle(), Some(goal), -1.0);
        let name = format!("two submitters against one, batch {batch}");
        let times = format!("{}, {}", ns(one), ns(two));
        let bounces = format!("{}, {}", judge.in_bounces(one), judge.in_bounces(two));
        table.row([name, value, spread, times, bounces, goal, said]);
    }
    table.print("Throughput of two submitters as a part of one's, middle rounds, per chain");
}

fn main() {
    if !may_play() {
        return;
    }
    let mut games = vec![bounce()];
    games.extend(DRIVEN.map(|row| (row.make)(row.depth)));
    games.extend(BATCHES.into_iter().flat_map(|(batch, _)| [1, 2].map(|cores| submitters(cores, batch))));
    let times = play(games);
    let (bounce, times) = times.split_first().expect("the bounce is among them");
    let (driven, shared) = times.split_at(DRIVEN.len());
    let judge = Judge::new(bounce);
    driven_table(&judge, driven);
    shared_table(&judge, shared);
    if !judge.like_the_goals {
        println!(
            "two_cores: nothing is judged: the goals were set where a bounce takes {BOUNCE_NS} ns, and here it does not"
        );
    }
}
