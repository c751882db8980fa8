//! The mount table: what stands in for what. Pure data; the name space asks it at every step of a walk.
//!
//! A *head* is a file (named by device, instance and qid path) that something has been bound or mounted on; its
//! *members* are looked at in order. A head with one member replaces, a head with several is a union directory. The
//! head's own directory takes part in a union only as a member like the others: it is put there when the first bind
//! is `before` or `after`.
//!
//! Tables are copied when a task wants a name space of its own. Heads are shared between the copies and between a
//! table and the walks that are under way, and replaced as a whole when they change: a walk never sees a half-made
//! union and holds no lock while it waits.
//!
//! Every member remembers the words that made it, so that a table prints as lines which, typed in the same order,
//! make it again ([`MountTable::lines`]). Nothing here touches a device: members are of any type `T`.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use super::Error;
use super::words::Quoted;

/// Which file, across all devices: what two channels to the same file have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileKey {
    /// The device's letter.
    pub device: char,
    /// Which of the device's instances (for mounted servers: which session).
    pub instance: u32,
    /// The qid's path: which file of the instance.
    pub path: u64,
}

/// Where a new member goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Order {
    /// Alone: what was there is hidden.
    #[default]
    Replace,
    /// In front of what is there.
    Before,
    /// Behind what is there.
    After,
}

/// How something is bound or mounted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct MountFlags {
    /// Where it goes.
    pub order: Order,
    /// May files be created in it when the union is written to?
    pub create: bool,
}

/// The words that made a member, for printing it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `bind NAME ON`
    Bind {
        /// What was bound.
        name: Box<[u8]>,
    },
    /// `mount [-C] [-d '#9'] [-n] SERVER ON [SPEC]`
    Mount {
        /// The mount device's letter: `M` or `9`.
        device: char,
        /// The name of the server channel, or of the placeholder.
        server: Box<[u8]>,
        /// The attach specifier: a tag, a port or a server's tree.
        spec: Box<[u8]>,
        /// Is kept what is read of its files?
        cache: bool,
    },
}

/// One thing that stands in a union.
#[derive(Clone, Debug)]
pub struct Member<T> {
    /// What stands here.
    pub to: T,
    /// Which file that is.
    pub key: FileKey,
    /// The key of the server channel, when this is a mounted server: `unmount /srv/x /mnt` names it by that.
    pub server: Option<FileKey>,
    /// May files be created here?
    pub create: bool,
    /// Who it is for `ns`.
    kind: Kind,
    /// When it was made; larger is later, across all name spaces.
    serial: u64,
}

#[derive(Clone, Debug)]
enum Kind {
    /// The head's own directory, put there by the first `before` or `after`.
    Own,
    /// A member made by a command.
    Made { origin: Origin, order: Order },
    /// A further member of a union that was bound as a whole; `leader` is the serial of the one made by the command.
    Copied { origin: Option<Origin>, order: Order, leader: u64 },
}

/// A file that something stands on, and what stands there. Never without members.
#[derive(Clone, Debug)]
pub struct Union<T> {
    key: FileKey,
    /// The name the head was mounted under first.
    on: Box<[u8]>,
    members: Vec<Member<T>>,
}

impl<T> Union<T> {
    /// What is looked at, in order. At least one.
    pub fn members(&self) -> &[Member<T>] {
        &self.members
    }

    /// The first member: what a walk goes on from.
    pub fn first(&self) -> &Member<T> {
        &self.members[0]
    }

    /// The file the members stand on.
    pub fn key(&self) -> FileKey {
        self.key
    }

    /// Where files are created: the first member that allows it.
    pub fn creator(&self) -> Option<&Member<T>> {
        self.members.iter().find(|m| m.create)
    }
}

/// What a command asks to be put somewhere.
#[derive(Debug)]
pub struct Addition<'a, T> {
    /// The file to stand there.
    pub to: T,
    /// Which file it is.
    pub key: FileKey,
    /// The server channel's key, for a mount.
    pub server: Option<FileKey>,
    /// The union `to` was found through, if it is one: bound as a whole.
    pub union: Option<&'a Union<T>>,
    /// Where and how.
    pub flags: MountFlags,
    /// The command's words.
    pub origin: Origin,
}

/// All heads of one name space.
#[derive(Clone, Debug)]
pub struct MountTable<T> {
    /// Sorted by key.
    heads: Vec<Arc<Union<T>>>,
}

