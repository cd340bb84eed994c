//! The shapes that the edge runs in, and what is started once for all facts of a shape.

use std::fmt;
use std::sync::Arc;

use tokio::sync::OnceCell;

use crate::edge::{Edge, Settings, Stores};

/// What the edge keeps its state on, and on how many nodes it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One node, SQLite files.
    Sqlite,
    /// One node, Redis as the key-value store, SQLite as the database.
    Redis,
    /// One node, SQLite as the key-value store, PostgreSQL as the database.
    Postgres,
    /// Two nodes that share a Redis and a PostgreSQL.
    TwoNodes,
}

impl Shape {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Sqlite, Self::Redis, Self::Postgres, Self::TwoNodes];

    /// As it is written in `EDGE_TESTS_SHAPES` and in the names of tests.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Redis => "redis",
            Self::Postgres => "postgres",
            Self::TwoNodes => "two-nodes",
        }
    }

    /// The shapes that `EDGE_TESTS_SHAPES` names; all where it is not set.
    pub fn wanted() -> Result<Vec<Self>, String> {
        let Ok(wanted) = std::env::var("EDGE_TESTS_SHAPES") else { return Ok(Self::ALL.to_vec()) };
        let shape = |name: &str| {
            let known = || Self::ALL.map(Self::name).join(", ");
            let found = Self::ALL.into_iter().find(|shape| shape.name() == name);
            found.ok_or_else(|| format!("EDGE_TESTS_SHAPES: there is no shape {name:?}, but {}", known()))
        };
        wanted.split(',').map(str::trim).filter(|name| !name.is_empty()).map(shape).collect()
    }

    /// Whether Redis is the key-value store.
    pub const fn on_redis(self) -> bool {
        matches!(self, Self::Redis | Self::TwoNodes)
    }

    /// Whether PostgreSQL is the database.
    pub const fn on_postgres(self) -> bool {
        matches!(self, Self::Postgres | Self::TwoNodes)
    }

    /// How many nodes there are.
    pub const fn nodes(self) -> usize {
        if matches!(self, Self::TwoNodes) { 2 } else { 1 }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A shape, with the edges that its facts share. Facts that share an edge keep to organisations of their own.
pub struct Stage {
    /// The shape.
    pub shape: Shape,
    steady: OnceCell<Arc<Edge>>,
    restless: OnceCell<Arc<Edge>>,
    hasty: OnceCell<Arc<Edge>>,
    paid: OnceCell<Arc<Edge>>,
}

impl Stage {
    /// A stage on which nothing runs yet.
    pub fn new(shape: Shape) -> Self {
        Self {
            shape,
            steady: OnceCell::new(),
            restless: OnceCell::new(),
            hasty: OnceCell::new(),
            paid: OnceCell::new(),
        }
    }

    /// An edge of the fact's own.
    pub async fn own(&self, settings: Settings) -> Edge {
        Edge::start(self.shape, settings, Stores::shared(self.shape).await).await
    }

    /// The same, on stores of the fact's choice.
    pub async fn own_on(&self, settings: Settings, stores: Stores) -> Edge {
        Edge::start(self.shape, settings, stores).await
    }

    /// An edge whose verdicts, once known, are news for as long as a test can take. Nothing is invalidated on it: that
    /// has whatever is asked about for the first time meanwhile asked about again.
    pub async fn steady(&self) -> Arc<Edge> {
        let start = async || Arc::new(self.own(Settings::steady()).await);
        self.steady.get_or_init(start).await.clone()
    }

    /// As [`Stage::steady`], for facts that invalidate.
    pub async fn restless(&self) -> Arc<Edge> {
        let start = async || Arc::new(self.own(Settings::steady()).await);
        self.restless.get_or_init(start).await.clone()
    }

    /// As [`Stage::restless`], for facts about webhooks: every gateway has a secret.
    pub async fn paid(&self) -> Arc<Edge> {
        let start = async || Arc::new(self.own(Settings::steady().with_webhooks()).await);
        self.paid.get_or_init(start).await.clone()
    }

    /// An edge whose verdicts are stale as soon as they are known, and stay usable for as long as a test can take.
    pub async fn hasty(&self) -> Arc<Edge> {
        let start = async || Arc::new(self.own(Settings::hasty()).await);
        self.hasty.get_or_init(start).await.clone()
    }
}
