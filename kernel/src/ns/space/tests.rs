use super::*;
use crate::dev::{pipe, srv};
use crate::ns::OpenMode;
use crate::ns::chan::Chan;
use crate::ns::{Access, text};
use crate::task::block_on;
use alloc::string::{String, ToString};

/// Everything the tests of this module do happens in directories of their own below `/tmp`: the root is shared.
async fn fresh(test: &str) -> View {
    let view = View::new(Space::new().unwrap());
    for dir in ["", "/a", "/a/x", "/a/y", "/b", "/b/y", "/b/y/deep", "/c"] {
        view.make_dir(alloc::format!("/tmp/{test}{dir}").as_bytes(), 0o777).await.unwrap();
    }
    let mut view = view;
    view.change_dir(alloc::format!("/tmp/{test}").as_bytes()).await.unwrap();
    view
}

fn flags(words: &str) -> MountFlags {
    let order = match words {
        w if w.contains('a') => Order::After,
        w if w.contains('b') => Order::Before,
        _ => Order::Replace,
    };
    MountFlags { order, create: words.contains('c') }
}

async fn names(view: &View, dir: &str) -> Vec<String> {
    let mut reader = view.read_dir(dir.as_bytes()).await.unwrap();
    let mut names = Vec::new();
    loop {
        let batch = reader.next().await.unwrap();
        if batch.is_empty() {
            return names;
        }
        names.extend(batch.iter().map(|e| String::from_utf8(e.name.to_vec()).unwrap()));
    }
}

async fn error(view: &View, name: &str) -> String {
    view.walk(name.as_bytes()).await.unwrap_err().to_string()
}

#[test]
fn names_lead_to_files_and_what_is_missing_is_named() {
    block_on(async {
        let view = fresh("missing").await;
        assert_eq!(view.walk(b"a/../b/y").await.unwrap().name(), b"/tmp/missing/b/y");
        assert_eq!(view.walk(b"..").await.unwrap().name(), b"/tmp");
        assert_eq!(error(&view, "/mnt/nothing/below").await, "'/mnt/nothing' does not exist");
        assert_eq!(error(&view, "a/z").await, "'a/z' does not exist");
        assert_eq!(error(&view, "../nope").await, "'/tmp/nope' does not exist");
        assert_eq!(error(&view, "#c/null/below").await, "'#c/null' not a directory");
        assert_eq!(error(&view, "#q").await, "'#q' unknown device in # filename");
        assert_eq!(error(&view, "#9").await, "'#9' mount/attach disallowed");
        assert_eq!(error(&view, "").await, "'' file name syntax");
        assert_eq!(error(&view, &"x/".repeat(3000)).await, "name too long");
    });
}

#[test]
fn binding_replaces_and_unmounting_brings_back() {
    block_on(async {
        let view = fresh("replace").await;
        view.bind(b"b", b"a", flags("")).await.unwrap();
        assert_eq!(names(&view, "a").await, ["y"]);
        assert_eq!(view.walk(b"a/y/deep").await.unwrap().name(), b"/tmp/replace/a/y/deep");
        assert_eq!(error(&view, "a/x").await, "'a/x' does not exist");
        view.unmount(None, b"a").await.unwrap();
        assert_eq!(names(&view, "a").await, ["x", "y"]);
        assert_eq!(view.unmount(None, b"a").await.unwrap_err().to_string(), "not mounted");
    });
}

#[test]
fn a_union_shows_all_members_and_the_first_that_has_a_name_decides() {
    block_on(async {
        let view = fresh("union").await;
        view.bind(b"b", b"a", flags("b")).await.unwrap();
        assert_eq!(names(&view, "a").await, ["y", "x", "y"]);
        assert!(view.walk(b"a/y/deep").await.is_ok());
        assert!(view.walk(b"a/x").await.is_ok());
        view.unmount(Some(b"b"), b"a").await.unwrap();
        assert_eq!(names(&view, "a").await, ["x", "y"]);
        let error = view.unmount(Some(b"c"), b"a").await.unwrap_err();
        assert_eq!(error.to_string(), "not in union");
    });
}

#[test]
fn mount_points_below_mount_points_are_seen_on_the_way() {
    block_on(async {
        let view = fresh("nested").await;
        view.bind(b"b", b"a", flags("")).await.unwrap();
        view.bind(b"c", b"a/y", flags("")).await.unwrap();
        assert_eq!(error(&view, "a/y/deep").await, "'a/y/deep' does not exist");
        // The directory was bound upon, whatever name it has.
        assert_eq!(error(&view, "b/y/deep").await, "'b/y/deep' does not exist");
        // Names of the device itself see nothing mounted.
        assert!(view.walk(b"#//tmp/nested/b/y/deep").await.is_ok());
        assert_eq!(view.walk(b"a/y/..").await.unwrap().name(), b"/tmp/nested/a");
    });
}