impl<T> Default for MountTable<T> {
    fn default() -> Self {
        MountTable { heads: Vec::new() }
    }
}

impl<T: Clone> MountTable<T> {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// What stands on the file, if anything.
    pub fn on(&self, key: FileKey) -> Option<&Arc<Union<T>>> {
        self.find(key).ok().map(|at| &self.heads[at])
    }

    /// Nothing is bound or mounted anywhere.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// Puts something on the file `own` (which is `own_to` itself), known as `on`. `serial` is the command's, unique.
    pub fn add(&mut self, own: FileKey, own_to: T, on: &[u8], new: Addition<'_, T>, serial: u64) {
        let MountFlags { order, create } = new.flags;
        let mut added = Vec::with_capacity(1);
        added.push(Member {
            to: new.to,
            key: new.key,
            server: new.server,
            create,
            kind: Kind::Made { origin: new.origin, order },
            serial,
        });
        // A union goes over as a whole: its first member is the one just made, the others follow it.
        for member in new.union.map_or(&[][..], |u| &u.members[1..]) {
            let origin = match &member.kind {
                Kind::Own => None,
                Kind::Made { origin, .. } => Some(origin.clone()),
                Kind::Copied { origin, .. } => origin.clone(),
            };
            added.push(Member {
                kind: Kind::Copied { origin, order, leader: serial },
                serial,
                ..member.clone()
            });
        }
        match self.find(own) {
            Ok(at) => {
                let head = Arc::make_mut(&mut self.heads[at]);
                match order {
                    Order::Replace => head.members = added,
                    Order::Before => drop(head.members.splice(..0, added)),
                    Order::After => head.members.extend(added),
                }
            }
            Err(at) => {
                let own_member =
                    || Member { to: own_to, key: own, server: None, create: false, kind: Kind::Own, serial };
                match order {
                    Order::Replace => {}
                    Order::Before => added.push(own_member()),
                    Order::After => added.insert(0, own_member()),
                }
                self.heads.insert(at, Arc::new(Union { key: own, on: on.into(), members: added }));
            }
        }
    }

    /// Takes away everything that stands on the file.
    pub fn remove_all(&mut self, own: FileKey) -> Result<(), Error> {
        let at = self.find(own).map_err(|_| Error::NotMounted)?;
        self.heads.remove(at);
        Ok(())
    }

    /// Takes away one member, named by its own file or by its server's channel.
    pub fn remove(&mut self, own: FileKey, what: FileKey) -> Result<(), Error> {
        let at = self.find(own).map_err(|_| Error::NotMounted)?;
        let matches = |m: &Member<T>| m.key == what || m.server == Some(what);
        let position = self.heads[at].members.iter().position(matches).ok_or(Error::NotInUnion)?;
        if self.heads[at].members.len() == 1 {
            self.heads.remove(at);
        } else {
            Arc::make_mut(&mut self.heads[at]).members.remove(position);
        }
        Ok(())
    }

    /// The table as commands, oldest first: typed in this order they make the same unions.
    pub fn lines(&self) -> Vec<Line> {
        let mut lines: Vec<(u64, Line)> = Vec::new();
        for head in &self.heads {
            let has_own = head.members.iter().any(|m| matches!(m.kind, Kind::Own));
            let mut made: Vec<&Member<T>> = head.members.iter().filter(|m| head.prints(m)).collect();
            made.sort_by_key(|m| m.serial);
            for (nth, member) in made.into_iter().enumerate() {
                let (origin, order) = match &member.kind {
                    Kind::Made { origin, order } => (origin, *order),
                    Kind::Copied { origin: Some(origin), order, .. } => (origin, *order),
                    Kind::Own | Kind::Copied { origin: None, .. } => continue,
                };
                // Without its own directory a union must begin with a replacement, whatever made it at first.
                let order = if nth == 0 && !has_own { Order::Replace } else { order };
                let flags = MountFlags { order, create: member.create };
                lines.push((member.serial, Line { origin: origin.clone(), flags, on: head.on.clone() }));
            }
        }
        lines.sort_by_key(|(serial, _)| *serial);
        lines.into_iter().map(|(_, line)| line).collect()
    }

    fn find(&self, key: FileKey) -> Result<usize, usize> {
        self.heads.binary_search_by_key(&key, |head| head.key)
    }
}

