//! Tokens as each issuer writes them.

use super::*;
use crate::caller::Caller;
use crate::passport::claims::{self, Mapping};
use crate::passport::{Settings, TokenError};
use crate::role::Role;
use crate::scope::Scope;

const TENANT: &str = "0b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d11";

/// The caller of a token that says `more`, by these variables.
fn caller(tenant: &str, roles: &str, map: &str, more: &Value) -> Result<Caller, TokenError> {
    let mapping = Mapping::parse(tenant.into(), roles.into(), map).unwrap();
    let settings = Settings { issuer: ISSUER.into(), audience: "bheem-edge".into(), jwks_url: String::new(), mapping };
    let now = START.as_millis() / 1000;
    let mut said = json!({"iss": ISSUER, "aud": "bheem-edge", "exp": now + 600, "sub": "user_1"});
    said.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    claims::identify(said.to_string().as_bytes(), &settings, START).map(|identified| identified.caller)
}

#[test]
fn each_issuers_token_is_read_as_it_really_comes() {
    let keycloak = json!({
        "aud": ["bheem-edge", "account"], "typ": "Bearer", "azp": "workspace", "acr": "1", "scope": "openid email",
        "realm_access": {"roles": ["offline_access", "uma_authorization", "default-roles-bheem", "owner"]},
        "resource_access": {"bheem.edge": {"roles": ["billing-admin"]}, "account": {"roles": ["manage-account"]}},
        "tenant_id": TENANT, "organization": {"city-clinic": {"id": TENANT}}, "email_verified": true,
        "preferred_username": "ana", "email": "ana@clinic.example",
    });
    let clerk_1 = json!({
        "azp": "https://app.example.com", "sid": "sess_2", "org_id": TENANT, "org_role": "org:admin",
        "org_slug": "city-clinic", "org_permissions": [],
    });
    let clerk_2 = json!({
        "azp": "https://app.example.com", "sid": "sess_2", "v": 2, "pla": "o:free", "fea": "o:seats",
        "o": {"id": TENANT, "slg": "city-clinic", "rol": "admin", "per": "manage", "fpm": "3"},
    });
    let auth0 = json!({
        "aud": ["bheem-edge", "https://clinic.eu.auth0.com/userinfo"], "azp": "app", "scope": "openid",
        "https://bheem.example/tenant_id": TENANT, "https://bheem.example/roles": ["billing admin"],
        "permissions": ["read:seats"], "org_id": "org_1",
    });
    let nested = json!({"https://bheem.example/claims": {"tenant": TENANT, "roles": "OWNER"}});
    for (what, token, tenant, roles, map, role) in [
        ("Keycloak", &keycloak, "", "realm_access.roles", "", Role::Owner),
        (
            "a client's",
            &keycloak,
            "organization.city-clinic.id",
            "resource_access.bheem.edge.roles",
            "billing-admin=BILLING_ADMIN",
            Role::BillingAdmin,
        ),
        ("Clerk 1", &clerk_1, "org_id", "org_role", "org:admin=ADMIN,org:member=MEMBER", Role::Admin),
        ("Clerk 2", &clerk_2, "o.id", "o.rol", "", Role::Admin),
        ("Clerk 2", &clerk_2, "o.id", "o.rol", "admin = OWNER , member=MEMBER", Role::Owner),
        (
            "Auth0",
            &auth0,
            "https://bheem.example/tenant_id",
            "https://bheem.example/roles",
            "billing admin=billing_admin",
            Role::BillingAdmin,
        ),
        (
            "a claim within",
            &nested,
            "https://bheem.example/claims.tenant",
            "https://bheem.example/claims.roles",
            "",
            Role::Owner,
        ),
    ] {
        let caller = caller(tenant, roles, map, token).unwrap();
        assert!(caller.sees(TENANT) && caller.tenant.is_some(), "{what}: {caller:?}");
        assert_eq!(caller.scopes, role.scopes(), "{what}: {caller:?}");
    }
}

