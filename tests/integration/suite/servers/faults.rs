//! Faults of a node's disk and clock: what `faults.c` does, which is loaded into the node before libc.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use super::new_folder;

/// Errors by number, as Linux has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errno {
    /// The disk does not do it.
    Io = 5,
    /// The disk is full.
    NoSpace = 28,
    /// The file system is read-only.
    ReadOnly = 30,
}

/// What is done with a node's SQLite files, and its clock.
pub struct Faults {
    folder: PathBuf,
    control: File,
}

/// The words of the struct `control`, eight bytes each.
#[derive(Clone, Copy)]
enum Word {
    ClockAhead = 0,
    Recorded = 1,
    WriteError = 3,
    SyncError = 4,
    Failed = 5,
}

/// The library, built once.
static LIBRARY: LazyLock<PathBuf> = LazyLock::new(|| {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("faults.c");
    let library = new_folder("faults").join("faults.so");
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".into());
    let mut compile = Command::new(compiler);
    compile.args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"]).arg(&library).arg(source).arg("-lpthread");
    let ended = compile.output().expect("a C compiler");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    library
});

impl Faults {
    /// None so far.
    pub fn none() -> Self {
        let folder = new_folder("faults");
        std::fs::write(folder.join("control"), [0; 4096]).unwrap();
        let control = File::options().read(true).write(true).open(folder.join("control")).unwrap();
        Self { folder, control }
    }

    /// What to start a node with whose state is in `state`.
    pub fn environment(&self, state: &Path) -> Vec<(&'static str, PathBuf)> {
        vec![
            ("LD_PRELOAD", LIBRARY.clone()),
            ("FAULTS_FOLDER", state.to_owned()),
            ("FAULTS_CONTROL", self.folder.join("control")),
            ("FAULTS_RECORD", self.folder.join("record")),
        ]
    }

    fn set(&self, word: Word, value: i64) {
        self.control.write_all_at(&value.to_ne_bytes(), word as u64 * 8).unwrap();
    }

    fn get(&self, word: Word) -> i64 {
        let mut bytes = [0; 8];
        self.control.read_exact_at(&mut bytes, word as u64 * 8).unwrap();
        i64::from_ne_bytes(bytes)
    }

    /// Has the node's time of day be ahead by so many milliseconds.
    pub fn set_clock_ahead(&self, millis: i64) {
        self.set(Word::ClockAhead, millis);
    }

    /// Has each write fail like this from now on, or none.
    pub fn fail_writes(&self, error: Option<Errno>) {
        self.set(Word::WriteError, error.map_or(0, |error| error as i64));
    }

    /// Has each sync fail like this from now on, or none.
    pub fn fail_syncs(&self, error: Option<Errno>) {
        self.set(Word::SyncError, error.map_or(0, |error| error as i64));
    }

    /// How many operations have failed by order.
    pub fn failed(&self) -> i64 {
        self.get(Word::Failed)
    }

    /// How many operations were recorded so far.
    pub fn recorded(&self) -> usize {
        self.get(Word::Recorded).try_into().unwrap()
    }

    /// All that was recorded.
    pub fn recording(&self) -> Recording {
        Recording::read(&std::fs::read(self.folder.join("record")).unwrap())
    }
}

/// What was done to SQLite's files, in order.
pub struct Recording(Vec<Operation>);

struct Operation {
    file: String,
    action: Action,
}

enum Action {
    Write {
        at: usize,
        bytes: Vec<u8>,
    },
    Truncate(usize),
    /// What was recorded before this many operations is on disk.
    Sync(usize),
    Unlink,
}

/// A file, and what was done to it and is not known to be on disk.
#[derive(Default)]
struct OnDisk<'a> {
    bytes: Vec<u8>,
    unsynced: Vec<(usize, &'a Action)>,
}

/// The bytes that a disk writes as a whole.
const SECTOR: usize = 512;

impl Recording {
    fn read(mut bytes: &[u8]) -> Self {
        let mut take = |count: usize| {
            let (taken, rest) = bytes.split_at_checked(count)?;
            bytes = rest;
            Some(taken.to_vec())
        };
        let mut operations = Vec::new();
        // The last one may have been cut by the node's end.
        while let Some(head) = take(16) {
            let data = u32::from_ne_bytes(head[4..8].try_into().unwrap()) as usize;
            let position = u64::from_ne_bytes(head[8..16].try_into().unwrap()) as usize;
            let Some(name) = take(head[1].into()) else { break };
            let Some(bytes) = take(data) else { break };
            let action = match head[0] {
                1 => Action::Write { at: position, bytes },
                2 => Action::Truncate(position),
                3 => Action::Sync(position),
                4 => Action::Unlink,
                other => panic!("there is no operation {other}"),
            };
            operations.push(Operation { file: String::from_utf8(name).unwrap(), action });
        }
        Self(operations)
    }

    /// How many operations there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// How many of them are syncs.
    pub fn syncs(&self) -> usize {
        self.0.iter().filter(|operation| matches!(operation.action, Action::Sync(_))).count()
    }

    /// Whether from the operation `begin` on, before anything is added to the journal of `file`, the file itself is synced and
    /// the journal is emptied.
    pub fn starts_over(&self, begin: usize, file: &str) -> bool {
        let journal = format!("{file}-wal");
        let of_both = self.0.iter().skip(begin).filter(|operation| operation.file == file || operation.file == journal);
        let first =
            of_both.take_while(|operation| operation.file == file || !matches!(operation.action, Action::Write { .. }));
        let mut is_synced = false;
        for operation in first {
            match operation.action {
                Action::Sync(_) if operation.file == file => is_synced = true,
                Action::Truncate(0) if operation.file == journal => return is_synced,
                _ => {}
            }
        }
        false
    }

    /// The files as they are where the power is lost after the first `count` operations: all that was synced, and of the
    /// rest each sector that `survives`.
    pub fn after_power_cut(&self, count: usize, mut survives: impl FnMut() -> bool) -> BTreeMap<&str, Vec<u8>> {
        let mut files = BTreeMap::<&str, OnDisk<'_>>::new();
        for (index, operation) in self.0.iter().take(count).enumerate() {
            match &operation.action {
                Action::Unlink => drop(files.remove(operation.file.as_str())),
                Action::Sync(covered) => {
                    let file = files.entry(&operation.file).or_default();
                    let synced = file.unsynced.partition_point(|(index, _)| index < covered);
                    for (_, action) in file.unsynced.drain(..synced) {
                        action.apply(&mut file.bytes, || true);
                    }
                }
                action => files.entry(&operation.file).or_default().unsynced.push((index, action)),
            }
        }
        let left = files.into_iter().map(|(name, OnDisk { mut bytes, unsynced })| {
            for (_, action) in unsynced {
                action.apply(&mut bytes, &mut survives);
            }
            (name, bytes)
        });
        left.collect()
    }
}

impl Action {
    fn apply(&self, file: &mut Vec<u8>, mut survives: impl FnMut() -> bool) {
        match self {
            Self::Truncate(length) if survives() => file.resize(*length, 0),
            Self::Write { at, bytes } => {
                let mut done = 0;
                while done < bytes.len() {
                    let at = at + done;
                    let end = (bytes.len() - done).min(SECTOR - at % SECTOR);
                    if survives() {
                        file.resize(file.len().max(at + end), 0);
                        file[at..at + end].copy_from_slice(&bytes[done..done + end]);
                    }
                    done += end;
                }
            }
            _ => {}
        }
    }
}