impl<T> Union<T> {
    /// Does the member need a line of its own? Copied members come back with their leader's line, if it is still here.
    fn prints(&self, member: &Member<T>) -> bool {
        match &member.kind {
            Kind::Own => false,
            Kind::Made { .. } => true,
            Kind::Copied { leader, .. } => {
                !self.members.iter().any(|m| matches!(m.kind, Kind::Made { .. }) && m.serial == *leader)
            }
        }
    }
}

/// One line of `ns`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    origin: Origin,
    flags: MountFlags,
    on: Box<[u8]>,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order = match self.flags.order {
            Order::Replace => "",
            Order::Before => "b",
            Order::After => "a",
        };
        let create = if self.flags.create { "c" } else { "" };
        let cache = if matches!(self.origin, Origin::Mount { cache: true, .. }) { "C" } else { "" };
        let dash = if [order, create, cache].iter().all(|flag| flag.is_empty()) { "" } else { " -" };
        match &self.origin {
            Origin::Bind { name } => {
                write!(f, "bind{dash}{order}{create} {} {}", Quoted(name), Quoted(&self.on))
            }
            Origin::Mount { device, server, spec, .. } => {
                write!(f, "mount{dash}{order}{create}{cache}")?;
                match device {
                    'M' => f.write_str(" -n")?,
                    other => write!(f, " -d '#{other}'")?,
                }
                write!(f, " {} {}", Quoted(server), Quoted(&self.on))?;
                if spec.is_empty() { Ok(()) } else { write!(f, " {}", Quoted(spec)) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use alloc::string::ToString;

    /// A world in which every name is its own file and files are told apart by their first letter after the slash.
    #[derive(Default)]
    struct World {
        table: MountTable<&'static str>,
        serial: u64,
    }

    fn key(name: &str) -> FileKey {
        let path = name.bytes().fold(7u64, |h, b| h.wrapping_mul(31).wrapping_add(u64::from(b)));
        FileKey { device: '/', instance: 0, path }
    }

    impl World {
        fn bind(&mut self, flags: &str, new: &'static str, old: &'static str) -> &mut Self {
            let order = match flags {
                f if f.contains('b') => Order::Before,
                f if f.contains('a') => Order::After,
                _ => Order::Replace,
            };
            // As the name space does it: what is bound is what stands there now.
            let union = self.table.on(key(new)).cloned();
            let (to, to_key) = union.as_deref().map_or((new, key(new)), |u| (u.first().to, u.first().key));
            self.serial += 1;
            let addition = Addition {
                to,
                key: to_key,
                server: None,
                union: union.as_deref(),
                flags: MountFlags { order, create: flags.contains('c') },
                origin: Origin::Bind { name: new.as_bytes().into() },
            };
            self.table.add(key(old), old, old.as_bytes(), addition, self.serial);
            self
        }

        fn at(&self, name: &str) -> Vec<&'static str> {
            self.table.on(key(name)).map_or(Vec::new(), |u| u.members().iter().map(|m| m.to).collect())
        }

        fn lines(&self) -> Vec<String> {
            self.table.lines().iter().map(ToString::to_string).collect()
        }

        /// Types the printed lines into an empty world.
        fn typed_again(&self) -> World {
            let mut again = World::default();
            for line in self.lines() {
                let words: Vec<&'static str> = line.leak().split(' ').collect();
                match words[..] {
                    ["bind", new, old] => again.bind("", new, old),
                    ["bind", flags, new, old] => again.bind(flags, new, old),
                    _ => panic!("{words:?}"),
                };
            }
            again
        }
    }

    #[test]
    fn replace_hides_and_before_and_after_make_a_union_with_the_directory_itself() {
        let mut w = World::default();
        w.bind("", "/a", "/x").bind("-b", "/b", "/dev").bind("-a", "/c", "/dev").bind("-b", "/d", "/dev");
        assert_eq!(w.at("/x"), ["/a"]);
        assert_eq!(w.at("/dev"), ["/d", "/b", "/dev", "/c"]);
        w.bind("", "/e", "/dev");
        assert_eq!(w.at("/dev"), ["/e"]);
    }

    #[test]
    fn a_union_is_bound_as_a_whole() {
        let mut w = World::default();
        w.bind("-a", "/c", "/dev").bind("-a", "/d", "/dev").bind("", "/dev", "/n");
        assert_eq!(w.at("/n"), ["/dev", "/c", "/d"]);
    }

    #[test]
    fn files_are_created_in_the_first_member_that_allows_it() {
        let mut w = World::default();
        w.bind("-b", "/a", "/tmp").bind("-ac", "/b", "/tmp").bind("-ac", "/c", "/tmp");
        let union = w.table.on(key("/tmp")).unwrap();
        assert_eq!(union.creator().unwrap().to, "/b");
        w.bind("", "/a", "/ro");
        assert!(w.table.on(key("/ro")).unwrap().creator().is_none());
    }

    #[test]
    fn unmounting_takes_all_or_the_named_member_and_says_what_is_wrong() {
        let mut w = World::default();
        w.bind("-a", "/a", "/dev").bind("-a", "/b", "/dev");
        assert_eq!(w.table.remove(key("/dev"), key("/zzz")), Err(Error::NotInUnion));
        assert_eq!(w.table.remove(key("/dev"), key("/a")), Ok(()));
        assert_eq!(w.at("/dev"), ["/dev", "/b"]);
        assert_eq!(w.table.remove_all(key("/dev")), Ok(()));
        assert_eq!(w.table.remove_all(key("/dev")), Err(Error::NotMounted));
        assert_eq!(w.table.remove(key("/dev"), key("/a")), Err(Error::NotMounted));
        w.bind("", "/a", "/x");
        assert_eq!(w.table.remove(key("/x"), key("/a")), Ok(()));
        assert!(w.table.is_empty());
    }

    #[test]
    fn a_mounted_server_can_be_named_by_its_channel() {
        let mut table: MountTable<&str> = MountTable::new();
        let mount = Addition {
            to: "root of the share",
            key: FileKey { device: 'M', instance: 1, path: 5 },
            server: Some(key("/srv/vc2")),
            union: None,
            flags: MountFlags { order: Order::Replace, create: true },
            origin: Origin::Mount {
                device: 'M',
                server: b"/srv/vc2"[..].into(),
                spec: b""[..].into(),
                cache: true,
            },
        };
        table.add(key("/mnt/xxx"), "/mnt/xxx", b"/mnt/xxx", mount, 1);
        assert_eq!(table.lines()[0].to_string(), "mount -cC -n /srv/vc2 /mnt/xxx");
        assert_eq!(table.remove(key("/mnt/xxx"), key("/srv/vc2")), Ok(()));
        assert!(table.is_empty());
    }

    #[test]
    fn lines_quote_what_the_shell_would_take_apart() {
        let line = |origin, flags| Line { origin, flags, on: b"/mnt/xxx"[..].into() }.to_string();
        let native = Origin::Mount {
            device: '9',
            server: b"/dev/null"[..].into(),
            spec: b"it's a: tag"[..].into(),
            cache: false,
        };
        assert_eq!(line(native, MountFlags::default()), "mount -d '#9' /dev/null /mnt/xxx 'it''s a: tag'");
        let dev = Origin::Bind { name: b"#c"[..].into() };
        assert_eq!(line(dev, MountFlags { order: Order::After, create: true }), "bind -ac '#c' /mnt/xxx");
    }

    #[test]
    fn a_copy_of_the_table_goes_its_own_way() {
        let mut w = World::default();
        w.bind("-a", "/a", "/dev");
        let before = w.table.clone();
        w.bind("-a", "/b", "/dev");
        assert_eq!(before.on(key("/dev")).unwrap().members().len(), 2);
        assert_eq!(w.at("/dev").len(), 3);
    }

    #[test]
    fn what_is_printed_makes_the_same_unions_again() {
        use proptest::prelude::*;
        use proptest::test_runner::TestRunner;
        let names = ["/a", "/b", "/c", "/d"];
        let flags = ["", "-b", "-a", "-ac", "-bc"];
        let step = (0..flags.len(), 0..names.len(), 0..names.len(), any::<bool>());
        let steps = proptest::collection::vec(step, 1..14);
        let mut runner = TestRunner::default();
        runner
            .run(&steps, |steps| {
                let mut w = World::default();
                for (f, new, old, unmount) in steps {
                    // Names bound are never bound on: a name's meaning does not change between the two worlds.
                    let (new, old) = (names[new], ["/w", "/x", "/y", "/z"][old]);
                    if unmount {
                        let _ = w.table.remove(key(old), key(new));
                    } else {
                        w.bind(flags[f], new, old);
                    }
                }
                let again = w.typed_again();
                for on in ["/w", "/x", "/y", "/z"] {
                    let mut expected = w.at(on);
                    // A directory standing for itself alone is the same as nothing standing there.
                    if expected == [on] {
                        expected.clear();
                    }
                    prop_assert_eq!(again.at(on), expected);
                }
                Ok(())
            })
            .unwrap();
    }
}
