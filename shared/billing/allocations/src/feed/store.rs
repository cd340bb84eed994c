//! Up to when what was billed was read.

use edge_capabilities::Timestamp;
use edge_database::{Conditions, DatabaseError, Db, record};

/// Positions in the database.
#[derive(Clone)]
pub(super) struct FeedPositions(Db);

struct FeedPosition {
    name: String,
    at: Timestamp,
}

record! { FeedPosition in "allocation_feeds" { name, at } }

impl FeedPositions {
    pub(super) fn new(db: Db) -> Self {
        Self(db)
    }

    /// The position of `name`.
    pub(super) async fn of(&self, name: &str) -> Result<Option<Timestamp>, DatabaseError> {
        let found: Option<FeedPosition> = self.0.find(Conditions::of("name", name)).await?;
        Ok(found.map(|position| position.at))
    }

    /// Sets the position of `name`.
    pub(super) async fn set(&self, name: &str, at: Timestamp) -> Result<(), DatabaseError> {
        let statement = "INSERT INTO allocation_feeds (name, at) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET at = excluded.at";
        self.0.query(statement, &[name.into(), at.into()]).await.map(drop)
    }
}
