//! A virtio device made of nothing, for tests on the host: strict about the order of the standard, and able
//! to lie.
//!
//! A test keeps the [`Fake`] and gives its [`Fake::device`] to the driver under test. The fake plays the
//! registers only; who wants to answer chains takes the queue's addresses from [`Fake::queue`] and plays the
//! device half of the `queue` crate on them. Whatever a driver must not do panics here, in the test, with the
//! reason.

use super::feature;
use super::kind::Kind;
use super::notify::Notify;
use super::transport::{InterruptError, Interrupts, Status, Transport};
use crate::irq;
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};
use ninewire_queue::RingAreas;
use spin::{Mutex, MutexGuard};

/// How a fake device departs from the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lies {
    /// It never finishes a reset.
    pub resets_never: bool,
    /// It takes FEATURES_OK back.
    pub refuses_features: bool,
    /// It cannot interrupt.
    pub no_messages: bool,
    /// It does not accept a vector for this queue.
    pub refuses_vector_of: Option<u16>,
    /// Its configuration changes whenever it is read.
    pub unstable_config: bool,
    /// The notification register of this queue lies outside.
    pub no_notify_for: Option<u16>,
}

/// A queue a driver has enabled.
#[derive(Debug, Clone, Copy)]
pub struct FakeQueue {
    /// Descriptors.
    pub size: u16,
    /// Where they are.
    pub areas: RingAreas,
    /// Does it raise interrupts?
    pub interrupts: bool,
}

struct State {
    features: u64,
    accepted: u64,
    status: Status,
    queue_sizes: Vec<u16>,
    queues: Vec<Option<FakeQueue>>,
    config: Vec<u8>,
    generation: u8,
    vector: Option<u8>,
    enabled: bool,
    lies: Lies,
}

/// See the head of this file. Clones are the same device.
#[derive(Clone)]
pub struct Fake {
    state: Arc<Mutex<State>>,
    /// Kicks of each queue; leaked, because a [`Notify`] lives as long as the kernel.
    kicks: &'static [AtomicU64],
    kind: Kind,
}

impl Fake {
    /// A device of this kind with queues of these sizes, VERSION_1 and no other feature, and no
    /// configuration.
    pub fn new(kind: Kind, queue_sizes: &[u16]) -> Self {
        let state = State {
            features: feature::VERSION_1,
            accepted: 0,
            status: Status::empty(),
            queue_sizes: queue_sizes.to_vec(),
            queues: queue_sizes.iter().map(|_| None).collect(),
            config: Vec::new(),
            generation: 0,
            vector: None,
            enabled: false,
            lies: Lies::default(),
        };
        let kicks = queue_sizes.iter().map(|_| AtomicU64::new(0)).collect::<Vec<_>>().leak();
        Self { state: Arc::new(Mutex::new(state)), kicks, kind }
    }

    /// Offers exactly these features.
    pub fn features(self, features: u64) -> Self {
        self.state.lock().features = features;
        self
    }

    /// Has this configuration.
    pub fn config(self, bytes: &[u8]) -> Self {
        self.state.lock().config = bytes.to_vec();
        self
    }

    /// Lies like this.
    pub fn lies(self, lies: Lies) -> Self {
        self.state.lock().lies = lies;
        self
    }

    /// The device for a driver.
    pub fn device(&self, name: &'static str) -> super::Device {
        super::Device::new(name, self.kind, Box::new(self.clone()))
    }

    /// The device status now.
    pub fn status_now(&self) -> Status {
        self.state.lock().status
    }

    /// The features the driver accepted.
    pub fn accepted(&self) -> u64 {
        self.state.lock().accepted
    }

    /// The queue, once the driver has enabled it.
    pub fn queue(&self, queue: u16) -> Option<FakeQueue> {
        self.state.lock().queues[usize::from(queue)]
    }

    /// How often the driver has kicked the queue.
    pub fn kicks(&self, queue: u16) -> u64 {
        self.kicks[usize::from(queue)].load(Ordering::Acquire)
    }

