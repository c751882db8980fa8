//! The driver for serial devices, virtio-serial in QEMU (virtio 1.2, 5.3): ports 0 and named, and the control queue by
//! which named ports come, go, and are opened and closed.
//!
//! `Console::start` brings a device up; what it offers are its [`Port`]s, entered in the [`Registry`] as they come. A
//! device without MULTIPORT has port 0 from the start. With MULTIPORT every port is announced: the device says PORT_ADD,
//! we set it up and say PORT_READY, and it tells name, kind and whether the host has its end open (5.3.6.2). We say
//! PORT_OPEN when the first in the guest opens the port and when the last one closes it.
//!
//! The control queue is believed only so far: ports beyond those the device claims to have, ports added twice, unknown
//! events and cut messages are counted and passed over.

mod agenda;
mod bundle;
mod control;
mod port;
mod rx;
mod stream;
mod tx;

#[cfg(test)]
pub(crate) mod bench;
#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;

use ninewire_queue::{Fault, RingFeatures};
use spin::{Mutex, Once};

use super::coalescing::{Coalescing, Pace};
use super::registry::Registry;
use super::vq::{Enabled, QueueError};
use super::{Counters, StartError, interrupts};
use crate::io::Windows;
use crate::irq::Pending;
use crate::mem;
use crate::task::{self, Source};
use crate::time::Nanos;
use crate::virtio::Device;
use crate::{debug, warn};

use agenda::{Agenda, Pairs, QUEUES_MAX};
use control::{Event, FromHost, ToHost};
use rx::Receiver;
use tx::Sender;

pub use port::{HostEnd, OpenPort, Port, PortError, PortInfo};

/// Feature bits of the device type (virtio 1.2, 5.3.3).
mod console_feature {
    /// Columns and rows in the configuration.
    pub(super) const SIZE: u64 = 1 << 0;
    /// Ports beyond the first, and the control queues.
    pub(super) const MULTIPORT: u64 = 1 << 1;
}

/// Offsets in the device's configuration (virtio 1.2, 5.3.4).
mod config {
    pub(super) const COLS: usize = 0;
    pub(super) const ROWS: usize = 2;
    pub(super) const MAX_NR_PORTS: usize = 4;
}

/// Ports served of one device: QEMU's default. Each costs two pages whether it exists or not, because queues have to be set
/// up before the device starts.
const PORTS_MAX: usize = QUEUES_MAX / 2 - 1;

/// Buffers waiting for control messages. A device drops what it finds no buffer for: QEMU announces all its ports, up to
/// 31, in one go, and its control queue has 32 places.
const CONTROL_PAGES: usize = 32;

/// Messages to the device that wait for their turn, at most: a few for each port.
const UNSENT_MAX: usize = 4 * PORTS_MAX;

/// Faults of a device that are logged; all are counted.
const FAULTS_LOGGED_MAX: u64 = 8;

/// The queues of a port (virtio 1.2, 5.3.2): 0 and 1 for port 0, then the two control queues, then pairs for the others.
const fn port_queues(port: u16) -> (u16, u16) {
    let first = if port == 0 { 0 } else { 2 + 2 * port };
    (first, first + 1)
}

const CONTROL_RX: u16 = 2;
const CONTROL_TX: u16 = 3;

const CONTROL: Pairs = Pairs::of_queue(CONTROL_RX);

/// The port whose queues are pair `pair`; None: that is not a port's.
const fn port_of_pair(pair: usize) -> Option<usize> {
    match pair {
        0 => Some(0),
        1 => None,
        pair => Some(pair - 1),
    }
}

/// No indirect tables: chains here have one to four descriptors, and a ring without tables is one page.
const TABLE_ENTRIES: u16 = 0;

/// How received bytes of all serial devices interrupt. Control messages always do.
static COALESCING: Coalescing = Coalescing::none();

/// How received bytes of all serial devices interrupt.
pub fn coalescing() -> &'static Coalescing {
    &COALESCING
}

/// A serial device at work. Lives as long as the machine.
pub struct Console {
    device: &'static Device,
    registry: &'static Registry,
    /// Set by the device's interrupt.
    pending: &'static Pending,
    /// Without interrupts somebody has to look: such a device keeps its core awake.
    interrupts: bool,
    pace: Pace,
    coalescing: &'static Coalescing,
    agenda: &'static Agenda,
    /// By number, once announced; leaked, because a port outlives whoever has it open.
    ports: Vec<Once<&'static Port>>,
    inner: Mutex<Inner>,
}

