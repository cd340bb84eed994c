//! From a purchase to an order. Each step's outcome is in the database before the next begins, and each upstream is asked
//! under a name that stays the same: so whoever tries again, wherever the last try ended, comes to the same order.

use std::time::Duration;

use edge_audit::{Actor, AuditEntry, AuditLog};
use edge_capabilities::{Capabilities, random};
use edge_database::Db;
use edge_http::{Code, Problem};
use edge_idempotency::RequestKey;
use edge_plans::Catalogue;
use edge_rulebook::contract::ApprovalLevel;
use edge_tenants::Tenant;
use edge_upstreams::Upstream;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::checkouts::{Begun, Checkout, Checkouts, Claim, Given, Quoted};
use crate::contacts::Contacts;
use crate::customer::user_of;
use crate::holds::{Hold, Holds};
use crate::orders::{self, Made, Order};
use crate::policy::{Policy, Requested, Spending, Verdict};
use crate::purchase::Purchase;
use crate::trouble::CheckoutError;

/// Beyond what upstreams may take: how long somebody may be at a step before another goes on in their place.
const MARGIN: Duration = Duration::from_secs(3);

/// Who asks for a purchase, and how it is told from others.
pub(crate) struct CheckoutRequest {
    pub(crate) author: Actor,
    pub(crate) role: String,
    pub(crate) request_id: String,
    /// None: each request is a purchase of its own.
    pub(crate) named: Option<RequestKey>,
}

/// People have to approve it first.
#[derive(Serialize, ToSchema)]
#[schema(as = PendingApproval)]
pub(crate) struct Pending {
    /// `pending_approval`.
    status: &'static str,
    /// Once it is approved, the same request with this id goes through.
    approval_request_id: String,
    /// Who is asked, in this order.
    #[schema(value_type = Vec<DescribedLevel>)]
    levels: Vec<ApprovalLevel>,
    /// Levels for which too few people are known who could approve; not there where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

/// People who approve, before the next level is asked.
#[derive(ToSchema)]
#[schema(as = ApprovalLevel)]
#[expect(dead_code, reason = "only described")]
struct DescribedLevel {
    /// Who may approve: `role:finance_manager`.
    approvers: Vec<String>,
    /// How many of them must approve.
    quorum: u32,
}

/// Makes purchases.
#[derive(Clone)]
pub(crate) struct CheckoutService {
    pub(crate) checkouts: Checkouts,
    audit: AuditLog,
    pub(crate) capabilities: Capabilities,
    catalogue: Catalogue,
    contacts: Contacts,
    pub(crate) holds: Holds,
    pub(crate) policy: Policy,
    db: Db,
}

/// How far a try got.
#[derive(Default)]
struct Progress {
    /// Whether BheemPay was asked, now or by an earlier try, without its answer being known: there may be an order.
    may_be_ordered: bool,
    /// Whether BheemPay was asked by this try.
    has_asked: bool,
}

impl CheckoutService {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db, policy: Policy) -> Self {
        Self {
            checkouts: Checkouts::new(db.clone()),
            audit: AuditLog::new(db.clone()),
            catalogue: Catalogue::new(capabilities),
            contacts: Contacts::new(capabilities, db),
            holds: Holds::new(db.clone()),
            capabilities: capabilities.clone(),
            policy,
            db: db.clone(),
        }
    }

