//! The OpenAPI document of the whole API, made from the handlers. It is checked in as `docs/openapi.json`, which the
//! component `operations` serves and clients are generated from; `make openapi` writes it anew.

use edge_http::ProblemBody;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi as Description, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{Modify, OpenApi};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "bheem-edge",
        description = "Seat verification at the edge of the Bheem ERP. Errors are returned as RFC 9457 problem+json; see `Problem`.",
        license(name = "Apache-2.0"),
    ),
    components(schemas(ProblemBody)),
    modifiers(&Conventions),
)]
struct Whole;

/// What holds for every operation.
struct Conventions;

impl Modify for Conventions {
    fn modify(&self, description: &mut Description) {
        let components = description.components.get_or_insert_default();
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("An API key (`bhk_…`) or an access token signed by the configured issuer."))
            .build();
        components.add_security_scheme("key", SecurityScheme::Http(bearer));
    }
}

/// What errors are written as.
const PROBLEM: &str = "application/problem+json";

/// Whether an answer is described as a problem, or not at all.
fn says_no_more_than_a_problem(response: &Response) -> bool {
    response.content.values().all(
        |content| matches!(&content.schema, Some(RefOr::Ref(schema)) if schema.ref_location.ends_with("/schemas/Problem")),
    )
}

/// What each crate describes.
const PARTS: &[fn() -> Description] = &[
    edge_health::ApiDoc::openapi,
    edge_seats::ApiDoc::openapi,
    edge_seats::ChangesApiDoc::openapi,
    edge_access::ApiDoc::openapi,
    edge_rulebook::ApiDoc::openapi,
    edge_applications::ApiDoc::openapi,
    edge_tenants::ApiDoc::openapi,
    edge_scim::ApiDoc::openapi,
    edge_plans::ApiDoc::openapi,
    edge_subscriptions::ApiDoc::openapi,
    edge_checkout::ApiDoc::openapi,
    edge_approvals::ApiDoc::openapi,
    edge_budgets::ApiDoc::openapi,
    edge_allocations::ApiDoc::openapi,
    edge_entities::ApiDoc::openapi,
    edge_contracts::ApiDoc::openapi,
    edge_erp_sync::ApiDoc::openapi,
    edge_analytics::ApiDoc::openapi,
    edge_custom_reports::ApiDoc::openapi,
    edge_finance_reports::ApiDoc::openapi,
    edge_provisioning::ApiDoc::openapi,
    edge_webhooks::ApiDoc::openapi,
    edge_notifications_api::ApiDoc::openapi,
    edge_invoices::ApiDoc::openapi,
    edge_campaigns::ApiDoc::openapi,
    edge_contacts::ApiDoc::openapi,
    edge_orders::ApiDoc::openapi,
    edge_otp::ApiDoc::openapi,
    edge_disputes::ApiDoc::openapi,
    edge_connections::ApiDoc::openapi,
    edge_ledger_sync::ApiDoc::openapi,
    edge_jobs_api::ApiDoc::openapi,
    edge_stats::ApiDoc::openapi,
];

