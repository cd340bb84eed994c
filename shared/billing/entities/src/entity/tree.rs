//! What keeps entities trees: a change of a parent or of a status is one statement that walks the tree as it is when the
//! statement runs, and changes nothing where the change does not fit.
//!
//! SQLite runs one statement that writes at a time. PostgreSQL runs them at the same time, each on the rows as they were when
//! it began: two moves that fit by themselves may make a cycle together. So there each change raises the number of the
//! tenant's trees from the one that was read before it: whoever waited for another change finds the number raised, changes
//! nothing, and is decided anew.

use edge_capabilities::database::Row;
use edge_database::{Column as _, DatabaseError, Db, Dialect, Record as _, Value, columns};

use super::model::{Entity, EntityStatus};
use crate::error::EntityError;

/// How many levels a tree may have.
pub const MAX_DEPTH: i64 = 8;

/// The ancestors of a new parent `$3` (itself first) and the descendants of the entity `$2`, of the tenant `$1`, with their
/// levels. A walk ends soon after what a tree may have, whatever the rows say.
const WALK: &str = "above (id, parent_id, level) AS (
        SELECT id, parent_id, CAST(1 AS BIGINT) FROM entities WHERE tenant_id = $1 AND id = $3
        UNION ALL
        SELECT e.id, e.parent_id, a.level + 1 FROM entities e JOIN above a ON e.id = a.parent_id
            WHERE e.tenant_id = $1 AND a.level <= 8
    ),
    below (id, level) AS (
        SELECT CAST($2 AS TEXT), CAST(1 AS BIGINT)
        UNION ALL
        SELECT e.id, b.level + 1 FROM entities e JOIN below b ON e.parent_id = b.id
            WHERE e.tenant_id = $1 AND b.level <= 8
    )";

/// Raises the number of the tenant's trees from `$4`.
const TURN: &str = "turn AS (UPDATE entity_trees SET revision = revision + 1 WHERE tenant_id = $1 AND revision = $4
        RETURNING revision),";

/// Whether the change fits into the trees: the entity `$2` with the status `$5` below `$3`.
const FITS: &str = "NOT EXISTS (SELECT 1 FROM above WHERE id = $2)
    AND (SELECT COALESCE(MAX(level), 0) FROM above) + (SELECT MAX(level) FROM below) <= 8
    AND (CAST($3 AS TEXT) = '' OR EXISTS (SELECT 1 FROM entities p
        WHERE p.tenant_id = $1 AND p.id = $3 AND (p.status = 'active' OR CAST($5 AS TEXT) = 'closed')))
    AND (CAST($5 AS TEXT) = 'active' OR NOT EXISTS (SELECT 1 FROM entities c
        WHERE c.tenant_id = $1 AND c.parent_id = $2 AND c.status = 'active'))";

/// The parameters before those of the columns.
const FIRST_COLUMN: usize = 6;

/// Columns that hold integers.
const INTEGERS: [&str; 5] = ["payment_terms_days", "consolidate_to_parent", "created_at", "updated_at", "revision"];

/// Columns that a change leaves as they are. They are no parameters then: PostgreSQL refuses one that the statement does not
/// use.
const KEPT: [&str; 3] = ["id", "tenant_id", "created_at"];

/// Where an entity stands in the trees, or would stand below another parent.
pub(super) struct Position {
    /// The number of the tenant's trees; None: there is none yet.
    revision: Option<i64>,
    parent: Option<EntityStatus>,
    is_below_itself: bool,
    depth_of_parent: i64,
    height: i64,
    active_children: i64,
}

impl Position {
    /// Why `entity` cannot stand there.
    fn check(&self, entity: &Entity) -> Result<(), EntityError> {
        let is_active = entity.status == EntityStatus::Active;
        if entity.parent_id.is_some() {
            match self.parent {
                None => return Err(EntityError::ParentNotFound),
                _ if self.is_below_itself => return Err(EntityError::Cycle),
                Some(EntityStatus::Closed) if is_active => return Err(EntityError::ParentClosed),
                Some(_) => {}
            }
        }
        if self.depth_of_parent.saturating_add(self.height) > MAX_DEPTH {
            return Err(EntityError::TooDeep);
        }
        if !is_active && self.active_children > 0 {
            return Err(EntityError::HasChildren);
        }
        Ok(())
    }
}

