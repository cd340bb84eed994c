// A receiver of Stripe's webhooks as one would write it with Express and Stripe's own SDK. It stores an event before it
// answers. bench/peers/README.md says what it has in common with the edge.

import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import Database from 'better-sqlite3';
import express from 'express';
import Stripe from 'stripe';

const [port, path, secret] = process.argv.slice(2);
const LINGER_MS = 20;

if (cluster.isPrimary) {
  open().exec(`CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, type TEXT NOT NULL, body TEXT NOT NULL,
    received_at INTEGER NOT NULL, created_at INTEGER NOT NULL)`);
  for (let core = 0; core < availableParallelism(); core += 1) cluster.fork();
  const stop = () => {
    for (const worker of Object.values(cluster.workers)) worker.kill();
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
} else {
  serve();
}

// The edge's settings: a write-ahead log that is on the disk before a statement is done.
function open() {
  const database = new Database(path, { timeout: 10_000 });
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  return database;
}

function serve() {
  const insert = open().prepare(`INSERT INTO events (id, type, body, received_at, created_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (id) DO NOTHING`);
  const stripe = new Stripe('sk_test_of_the_bench');
  let numbers = 0;
  let lines = '';

  // One JSON line for each request, written some at a time, as the edge does.
  setInterval(() => {
    if (lines) process.stderr.write(lines);
    lines = '';
  }, LINGER_MS);

  function receive(request) {
    let event;
    try {
      event = stripe.webhooks.constructEvent(request.body, request.headers['stripe-signature'], secret);
    } catch {
      return [400, 'INVALID_SIGNATURE', { code: 'INVALID_SIGNATURE' }];
    }
    const { changes } = insert.run(event.id, event.type, request.body.toString(), Date.now(), event.created * 1000);
    const answer = { status: 'ignored', reason: 'unhandled_event' };
    return [200, 'ignored', changes ? answer : { ...answer, duplicate: true }];
  }

  const app = express();
  app.disable('x-powered-by');
  app.post('/webhooks/stripe', express.raw({ type: '*/*', limit: '1mb' }), (request, response) => {
    const started = performance.now();
    numbers += 1;
    const id = request.headers['x-request-id'] ?? `req_${numbers.toString(16).padStart(24, '0')}`;
    const [status, outcome, body] = receive(request);
    const millis = performance.now() - started;
    lines += `${JSON.stringify({
      ts: new Date().toISOString(), level: 'info', requestId: id, method: 'POST', route: '/webhooks/stripe', status,
      outcome, durationUs: Math.round(millis * 1000),
    })}\n`;
    response.status(status).set('X-Request-Id', id).set('Server-Timing', `total;dur=${millis.toFixed(3)}`).json(body);
  });
  app.listen(Number(port), '127.0.0.1');
}
