//! A 9P2000.L client of a few lines: every message is written out here, independent of any codec of ours.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

/// Linux error numbers as Rlerror carries them.
pub(crate) mod errno {
    pub(crate) const ENOENT: u32 = 2;
    pub(crate) const EBADF: u32 = 9;
    pub(crate) const EINVAL: u32 = 22;
    pub(crate) const EROFS: u32 = 30;
    pub(crate) const ELOOP: u32 = 40;
}

const RLERROR: u8 = 7;

/// An R message taken apart as far as its header.
pub(crate) struct Reply {
    pub(crate) kind: u8,
    pub(crate) tag: u16,
    pub(crate) body: Vec<u8>,
}

/// One message in flight, tag 1.
pub(crate) struct Client {
    stream: UnixStream,
}

type Answer<T> = Result<T, u32>;

impl Client {
    pub(crate) fn new(stream: UnixStream) -> Self {
        stream.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
        Self { stream }
    }

    /// Tversion and Tattach of fid 0.
    pub(crate) fn start(&mut self, msize: u32) {
        let version = self.call(100, &[&msize.to_le_bytes(), &string("9P2000.L")]).unwrap();
        assert_eq!(version, [&msize.to_le_bytes()[..], &string("9P2000.L")].concat());
        let none = u32::MAX.to_le_bytes();
        self.call(104, &[&fid(0), &none, &string("user"), &string(""), &none]).unwrap();
    }

    /// The number of names that were walked.
    pub(crate) fn walk(&mut self, from: u32, to: u32, names: &[&str]) -> Answer<u16> {
        let count = (names.len() as u16).to_le_bytes();
        let names: Vec<u8> = names.iter().flat_map(|name| string(name)).collect();
        let body = self.call(110, &[&fid(from), &fid(to), &count, &names])?;
        Ok(u16::from_le_bytes([body[0], body[1]]))
    }

    pub(crate) fn lopen(&mut self, file: u32, flags: u32) -> Answer<()> {
        self.call(12, &[&fid(file), &flags.to_le_bytes()]).map(drop)
    }

    pub(crate) fn lcreate(&mut self, dir: u32, name: &str, flags: u32) -> Answer<()> {
        let (mode, gid) = (0o644u32.to_le_bytes(), 0u32.to_le_bytes());
        self.call(14, &[&fid(dir), &string(name), &flags.to_le_bytes(), &mode, &gid]).map(drop)
    }

    pub(crate) fn read(&mut self, file: u32, offset: u64, count: u32) -> Answer<Vec<u8>> {
        let body = self.call(116, &[&fid(file), &offset.to_le_bytes(), &count.to_le_bytes()])?;
        let length = u32::from_le_bytes(body[..4].try_into().unwrap());
        assert_eq!(length as usize, body.len() - 4);
        Ok(body[4..].to_vec())
    }

    pub(crate) fn write(&mut self, file: u32, offset: u64, data: &[u8]) -> Answer<u32> {
        let count = (data.len() as u32).to_le_bytes();
        let body = self.call(118, &[&fid(file), &offset.to_le_bytes(), &count, data])?;
        Ok(u32::from_le_bytes(body.try_into().unwrap()))
    }

    pub(crate) fn mkdir(&mut self, dir: u32, name: &str) -> Answer<()> {
        let (mode, gid) = (0o755u32.to_le_bytes(), 0u32.to_le_bytes());
        self.call(72, &[&fid(dir), &string(name), &mode, &gid]).map(drop)
    }

    pub(crate) fn unlinkat(&mut self, dir: u32, name: &str) -> Answer<()> {
        self.call(76, &[&fid(dir), &string(name), &0u32.to_le_bytes()]).map(drop)
    }

    pub(crate) fn renameat(&mut self, from: u32, old: &str, to: u32, new: &str) -> Answer<()> {
        self.call(74, &[&fid(from), &string(old), &fid(to), &string(new)]).map(drop)
    }

    pub(crate) fn link(&mut self, dir: u32, target: u32, name: &str) -> Answer<()> {
        self.call(70, &[&fid(dir), &fid(target), &string(name)]).map(drop)
    }

    pub(crate) fn setattr_size(&mut self, file: u32, size: u64) -> Answer<()> {
        const SIZE: u32 = 8;
        let zeros = [0; 32];
        let fields = [&fid(file)[..], &SIZE.to_le_bytes(), &[0; 12], &size.to_le_bytes(), &zeros];
        self.call(26, &fields).map(drop)
    }

    pub(crate) fn clunk(&mut self, file: u32) -> Answer<()> {
        self.call(120, &[&fid(file)]).map(drop)
    }

    /// Bytes of a Tread, for sending in pieces.
    pub(crate) fn tread(tag: u16, file: u32, offset: u64, count: u32) -> Vec<u8> {
        message(116, tag, &[&fid(file), &offset.to_le_bytes(), &count.to_le_bytes()])
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    pub(crate) fn receive(&mut self) -> Reply {
        let mut header = [0; 7];
        self.stream.read_exact(&mut header).unwrap();
        let size = u32::from_le_bytes(header[..4].try_into().unwrap());
        let mut body = vec![0; size as usize - 7];
        self.stream.read_exact(&mut body).unwrap();
        Reply { kind: header[4], tag: u16::from_le_bytes([header[5], header[6]]), body }
    }

    /// Has the server closed the connection?
    pub(crate) fn is_closed(&mut self) -> bool {
        match self.stream.read(&mut [0]) {
            Ok(count) => count == 0,
            Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
        }
    }

    fn call(&mut self, kind: u8, fields: &[&[u8]]) -> Answer<Vec<u8>> {
        self.send(&message(kind, 1, fields));
        let reply = self.receive();
        assert_eq!(reply.tag, 1);
        if reply.kind == RLERROR {
            return Err(u32::from_le_bytes(reply.body.try_into().unwrap()));
        }
        assert_eq!(reply.kind, kind + 1);
        Ok(reply.body)
    }
}

fn message(kind: u8, tag: u16, fields: &[&[u8]]) -> Vec<u8> {
    let body = fields.concat();
    let size = (7 + body.len() as u32).to_le_bytes();
    [&size[..], &[kind], &tag.to_le_bytes(), &body].concat()
}

fn fid(number: u32) -> [u8; 4] {
    number.to_le_bytes()
}

fn string(text: &str) -> Vec<u8> {
    [&(text.len() as u16).to_le_bytes()[..], text.as_bytes()].concat()
}
