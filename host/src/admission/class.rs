//! Classes of requests, by what becomes of the caller who is turned away.

/// What a request asks for. The order is that in which requests are served when there are too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// What changes verdicts (webhooks, invalidation), and whether the node lives: without them the others get wrong
    /// answers.
    Events,
    /// Seat checks, and what people wait for when they buy.
    Checks,
    /// Everything else: administration, the console, reports.
    Other,
}

impl Class {
    /// All classes, the most important first.
    pub const ALL: [Self; 3] = [Self::Events, Self::Checks, Self::Other];

    /// Its name in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Checks => "checks",
            Self::Other => "other",
        }
    }

    /// The class of a request for `path` (without its query) that leads to `component`. An application that is not the edge
    /// has components of other names, and one class.
    pub fn of(path: &str, component: &str) -> Self {
        match path {
            "/api/v1/seats/invalidate"
            | "/api/v1/billing/webhook"
            | "/api/v1/jobs/drain"
            | "/healthz"
            | "/readyz"
            | "/metrics" => Self::Events,
            _ if is_webhook(path) => Self::Events,
            _ => match component {
                "seat-verification" | "seat-changes" | "plan-lookup" | "checkout" => Self::Checks,
                _ => Self::Other,
            },
        }
    }
}

/// Whether a caller has fewer turns for what requests of `class` to `component` cost ([`super::cost`]). Events must get
/// through, and who follows the feed of changes waits beside others for most of what that would count.
pub fn is_paid_for(class: Class, component: &str) -> bool {
    class != Class::Events && component != "seat-changes"
}

/// Whether a webhook is received at `path`.
pub fn is_webhook(path: &str) -> bool {
    path == "/api/v1/billing/webhook" || path.starts_with("/webhooks/") || path.starts_with("/erp/webhooks/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_verdicts_goes_before_checks_and_checks_before_the_rest() {
        for (path, component, class) in [
            ("/webhooks/stripe", "webhook-verification", Class::Events),
            ("/erp/webhooks/odoo", "webhook-verification", Class::Events),
            ("/api/v1/billing/webhook", "webhook-verification", Class::Events),
            ("/webhooks/notify", "messaging", Class::Events),
            ("/api/v1/seats/invalidate", "seat-verification", Class::Events),
            ("/readyz", "seat-verification", Class::Events),
            ("/verify-seat", "seat-verification", Class::Checks),
            ("/api/v1/seats/changes", "seat-changes", Class::Checks),
            ("/api/v1/billing/checkout", "checkout", Class::Checks),
            ("/api/v1/webhooks/events", "webhook-verification", Class::Other),
            ("/analytics/mrr", "analytics", Class::Other),
            ("/console/", "console", Class::Other),
            ("/hello", "probe", Class::Other),
        ] {
            assert_eq!(Class::of(path, component), class, "{path}");
            let is_free = class == Class::Events || path == "/api/v1/seats/changes";
            assert_eq!(is_paid_for(class, component), !is_free, "{path}");
        }
        assert!(Class::Events < Class::Checks && Class::Checks < Class::Other);
    }
}
