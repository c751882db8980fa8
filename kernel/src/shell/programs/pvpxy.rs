//! `9pvpxy`: makes a 9P server of a port's file, for whoever mounts its standard input and output.
//!
//! Requests are read from the input and written to the port, replies the other way, each direction by itself, so that
//! many requests are under way at once and a Tflush overtakes what it flushes. Messages are cut out of both streams by
//! their size field and passed on whole, as the windows they arrived in. Ends when either side does; when it is the
//! client's, the server's last replies are taken first, because the next user of the port could make nothing of them.
//!
//! A Tversion ends every request before it (version(5)): what is left of a reply that was cut, by a server that was killed
//! and started again, goes no further.
//!
//! On a port that loses what the host is too slow for (port 0) no more requests are passed on than the host must have
//! taken: each reply shows that its request was read.

use alloc::collections::BTreeMap;
use alloc::string::String;
use core::cell::{Cell, RefCell};
use core::fmt;

use crate::dev::mnt::claim::claim;
use crate::io::Windows;
use crate::ns::path::Shown;
use crate::ns::wait::WaitList;
use crate::ns::{Chan, Error, Node, OpenMode};
use crate::p9::Credit;
use crate::p9::msg::HEADER_LEN;
use crate::shell::context::{Context, Exit};
use crate::shell::race::{First, first};
use crate::time::{Nanos, within};

/// Longer than any server and client agree on: a size field above it is no size field.
const MESSAGE_BYTES_MAX: usize = 64 << 20;

/// The types of the messages that are looked into (version(5), flush(5)).
const TVERSION: u8 = 100;
const TFLUSH: u8 = 108;
const RFLUSH: u8 = 109;

pub(super) async fn main(cx: &mut Context) -> Exit {
    let words = cx.words.clone();
    let [_, name] = &words[..] else { return cx.usage("9pvpxy file") };
    let port = match cx.view.open(name, OpenMode::READ_WRITE).await {
        Ok(port) => port,
        Err(error) => return cx.fail("open", format_args!("can't open {}: {error}", Shown(name))),
    };
    let port_of = |node: &Node| if let Node::Virtcon(node) = node { node.port() } else { None };
    // Whoever mounted the port directly takes their last replies first.
    let claimed = match port_of(port.node()) {
        Some(port) => match claim(port, LAST_REPLIES_MAX).await {
            Ok(claimed) => Some(claimed),
            Err(error) => return cx.fail("open", format_args!("{}: {error}", Shown(name))),
        },
        None => None,
    };
    let lossy = port_of(port.node()).is_some_and(|port| port.is_lossy());
    let purse = Purse::new(lossy.then_some(Credit::VIRTCONSOLE));
    let (input, output) = (cx.input.clone(), cx.out.chan().clone());
    // A new session has begun, and no reply has arrived since.
    let anew = Cell::new(false);
    let never = Cell::new(false);
    let (mut asked, mut answered) = (Framer::default(), Framer::default());
    let requests = relay(&input, &port, &mut asked, &never, async |message, head| {
        if head.kind == TVERSION {
            purse.forget();
            anew.set(true);
        }
        purse.pay(head, message).await
    });
    let replies = relay(&port, &output, &mut answered, &anew, async |_, head| purse.take_back(head));
    let ended = match first(requests, replies).await {
        First::A(ended) => ended.map_err(|why| ("request", why)),
        First::B(Err(Broken::To(Error::Hungup))) => Ok(()),
        First::B(ended) => return ended.or_else(|why| cx.fail("reply", format_args!("{why}"))),
    };
    // Nobody asks any more. What the server still answers is not for whoever uses the port next.
    let claim = claimed.map(|(claim, _)| claim);
    let last = last_replies(&port, &mut answered, &purse);
    // A server that does not answer loses the right to be waited for; there is nobody to tell.
    let _ = within(LAST_REPLIES_MAX, "the last replies", last).await;
    drop(claim);
    ended.or_else(|(status, why)| cx.fail(status, format_args!("{why}")))
}

/// How long a server may take to answer what was asked when its last user left.
const LAST_REPLIES_MAX: Nanos = Nanos::from_secs(5);

