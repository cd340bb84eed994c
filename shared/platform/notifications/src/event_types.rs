//! The types of events that people are told of: over which channels, with which template, and what the template needs.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::channel::Channel;

/// What events are about, as people choose what they want to be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// A person's own account.
    User,
    /// Meetings.
    Meeting,
    /// Documents.
    Document,
    /// Payments, subscriptions, invoices and budgets.
    Billing,
    /// Who works together.
    Team,
    /// Calendars.
    Calendar,
    /// What the ERP brings.
    ErpSync,
    /// Purchases that need approval.
    Approval,
    /// Campaigns.
    Marketing,
    /// Orders of customers, and their shipments.
    Order,
}

impl Category {
    /// All categories.
    pub const ALL: [Self; 10] = [
        Self::User,
        Self::Meeting,
        Self::Document,
        Self::Billing,
        Self::Team,
        Self::Calendar,
        Self::ErpSync,
        Self::Approval,
        Self::Marketing,
        Self::Order,
    ];

    /// Its name: `erp_sync`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Meeting => "meeting",
            Self::Document => "document",
            Self::Billing => "billing",
            Self::Team => "team",
            Self::Calendar => "calendar",
            Self::ErpSync => "erp_sync",
            Self::Approval => "approval",
            Self::Marketing => "marketing",
            Self::Order => "order",
        }
    }

    /// Reads a name.
    pub fn parse(written: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.as_str() == written)
    }
}

/// A type of events.
#[derive(Debug, PartialEq, Eq)]
pub struct EventType {
    /// Its name: `WORKSPACE_MEETING_INVITE`.
    pub name: &'static str,
    /// What happened, in a few words.
    pub description: &'static str,
    /// What it is about.
    pub category: Category,
    /// The template as the workspace lists it: `WORKSPACE_MEETING_INVITE`.
    pub template: &'static str,
    /// The variables that the e-mail's template needs.
    pub required: &'static [&'static str],
    /// The e-mail's template at Notify. None: no e-mail is sent.
    pub email: Option<&'static str>,
    /// The text message, with `{{variables}}`.
    pub sms: Option<&'static str>,
    /// The WhatsApp template, and its variables in their order.
    pub whatsapp: Option<(&'static str, &'static [&'static str])>,
    /// The text of a push notification, with `{{variables}}`.
    pub push: Option<&'static str>,
    /// Whether it is sent whatever the person prefers, at once and by itself: what concerns security and failed payments.
    pub is_critical: bool,
    /// Whether each message brings its text with it; there is no template then.
    pub has_own_text: bool,
}

impl EventType {
    const NONE: Self = Self {
        name: "",
        description: "",
        category: Category::User,
        template: "",
        required: &[],
        email: None,
        sms: None,
        whatsapp: None,
        push: None,
        is_critical: false,
        has_own_text: false,
    };

    /// Whether a message whose sending came to an unknown end is left at that. All others are sent again under the same
    /// idempotency key; but nobody is to have an advertisement twice, whatever Notify makes of the key.
    pub fn is_sent_once(&self) -> bool {
        self.category == Category::Marketing
    }

    /// The channels over which it is sent.
    pub fn channels(&self) -> Vec<Channel> {
        let has = |channel: &Channel| match channel {
            Channel::Email => self.email.is_some(),
            Channel::Sms => self.sms.is_some(),
            Channel::WhatsApp => self.whatsapp.is_some(),
            Channel::Push => self.push.is_some(),
            Channel::InApp => false,
        };
        if self.has_own_text {
            return vec![Channel::Email, Channel::Sms, Channel::WhatsApp];
        }
        Channel::ALL.into_iter().filter(has).collect()
    }

    /// The template that is sent over `channel`: a name at Notify, or the text itself. None: nothing is sent over it.
    pub fn template_of(&self, channel: Channel) -> Option<&'static str> {
        match channel {
            Channel::Email => self.email,
            Channel::Sms => self.sms,
            Channel::WhatsApp => self.whatsapp.map(|(template, _)| template),
            Channel::Push => self.push,
            Channel::InApp => None,
        }
    }

    /// The type of this name.
    pub fn parse(name: &str) -> Option<&'static Self> {
        ALL.iter().copied().find(|known| known.name == name)
    }
}

