//! The tree below an entity over HTTP.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use edge_access::EnterpriseRead;
use edge_http::{Json, Problem};
use edge_money::{Currency, DecimalAmount, Money};
use edge_tenants::{Scoped, TenantHeader};
use serde::Serialize;
use utoipa::ToSchema;

use super::budgets::{EntityBudget, EntityBudgets};
use super::totals::{Owed, Totals, totals};
use crate::entity::{Entity, EntityResponse, MAX_DEPTH};
use crate::router::AppState;

/// What is owed in a currency.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntityTotal {
    currency: String,
    /// Charges that are on no invoice yet.
    #[schema(value_type = f64)]
    unbilled: DecimalAmount,
    /// Consolidated invoices that are not finalised.
    #[schema(value_type = f64)]
    draft_invoices: DecimalAmount,
    /// What is still to be paid of consolidated invoices that are finalised.
    #[schema(value_type = f64)]
    open_invoices: DecimalAmount,
    /// What of `open_invoices` is overdue.
    #[schema(value_type = f64)]
    overdue_invoices: DecimalAmount,
}

/// An entity, and the tree below it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntityTree {
    #[serde(flatten)]
    entity: EntityResponse,
    /// What the entity owes by itself, in each currency.
    own: Vec<EntityTotal>,
    /// What it owes together with all entities below it, in each currency.
    totals: Vec<EntityTotal>,
    /// Its active budgets.
    budgets: Vec<EntityBudget>,
    /// The entities right below it, by name.
    #[schema(no_recursion)]
    children: Vec<EntityTree>,
}

/// Get the hierarchy of an entity
///
/// The tree below the entity, with the totals of each entity in each currency: by itself, and with all that is below it.
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/entities/{entity_id}/hierarchy", tag = "Entities",
    security(("key" = ["enterprise:read"])),
    params(
        ("entity_id" = String, Path, description = "The entity's id."),
        TenantHeader,
    ),
    responses(
        (status = 200, description = "The entity and the tree below it.", body = EntityTree),
        (status = 404, description = "`ENTITY_NOT_FOUND`: the entity does not exist or belongs to another tenant."),
    ),
)]
pub(crate) async fn get_hierarchy(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<EnterpriseRead>,
    Path(id): Path<String>,
) -> Result<Json<EntityTree>, Problem> {
    let root = state.find_entity(&tenant, &id).await?;
    let mut forest = Forest {
        children: BTreeMap::new(),
        totals: totals(&state.lines, &state.invoices, &tenant.id, state.today(&tenant)).await?,
        budgets: EntityBudgets::of(&state.budgets, &tenant.id, None).await?,
    };
    for entity in state.entities.of_tenant(&tenant.id).await? {
        if let Some(parent) = entity.parent_id.clone() {
            forest.children.entry(parent).or_default().push(entity);
        }
    }
    let (tree, _) = forest.tree(root, MAX_DEPTH);
    Ok(Json(tree))
}

/// The entities of a tenant, and what each has.
struct Forest {
    children: BTreeMap<String, Vec<Entity>>,
    totals: BTreeMap<String, Totals>,
    budgets: EntityBudgets,
}

impl Forest {
    /// The tree of at most `levels` below `entity`, and what all of it owes.
    fn tree(&mut self, entity: Entity, levels: i64) -> (EntityTree, Totals) {
        let own = self.totals.remove(&entity.id).unwrap_or_default();
        let mut sum = own.clone();
        let mut below = self.children.remove(&entity.id).filter(|_| levels > 1).unwrap_or_default();
        below.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
        let mut children = Vec::new();
        for child in below {
            let (tree, owed) = self.tree(child, levels.saturating_sub(1));
            sum.add(&owed);
            children.push(tree);
        }
        let budgets = self.budgets.take(&entity.id);
        let tree = EntityTree { own: shown(&own), totals: shown(&sum), budgets, children, entity: entity.into() };
        (tree, sum)
    }
}

fn shown(totals: &Totals) -> Vec<EntityTotal> {
    let total = |(currency, owed): (&Currency, &Owed)| {
        let amount = |minor| DecimalAmount(Money { minor, currency: *currency });
        EntityTotal {
            currency: currency.to_string(),
            unbilled: amount(owed.unbilled),
            draft_invoices: amount(owed.draft),
            open_invoices: amount(owed.open),
            overdue_invoices: amount(owed.overdue),
        }
    };
    totals.0.iter().map(total).collect()
}
