//! The accounts of BHM001 that subscriptions use.

/// An account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// 1200, an asset: money received through Razorpay.
    BankRazorpay,
    /// 1201, an asset: money received through Stripe.
    BankStripe,
    /// 2100, a liability: revenue paid in advance.
    UnearnedRevenue,
    /// 2200, a liability: collected tax.
    TaxPayable,
    /// 4100 to 4103, income: one account per product.
    Revenue(Product),
}

/// The product that the revenue is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Product {
    /// Any other plan of Workspace.
    Workspace,
    /// Starter.
    Starter,
    /// Professional.
    Professional,
    /// Enterprise.
    Enterprise,
}

/// The gateway that received the payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gateway {
    /// Razorpay, also if BheemPay reports the payment.
    Razorpay,
    /// Stripe.
    Stripe,
}

impl Account {
    /// The account number.
    pub const fn code(self) -> &'static str {
        match self {
            Self::BankRazorpay => "1200",
            Self::BankStripe => "1201",
            Self::UnearnedRevenue => "2100",
            Self::TaxPayable => "2200",
            Self::Revenue(Product::Workspace) => "4100",
            Self::Revenue(Product::Starter) => "4101",
            Self::Revenue(Product::Professional) => "4102",
            Self::Revenue(Product::Enterprise) => "4103",
        }
    }

    /// The account name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BankRazorpay => "Bank - Razorpay",
            Self::BankStripe => "Bank - Stripe",
            Self::UnearnedRevenue => "Unearned Revenue (Deferred)",
            Self::TaxPayable => "GST/Tax Payable",
            Self::Revenue(Product::Workspace) => "Subscription Revenue - Workspace",
            Self::Revenue(Product::Starter) => "Subscription Revenue - Starter",
            Self::Revenue(Product::Professional) => "Subscription Revenue - Professional",
            Self::Revenue(Product::Enterprise) => "Subscription Revenue - Enterprise",
        }
    }
}

impl Product {
    /// The product of a plan, from the plan's code (`WORKSPACE-STARTER`) or name.
    pub fn of_plan(code_or_name: &str) -> Self {
        let upper = code_or_name.to_ascii_uppercase();
        let mut words = upper.split(|char: char| !char.is_ascii_alphanumeric());
        let product = words.find_map(|word| match word {
            "STARTER" => Some(Self::Starter),
            "PRO" | "PROFESSIONAL" => Some(Self::Professional),
            "ENTERPRISE" => Some(Self::Enterprise),
            _ => None,
        });
        product.unwrap_or(Self::Workspace)
    }
}

impl Gateway {
    /// The bank account of the gateway.
    pub const fn bank(self) -> Account {
        match self {
            Self::Razorpay => Account::BankRazorpay,
            Self::Stripe => Account::BankStripe,
        }
    }

    /// The name in the ERP: `RAZORPAY`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Razorpay => "RAZORPAY",
            Self::Stripe => "STRIPE",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_product_is_a_whole_word_of_the_plans_name() {
        for (plan, product) in [
            ("WORKSPACE-STARTER", Product::Starter),
            ("workspace-pro", Product::Professional),
            ("Professional", Product::Professional),
            ("Bheem Workspace Enterprise (annual)", Product::Enterprise),
            ("WORKSPACE-PROMO", Product::Workspace),
            ("", Product::Workspace),
        ] {
            assert_eq!(Product::of_plan(plan), product, "{plan}");
        }
    }
}
