//! The executor as a whole, on a clock moved by hand and with a source that keeps a diary.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use core::task::Waker;
use std::boxed::Box;
use std::sync::Mutex;

use super::*;
use crate::time::{TimedOut, now, sleep, sleep_until, testing::freeze, within};

/// What the run loop asked of the fake device, in order. One device for one test: leaked, as real ones are.
#[derive(Default)]
struct Device {
    diary: Mutex<Vec<&'static str>>,
    /// Completions that lie in the ring.
    done: AtomicU32,
    /// The interrupt handler has run.
    interrupted: AtomicBool,
    /// A completion that arrives while the loop arms.
    arrives_on_arm: AtomicBool,
    /// How long the loop may sleep without looking.
    nap_max: Mutex<Option<Nanos>>,
    waiter: Mutex<Option<Waker>>,
}

impl Device {
    fn registered() -> &'static Device {
        let device: &'static Device = Box::leak(Box::default());
        register_source(device);
        device
    }

    fn note(&self, what: &'static str) {
        self.diary.lock().unwrap().push(what);
    }

    fn diary(&self) -> Vec<&'static str> {
        core::mem::take(&mut self.diary.lock().unwrap())
    }

    /// Waits for one completion.
    async fn completion(&self) {
        core::future::poll_fn(|cx| {
            if self.done.load(Ordering::Relaxed) > 0 {
                self.done.fetch_sub(1, Ordering::Relaxed);
                return Poll::Ready(());
            }
            *self.waiter.lock().unwrap() = Some(cx.waker().clone());
            Poll::Pending
        })
        .await
    }
}

impl Source for Device {
    fn publish(&self) {
        self.note("publish");
    }
    fn reap(&self) -> bool {
        self.note("reap");
        self.interrupted.store(false, Ordering::Relaxed);
        let something = self.done.load(Ordering::Relaxed) > 0;
        if let Some(waiter) = self.waiter.lock().unwrap().take_if(|_| something) {
            waiter.wake();
        }
        something
    }
    fn arm(&self) -> bool {
        self.note("arm");
        let arrived = self.arrives_on_arm.swap(false, Ordering::Relaxed);
        self.done.fetch_add(u32::from(arrived), Ordering::Relaxed);
        arrived
    }
    fn nap_max(&self) -> Option<Nanos> {
        *self.nap_max.lock().unwrap()
    }
    fn disarm(&self) {
        self.note("disarm");
    }
    fn pending(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}

/// A processor that does what a script says each time it is told to stop, and fails the test when told once more.
struct Script<'a> {
    naps: RefCell<vec::IntoIter<Nap<'a>>>,
    relaxed: Cell<u32>,
    quiet: Cell<u32>,
    /// Lines of the log it has to print.
    lines: u32,
}

type Nap<'a> = Box<dyn Fn(Option<Instant>, &mut dyn FnMut() -> bool) + 'a>;

impl<'a> Script<'a> {
    fn new(naps: Vec<Nap<'a>>) -> Script<'a> {
        Script { naps: RefCell::new(naps.into_iter()), relaxed: Cell::new(0), quiet: Cell::new(0), lines: 0 }
    }
}

impl run::Platform for Script<'_> {
    fn relax(&self) {
        self.relaxed.set(self.relaxed.get() + 1);
        assert!(
            crate::time::testing::skip_to(now() + Nanos::from_micros(1)),
            "scripts run on a frozen clock"
        );
    }
    fn quiet(&self) -> bool {
        self.quiet.set(self.quiet.get() + 1);
        self.quiet.get() <= self.lines
    }
    fn sleep(&self, until: Option<Instant>, mut stay: impl FnMut() -> bool) {
        let nap = self.naps.borrow_mut().next().expect("the loop slept more often than the script foresees");
        nap(until, &mut stay);
    }
}

#[test]
fn a_program_gives_its_value_back_and_may_borrow_from_the_caller() {
    let word = String::from("borrowed");
    assert_eq!(block_on(async { word.len() }), 8);
}

