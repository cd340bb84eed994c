//! What a change of a tenant's subscription says to people.

use edge_capabilities::Timestamp;
use edge_gateways::GatewayEvent;
use edge_money::Money;
use edge_notifications::event_types::{
    WORKSPACE_PAYMENT_FAILED, WORKSPACE_PAYMENT_SUCCESS, WORKSPACE_SUBSCRIPTION_CANCELLED,
};
use edge_notifications::{NewEvent, Recipient};
use edge_tenants::{Effect, Tenant};
use serde_json::json;

/// What `tenant` is told of, as `effects` of the event `event_id` take it. Raised again, they change nothing. `workspace` is
/// where the tenant's people see to their billing.
pub(crate) fn events(
    tenant: &Tenant,
    event_id: &str,
    event: &GatewayEvent,
    effects: &[Effect],
    workspace: &str,
    now: Timestamp,
) -> Vec<NewEvent> {
    let plan = event.plan_name.clone().or_else(|| tenant.subscription_plan.clone());
    let plan = plan.unwrap_or_else(|| "your subscription".to_owned());
    let payment = event.payment_id.as_deref().unwrap_or(event_id);
    let day = |at: Timestamp| at.to_string().chars().take(10).collect::<String>();
    let told = |effect: &Effect| match effect {
        Effect::RaiseFence => None,
        Effect::NotifyPaid => {
            let data = json!({
                "invoice_number": event.invoice_number.as_deref().unwrap_or(payment),
                "amount": event.amount.as_ref().map(written), "payment_id": event.payment_id,
                "payment_date": day(event.occurred_at.unwrap_or(now)),
                "receipt_url": format!("{workspace}/billing/receipt/{payment}"),
            });
            Some(("paid", &WORKSPACE_PAYMENT_SUCCESS, data))
        }
        Effect::NotifyFailed => {
            let data = json!({
                "amount": event.amount.as_ref().map(written), "retry_url": format!("{workspace}/billing/retry"),
            });
            Some(("failed", &WORKSPACE_PAYMENT_FAILED, data))
        }
        Effect::NotifyCancelled => {
            let data = json!({
                "end_date": tenant.subscription_period_end.map(day),
                "reactivate_url": format!("{workspace}/billing/plans"),
            });
            Some(("cancelled", &WORKSPACE_SUBSCRIPTION_CANCELLED, data))
        }
    };
    let raise = |(what, event_type, data)| {
        let recipient = Recipient::by_email(tenant.billing_address()).named(&tenant.name);
        NewEvent::new(event_type, &tenant.id, format!("{event_id}.{what}"))
            .to(recipient.with_phone(tenant.billing_phone.clone()))
            .with(json!({"customer_name": tenant.name, "plan_name": plan}))
            .with(data)
    };
    effects.iter().filter_map(told).map(raise).collect()
}

/// An amount as people read it: `₹2,499.00`, `USD 99.00`.
fn written(money: &Money) -> String {
    let decimal = money.to_decimal();
    let (whole, fraction) =
        decimal.split_once('.').map_or((decimal.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        let left = whole.chars().count().saturating_sub(index);
        if index > 0 && left.is_multiple_of(3) && !grouped.ends_with('-') {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let fraction = fraction.map(|fraction| format!(".{fraction}")).unwrap_or_default();
    match money.currency.as_str() {
        "INR" => format!("₹{grouped}{fraction}"),
        code => format!("{code} {grouped}{fraction}"),
    }
}

#[cfg(test)]
mod tests {
    use edge_money::Currency;

    use super::*;

    #[test]
    fn amounts_are_written_as_people_read_them() {
        for (minor, code, text) in [
            (249_900, "INR", "₹2,499.00"),
            (5, "INR", "₹0.05"),
            (123_456_789, "USD", "USD 1,234,567.89"),
            (500, "JPY", "JPY 500"),
            (-100_000, "INR", "₹-1,000.00"),
        ] {
            assert_eq!(written(&Money { minor, currency: Currency::parse(code).unwrap() }), text);
        }
    }
}
