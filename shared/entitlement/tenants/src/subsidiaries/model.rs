//! The group's own companies, which are tenants that do not pay.

use edge_capabilities::Timestamp;

use crate::tenant::{Mode, Tenant};

/// One of the group's companies, as the ERP knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subsidiary {
    /// Its code.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its id, which is its tenant's too.
    pub id: &'static str,
}

const fn subsidiary(code: &'static str, name: &'static str, id: &'static str) -> Subsidiary {
    Subsidiary { code, name, id }
}

/// All of them.
pub const SUBSIDIARIES: [Subsidiary; 8] = [
    subsidiary("BHM001", "BHEEMVERSE", "79f70aef-17eb-48a8-b599-2879721e8796"),
    subsidiary("BHM002", "BHEEM CLOUD", "4bb6da85-66ab-4707-8d65-3ffee7927e5b"),
    subsidiary("BHM003", "BHEEM FLOW", "03ac8147-a3bf-455a-8d87-a04f9dbc3580"),
    subsidiary("BHM004", "SOCIAL SELLING", "1b505aaf-981e-4155-bb97-7650827b0e12"),
    subsidiary("BHM005", "MARKETPLACE", "9fa118b2-d50a-4867-86c1-b3c532d69f70"),
    subsidiary("BHM006", "COMMUNITY", "9bad628b-6d66-441b-a514-09adbbb31b3c"),
    subsidiary("BHM007", "SHIELD", "0cccce62-b3b5-4108-884e-1fb89c58001d"),
    subsidiary("BHM008", "BHEEM ACADEMY", "cafe17e8-72a3-438b-951e-7af25af4bab8"),
];

/// Who the group's tenants belong to until somebody says otherwise.
const OWNER: &str = "workspace@bheem.cloud";

impl Subsidiary {
    /// The company as a tenant: plan `enterprise`, as many users as it likes.
    pub fn tenant(&self, now: Timestamp) -> Tenant {
        let text = |text: &str| Some(text.to_owned());
        Tenant {
            name: self.name.to_owned(),
            slug: self.name.to_ascii_lowercase().replace(' ', "-"),
            owner_email: OWNER.to_owned(),
            erp_company_code: text(self.code),
            erp_company_id: text(self.id),
            plan: text("enterprise"),
            ..Tenant::new(self.id.to_owned(), Mode::Internal, now)
        }
    }
}