    /// Raises the device's interrupt, if the driver wants interrupts.
    pub fn interrupt(&self) {
        let vector = self.state.lock().vector;
        if let Some(vector) = vector {
            irq::table().deliver(vector);
            irq::table().account(vector, 1);
        }
    }

    /// Replaces the configuration and interrupts.
    pub fn change_config(&self, bytes: &[u8]) {
        {
            let mut state = self.state.lock();
            state.config = bytes.to_vec();
            state.generation = state.generation.wrapping_add(1);
        }
        self.interrupt();
    }

    /// Breaks: asks for a reset and interrupts.
    pub fn break_down(&self) {
        self.state.lock().status |= Status::DEVICE_NEEDS_RESET;
        self.interrupt();
    }

    /// The state, for a call that the standard allows in these stages only.
    fn during(&self, call: &str, required: Status, forbidden: Status) -> MutexGuard<'_, State> {
        let state = self.state.lock();
        assert!(
            state.status.contains(required) && !state.status.intersects(forbidden),
            "{call} while the device status is {:?}",
            state.status
        );
        state
    }
}

impl Transport for Fake {
    fn enable(&mut self) {
        self.state.lock().enabled = true;
    }

    fn device_features(&mut self) -> u64 {
        self.during("reading features", Status::ACKNOWLEDGE | Status::DRIVER, Status::FEATURES_OK).features
    }

    fn set_driver_features(&mut self, features: u64) {
        let mut state =
            self.during("writing features", Status::ACKNOWLEDGE | Status::DRIVER, Status::FEATURES_OK);
        assert_eq!(features & !state.features, 0, "accepted features that were never offered");
        state.accepted = features;
    }

    fn status(&mut self) -> Status {
        self.state.lock().status
    }

    fn set_status(&mut self, status: Status) {
        let mut state = self.state.lock();
        if status.is_empty() {
            for queue in &mut state.queues {
                *queue = None;
            }
            state.accepted = 0;
            state.vector = None;
            if !state.lies.resets_never {
                state.status = status;
            }
            return;
        }
        assert!(status.contains(state.status), "status bits taken back: {:?} to {status:?}", state.status);
        assert!(state.enabled || !status.contains(Status::DRIVER_OK), "live before it may reach memory");
        let steps = [Status::ACKNOWLEDGE, Status::DRIVER, Status::FEATURES_OK, Status::DRIVER_OK];
        for pair in steps.windows(2) {
            assert!(
                !status.contains(pair[1]) || state.status.contains(pair[0]),
                "{:?} before {:?}",
                pair[1],
                pair[0]
            );
        }
        state.status = status;
        if state.lies.refuses_features {
            state.status.remove(Status::FEATURES_OK);
        }
    }

    fn queue_count(&mut self) -> u16 {
        self.state.lock().queue_sizes.len() as u16
    }

    fn queue_size_max(&mut self, queue: u16) -> u16 {
        self.state.lock().queue_sizes[usize::from(queue)]
    }

    fn enable_queue(
        &mut self,
        queue: u16,
        size: u16,
        areas: RingAreas,
        interrupts: bool,
    ) -> Result<(), InterruptError> {
        let mut state =
            self.during("enabling a queue", Status::FEATURES_OK, Status::DRIVER_OK | Status::FAILED);
        assert!(!interrupts || state.vector.is_some(), "a queue with interrupts before there is a vector");
        assert!(state.queues[usize::from(queue)].is_none(), "queue {queue} enabled twice");
        assert_eq!(areas.desc.get() % 16, 0, "descriptors of queue {queue} are not aligned");
        if interrupts && state.lies.refuses_vector_of == Some(queue) {
            return Err(InterruptError::Refused { queue: Some(queue) });
        }
        state.queues[usize::from(queue)] = Some(FakeQueue { size, areas, interrupts });
        Ok(())
    }

    fn notify(&mut self, queue: u16) -> Option<Notify> {
        let hidden = self.state.lock().lies.no_notify_for == Some(queue);
        (!hidden).then(|| Notify::counter(&self.kicks[usize::from(queue)], queue))
    }

    fn config_generation(&mut self) -> u8 {
        let mut state = self.state.lock();
        if state.lies.unstable_config {
            state.generation = state.generation.wrapping_add(1);
        }
        state.generation
    }

