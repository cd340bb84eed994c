//! What a change of a tenant's subscription says to people.

use edge_capabilities::Timestamp;
use edge_gateways::GatewayEvent;
use edge_money::Money;
use edge_notifications::{Channel, Message};
use edge_tenants::{Effect, Tenant};
use serde_json::{Value as Json, json};

/// The messages to `tenant` that `effects` of the event take, each under an id of its own: queued again, they change
/// nothing.
pub(crate) fn messages(
    tenant: &Tenant,
    event_id: &str,
    event: &GatewayEvent,
    effects: &[Effect],
    now: Timestamp,
) -> Vec<Message> {
    let texts = effects.iter().flat_map(|effect| texts(tenant, event, effect, now));
    let message = |(number, (channel, body))| Message {
        id: format!("{event_id}.{number}"),
        tenant_id: tenant.id.clone(),
        event_id: event_id.to_owned(),
        channel,
        body,
    };
    texts.enumerate().map(message).collect()
}

/// Channel and body of each message that an effect takes. Templates and channels as the workspace seed lists them.
fn texts(tenant: &Tenant, event: &GatewayEvent, effect: &Effect, now: Timestamp) -> Vec<(Channel, Json)> {
    let email = |template: &str, vars: Json| {
        (Channel::Email, json!({"to": tenant.billing_address(), "template_name": template, "template_vars": vars}))
    };
    let plan = event.plan_name.clone().or_else(|| tenant.subscription_plan.clone());
    let amount = event.amount.as_ref().map(written);
    let day = |at: Timestamp| at.to_string().chars().take(10).collect::<String>();
    match effect {
        Effect::RaiseFence => Vec::new(),
        Effect::TellPaid => vec![email(
            "payment_receipt",
            json!({
                "customer_name": tenant.name, "invoice_number": event.invoice_number, "amount": amount,
                "plan_name": plan, "payment_date": day(event.occurred_at.unwrap_or(now)),
                "payment_id": event.payment_id,
            }),
        )],
        Effect::TellFailed => {
            let vars = json!({"customer_name": tenant.name, "plan_name": plan, "amount": amount});
            let mut texts = vec![email("payment_failed", vars)];
            if let Some(phone) = &tenant.billing_phone {
                let of_plan = plan.as_ref().map(|plan| format!(" for {plan}")).unwrap_or_default();
                let message = format!("Payment failed{of_plan}. Please retry in your billing settings.");
                texts.push((Channel::Sms, json!({"to": phone, "message": message})));
            }
            texts
        }
        Effect::TellCancelled => vec![email(
            "subscription_cancelled",
            json!({
                "customer_name": tenant.name, "plan_name": plan,
                "end_date": tenant.subscription_period_end.map(day),
            }),
        )],
    }
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
