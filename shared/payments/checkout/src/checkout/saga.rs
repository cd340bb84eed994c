//! The steps of a checkout, each with its undo, and how far one try got.

use edge_approvals::{ApprovalError, DecisionRef, Evaluation, Requirement};
use edge_audit::Actor;
use edge_money::Money;
use edge_plans::{Cycle, Quote, QuoteRequest};
use edge_rulebook::contract::ApprovalLevel;
use edge_tenants::Tenant;
use edge_upstreams::Upstream;
use serde_json::json;

use super::hold::Hold;
use super::order::{self, OrderResponse};
use super::policy::{PendingApproval, Permission, Spending};
use super::purchase::Purchase;
use super::store::{Checkout, CheckoutQuote, StoredResponse};
use super::{CheckoutContext, CheckoutService, lease_time, to_json};
use crate::error::CheckoutError;

/// One try of a checkout.
pub(super) struct Saga<'a> {
    service: &'a CheckoutService,
    tenant: &'a Tenant,
    purchase: &'a Purchase,
    context: &'a CheckoutContext,
    /// As it was when it was claimed.
    pub(super) checkout: Checkout,
    /// Whether BheemPay was asked, by this try or an earlier one, without its answer being known: there may be an
    /// order.
    may_be_ordered: bool,
    /// Whether this try asked BheemPay.
    has_asked: bool,
}

impl<'a> Saga<'a> {
    pub(super) const fn new(
        service: &'a CheckoutService,
        tenant: &'a Tenant,
        purchase: &'a Purchase,
        context: &'a CheckoutContext,
        checkout: Checkout,
    ) -> Self {
        Self { service, tenant, purchase, context, checkout, may_be_ordered: false, has_asked: false }
    }

    /// Reads whether an earlier try may have created an order.
    pub(super) async fn load_order_state(&mut self) -> Result<(), CheckoutError> {
        let hold = self.service.holds.find(&self.checkout.id).await?;
        self.may_be_ordered = hold.map_or(self.checkout.decisions.is_some(), |hold| hold.is_ordering);
        Ok(())
    }

    /// Step: what the purchase costs. The price of the first try stays.
    pub(super) async fn quote(&self) -> Result<CheckoutQuote, CheckoutError> {
        if let Some(quote) = &self.checkout.quote {
            return Ok(quote.clone());
        }
        let Purchase { plan_id, cycle, tier_code, seats, .. } = self.purchase;
        let plan = self.service.catalogue.find(plan_id).await?.ok_or(CheckoutError::PlanNotFound)?;
        let order = QuoteRequest {
            cycle: cycle.or(plan.cycle()).unwrap_or(Cycle::Monthly),
            tier_code: tier_code.as_deref(),
            seats: seats.unwrap_or(1),
            is_first: self.tenant.subscription_status.is_none(),
        };
        let Quote { amount, tier } = plan.quote(&order)?;
        self.fix_quote(CheckoutQuote {
            terms: plan.terms(tier, Some(order.cycle)),
            seats: order.seats,
            minor: amount.minor,
            currency: amount.currency.as_str().to_owned(),
            of_seats: None,
        })
        .await
    }

    /// Step: what the purchase costs, which the caller has computed. The price of the first try stays.
    pub(super) async fn fix_quote(&self, quote: CheckoutQuote) -> Result<CheckoutQuote, CheckoutError> {
        if let Some(quote) = &self.checkout.quote {
            return Ok(quote.clone());
        }
        self.service.checkouts.set_quote(&self.checkout, &quote).await?;
        Ok(quote)
    }

    /// Step: the order must cost what was quoted. One that does not is handed out to nobody.
    pub(super) fn require_price(&mut self, quote: &CheckoutQuote, order: &OrderResponse) -> Result<(), CheckoutError> {
        if order.amount.0.minor == quote.minor {
            return Ok(());
        }
        self.may_be_ordered = false;
        Err(CheckoutError::WrongPrice)
    }

    /// Stores that the next steps may hold something, for [`CheckoutService::recover_abandoned`].
    pub(super) async fn hold(&self) -> Result<(), CheckoutError> {
        let hold = Hold {
            checkout: self.checkout.id.clone(),
            tenant: self.tenant.id.clone(),
            requester: self.context.actor.id.clone(),
            approval: self.purchase.approval_request_id.clone(),
            is_ordering: self.may_be_ordered,
            created_at: self.service.capabilities.clock.now(),
        };
        Ok(self.service.holds.create(&hold).await?)
    }

