//! Short messages on their way out together.
//!
//! QEMU hands each descriptor to the host by a write of its own, and each write wakes the server. Short messages that are
//! sent between two publications are therefore put into one page: one chain for QEMU to fetch, one write, and a server
//! that finds all of them with one read. A message that stays alone goes out in the page it came in.
//!
//! Only for messages whose bytes are no payload, such as most requests of 9P: they are copied, and not counted.

use crate::io::{Buf, Windows};
use crate::mem::{self, PAGE_SIZE};

/// Longer messages have a descriptor of their own. Fetching a chain and a write cost QEMU more than copying so much.
const MESSAGE_BYTES_MAX: usize = 512;

/// What is to go out next, in order.
#[derive(Default)]
pub(super) struct Bundle {
    /// The first message, as long as it is the only one.
    first: Windows,
    /// All of them, once there are two.
    page: Option<Buf>,
}

impl Bundle {
    pub(super) fn is_empty(&self) -> bool {
        self.first.is_empty() && self.page.is_none()
    }

    /// Is the message one to be bundled: short, and in one piece?
    pub(super) fn suits(message: &Windows) -> bool {
        message.as_one_slice().is_some_and(|bytes| bytes.len() <= MESSAGE_BYTES_MAX)
    }

    /// Takes a message that [suits](Bundle::suits), all of it, and leaves `message` empty. False: there is no room behind
    /// the others, or no page; it is as it was. The first one is always taken.
    pub(super) fn take_in(&mut self, message: &mut Windows) -> bool {
        if self.is_empty() {
            self.first = core::mem::take(message);
            return true;
        }
        let page = match &mut self.page {
            Some(page) => page,
            page => {
                let Ok(mut new) = mem::pool().alloc_bytes(0) else { return false };
                append(&mut new, &core::mem::take(&mut self.first));
                page.insert(new)
            }
        };
        if page.len() + message.len() > PAGE_SIZE {
            return false;
        }
        append(page, message);
        *message = Windows::new();
        true
    }

    /// All of it; it is empty afterwards.
    pub(super) fn take(&mut self) -> Windows {
        match self.page.take() {
            Some(page) => page.into(),
            None => core::mem::take(&mut self.first),
        }
    }
}

fn append(page: &mut Buf, message: &Windows) {
    for window in message.iter() {
        let used = page.len();
        page.set_window(0..used + window.len());
        page.write_at(used, window);
    }
}
