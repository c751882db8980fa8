//! One port of a serial device, as its readers and writers see it: a stream of bytes each way.
//!
//! **Reading** hands out windows on the very pages the device has filled. **Writing** lends the caller's windows to the
//! device. Neither copies. A port that was opened keeps its received bytes until somebody reads them, across closing and
//! opening again; it is a wire, not a session.
//!
//! **Port 0 of a device without MULTIPORT** is always there and never known to be connected: what the host's side cannot
//! take is lost without a trace (QEMU drops what its socket does not accept). **Named ports** tell when the host opens
//! and closes its end, and throttle instead of dropping.
//!
//! **The host goes away**: what had arrived can still be read, then reading answers [`PortError::HungUp`] until the host
//! opens its end again. Writing to a port whose host end is not open loses the bytes, is counted, and returns at once,
//! as writing to an unplugged wire does.
//!
//! **The device lies**: the port is [`PortError::Broken`] from then on; pages it still has are never used again.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering};
use core::task::{Context, Poll};

use ninewire_queue::Fault;
use spin::Mutex;

use super::super::Counters;
use super::super::vq::{Enabled, QueueError};
use super::super::wait_list::WaitList;
use super::agenda::Agenda;
use super::rx::Receiver;
use super::tx::Sender;
use crate::io::{Window, Windows};

/// Pages an open port keeps posted or unread, at most: as many as QEMU's queues have descriptors.
const RX_PAGES_MAX: usize = 128;

/// Rounds of the run loop for which what is sent may wait for what is received meanwhile.
const HELD_ROUNDS_MAX: u8 = 8;

/// Why a port does not carry bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PortError {
    /// The host has closed its end, and everything it sent has been read.
    HungUp,
    /// The host has taken the port away.
    Removed,
    /// The device broke the rules of its rings; it is not used any more.
    Broken(Fault),
}

impl fmt::Display for PortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PortError::HungUp => write!(f, "i/o on hungup channel"),
            PortError::Removed => write!(f, "the host has removed the port"),
            PortError::Broken(fault) => write!(f, "the port is out of use: {fault}"),
        }
    }
}

impl core::error::Error for PortError {}

/// The host's end of a port, as far as the guest can know.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HostEnd {
    /// Port 0 of a device without MULTIPORT: nobody tells.
    Unknown,
    /// Never opened, or not since the device was started.
    NotOpened,
    /// Somebody on the host has it open.
    Open,
    /// It was open and is not any more.
    Closed,
}

/// What can be told about a port.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PortInfo {
    /// The name the host gave it: any bytes.
    pub name: Option<Vec<u8>>,
    /// The host's end.
    pub host: HostEnd,
    /// The host says it is a console, for people.
    pub console: bool,
    /// Columns and rows, if the host told.
    pub size: Option<(u16, u16)>,
    /// How many in the guest have it open.
    pub opens: usize,
}

/// A port. Lives as long as the machine, even when the host takes it away: it may come back.
pub struct Port {
    device_name: &'static str,
    number: u32,
    file_name: String,
    state: Mutex<State>,
}

struct State {
    present: bool,
    broken: Option<Fault>,
    info: PortInfo,
    /// How often the host's end has closed.
    closings: u32,
    /// An opening or the last closing the device has not been told of.
    open_untold: bool,
    rx: Receiver,
    tx: Sender,
    /// Rounds for which what is to be sent has waited.
    held_rounds: u8,
    /// Waiting for bytes, or for the end of them.
    readers: WaitList,
    /// Waiting for room.
    writers: WaitList,
    /// Waiting for the host's end to open.
    callers: WaitList,
    dropped_unconnected: u64,
    sent_blind: u64,
}

