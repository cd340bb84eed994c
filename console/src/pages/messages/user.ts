import { route } from '../../lib/router.svelte';
import { may, session } from '../../lib/session.svelte';

/** The caller, if it is a person. */
export const own = (): string | null => (session.me?.kind === 'person' ? session.me.id : null);

/** The user that the address names, else the caller. */
export const userOfAddress = (): string | null => (may('messages:read') ? route.query.get('user') : null) ?? own();
