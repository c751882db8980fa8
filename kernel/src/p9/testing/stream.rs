//! A byte stream to the server that arrives in pieces of the sizes the test chooses.

use std::boxed::Box;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::vec::Vec;

use super::host::{Host, Reply};
use crate::io::{Pool, Window, Windows};
use crate::p9::stream::{Credit, SendError, Stream, StreamError};

/// The stream. Clones are the same stream.
#[derive(Clone)]
pub(in crate::p9) struct FakeStream(Arc<Mutex<State>>);

pub(in crate::p9) struct State {
    pub(in crate::p9) host: Host,
    pool: &'static Pool,
    /// What the client will receive.
    inbound: VecDeque<u8>,
    /// Size of the next piece to arrive.
    pub(in crate::p9) pieces: Box<dyn FnMut() -> usize>,
    /// Messages that may still be sent before the stream is full.
    pub(in crate::p9) room: usize,
    pub(in crate::p9) credit: Option<Credit>,
    /// What each message sent and not answered costs a socket.
    unread: BTreeMap<u64, usize>,
    /// The most they cost together while there was more than one.
    pub(in crate::p9) unread_max: usize,
    /// The stream is over once `inbound` is empty.
    pub(in crate::p9) ended: bool,
    receiver: Option<Waker>,
    sender: Option<Waker>,
    /// Windows of every message sent.
    pub(in crate::p9) segments: Vec<usize>,
}

// SAFETY: a test has one thread.
unsafe impl Send for State {}

impl FakeStream {
    pub(in crate::p9) fn new(host: Host, pool: &'static Pool) -> FakeStream {
        FakeStream(Arc::new(Mutex::new(State {
            host,
            pool,
            inbound: VecDeque::new(),
            pieces: Box::new(|| 4096),
            room: usize::MAX,
            credit: None,
            unread: BTreeMap::new(),
            unread_max: 0,
            ended: false,
            receiver: None,
            sender: None,
            segments: Vec::new(),
        })))
    }

    pub(in crate::p9) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers the request that stands at `nth` in the host's queue.
    pub(in crate::p9) fn answer(&self, nth: usize) {
        let mut replies = Vec::new();
        let mut state = self.state();
        state.host.answer(nth, &mut replies);
        state.deliver(replies);
    }

    /// Lets the client receive these bytes.
    pub(in crate::p9) fn inject(&self, bytes: &[u8]) {
        let mut state = self.state();
        state.inbound.extend(bytes);
        state.wake();
    }

    /// Ends the stream after `more` of the bytes that are still to arrive.
    pub(in crate::p9) fn cut(&self, more: usize) {
        let mut state = self.state();
        state.inbound.truncate(more);
        state.ended = true;
        state.wake();
    }

    /// Makes room for so many more messages.
    pub(in crate::p9) fn make_room(&self, messages: usize) {
        let mut state = self.state();
        state.room = state.room.saturating_add(messages);
        if let Some(waker) = state.sender.take() {
            waker.wake();
        }
    }
}

impl State {
    fn wake(&mut self) {
        if let Some(waker) = self.receiver.take() {
            waker.wake();
        }
    }

    fn deliver(&mut self, replies: Vec<Reply>) {
        for reply in replies {
            self.unread.remove(&reply.request);
            self.inbound.extend(reply.bytes.unwrap_or_default());
        }
        self.wake();
    }
}

impl Stream for FakeStream {
    fn poll_recv(&self, cx: &mut Context<'_>) -> Poll<Result<Window, StreamError>> {
        let state = &mut *self.state();
        if state.inbound.is_empty() {
            if state.ended {
                return Poll::Ready(Err(StreamError::HungUp));
            }
            state.receiver = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let len = (state.pieces)().clamp(1, 4096).min(state.inbound.len());
        let piece: Vec<u8> = state.inbound.drain(..len).collect();
        let mut page = state.pool.alloc(1).expect("the test's pool is large enough");
        page.set_window(0..len);
        page.write_at(0, &piece);
        Poll::Ready(Ok(page.share()))
    }

    fn try_send(&self, message: &mut Windows) -> Result<(), SendError> {
        let state = &mut *self.state();
        if state.ended {
            return Err(SendError::Stream(StreamError::HungUp));
        }
        if state.room == 0 {
            return Err(SendError::Full);
        }
        state.room -= 1;
        state.segments.push(message.count());
        let cost = message.iter().map(|window| 768 + window.len()).sum();
        let bytes: Vec<u8> = std::mem::take(message).iter().flat_map(|window| window.to_vec()).collect();
        let number = state.host.request(bytes);
        state.unread.insert(number, cost);
        if state.unread.len() > 1 {
            state.unread_max = state.unread_max.max(state.unread.values().sum());
        }
        let replies = state.host.run();
        state.deliver(replies);
        Ok(())
    }

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), StreamError>> {
        let state = &mut *self.state();
        match state.room {
            _ if state.ended => Poll::Ready(Err(StreamError::HungUp)),
            0 => {
                state.sender = Some(cx.waker().clone());
                Poll::Pending
            }
            _ => Poll::Ready(Ok(())),
        }
    }

    fn credit(&self) -> Option<Credit> {
        self.state().credit
    }
}
