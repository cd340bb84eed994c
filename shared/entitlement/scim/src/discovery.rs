//! What this service can do, for identity providers that ask (RFC 7643, sections 5 to 7).

use serde_json::{Value, json};

use crate::user::{ENTERPRISE_SCHEMA, USER_SCHEMA};

const LIST_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// A list of `resources`, of which there are `total`.
pub(crate) fn list_response(total: i64, start: i64, resources: Vec<Value>) -> Value {
    json!({
        "schemas": [LIST_RESPONSE], "totalResults": total, "startIndex": start, "itemsPerPage": resources.len(),
        "Resources": resources,
    })
}

/// What is supported.
pub(crate) fn service_provider_config(max_results: i64) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": {"supported": true},
        "bulk": {"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": true, "maxResults": max_results},
        "changePassword": {"supported": false},
        "sort": {"supported": false},
        "etag": {"supported": false},
        "authenticationSchemes": [{
            "type": "oauthbearertoken", "name": "API key", "primary": true,
            "description": "An API key of the tenant in the Authorization header, as a bearer token",
        }],
        "meta": {"resourceType": "ServiceProviderConfig", "location": "/scim/v2/ServiceProviderConfig"},
    })
}

/// The types of resources: users.
pub(crate) fn resource_type() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        "id": "User", "name": "User", "endpoint": "/Users", "description": "A user of the tenant",
        "schema": USER_SCHEMA,
        "schemaExtensions": [{"schema": ENTERPRISE_SCHEMA, "required": false}],
        "meta": {"resourceType": "ResourceType", "location": "/scim/v2/ResourceTypes/User"},
    })
}

fn text(name: &str, description: &str, is_required: bool) -> Value {
    json!({
        "name": name, "type": "string", "multiValued": false, "description": description, "required": is_required,
        "caseExact": false, "mutability": "readWrite", "returned": "default",
        "uniqueness": if name == "userName" { "server" } else { "none" },
    })
}

fn complex(name: &str, description: &str, is_multi_valued: bool, parts: Vec<Value>) -> Value {
    json!({
        "name": name, "type": "complex", "multiValued": is_multi_valued, "description": description,
        "required": false, "mutability": "readWrite", "returned": "default", "subAttributes": parts,
    })
}

/// The schemas of users.
pub(crate) fn schemas() -> Vec<Value> {
    let name = ["formatted", "familyName", "givenName"].map(|part| text(part, "A part of the name", false));
    let entry = || ["value", "type"].map(|part| text(part, "An address or a number, and its kind", false)).to_vec();
    let flag = json!({
        "name": "active", "type": "boolean", "multiValued": false, "required": false, "mutability": "readWrite",
        "returned": "default", "description": "Whether the user is a member of the tenant",
    });
    let schema = |id: &str, name: &str, attributes: Vec<Value>| {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"], "id": id, "name": name,
            "description": name, "attributes": attributes,
            "meta": {"resourceType": "Schema", "location": format!("/scim/v2/Schemas/{id}")},
        })
    };
    let user = vec![
        text("userName", "The name that the user is found by, unique within the tenant", true),
        text("externalId", "The identity provider's id", false),
        text("displayName", "The name for display", false),
        text("title", "The job title", false),
        flag,
        complex("name", "The parts of the name", false, name.to_vec()),
        complex("emails", "The e-mail addresses", true, entry()),
        complex("phoneNumbers", "The phone numbers", true, entry()),
    ];
    let enterprise = ["employeeNumber", "department", "costCenter", "organization", "division"]
        .map(|name| text(name, "As the company calls it", false));
    vec![schema(USER_SCHEMA, "User", user), schema(ENTERPRISE_SCHEMA, "EnterpriseUser", enterprise.to_vec())]
}
