//! The seats of many who leave an organization at once, as HR has it.

use std::collections::BTreeMap;

use edge_audit::Actor;

use super::decision::SeatCommand;
use super::model::fold_address;
use crate::error::SubscriptionError;
use crate::movement::Account;
use crate::service::Subscriptions;

/// How many seats are taken away in one step.
const BATCH: usize = 100;

impl Subscriptions {
    /// Revokes the seats that `users` have in all applications of `organization`, and the invitations that were sent to
    /// `addresses`. May be called again for the same.
    pub async fn revoke_seats_of_all(
        &self,
        organization: &str,
        users: &[&str],
        addresses: &[String],
        actor: &Actor,
    ) -> Result<(), SubscriptionError> {
        let addresses: Vec<String> = addresses.iter().map(|address| fold_address(address)).collect();
        let mut seats: BTreeMap<(String, String), Vec<SeatCommand>> = BTreeMap::new();
        for held in self.movements.held_by(organization, users, &addresses).await? {
            seats.entry((held.application, held.subscription)).or_default().push(SeatCommand::Revoke { id: held.seat });
        }
        for ((application, subscription), commands) in seats {
            let account = Account { organization: organization.to_owned(), application };
            for commands in commands.chunks(BATCH) {
                match self.change_seats(&account, &subscription, commands, actor).await {
                    // The seats of a subscription that another followed give nothing.
                    Ok(_) | Err(SubscriptionError::Inactive) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }
}
