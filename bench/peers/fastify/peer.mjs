// Seat verification as one would write it with Fastify. bench/peers/README.md says what the peers have in common.

import cluster from 'node:cluster';
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import Database from 'better-sqlite3';
import Fastify from 'fastify';

const [port, path] = process.argv.slice(2);
const RECHECK_MS = 300;
const GRACE_MS = 3 * 24 * 3_600_000;
const LINGER_MS = 20;

if (cluster.isPrimary) {
  for (let core = 0; core < availableParallelism(); core += 1) cluster.fork();
  const stop = () => {
    for (const worker of Object.values(cluster.workers)) worker.kill();
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
} else {
  await serve();
}

async function serve() {
  const database = new Database(path, { readonly: true });
  database.pragma('mmap_size = 1073741824');
  const keyById = database
    .prepare('SELECT secret_sha256, scopes, applications, expires_at FROM api_keys WHERE id = ?');
  const verdictOf = database.prepare(`SELECT v.seat_id, v.seat_status, v.subscription_status, v.period_end, v.version,
      v.as_of, v.fresh_until, v.fence = f.number AS stands
    FROM verdicts v JOIN fences f ON f.organization = v.organization
    WHERE v.application = ? AND v.external_org = ? AND v.user = ?`);
  const keys = new Map();
  let numbers = 0;
  let lines = '';

  // One JSON line for each request, written some at a time, as the edge does.
  setInterval(() => {
    if (lines) process.stderr.write(lines);
    lines = '';
  }, LINGER_MS);

  function findKey(id, now) {
    let known = keys.get(id);
    if (!known || now - known.readAt >= RECHECK_MS) {
      known = { readAt: now, key: keyById.get(id) };
      keys.set(id, known);
    }
    return known.key;
  }

  function authenticate(header, now) {
    const [scheme, id, secret] = (header ?? '').split('_', 3);
    if (scheme !== 'Bearer bhk' || !secret) return { refused: [401, 'UNAUTHENTICATED'] };
    const key = findKey(id, now);
    const hash = createHash('sha256').update(secret).digest('hex');
    if (!key || key.secret_sha256 !== hash || (key.expires_at !== null && now >= key.expires_at)) {
      return { refused: [401, 'UNAUTHENTICATED'] };
    }
    if (!key.scopes.split(' ').includes('seats:verify')) return { refused: [403, 'PERMISSION_DENIED'] };
    return { application: key.applications };
  }

  function verdict(check, authorization) {
    const now = Date.now();
    const { refused, application } = authenticate(authorization, now);
    if (refused) return { refused };
    const ids = [check.userId, check.applicationSlug, check.externalOrgId];
    // eslint-disable-next-line no-control-regex
    if (ids.some((id) => Buffer.byteLength(id) > 256 || !id || /[\u0000-\u001f\u007f-\u009f]/.test(id))) {
      return { refused: [400, 'VALIDATION_ERROR'] };
    }
    if (application && application !== check.applicationSlug) return { refused: [403, 'PERMISSION_DENIED'] };
    const row = verdictOf.get(check.applicationSlug, check.externalOrgId, check.userId);
    if (!row || !row.stands || now >= row.fresh_until) return { refused: [503, 'UPSTREAM_UNAVAILABLE'] };
    const [hasAccess, reason] = decide(row, now);
    return {
      body: {
        hasAccess,
        seatId: row.seat_id,
        subscriptionStatus: row.subscription_status,
        expiresAt: new Date(row.period_end).toISOString().replace('.000Z', 'Z'),
        reason,
        source: 'cache',
        asOf: new Date(row.as_of).toISOString(),
        version: row.version,
      },
    };
  }

  const text = { type: 'string' };
  const check = {
    type: 'object',
    required: ['userId', 'applicationSlug', 'externalOrgId'],
    properties: { userId: text, applicationSlug: text, externalOrgId: text },
  };
  const answer = {
    type: 'object',
    properties: {
      hasAccess: { type: 'boolean' }, seatId: text, subscriptionStatus: text, expiresAt: text, reason: text,
      source: text, asOf: text, version: { type: 'integer' },
    },
  };
  const app = Fastify({ logger: false });
  app.post('/verify-seat', { schema: { body: check, response: { 200: answer } } }, (request, reply) => {
    const started = performance.now();
    numbers += 1;
    const id = request.headers['x-request-id'] ?? `req_${numbers.toString(16).padStart(24, '0')}`;
    const { refused, body } = verdict(request.body, request.headers.authorization);
    const [status, outcome] = refused ?? [200, body.reason];
    const millis = performance.now() - started;
    lines += `${JSON.stringify({
      ts: new Date().toISOString(), level: 'info', requestId: id, method: 'POST', route: '/verify-seat', status,
      outcome, durationUs: Math.round(millis * 1000),
    })}\n`;
    reply.code(status).header('X-Request-Id', id).header('Server-Timing', `total;dur=${millis.toFixed(3)}`);
    reply.send(body ?? { code: outcome });
  });
  await app.listen({ port: Number(port), host: '127.0.0.1' });
}

function decide(row, now) {
  if (row.seat_status !== 'ACTIVE') return [false, row.seat_status === 'PENDING' ? 'SEAT_PENDING' : 'SEAT_REVOKED'];
  const paid = now < row.period_end;
  switch (row.subscription_status) {
    case 'ACTIVE':
    case 'TRIALING':
      return paid ? [true, 'SEAT_ACTIVE'] : [false, 'SUBSCRIPTION_EXPIRED'];
    case 'PAST_DUE':
      return now < row.period_end + GRACE_MS ? [true, 'GRACE_PERIOD'] : [false, 'SUBSCRIPTION_PAST_DUE'];
    case 'CANCELLED':
      return paid ? [true, 'SEAT_ACTIVE'] : [false, 'SUBSCRIPTION_CANCELLED'];
    default:
      return [false, `SUBSCRIPTION_${row.subscription_status}`];
  }
}
