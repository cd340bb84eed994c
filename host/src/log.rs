//! The host's own log: one JSON object a line on standard error, in the shape of the components' logs.

use std::sync::OnceLock;

use chrono::{SecondsFormat, Utc};
use serde_json::json;

use crate::capabilities::output::Output;

static OUTPUT: OnceLock<Output> = OnceLock::new();

/// Sends the log to `output` from now on; before, and if it is called twice, it goes where it went.
pub fn send_to(output: Output) {
    let _ = OUTPUT.set(output);
}

/// Something an operator may want to know.
pub fn info(component: &str, message: &str, detail: &str) {
    write("info", component, message, detail);
}

/// Something an operator must look at.
pub fn error(component: &str, message: &str, detail: &str) {
    write("error", component, message, detail);
}

fn write(level: &str, component: &str, message: &str, detail: &str) {
    let line = format!("{}\n", line(level, component, message, detail));
    match OUTPUT.get() {
        Some(output) => output.print(line.as_bytes()),
        None => eprint!("{line}"),
    }
}

/// A line of the log, without its end.
pub fn line(level: &str, component: &str, message: &str, detail: &str) -> String {
    let ts = Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true);
    let mut line = json!({"ts": ts, "level": level, "component": component, "message": message, "detail": detail});
    if detail.is_empty()
        && let Some(fields) = line.as_object_mut()
    {
        fields.remove("detail");
    }
    line.to_string()
}