struct Inner {
    /// None without MULTIPORT.
    control: Option<Control>,
    /// Queues of ports that have not been announced, by port.
    unused: Vec<Option<(Enabled, Enabled)>>,
    faults: u64,
}

struct Control {
    rx: Receiver,
    tx: Sender,
    /// What the device is to be told, oldest first.
    unsent: VecDeque<ToHost>,
}

impl Console {
    /// Takes the device from reset to live, and serves it on this core from now on.
    pub(super) fn start(
        device: &'static Device,
        registry: &'static Registry,
    ) -> Result<&'static Console, StartError> {
        Console::start_with(device, registry, coalescing())
    }

    /// The same with a setting of its own for how it interrupts.
    fn start_with(
        device: &'static Device,
        registry: &'static Registry,
        coalescing: &'static Coalescing,
    ) -> Result<&'static Console, StartError> {
        let wanted = super::RING_FEATURES | console_feature::SIZE | console_feature::MULTIPORT;
        let agreed = device.negotiate(wanted)?;
        let multiport = agreed & console_feature::MULTIPORT != 0;
        let pending: &'static Pending = Box::leak(Box::default());
        let interrupts = interrupts::enable(device, pending)?;
        let ring = super::ring_features(agreed);
        let ports_offered = if multiport { device.config_u32(config::MAX_NR_PORTS)? as usize } else { 1 };
        let control = match multiport {
            true => Some((
                Enabled::new(device, CONTROL_RX, ring, TABLE_ENTRIES)?,
                Enabled::new(device, CONTROL_TX, ring, TABLE_ENTRIES)?,
            )),
            false => None,
        };
        let unused = enable_port_queues(device, ports_offered.clamp(1, PORTS_MAX), ring)?;
        device.driver_ok()?;

        let agenda: &'static Agenda = Box::leak(Box::default());
        let control = control.map(|(rx, tx)| Control::open(rx, tx, agenda)).transpose()?;
        let ports = unused.iter().map(|_| Once::new()).collect();
        let inner = Mutex::new(Inner { control, unused, faults: 0 });
        let console: &'static Console = Box::leak(Box::new(Console {
            device,
            registry,
            pending,
            interrupts,
            pace: Pace::default(),
            coalescing,
            agenda,
            ports,
            inner,
        }));
        registry.add_console(console);
        if !multiport {
            console.announced(&mut console.inner.lock(), 0, HostEnd::Unknown)?;
            if agreed & console_feature::SIZE != 0
                && let Some(port) = console.port(0)
            {
                port.set_size(device.config_u16(config::COLS)?, device.config_u16(config::ROWS)?);
            }
        }
        task::register_source(console);
        Ok(console)
    }

    /// The device's internal name.
    pub fn name(&self) -> &'static str {
        self.device.name()
    }

    /// A port that has been announced, whether it is there now or not.
    pub fn port(&self, number: u32) -> Option<&'static Port> {
        self.ports.get(usize::try_from(number).ok()?)?.get().copied()
    }

    /// What the device has cost and carried.
    pub fn counters(&self) -> Counters {
        let mut counters = Counters { interrupts: interrupts::count(self.device), ..Counters::default() };
        let inner = self.inner.lock();
        counters.faults = inner.faults;
        if let Some(control) = &inner.control {
            control.rx.count_into(&mut counters);
            control.tx.count_into(&mut counters);
        }
        self.announced_ports().for_each(|port| port.count_into(&mut counters));
        counters
    }

    fn announced_ports(&self) -> impl Iterator<Item = &'static Port> {
        self.ports.iter().filter_map(Once::get).copied()
    }

    /// Makes the port, or welcomes it back. False: we cannot have it.
    fn announced(&self, inner: &mut Inner, number: u32, host: HostEnd) -> Result<bool, QueueError> {
        let index = number as usize;
        let Some(place) = self.ports.get(index) else { return Ok(false) };
        if let Some(port) = place.get() {
            if port.is_present() {
                inner.fault(self.name(), format_args!("port {number} is added twice"));
            } else {
                port.set_present(true);
                self.registry.port_changed();
            }
            return Ok(true);
        }
        let Some(queues) = inner.unused.get_mut(index).and_then(Option::take) else { return Ok(false) };
        let port: &'static Port =
            Box::leak(Box::new(Port::new(self.name(), number, host, queues, self.agenda)?));
        place.call_once(|| port);
        self.registry.add_port(port);
        Ok(true)
    }

    /// One message of the device.
    fn obey(&self, inner: &mut Inner, message: FromHost<'_>) {
        debug!("{}: {message}", self.name());
        let number = message.port;
        if let Event::Add = message.event {
            let ready = match self.announced(inner, number, HostEnd::NotOpened) {
                Ok(true) => true,
                Ok(false) => {
                    inner.fault(self.name(), format_args!("no room for port {number}"));
                    false
                }
                Err(error) => {
                    inner.fault(self.name(), format_args!("port {number} cannot be used: {error}"));
                    false
                }
            };
            return inner.say(self.name(), ToHost::PortReady { port: number, ready });
        }
        let Some(port) = self.port(number).filter(|port| port.is_present()) else {
            return inner.fault(
                self.name(),
                format_args!("a message about port {number}, which is not there: {message}"),
            );
        };
        match message.event {
            Event::Add => (),
            Event::Remove => port.set_present(false),
            Event::Console => port.set_console(),
            Event::Resize { cols, rows } => port.set_size(cols, rows),
            Event::Open(open) => port.set_host_open(open),
            Event::Name(name) => {
                port.set_name(name);
                self.registry.port_changed();
            }
            Event::Unknown { .. } => {
                inner.fault(self.name(), format_args!("a message unknown to us: {message}"))
            }
        }
    }

    /// The ports among `pairs`.
    fn ports_of(&self, pairs: Pairs) -> impl Iterator<Item = &'static Port> {
        pairs.filter_map(port_of_pair).filter_map(|port| self.ports.get(port)?.get().copied())
    }

    #[inline(never)]
    fn publish_pairs(&self, due: Pairs) {
        let inner = &mut *self.inner.lock();
        let mut news_of_ports = false;
        for port in self.ports_of(due) {
            if let Some(open) = port.publish() {
                inner.say(self.name(), ToHost::PortOpen { port: port.number(), open });
                news_of_ports = true;
            }
        }
        if (due.has(CONTROL) || news_of_ports)
            && let Some(control) = &mut inner.control
        {
            control.publish();
        }
    }

    #[inline(never)]
    fn reap_pairs(&self, returned: Pairs) -> bool {
        let inner = &mut *self.inner.lock();
        let mut news = returned.has(CONTROL)
            && self.reap_control(inner).unwrap_or_else(|fault| inner.lose_control(self.name(), fault));
        for port in self.ports_of(returned) {
            news |= port.reap().unwrap_or_else(|fault| inner.lose_port(self.name(), port, fault));
        }
        news
    }

    fn reap_control(&self, inner: &mut Inner) -> Result<bool, Fault> {
        let Some(control) = &mut inner.control else { return Ok(false) };
        let sent = control.tx.reap()?;
        if sent && !control.unsent.is_empty() {
            control.tx.due();
        }
        let mut news = control.rx.reap()?;
        while let Some(message) = inner.control.as_mut().and_then(|control| control.rx.take()) {
            news = true;
            match FromHost::parse(&message) {
                Ok(message) => self.obey(inner, message),
                Err(cut) => inner.fault(self.name(), format_args!("a control message of {} bytes", cut.len)),
            }
        }
        Ok(news || sent)
    }
}