#[test]
fn tasks_take_turns_and_a_yield_lets_all_others_go_first() {
    let diary = Rc::new(RefCell::new(Vec::new()));
    block_on(async {
        let mut handles = Vec::new();
        for name in ["a", "b"] {
            let diary = diary.clone();
            handles.push(
                spawn_join(name, async move {
                    for turn in 0..2 {
                        diary.borrow_mut().push((name, turn));
                        yield_now().await;
                    }
                })
                .unwrap(),
            );
        }
        for handle in handles {
            handle.await.unwrap();
        }
    });
    assert_eq!(*diary.borrow(), [("a", 0), ("b", 0), ("a", 1), ("b", 1)]);
}

#[test]
fn the_loop_ends_when_no_task_is_left() {
    let ran = Rc::new(Cell::new(0));
    for _ in 0..3 {
        let ran = ran.clone();
        spawn("one", async move { ran.set(ran.get() + 1) }).unwrap();
    }
    run();
    assert_eq!(ran.get(), 3);
    assert!(rows().is_empty());
}

#[test]
fn a_full_table_refuses_and_a_slot_that_is_free_again_has_a_new_name() {
    let mut ids = Vec::new();
    let refused = loop {
        match spawn("filler", core::future::pending()) {
            Ok(id) => ids.push(id),
            Err(error) => break error,
        }
    };
    assert_eq!((refused, ids.len()), (SpawnError::TableFull, TASKS_MAX));
    let gone = ids.pop().unwrap();
    kill(gone).unwrap();
    let fresh = spawn("fresh", core::future::pending()).unwrap();
    assert_ne!(gone, fresh);
    assert_eq!(kill(gone), Err(KillError::NoSuchTask));
    assert_eq!(rows().len(), TASKS_MAX);
    assert_eq!(kill(fresh), Ok(()));
}

#[test]
fn a_late_waker_of_a_task_that_is_gone_does_not_wake_its_successor() {
    block_on(async {
        let waker = Rc::new(Cell::new(None));
        let kept = waker.clone();
        let first = spawn_join(
            "first",
            core::future::poll_fn(move |cx| {
                kept.set(Some(cx.waker().clone()));
                Poll::Ready(())
            }),
        )
        .unwrap();
        first.await.unwrap();
        let polls = Rc::new(Cell::new(0));
        let counted = polls.clone();
        let second = spawn(
            "second",
            core::future::poll_fn(move |_| {
                counted.set(counted.get() + 1);
                Poll::<()>::Pending
            }),
        )
        .unwrap();
        yield_now().await;
        assert_eq!(polls.get(), 1);
        waker.take().unwrap().wake();
        yield_now().await;
        yield_now().await;
        assert_eq!(polls.get(), 1);
        kill(second).unwrap();
    });
}

#[test]
fn a_task_woken_many_times_before_its_turn_is_polled_once() {
    block_on(async {
        let shared = Rc::new((Cell::new(None::<Waker>), Cell::new(0)));
        let in_task = shared.clone();
        let id = spawn(
            "often",
            core::future::poll_fn(move |cx| {
                in_task.0.set(Some(cx.waker().clone()));
                in_task.1.set(in_task.1.get() + 1);
                Poll::<()>::Pending
            }),
        )
        .unwrap();
        yield_now().await;
        let waker = shared.0.take().unwrap();
        for _ in 0..5 {
            waker.wake_by_ref();
        }
        yield_now().await;
        yield_now().await;
        assert_eq!(shared.1.get(), 2);
        kill(id).unwrap();
    });
}

/// Tells on drop.
struct Witness(Rc<Cell<bool>>);

