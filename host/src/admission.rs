//! Who is let in when not all can be. Requests have a class, by what they ask for, and a caller, by the key that they show.
//! Places bound the requests in progress ([`places`]), and the queue for the processor bounds those that wait for it
//! ([`queue`]); in both, the more important class goes first, and no caller takes what is everybody's.

pub mod callers;
pub mod class;
pub mod cost;
pub mod counts;
mod pace;
pub mod places;
pub mod queue;

use callers::Caller;
use class::Class;

/// What decides whether a request is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applicant {
    /// What it asks for.
    pub class: Class,
    /// On whose behalf.
    pub caller: Caller,
}

/// Why a request is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shed {
    /// Too many requests are in progress.
    Places,
    /// Too many requests of its caller are in progress, and others wait.
    Share,
    /// It would wait for the processor for too long, or has.
    Queue,
}

impl Shed {
    /// All reasons.
    pub const ALL: [Self; 3] = [Self::Places, Self::Share, Self::Queue];

    /// Its name in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Places => "places",
            Self::Share => "share",
            Self::Queue => "queue",
        }
    }
}