/// Takes replies until every request has had its own, or the port ends.
async fn last_replies(port: &Chan, framer: &mut Framer, purse: &Purse) {
    loop {
        loop {
            match framer.next() {
                Ok(Some((_, head))) => purse.take_back(head),
                Ok(None) => break,
                // No message: nothing behind it can be told apart.
                Err(_) => return,
            }
        }
        if purse.is_settled() {
            return;
        }
        match port.bread(port.io_unit()).await {
            Ok(windows) if !windows.is_empty() => framer.bytes.append(windows),
            _ => return,
        }
    }
}

/// What is looked at of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head {
    kind: u8,
    tag: u16,
    /// The first field of a Tflush: the tag of what is flushed.
    old_tag: u16,
}

/// Cuts a stream into messages.
#[derive(Default)]
struct Framer {
    bytes: Windows,
}

impl Framer {
    /// The next whole message, if all of it is there.
    fn next(&mut self) -> Result<Option<(Windows, Head)>, String> {
        let mut head = [0; HEADER_LEN + 2];
        let seen = self.bytes.peek(&mut head);
        let Some(&[a, b, c, d]) = head[..seen].first_chunk() else { return Ok(None) };
        let size = u32::from_le_bytes([a, b, c, d]) as usize;
        if !(HEADER_LEN..=MESSAGE_BYTES_MAX).contains(&size) {
            return Err(alloc::format!("a message of {size} bytes cannot be one"));
        }
        if self.bytes.len() < size {
            return Ok(None);
        }
        let [.., kind, tag_low, tag_high, old_low, old_high] = head;
        let old_tag = if size >= head.len() { u16::from_le_bytes([old_low, old_high]) } else { u16::MAX };
        let head = Head { kind, tag: u16::from_le_bytes([tag_low, tag_high]), old_tag };
        Ok(Some((self.bytes.split_to(size), head)))
    }
}

/// Why messages were passed on no longer.
enum Broken {
    /// The side they came from.
    From(Error),
    /// The side they went to.
    To(Error),
    /// The stream they came in: what is no message, or is not all of one.
    Message(String),
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Broken::From(error) | Broken::To(error) => error.fmt(f),
            Broken::Message(words) => f.write_str(words),
        }
    }
}

/// Passes messages on until the end of `from`; what came before it is `anew` is dropped, if it is no whole message.
async fn relay(
    from: &Chan,
    to: &Chan,
    framer: &mut Framer,
    anew: &Cell<bool>,
    meet: impl AsyncFn(&Windows, Head),
) -> Result<(), Broken> {
    loop {
        while let Some((message, head)) = framer.next().map_err(Broken::Message)? {
            meet(&message, head).await;
            to.bwrite(message).await.map_err(Broken::To)?;
        }
        let windows = from.bread(from.io_unit()).await.map_err(Broken::From)?;
        if windows.is_empty() {
            let cut = framer.bytes.len();
            return if cut == 0 {
                Ok(())
            } else {
                Err(Broken::Message(alloc::format!("{cut} bytes of a message, and then the end")))
            };
        }
        if anew.take() {
            *framer = Framer::default();
        }
        framer.bytes.append(windows);
    }
}

/// Requests under way, and what they have cost where only so much may be.
struct Purse {
    /// None: as much as one likes.
    credit: Option<Credit>,
    spent: RefCell<Spent>,
    /// Something was given back.
    returned: WaitList,
}

#[derive(Default)]
struct Spent {
    /// By tag: what it cost, and for a Tflush, which tag it flushes.
    requests: BTreeMap<u16, (usize, Option<u16>)>,
    sum: usize,
}

impl Purse {
    fn new(credit: Option<Credit>) -> Purse {
        Purse { credit, spent: RefCell::default(), returned: WaitList::new() }
    }

    /// Waits until the request can be paid for. A Tflush does not wait: it is what frees others.
    async fn pay(&self, head: Head, message: &Windows) {
        let mut cost = 0;
        if let Some(credit) = self.credit {
            cost = credit.cost(message.len(), message.count());
            self.returned
                .until(|| {
                    let sum = self.spent.borrow().sum;
                    (sum == 0 || sum + cost <= credit.limit || head.kind == TFLUSH).then_some(())
                })
                .await;
        }
        let flushes = (head.kind == TFLUSH).then_some(head.old_tag);
        let spent = &mut *self.spent.borrow_mut();
        spent.sum += cost;
        // A client that uses a tag twice has paid for both, and gets the last one back.
        if let Some((lost, _)) = spent.requests.insert(head.tag, (cost, flushes)) {
            spent.sum -= lost;
        }
    }

