//! The people and projects of the group's own companies, as the ERP has them.
//!
//! A run reads the ERP page by page behind the answer that started it. After each page it writes down where it is, so
//! that whoever comes next goes on from there should the instance die. What comes as it was before is not written again.
//!
//! * [`run`]: a run, and how far it is; [`seen`], whom it has seen; [`runs`] keeps them, and gives each to one worker at a
//!   time.
//! * [`pages`]: what the ERP is asked; [`employee`], [`project`]: how its answers are read.
//! * [`records`]: what it said last; [`people`], [`projects`]: what follows when it says something else; [`roles`]: by
//!   which rule; [`welcome`]: what new people are told.
//! * [`deferred`]: those whose address somebody else had when their page was read.
//! * [`removal`]: what becomes of those it no longer has; [`work`]: all of that in turn.
//! * [`router`]: over HTTP.

mod deferred;
mod employee;
mod item;
mod pages;
mod people;
mod project;
mod projects;
mod records;
mod removal;
mod roles;
mod router;
mod run;
mod runs;
mod seen;
mod settings;
mod welcome;
mod work;

pub use router::{ApiDoc, router};
