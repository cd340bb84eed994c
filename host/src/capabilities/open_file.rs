//! Whether a database's file is still the one that was opened. SQLite would make a new and empty one where it is gone, and
//! go on with a deleted one until the last connection is closed: both lose what must not be lost.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// A file as it was when the host started.
#[derive(Debug)]
pub struct OpenFile {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl OpenFile {
    /// The file that is at `path` now.
    pub fn at(path: &Path) -> std::io::Result<Self> {
        let metadata = std::fs::metadata(path)?;
        Ok(Self { path: path.to_owned(), device: metadata.dev(), inode: metadata.ino() })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// An error where the file was deleted or another one is in its place.
    pub fn check(&self) -> Result<(), String> {
        // Components take what cannot be opened as a store that is out of reach.
        let lost = |what: &str| format!("unable to open {}: the file {what} under way", self.path.display());
        match std::fs::metadata(&self.path) {
            Ok(metadata) if (metadata.dev(), metadata.ino()) == (self.device, self.inode) => Ok(()),
            Ok(_) => Err(lost("was replaced")),
            Err(error) => Err(lost(&format!("was lost ({error})"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_deleted_or_replaced_is_told_and_one_that_comes_back_is_good() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db");
        std::fs::write(&path, "first").unwrap();
        let open = OpenFile::at(&path).unwrap();
        open.check().unwrap();
        let aside = folder.path().join("aside");
        std::fs::rename(&path, &aside).unwrap();
        assert!(open.check().unwrap_err().contains("lost"));
        std::fs::write(&path, "second").unwrap();
        assert!(open.check().unwrap_err().contains("replaced"));
        std::fs::rename(&aside, &path).unwrap();
        open.check().unwrap();
    }
}
