//! `echo`: prints its arguments.

use crate::shell::context::{Context, Exit};

pub(super) async fn main(cx: &mut Context) -> Exit {
    let words = cx.words.clone();
    let (newline, arguments) = match words.get(1..) {
        Some([flag, arguments @ ..]) if flag == b"-n" => (false, arguments),
        Some(arguments) => (true, arguments),
        None => (true, [].as_slice()),
    };
    for (nth, argument) in arguments.iter().enumerate() {
        if nth > 0 {
            cx.out.bytes(b" ");
        }
        cx.out.bytes(argument);
    }
    if newline {
        cx.out.bytes(b"\n");
    }
    Ok(())
}
