//! A port as the byte stream 9P travels by.

use core::task::{Context, Poll};

use super::port::{OpenPort, PortError};
use crate::drivers::words;
use crate::io::{Window, Windows};
use crate::p9::{Credit, SendError, Stream, StreamError};

impl From<PortError> for StreamError {
    fn from(error: PortError) -> StreamError {
        match error {
            PortError::HungUp | PortError::Removed => StreamError::HungUp,
            PortError::Broken(fault) => StreamError::Broken(words(fault)),
        }
    }
}

impl Stream for OpenPort {
    fn poll_recv(&self, cx: &mut Context<'_>) -> Poll<Result<Window, StreamError>> {
        OpenPort::poll_recv(self, cx).map_err(StreamError::from)
    }

    /// Raw bytes to an unplugged wire are lost; a request that nobody hears, or not who heard those before, is an error.
    fn try_send(&self, message: &mut Windows) -> Result<(), SendError> {
        if !self.is_whole() {
            return Err(SendError::Stream(StreamError::HungUp));
        }
        match self.try_send_bundled(message) {
            Ok(true) => Ok(()),
            Ok(false) => Err(SendError::Full),
            Err(error) => Err(SendError::Stream(error.into())),
        }
    }

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), StreamError>> {
        OpenPort::poll_ready(self, cx).map_err(StreamError::from)
    }

    fn credit(&self) -> Option<Credit> {
        self.port().is_lossy().then_some(Credit::VIRTCONSOLE)
    }
}
