//! What people are told of a shipment, through the outbox of notifications.
//!
//! The row of the order says which messages are due, in the same statement as the change that makes them due. Whoever made
//! the change puts them into the outbox, under ids that are derived from order, type and shipment: once, however often that
//! is repeated. Should the instance die before that, a job does it.

use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::{DatabaseError, Db};
use edge_jobs::{Job, JobHandler, JobKind, JobOutcome, JobResult};
use edge_notifications::event_types::{
    WORKSPACE_DELIVERY_CONFIRMATION, WORKSPACE_PACKING_LIST, WORKSPACE_SHIPPING_NOTIFICATION,
};
use edge_notifications::{Channel, NewEvent, Notifications, Recipient, phone_number};
use edge_tenants::{Tenant, Tenants};
use serde_json::{Value, json};

use crate::order::{Item, Message, MessageProgress, MessageType, Order, Orders};
use crate::settings::OrderSettings;

/// Puts messages into the outbox that instances which died left behind.
pub(crate) const LEFTOVERS: JobKind = JobKind::new("orders.messages");
pub(crate) const LEFTOVERS_EVERY: Duration = Duration::from_secs(20);

/// When somebody else takes up what whoever changed an order has not done.
const LEASE: Duration = Duration::from_secs(60);

/// Orders in one go.
const ORDERS: u32 = 200;

/// The most items that a message names.
const MAX_LINES: usize = 100;

impl Message {
    /// The id of its event in the outbox.
    pub(crate) fn event_id(&self, order: &str) -> String {
        format!("order.{order}.{}.{}", self.kind.as_str(), self.shipment)
    }
}

impl Order {
    /// Has its messages be taken up by somebody else, should this instance not get to them: to be called before it is stored.
    pub(crate) fn schedule_messages(&mut self, now: Timestamp) {
        self.tell_at = self.has_news().then(|| now.plus(LEASE));
    }
}

/// Tells people of shipments.
#[derive(Clone)]
pub(crate) struct Messages {
    capabilities: Capabilities,
    notifications: Notifications,
    orders: Orders,
    tenants: Tenants,
}

impl Messages {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            capabilities: capabilities.clone(),
            notifications: Notifications::new(db.clone()),
            orders: Orders::new(db.clone()),
            tenants: Tenants::new(db.clone()),
        }
    }

    /// Does what is due about the messages of `order`, and notes it. Gives the order as it is then. May be repeated.
    pub(crate) async fn send(&self, order: Order) -> Result<Order, DatabaseError> {
        if !order.has_news() {
            return Ok(order);
        }
        let now = self.capabilities.clock.now();
        let Some(tenant) = self.tenants.find(&order.tenant).await? else { return Ok(order) };
        let due = order.messages.iter().filter(|message| message.progress == MessageProgress::Due);
        let events: Vec<NewEvent> = due.flat_map(|message| events(&order, message, &tenant)).collect();
        self.notifications.raise_all(&events, now).await?;
        let withdrawn = order.messages.iter().filter(|message| message.progress == MessageProgress::Withdrawing);
        for message in withdrawn {
            self.notifications.cancel(&order.tenant, &message.event_id(&order.id), now).await?;
        }
        let mut done = order;
        for message in &mut done.messages {
            message.progress = match message.progress {
                MessageProgress::Due => MessageProgress::Queued,
                MessageProgress::Withdrawing => MessageProgress::Withdrawn,
                other => other,
            };
        }
        done.tell_at = None;
        // Where somebody changed the order meanwhile, they do all of this once more, which changes nothing.
        if self.orders.replace(&done).await? {
            done.revision = done.revision.saturating_add(1);
        }
        Ok(done)
    }
}

/// Puts into the outbox what others left behind.
pub(crate) struct Leftovers(pub(crate) Messages);

#[async_trait]
impl JobHandler for Leftovers {
    async fn run(&self, _: &Job) -> JobResult {
        let now = self.0.capabilities.clock.now();
        let orders = self.0.orders.to_tell(now, ORDERS).await?;
        let is_full = orders.len() >= usize::try_from(ORDERS).unwrap_or(usize::MAX);
        for order in orders {
            self.0.send(order).await?;
        }
        Ok(if is_full { JobOutcome::Again(now) } else { JobOutcome::Done })
    }
}

fn lines<'o>(items: impl Iterator<Item = (&'o Item, i64)>) -> String {
    let line = |(item, quantity): (&Item, i64)| match &item.sku {
        Some(sku) => format!("{quantity} × {} ({sku})", item.product_name),
        None => format!("{quantity} × {}", item.product_name),
    };
    items.take(MAX_LINES).map(line).collect::<Vec<_>>().join("\n")
}

/// What a message says.
fn data(order: &Order, message: &Message, tenant: &Tenant) -> Value {
    let to_pack = || {
        let open = |item| {
            let quantities = order.quantities(item);
            (item, quantities.wanted.saturating_sub(quantities.shipped))
        };
        order.parcel_items().map(open).filter(|(_, quantity)| *quantity > 0)
    };
    let items = match message.kind {
        MessageType::PackingList => lines(to_pack()),
        _ => lines(order.units_of(&message.shipment).into_iter()),
    };
    let shipment = order.shipments.iter().find(|shipment| shipment.id == message.shipment);
    json!({
        "order_id": order.id, "order_number": order.order_number, "company_name": tenant.name, "items": items,
        "shipment": message.shipment, "address": order.customer.address, "customer_name": order.customer.name,
        "total_amount": order.money(order.total_amount).to_decimal(), "currency": order.currency.as_str(),
        "tracking_number": shipment.and_then(|one| one.tracking_number.as_deref()),
        "tracking_url": shipment.and_then(|one| one.tracking_url.as_deref()),
        "carrier": shipment.and_then(|one| one.carrier.as_deref()),
    })
}

/// The events of a message: the customer is told of a shipment by e-mail, or else by text message; those who pack are told
/// what to pack, and have the rest in their feeds.
fn events(order: &Order, message: &Message, tenant: &Tenant) -> Vec<NewEvent> {
    let settings = OrderSettings::of(tenant);
    let kind = match message.kind {
        MessageType::PackingList => &WORKSPACE_PACKING_LIST,
        MessageType::ShippingNotification => &WORKSPACE_SHIPPING_NOTIFICATION,
        MessageType::DeliveryConfirmation => &WORKSPACE_DELIVERY_CONFIRMATION,
    };
    let event = || NewEvent::new(kind, &tenant.id, message.event_id(&order.id)).with(data(order, message, tenant));
    let to_users =
        |event: NewEvent| settings.users.iter().fold(event, |event, user| event.to(Recipient::by_user(user)));
    if message.kind == MessageType::PackingList {
        let by_email = settings.emails.iter().fold(event(), |event, email| event.to(Recipient::by_email(email)));
        return vec![to_users(by_email).over(Channel::Email)];
    }
    let customer = &order.customer;
    let phone = customer.phone.as_deref().and_then(phone_number);
    let channel = if customer.email.is_none() && phone.is_some() { Channel::Sms } else { Channel::Email };
    let recipient = Recipient {
        user_id: None,
        email: customer.email.clone(),
        phone,
        name: customer.name.clone(),
        locale: customer.locale.clone(),
    };
    let to_customer = event().to(recipient).over(channel);
    if settings.users.is_empty() {
        vec![to_customer]
    } else {
        vec![to_customer, to_users(event()).over(Channel::InApp)]
    }
}