macro_rules! event_types {
    ($($name:ident { $($field:ident: $value:expr),* $(,)? })*) => {
        $(
            #[doc = concat!("`", stringify!($name), "`.")]
            pub static $name: EventType = EventType { name: stringify!($name), $($field: $value,)* ..EventType::NONE };
        )*

        /// All types of events.
        pub static ALL: &[&EventType] = &[$(&$name),*];
    };
}

/// How many of [`ALL`] the workspace lists; the others are the edge's own.
pub const OF_WORKSPACE: usize = 23;

event_types! {
    WORKSPACE_USER_REGISTERED {
        description: "New user registration", category: Category::User, template: "WORKSPACE_WELCOME",
        required: &["username", "dashboard_url"],
        email: Some("workspace_welcome"),
        sms: Some("Welcome to Bheem Workspace, {{username}}. Start here: {{dashboard_url}}"),
    }
    WORKSPACE_USER_VERIFIED {
        description: "Email verified", category: Category::User, template: "WORKSPACE_VERIFIED",
        required: &["username"],
        email: Some("workspace_verified"),
    }
    WORKSPACE_PASSWORD_RESET {
        description: "Password reset request", category: Category::User, template: "WORKSPACE_PASSWORD_RESET",
        required: &["user_name", "reset_link"],
        email: Some("workspace_password_reset"), is_critical: true,
    }
    WORKSPACE_LOGIN_ALERT {
        description: "New device login", category: Category::User, template: "WORKSPACE_LOGIN_ALERT",
        required: &["device", "login_time"],
        email: Some("workspace_login_alert"),
        sms: Some("New sign-in to your Bheem Workspace account from {{device}} at {{login_time}}."),
        is_critical: true,
    }
    WORKSPACE_MEETING_INVITE {
        description: "Meeting invitation", category: Category::Meeting, template: "WORKSPACE_MEETING_INVITE",
        required: &["meeting_name", "host_name", "meeting_url", "scheduled_time"],
        email: Some("workspace_meeting_invite"),
        whatsapp: Some(("workspace_meeting_invite", &["meeting_name", "host_name", "meeting_url"])),
    }
    WORKSPACE_MEETING_REMINDER {
        description: "Meeting reminder (15min/1hr)", category: Category::Meeting, template: "WORKSPACE_MEETING_REMINDER",
        required: &["meeting_name", "time", "meeting_url"],
        email: Some("workspace_meeting_reminder"),
        sms: Some("Reminder: {{meeting_name}} starts in {{time}}. Join: {{meeting_url}}"),
        push: Some("{{meeting_name}} starts in {{time}}"),
    }
    WORKSPACE_MEETING_STARTED {
        description: "Meeting has started", category: Category::Meeting, template: "WORKSPACE_MEETING_STARTED",
        required: &["meeting_name", "meeting_url"],
        sms: Some("{{meeting_name}} has started. Join: {{meeting_url}}"),
        push: Some("{{meeting_name}} has started"),
    }
    WORKSPACE_MEETING_ENDED {
        description: "Meeting ended with summary", category: Category::Meeting, template: "WORKSPACE_MEETING_SUMMARY",
        required: &["meeting_name", "summary"],
        email: Some("workspace_meeting_summary"),
    }
    WORKSPACE_MEETING_RECORDING {
        description: "Recording available", category: Category::Meeting, template: "WORKSPACE_RECORDING_READY",
        required: &["meeting_name", "recording_url"],
        email: Some("workspace_recording_ready"),
    }
    WORKSPACE_DOCUMENT_SHARED {
        description: "Document shared with user", category: Category::Document, template: "WORKSPACE_DOC_SHARED",
        required: &["document_name", "shared_by", "document_url"],
        email: Some("document_shared"),
        push: Some("{{shared_by}} shared {{document_name}} with you"),
    }
    WORKSPACE_DOCUMENT_COMMENT {
        description: "New comment on document", category: Category::Document, template: "WORKSPACE_DOC_COMMENT",
        required: &["document_name", "commented_by", "comment", "document_url"],
        email: Some("workspace_doc_comment"),
        push: Some("{{commented_by}} commented on {{document_name}}"),
    }
    WORKSPACE_DOCUMENT_MENTIONED {
        description: "User mentioned in document", category: Category::Document, template: "WORKSPACE_DOC_MENTION",
        required: &["document_name", "mentioned_by", "document_url"],
        email: Some("workspace_doc_mention"),
        push: Some("{{mentioned_by}} mentioned you in {{document_name}}"),
    }
    WORKSPACE_PAYMENT_SUCCESS {
        description: "Payment completed", category: Category::Billing, template: "WORKSPACE_PAYMENT_RECEIPT",
        required: &["invoice_number", "amount", "plan_name", "receipt_url"],
        email: Some("payment_receipt"),
    }
    WORKSPACE_PAYMENT_FAILED {
        description: "Payment failed", category: Category::Billing, template: "WORKSPACE_PAYMENT_FAILED",
        required: &["plan_name", "retry_url"],
        email: Some("payment_failed"),
        sms: Some("Payment failed for {{plan_name}}. Please retry: {{retry_url}}"),
        is_critical: true,
    }
    WORKSPACE_INVOICE_GENERATED {
        description: "New invoice generated", category: Category::Billing, template: "WORKSPACE_INVOICE",
        required: &["invoice_number", "amount", "due_date"],
        email: Some("workspace_invoice"),
    }
    WORKSPACE_SUBSCRIPTION_RENEWAL {
        description: "Subscription renewing soon", category: Category::Billing, template: "WORKSPACE_RENEWAL_REMINDER",
        required: &["plan_name", "renewal_date"],
        email: Some("workspace_renewal_reminder"),
    }
    WORKSPACE_SUBSCRIPTION_CANCELLED {
        description: "Subscription cancelled", category: Category::Billing, template: "WORKSPACE_SUBSCRIPTION_CANCELLED",
        required: &["plan_name"],
        email: Some("subscription_cancelled"),
    }
    WORKSPACE_TEAM_INVITE {
        description: "Invited to workspace", category: Category::Team, template: "WORKSPACE_TEAM_INVITE",
        required: &["workspace_name", "role"],
        email: Some("workspace_team_invite"),
    }
    WORKSPACE_ROLE_CHANGED {
        description: "Role changed in workspace", category: Category::Team, template: "WORKSPACE_ROLE_CHANGED",
        required: &["workspace_name", "role"],
        email: Some("workspace_role_changed"),
    }
    WORKSPACE_CALENDAR_REMINDER {
        description: "Event reminder", category: Category::Calendar, template: "WORKSPACE_CALENDAR_REMINDER",
        required: &["event_title", "event_time", "reminder_text"],
        email: Some("workspace_calendar_reminder"),
        sms: Some("Reminder: {{event_title}} starts {{reminder_text}}"),
        push: Some("{{event_title}} starts {{reminder_text}}"),
    }
    WORKSPACE_CALENDAR_UPDATED {
        description: "Event updated", category: Category::Calendar, template: "WORKSPACE_CALENDAR_UPDATED",
        required: &["event_title", "event_time"],
        email: Some("workspace_calendar_updated"),
        push: Some("{{event_title}} was changed: {{event_time}}"),
    }
    WORKSPACE_EMPLOYEE_SYNCED {
        description: "Employee provisioned from ERP", category: Category::ErpSync, template: "WORKSPACE_EMPLOYEE_WELCOME",
        required: &["employee_name", "company_name", "login_url"],
        email: Some("employee_workspace_welcome"),
    }
    WORKSPACE_PROJECT_SYNCED {
        description: "Project synced from ERP", category: Category::ErpSync, template: "WORKSPACE_PROJECT_ASSIGNED",
        required: &["project_name", "company_name"],
        email: Some("workspace_project_assigned"),
    }
    WORKSPACE_PAYMENT_REMINDER {
        description: "An invoice is due, or overdue", category: Category::Billing, template: "WORKSPACE_PAYMENT_REMINDER",
        required: &["invoice_number", "amount", "due_date"],
        email: Some("workspace_payment_reminder"),
    }
    WORKSPACE_APPROVAL_WAITING {
        description: "A purchase waits for approval", category: Category::Approval, template: "WORKSPACE_APPROVAL_WAITING",
        required: &["request_id", "amount", "currency"],
        email: Some("workspace_approval_waiting"),
        push: Some("A purchase of {{currency}} {{amount}} waits for your approval"),
    }
    WORKSPACE_APPROVAL_DECIDED {
        description: "A purchase was approved or rejected", category: Category::Approval,
        template: "WORKSPACE_APPROVAL_DECIDED", required: &["request_id", "decision"],
        email: Some("workspace_approval_decided"),
        push: Some("Your purchase was {{decision}}"),
    }
    WORKSPACE_BUDGET_ALERT {
        description: "A threshold of a budget was reached", category: Category::Billing, template: "WORKSPACE_BUDGET_ALERT",
        required: &["budget_name", "threshold", "message"],
        email: Some("budget_alert"),
    }
    WORKSPACE_REPORT_READY {
        description: "A scheduled report is ready", category: Category::Billing, template: "WORKSPACE_REPORT_READY",
        required: &["report_name", "report_url"],
        email: Some("workspace_report_ready"),
    }
    WORKSPACE_CONTRACT_RENEWAL {
        description: "A contract renews soon", category: Category::Billing, template: "WORKSPACE_CONTRACT_RENEWAL",
        required: &["contract_name", "renewal_date"],
        email: Some("workspace_contract_renewal"),
    }
    WORKSPACE_CONTRACT_EXPIRY {
        description: "A contract expires soon", category: Category::Billing, template: "WORKSPACE_CONTRACT_EXPIRY",
        required: &["contract_name", "end_date"],
        email: Some("workspace_contract_expiry"),
    }
    WORKSPACE_CONTRACT_NOTICE {
        description: "Notice of a contract was given", category: Category::Billing, template: "WORKSPACE_CONTRACT_NOTICE",
        required: &["contract_name", "end_date"],
        email: Some("workspace_contract_notice"),
    }
    WORKSPACE_CONTRACT_ENDED {
        description: "A contract has ended", category: Category::Billing, template: "WORKSPACE_CONTRACT_ENDED",
        required: &["contract_name", "end_date", "status"],
        email: Some("workspace_contract_ended"),
    }
    WORKSPACE_DISPUTE_OPENED {
        description: "A payment is disputed", category: Category::Billing, template: "WORKSPACE_DISPUTE_OPENED",
        required: &["dispute_id", "amount", "reason"],
        email: Some("workspace_dispute_opened"),
    }
    WORKSPACE_DISPUTE_RESOLVED {
        description: "A dispute was decided", category: Category::Billing, template: "WORKSPACE_DISPUTE_RESOLVED",
        required: &["dispute_id", "amount", "decision"],
        email: Some("workspace_dispute_resolved"),
    }
    WORKSPACE_INTEGRATION_REAUTH {
        description: "An accounting system lets the edge in no more", category: Category::Billing,
        template: "WORKSPACE_INTEGRATION_REAUTH",
        required: &["integration_id", "integration_name", "provider"],
        email: Some("workspace_integration_reauth"),
        push: Some("{{provider}} does not let the edge in any more: consent again"),
    }
    WORKSPACE_SEAT_INVITATION {
        description: "Invited to a seat of an application", category: Category::Team, template: "WORKSPACE_SEAT_INVITATION",
        required: &["application", "subscription_id", "seat_id", "code", "expires_at"],
        email: Some("seat_invitation"),
    }
    WORKSPACE_PACKING_LIST {
        description: "An order is to be packed", category: Category::Order, template: "WORKSPACE_PACKING_LIST",
        required: &["order_number", "items"],
        email: Some("packing_list"),
    }
    WORKSPACE_SHIPPING_NOTIFICATION {
        description: "A shipment of an order left", category: Category::Order, template: "WORKSPACE_SHIPPING_NOTIFICATION",
        required: &["order_number", "company_name", "items"],
        email: Some("shipping_notification"),
        sms: Some("{{company_name}}: your order {{order_number}} is on its way."),
    }
    WORKSPACE_DELIVERY_CONFIRMATION {
        description: "A shipment of an order arrived", category: Category::Order,
        template: "WORKSPACE_DELIVERY_CONFIRMATION", required: &["order_number", "company_name", "items"],
        email: Some("delivery_confirmation"),
        sms: Some("{{company_name}}: your order {{order_number}} was delivered."),
    }
    WORKSPACE_DIGEST {
        description: "What happened in a day", category: Category::User, template: "WORKSPACE_DIGEST",
        required: &["count", "items"],
        email: Some("workspace_digest"),
    }
    WORKSPACE_OTP {
        description: "A one-time code", category: Category::User, template: "WORKSPACE_OTP",
        required: &["otp_code"],
        sms: Some("Your Bheem Workspace code is {{otp_code}}. Valid for {{minutes}} minutes."),
        whatsapp: Some(("workspace_otp", &["otp_code"])),
        is_critical: true,
    }
    CAMPAIGN_MESSAGE {
        description: "A step of a campaign", category: Category::Marketing, has_own_text: true,
    }
}

