// Who is signed in. A key is kept for this tab alone; a token only in memory.
import type { CurrentCaller, Scope } from 'edge';
import type * as OAuth from 'oauth4webapi';
import { Problem, get, useCredential, whenRefused } from './api';
import { wipeDrafts } from './drafts';
import { to } from './router.svelte';

export type Me = CurrentCaller;

export type Settings = { issuer: string | null; client_id: string | null; scopes: string };

/** Who signs in by a key does not need it. */
const library = () => import('oauth4webapi');

const KEY = 'console.key';
const BY_ISSUER = 'console.by-issuer';
const FLOW = 'console.sign-in';

type State = {
  me: Me | null;
  /** `ended`: somebody was signed in, and their pages are kept. */
  phase: 'starting' | 'out' | 'in' | 'ended';
  settings: Settings | null;
  failure: string | null;
};

export const session: State = $state({ me: null, phase: 'starting', settings: null, failure: null });

/** Whether who is signed in has the scope, or one of several. */
export const may = (scope: Scope | Scope[]) => [scope].flat().some((one) => session.me?.scopes.includes(one) ?? false);

/** Asks the edge who `bearer` is; throws if nobody. */
async function enter(bearer: string): Promise<void> {
  const before = session.me;
  useCredential(bearer);
  try {
    const { data } = await get<Me>('/api/v1/me', { isQuiet: true });
    // The pages stay for somebody who may see all that is on them; for anybody else they are made anew.
    if (before !== null && !before.scopes.every((scope) => data.scopes.includes(scope))) session.me = null;
    session.me = data;
    session.phase = 'in';
    session.failure = null;
  } catch (error) {
    useCredential(null);
    throw error;
  }
}

export async function signInByKey(key: string): Promise<void> {
  await enter(key.trim());
  sessionStorage.setItem(KEY, key.trim());
  sessionStorage.removeItem(BY_ISSUER);
}

type Flow = { verifier: string; state: string; nonce: string; back: string; isSilent: boolean };

const redirectUri = () => `${location.origin}${to('/signed-in')}`;

/** What the issuer says of itself. A plain-text issuer is for development: the edge trusts it by its settings. */
async function issuer(oauth: typeof OAuth, settings: Settings) {
  const url = new URL(settings.issuer!);
  const options = { [oauth.allowInsecureRequests]: url.protocol === 'http:' };
  const response = await oauth.discoveryRequest(url, options);
  return { server: await oauth.processDiscoveryResponse(url, response), options };
}

/** Goes to the issuer, and comes back to `back`. `isSilent`: without asking the person anything. */
export async function signInAtIssuer(back: string, isSilent = false): Promise<void> {
  const settings = session.settings!;
  const oauth = await library();
  const { server } = await issuer(oauth, settings);
  const flow: Flow = {
    verifier: oauth.generateRandomCodeVerifier(),
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    back,
    isSilent,
  };
  sessionStorage.setItem(FLOW, JSON.stringify(flow));
  const url = new URL(server.authorization_endpoint!);
  const query = {
    client_id: settings.client_id!,
    redirect_uri: redirectUri(),
    response_type: 'code',
    scope: settings.scopes,
    state: flow.state,
    nonce: flow.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(flow.verifier),
    code_challenge_method: 'S256',
    ...(isSilent ? { prompt: 'none' } : {}),
  };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  location.assign(url);
}

/** Back from the issuer: the code becomes a token, and leaves the address and the history. Gives where to go on. */
async function finishSignIn(): Promise<void> {
  const here = new URL(location.href);
  const stored = sessionStorage.getItem(FLOW);
  sessionStorage.removeItem(FLOW);
  const flow = stored === null ? null : (JSON.parse(stored) as Flow);
  history.replaceState(null, '', to(flow?.back ?? '/'));
  dispatchEvent(new PopStateEvent('popstate'));
  if (flow === null) return;
  try {
    const settings = session.settings!;
    const oauth = await library();
    const { server, options } = await issuer(oauth, settings);
    const client = { client_id: settings.client_id! };
    const parameters = oauth.validateAuthResponse(server, client, here, flow.state);
    const response = await oauth.authorizationCodeGrantRequest(
      server, client, oauth.None(), parameters, redirectUri(), flow.verifier, options,
    );
    const expected = { expectedNonce: flow.nonce, requireIdToken: true };
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, expected);
    await enter(tokens.access_token);
    sessionStorage.setItem(BY_ISSUER, 'yes');
    sessionStorage.removeItem(KEY);
  } catch (error) {
    sessionStorage.removeItem(BY_ISSUER);
    if (!(flow.isSilent && refusal(error) !== null)) session.failure = words(error);
  }
}

/** What the issuer says where it refuses; null: something else went wrong. */
function refusal(error: unknown): string | null {
  const { error: code, error_description: description } = (error ?? {}) as { error?: unknown; error_description?: unknown };
  return typeof code === 'string' ? String(description ?? code) : null;
}

function words(error: unknown): string {
  if (error instanceof Problem) {
    return error.status === 401 ? 'The edge does not know this credential.' : error.detail;
  }
  const refused = refusal(error);
  if (refused !== null) return `The issuer refused: ${refused}.`;
  return `Signing in failed: ${error instanceof Error ? error.message : String(error)}`;
}

export { words as wordsOfSignIn };

export async function start(): Promise<void> {
  whenRefused(
    () => {
      if (session.phase !== 'in') return;
      session.phase = 'ended';
      sessionStorage.removeItem(KEY);
      useCredential(null);
    },
    // Rights may have shrunk since they were asked for.
    () => void get<Me>('/api/v1/me', { isQuiet: true }).then(({ data }) => (session.me = data), () => {}),
  );
  const settings = get<Settings>('/console/config.json').then(
    ({ data }) => void (session.settings = data),
    (error) => void (session.failure = words(error)),
  );
  const isBack = location.pathname === to('/signed-in');
  const key = sessionStorage.getItem(KEY);
  if (key !== null && !isBack) {
    try {
      await enter(key);
      return;
    } catch (error) {
      if (error instanceof Problem && error.status === 401) sessionStorage.removeItem(KEY);
      session.failure = words(error);
    }
  }
  await settings;
  if (isBack) await finishSignIn();
  if (session.phase === 'starting' && sessionStorage.getItem(BY_ISSUER) !== null && session.settings?.issuer) {
    sessionStorage.removeItem(BY_ISSUER);
    await signInAtIssuer(location.pathname.slice(to('').length) + location.search, true);
    return;
  }
  if (session.phase === 'starting') session.phase = 'out';
}

/** Forgets the credential, and what was being written. */
export async function signOut(): Promise<void> {
  sessionStorage.clear();
  useCredential(null);
  await wipeDrafts();
  session.me = null;
  session.phase = 'out';
  session.failure = null;
}
