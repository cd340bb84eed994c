//! Takes the white space out of the OpenAPI document, which is made to be read in a repository, and compresses it: as it is, it
//! would be two thirds of the component.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use flate2::Compression;
use flate2::write::GzEncoder;

fn main() -> io::Result<()> {
    let source = Path::new("../../../docs/openapi.json");
    println!("cargo::rerun-if-changed={}", source.display());
    let folder = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut compressed = GzEncoder::new(Vec::new(), Compression::best());
    compressed.write_all(compact(&fs::read_to_string(source)?).as_bytes())?;
    fs::write(folder.join("openapi.json.gz"), compressed.finish()?)
}

/// `json` without the white space between its tokens.
fn compact(json: &str) -> String {
    let (mut in_string, mut is_escaped) = (false, false);
    let keep = |char: &char| {
        let kept = in_string || !char.is_ascii_whitespace();
        in_string = if in_string { is_escaped || *char != '"' } else { *char == '"' };
        is_escaped = in_string && !is_escaped && *char == '\\';
        kept
    };
    json.chars().filter(keep).collect()
}