impl Port {
    pub(super) fn new(
        device_name: &'static str,
        number: u32,
        host: HostEnd,
        (rx, tx): (Enabled, Enabled),
        agenda: &'static Agenda,
    ) -> Result<Port, QueueError> {
        let file_name = match number {
            0 => device_name.into(),
            number => alloc::format!("{device_name}.{number}"),
        };
        let (rx_queue, tx_queue) = super::port_queues(number as u16);
        let info = PortInfo { name: None, host, console: false, size: None, opens: 0 };
        let state = State {
            present: true,
            broken: None,
            info,
            closings: 0,
            open_untold: false,
            rx: Receiver::new(rx.open()?, agenda.seat(rx_queue), RX_PAGES_MAX),
            tx: Sender::new(tx.open()?, agenda.seat(tx_queue)),
            held_rounds: 0,
            readers: WaitList::new(),
            writers: WaitList::new(),
            callers: WaitList::new(),
            dropped_unconnected: 0,
            sent_blind: 0,
        };
        Ok(Port { device_name, number, file_name, state: Mutex::new(state) })
    }

    /// The device it belongs to: `virtio-console-2`.
    pub fn device_name(&self) -> &'static str {
        self.device_name
    }

    /// Its number in the device.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The numbers of its receive and transmit queues.
    pub fn queues(&self) -> (u16, u16) {
        super::port_queues(self.number as u16)
    }

    /// Its file under `/dev/virtcon`: the device's name for port 0, else `virtio-console-2.1`.
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    /// Is it there? Ports of a MULTIPORT device come and go.
    pub fn is_present(&self) -> bool {
        self.state.lock().present
    }

    /// The host's end, as far as we can know.
    pub fn host_end(&self) -> HostEnd {
        self.state.lock().info.host
    }

    /// What can be told about it.
    pub fn info(&self) -> PortInfo {
        self.state.lock().info.clone()
    }

    /// Does the host lose bytes it cannot take at once, without a trace? True for port 0, which is always a console to
    /// QEMU; a sender keeps what it has under way small there.
    pub fn is_lossy(&self) -> bool {
        self.number == 0
    }

    /// Has the port this name, or is its file called so?
    pub(in super::super) fn is_called(&self, name: &[u8]) -> bool {
        let state = self.state.lock();
        state.present && (self.file_name.as_bytes() == name || state.info.name.as_deref() == Some(name))
    }

    /// Opens this end.
    pub fn open(&'static self) -> OpenPort {
        let mut state = self.state.lock();
        state.rx.start();
        state.info.opens += 1;
        if state.info.opens == 1 {
            state.tell_open();
        }
        OpenPort { port: self, closings_seen: AtomicU32::new(state.closings) }
    }

    /// What the port has cost and carried. Interrupts belong to its device.
    pub fn counters(&self) -> Counters {
        let mut counters = Counters::default();
        self.count_into(&mut counters);
        counters
    }

    pub(super) fn count_into(&self, counters: &mut Counters) {
        let state = self.state.lock();
        state.rx.count_into(counters);
        state.tx.count_into(counters);
        counters.dropped_unconnected += state.dropped_unconnected;
        counters.sent_blind += state.sent_blind;
    }

    // What the device's source calls.

    /// Hands over what there is for the device; and whether this end is open, when it has not been told yet.
    pub(super) fn publish(&self) -> Option<bool> {
        let state = &mut *self.state.lock();
        if state.broken.is_none() {
            state.rx.refill();
            state.send();
        }
        let tell = state.present && core::mem::take(&mut state.open_untold);
        tell.then_some(state.info.opens > 0)
    }

    /// Wakes who can go on. True: something came back; an error once, when the device first lied.
    pub(super) fn reap(&self) -> Result<bool, Fault> {
        let state = &mut *self.state.lock();
        if state.broken.is_some() {
            return Ok(false);
        }
        // The two in turn: a lie of one ring must not hide what the other has brought.
        let (bytes, room) = (state.rx.reap(), state.tx.reap());
        let came = bytes.and_then(|bytes| Ok((bytes, room?)));
        match came {
            Ok((bytes, room)) => {
                if bytes {
                    state.readers.wake_all();
                }
                if room && state.tx.is_ready() {
                    state.writers.wake_all();
                }
                Ok(bytes || room)
            }
            Err(fault) => Err(state.give_up(fault)),
        }
    }

    /// `chains`: after how many filled buffers the interrupt is wanted. An error as in [`reap`](Port::reap).
    pub(super) fn arm(&self, chains: u16) -> Result<bool, Fault> {
        let state = &mut *self.state.lock();
        if state.broken.is_some() {
            return Ok(false);
        }
        let room_wanted = !state.writers.is_empty();
        // Both are armed, whatever the first one says.
        let (bytes, room) = (state.rx.arm(chains), state.tx.arm(room_wanted));
        bytes.and_then(|bytes| Ok(bytes | room?)).map_err(|fault| state.give_up(fault))
    }

    pub(super) fn disarm(&self) {
        let state = &mut *self.state.lock();
        state.rx.disarm();
        state.tx.disarm();
    }

    pub(super) fn set_present(&self, present: bool) {
        let state = &mut *self.state.lock();
        state.present = present;
        if present {
            // The device has forgotten whether this end is open.
            state.open_untold = false;
            if state.info.opens > 0 {
                state.tell_open();
            }
        } else {
            state.info.host = HostEnd::NotOpened;
            state.closings = state.closings.wrapping_add(1);
            state.wake_everybody();
        }
    }

    pub(super) fn set_host_open(&self, open: bool) {
        let state = &mut *self.state.lock();
        if !open {
            state.closings = state.closings.wrapping_add(1);
        }
        state.info.host = if open { HostEnd::Open } else { HostEnd::Closed };
        state.wake_everybody();
    }

    pub(super) fn set_console(&self) {
        self.state.lock().info.console = true;
    }

    pub(super) fn set_size(&self, cols: u16, rows: u16) {
        self.state.lock().info.size = Some((cols, rows));
    }

    pub(super) fn set_name(&self, name: &[u8]) {
        self.state.lock().info.name = Some(name.into());
    }
}

