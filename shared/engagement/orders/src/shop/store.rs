//! Shops in the database.

use edge_capabilities::Timestamp;
use edge_database::{Conditions, Cursor, DatabaseError, Db};

use super::model::{Platform, Shop};

/// The longest token that is looked up, bytes.
const MAX_TOKEN_LEN: usize = 128;

/// Shops in a database.
#[derive(Clone)]
pub struct Shops(Db);

impl Shops {
    /// The shops in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// Stores a new shop; [`DatabaseError::Duplicate`] where the tenant has it.
    pub(super) async fn insert(&self, shop: &Shop) -> Result<(), DatabaseError> {
        self.0.insert(shop).await
    }

    /// The shop with this token.
    pub(crate) async fn by_token(&self, platform: Platform, token: &str) -> Result<Option<Shop>, DatabaseError> {
        if token.len() > MAX_TOKEN_LEN || token.contains(char::is_control) {
            return Ok(None);
        }
        self.0.find(Conditions::of("token", token).and("platform", platform.as_str())).await
    }

    /// The shop `id`, of whichever tenant.
    pub(crate) async fn find(&self, id: &str) -> Result<Option<Shop>, DatabaseError> {
        self.0.find(Conditions::of("id", id)).await
    }

    /// The shop `id` of `tenant`.
    pub(super) async fn find_own(&self, tenant: &str, id: &str) -> Result<Option<Shop>, DatabaseError> {
        self.0.find(Conditions::of("tenant_id", tenant).and("id", id)).await
    }

    /// Up to `limit` shops of `tenant`, newest first.
    pub(super) async fn list(
        &self,
        tenant: &str,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Shop>, DatabaseError> {
        self.0.page(Conditions::of("tenant_id", tenant), "created_at", cursor, limit).await
    }

    /// Removes the shop `id` of `tenant`; gives whether there was one.
    pub(super) async fn remove(&self, tenant: &str, id: &str) -> Result<bool, DatabaseError> {
        let statement = "DELETE FROM order_shops WHERE tenant_id = $1 AND id = $2 RETURNING id";
        Ok(!self.0.query(statement, &[tenant.into(), id.into()]).await?.is_empty())
    }

    /// The ids and tenants of up to `limit` shops after `after` that may be asked.
    pub(super) async fn to_poll(&self, after: &str, limit: u32) -> Result<Vec<(String, String)>, DatabaseError> {
        let statement =
            "SELECT id, tenant_id FROM order_shops WHERE access IS NOT NULL AND id > $1 ORDER BY id LIMIT $2";
        let rows = self.0.query(statement, &[after.into(), i64::from(limit).into()]).await?;
        rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned()))).collect()
    }

    /// Notes up to where `shop` was asked, unless somebody connected it anew meanwhile.
    pub(super) async fn note_poll(
        &self,
        shop: &Shop,
        to: Option<Timestamp>,
        at: Timestamp,
        error: Option<&str>,
    ) -> Result<(), DatabaseError> {
        let statement = "UPDATE order_shops SET polled_to = COALESCE($3, polled_to), polled_at = $4, poll_error = $5
            WHERE id = $1 AND token = $2";
        let values = [shop.id.as_str().into(), shop.token.as_str().into(), to.into(), at.into(), error.into()];
        self.0.query(statement, &values).await.map(drop)
    }
}
