//! Embeds the files that `npm run build` left in `console/dist`, each with its compressed forms; a large one in these alone.
//! Where there are none (Node.js is missing) the console consists of a page that says so.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// From how many bytes on a file is large.
const LARGE: u64 = 512 << 10;

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../../../console");
    let dist = root.join("dist");
    // A folder that does not exist is looked for anew each time: the one above it does.
    println!("cargo::rerun-if-changed={}", if dist.exists() { &dist } else { &root }.display());
    let mut written = String::new();
    for (name, file) in [("INDEX", "index.html"), ("DOCS", "docs.html")] {
        let page = match dist.join(file).canonicalize() {
            Ok(path) => format!("Some(include_str!({path:?}))"),
            Err(_) => "None".to_owned(),
        };
        let _ = writeln!(written, "const {name}: Option<&str> = {page};");
    }
    written.push_str("const ASSETS: &[Asset] = &[\n");
    let mut files: Vec<PathBuf> = match fs::read_dir(dist.join("assets")) {
        Ok(entries) => entries.map(|entry| entry?.path().canonicalize()).collect::<io::Result<_>>()?,
        Err(_) => Vec::new(),
    };
    files.sort();
    for file in &files {
        let (name, kind) = (file.file_name().unwrap_or_default().to_string_lossy(), kind(file));
        let Some(kind) = kind else { continue };
        let form = |extension: &str| {
            let mut form = file.clone().into_os_string();
            form.push(extension);
            let form = PathBuf::from(form);
            if form.exists() { format!("Some(include_bytes!({form:?}))") } else { "None".to_owned() }
        };
        let (brotli, gzip) = (form(".br"), form(".gz"));
        let is_small = fs::metadata(file)?.len() < LARGE || gzip == "None";
        let identity = if is_small { form("") } else { "None".to_owned() };
        let _ = writeln!(
            written,
            "    Asset {{ name: {name:?}, kind: {kind:?}, identity: {identity}, brotli: {brotli}, gzip: {gzip} }},"
        );
    }
    written.push_str("];\n");
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("assets.rs"), written)
}

/// The media type of `file`; None: it is a compressed form of another file.
fn kind(file: &Path) -> Option<&'static str> {
    match file.extension()?.to_str()? {
        "js" => Some("text/javascript; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "woff2" => Some("font/woff2"),
        _ => None,
    }
}
