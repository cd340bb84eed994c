-- Other ids by which a gateway knows a payment: Stripe's payment intent of an invoice.
CREATE TABLE IF NOT EXISTS payment_names (
    name    TEXT NOT NULL,
    payment TEXT NOT NULL,
    PRIMARY KEY (name, payment)
);