#[test]
fn files_are_made_where_the_union_allows_it() {
    block_on(async {
        let view = fresh("create").await;
        view.bind(b"b", b"a", flags("a")).await.unwrap();
        let refused = view.make_dir(b"a/new", 0o777).await.unwrap_err();
        assert_eq!(refused.to_string(), "'a/new' mounted directory forbids creation");
        view.bind(b"c", b"a", flags("ac")).await.unwrap();
        view.make_dir(b"a/new", 0o777).await.unwrap();
        assert_eq!(names(&view, "c").await, ["new"]);
        let again = view.make_dir(b"a/new", 0o777).await.unwrap_err();
        assert_eq!(again.to_string(), "'a/new' file already exists");
        view.remove(b"a/new").await.unwrap();
        assert_eq!(names(&view, "c").await, Vec::<String>::new());
    });
}

#[test]
fn directories_and_files_do_not_stand_for_each_other() {
    block_on(async {
        let view = fresh("kinds").await;
        let refused = view.bind(b"#c/null", b"a", flags("")).await.unwrap_err();
        assert_eq!(refused.to_string(), "inconsistent mount");
        view.bind(b"#c", b"a", flags("")).await.unwrap();
        view.bind(b"#c/zero", b"a/null", flags("")).await.unwrap();
        let zero = view.open(b"a/null", OpenMode::READ).await.unwrap();
        let mut bytes = [7; 4];
        assert_eq!(zero.read(&mut bytes).await, Ok(4));
        assert_eq!(bytes, [0; 4]);
        let refused = view.bind(b"#c/zero", b"a/null", flags("a")).await.unwrap_err();
        assert_eq!(refused.to_string(), "inconsistent mount");
    });
}

#[test]
fn a_forked_space_goes_its_own_way_and_a_shared_one_does_not() {
    block_on(async {
        let view = fresh("fork").await;
        let shared = view.clone();
        let own = view.forked();
        view.bind(b"b", b"a", flags("")).await.unwrap();
        assert_eq!(names(&shared, "a").await, ["y"]);
        assert_eq!(names(&own, "a").await, ["x", "y"]);
    });
}

#[test]
fn a_space_prints_as_lines_that_make_it_again() {
    block_on(async {
        let view = fresh("lines").await;
        view.bind(b"#c", b"/dev", flags("a")).await.unwrap();
        view.bind(b"#s", b"/srv", flags("c")).await.unwrap();
        view.bind(b"b", b"a", flags("")).await.unwrap();
        let lines: Vec<String> = view.space().lines().iter().map(ToString::to_string).collect();
        assert_eq!(lines, ["bind -a '#c' /dev", "bind -c '#s' /srv", "bind /tmp/lines/b /tmp/lines/a"]);
    });
}

#[test]
fn a_posted_channel_is_opened_as_itself() {
    block_on(async {
        let view = fresh("post").await;
        view.bind(b"#s", b"a", flags("c")).await.unwrap();
        let (here, there) = pipe::pair();
        let posted = Chan::new(Node::Pipe(pipe::Node::End(there)), OpenMode::READ_WRITE, b"#|"[..].into());
        let file = view.create(b"a/post-test", OpenMode::WRITE, 0o666).await.unwrap();
        let Node::Srv(service) = file.node() else { panic!("not a service") };
        let early = view.open(b"a/post-test", OpenMode::READ_WRITE).await.unwrap_err();
        assert_eq!(early.to_string(), "'a/post-test' device shut down");
        service.post(posted.clone()).unwrap();
        assert_eq!(service.post(posted.clone()), Err(Error::BadUse));
        drop(file);
        let opened = view.open(b"a/post-test", OpenMode::READ_WRITE).await.unwrap();
        assert!(Arc::ptr_eq(&opened, &posted));
        let again = view.create(b"a/post-test", OpenMode::WRITE, 0o666).await.unwrap_err();
        assert_eq!(again.to_string(), "'a/post-test' file already exists");
        opened.bwrite(text::copied(b"hello").unwrap()).await.unwrap();
        let here = Chan::new(Node::Pipe(pipe::Node::End(here)), OpenMode::READ_WRITE, b"#|"[..].into());
        let mut bytes = [0; 16];
        assert_eq!(here.read(&mut bytes).await, Ok(5));
        view.remove(b"a/post-test").await.unwrap();
        drop((opened, posted));
        // The last user of the posted end is gone.
        assert_eq!(here.read(&mut bytes).await, Ok(0));
        assert_eq!(here.write(b"x").await, Err(Error::Hungup));
        assert!(matches!(srv::Node::root().walk(&[b"post-test"]).await, Err(Error::DoesNotExist)));
    });
}

#[test]
fn a_channel_does_only_what_it_was_opened_for() {
    block_on(async {
        let view = fresh("access").await;
        let null = view.open(b"#c/null", OpenMode::READ).await.unwrap();
        assert_eq!(null.write(b"x").await, Err(Error::BadUse));
        assert_eq!(null.mode().access, Access::Read);
        let refused = view.open(b"#P/irqalloc", OpenMode::WRITE).await.unwrap_err();
        assert_eq!(refused.to_string(), "'#P/irqalloc' permission denied");
        let refused = view.open(b"/dev", OpenMode::WRITE).await.unwrap_err();
        assert_eq!(refused.to_string(), "'/dev' file is a directory");
        let pipe = view.open(b"#|/data", OpenMode::READ_WRITE).await.unwrap();
        assert_eq!(pipe.seek(3), Err(Error::IsStream));
    });
}
