//! The import: organization by organization, what the source has and the record has not.

use std::collections::{BTreeMap, HashMap, HashSet};

use http::Method;
use serde_json::{Value, json};

use crate::api::{EdgeApi, ImportError, ask, encoded, get, list, text};
use crate::report::{Progress, Report};
use crate::{SourceSeat, SourceState};

/// The most seats that are assigned in one request.
const BATCH: usize = 100;

/// What is imported, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// The application.
    pub application: String,
    /// The plan of subscriptions that have to be made, where the source names none.
    pub plan: Option<String>,
    /// Whether nothing is changed.
    pub is_dry_run: bool,
}

/// An organization at the edge.
#[derive(Clone)]
struct Organization {
    id: String,
    external_org: Option<String>,
}

/// A subscription at the edge.
struct Subscription {
    id: String,
    gateway: String,
    purchased: i64,
    pending: i64,
}

struct Import<'a> {
    api: &'a dyn EdgeApi,
    options: &'a ImportOptions,
    by_external_org: HashMap<String, Organization>,
    by_id: HashMap<String, Organization>,
    report: Report,
}

/// Imports `seats`. `progress` is told after each organization.
pub async fn import(
    api: &dyn EdgeApi,
    options: &ImportOptions,
    seats: Vec<SourceSeat>,
    mut progress: impl FnMut(Progress),
) -> Result<Report, ImportError> {
    let mut import = Import {
        api,
        options,
        by_external_org: HashMap::new(),
        by_id: HashMap::new(),
        report: Report { is_dry_run: options.is_dry_run, ..Report::default() },
    };
    // An application that nobody registered has no plans either.
    import.lives_in_erp().await?;
    import.read_organizations().await?;
    let mut by_organization: BTreeMap<String, Vec<SourceSeat>> = BTreeMap::new();
    let mut at = Progress { of_seats: seats.len(), ..Progress::default() };
    for seat in seats {
        by_organization.entry(seat.external_org.clone()).or_default().push(seat);
    }
    at.of_organizations = by_organization.len();
    for (external_org, seats) in by_organization {
        import.import_organization(&external_org, &seats).await?;
        at.organizations = at.organizations.saturating_add(1);
        at.seats = at.seats.saturating_add(seats.len());
        progress(at);
    }
    Ok(import.report)
}