/// The whole document. Every operation describes the error that it may answer.
pub fn document() -> Description {
    let mut whole = Whole::openapi();
    PARTS.iter().for_each(|part| whole.merge(part()));
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let error = ResponseBuilder::new().description("An error.").content(PROBLEM, problem.clone()).build();
    for (path, item) in &mut whole.paths.paths {
        let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch];
        for operation in operations.into_iter().flatten() {
            for (status, response) in &mut operation.responses.responses {
                // The ERP's webhooks are told what is wrong in words of their own.
                if let RefOr::T(response) = response
                    && status.starts_with(['4', '5'])
                    && !path.starts_with("/erp/webhooks/")
                    && says_no_more_than_a_problem(response)
                {
                    response.content = std::iter::once((PROBLEM.to_owned(), problem.clone())).collect();
                }
            }
            operation.responses.responses.entry("default".to_owned()).or_insert_with(|| error.clone().into());
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::Value;

    use super::*;

    fn written() -> Value {
        serde_json::to_value(document()).unwrap()
    }

    /// With `UPDATE_OPENAPI=1` it writes the file in place of comparing.
    #[test]
    fn the_checked_in_document_is_what_the_handlers_describe() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/openapi.json");
        let made = serde_json::to_string_pretty(&document()).unwrap() + "\n";
        if std::env::var_os("UPDATE_OPENAPI").is_some() {
            std::fs::write(path, &made).unwrap();
        }
        let checked_in = std::fs::read_to_string(path).unwrap_or_default();
        assert!(checked_in == made, "docs/openapi.json is out of date: run `make openapi` and commit it");
    }

    #[test]
    fn every_operation_has_an_id_of_its_own() {
        let written = written();
        let items = written["paths"].as_object().unwrap().values();
        let mut seen = BTreeSet::new();
        for operation in items.flat_map(|item| item.as_object().unwrap().values()) {
            let id = operation["operationId"].as_str().unwrap();
            assert!(seen.insert(id), "two operations are called {id}: set `operation_id`");
        }
    }

    /// Of two that are merged the first would be taken for both.
    #[test]
    fn schemas_of_one_name_are_one_schema() {
        let mut schemas: BTreeMap<String, Value> = BTreeMap::new();
        let mut twice = BTreeSet::new();
        for part in PARTS {
            for (name, schema) in part().components.unwrap_or_default().schemas {
                let schema = serde_json::to_value(schema).unwrap();
                if schemas.entry(name.clone()).or_insert_with(|| schema.clone()) != &schema {
                    twice.insert(name);
                }
            }
        }
        assert!(twice.is_empty(), "two schemas have one name, give one another by `#[schema(as = …)]`: {twice:?}");
    }

    #[test]
    fn every_operation_is_described() {
        let written = written();
        let described: BTreeSet<String> = written["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |method| format!("{method} {path}")))
            .collect();
        let expected = [
            "get /api/v1/api-keys",
            "post /api/v1/api-keys",
            "delete /api/v1/api-keys/{id}",
            "get /applications",
            "post /applications",
            "get /applications/{slug}",
            "patch /applications/{slug}",
            "get /applications/{slug}/plans",
            "post /applications/{slug}/plans",
            "patch /applications/{slug}/plans/{planId}",
            "delete /scim/v2/Users/{id}",
            "get /scim/v2/ResourceTypes",
            "get /scim/v2/ResourceTypes/User",
            "get /scim/v2/Schemas",
            "get /scim/v2/Schemas/{id}",
            "get /scim/v2/ServiceProviderConfig",
            "get /scim/v2/Users",
            "get /scim/v2/Users/{id}",
            "patch /scim/v2/Users/{id}",
            "post /scim/v2/Users",
            "put /scim/v2/Users/{id}",
            "get /organizations",
            "post /organizations",
            "get /organizations/{id}",
            "patch /organizations/{id}",
            "get /organizations/{id}/audit",
            "delete /organizations/{id}/users/{userId}",
            "get /api/v1/invoices",
            "post /api/v1/invoices",
            "get /api/v1/invoices/{invoice_id}",
            "put /api/v1/invoices/{invoice_id}",
            "post /api/v1/invoices/{invoice_id}/finalize",
            "post /api/v1/invoices/{invoice_id}/payments",
            "get /api/v1/invoices/{invoice_id}/reminders",
            "post /api/v1/invoices/{invoice_id}/reminders",
            "post /api/v1/invoices/{invoice_id}/void",
            "get /api/v1/orders",
            "post /api/v1/orders",
            "get /api/v1/orders/{order_id}",
            "put /api/v1/orders/{order_id}",
            "put /api/v1/orders/{order_id}/items/{item_id}/pack",
            "get /api/v1/orders/{order_id}/packing-list",
            "get /api/v1/orders/shops",
            "post /api/v1/orders/shops",
            "delete /api/v1/orders/shops/{shop_id}",
            "get /api/v1/campaigns",
            "post /api/v1/campaigns",
            "get /api/v1/campaigns/{campaign_id}",
            "put /api/v1/campaigns/{campaign_id}",
            "post /api/v1/campaigns/{campaign_id}/activate",
            "post /api/v1/campaigns/{campaign_id}/pause",
            "get /api/v1/campaigns/{campaign_id}/stats",
            "get /api/v1/campaigns/{campaign_id}/steps",
            "post /api/v1/campaigns/{campaign_id}/steps",
            "put /api/v1/campaigns/{campaign_id}/steps/{step_id}",
            "post /api/v1/contacts/{contact_id}/campaign/{campaign_id}/enroll",
            "get /api/v1/contacts/{contact_id}/campaigns/{campaign_id}/progress",
            "get /api/v1/contacts",
            "post /api/v1/contacts",
            "get /api/v1/contacts/{contact_id}",
            "put /api/v1/contacts/{contact_id}",
            "delete /api/v1/contacts/{contact_id}",
            "post /api/v1/contacts/import",
            "get /api/v1/contacts/imports/{job_id}",
            "get /api/v1/contacts/suppressions",
            "post /api/v1/contacts/suppressions",
            "delete /api/v1/contacts/suppressions/{suppression_id}",
            "get /unsubscribe/{token}",
            "post /unsubscribe/{token}",
            "get /api/v1/otp/jwks.json",
            "post /api/v1/otp/send",
            "post /api/v1/otp/verify",
            "get /api/v1/notifications/event-types",
            "get /api/v1/notifications/feed",
            "get /api/v1/notifications/mappings",
            "get /api/v1/notifications/mappings/{event_type}/{channel}",
            "put /api/v1/notifications/mappings/{event_type}/{channel}",
            "delete /api/v1/notifications/mappings/{event_type}/{channel}",
            "get /api/v1/notifications/messages",
            "get /api/v1/notifications/messages/{id}",
            "get /api/v1/notifications/preferences/{user_id}",
            "put /api/v1/notifications/preferences/{user_id}",
            "post /api/v1/notifications/events",
            "post /api/v1/notifications/feed/read",
            "post /api/v1/notifications/messages/{id}/replay",
            "post /webhooks/notify",
            "get /api/v1/jobs",
            "get /api/v1/stats",
            "post /api/v1/jobs/drain",
            "get /api/v1/jobs/{id}",
            "post /api/v1/jobs/{id}/replay",
            "post /erp/provision/organization/",
            "post /erp/billing-events/{event_id}/replay",
            "post /erp/provision/email-account/",
            "get /analytics/health",
            "get /analytics/mrr",
            "get /analytics/revenue",
            "get /analytics/seat-usage",
            "get /erp/usage-summary/",
            "get /api/v1/erp-sync/deactivations",
            "get /api/v1/erp-sync/projects",
            "get /api/v1/erp-sync/status",
            "post /api/v1/erp-sync/drain",
            "post /api/v1/erp-sync/employees",
            "post /api/v1/erp-sync/projects",
            "get /api/v1/rules",
            "get /api/v1/rules/{name}",
            "post /api/v1/rules/{name}/activate",
            "get /api/v1/rules/{name}/audit",
            "post /api/v1/rules/{name}/backtest",
            "post /api/v1/rules/{name}/check",
            "get /api/v1/rules/{name}/decisions",
            "post /api/v1/rules/{name}/evaluate",
            "post /api/v1/rules/{name}/rollback",
            "get /api/v1/rules/{name}/schema",
            "get /api/v1/rules/{name}/versions",
            "post /api/v1/rules/{name}/versions",
            "get /api/v1/rules/{name}/versions/{version}",
            "post /api/v1/seats/invalidate",
            "get /api/v1/seats/changes",
            "get /.well-known/jwks.json",
            "get /subscriptions",
            "post /subscriptions",
            "get /subscriptions/{id}",
            "patch /subscriptions/{id}",
            "post /subscriptions/{id}/cancel",
            "post /subscriptions/{id}/preview",
            "post /subscriptions/{id}/reactivate",
            "get /subscriptions/{id}/seats",
            "post /subscriptions/{id}/seats",
            "delete /subscriptions/{id}/seats/{seatId}",
            "post /subscriptions/{id}/seats/{seatId}/claim",
            "post /subscriptions/{id}/seats/{seatId}/transfer",
            "get /healthz",
            "get /readyz",
            "post /verify-seat",
            "post /verify-seats",
            "delete /api/v1/webhooks/endpoints/{id}",
            "get /api/v1/me",
            "get /api/v1/tenants",
            "get /api/v1/tenants/{id}",
            "get /api/v1/webhooks/events",
            "get /api/v1/webhooks/events/{id}",
            "get /api/v1/webhooks/events/{id}/body",
            "get /metrics",
            "get /api/v1/enterprise-billing/budgets",
            "post /api/v1/enterprise-billing/budgets",
            "get /api/v1/enterprise-billing/budgets/{budget_id}",
            "put /api/v1/enterprise-billing/budgets/{budget_id}",
            "get /api/v1/enterprise-billing/budgets/{budget_id}/tracking",
            "get /api/v1/enterprise-billing/budgets/{budget_id}/alerts",
            "post /api/v1/enterprise-billing/budgets/{budget_id}/reservations",
            "post /api/v1/enterprise-billing/budgets/{budget_id}/reservations/{reference}/commit",
            "post /api/v1/enterprise-billing/budgets/{budget_id}/reservations/{reference}/release",
            "post /api/v1/enterprise-billing/departments",
            "get /api/v1/enterprise-billing/departments",
            "get /api/v1/enterprise-billing/departments/{department_id}",
            "put /api/v1/enterprise-billing/departments/{department_id}",
            "post /api/v1/enterprise-billing/departments/{department_id}/allocations",
            "get /api/v1/enterprise-billing/departments/{department_id}/allocations",
            "get /api/v1/enterprise-billing/allocations",
            "put /api/v1/enterprise-billing/allocations",
            "get /api/v1/enterprise-billing/allocations/preview",
            "get /api/v1/enterprise-billing/allocations/lines",
            "get /api/v1/enterprise-billing/allocations/totals",
            "post /api/v1/enterprise-billing/gl-mappings",
            "get /api/v1/enterprise-billing/gl-mappings",
            "get /api/v1/enterprise-billing/contracts",
            "post /api/v1/enterprise-billing/contracts",
            "get /api/v1/enterprise-billing/contracts/{contract_id}",
            "put /api/v1/enterprise-billing/contracts/{contract_id}",
            "post /api/v1/enterprise-billing/contracts/{contract_id}/activate",
            "post /api/v1/enterprise-billing/contracts/{contract_id}/amend",
            "post /api/v1/enterprise-billing/contracts/{contract_id}/cancel",
            "post /api/v1/enterprise-billing/contracts/{contract_id}/notice",
            "post /api/v1/enterprise-billing/contracts/{contract_id}/renew",
            "post /api/v1/enterprise-billing/contracts/{contract_id}/terminate",
            "get /api/v1/enterprise-billing/contracts/{contract_id}/sla-reports",
            "post /api/v1/enterprise-billing/contracts/{contract_id}/sla-reports",
            "get /api/v1/enterprise-billing/contracts/{contract_id}/usage-reports",
            "post /api/v1/enterprise-billing/contracts/{contract_id}/usage-reports",
            "get /api/v1/enterprise-billing/contracts/{contract_id}/timeline",
            "post /api/v1/enterprise-billing/integrations/configure",
            "get /api/v1/enterprise-billing/integrations",
            "get /api/v1/enterprise-billing/integrations/callback",
            "get /api/v1/enterprise-billing/integrations/{integration_id}/status",
            "get /api/v1/enterprise-billing/integrations/{integration_id}/authorize",
            "post /api/v1/enterprise-billing/integrations/{integration_id}/disconnect",
            "post /api/v1/enterprise-billing/integrations/{integration_id}/sync",
            "get /api/v1/enterprise-billing/integrations/{integration_id}/documents",
            "get /api/v1/enterprise-billing/integrations/{integration_id}/logs",
            "get /api/v1/enterprise-billing/disputes",
            "post /api/v1/enterprise-billing/disputes",
            "get /api/v1/enterprise-billing/disputes/{dispute_id}",
            "put /api/v1/enterprise-billing/disputes/{dispute_id}",
            "post /api/v1/enterprise-billing/disputes/{dispute_id}/resolve",
            "get /api/v1/enterprise-billing/disputes/{dispute_id}/comments",
            "post /api/v1/enterprise-billing/disputes/{dispute_id}/comments",
            "get /api/v1/enterprise-billing/reports/custom",
            "post /api/v1/enterprise-billing/reports/custom",
            "get /api/v1/enterprise-billing/reports/budget-performance",
            "get /api/v1/enterprise-billing/reports/cfo-dashboard",
            "get /api/v1/enterprise-billing/reports/contracts",
            "get /api/v1/enterprise-billing/reports/cost-analysis",
            "get /api/v1/enterprise-billing/reports/custom/members",
            "get /api/v1/enterprise-billing/reports/custom/shared/{token}",
            "get /api/v1/enterprise-billing/reports/custom/{report_id}",
            "put /api/v1/enterprise-billing/reports/custom/{report_id}",
            "delete /api/v1/enterprise-billing/reports/custom/{report_id}",
            "post /api/v1/enterprise-billing/reports/custom/{report_id}/run",
            "get /api/v1/enterprise-billing/entities",
            "post /api/v1/enterprise-billing/entities",
            "get /api/v1/enterprise-billing/entities/{entity_id}",
            "put /api/v1/enterprise-billing/entities/{entity_id}",
            "get /api/v1/enterprise-billing/entities/{entity_id}/charges",
            "post /api/v1/enterprise-billing/entities/{entity_id}/charges",
            "get /api/v1/enterprise-billing/entities/{entity_id}/hierarchy",
            "get /api/v1/enterprise-billing/entities/{entity_id}/invoices",
            "post /api/v1/enterprise-billing/entities/{entity_id}/invoices",
            "get /api/v1/enterprise-billing/entities/{entity_id}/subscriptions",
            "put /api/v1/enterprise-billing/entities/{entity_id}/subscriptions/{subscription_id}",
            "get /api/v1/enterprise-billing/approvals/requests",
            "post /api/v1/enterprise-billing/approvals/requests",
            "get /api/v1/enterprise-billing/approvals/requests/{request_id}",
            "post /api/v1/enterprise-billing/approvals/requests/{request_id}/process",
            "post /api/v1/enterprise-billing/approvals/requests/bulk-approve",
            "post /api/v1/enterprise-billing/approvals/rules",
            "get /api/v1/enterprise-billing/approvals/rules",
            "put /api/v1/enterprise-billing/approvals/rules/{rule_id}",
            "get /api/v1/enterprise-billing/approvals/roles",
            "put /api/v1/enterprise-billing/approvals/roles/{role}",
            "get /api/v1/enterprise-billing/approvals/delegations",
            "post /api/v1/enterprise-billing/approvals/delegations",
            "delete /api/v1/enterprise-billing/approvals/delegations/{delegation_id}",
            "get /api/v1/billing/checkout/{order_id}",
            "get /api/v1/billing/invoices",
            "get /api/v1/billing/reconciliation",
            "get /api/v1/billing/subscription",
            "post /api/v1/billing/checkout",
            "post /api/v1/billing/subscription/cancel",
            "post /api/v1/billing/verify",
            "get /api/v1/billing/plans",
            "get /api/v1/billing/plans/{plan}",
            "post /api/v1/billing/webhook",
            "post /api/v1/tenants",
            "post /api/v1/webhooks/drain",
            "post /api/v1/webhooks/endpoints",
            "post /api/v1/webhooks/events/replay",
            "post /api/v1/webhooks/events/{id}/replay",
            "post /erp/webhooks/billing/",
            "post /erp/webhooks/billing/{token}",
            "post /webhooks/razorpay",
            "post /webhooks/shopify",
            "post /webhooks/shopify/{token}",
            "post /webhooks/standard/{source}",
            "post /webhooks/stripe",
            "post /webhooks/woocommerce",
            "post /webhooks/woocommerce/{token}",
            "put /api/v1/tenants/{id}",
            "delete /api/v1/seats/overrides/{organizationId}",
            "delete /api/v1/tenants/{id}/api-keys/{key_id}",
            "delete /api/v1/tenants/{id}/external-ids/{applicationSlug}",
            "delete /api/v1/tenants/{id}/users/{user_id}",
            "get /api/v1/tenants/{id}/api-keys",
            "get /api/v1/tenants/{id}/audit",
            "get /api/v1/tenants/{id}/external-ids",
            "get /api/v1/tenants/{id}/usage/stats",
            "get /api/v1/tenants/{id}/users",
            "post /api/v1/tenants/provision-internal",
            "post /api/v1/tenants/{id}/api-keys",
            "post /api/v1/tenants/{id}/users",
            "put /api/v1/tenants/{id}/external-ids/{applicationSlug}",
            "put /api/v1/tenants/{id}/users/{user_id}",
        ];
        assert_eq!(described, expected.map(ToOwned::to_owned).into());
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
            match value {
                Value::Object(fields) => {
                    found.extend(fields.get("$ref").and_then(Value::as_str));
                    fields.values().for_each(|value| references(value, found));
                }
                Value::Array(values) => values.iter().for_each(|value| references(value, found)),
                _ => {}
            }
        }
        let written = written();
        let mut found = Vec::new();
        references(&written, &mut found);
        assert!(!found.is_empty());
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(written.pointer(pointer).is_some(), "{reference}");
        }
    }

    #[test]
    fn no_error_is_described_as_anything_but_a_problem() {
        for (path, item) in written()["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                for (status, response) in operation["responses"].as_object().unwrap() {
                    let own_words = path.starts_with("/erp/") || path == "/readyz";
                    if status.starts_with(['4', '5']) && !own_words {
                        let kinds: Vec<&String> = response["content"].as_object().unwrap().keys().collect();
                        assert_eq!(kinds, [PROBLEM], "{method} {path} {status}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_operation_says_what_its_errors_look_like() {
        for (path, item) in written()["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let pointer = "/responses/default/content/application~1problem+json/schema/$ref";
                let schema = operation.pointer(pointer).and_then(Value::as_str);
                assert_eq!(schema, Some("#/components/schemas/Problem"), "{method} {path}");
            }
        }
    }
}