impl Drop for Witness {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

#[test]
fn killing_drops_the_program_where_it_stands_and_tells_who_waits() {
    let dropped = Rc::new(Cell::new(false));
    let witness = Witness(dropped.clone());
    block_on(async {
        let victim = spawn_join("victim", async move {
            let _held = witness;
            core::future::pending::<()>().await
        })
        .unwrap();
        yield_now().await;
        assert!(!dropped.get());
        victim.kill();
        assert!(dropped.get());
        assert_eq!(victim.await, Err(Killed));
    });
}

#[test]
fn a_task_that_kills_itself_ends_at_its_next_await() {
    let reached = Rc::new(Cell::new("start"));
    let seen = reached.clone();
    block_on(async move {
        let handle = spawn_join("self", async move {
            kill(current().unwrap()).unwrap();
            seen.set("after the kill");
            yield_now().await;
            seen.set("after the await");
        })
        .unwrap();
        assert_eq!(handle.await, Err(Killed));
    });
    assert_eq!(reached.get(), "after the kill");
}

#[test]
fn the_main_program_cannot_be_killed() {
    block_on(async { assert_eq!(kill(current().unwrap()), Err(KillError::Root)) });
}

#[test]
fn a_program_dropped_by_a_kill_may_kill_and_spawn_others() {
    struct Heir(TaskId);
    impl Drop for Heir {
        fn drop(&mut self) {
            kill(self.0).unwrap();
            spawn("heir", async {}).unwrap();
        }
    }
    block_on(async {
        let other = spawn("other", core::future::pending()).unwrap();
        let heir = Heir(other);
        let victim = spawn("victim", async move {
            let _held = heir;
            core::future::pending::<()>().await
        })
        .unwrap();
        kill(victim).unwrap();
        let names: Vec<_> = rows().iter().map(|row| String::from(row.name.as_str())).collect();
        assert!(names.contains(&"heir".into()) && !names.contains(&"other".into()), "{names:?}");
        yield_now().await;
    });
}

#[test]
#[should_panic(expected = "a task cannot run its core's loop")]
fn a_task_cannot_run_the_loop_it_runs_in() {
    block_on(async { run() });
}

#[test]
fn the_listing_tells_name_state_and_how_often_a_task_ran() {
    block_on(async {
        let waiting = spawn("waiting", core::future::pending()).unwrap();
        yield_now().await;
        let ready = spawn("ready", core::future::pending()).unwrap();
        let rows = rows();
        let of = |id| rows.iter().find(|row| row.id == id).copied().unwrap();
        assert_eq!(
            (of(waiting).name.as_str(), of(waiting).state, of(waiting).polls),
            ("waiting", State::Waiting, 1)
        );
        assert_eq!((of(ready).state, of(ready).polls), (State::Ready, 0));
        assert_eq!(of(current().unwrap()).state, State::Running);
        kill(waiting).unwrap();
        kill(ready).unwrap();
    });
}

#[test]
fn sleepers_wake_in_the_order_of_their_deadlines() {
    let clock = freeze();
    let start = now();
    let diary = Rc::new(RefCell::new(Vec::new()));
    for ms in [30, 10, 20] {
        let diary = diary.clone();
        spawn("sleeper", async move {
            sleep(Nanos::from_millis(ms)).await;
            diary.borrow_mut().push((ms, (now() - start).as_millis()));
        })
        .unwrap();
    }
    run();
    assert_eq!(*diary.borrow(), [(10, 10), (20, 20), (30, 30)]);
    drop(clock);
}

#[test]
fn a_wait_that_lasts_too_long_says_what_was_awaited() {
    let _clock = freeze();
    let span = Nanos::from_millis(5);
    let outcome = block_on(within(span, "the reply to Tversion", core::future::pending::<()>()));
    let error = TimedOut { what: "the reply to Tversion", after: span };
    assert_eq!(outcome, Err(error));
    assert_eq!(std::format!("{error}"), "the reply to Tversion did not come within 5.000 ms");
}

#[test]
fn an_answer_in_time_stops_the_timer() {
    let _clock = freeze();
    block_on(async {
        assert_eq!(within(Nanos::from_secs(9), "a nap", sleep(Nanos::from_millis(1))).await, Ok(()));
        let here = here::this();
        assert_eq!(here.core().local(&here, |local| local.timers.next_deadline()), None);
    });
}

#[test]
fn an_answer_that_is_there_counts_even_after_the_deadline() {
    let _clock = freeze();
    assert_eq!(block_on(within(Nanos::ZERO, "nothing", async { 7 })), Ok(7));
}

#[test]
fn a_sleeper_that_is_killed_takes_its_timer_along() {
    let _clock = freeze();
    block_on(async {
        let sleeper = spawn("sleeper", sleep(Nanos::from_secs(1000))).unwrap();
        yield_now().await;
        let here = here::this();
        assert!(here.core().local(&here, |local| local.timers.next_deadline()).is_some());
        kill(sleeper).unwrap();
        assert_eq!(here.core().local(&here, |local| local.timers.next_deadline()), None);
    });
}

#[test]
fn everything_queued_in_one_round_is_published_once() {
    let device = Device::registered();
    block_on(async {
        let tasks: Vec<_> =
            (0..8).map(|_| spawn_join("writer", async { device.note("queue") }).unwrap()).collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    let diary = device.diary();
    let first = diary.iter().position(|what| *what == "queue").unwrap();
    assert_eq!(diary[first..first + 10], [["queue"; 8].as_slice(), &["publish", "reap"]].concat());
}

#[test]
fn a_completion_that_arrives_while_arming_keeps_the_processor_awake() {
    let _clock = freeze();
    set_wait_mode(WaitMode::Irq);
    let device = Device::registered();
    device.arrives_on_arm.store(true, Ordering::Relaxed);
    let never_sleeps = Script::new(vec![]);
    run::block_on(&never_sleeps, device.completion()).unwrap();
    assert_eq!(
        device.diary(),
        ["reap", "publish", "arm", "disarm", "reap", "publish"],
        "armed once, found it, disarmed and reaped without sleeping, and the task ran in that same round"
    );
}

#[test]
fn an_interrupt_after_arming_is_seen_by_the_last_look_before_the_processor_stops() {
    let _clock = freeze();
    set_wait_mode(WaitMode::Irq);
    let device = Device::registered();
    let script = Script::new(vec![Box::new(|until, stay| {
        assert_eq!(until, None);
        device.done.store(1, Ordering::Relaxed);
        device.interrupted.store(true, Ordering::Relaxed);
        assert!(stay(), "the pending mark must be looked at");
    })]);
    run::block_on(&script, device.completion()).unwrap();
    assert!(!device.interrupted.load(Ordering::Relaxed), "reaping takes the mark");
}

#[test]
fn a_task_woken_by_another_core_after_the_round_is_seen_by_the_last_look() {
    let _clock = freeze();
    set_wait_mode(WaitMode::Irq);
    let waker = Cell::new(None::<Waker>);
    let woken = Cell::new(false);
    let script = Script::new(vec![Box::new(|_, stay| {
        assert!(!stay());
        woken.set(true);
        waker.take().unwrap().wake();
        assert!(stay(), "the ready bit must be looked at");
    })]);
    let program = core::future::poll_fn(|cx| {
        waker.set(Some(cx.waker().clone()));
        if woken.get() { Poll::Ready(()) } else { Poll::Pending }
    });
    run::block_on(&script, program).unwrap();
}

#[test]
fn the_processor_is_told_to_stop_until_the_next_deadline_at_most() {
    let clock = freeze();
    set_wait_mode(WaitMode::Irq);
    let deadline = now() + Nanos::from_millis(3);
    let script = Script::new(vec![Box::new(|until, stay| {
        assert!(!stay());
        assert_eq!(until, Some(deadline));
        clock.advance_to(deadline);
    })]);
    run::block_on(&script, sleep_until(deadline)).unwrap();
}

#[test]
fn a_source_whose_interrupts_are_held_back_bounds_the_sleep() {
    let clock = freeze();
    set_wait_mode(WaitMode::Irq);
    let (patient, device) = (Device::registered(), Device::registered());
    *patient.nap_max.lock().unwrap() = Some(Nanos::from_millis(2));
    *device.nap_max.lock().unwrap() = Some(Nanos::from_millis(1));
    let (look, deadline) = (now() + Nanos::from_millis(1), now() + Nanos::from_micros(1500));
    let script = Script::new(vec![
        Box::new(|until, _| {
            assert_eq!(until, Some(look));
            clock.advance_to(look);
        }),
        Box::new(|until, _| {
            assert_eq!(until, Some(deadline), "a timer is due before the next look");
            clock.advance_to(deadline);
        }),
    ]);
    run::block_on(&script, sleep_until(deadline)).unwrap();
}

#[test]
fn waking_for_nothing_leads_back_to_sleep() {
    let clock = freeze();
    set_wait_mode(WaitMode::Irq);
    let deadline = now() + Nanos::from_millis(3);
    let script = Script::new(vec![
        Box::new(|_, _| clock.advance(Nanos::from_millis(1))),
        Box::new(|_, _| clock.advance(Nanos::from_millis(2))),
    ]);
    run::block_on(&script, sleep_until(deadline)).unwrap();
}

#[test]
fn an_adaptive_core_looks_for_work_no_longer_than_it_may_and_arms_only_then() {
    let clock = freeze();
    let device = Device::registered();
    let script = Script::new(vec![Box::new(|_, _| {
        clock.advance(Nanos::from_millis(1));
        device.done.store(1, Ordering::Relaxed);
    })]);
    run::block_on(&script, device.completion()).unwrap();
    assert_eq!(u64::from(script.relaxed.get()), SPIN.as_micros());
    let arms = device.diary().iter().filter(|what| **what == "arm").count();
    assert_eq!(arms, 1);
}

#[test]
fn an_adaptive_core_whose_device_ends_a_stop_soon_looks_longer_the_next_time() {
    let clock = freeze();
    let device = Device::registered();
    let turns = Cell::new([0; 2]);
    let script = Script::new(vec![
        Box::new(|_, _| {
            clock.advance(Nanos::from_micros(20));
            device.done.store(1, Ordering::Relaxed);
            device.interrupted.store(true, Ordering::Relaxed);
        }),
        Box::new(|_, _| {
            clock.advance(Nanos::from_millis(1));
            device.done.store(1, Ordering::Relaxed);
        }),
    ]);
    run::block_on(&script, async {
        device.completion().await;
        turns.set([script.relaxed.get(), 0]);
        device.completion().await;
        turns.set([turns.get()[0], script.relaxed.get() - turns.get()[0]]);
    })
    .unwrap();
    assert_eq!(turns.get().map(u64::from), [SPIN.as_micros(), SPIN_MAX.as_micros()]);
}

#[test]
fn a_polling_core_never_arms_and_never_sleeps() {
    let _clock = freeze();
    set_wait_mode(WaitMode::Poll);
    let device = Device::registered();
    let never_sleeps = Script { lines: 2, ..Script::new(vec![]) };
    run::block_on(&never_sleeps, sleep(Nanos::from_millis(1))).unwrap();
    assert!(!device.diary().contains(&"arm"));
    assert_eq!(u64::from(never_sleeps.relaxed.get()), Nanos::from_millis(1).as_micros());
    assert_eq!(
        never_sleeps.quiet.get(),
        3,
        "a long stretch without work has one quiet moment: two lines, and the end of them"
    );
}

#[test]
fn tasks_left_over_when_the_main_program_ends_run_on_in_the_next_loop() {
    let ran = Rc::new(Cell::new(false));
    let seen = ran.clone();
    block_on(async {
        spawn("left over", async move { seen.set(true) }).unwrap();
    });
    assert!(!ran.get());
    run();
    assert!(ran.get());
}

#[test]
fn the_ways_to_wait_are_written_as_they_are_read() {
    for mode in [WaitMode::Poll, WaitMode::Irq, WaitMode::Adaptive] {
        assert_eq!(std::format!("{mode}").parse(), Ok(mode));
        assert_eq!(WaitMode::from_bits(mode as u8), mode);
    }
    assert_eq!("sometimes".parse::<WaitMode>(), Err(UnknownWaitMode));
}

/// A thread with a core of its own that runs until it is told to end, and that core's name.
struct Other {
    core: CoreId,
    end: std::sync::Arc<std::sync::atomic::AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Other {
    fn start() -> Other {
        let end = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let (tell, told) = std::sync::mpsc::channel();
        let ended = end.clone();
        let thread = std::thread::spawn(move || {
            tell.send(this_core()).unwrap();
            block_on(async {
                while !ended.load(Ordering::Relaxed) {
                    sleep(Nanos::from_micros(50)).await;
                }
            });
        });
        Other { core: told.recv().unwrap(), end, thread: Some(thread) }
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        self.end.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap();
    }
}

#[test]
fn a_task_of_another_core_is_made_there_and_its_result_comes_back() {
    let other = Other::start();
    let here = this_core();
    let answer = block_on(spawn_on(other.core, "away", || async {
        // What no other core may touch is no hindrance.
        let core = Rc::new(Cell::new(None));
        yield_now().await;
        core.set(Some((this_core(), current().map(TaskId::core))));
        core.get()
    }));
    assert_ne!(here, other.core);
    assert_eq!(answer, Ok(Some((other.core, Some(other.core.number())))));
    assert_eq!(block_on(on(other.core, this_core)), Ok(other.core));
}

#[test]
fn tasks_of_two_cores_wake_each_other_a_thousand_times() {
    use atomic_waker::AtomicWaker;
    use std::sync::Arc;
    use std::sync::atomic::AtomicU32;
    /// Even: the one's turn; odd: the other's.
    #[derive(Default)]
    struct Ball {
        turn: AtomicU32,
        players: [AtomicWaker; 2],
    }
    async fn play(ball: Arc<Ball>, me: u32) {
        for round in 0..1000 {
            core::future::poll_fn(|cx| {
                ball.players[me as usize].register(cx.waker());
                if ball.turn.load(Ordering::Acquire) == 2 * round + me {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            })
            .await;
            ball.turn.fetch_add(1, Ordering::Release);
            ball.players[1 - me as usize].wake();
        }
    }
    let other = Other::start();
    let ball = Arc::new(Ball::default());
    let theirs = ball.clone();
    let away = spawn_on(other.core, "player", || play(theirs, 1));
    block_on(async {
        play(ball.clone(), 0).await;
        away.await
    })
    .unwrap();
    assert_eq!(ball.turn.load(Ordering::Acquire), 2000);
}

#[test]
fn a_task_of_another_core_is_ended_by_its_core() {
    struct Dropped(std::sync::mpsc::Sender<CoreId>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.send(this_core()).unwrap();
        }
    }
    let other = Other::start();
    let (tell, told) = std::sync::mpsc::channel();
    let away = spawn_on(other.core, "away", || {
        let dropped = Dropped(tell);
        async move {
            core::future::pending::<()>().await;
            drop(dropped);
        }
    });
    away.kill();
    assert_eq!(block_on(away), Err(Lost::Killed));
    assert_eq!(told.recv(), Ok(other.core));
}

#[test]
fn a_core_with_no_room_says_so_to_who_wanted_a_task_there() {
    let other = Other::start();
    let full = block_on(on(other.core, || while spawn("filler", core::future::pending()).is_ok() {}));
    assert_eq!(full, Ok(()));
    // Its end has made room for one, which is taken again.
    let one = spawn_on(other.core, "one", core::future::pending::<()>);
    let more = block_on(spawn_on(other.core, "more", || async {}));
    assert_eq!(more, Err(Lost::NotStarted(SpawnError::TableFull)));
    drop(one);
}

#[test]
fn a_core_that_does_not_answer_is_named_and_not_waited_for_for_ever() {
    let _frozen = freeze();
    // A core whose loop nobody runs.
    let (tell, told) = std::sync::mpsc::channel();
    let (end, ended) = std::sync::mpsc::channel::<()>();
    let thread = std::thread::spawn(move || {
        tell.send(this_core()).unwrap();
        assert!(ended.recv().is_err());
    });
    let silent = told.recv().unwrap();
    let late = TimedOut { what: "another core's answer", after: Nanos::from_secs(5) };
    assert_eq!(block_on(on(silent, this_core)), Err(Lost::Late(late)));
    assert_eq!(
        std::format!("{}", KillError::Unasked(Lost::Late(late))),
        "its core cannot be asked: another core's answer did not come within 5.000 s"
    );
    drop(end);
    thread.join().unwrap();
}
