use super::*;
use crate::caller::Caller;
use crate::passport::Settings;
use crate::passport::claims::{self, Mapping};
use crate::scope::Scope;

fn caller(claims_of: &Value) -> Caller {
    let settings = Settings {
        issuer: ISSUER.into(),
        audience: "bheem-edge".into(),
        jwks_url: String::new(),
        mapping: Mapping::default(),
    };
    claims::identify(claims_of.to_string().as_bytes(), &settings, START).unwrap().caller
}

#[test]
fn roles_carry_scopes_within_their_tenant() {
    let who = |roles: Value| caller(&with(claims(), "roles", roles));
    for (roles, may, may_not) in [
        (json!(["OWNER"]), vec![Scope::TenantsAdmin, Scope::BillingWrite, Scope::SeatsWrite], vec![Scope::RulesWrite]),
        (json!(["BILLING_ADMIN"]), vec![Scope::BillingWrite, Scope::SeatsWrite], vec![Scope::TenantsAdmin]),
        (json!(["ADMIN"]), vec![Scope::SeatsWrite, Scope::SeatsVerify], vec![Scope::BillingRead, Scope::TenantsAdmin]),
        (json!(["MEMBER"]), vec![Scope::SeatsVerify, Scope::PlansRead], vec![Scope::SeatsWrite, Scope::BillingRead]),
        (json!(["member", "billing_admin"]), vec![Scope::SeatsVerify, Scope::BillingWrite], vec![Scope::TenantsAdmin]),
        (json!("OWNER"), vec![Scope::TenantsAdmin], vec![Scope::ErpAdmin]),
        (json!(["superuser", "tenants:admin", ""]), vec![], Scope::ALL.to_vec()),
        (json!([]), vec![], Scope::ALL.to_vec()),
    ] {
        let caller = who(roles.clone());
        assert!(may.iter().all(|scope| caller.may(*scope)), "{roles}: {caller:?}");
        assert!(may_not.iter().all(|scope| !caller.may(*scope)), "{roles}: {caller:?}");
        assert!(caller.sees("t1") && !caller.sees("t2"));
    }
}

#[test]
fn the_platforms_admins_may_everything_everywhere() {
    for roles in [json!(["platform_admin"]), json!(["MEMBER", "platform_admin"]), json!("platform_admin")] {
        let caller = caller(&with(claims(), "roles", roles));
        assert!(Scope::ALL.into_iter().all(|scope| caller.may(scope)));
        assert!(caller.tenant.is_none());
    }
}

#[test]
fn whoever_belongs_to_no_tenant_is_not_the_platform() {
    for tenant in [Value::Null, json!("")] {
        let caller = caller(&with(with(claims(), "tenant_id", tenant), "roles", json!(["OWNER", "ADMIN"])));
        assert!(Scope::ALL.into_iter().all(|scope| !caller.may(scope)));
        assert!(caller.tenant.is_some() && !caller.sees("t1"));
    }
}

#[test]
fn a_tenants_uuid_may_be_written_in_capitals() {
    let caller = caller(&with(claims(), "tenant_id", json!("0B7E1F6C-6F0A-4A4E-9A55-3F1F0F6F2D11")));
    assert!(caller.sees("0b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d11"));
}