/// Sets up the queues of as many ports as the device has them for, `ports` at most; one at least.
fn enable_port_queues(
    device: &Device,
    ports: usize,
    ring: RingFeatures,
) -> Result<Vec<Option<(Enabled, Enabled)>>, QueueError> {
    let mut enabled = Vec::with_capacity(ports);
    for port in 0..ports as u16 {
        let (rx, tx) = port_queues(port);
        let pair = Enabled::new(device, rx, ring, TABLE_ENTRIES)
            .and_then(|rx| Ok((rx, Enabled::new(device, tx, ring, TABLE_ENTRIES)?)));
        match pair {
            Ok(pair) => enabled.push(Some(pair)),
            Err(QueueError::Absent { .. }) if port > 0 => break,
            Err(error) => return Err(error),
        }
    }
    Ok(enabled)
}

impl Control {
    fn open(rx: Enabled, tx: Enabled, agenda: &'static Agenda) -> Result<Control, QueueError> {
        let mut rx = Receiver::new(rx.open()?, agenda.seat(CONTROL_RX), CONTROL_PAGES);
        let tx = Sender::new(tx.open()?, agenda.seat(CONTROL_TX));
        rx.start();
        let mut control = Control { rx, tx, unsent: VecDeque::new() };
        control.say(ToHost::DeviceReady(true));
        Ok(control)
    }