    /// Makes the purchase, or gives the answer that it was given.
    pub(crate) async fn check_out(
        &self,
        tenant: &Tenant,
        purchase: &Purchase,
        asking: &CheckoutRequest,
    ) -> Result<Given, CheckoutError> {
        let random = &*self.capabilities.random;
        let (id, lease) = (format!("chk_{}", random::hex::<12>(random)), random::hex::<8>(random));
        let erp = Upstream::erp(&self.capabilities).await?;
        let now = self.capabilities.clock.now();
        let claim = Claim {
            id: &id,
            tenant: &tenant.id,
            named: asking.named.as_ref(),
            actor: &asking.author.id,
            lease: &lease,
            now,
            until: now.plus(self.step(&erp)),
        };
        let checkout = match self.checkouts.begin(&claim).await? {
            Begun::Ours(checkout) => checkout,
            Begun::Given(given) => return Ok(given),
            Begun::Taken => return Err(CheckoutError::Taken),
            Begun::OfAnother => {
                let detail = "This Idempotency-Key was used for another request.";
                return Err(CheckoutError::refused(Problem::new(Code::IdempotencyKeyReused, detail)));
            }
        };
        // What earlier purchases left behind is not held against this one.
        let _ = self.settle_left(tenant).await;
        let mut progress = Progress::default();
        let gone_on = self.go_on(tenant, purchase, asking, &checkout, &lease, &erp, &mut progress).await;
        if let Err(trouble) = &gone_on {
            // Should any of it fail: the lease runs out by itself, and whoever comes next does it.
            let is_free = match &progress {
                Progress { may_be_ordered: true, .. } => false,
                // Under the same key BheemPay is asked by the same name, should it have made an order all the same.
                Progress { has_asked: true, .. } => asking.named.is_none(),
                _ => asking.named.is_none() || matches!(trouble, CheckoutError::Refused(_)),
            };
            let is_over = progress.may_be_ordered || self.give_back(&checkout.id, &lease).await.is_ok();
            let _ = match is_free && is_over {
                true => self.checkouts.forget(&checkout.id, &lease).await,
                false => self.checkouts.let_go(&checkout.id, &lease).await,
            };
        }
        gone_on
    }

    /// How long a step may take.
    pub(crate) fn step(&self, upstream: &Upstream) -> Duration {
        upstream.timeout().saturating_mul(3).saturating_add(MARGIN)
    }

    #[expect(clippy::too_many_arguments, reason = "a purchase has as many parts")]
    async fn go_on(
        &self,
        tenant: &Tenant,
        purchase: &Purchase,
        asking: &CheckoutRequest,
        checkout: &Checkout,
        lease: &str,
        erp: &Upstream,
        progress: &mut Progress,
    ) -> Result<Given, CheckoutError> {
        let ours = |ours: bool| if ours { Ok(()) } else { Err(CheckoutError::Taken) };
        let hold = self.holds.find(&checkout.id).await?;
        progress.may_be_ordered = hold.map_or(checkout.decision.is_some(), |hold| hold.is_ordering);
        let quote = match &checkout.quote {
            Some(quote) => quote.clone(),
            None => {
                let quote = self.quote(tenant, purchase).await?;
                ours(self.checkouts.quoted(&checkout.id, lease, &quote).await?)?;
                quote
            }
        };
        let mut spending = Spending {
            checkout: checkout.id.clone(),
            tenant: tenant.id.clone(),
            requester: asking.author.id.clone(),
            role: asking.role.clone(),
            amount: quote.amount()?,
            plan: quote.terms.plan_id.clone(),
            request_id: asking.request_id.clone(),
        };
        let hold = Hold {
            checkout: checkout.id.clone(),
            tenant: tenant.id.clone(),
            requester: asking.author.id.clone(),
            approval: purchase.approval.clone(),
            is_ordering: progress.may_be_ordered,
        };
        self.holds.begin(&hold, self.capabilities.clock.now()).await?;
        if checkout.decision.is_none() {
            match self.policy.decide(&spending, purchase.approval.as_deref()).await? {
                Verdict::Allowed(decisions) => {
                    ours(self.checkouts.allowed(&checkout.id, lease, &decisions).await?)?;
                }
                Verdict::Pending { request, levels } => {
                    if !progress.may_be_ordered {
                        self.holds.end(&checkout.id).await?;
                    }
                    return self.pending(&checkout.id, request, levels).await;
                }
            }
        }
        let contact = self.contacts.of(tenant, erp).await?;
        if tenant.erp_customer_id.is_none() {
            let detail = json!({"erp_customer_id": contact});
            self.note(tenant, &asking.author, format!("contact-{}", tenant.id), "tenant.contact_made", &detail).await?;
        }
        let user = user_of(&self.db, tenant).await?;
        let bheempay = Upstream::bheempay(&self.capabilities).await?;
        let until = self.capabilities.clock.now().plus(self.step(&bheempay));
        ours(self.checkouts.hold(&checkout.id, lease, until).await?)?;
        self.holds.ordering(&checkout.id).await?;
        let order = Order { bheempay: &bheempay, checkout: &checkout.id, tenant, user: &user, purchase, quote: &quote };
        let made = order_of(&order, progress).await?;
        // What was allowed is not more than what was asked about.
        if let Some(asked) = made.asked.filter(|asked| asked.minor > spending.amount.minor) {
            spending.amount = asked;
            // The order is handed to nobody unless it is allowed as it is.
            progress.may_be_ordered = false;
            if let Verdict::Pending { request, levels } =
                self.policy.decide(&spending, purchase.approval.as_deref()).await?
            {
                self.give_back(&checkout.id, lease).await?;
                return self.pending(&checkout.id, request, levels).await;
            }
            progress.may_be_ordered = true;
        }
        self.ordered(tenant, &asking.author, &checkout.id, &quote, &made).await
    }

