//! Webhooks: what is genuine takes effect once, in the order it happened, and the next seat check sees it.

mod believed;
mod in_effect;
mod left_undone;
mod once;
mod owners;

use crate::facts::facts;
use crate::shape::Shape;

use believed::{
    a_compressed_webhook_is_refused_and_not_stored, a_gateway_without_a_secret_is_not_there,
    every_gateways_signature_is_believed_and_no_other, of_several_secrets_each_is_believed_until_it_is_taken_away,
    svixs_headers_are_believed_as_those_of_standard_webhooks_are, what_is_rejected_is_counted_by_gateway_and_reason,
};
use in_effect::{
    a_halt_denies_at_once_and_a_later_charge_grants_again, a_payment_makes_a_tenant_active_and_the_next_check_grants,
    an_organisations_own_address_speaks_for_it_alone_until_it_is_revoked, paid_for_time_stays_after_a_cancellation,
    the_erps_word_on_a_seat_counts_at_once, what_cannot_be_true_changes_nothing_until_it_is_replayed,
};
use left_undone::{
    every_acknowledged_event_outlives_a_kill_under_load, what_was_left_undone_is_taken_up_without_being_asked,
    while_the_erp_is_down_a_payment_is_acknowledged_and_the_drain_finishes_it,
    without_the_record_nothing_is_acknowledged_and_what_is_sent_again_counts,
};
use once::{
    a_duplicate_is_answered_as_the_first_was, a_history_told_in_any_order_and_twice_comes_to_the_same,
    fifty_who_bring_one_event_at_once_bring_about_one_effect, one_delivery_is_one_event_under_whatever_name,
};
use owners::{
    a_period_that_cannot_be_is_the_plans_and_a_date_of_tomorrow_is_now,
    a_subscription_that_was_left_for_another_gateways_suspends_nobody,
    a_tax_and_a_coupon_that_stripe_shows_are_in_effect_at_once, the_notes_of_a_payment_bind_nobody,
    what_was_halted_or_paused_goes_on_once_the_gateway_says_so,
};

facts! {
    a_payment_makes_a_tenant_active_and_the_next_check_grants,
    a_halt_denies_at_once_and_a_later_charge_grants_again,
    paid_for_time_stays_after_a_cancellation,
    what_cannot_be_true_changes_nothing_until_it_is_replayed,
    the_erps_word_on_a_seat_counts_at_once,
    an_organisations_own_address_speaks_for_it_alone_until_it_is_revoked,
    every_gateways_signature_is_believed_and_no_other,
    svixs_headers_are_believed_as_those_of_standard_webhooks_are,
    a_compressed_webhook_is_refused_and_not_stored,
    a_gateway_without_a_secret_is_not_there,
    of_several_secrets_each_is_believed_until_it_is_taken_away,
    what_is_rejected_is_counted_by_gateway_and_reason,
    what_was_halted_or_paused_goes_on_once_the_gateway_says_so,
    the_notes_of_a_payment_bind_nobody,
    a_subscription_that_was_left_for_another_gateways_suspends_nobody,
    a_tax_and_a_coupon_that_stripe_shows_are_in_effect_at_once,
    a_period_that_cannot_be_is_the_plans_and_a_date_of_tomorrow_is_now,
    a_duplicate_is_answered_as_the_first_was,
    one_delivery_is_one_event_under_whatever_name,
    fifty_who_bring_one_event_at_once_bring_about_one_effect,
    a_history_told_in_any_order_and_twice_comes_to_the_same,
    while_the_erp_is_down_a_payment_is_acknowledged_and_the_drain_finishes_it,
    without_the_record_nothing_is_acknowledged_and_what_is_sent_again_counts: Shape::on_postgres,
    every_acknowledged_event_outlives_a_kill_under_load,
    what_was_left_undone_is_taken_up_without_being_asked: on_the_embedded_host,
}

/// Spin has no timer of its own: a scheduler drains.
fn on_the_embedded_host(shape: Shape) -> bool {
    shape == Shape::Sqlite && crate::edge::on_spin().is_none()
}

const DRAIN: &str = "/api/v1/webhooks/drain";
const EVENTS: &str = "/api/v1/webhooks/events";
