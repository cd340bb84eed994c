//! Disconnecting: runs stop at once, the tokens become worthless at the provider, and are erased, whatever it answers.

use edge_audit::Actor;
use serde_json::json;

use crate::connections::{Connections, task};
use crate::error::ConnectionError;
use crate::integration::{Integration, IntegrationStatus};

impl Connections {
    /// Disconnects the integration `id` of `tenant`. Gives why the provider could not be told, if so.
    pub(crate) async fn disconnect(
        &self,
        tenant: &str,
        id: &str,
        actor: &Actor,
    ) -> Result<(Integration, Option<String>), ConnectionError> {
        let now = self.now();
        let change = |current: &mut Integration| {
            if current.status == IntegrationStatus::Disconnected {
                return Ok::<_, ConnectionError>(None);
            }
            let before = current.clone();
            (current.status, current.problem) = (IntegrationStatus::Disconnected, None);
            Ok(Some(vec![task(Some(&before), current, "integration.disconnected", json!({}), actor, now)]))
        };
        let stopped = self.integrations.change(tenant, id, now, change).await?;
        let stopped = self.flush(stopped).await?;
        self.erase(stopped, actor).await
    }

    /// Has the provider make the tokens of a disconnected integration worthless, and erases all its secrets.
    pub(crate) async fn erase(
        &self,
        stopped: Integration,
        actor: &Actor,
    ) -> Result<(Integration, Option<String>), ConnectionError> {
        self.consents.remove_all(&stopped.tenant, &stopped.id).await?;
        if stopped.tokens.is_none() && stopped.credentials.is_none() {
            return Ok((stopped, None));
        }
        let problem = self.revoke(&stopped).await.err().map(|error| error.to_string());
        let now = self.now();
        let change = |current: &mut Integration| {
            // Somebody configured it again.
            if current.status != IntegrationStatus::Disconnected {
                return Ok::<_, ConnectionError>(None);
            }
            let before = current.clone();
            let company = (current.company_id.take(), current.company_name.take());
            current.forget_tokens();
            (current.company_id, current.company_name) = company;
            current.credentials = None;
            let detail = json!({"revoked": problem.is_none(), "problem": problem});
            Ok(Some(vec![task(Some(&before), current, "integration.secrets_erased", detail, actor, now)]))
        };
        let erased = self.integrations.change(&stopped.tenant, &stopped.id, now, change).await?;
        Ok((self.flush(erased).await?, problem))
    }

    async fn revoke(&self, integration: &Integration) -> Result<(), ConnectionError> {
        if integration.tokens.is_none() {
            return Ok(());
        }
        let seal = self.seal(integration).await?;
        let tokens = Self::tokens(&seal, integration)?;
        let client = self.client(integration, tokens, integration.company_id.clone()).await?;
        Ok(client.revoke().await?)
    }
}