impl Import<'_> {
    fn is_dry_run(&self) -> bool {
        self.options.is_dry_run
    }

    /// Whether the ERP is asked about the application's seats now.
    async fn lives_in_erp(&self) -> Result<bool, ImportError> {
        let application = get(self.api, &format!("/applications/{}", encoded(&self.options.application))).await?;
        Ok(text(&application, "seatSource") == Some("erp"))
    }

    async fn read_organizations(&mut self) -> Result<(), ImportError> {
        for shown in list(self.api, "/organizations").await? {
            let Some(id) = text(&shown, "id") else { continue };
            let external_org = shown.get("externalIds").and_then(|ids| text(ids, &self.options.application));
            let organization = Organization { id: id.to_owned(), external_org: external_org.map(ToOwned::to_owned) };
            if let Some(external_org) = external_org {
                self.by_external_org.insert(external_org.to_owned(), organization.clone());
            }
            self.by_id.insert(id.to_owned(), organization);
        }
        Ok(())
    }

    /// The organization that `external_org` means. Err: why none is known.
    fn organization(&self, external_org: &str, named: Option<&str>) -> Result<Organization, String> {
        let known = self.by_external_org.get(external_org);
        let named = match named.map(str::to_ascii_lowercase) {
            None => return known.cloned().ok_or_else(|| "no organization has this external id".to_owned()),
            Some(named) => self.by_id.get(&named).ok_or("there is no organization with this organization_id")?,
        };
        if known.is_some_and(|known| known.id != named.id) {
            return Err("another organization has this external id".to_owned());
        }
        match &named.external_org {
            // An organization has one id in an application: another one would take the place of this.
            Some(own) if own != external_org => Err(format!("the application calls the organization {own} already")),
            _ => Ok(named.clone()),
        }
    }

    async fn import_organization(&mut self, external_org: &str, seats: &[SourceSeat]) -> Result<(), ImportError> {
        let mut active = Vec::new();
        for seat in seats {
            match &seat.state {
                SourceState::Active => active.push(seat),
                SourceState::Revoked | SourceState::None => {
                    self.report.without_seat = self.report.without_seat.saturating_add(1);
                }
                SourceState::Denied(reason) => self.report.refuse(seat, format!("the ERP denies access: {reason}")),
                SourceState::Unknown(why) => self.report.refuse(seat, why),
            }
        }
        let named = seats.iter().find_map(|seat| seat.organization.as_deref());
        let organization = match self.organization(external_org, named) {
            Ok(organization) => organization,
            Err(why) => {
                self.refuse_all(&active, &why);
                return Ok(());
            }
        };
        let lives_in_erp = self.lives_in_erp().await?;
        let mut subscription = self.subscription(&organization.id).await?;
        let mut there = HashSet::new();
        if let Some(subscription) = &subscription {
            let held = self.held(subscription, "ACTIVE").await?;
            let gone = match lives_in_erp {
                // The source has the last word.
                true => HashSet::new(),
                false => self.held(subscription, "REVOKED").await?.into_keys().collect(),
            };
            self.revoke(subscription, &held, seats, lives_in_erp).await?;
            active.retain(|seat| {
                let is_undone = gone.contains(&seat.user) && !held.contains_key(&seat.user);
                if is_undone {
                    self.report.refuse(seat, "the seat was revoked at the edge");
                }
                !is_undone
            });
            let revoked: HashSet<&str> = revoked_users(seats, lives_in_erp);
            there.extend(held.into_keys().filter(|user| !revoked.contains(user.as_str())));
            let count = active.iter().filter(|seat| there.contains(&seat.user)).count();
            self.report.there = self.report.there.saturating_add(count);
        }
        let new: Vec<&SourceSeat> = active.iter().filter(|seat| !there.contains(&seat.user)).copied().collect();
        if new.is_empty() {
            return Ok(());
        }
        if organization.external_org.is_none() && subscription.is_some() && !self.is_dry_run() {
            self.bind(&organization, external_org).await?;
        }
        let told = seats.iter().find_map(|seat| seat.seats);
        let pending = subscription.as_ref().map_or(0, |subscription| subscription.pending);
        let needed = i64::try_from(there.len().saturating_add(new.len())).unwrap_or(i64::MAX).saturating_add(pending);
        match &subscription {
            None => {
                subscription = match self.subscribe(&organization, external_org, &active, (told, needed)).await? {
                    Ok(made) => made,
                    Err(why) => {
                        self.refuse_all(&new, &why);
                        return Ok(());
                    }
                };
            }
            // Nobody pays by this gateway, and the source says how many there are. Otherwise they have to be bought.
            Some(own) if own.purchased < needed && own.gateway == "manual" && told.is_none() => {
                self.resize(own, needed).await?;
            }
            Some(_) => {}
        }
        match subscription {
            Some(subscription) if !self.is_dry_run() => self.assign(&subscription, &new).await,
            Some(Subscription { purchased, gateway, .. })
                if purchased < needed && (gateway != "manual" || told.is_some()) =>
            {
                let lacking = usize::try_from(needed.saturating_sub(purchased)).unwrap_or(usize::MAX);
                let (made, full) = new.split_at(new.len().saturating_sub(lacking));
                self.report.made = self.report.made.saturating_add(made.len());
                self.refuse_all(full, "all purchased seats are taken (SEAT_LIMIT_REACHED)");
                Ok(())
            }
            _ => {
                self.report.made = self.report.made.saturating_add(new.len());
                Ok(())
            }
        }
    }

    fn refuse_all(&mut self, seats: &[&SourceSeat], why: &str) {
        for seat in seats {
            self.report.refuse(seat, why);
        }
    }

    /// The organization's live subscription.
    async fn subscription(&self, organization: &str) -> Result<Option<Subscription>, ImportError> {
        let (organization, application) = (encoded(organization), encoded(&self.options.application));
        let path = format!("/subscriptions?organizationId={organization}&applicationSlug={application}");
        let is_live =
            |shown: &&Value| !matches!(text(shown, "status"), Some("INCOMPLETE" | "CANCELLED" | "EXPIRED") | None);
        let all = list(self.api, &path).await?;
        let Some(live) = all.iter().find(is_live) else { return Ok(None) };
        let count = |field: &str| live.get("seats").and_then(|seats| seats.get(field)).and_then(Value::as_i64);
        Ok(Some(Subscription {
            id: text(live, "id").unwrap_or_default().to_owned(),
            gateway: text(live, "gateway").unwrap_or_default().to_owned(),
            purchased: count("purchased").unwrap_or(0),
            pending: count("pending").unwrap_or(0),
        }))
    }

    /// Who has a seat in `state`, and which.
    async fn held(&self, subscription: &Subscription, state: &str) -> Result<HashMap<String, String>, ImportError> {
        let path = format!("/subscriptions/{}/seats?state={state}", encoded(&subscription.id));
        let seats = list(self.api, &path).await?;
        let read = |seat: &Value| Some((text(seat, "userId")?.to_owned(), text(seat, "seatId")?.to_owned()));
        Ok(seats.iter().filter_map(read).collect())
    }

    /// Takes away what the source took away since.
    async fn revoke(
        &mut self,
        subscription: &Subscription,
        held: &HashMap<String, String>,
        seats: &[SourceSeat],
        lives_in_erp: bool,
    ) -> Result<(), ImportError> {
        for seat in seats {
            let Some(id) = held.get(&seat.user) else { continue };
            match &seat.state {
                SourceState::Revoked if lives_in_erp => {
                    if !self.is_dry_run() {
                        let path = format!("/subscriptions/{}/seats/{}", encoded(&subscription.id), encoded(id));
                        let answer = ask(self.api, Method::DELETE, &path, None).await?;
                        if answer.status != 204 {
                            self.report.refuse(seat, answer.problem());
                            continue;
                        }
                    }
                    self.report.revoked = self.report.revoked.saturating_add(1);
                }
                SourceState::Revoked => self.report.refuse(seat, "revoked in the source, but the user has a seat"),
                SourceState::None => self.report.refuse(seat, "the source has no seat, but the user has one here"),
                SourceState::Active | SourceState::Denied(_) | SourceState::Unknown(_) => {}
            }
        }
        Ok(())
    }

    /// Makes the subscription; the inner None: it would be made. Err: why it was not.
    async fn subscribe(
        &mut self,
        organization: &Organization,
        external_org: &str,
        active: &[&SourceSeat],
        (told, needed): (Option<i64>, i64),
    ) -> Result<Result<Option<Subscription>, String>, ImportError> {
        let plan = active.iter().find_map(|seat| seat.plan.as_ref()).or(self.options.plan.as_ref());
        let Some(plan) = plan else { return Ok(Err("no plan is named for its subscription".to_owned())) };
        let seats = match told {
            Some(seats) => seats,
            None => needed.max(self.fewest_seats(plan).await?),
        };
        // Of several the one that grants the longest.
        let subscription = active.iter().filter_map(|seat| seat.subscription.as_ref()).max_by(|one, other| {
            let end = |end: &Option<String>| (end.is_none(), end.clone());
            end(&one.period_end).cmp(&end(&other.period_end))
        });
        let mut new = json!({
            "organizationId": organization.id, "applicationSlug": self.options.application, "planId": plan,
            "seats": seats, "gateway": "manual", "externalOrgId": external_org,
        });
        if let (Some(subscription), Value::Object(fields)) = (subscription, &mut new) {
            let (status, period_end) = (subscription.status.as_str(), &subscription.period_end);
            fields.insert("imported".to_owned(), json!({"status": status, "currentPeriodEnd": period_end}));
        }
        if self.is_dry_run() {
            self.report.subscriptions = self.report.subscriptions.saturating_add(1);
            return Ok(Ok(None));
        }
        let answer = ask(self.api, Method::POST, "/subscriptions", Some(&new)).await?;
        match (answer.status, answer.code()) {
            (201, _) => self.report.subscriptions = self.report.subscriptions.saturating_add(1),
            // Another run was faster.
            (409, "SUBSCRIPTION_EXISTS") => {}
            _ => return Ok(Err(answer.problem())),
        }
        let made = self.subscription(&organization.id).await?;
        Ok(made.map(Some).ok_or_else(|| "the subscription has ended meanwhile".to_owned()))
    }

    /// The fewest seats that `plan` is sold with.
    async fn fewest_seats(&self, plan: &str) -> Result<i64, ImportError> {
        let plans = list(self.api, &format!("/applications/{}/plans", encoded(&self.options.application))).await?;
        let found = plans.iter().find(|shown| text(shown, "id") == Some(plan));
        Ok(found.and_then(|plan| plan.get("minSeats")).and_then(Value::as_i64).unwrap_or(1))
    }

    /// Has the application call the organization `external_org`.
    async fn bind(&self, organization: &Organization, external_org: &str) -> Result<(), ImportError> {
        let (id, application) = (encoded(&organization.id), encoded(&self.options.application));
        let path = format!("/api/v1/tenants/{id}/external-ids/{application}");
        let answer = ask(self.api, Method::PUT, &path, Some(&json!({"externalOrgId": external_org}))).await?;
        match answer.status {
            200 | 201 | 204 => Ok(()),
            _ => Err(ImportError::Refused(format!("{external_org}: {}", answer.problem()))),
        }
    }

    async fn resize(&mut self, subscription: &Subscription, seats: i64) -> Result<(), ImportError> {
        if !self.is_dry_run() {
            let path = format!("/subscriptions/{}", encoded(&subscription.id));
            let answer =
                ask(self.api, Method::PATCH, &path, Some(&json!({"seats": seats, "effective": "now"}))).await?;
            if answer.status != 200 {
                // The seats that there is no room for are refused one by one.
                return Ok(());
            }
        }
        self.report.resized = self.report.resized.saturating_add(1);
        Ok(())
    }

    async fn assign(&mut self, subscription: &Subscription, new: &[&SourceSeat]) -> Result<(), ImportError> {
        let path = format!("/subscriptions/{}/seats", encoded(&subscription.id));
        for batch in new.chunks(BATCH) {
            let users: Vec<Value> = batch.iter().map(|seat| json!({"userId": seat.user})).collect();
            let answer = ask(self.api, Method::POST, &path, Some(&json!({"assignments": users}))).await?;
            let Some(results) = answer.body.get("results").and_then(Value::as_array) else {
                self.refuse_all(batch, &answer.problem());
                continue;
            };
            let mut results = results.iter();
            for seat in batch {
                match results.next() {
                    Some(result) if result.get("seatId").is_some() => {
                        self.report.made = self.report.made.saturating_add(1);
                    }
                    result => {
                        let error = result.and_then(|result| result.get("error"));
                        let part = |name: &str| error.and_then(|error| text(error, name)).unwrap_or("no answer");
                        self.report.refuse(seat, format!("{} ({})", part("detail"), part("code")));
                    }
                }
            }
        }
        Ok(())
    }
}

/// Who loses the seat.
fn revoked_users(seats: &[SourceSeat], lives_in_erp: bool) -> HashSet<&str> {
    let is_revoked = |seat: &&SourceSeat| lives_in_erp && seat.state == SourceState::Revoked;
    seats.iter().filter(is_revoked).map(|seat| seat.user.as_str()).collect()
}

#[cfg(test)]
mod tests;
