//! A page pair on two cores at once: what sharing costs. Each core takes and gives back pages, and a round lasts as long as
//! the slower of the two; told in nanoseconds, and in bounces of a cache line, which is what a shared word costs at least.

#[path = "support/cores.rs"]
mod cores;
mod peers;
mod support;

use cores::{Counts, Game, Side, bounce, may_play, play};
use peers::{ArrayQueue, BitVec, Heapless, LinkedList, Singles, Slab, Talc, ViaMagazine, ViaPool, pair};
use support::{Table, verdict};

/// Short, so that most rounds pass without the scheduler interfering.
const PAIRS_A_ROUND: u64 = 1000;

/// Two cores that do nothing else.
fn pairs<S: Singles + Send + 'static>() -> Game {
    let side = || -> Box<dyn Side> {
        let mut singles = S::handle();
        Box::new(move || pair(&mut singles, PAIRS_A_ROUND))
    };
    Game { times: PAIRS_A_ROUND, counts: Counts::Fastest, sides: [side(), side()] }
}

/// What to reach, in nanoseconds: must, stretch.
type Goal = Option<(f64, f64)>;

/// Its name, its game, its goal.
type Row = (&'static str, fn() -> Game, Goal);

const ROWS: [Row; 8] = [
    ("ninewire-dma, magazine", pairs::<ViaMagazine>, Some((2.0, 1.1))),
    ("ninewire-dma, shared path", pairs::<ViaPool>, None),
    ("slab + spin", pairs::<Slab>, None),
    ("crossbeam ArrayQueue", pairs::<ArrayQueue>, None),
    ("heapless object pool", pairs::<Heapless>, None),
    ("linked_list_allocator + spin", pairs::<LinkedList>, None),
    ("bitvec first_one + spin", pairs::<BitVec>, None),
    ("talc + spin", pairs::<Talc>, None),
];

fn main() {
    if !may_play() {
        return;
    }
    let mut games = vec![bounce()];
    games.extend(ROWS.map(|(_, game, _)| game()));
    let times = play(games);
    let (bounce, times) = times.split_first().expect("the bounce is among them");
    let mut table = Table::new(["4 KiB page of 16384", "ns", "spread", "bounces", "goal (stretch)", ""]);
    for ((name, _, goal), blocks) in ROWS.into_iter().zip(times) {
        let shown = goal.map_or(String::new(), |(must, stretch)| format!("{must} ({stretch})"));
        let Some(it) = blocks.settle() else {
            let said = "not settled: the cores were seldom free together";
            table.row([name.into(), "-".into(), "-".into(), "-".into(), shown, said.into()]);
            continue;
        };
        let said = match goal {
            _ if !it.holds() => "not settled",
            None => "",
            Some((must, stretch)) => verdict(it.value, must, stretch),
        };
        let bounces = blocks.per(bounce).settle().map_or("-".into(), |it| format!("{:.2}", it.value));
        let (ns, spread) = (format!("{:.1}", it.value), format!("{:.0} %", it.spread * 100.0));
        table.row([name.into(), ns, spread, bounces, shown, said.into()]);
    }
    let bounce = bounce.settle().map_or("-".into(), |it| format!("{:.0}", it.value));
    table.print(&format!(
        "A pair on each of two cores, fastest rounds, middle of the blocks (bounce {bounce} ns)"
    ));
}