#[test]
fn roles_are_a_text_or_a_list_and_a_text_may_hold_several() {
    for (roles, names) in [
        (json!("OWNER"), vec!["OWNER"]),
        (json!("member billing_admin"), vec!["member", "billing_admin"]),
        (json!("member,billing_admin, x"), vec!["member", "billing_admin", "x"]),
        (json!("clinic owner"), vec!["OWNER"]),
        (json!(["clinic owner", "a b"]), vec!["OWNER", "a b"]),
        (json!([]), vec![]),
        (json!(""), vec![]),
        (Value::Null, vec![]),
    ] {
        let caller = caller("", "", "clinic owner=OWNER", &json!({"tenant_id": TENANT, "roles": roles})).unwrap();
        assert_eq!(&*caller.roles, names.as_slice(), "{roles}");
    }
    for wrong in [json!(7), json!({"OWNER": true}), json!(["OWNER", 7]), json!(true)] {
        let refused = caller("", "", "", &json!({"tenant_id": TENANT, "roles": wrong}));
        assert_eq!(refused, Err(TokenError::Claim("roles")), "{wrong}");
    }
}

#[test]
fn a_claim_of_the_whole_name_goes_before_one_within_an_object() {
    let said = json!({"a.b": "whole", "a": {"b": "within"}, "tenant_id": "usual"});
    for (claim, tenant) in [("a.b", "whole"), ("a", ""), ("a.c", ""), (".", ""), ("a..b", ""), ("", "usual")] {
        let read = caller(claim, "none", "", &said);
        if claim == "a" {
            assert_eq!(read, Err(TokenError::Claim("tenant")));
        } else {
            assert_eq!(read.unwrap().tenant.unwrap().as_str(), tenant, "{claim}");
        }
    }
}

#[test]
fn one_tenant_in_a_list_is_it_and_several_are_none() {
    for (tenant, read) in [
        (json!([TENANT]), Ok(TENANT)),
        (json!([]), Ok("")),
        (json!([TENANT, "another"]), Err(())),
        (json!([7]), Err(())),
        (json!({"id": TENANT}), Err(())),
        (json!(true), Err(())),
        (json!("x".repeat(257)), Err(())),
        (json!("a\nb"), Err(())),
    ] {
        let found = caller("", "", "", &json!({"tenant_id": tenant, "roles": ["OWNER"]}));
        let found = found.map(|caller| caller.tenant.unwrap().as_str().to_owned()).map_err(|_| ());
        assert_eq!(found, read.map(ToOwned::to_owned), "{tenant}");
    }
}

#[test]
fn a_role_that_is_mapped_is_what_the_map_says_and_no_more() {
    let map = "admin=MEMBER,root=platform_admin,a=b=OWNER";
    let who = |roles: Value| caller("", "", map, &json!({"tenant_id": TENANT, "roles": roles})).unwrap();
    assert_eq!(who(json!(["admin"])).scopes, Role::Member.scopes());
    assert_eq!(who(json!(["a=b"])).scopes, Role::Owner.scopes());
    assert!(who(json!(["root"])).may(Scope::RulesWrite) && who(json!(["root"])).tenant.is_none());
    for wrong in ["admin", "admin=", "=ADMIN", "admin=superuser", "admin=ADMIN,member"] {
        assert!(Mapping::parse(String::new(), String::new(), wrong).is_err(), "{wrong}");
    }
    assert_eq!(Mapping::parse(String::new(), String::new(), " , ").unwrap(), Mapping::default());
}

#[tokio::test(start_paused = true)]
async fn the_variables_name_the_claims_and_a_map_that_cannot_be_read_lets_nobody_in() {
    let test = test();
    test.world.config.set("passport_tenant_claim", "o.id");
    test.world.config.set("passport_roles_claim", "o.rol");
    test.world.config.set("passport_role_map", "basic_member=MEMBER");
    let instance = test.instance();
    let said = with(claims(), "o", json!({"id": "t9", "rol": "basic_member"}));
    let token = test.key(Alg::Es256).token(&said);
    assert_eq!(instance.ask(&token).await, (200, "user:user_1 Some(\"t9\")".into()));
    test.world.config.set("passport_role_map", "basic_member=EVERYTHING");
    assert_eq!(test.instance().status(&token).await, 503);
}
