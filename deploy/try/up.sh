#!/usr/bin/env bash
# Starts the stand-in upstreams and the edge, makes a demo key and prints what to try. Ctrl-C stops both. An edge that is
# killed is started again, with the state it had.
#
# EDGE_LISTEN, UPSTREAMS_LISTEN: where they listen; STATE_DIR: where the edge keeps its state; ERP=none: the edge has no ERP;
# EDGE_PROGRAMS: the folder of both programs, target/release unless told.
set -euo pipefail
cd "$(dirname "$0")/../.."

edge_listen=${EDGE_LISTEN:-127.0.0.1:3000}
upstreams_listen=${UPSTREAMS_LISTEN:-127.0.0.1:8000}
state_dir=${STATE_DIR:-.spin}
edge="http://$edge_listen"
upstreams="http://$upstreams_listen"
bin=${EDGE_PROGRAMS:-target/release}

command -v curl >/dev/null || { echo "curl is missing: apt-get install curl"; exit 1; }
mkdir -p "$state_dir"

random() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }

# The stand-ins for the ERP, BheemPay, Stripe, Notify, Passport, the mail service, shops and accounting systems are one server.
erp=$upstreams
# Nobody listens there.
[ "${ERP:-}" = none ] && erp=http://127.0.0.1:9
export SPIN_VARIABLE_ERP_URL=${SPIN_VARIABLE_ERP_URL:-$erp}
export SPIN_VARIABLE_BHEEMPAY_URL=${SPIN_VARIABLE_BHEEMPAY_URL:-$upstreams}
export SPIN_VARIABLE_MAIL_URL=${SPIN_VARIABLE_MAIL_URL:-$upstreams}
export SPIN_VARIABLE_STRIPE_URL=${SPIN_VARIABLE_STRIPE_URL:-$upstreams}
export SPIN_VARIABLE_STRIPE_SECRET_KEY=${SPIN_VARIABLE_STRIPE_SECRET_KEY:-sk_test_standin}
export SPIN_VARIABLE_PUBLIC_URL=${SPIN_VARIABLE_PUBLIC_URL:-$edge}
export SPIN_VARIABLE_NOTIFY_URL=${SPIN_VARIABLE_NOTIFY_URL:-$upstreams}
export SPIN_VARIABLE_PASSPORT_ISSUER=${SPIN_VARIABLE_PASSPORT_ISSUER:-$upstreams}
export SPIN_VARIABLE_PASSPORT_AUDIENCE=${SPIN_VARIABLE_PASSPORT_AUDIENCE:-bheem-edge}
export SPIN_VARIABLE_CONSOLE_OIDC_CLIENT_ID=${SPIN_VARIABLE_CONSOLE_OIDC_CLIENT_ID:-bheem-console}
export SPIN_VARIABLE_PASSPORT_JWKS_URL=${SPIN_VARIABLE_PASSPORT_JWKS_URL:-$upstreams/.well-known/jwks.json}
admin=${SPIN_VARIABLE_BOOTSTRAP_ADMIN_KEY:-admin-$(random)}
export SPIN_VARIABLE_BOOTSTRAP_ADMIN_KEY=$admin
secrets=${SPIN_VARIABLE_WEBHOOK_SECRETS_BHEEMPAY:-$(random)}
export SPIN_VARIABLE_WEBHOOK_SECRETS_BHEEMPAY=$secrets
secret=${secrets%%,*}
export SPIN_VARIABLE_SEAT_TOKEN_KEY=${SPIN_VARIABLE_SEAT_TOKEN_KEY:-$("$bin/bheem-edge" seat-token-key)}
export SPIN_VARIABLE_OTP_KEY=${SPIN_VARIABLE_OTP_KEY:-$("$bin/bheem-edge" seat-token-key)}
export SPIN_VARIABLE_ENCRYPTION_KEY=${SPIN_VARIABLE_ENCRYPTION_KEY:-$("$bin/bheem-edge" seat-token-key)}
export SPIN_VARIABLE_SHOPIFY_URL=${SPIN_VARIABLE_SHOPIFY_URL:-$upstreams}
export SPIN_VARIABLE_WOOCOMMERCE_HOST=${SPIN_VARIABLE_WOOCOMMERCE_HOST:-$upstreams}
# The stand-ins of the accounting systems let in the app <name>-client with the secret <name>-secret.
ledgers=$upstreams/ledgers
export SPIN_VARIABLE_QUICKBOOKS_CLIENT_ID=${SPIN_VARIABLE_QUICKBOOKS_CLIENT_ID:-quickbooks-client}
export SPIN_VARIABLE_QUICKBOOKS_CLIENT_SECRET=${SPIN_VARIABLE_QUICKBOOKS_CLIENT_SECRET:-quickbooks-secret}
export SPIN_VARIABLE_QUICKBOOKS_HOST=${SPIN_VARIABLE_QUICKBOOKS_HOST:-$upstreams}
export SPIN_VARIABLE_XERO_CLIENT_ID=${SPIN_VARIABLE_XERO_CLIENT_ID:-xero-client}
export SPIN_VARIABLE_XERO_CLIENT_SECRET=${SPIN_VARIABLE_XERO_CLIENT_SECRET:-xero-secret}
export SPIN_VARIABLE_XERO_HOST=${SPIN_VARIABLE_XERO_HOST:-$upstreams}
export SPIN_VARIABLE_SAGE_CLIENT_ID=${SPIN_VARIABLE_SAGE_CLIENT_ID:-sage-client}
export SPIN_VARIABLE_SAGE_CLIENT_SECRET=${SPIN_VARIABLE_SAGE_CLIENT_SECRET:-sage-secret}
export SPIN_VARIABLE_SAGE_HOST=${SPIN_VARIABLE_SAGE_HOST:-$upstreams}
export SPIN_VARIABLE_QUICKBOOKS_URL=${SPIN_VARIABLE_QUICKBOOKS_URL:-$ledgers/quickbooks}
export SPIN_VARIABLE_QUICKBOOKS_SANDBOX_URL=${SPIN_VARIABLE_QUICKBOOKS_SANDBOX_URL:-$ledgers/quickbooks}
export SPIN_VARIABLE_QUICKBOOKS_OAUTH_URL=${SPIN_VARIABLE_QUICKBOOKS_OAUTH_URL:-$ledgers/quickbooks}
export SPIN_VARIABLE_QUICKBOOKS_CONSENT_URL=${SPIN_VARIABLE_QUICKBOOKS_CONSENT_URL:-$ledgers/quickbooks/connect/oauth2}
export SPIN_VARIABLE_XERO_URL=${SPIN_VARIABLE_XERO_URL:-$ledgers/xero}
export SPIN_VARIABLE_XERO_IDENTITY_URL=${SPIN_VARIABLE_XERO_IDENTITY_URL:-$ledgers/xero}
export SPIN_VARIABLE_XERO_CONSENT_URL=${SPIN_VARIABLE_XERO_CONSENT_URL:-$ledgers/xero/identity/connect/authorize}
export SPIN_VARIABLE_SAGE_URL=${SPIN_VARIABLE_SAGE_URL:-$ledgers/sage}
export SPIN_VARIABLE_SAGE_OAUTH_URL=${SPIN_VARIABLE_SAGE_OAUTH_URL:-$ledgers/sage}
export SPIN_VARIABLE_SAGE_CONSENT_URL=${SPIN_VARIABLE_SAGE_CONSENT_URL:-$ledgers/sage/oauth2/auth/central}
export SPIN_VARIABLE_NETSUITE_URL=${SPIN_VARIABLE_NETSUITE_URL:-$ledgers/netsuite}
export SPIN_VARIABLE_NETSUITE_HOST=${SPIN_VARIABLE_NETSUITE_HOST:-$upstreams}
export SPIN_VARIABLE_DYNAMICS365_URL=${SPIN_VARIABLE_DYNAMICS365_URL:-$ledgers/dynamics365}
export SPIN_VARIABLE_DYNAMICS365_LOGIN_URL=${SPIN_VARIABLE_DYNAMICS365_LOGIN_URL:-$ledgers/dynamics365}
export SPIN_VARIABLE_DYNAMICS365_HOST=${SPIN_VARIABLE_DYNAMICS365_HOST:-$upstreams}
export SPIN_VARIABLE_DYNAMICS365_LOGIN_HOST=${SPIN_VARIABLE_DYNAMICS365_LOGIN_HOST:-$upstreams}
export SPIN_VARIABLE_SAP_HOST=${SPIN_VARIABLE_SAP_HOST:-$upstreams}
export SPIN_VARIABLE_UNSUBSCRIBE_KEY=${SPIN_VARIABLE_UNSUBSCRIBE_KEY:-$("$bin/bheem-edge" seat-token-key)}
stripe_secrets=${SPIN_VARIABLE_WEBHOOK_SECRETS_STRIPE:-whsec_$(random)}
export SPIN_VARIABLE_WEBHOOK_SECRETS_STRIPE=$stripe_secrets
notify_secrets=${SPIN_VARIABLE_WEBHOOK_SECRETS_NOTIFY:-whsec_$(random)}
export SPIN_VARIABLE_WEBHOOK_SECRETS_NOTIFY=$notify_secrets

