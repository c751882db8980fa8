//! The server with a queue in front of it: requests wait there, and the test says when they are answered, in which order,
//! and how truthfully.

use std::boxed::Box;
use std::collections::VecDeque;
use std::vec::Vec;

use super::server::Server;
use crate::p9::msg::{Dialect, Frame, Message, Rflush, Tflush};

/// When and in which order requests are answered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::p9) enum Order {
    /// At once, as they came.
    Fifo,
    /// The youngest first.
    Lifo,
    /// Any; the number is the seed.
    Random(u64),
    /// Only when the test says so.
    Held,
}

/// What Tflush does to a request that still waits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::p9) enum OnFlush {
    /// It is forgotten: Rflush is all there is.
    Forget,
    /// It is answered, then Rflush.
    AnswerFirst,
    /// Nothing is answered any more.
    Ignore,
}

/// What goes back to the client.
#[derive(Debug, PartialEq)]
pub(in crate::p9) struct Reply {
    /// The number its request was queued under.
    pub(in crate::p9) request: u64,
    /// `None`: it was flushed, and a device returns its memory without a word.
    pub(in crate::p9) bytes: Option<Vec<u8>>,
}

/// Changes a reply.
pub(in crate::p9) type Lie = Box<dyn FnMut(&mut Vec<u8>)>;

/// The server and its queue.
pub(in crate::p9) struct Host {
    pub(in crate::p9) server: Server,
    pub(in crate::p9) order: Order,
    pub(in crate::p9) on_flush: OnFlush,
    waiting: VecDeque<(u64, Vec<u8>)>,
    next: u64,
    /// Changes replies on their way.
    pub(in crate::p9) lie: Option<Lie>,
    /// Most requests that waited at a time.
    pub(in crate::p9) deepest: usize,
}

impl Host {
    pub(in crate::p9) fn new(server: Server) -> Host {
        Host {
            server,
            order: Order::Fifo,
            on_flush: OnFlush::Forget,
            waiting: VecDeque::new(),
            next: 0,
            lie: None,
            deepest: 0,
        }
    }

    /// Answers in this order.
    pub(in crate::p9) fn answering(mut self, order: Order) -> Host {
        self.order = order;
        self
    }

    /// Takes Tflush so.
    pub(in crate::p9) fn flushing(mut self, on_flush: OnFlush) -> Host {
        self.on_flush = on_flush;
        self
    }

    /// A request arrives; the number it is known by.
    pub(in crate::p9) fn request(&mut self, bytes: Vec<u8>) -> u64 {
        let tag = tag(&bytes);
        let twice = self.waiting.iter().any(|(_, other)| self::tag(other) == tag);
        assert!(!twice, "the client has tag {tag} in flight twice");
        let number = self.next;
        self.next += 1;
        self.waiting.push_back((number, bytes));
        self.deepest = self.deepest.max(self.waiting.len());
        number
    }

    /// Requests that wait.
    pub(in crate::p9) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Types of the requests that wait, in order.
    pub(in crate::p9) fn kinds(&self) -> Vec<u8> {
        self.waiting.iter().map(|(_, bytes)| bytes[4]).collect()
    }

    /// Answers what the order lets it answer now.
    pub(in crate::p9) fn run(&mut self) -> Vec<Reply> {
        let mut replies = Vec::new();
        while !self.waiting.is_empty() {
            let nth = match &mut self.order {
                Order::Held => break,
                Order::Fifo => 0,
                Order::Lifo => self.waiting.len() - 1,
                Order::Random(seed) => {
                    *seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                    (*seed >> 33) as usize % self.waiting.len()
                }
            };
            self.answer(nth, &mut replies);
        }
        replies
    }

    /// Answers the request that stands at `nth` in the queue.
    pub(in crate::p9) fn answer(&mut self, nth: usize, replies: &mut Vec<Reply>) {
        let Some((number, request)) = self.waiting.remove(nth) else { return };
        let frame = Frame::new(&request).expect("a message");
        if frame.kind() == Tflush::KIND {
            return self.flush(number, frame, replies);
        }
        let bytes = self.server.answer(&request);
        self.say(number, bytes, replies);
    }

    fn flush(&mut self, number: u64, frame: Frame<'_>, replies: &mut Vec<Reply>) {
        let oldtag = frame.get::<Tflush>(Dialect::Linux).expect("a Tflush").oldtag;
        let old = self.waiting.iter().position(|(_, other)| tag(other) == oldtag);
        match (self.on_flush, old) {
            (OnFlush::Ignore, _) => return,
            (OnFlush::Forget, Some(old)) => {
                let (request, _) = self.waiting.remove(old).expect("found above");
                replies.push(Reply { request, bytes: None });
            }
            (OnFlush::AnswerFirst, Some(old)) => self.answer(old, replies),
            (_, None) => {}
        }
        let mut bytes = std::vec![0; 7];
        Rflush {}.emit(Dialect::Linux, frame.tag(), &mut bytes).expect("it fits");
        self.say(number, bytes, replies);
    }

    fn say(&mut self, request: u64, mut bytes: Vec<u8>, replies: &mut Vec<Reply>) {
        if let Some(lie) = &mut self.lie {
            lie(&mut bytes);
        }
        replies.push(Reply { request, bytes: Some(bytes) });
    }
}

fn tag(bytes: &[u8]) -> u16 {
    u16::from_le_bytes([bytes[5], bytes[6]])
}