fn parent(entity: &Entity) -> Value {
    entity.parent_id.as_deref().unwrap_or_default().into()
}

async fn position(db: &Db, entity: &Entity) -> Result<Position, DatabaseError> {
    let statement = format!(
        "WITH RECURSIVE {WALK}
         SELECT (SELECT revision FROM entity_trees WHERE tenant_id = $1),
            (SELECT status FROM entities WHERE tenant_id = $1 AND id = $3),
            (SELECT COUNT(*) FROM above WHERE id = $2),
            (SELECT COALESCE(MAX(level), 0) FROM above),
            (SELECT MAX(level) FROM below),
            (SELECT COUNT(*) FROM entities WHERE tenant_id = $1 AND parent_id = $2 AND status = 'active')"
    );
    let values = [entity.tenant_id.as_str().into(), entity.id.as_str().into(), parent(entity)];
    let rows = db.query(&statement, &values).await?;
    let row = rows.first().ok_or_else(|| DatabaseError::Refused("SELECT gave no row".into()))?;
    read(row)
}

fn read(row: &Row) -> Result<Position, DatabaseError> {
    Ok(Position {
        revision: row.optional_integer(0)?,
        parent: row.optional_text(1)?.and_then(EntityStatus::parse),
        is_below_itself: row.integer(2)? > 0,
        depth_of_parent: row.integer(3)?,
        height: row.integer(4)?,
        active_children: row.integer(5)?,
    })
}

/// Stores `entity`, which is new or whose parent or status changed since the revision that it has, where it fits into the
/// trees; an error says why it does not. False: somebody else was faster, and it must be decided anew.
pub(super) async fn place(db: &Db, entity: &Entity, is_new: bool) -> Result<bool, EntityError> {
    if is_new && entity.parent_id.is_none() {
        // A tree of its own: nothing can be wrong with it.
        db.insert(entity).await.map_err(EntityError::of_code)?;
        return Ok(true);
    }
    let position = position(db, entity).await?;
    position.check(entity)?;
    let dialect = db.dialect().await?;
    if dialect == Dialect::Postgres && position.revision.is_none() {
        let begin = "INSERT INTO entity_trees (tenant_id, revision) VALUES ($1, 0) ON CONFLICT (tenant_id) DO NOTHING";
        db.query(begin, &[entity.tenant_id.as_str().into()]).await?;
        return Ok(false);
    }
    let (turn, fits) = match dialect {
        Dialect::Sqlite => ("", FITS.to_owned()),
        Dialect::Postgres => (TURN, format!("EXISTS (SELECT 1 FROM turn) AND {FITS}")),
    };
    let mut values = vec![
        entity.tenant_id.as_str().into(),
        entity.id.as_str().into(),
        parent(entity),
        Value::Integer(position.revision.unwrap_or_default()),
        entity.status.to_value()?,
    ];
    let is_written = |column: &str| is_new || !KEPT.contains(&column);
    let columns = Entity::COLUMNS.iter().zip(entity.values()?);
    values.extend(columns.filter(|(column, _)| is_written(column)).map(|(_, value)| value));
    let write = if is_new { insert() } else { update() };
    let statement = format!("WITH RECURSIVE {turn} {WALK} {write} AND {fits} RETURNING revision");
    let stored = db.query_owned(&statement, values).await.map_err(EntityError::of_code)?;
    Ok(!stored.is_empty())
}

fn insert() -> String {
    let columns = columns::<Entity>();
    let casts = (FIRST_COLUMN..).zip(Entity::COLUMNS).map(|(place, column)| {
        let kind = if INTEGERS.contains(column) { "BIGINT" } else { "TEXT" };
        format!("CAST(${place} AS {kind})")
    });
    let casts = casts.collect::<Vec<_>>().join(", ");
    format!("INSERT INTO entities ({columns}) SELECT {casts} WHERE 1 = 1")
}

fn update() -> String {
    let mut set = Vec::new();
    let mut own = String::new();
    let columns = Entity::COLUMNS.iter().filter(|column| !KEPT.contains(column));
    for (place, column) in (FIRST_COLUMN..).zip(columns) {
        match *column {
            "revision" => own = format!("id = $2 AND tenant_id = $1 AND revision = ${place}"),
            column => set.push(format!("{column} = ${place}")),
        }
    }
    format!("UPDATE entities SET {}, revision = revision + 1 WHERE {own}", set.join(", "))
}