pids=()
edge_pid=
stop() {
    trap - EXIT INT TERM
    for pid in "${pids[@]}" $edge_pid; do kill -TERM "$pid" 2>/dev/null || true; done
    for pid in "${pids[@]}" $edge_pid; do wait "$pid" 2>/dev/null || true; done
    rm -f "$state_dir/edge.pid"
}
trap stop EXIT
trap 'stop; exit 130' INT
trap 'stop; exit 143' TERM

log=$state_dir/edge.log
: >"$log"
start_edge() {
    "$bin/bheem-edge" up --listen "$edge_listen" --state-dir "$state_dir" --drain-every-secs 5 2>>"$log" &
    edge_pid=$!
    echo "$edge_pid" >"$state_dir/edge.pid"
}

"$bin/upstreams" --listen "$upstreams_listen" &
pids+=($!)
start_edge

echo "starting: the first start compiles the components, which takes a minute"
for _ in $(seq 1500); do
    kill -0 "$edge_pid" 2>/dev/null || { echo "the edge did not start:"; tail -n 5 "$log"; exit 1; }
    # Its own word first: another server may hold the port.
    grep -qs "listens on" "$log" && curl -fs "$edge/readyz" >/dev/null 2>&1 && break
    sleep 0.2
done
curl -fs "$edge/readyz" >/dev/null || { echo "the edge is not ready:"; tail -n 5 "$log"; exit 1; }

