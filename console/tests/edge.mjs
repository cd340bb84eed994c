// An edge to test against: CONSOLE_EDGE and CONSOLE_UPSTREAMS name running ones, else both are started, from what `make`
// built, on free ports with a state of their own.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

// EDGE_PROGRAMS is a folder from the root: target/debug where `make test` built them.
const PROGRAMS = resolve(root, process.env.EDGE_PROGRAMS ?? 'target/release');

export const ADMIN = process.env.CONSOLE_ADMIN ?? 'admin-key-of-the-console-tests';
export const WEBHOOK_SECRET = process.env.CONSOLE_WEBHOOK_SECRET ?? 'webhook-secret-of-the-console-tests';

/** The stand-in Notify signs its delivery reports by it. */
const NOTIFY_SECRET = `whsec_${Buffer.from('notify-secret-of-the-console-tests').toString('base64')}`;

/** The edge keeps secrets of shops and accounting systems sealed by it. */
const ENCRYPTION_KEY = Buffer.alloc(32, 'encryption-key').toString('base64');

/** The stand-ins of the accounting systems, and the apps that they let in. */
function ledgers(upstreams) {
  const at = { QUICKBOOKS_URL: 'quickbooks', QUICKBOOKS_SANDBOX_URL: 'quickbooks', QUICKBOOKS_OAUTH_URL: 'quickbooks', QUICKBOOKS_CONSENT_URL: 'quickbooks/connect/oauth2',
    XERO_URL: 'xero', XERO_IDENTITY_URL: 'xero', XERO_CONSENT_URL: 'xero/identity/connect/authorize', SAGE_URL: 'sage', SAGE_OAUTH_URL: 'sage', SAGE_CONSENT_URL: 'sage/oauth2/auth/central',
    NETSUITE_URL: 'netsuite', DYNAMICS365_URL: 'dynamics365', DYNAMICS365_LOGIN_URL: 'dynamics365' };
  const hosts = ['QUICKBOOKS', 'XERO', 'SAGE', 'NETSUITE', 'DYNAMICS365', 'DYNAMICS365_LOGIN', 'SAP'].map((name) => [`${name}_HOST`, upstreams]);
  const apps = ['quickbooks', 'xero', 'sage'].flatMap((name) => [[`${name.toUpperCase()}_CLIENT_ID`, `${name}-client`], [`${name.toUpperCase()}_CLIENT_SECRET`, `${name}-secret`]]);
  return Object.fromEntries([...Object.entries(at).map(([name, path]) => [name, `${upstreams}/ledgers/${path}`]), ...hosts, ...apps]);
}

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

function run(binary, args, env) {
  const child = spawn(join(PROGRAMS, binary), args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (data) => (said = (said + data).slice(-4000)));
  child.said = () => said;
  return child;
}

async function ready(url, child) {
  // The first start compiles the components: a minute, several where the machine is busy.
  for (let attempt = 0; attempt < 6000; attempt++) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended: ${child.said()}`);
    try {
      if ((await fetch(url)).ok) return;
    } catch {
      // Not yet.
    }
    await new Promise((go) => setTimeout(go, 100));
  }
  throw new Error(`${url} did not become ready: ${child.said()}`);
}

export async function startEdge() {
  if (process.env.CONSOLE_EDGE) return { url: process.env.CONSOLE_EDGE, upstreams: process.env.CONSOLE_UPSTREAMS, stop: async () => {} };
  const [port, upstreamsPort] = [await freePort(), await freePort()];
  const [url, upstreams] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${upstreamsPort}`];
  const state = await mkdtemp(join(tmpdir(), 'console-'));
  // Components that the integration tests compiled are not compiled again.
  const compiled = join(root, 'target/tmp/compiled');
  await mkdir(compiled, { recursive: true });
  await symlink(compiled, join(state, 'compiled'));
  const stands = run('upstreams', ['--listen', `127.0.0.1:${upstreamsPort}`], {});
  const variables = {
    ERP_URL: upstreams, BHEEMPAY_URL: upstreams, MAIL_URL: upstreams, STRIPE_URL: upstreams, NOTIFY_URL: upstreams,
    PUBLIC_URL: url, PASSPORT_ISSUER: upstreams, PASSPORT_AUDIENCE: 'bheem-edge', PASSPORT_JWKS_URL: `${upstreams}/.well-known/jwks.json`,
    CONSOLE_OIDC_CLIENT_ID: 'bheem-console', BOOTSTRAP_ADMIN_KEY: ADMIN, WEBHOOK_SECRETS_BHEEMPAY: WEBHOOK_SECRET, WEBHOOK_SECRETS_NOTIFY: NOTIFY_SECRET,
    ENCRYPTION_KEY, ...ledgers(upstreams),
  };
  const env = Object.fromEntries(Object.entries(variables).map(([name, value]) => [`SPIN_VARIABLE_${name}`, value]));
  const edge = run('bheem-edge', ['up', '--listen', `127.0.0.1:${port}`, '--state-dir', state, '--drain-every-secs', '5'], env);
  const stop = async () => {
    const ended = [edge, stands].map((child) => (child.exitCode === null ? new Promise((done) => child.once('exit', done)) : null));
    edge.kill('SIGTERM');
    stands.kill('SIGTERM');
    await Promise.all(ended);
    await rm(state, { recursive: true, force: true });
  };
  try {
    await ready(`${upstreams}/.well-known/openid-configuration`, stands);
    await ready(`${url}/readyz`, edge);
    const reports = { url: `${url}/webhooks/notify`, secret: NOTIFY_SECRET };
    await fetch(`${upstreams}/_control/notify/webhook`, { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(reports) });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, upstreams, stop };
}
