//! A serial device played by a test, the driver on it, and the test's hold on both.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use super::super::testing::{DeviceQueue, turn};
use super::*;
use crate::virtio::fake::Fake;
use crate::virtio::{Kind, feature};

pub(super) const ALL: u64 = feature::VERSION_1 | feature::EVENT_IDX | feature::INDIRECT_DESC;

/// QEMU takes at most so many bytes from the host at once.
pub(super) const CHUNK: usize = 4096;

/// A device, the driver on it, and the test's hold on both.
pub(crate) struct Bench {
    pub(super) fake: Fake,
    pub(crate) console: &'static Console,
    pub(crate) registry: &'static Registry,
    pub(super) features: RingFeatures,
    pub(super) control: Option<(DeviceQueue, DeviceQueue)>,
}

impl Bench {
    pub(crate) fn start(fake: Fake) -> Bench {
        Bench::try_start(&fake).expect("the driver starts")
    }

    pub(crate) fn try_start(fake: &Fake) -> Result<Bench, StartError> {
        Bench::start_in(Box::leak(Box::default()), "virtio-console-7", fake)
    }

    /// The driver on a device of this name, known to this registry.
    fn start_in(registry: &'static Registry, name: &'static str, fake: &Fake) -> Result<Bench, StartError> {
        Bench::start_with(registry, name, fake, Box::leak(Box::new(Coalescing::none())))
    }

    /// A device with port 0 only, whose interrupts are coalesced like this.
    pub(super) fn coalesced(coalescing: &'static Coalescing) -> Bench {
        let fake = Fake::new(Kind::Console, &[128, 128]).features(ALL);
        let registry = Box::leak(Box::default());
        Bench::start_with(registry, "virtio-console-7", &fake, coalescing).expect("the driver starts")
    }

    fn start_with(
        registry: &'static Registry,
        name: &'static str,
        fake: &Fake,
        coalescing: &'static Coalescing,
    ) -> Result<Bench, StartError> {
        let device: &'static Device = Box::leak(Box::new(fake.device(name)));
        let console = Console::start_with(device, registry, coalescing)?;
        let features = super::super::ring_features(fake.accepted());
        let mut bench = Bench { fake: fake.clone(), console, registry, features, control: None };
        if fake.accepted() & console_feature::MULTIPORT != 0 {
            bench.control = Some((bench.queue(CONTROL_RX), bench.queue(CONTROL_TX)));
        }
        turn();
        Ok(bench)
    }

    /// A device with port 0 only.
    pub(crate) fn single() -> Bench {
        Bench::start(Fake::new(Kind::Console, &[128, 128]).features(ALL))
    }

    /// A device with the control queue and room for `ports` ports.
    pub(crate) fn multiport(ports: u32) -> Bench {
        Bench::start(Bench::multiport_device(ports))
    }

    /// The same, known to everybody under a name of its own.
    pub(crate) fn multiport_known_as(name: &'static str, ports: u32) -> Bench {
        let fake = Bench::multiport_device(ports);
        Bench::start_in(crate::drivers::registry(), name, &fake).expect("the driver starts")
    }

    fn multiport_device(ports: u32) -> Fake {
        let queues = vec![128; 2 + 2 * ports as usize];
        let mut config = vec![0; 4];
        config.extend(ports.to_le_bytes());
        Fake::new(Kind::Console, &queues).features(ALL | console_feature::MULTIPORT).config(&config)
    }

    pub(crate) fn queue(&self, index: u16) -> DeviceQueue {
        DeviceQueue::attach(&self.fake, index, self.features, TABLE_ENTRIES)
    }

    pub(crate) fn rx(&self, port: u16) -> DeviceQueue {
        self.queue(port_queues(port).0)
    }

    pub(crate) fn tx(&self, port: u16) -> DeviceQueue {
        self.queue(port_queues(port).1)
    }

    pub(crate) fn port(&self, number: u32) -> &'static Port {
        self.console.port(number).expect("the port was announced")
    }

    /// The device says something on the control queue.
    pub(crate) fn say(&mut self, message: &[u8]) {
        let (rx, _) = self.control.as_mut().expect("a device with ports");
        assert_eq!(rx.fill(message), Some(message.len()), "the driver keeps buffers for control messages");
        turn();
    }

    pub(crate) fn say_event(&mut self, port: u32, event: u16, value: u16) {
        let mut message = port.to_le_bytes().to_vec();
        message.extend(event.to_le_bytes());
        message.extend(value.to_le_bytes());
        self.say(&message);
    }

    pub(crate) fn say_name(&mut self, port: u32, name: &[u8]) {
        let mut message = port.to_le_bytes().to_vec();
        message.extend([7, 0, 1, 0]);
        message.extend(name);
        message.push(0);
        self.say(&message);
    }

    /// What the driver has said on the control queue since the last time.
    pub(crate) fn heard(&mut self) -> Vec<Vec<u8>> {
        core::iter::from_fn(|| self.heard_one()).collect()
    }

    /// The next of it: one message is on its way at a time.
    pub(crate) fn heard_one(&mut self) -> Option<Vec<u8>> {
        turn();
        let (_, tx) = self.control.as_mut().expect("a device with ports");
        let message = tx.drain().map(|pieces| pieces.concat());
        assert!(message.is_none() || tx.drain().is_none(), "a second message before the first was taken");
        message
    }

    /// A port that is announced, named and open on the host's side.
    pub(crate) fn named_port(&mut self, number: u32, name: &[u8]) -> &'static Port {
        self.say_event(number, 1, 1);
        self.say_name(number, name);
        self.say_event(number, 6, 1);
        self.heard();
        self.port(number)
    }
}

/// The host writes: the device cuts it into fresh buffers. How much it could take.
pub(crate) fn host_writes(rx: &mut DeviceQueue, mut bytes: &[u8]) -> usize {
    let all = bytes.len();
    while !bytes.is_empty() {
        let chunk = &bytes[..bytes.len().min(CHUNK)];
        let Some(len) = rx.fill(chunk) else { break };
        bytes = &bytes[len..];
    }
    all - bytes.len()
}