impl State {
    /// The device is to be told whether this end is open.
    fn tell_open(&mut self) {
        self.open_untold = true;
        self.tx.due();
    }

    /// Hands over what was sent. When more has been received meanwhile, that is dealt with first: what it leads to is sent
    /// shares the notification, and the host has work until then.
    fn send(&mut self) {
        if self.held_rounds < HELD_ROUNDS_MAX && self.rx.has_more() {
            self.held_rounds += 1;
            self.tx.due();
        } else {
            self.held_rounds = 0;
            self.tx.publish();
        }
    }

    /// Until the device has returned something.
    fn wait_for_room(&mut self, cx: &Context<'_>) {
        self.writers.wait(cx.waker());
        self.tx.await_room();
    }

    /// The device has lied: nobody looks at its queues any more.
    fn give_up(&mut self, fault: Fault) -> Fault {
        self.broken = Some(fault);
        self.rx.forget();
        self.tx.forget();
        self.wake_everybody();
        fault
    }

    fn wake_everybody(&mut self) {
        self.readers.wake_all();
        self.writers.wake_all();
        self.callers.wake_all();
    }

    /// Why the port carries nothing at all, if it does not.
    fn ended(&self) -> Option<PortError> {
        match self.broken {
            Some(fault) => Some(PortError::Broken(fault)),
            None if !self.present => Some(PortError::Removed),
            None => None,
        }
    }
}

impl fmt::Debug for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Port").field("file_name", &self.file_name).finish_non_exhaustive()
    }
}

/// An open port; closes on drop. Several may be open at once: each byte goes to one of the readers, and a message of
/// each writer stays in one piece.
#[derive(Debug)]
pub struct OpenPort {
    port: &'static Port,
    /// Closings of the host's end before it was opened, or of which a read has told since.
    closings_seen: AtomicU32,
}