/// Variables that are the recipient's name where the data has no other.
pub(crate) const NAMES: [&str; 5] = ["username", "user_name", "recipient_name", "customer_name", "employee_name"];

/// The mappings of the workspace's types of events that are created at Notify: one for each template that it has. A document
/// may be shared over WhatsApp too, by a mapping of the tenant's.
pub fn setup_mappings() -> Vec<Value> {
    let path = |name: &str| match NAMES.contains(&name) {
        true => "recipient.name".to_owned(),
        false => format!("data.{name}"),
    };
    let mapping = |known: &EventType, channel: Channel, template: &str, variables: Map<String, Value>| {
        json!({
            "event_type": known.name, "channel": channel.as_str(), "template_name": template,
            "variable_mapping": variables, "description": known.description, "is_enabled": true,
            "default_variables": {"app_name": "Bheem Workspace", "support_email": "support@bheem.cloud"},
        })
    };
    let mut mappings = Vec::new();
    for known in ALL.iter().take(OF_WORKSPACE) {
        if let Some(template) = known.email {
            let variables = known.required.iter().map(|name| ((*name).to_owned(), path(name).into())).collect();
            mappings.push(mapping(known, Channel::Email, template, variables));
        }
        let document: &[&str] = &["document_name", "shared_by", "document_url"];
        let shared = (known.name == WORKSPACE_DOCUMENT_SHARED.name).then_some(("workspace_document_shared", document));
        if let Some((template, names)) = known.whatsapp.or(shared) {
            let numbered = (1..).zip(names).map(|(place, name)| (i32::to_string(&place), path(name).into()));
            mappings.push(mapping(known, Channel::WhatsApp, template, numbered.collect()));
        }
    }
    mappings
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The table of the workspace: type, channels, template.
    const WORKSPACE: [(&str, &str, &str); OF_WORKSPACE] = [
        ("USER_REGISTERED", "EMAIL SMS", "WELCOME"),
        ("USER_VERIFIED", "EMAIL", "VERIFIED"),
        ("PASSWORD_RESET", "EMAIL", "PASSWORD_RESET"),
        ("LOGIN_ALERT", "EMAIL SMS", "LOGIN_ALERT"),
        ("MEETING_INVITE", "EMAIL WHATSAPP", "MEETING_INVITE"),
        ("MEETING_REMINDER", "EMAIL SMS PUSH", "MEETING_REMINDER"),
        ("MEETING_STARTED", "SMS PUSH", "MEETING_STARTED"),
        ("MEETING_ENDED", "EMAIL", "MEETING_SUMMARY"),
        ("MEETING_RECORDING", "EMAIL", "RECORDING_READY"),
        ("DOCUMENT_SHARED", "EMAIL PUSH", "DOC_SHARED"),
        ("DOCUMENT_COMMENT", "EMAIL PUSH", "DOC_COMMENT"),
        ("DOCUMENT_MENTIONED", "EMAIL PUSH", "DOC_MENTION"),
        ("PAYMENT_SUCCESS", "EMAIL", "PAYMENT_RECEIPT"),
        ("PAYMENT_FAILED", "EMAIL SMS", "PAYMENT_FAILED"),
        ("INVOICE_GENERATED", "EMAIL", "INVOICE"),
        ("SUBSCRIPTION_RENEWAL", "EMAIL", "RENEWAL_REMINDER"),
        ("SUBSCRIPTION_CANCELLED", "EMAIL", "SUBSCRIPTION_CANCELLED"),
        ("TEAM_INVITE", "EMAIL", "TEAM_INVITE"),
        ("ROLE_CHANGED", "EMAIL", "ROLE_CHANGED"),
        ("CALENDAR_REMINDER", "EMAIL SMS PUSH", "CALENDAR_REMINDER"),
        ("CALENDAR_UPDATED", "EMAIL PUSH", "CALENDAR_UPDATED"),
        ("EMPLOYEE_SYNCED", "EMAIL", "EMPLOYEE_WELCOME"),
        ("PROJECT_SYNCED", "EMAIL", "PROJECT_ASSIGNED"),
    ];

    /// The templates that the workspace's own code sends in place of its table's.
    const SENT: [(&str, &str); 5] = [
        ("WORKSPACE_PAYMENT_SUCCESS", "payment_receipt"),
        ("WORKSPACE_PAYMENT_FAILED", "payment_failed"),
        ("WORKSPACE_SUBSCRIPTION_CANCELLED", "subscription_cancelled"),
        ("WORKSPACE_EMPLOYEE_SYNCED", "employee_workspace_welcome"),
        ("WORKSPACE_DOCUMENT_SHARED", "document_shared"),
    ];

    #[test]
    fn the_first_types_are_those_of_the_workspace_with_its_channels_and_templates() {
        for ((name, channels, template), known) in WORKSPACE.into_iter().zip(ALL) {
            assert_eq!(known.name, format!("WORKSPACE_{name}"));
            assert_eq!(known.template, format!("WORKSPACE_{template}"), "{name}");
            let own: Vec<&str> = known.channels().into_iter().map(Channel::as_str).collect();
            assert_eq!(own.join(" "), channels, "{name}");
            let sent = SENT.iter().find(|(name, _)| *name == known.name).map(|(_, template)| (*template).to_owned());
            if let Some(email) = known.email {
                assert_eq!(email, sent.unwrap_or(known.template.to_lowercase()), "{name}");
            }
        }
    }

    #[test]
    fn the_mappings_at_notify_are_those_of_the_workspace() {
        let mappings = setup_mappings();
        let names: BTreeSet<String> =
            mappings.iter().map(|one| format!("{} {}", one["event_type"], one["channel"])).collect();
        assert_eq!((mappings.len(), names.len()), (24, 24));
        let of = |event: &str, channel: &str| {
            let found = mappings.iter().find(|one| one["event_type"] == event && one["channel"] == channel);
            let found = found.unwrap();
            (found["template_name"].clone(), found["variable_mapping"].clone())
        };
        let (template, variables) = of("WORKSPACE_USER_REGISTERED", "EMAIL");
        assert_eq!(template, "workspace_welcome");
        assert_eq!(variables, json!({"username": "recipient.name", "dashboard_url": "data.dashboard_url"}));
        let (template, variables) = of("WORKSPACE_DOCUMENT_SHARED", "WHATSAPP");
        assert_eq!(template, "workspace_document_shared");
        let numbered = json!({"1": "data.document_name", "2": "data.shared_by", "3": "data.document_url"});
        assert_eq!(variables, numbered);
    }

    #[test]
    fn every_type_is_found_by_a_name_of_its_own_and_says_what_it_needs() {
        let mut names = BTreeSet::new();
        for known in ALL {
            assert!(names.insert(known.name), "{} is there twice", known.name);
            assert_eq!(EventType::parse(known.name), Some(*known));
            assert!(!known.channels().is_empty() && !known.description.is_empty());
            if known.has_own_text {
                assert_eq!((known.required, known.template), (&[][..], ""));
                continue;
            }
            assert!(!known.required.is_empty());
            for channel in Channel::ALL {
                assert_eq!(known.template_of(channel).is_some(), known.channels().contains(&channel));
            }
        }
        assert_eq!(EventType::parse("workspace_user_registered"), None);
    }
}