    fn say(&mut self, message: ToHost) {
        self.unsent.push_back(message);
        self.tx.due();
    }

    /// Sends the next of what is to be said, when the device has taken the one before.
    ///
    /// One at a time: each may be answered with a few messages (name, console, open), which are there when it has been
    /// taken, and which the device drops when it finds no buffer. Answers to one always find one, to thirty they do not.
    fn publish(&mut self) {
        self.rx.refill();
        while self.tx.is_drained()
            && let Some(message) = self.unsent.front()
        {
            let Ok(mut page) = mem::pool().alloc_bytes(control::MESSAGE_BYTES) else {
                self.tx.due();
                break;
            };
            page.write_at(0, &message.emit());
            if !self.tx.try_send(&mut Windows::from(page)) {
                break;
            }
            self.unsent.pop_front();
            // Only its return lets the next one go.
            self.tx.await_room();
        }
        self.tx.publish();
    }
}

impl Inner {
    /// Queues a message for the device. One that asks for too much is not answered any more.
    fn say(&mut self, name: &str, message: ToHost) {
        let Some(control) = &mut self.control else { return };
        if control.unsent.len() < UNSENT_MAX {
            debug!("{name}: {message}");
            control.say(message);
        } else {
            self.fault(name, format_args!("too many questions, {message} is not said"));
        }
    }

    /// The device has lied about the control queue, which is news.
    fn lose_control(&mut self, name: &str, fault: Fault) -> bool {
        self.fault(name, format_args!("the control queue is out of use: {fault}"));
        if let Some(Control { rx, tx, .. }) = self.control.take() {
            rx.forget();
            tx.forget();
        }
        true
    }

    /// The same about a port, which has given up its queues.
    fn lose_port(&mut self, name: &str, port: &Port, fault: Fault) -> bool {
        self.fault(name, format_args!("port {} is out of use: {fault}", port.number()));
        true
    }

    fn fault(&mut self, name: &str, what: fmt::Arguments<'_>) {
        self.faults += 1;
        if self.faults <= FAULTS_LOGGED_MAX {
            warn!("{name}: {what}");
        }
    }
}

impl Source for Console {
    fn publish(&self) {
        let due = self.agenda.take_due();
        if due != Pairs::NONE {
            self.publish_pairs(due);
        }
    }

    fn visit(&self) -> bool {
        self.publish();
        !self.interrupts || self.agenda.is_awaited()
    }

    fn reap(&self) -> bool {
        // Taken before looking: an interrupt during the look leaves its mark for the next one.
        self.pending.take();
        let returned = self.agenda.returned();
        let news = returned != Pairs::NONE && self.reap_pairs(returned);
        self.pace.looked(news);
        news
    }

    fn arm(&self) -> bool {
        // Before looking who waits, as with the interrupt's mark.
        self.agenda.take_awaited();
        let inner = &mut *self.inner.lock();
        let mut found = !self.interrupts;
        if let Some(control) = &mut inner.control {
            let unsent = !control.unsent.is_empty();
            // Both are armed, whatever the first one says.
            let (heard, sent) = (control.rx.arm(1), control.tx.arm(unsent));
            let armed = heard.and_then(|heard| Ok(heard | sent?));
            found |= armed.unwrap_or_else(|fault| inner.lose_control(self.name(), fault));
        }
        let chains = self.pace.chains(self.coalescing);
        for port in self.announced_ports() {
            found |= port.arm(chains).unwrap_or_else(|fault| inner.lose_port(self.name(), port, fault));
        }
        found
    }

    fn nap_max(&self) -> Option<Nanos> {
        self.pace.nap_max(self.coalescing)
    }

    fn disarm(&self) {
        if let Some(control) = &mut self.inner.lock().control {
            control.rx.disarm();
            control.tx.disarm();
        }
        self.announced_ports().for_each(Port::disarm);
    }

    fn pending(&self) -> bool {
        self.pending.is_set()
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console").field("name", &self.name()).finish_non_exhaustive()
    }
}
