//! Webhooks: verified, stored before they are acknowledged, and taken into effect once.
