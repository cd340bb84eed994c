//! Takes the white space out of the OpenAPI document, which is made to be read in a repository.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let source = Path::new("../../../docs/openapi.json");
    println!("cargo::rerun-if-changed={}", source.display());
    let folder = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(folder.join("openapi.json"), compact(&fs::read_to_string(source)?))
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