    /// Nothing is under way any more.
    fn forget(&self) {
        *self.spent.borrow_mut() = Spent::default();
        self.returned.wake_all();
    }

    /// Has every request been answered?
    fn is_settled(&self) -> bool {
        self.spent.borrow().requests.is_empty()
    }

    fn take_back(&self, head: Head) {
        let spent = &mut *self.spent.borrow_mut();
        let answered = spent.requests.remove(&head.tag);
        // What was flushed is answered before Rflush or never.
        let flushed = answered.and_then(|(_, flushes)| flushes).filter(|_| head.kind == RFLUSH);
        let flushed = flushed.and_then(|tag| spent.requests.remove(&tag));
        spent.sum -= [answered, flushed].into_iter().flatten().map(|(cost, _)| cost).sum::<usize>();
        self.returned.wake_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ns::text::copied;
    use alloc::vec::Vec;

    fn message(kind: u8, tag: u16, body: &[u8]) -> Vec<u8> {
        let size = (HEADER_LEN + body.len()) as u32;
        [&size.to_le_bytes()[..], &[kind], &tag.to_le_bytes(), body].concat()
    }

    #[test]
    fn messages_are_found_however_the_stream_is_cut() {
        let messages = [message(100, 1, b"first"), message(TFLUSH, 2, &[1, 0]), message(118, 3, &[7; 9000])];
        let stream = messages.concat();
        for piece in [1, 3, 7, 11, 4096, stream.len()] {
            let mut framer = Framer::default();
            let mut found = Vec::new();
            for bytes in stream.chunks(piece) {
                framer.bytes.append(copied(bytes).unwrap());
                while let Some((message, head)) = framer.next().unwrap() {
                    let bytes: Vec<u8> = message.iter().flat_map(|window| window.to_vec()).collect();
                    found.push((bytes, head));
                }
            }
            assert!(framer.bytes.is_empty());
            let bytes: Vec<&Vec<u8>> = found.iter().map(|(bytes, _)| bytes).collect();
            assert_eq!(bytes, messages.iter().collect::<Vec<_>>());
            assert_eq!(found[1].1, Head { kind: TFLUSH, tag: 2, old_tag: 1 });
        }
    }

    #[test]
    fn what_cannot_be_a_message_is_refused() {
        for size in [0u32, 6, (MESSAGE_BYTES_MAX + 1) as u32, u32::MAX] {
            let mut framer = Framer { bytes: copied(&[&size.to_le_bytes()[..], &[0; 8]].concat()).unwrap() };
            assert!(framer.next().is_err(), "{size}");
        }
    }

    #[test]
    fn requests_are_paid_for_and_replies_give_back() {
        crate::task::block_on(async {
            let purse = Purse::new(Some(Credit { limit: 100, per_window: 10 }));
            let head = |kind, tag, old_tag| Head { kind, tag, old_tag };
            let fifty = copied(&[0; 50]).unwrap();
            purse.pay(head(118, 1, 0), &fifty).await;
            let second = first(purse.pay(head(118, 2, 0), &fifty), core::future::ready(())).await;
            assert_eq!(second, First::B(()), "two of sixty are more than a hundred");
            purse.pay(head(TFLUSH, 3, 1), &fifty).await;
            assert_eq!(purse.spent.borrow().sum, 120);
            purse.take_back(head(RFLUSH, 3, 0));
            assert_eq!(purse.spent.borrow().sum, 0, "with Rflush what it flushed is over");
            // More than there is, alone.
            let large = copied(&[0; 5000]).unwrap();
            purse.pay(head(118, 4, 0), &large).await;
            purse.take_back(head(119, 9, 0));
            assert_eq!(purse.spent.borrow().sum, 5020);
            // A new session owes nothing of what the old one had sent.
            purse.forget();
            assert_eq!(purse.spent.borrow().sum, 0);
        });
    }
}