    fn config_bytes(&mut self) -> usize {
        self.state.lock().config.len()
    }

    fn read_config(&mut self, offset: usize, bytes: &mut [u8]) {
        let state = self.during("reading configuration", Status::DRIVER, Status::empty());
        bytes.copy_from_slice(&state.config[offset..offset + bytes.len()]);
    }

    fn interrupts(&self) -> Interrupts {
        if self.state.lock().lies.no_messages { Interrupts::None } else { Interrupts::Messages }
    }

    fn interrupt_line(&self) -> u8 {
        11
    }

    fn enable_line(&mut self, _: bool) {
        panic!("a device with messages has no use for its line");
    }

    fn route_interrupt(&mut self, vector: u8) -> Result<(), InterruptError> {
        let mut state =
            self.during("routing the interrupt", Status::FEATURES_OK, Status::DRIVER_OK | Status::FAILED);
        state.vector = Some(vector);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ConfigError, InitError};
    use super::*;
    use crate::irq::Pending;
    use ninewire_dma::DevAddr;

    const AREAS: RingAreas =
        RingAreas { desc: DevAddr::new(0x1000), driver: DevAddr::new(0x2000), device: DevAddr::new(0x3000) };

    fn console() -> Fake {
        Fake::new(Kind::Console, &[128, 128, 0]).features(feature::VERSION_1 | feature::EVENT_IDX | 3)
    }

    #[test]
    fn a_device_comes_to_life_by_the_steps_and_interrupts() {
        static PENDING: Pending = Pending::new();
        let fake = console().config(&[1, 2, 3, 4, 5, 6]);
        let device = fake.device("virtio-console-0");
        assert_eq!(
            device.negotiate(feature::EVENT_IDX | feature::RING_PACKED | 2),
            Ok(feature::EVENT_IDX | feature::VERSION_1 | 2)
        );
        assert_eq!(fake.accepted(), feature::EVENT_IDX | feature::VERSION_1 | 2);
        device.enable_interrupt(&PENDING).expect("a vector");
        let notify = device.enable_queue(1, 64, AREAS).expect("queue 1");
        device.driver_ok().expect("live");
        assert_eq!(
            fake.status_now(),
            Status::ACKNOWLEDGE | Status::DRIVER | Status::FEATURES_OK | Status::DRIVER_OK
        );
        let queue = fake.queue(1).expect("enabled");
        assert_eq!((queue.size, queue.areas, queue.interrupts), (64, AREAS, true));
        notify.notify();
        assert_eq!((fake.kicks(0), fake.kicks(1)), (0, 1));
        fake.interrupt();
        assert!(PENDING.take());
        let row = irq::table().rows().into_iter().find(|row| row.name == "virtio-console-0").expect("a row");
        assert_eq!((row.irq, row.kind, row.count), (11, irq::Kind::Msi, 1));
        assert_eq!(
            (device.config_u8(0), device.config_u16(1), device.config_u32(2)),
            (Ok(1), Ok(0x302), Ok(0x6050403))
        );
    }

    #[test]
    fn a_legacy_device_is_refused_and_told_so() {
        let fake = console().features(3);
        assert_eq!(fake.device("x").negotiate(3), Err(InitError::NotVersion1 { offered: 3 }));
        assert!(fake.status_now().contains(Status::FAILED));
    }

    #[test]
    fn a_device_that_offers_the_platforms_way_to_memory_is_taken_at_its_word() {
        let fake = console().features(feature::VERSION_1 | feature::ACCESS_PLATFORM | 3);
        let agreed = feature::VERSION_1 | feature::ACCESS_PLATFORM | 1;
        assert_eq!(fake.device("x").negotiate(1), Ok(agreed));
        assert_eq!(fake.accepted(), agreed);
    }

    #[test]
    fn a_device_that_takes_features_ok_back_is_refused_and_told_so() {
        let fake = console().lies(Lies { refuses_features: true, ..Lies::default() });
        let accepted = feature::VERSION_1 | 1;
        assert_eq!(fake.device("x").negotiate(1), Err(InitError::FeaturesRefused { accepted }));
        assert!(fake.status_now().contains(Status::FAILED));
    }