    /// Steps: the rules allow the purchase, its budget is reserved, its approval used. Returns the answer where people
    /// have to approve it first.
    pub(super) async fn permit(&self, quote: &CheckoutQuote) -> Result<Option<StoredResponse>, CheckoutError> {
        if self.checkout.decisions.is_some() {
            return Ok(None);
        }
        let spending = self.spending(quote, quote.amount()?);
        let permission = self.service.policy.decide(&spending).await?;
        if self.reserve_and_approve(&spending, &permission).await? {
            self.service.checkouts.set_decisions(&self.checkout, Some(permission.decisions())).await?;
            return Ok(None);
        }
        let response = self.request_approval(&spending, permission).await?;
        if !self.may_be_ordered {
            self.service.holds.delete(&self.checkout.id).await?;
        }
        self.answer(response).await.map(Some)
    }

    /// The same steps for an order that costs more than its quote.
    pub(super) async fn permit_surcharge(
        &mut self,
        quote: &CheckoutQuote,
        order: &OrderResponse,
    ) -> Result<Option<StoredResponse>, CheckoutError> {
        if order.amount.0.minor <= quote.minor {
            return Ok(None);
        }
        // The order is handed out to nobody unless it is allowed as it is.
        self.may_be_ordered = false;
        let spending = self.spending(quote, order.amount.0);
        let permission = self.service.policy.decide(&spending).await?;
        if self.reserve_and_approve(&spending, &permission).await? {
            self.may_be_ordered = true;
            return Ok(None);
        }
        let response = self.request_approval(&spending, permission).await?;
        self.service.undo_holds(&self.checkout).await?;
        self.answer(response).await.map(Some)
    }

    fn spending(&self, quote: &CheckoutQuote, amount: Money) -> Spending {
        Spending {
            checkout: self.checkout.id.clone(),
            tenant: self.tenant.id.clone(),
            requester: self.context.actor.id.clone(),
            role: self.context.role.clone(),
            amount,
            plan_id: quote.terms.plan_id.clone(),
            request_id: self.context.request_id.clone(),
        }
    }

