//! Entities for tests.

use edge_capabilities::testing::START;
use edge_money::Currency;

use super::model::{Entity, EntityStatus};
use super::placement::{Placement, place};
use crate::period::Month;

/// An entity below `parent`.
pub(crate) fn entity(id: &str, parent: Option<&str>) -> Entity {
    let parent = parent.map(str::to_owned);
    Entity {
        id: id.to_owned(),
        tenant_id: "acme".into(),
        parent_id: parent.clone(),
        name: id.to_owned(),
        code: None,
        legal_name: None,
        tax_id: None,
        country: None,
        currency: Currency::INR,
        billing_email: None,
        address: None,
        payment_terms_days: 30,
        consolidate_to_parent: true,
        status: EntityStatus::Active,
        placements: Placement::first(parent),
        created_at: START,
        updated_at: START,
        untold: Vec::new(),
        revision: 1,
    }
}

impl Entity {
    /// Moves it below `parent` in the month `now`.
    pub(crate) fn move_to(&mut self, parent: Option<&str>, now: Month) {
        self.parent_id = parent.map(str::to_owned);
        place(&mut self.placements, self.parent_id.clone(), now);
    }
}