    #[test]
    fn a_reset_that_does_not_end_is_an_error() {
        let fake = console();
        let device = fake.device("x");
        device.negotiate(0).expect("agreed");
        fake.clone().lies(Lies { resets_never: true, ..Lies::default() });
        assert_eq!(device.negotiate(0), Err(InitError::ResetUnfinished));
    }

    #[test]
    fn queues_that_are_not_there_or_too_small_are_errors() {
        let device = console().device("x");
        device.negotiate(0).expect("agreed");
        assert_eq!([0, 1, 2, 3].map(|queue| device.queue_size(queue)), [128, 128, 0, 0]);
        assert_eq!(device.enable_queue(2, 1, AREAS).err(), Some(InitError::NoQueue { queue: 2 }));
        assert_eq!(device.enable_queue(3, 1, AREAS).err(), Some(InitError::NoQueue { queue: 3 }));
        let too_large = InitError::QueueTooLarge { queue: 0, asked: 256, max: 128 };
        assert_eq!(device.enable_queue(0, 256, AREAS).err(), Some(too_large));
    }

    #[test]
    fn a_driver_that_calls_out_of_order_is_told_which_call() {
        static PENDING: Pending = Pending::new();
        let device = console().device("x");
        assert_eq!(device.driver_ok(), Err(InitError::OutOfOrder { call: "driver_ok" }));
        assert_eq!(
            device.enable_interrupt(&PENDING),
            Err(InitError::OutOfOrder { call: "enable_interrupt" })
        );
        device.negotiate(0).expect("agreed");
        device.driver_ok().expect("live");
        assert_eq!(
            device.enable_queue(0, 1, AREAS).err(),
            Some(InitError::OutOfOrder { call: "enable_queue" })
        );
    }

    #[test]
    fn refused_vectors_and_hidden_notify_registers_are_errors() {
        static PENDING: Pending = Pending::new();
        let fake = console().lies(Lies { no_messages: true, ..Lies::default() });
        let device = fake.device("x");
        device.negotiate(0).expect("agreed");
        assert_eq!(device.enable_interrupt(&PENDING), Err(InitError::Interrupt(InterruptError::None)));

        let fake =
            console().lies(Lies { refuses_vector_of: Some(1), no_notify_for: Some(0), ..Lies::default() });
        let device = fake.device("x");
        device.negotiate(0).expect("agreed");
        device.enable_interrupt(&PENDING).expect("a vector");
        assert_eq!(device.enable_queue(0, 8, AREAS).err(), Some(InitError::NoNotify { queue: 0 }));
        let refused = InterruptError::Refused { queue: Some(1) };
        assert_eq!(device.enable_queue(1, 8, AREAS).err(), Some(InitError::Interrupt(refused)));
    }

    #[test]
    fn configuration_ends_where_it_ends_and_must_hold_still() {
        let fake = console().config(&[1, 2, 3]);
        let device = fake.device("x");
        device.negotiate(0).expect("agreed");
        assert_eq!(device.config_u16(2), Err(ConfigError::Beyond { offset: 2, bytes: 2, there: 3 }));
        assert_eq!(
            device.config_bytes(usize::MAX, &mut [0]),
            Err(ConfigError::Beyond { offset: usize::MAX, bytes: 1, there: 3 })
        );
        fake.clone().lies(Lies { unstable_config: true, ..Lies::default() });
        assert_eq!(device.config_u8(0), Err(ConfigError::Unstable));
    }

    #[test]
    fn a_broken_device_is_noticed_and_a_reset_ends_it() {
        let fake = console();
        let device = fake.device("x");
        device.negotiate(0).expect("agreed");
        device.enable_queue(0, 8, AREAS).expect("queue 0");
        fake.break_down();
        assert!(device.needs_reset());
        assert_eq!(device.driver_ok(), Err(InitError::NeedsReset));
        device.reset().expect("reset");
        assert!(!device.needs_reset());
        assert!(fake.queue(0).is_none());
    }
}
