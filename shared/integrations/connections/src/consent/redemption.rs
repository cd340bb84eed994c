//! Sending somebody to the provider's page, and what comes of those who come back.

use std::time::Duration;

use edge_accounting::{AccountingError, Callback, Company, SignIn, Tokens};
use edge_audit::Actor;
use serde_json::json;

use super::model::{Consent, challenge, random_text};
use crate::connections::{Connections, task};
use crate::endpoints;
use crate::error::ConnectionError;
use crate::integration::{Integration, IntegrationStatus};
use crate::sealed::Content;

/// How long somebody has to consent.
const LASTS: Duration = Duration::from_mins(10);

/// The longest text of a provider's that is kept, characters.
const MAX_REASON: usize = 200;

/// What somebody came back with: the parameters of the callback.
pub(super) struct Returned {
    pub(super) parameters: Vec<(String, String)>,
}

impl Returned {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Why nobody consented, as the provider says.
    fn denial(&self) -> Option<String> {
        let error = self.get("error")?;
        let text = match self.get("error_description") {
            Some(description) => format!("{error}: {description}"),
            None => error.to_owned(),
        };
        Some(text.chars().filter(|one| !one.is_control()).take(MAX_REASON).collect())
    }
}

impl Connections {
    /// The page of the provider where somebody consents, for `actor`, and until when it is of use.
    pub(super) async fn authorize(
        &self,
        tenant: &str,
        id: &str,
        actor: &Actor,
    ) -> Result<(String, edge_capabilities::Timestamp), ConnectionError> {
        let integration = self.get(tenant, id).await?;
        if integration.status == IntegrationStatus::Disconnected {
            return Err(ConnectionError::NotConnected(integration.status));
        }
        let client = self.client(&integration, None, None).await?;
        let SignIn::Consent { pkce } = client.sign_in() else { return Err(ConnectionError::ConsentNotNeeded) };
        let (config, random, now) = (&*self.capabilities.config, &*self.capabilities.random, self.now());
        let redirect_uri = endpoints::redirect_uri(config, integration.provider).await?;
        let (state, verifier) = (random_text(random), pkce.then(|| random_text(random)));
        let code_challenge = verifier.as_deref().map(challenge);
        let url = client.consent_url(&redirect_uri, &state, code_challenge.as_deref()).ok_or_else(|| {
            AccountingError::Misconfigured(format!("{} has no page to consent on", integration.provider.label()))
        })?;
        let seal = self.seal(&integration).await?;
        let consent = Consent {
            state: super::model::digest(&state),
            tenant: integration.tenant.clone(),
            integration: integration.id.clone(),
            person: actor.id.clone(),
            verifier: verifier.map(|verifier| seal.seal(random, Content::Verifier, &verifier)),
            redirect_uri,
            created_at: now,
            expires_at: now.plus(LASTS),
        };
        self.consents.insert(&consent).await?;
        Ok((url, consent.expires_at))
    }

    /// Takes somebody back who was sent to the provider's page. `address`: where they come from.
    pub(super) async fn take_back(
        &self,
        returned: &Returned,
        address: Option<String>,
    ) -> Result<Integration, ConnectionError> {
        let state = returned.get("state").ok_or(ConnectionError::ConsentInvalid)?;
        let consent = self.consents.take(state).await?.ok_or(ConnectionError::ConsentInvalid)?;
        let found = self.find(&consent.tenant, &consent.integration).await?;
        let integration = found.filter(|integration| integration.status != IntegrationStatus::Disconnected);
        let integration = integration.ok_or(ConnectionError::ConsentInvalid)?;
        let now = self.now();
        if consent.expires_at <= now {
            return Err(ConnectionError::ConsentInvalid);
        }
        let actor = Actor { id: consent.person.clone(), address };
        if let Some(reason) = returned.denial() {
            let denied = |current: &mut Integration| {
                let (before, detail) = (current.clone(), json!({"reason": reason}));
                let task = task(Some(&before), current, "integration.consent_denied", detail, &actor, now);
                Ok::<_, ConnectionError>(Some(vec![task]))
            };
            let changed = self.integrations.change(&integration.tenant, &integration.id, now, denied).await?;
            self.flush(changed).await?;
            return Err(ConnectionError::ConsentDenied(reason));
        }
        let (tokens, companies) = self.redeem(&integration, &consent, returned).await?;
        let seal = self.seal(&integration).await?;
        let sealed = seal.seal(&*self.capabilities.random, Content::Tokens, &tokens);
        let connected = |current: &mut Integration| {
            // Somebody disconnected it, or another client is to be let in.
            let is_other = current.credentials != integration.credentials
                || current.environment != integration.environment
                || current.status == IntegrationStatus::Disconnected;
            if is_other {
                return Err(ConnectionError::ConsentInvalid);
            }
            let before = current.clone();
            current.companies.clone_from(&companies);
            current.choose_company().map_err(ConnectionError::CompanyChanged)?;
            current.take_tokens(Some(sealed.clone()), now);
            (current.connected_by, current.connected_at) = (Some(consent.person.clone()), Some(now));
            Ok(Some(vec![task(Some(&before), current, "integration.connected", json!({}), &actor, now)]))
        };
        match self.integrations.change(&integration.tenant, &integration.id, now, connected).await {
            Ok(connected) => self.flush(connected).await,
            Err(error) => {
                // Tokens that nobody keeps. A provider may revoke all that its person granted the app, so not where that
                // would end a connection that works.
                if integration.tokens.is_none() {
                    let client = self.client(&integration, Some(tokens), None).await?;
                    let _ = client.revoke().await;
                }
                Err(error)
            }
        }
    }

    /// Buys tokens for the code, and asks whose books they reach.
    async fn redeem(
        &self,
        integration: &Integration,
        consent: &Consent,
        returned: &Returned,
    ) -> Result<(Tokens, Vec<Company>), ConnectionError> {
        let seal = self.seal(integration).await?;
        let verifier = consent.verifier.as_deref().map(|sealed| seal.open(Content::Verifier, sealed)).transpose()?;
        let callback = Callback {
            code: returned.get("code").ok_or(ConnectionError::ConsentInvalid)?.to_owned(),
            verifier,
            redirect_uri: consent.redirect_uri.clone(),
            parameters: returned.parameters.clone(),
        };
        let client = self.client(integration, None, None).await?;
        let (tokens, company) = match client.redeem(&callback, self.now()).await {
            Err(AccountingError::NeedsReauth(reason)) => return Err(ConnectionError::ConsentDenied(reason)),
            redeemed => redeemed?,
        };
        let client = self.client(integration, Some(tokens.clone()), company).await?;
        let companies = client.companies().await?;
        Ok((tokens, companies))
    }
}