answer=$(curl -fsS "$edge/api/v1/api-keys" -H "Authorization: Bearer $admin" -H 'Content-Type: application/json' \
    -d '{"name":"demo","scopes":["seats:verify","seats:write","rules:read","rules:evaluate"]}')
key=$(printf '%s' "$answer" | sed 's/.*"key":"\([^"]*\)".*/\1/')
# The applications whose seats are sold. A start with an earlier state finds them registered.
register() {
    local status
    status=$(curl -sS -o "$state_dir/answer.json" -w '%{http_code}' "$edge$1" -H "Authorization: Bearer $admin" \
        -H 'Content-Type: application/json' -d "$2")
    case $status in 201 | 409) ;; *) echo "POST $1 was answered $status: $(cat "$state_dir/answer.json")"; exit 1 ;; esac
}
register /applications '{"slug":"healos","name":"HealOS","externalIdName":"hospital_id"}'
register /applications '{"slug":"powerdialer","name":"PowerDialer","externalIdName":"company_id"}'
register /applications '{"slug":"openmic","name":"Openmic","externalIdName":"workspace_id","seatSource":"edge"}'
register /applications '{"slug":"salesrole","name":"SalesRole","externalIdName":"account_id"}'
for slug in healos powerdialer openmic salesrole; do
    register "/applications/$slug/plans" \
        '{"id":"team","name":"Team","pricePerSeat":20,"currency":"USD","billingCycle":"monthly"}'
done

curl -fsS -X PUT "$upstreams/_control/bheempay/webhook" -H 'Content-Type: application/json' \
    -d "{\"url\":\"$edge/api/v1/billing/webhook\",\"secret\":\"$secret\"}"
curl -fsS -X PUT "$upstreams/_control/stripe/webhook" -H 'Content-Type: application/json' \
    -d "{\"url\":\"$edge/webhooks/stripe\",\"secret\":\"${stripe_secrets%%,*}\"}"
curl -fsS -X PUT "$upstreams/_control/notify/webhook" -H 'Content-Type: application/json' \
    -d "{\"url\":\"$edge/webhooks/notify\",\"secret\":\"${notify_secrets%%,*}\"}"

if [ "${ERP:-}" = none ]; then
    names="BheemPay, Stripe and Notify"
    try="There is no ERP: go on in README.md with \"Without an ERP\", which buys seats at the stand-in Stripe.

    curl -s \$EDGE/applications -H \"Authorization: Bearer \$ADMIN\""
else
    names="ERP, BheemPay, Stripe and Notify"
    try="Has user_123 a seat?

    curl -s \$EDGE/verify-seat -H \"Authorization: Bearer \$KEY\" -H 'Content-Type: application/json' \\
      -d '{\"userId\":\"user_123\",\"applicationSlug\":\"healos\",\"externalOrgId\":\"hospital_456\"}'"
fi

cat <<MESSAGE

The edge listens on $edge; the stand-in $names on $upstreams. What the edge says is in $log.

    export EDGE=$edge
    export UPSTREAMS=$upstreams
    export KEY=$key
    export ADMIN=$admin
    export SECRET=$secret

$try

Seat checks from memory, in the repository's root with the exports above (clients/README.md; the same lines are in clients/try.md):

$(sed '1,4d' clients/try.md)

README.md goes on from here. The API is described at $edge/docs, and the console for admins is at $edge/console/: sign in
with \$ADMIN, or with Passport as one of the people of the stand-in. Ctrl-C stops everything.
MESSAGE

while true; do
    ended=0
    { wait "$edge_pid"; } 2>/dev/null || ended=$?
    # 137: SIGKILL. Whatever else ends it is not to be tried again.
    [ "$ended" -eq 137 ] || exit "$ended"
    echo "The edge was killed. Starting it again."
    start_edge
done