    /// Stores that there is an order, and gives the answer.
    pub(crate) async fn ordered(
        &self,
        tenant: &Tenant,
        author: &Actor,
        checkout: &str,
        quote: &Quoted,
        made: &Made,
    ) -> Result<Given, CheckoutError> {
        let body = written(made)?;
        let detail = json!({"order_id": made.order_id, "plan_id": quote.terms.plan_id});
        self.note(tenant, author, checkout.to_owned(), "checkout.ordered", &detail).await?;
        let given = Given { status: 201, body };
        let now = self.capabilities.clock.now();
        let given = self.checkouts.answer(checkout, Some(&made.order_id), given, now).await?;
        // Should this fail, whoever comes next sees that there is an order.
        let _ = self.holds.end(checkout).await;
        Ok(given)
    }

    /// Leaves word in the tenant's audit, once under one id.
    async fn note(
        &self,
        tenant: &Tenant,
        author: &Actor,
        id: String,
        action: &str,
        detail: &serde_json::Value,
    ) -> Result<(), CheckoutError> {
        let now = self.capabilities.clock.now();
        let deed = AuditEntry { id, ..AuditEntry::new(action, detail, author, &*self.capabilities.random, now) };
        Ok(self.audit.append(&tenant.id, &deed).await?)
    }

    async fn quote(&self, tenant: &Tenant, purchase: &Purchase) -> Result<Quoted, CheckoutError> {
        let unknown = || CheckoutError::refused(Problem::new(Code::PlanNotFound, "There is no such plan."));
        let plan = self.catalogue.find(&purchase.plan).await?.ok_or_else(unknown)?;
        let is_first = tenant.subscription_status.is_none();
        let quote = purchase.quote(&plan, is_first).map_err(CheckoutError::refused)?;
        Ok(Quoted {
            seats: purchase.seats.unwrap_or(1),
            minor: quote.amount.minor,
            currency: quote.amount.currency.as_str().to_owned(),
            terms: quote.terms,
        })
    }

    async fn pending(&self, id: &str, request: Requested, levels: Vec<ApprovalLevel>) -> Result<Given, CheckoutError> {
        let Requested { id: approval_request_id, warnings } = request;
        let body = written(&Pending { status: "pending_approval", approval_request_id, levels, warnings })?;
        let now = self.capabilities.clock.now();
        Ok(self.checkouts.answer(id, None, Given { status: 202, body }, now).await?)
    }
}

/// Has BheemPay make `order`. Where its answer is not known it is asked whether there is one.
async fn order_of(order: &Order<'_>, progress: &mut Progress) -> Result<Made, CheckoutError> {
    let was_unheard = std::mem::replace(&mut progress.may_be_ordered, true);
    progress.has_asked = true;
    let trouble = match order.make().await {
        Ok(made) => return Ok(made),
        Err(trouble) => trouble,
    };
    if matches!(trouble, CheckoutError::Declined { .. }) && !was_unheard {
        progress.may_be_ordered = false;
        return Err(trouble);
    }
    match orders::find(order.bheempay, order.checkout).await {
        // The same again, with all that the customer needs to pay.
        Ok(Some(_)) => order.make().await,
        Ok(None) => {
            progress.may_be_ordered = false;
            Err(trouble)
        }
        Err(_) => Err(trouble),
    }
}

fn written(answer: &impl Serialize) -> Result<String, CheckoutError> {
    let unwritten = |error| Problem::new(Code::Internal, "The answer could not be written.").because(error);
    serde_json::to_string(answer).map_err(|error| CheckoutError::refused(unwritten(error)))
}
