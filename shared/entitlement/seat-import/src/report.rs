//! What came of an import.

use std::fmt;

use crate::SourceSeat;

/// How far an import is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The organizations that are done.
    pub organizations: usize,
    /// All of them.
    pub of_organizations: usize,
    /// The seats that are done.
    pub seats: usize,
    /// All of them.
    pub of_seats: usize,
}

impl fmt::Display for Progress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { organizations, of_organizations, seats, of_seats } = self;
        write!(formatter, "organizations {organizations}/{of_organizations}, seats {seats}/{of_seats}")
    }
}

/// A seat that was not made, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The line of the file that names it.
    pub line: Option<u64>,
    /// The organization's id in the application.
    pub external_org: String,
    /// The user.
    pub user: String,
    /// Why.
    pub reason: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(formatter, "line {line}: ")?;
        }
        write!(formatter, "{} {}: {}", self.external_org, self.user, self.reason)
    }
}

/// What came of an import, or would come of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Whether nothing was changed.
    pub is_dry_run: bool,
    /// The subscriptions that were made.
    pub subscriptions: usize,
    /// The subscriptions that got more seats.
    pub resized: usize,
    /// The seats that were made.
    pub made: usize,
    /// The seats that were there already.
    pub there: usize,
    /// The seats that were taken away, because the source took them away.
    pub revoked: usize,
    /// The users who have no seat in the source.
    pub without_seat: usize,
    /// The seats that were not made.
    pub refused: Vec<Refusal>,
}

impl Report {
    pub(crate) fn refuse(&mut self, seat: &SourceSeat, reason: impl ToString) {
        self.refused.push(Refusal {
            line: seat.line,
            external_org: seat.external_org.clone(),
            user: seat.user.clone(),
            reason: reason.to_string(),
        });
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for refusal in &self.refused {
            writeln!(formatter, "{refusal}")?;
        }
        if self.is_dry_run {
            writeln!(formatter, "nothing was changed; an import would do this:")?;
        }
        writeln!(formatter, "subscriptions made     {}", self.subscriptions)?;
        writeln!(formatter, "subscriptions resized  {}", self.resized)?;
        writeln!(formatter, "seats made             {}", self.made)?;
        writeln!(formatter, "seats already there    {}", self.there)?;
        writeln!(formatter, "seats revoked          {}", self.revoked)?;
        writeln!(formatter, "users without a seat   {}", self.without_seat)?;
        writeln!(formatter, "refused                {}", self.refused.len())
    }
}
