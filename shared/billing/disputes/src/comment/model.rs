//! Comments, and who sees them.

use edge_capabilities::Timestamp;
use edge_database::{Conditions, Cursor, DatabaseError, Db, record, text_column};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who sees a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CommentVisibility)]
pub(crate) enum Visibility {
    /// Those who may change disputes.
    Internal,
    /// Everybody who may read disputes.
    Shared,
}

impl Visibility {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Shared => "shared",
        }
    }

    pub(crate) fn parse(written: &str) -> Option<Self> {
        [Self::Internal, Self::Shared].into_iter().find(|known| known.as_str() == written)
    }
}

/// A comment. It is never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Comment {
    /// `cmt_…`.
    pub(crate) id: String,
    pub(crate) tenant: String,
    pub(crate) dispute: String,
    pub(crate) visibility: Visibility,
    pub(crate) body: String,
    /// Who wrote it.
    pub(crate) author: String,
    pub(crate) created_at: Timestamp,
}

text_column!(Visibility);
record! {
    Comment in "dispute_comments" {
        id, tenant: "tenant_id", dispute: "dispute_id", visibility, body, author, created_at,
    }
}

/// Comments in a database.
#[derive(Clone)]
pub(crate) struct Comments(Db);

impl Comments {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    pub(crate) async fn insert(&self, comment: &Comment) -> Result<(), DatabaseError> {
        self.0.insert(comment).await
    }

    /// Up to `limit` comments to a dispute, newest first; only those that everybody sees, unless all are wanted.
    pub(crate) async fn list(
        &self,
        tenant: &str,
        dispute: &str,
        sees_all: bool,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Comment>, DatabaseError> {
        let shared = (!sees_all).then_some(Visibility::Shared.as_str());
        let conditions = Conditions::of("tenant_id", tenant).and("dispute_id", dispute).and_if("visibility", shared);
        self.0.page(conditions, "created_at", cursor, limit).await
    }
}
