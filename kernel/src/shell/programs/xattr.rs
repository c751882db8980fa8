//! `xattr`: extended attributes of files.

use crate::ns::device::Device;
use crate::ns::path::Shown;
use crate::shell::context::{Context, Exit};
use crate::shell::flags::Flags;

const USAGE: &str = "xattr file [name [value]]\n       xattr -d file name";

pub(super) async fn main(cx: &mut Context) -> Exit {
    let words = cx.words.clone();
    let mut flags = Flags::of(&words);
    let mut delete = false;
    while let Some(flag) = flags.next_flag() {
        match flag {
            b'd' => delete = true,
            _ => return cx.usage(USAGE),
        }
    }
    let arguments = flags.arguments();
    let Some(file) = arguments.first() else { return cx.usage(USAGE) };
    let asked = async {
        let place = cx.view.walk(file).await?;
        let node = place.node();
        match (delete, &arguments[1..]) {
            (false, []) => {
                let mut names = node.attributes().await?;
                // They end with zeros; printed, with newlines.
                names.iter_mut().filter(|byte| **byte == 0).for_each(|byte| *byte = b'\n');
                Ok(Some(names))
            }
            (false, [name]) => {
                let mut value = node.attribute(name).await?;
                value.push(b'\n');
                Ok(Some(value))
            }
            (false, [name, value]) => node.set_attribute(name, value).await.map(|()| Some(b"".to_vec())),
            // To a server, setting no bytes is taking away.
            (true, [name]) => node.set_attribute(name, b"").await.map(|()| Some(b"".to_vec())),
            _ => Ok(None),
        }
    };
    match asked.await {
        Ok(Some(printed)) => {
            cx.out.bytes(&printed);
            Ok(())
        }
        Ok(None) => cx.usage(USAGE),
        Err::<_, crate::ns::Error>(error) => cx.fail("xattr", format_args!("{}: {error}", Shown(file))),
    }
}