    /// Whether the purchase may be made now: nobody has to approve it, or they have.
    async fn reserve_and_approve(&self, spending: &Spending, permission: &Permission) -> Result<bool, CheckoutError> {
        let approval = self.purchase.approval_request_id.as_deref();
        if approval.is_none() && !permission.terms.levels.is_empty() {
            return Ok(false);
        }
        if let Some(decision) = &permission.budget {
            self.service.policy.budgets.reserve(spending, decision).await?;
        }
        // The approval is used last: where the budget has no room, it can be used again.
        let Some(approval) = approval.filter(|_| !permission.terms.levels.is_empty()) else { return Ok(true) };
        let approvals = &self.service.policy.approvals;
        match approvals.use_for(&spending.tenant, approval, &spending.checkout, &spending.purchase()).await {
            Ok(_) => Ok(true),
            Err(ApprovalError::RequestNotFound | ApprovalError::Use(_)) => {
                self.service.policy.budgets.release(&spending.checkout, &spending.requester).await?;
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Asks people to approve the purchase, once for each checkout.
    async fn request_approval(
        &self,
        spending: &Spending,
        permission: Permission,
    ) -> Result<StoredResponse, CheckoutError> {
        let levels = permission.terms.levels.iter().cloned().map(ApprovalLevel::from).collect();
        let decision = DecisionRef::from(&permission.approval);
        let evaluation = Evaluation { decision, requirement: Requirement::Approval(permission.terms) };
        let request = self.service.policy.approvals.submit_evaluated(&spending.approval_request(), evaluation).await?;
        Ok(StoredResponse { status: 202, body: to_json(&PendingApproval::new(request.id, levels, request.warnings))? })
    }

    async fn answer(&self, response: StoredResponse) -> Result<StoredResponse, CheckoutError> {
        let now = self.service.capabilities.clock.now();
        Ok(self.service.checkouts.answer(&self.checkout.id, None, response, now).await?)
    }

    /// Step: the tenant is a contact of the ERP's CRM.
    pub(super) async fn create_contact(&self, erp: &Upstream) -> Result<(), CheckoutError> {
        let contact = self.service.contacts.get_or_create(self.tenant, erp).await?;
        if self.tenant.erp_customer_id.is_some() {
            return Ok(());
        }
        let (id, detail) = (format!("contact-{}", self.tenant.id), json!({"erp_customer_id": contact}));
        self.service.audit(self.tenant, &self.context.actor, id, "tenant.contact_made", &detail).await
    }

    /// Step: BheemPay creates the order, which `create` asks it for. Where its answer is not known, it is asked whether
    /// there is one.
    pub(super) async fn create_order<F: Future<Output = Result<OrderResponse, CheckoutError>>>(
        &mut self,
        bheempay: &Upstream,
        create: impl Fn() -> F,
    ) -> Result<OrderResponse, CheckoutError> {
        let CheckoutService { checkouts, holds, capabilities, .. } = self.service;
        let until = capabilities.clock.now().plus(lease_time(bheempay));
        checkouts.extend_lease(&self.checkout, until).await?;
        holds.set_ordering(&self.checkout.id).await?;
        let was_unheard = std::mem::replace(&mut self.may_be_ordered, true);
        self.has_asked = true;
        let error = match create().await {
            Ok(order) => return Ok(order),
            Err(error) => error,
        };
        if matches!(error, CheckoutError::Declined { .. }) && !was_unheard {
            self.may_be_ordered = false;
            return Err(error);
        }
        match order::find(bheempay, &self.checkout.id).await {
            // Asked again under the same key, BheemPay returns the order with all that the customer needs to pay.
            Ok(Some(_)) => create().await,
            Ok(None) => {
                self.may_be_ordered = false;
                Err(error)
            }
            Err(_) => Err(error),
        }
    }

    /// Ends the try. If it failed, undoes the steps where there is certainly no order, and lets the next request continue.
    /// Where this fails, the lease runs out and the next request does it.
    pub(super) async fn end(
        &self,
        taken: Result<StoredResponse, CheckoutError>,
    ) -> Result<StoredResponse, CheckoutError> {
        let Err(error) = &taken else { return taken };
        let has_key = self.context.named.is_some();
        let may_be_deleted = if self.may_be_ordered {
            false
        } else if self.has_asked {
            // Under the same key BheemPay is asked under the same name, in case it has created an order after all.
            !has_key
        } else {
            !has_key || error.is_refusal()
        };
        let is_undone = self.may_be_ordered || self.service.undo_holds(&self.checkout).await.is_ok();
        let _ = if may_be_deleted && is_undone {
            self.service.checkouts.delete(&self.checkout).await
        } else {
            self.service.checkouts.release_lease(&self.checkout).await
        };
        taken
    }
}

impl CheckoutService {
    /// Step: stores the order and the answer.
    pub(super) async fn store_order(
        &self,
        tenant: &Tenant,
        actor: &Actor,
        checkout: &str,
        quote: &CheckoutQuote,
        order: &OrderResponse,
    ) -> Result<StoredResponse, CheckoutError> {
        let response = StoredResponse { status: 201, body: to_json(order)? };
        let detail = json!({"order_id": order.order_id, "plan_id": quote.terms.plan_id});
        self.audit(tenant, actor, checkout.to_owned(), "checkout.ordered", &detail).await?;
        let now = self.capabilities.clock.now();
        let response = self.checkouts.answer(checkout, Some(&order.order_id), response, now).await?;
        // Where this fails, recovery finds that there is an order.
        let _ = self.holds.delete(checkout).await;
        Ok(response)
    }

    /// Undoes the steps that hold something for `checkout`, for which there is no order. Its lease must be held.
    ///
    /// INVARIANT: first it is stored that the purchase is not allowed any more, last that nothing is held. So wherever
    /// this ends, the next try asks the rules anew, and recovery gives back what is left.
    pub(super) async fn undo_holds(&self, checkout: &Checkout) -> Result<(), CheckoutError> {
        let Some(hold) = self.holds.find(&checkout.id).await? else { return Ok(()) };
        self.checkouts.set_decisions(checkout, None).await?;
        self.give_back(&hold).await
    }

    /// Releases the budget and gives back the approval.
    pub(super) async fn give_back(&self, hold: &Hold) -> Result<(), CheckoutError> {
        let Hold { tenant, checkout, requester, approval, .. } = hold;
        self.policy.budgets.release(checkout, requester).await?;
        if let Some(approval) = approval {
            match self.policy.approvals.release(tenant, approval, checkout).await {
                Ok(_) | Err(ApprovalError::RequestNotFound) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(self.holds.delete(checkout).await?)
    }
}