impl OpenPort {
    /// The port.
    pub fn port(&self) -> &'static Port {
        self.port
    }

    /// The next bytes of the stream, however few there are; at most a page. The window is a loan: dropping it gives the
    /// page back.
    pub fn poll_recv(&self, cx: &mut Context<'_>) -> Poll<Result<Window, PortError>> {
        let state = &mut *self.port.state.lock();
        if let Some(window) = state.rx.take() {
            return Poll::Ready(Ok(window));
        }
        if let Some(error) = state.ended() {
            return Poll::Ready(Err(error));
        }
        // A host that went away and came back before anybody looked has gone away all the same.
        let gone = self.closings_seen.swap(state.closings, Ordering::Relaxed) != state.closings;
        if gone || state.info.host == HostEnd::Closed {
            return Poll::Ready(Err(PortError::HungUp));
        }
        state.readers.wait(cx.waker());
        Poll::Pending
    }

    /// Is the host's end open, or may it be, and the same since this was opened or last read to its end?
    pub fn is_whole(&self) -> bool {
        let state = self.port.state.lock();
        matches!(state.info.host, HostEnd::Open | HostEnd::Unknown)
            && self.closings_seen.load(Ordering::Relaxed) == state.closings
    }

    /// As [`OpenPort::poll_recv`].
    pub async fn recv(&self) -> Result<Window, PortError> {
        core::future::poll_fn(|cx| self.poll_recv(cx)).await
    }

    /// Is there room for a message? When there is, [`OpenPort::try_send`] takes one, unless the page pool is empty.
    pub fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), PortError>> {
        let state = &mut *self.port.state.lock();
        if let Some(error) = state.ended() {
            return Poll::Ready(Err(error));
        }
        if state.tx.is_ready() {
            return Poll::Ready(Ok(()));
        }
        state.wait_for_room(cx);
        Poll::Pending
    }

    /// Takes a message, all of it, and leaves `message` empty: true. Or has no room and leaves it as it is: false.
    ///
    /// The bytes of one message follow each other on the stream. They reach the device when the round ends.
    pub fn try_send(&self, message: &mut Windows) -> Result<bool, PortError> {
        self.hand_over(message, Sender::try_send)
    }

    /// The same for a message that is no payload: a short one may be copied, to go out in one piece with others.
    pub fn try_send_bundled(&self, message: &mut Windows) -> Result<bool, PortError> {
        self.hand_over(message, Sender::try_bundle)
    }

    #[inline]
    fn hand_over(
        &self,
        message: &mut Windows,
        send: impl FnOnce(&mut Sender, &mut Windows) -> bool,
    ) -> Result<bool, PortError> {
        let state = &mut *self.port.state.lock();
        if let Some(error) = state.ended() {
            return Err(error);
        }
        if message.is_empty() {
            return Ok(true);
        }
        match state.info.host {
            HostEnd::NotOpened | HostEnd::Closed => {
                state.dropped_unconnected += 1;
                *message = Windows::new();
                return Ok(true);
            }
            HostEnd::Unknown => state.sent_blind += 1,
            HostEnd::Open => (),
        }
        Ok(send(&mut state.tx, message))
    }

    /// Sends all of `message`, waiting for room as long as it takes. Bound it with
    /// [`within`](crate::time::within): a host that stops reading can hold a named port for ever.
    pub async fn write(&self, mut message: Windows) -> Result<(), PortError> {
        loop {
            core::future::poll_fn(|cx| self.poll_ready(cx)).await?;
            if self.try_send(&mut message)? {
                return Ok(());
            }
            // There was room and no page to gather the head of the message in: pages come back as others run.
            crate::task::yield_now().await;
        }
    }

    /// Waits until the device has returned everything that was sent: QEMU has handed it to the host by then.
    pub async fn drain(&self) -> Result<(), PortError> {
        core::future::poll_fn(|cx| {
            let state = &mut *self.port.state.lock();
            match state.ended() {
                Some(error) => Poll::Ready(Err(error)),
                None if state.tx.is_drained() => Poll::Ready(Ok(())),
                None => {
                    state.wait_for_room(cx);
                    Poll::Pending
                }
            }
        })
        .await
    }

    /// Waits until somebody on the host has the port open; at once where nobody can tell.
    pub async fn connected(&self) -> Result<(), PortError> {
        core::future::poll_fn(|cx| {
            let state = &mut *self.port.state.lock();
            match (state.ended(), state.info.host) {
                (Some(error), _) => Poll::Ready(Err(error)),
                (None, HostEnd::Open | HostEnd::Unknown) => Poll::Ready(Ok(())),
                (None, HostEnd::NotOpened | HostEnd::Closed) => {
                    state.callers.wait(cx.waker());
                    Poll::Pending
                }
            }
        })
        .await
    }
}

impl Drop for OpenPort {
    fn drop(&mut self) {
        let state = &mut *self.port.state.lock();
        state.info.opens -= 1;
        if state.info.opens == 0 {
            state.tell_open();
        }
    }
}
