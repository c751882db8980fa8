//! `console`: gives whoever connects to a port a prompt.

use alloc::sync::Arc;

use crate::dev::port_terminal::PortTerminal;
use crate::ns::path::Shown;
use crate::ns::{Node, OpenMode};
use crate::shell::context::{Context, End, Exit};
use crate::shell::login;

pub(super) async fn main(cx: &mut Context) -> Exit {
    let words = cx.words.clone();
    let [_, name] = &words[..] else { return cx.usage("console port") };
    let chan = match cx.view.open(name, OpenMode::READ_WRITE).await {
        Ok(chan) => chan,
        Err(error) => return cx.fail("open", format_args!("can't open {}: {error}", Shown(name))),
    };
    let Node::Virtcon(node) = chan.node() else {
        return cx.fail("open", format_args!("{} is no port", Shown(name)));
    };
    let Some(port) = node.port() else { return cx.fail("open", format_args!("{} is no port", Shown(name))) };
    loop {
        let open = port.open();
        if let Err(error) = open.connected().await {
            return cx.fail("port", format_args!("{}: {error}", Shown(name)));
        }
        match login::visit(Arc::new(PortTerminal::new(open))).await {
            // The machine stops for everybody.
            Ok(end @ End::Halt { .. }) => {
                cx.session.finish(end);
                return Ok(());
            }
            Ok(End::Exit) => {}
            Err(error) => return cx.fail("login", format_args!("{error}")),
        }
    }
}
