import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { applyTheme } from './lib/theme.svelte';
import { pageAt } from './pages';
import { route, watch } from './lib/router.svelte';
import { tell } from './lib/notices.svelte';
import { start } from './lib/session.svelte';
import { isUnsaved, watchWriting } from './lib/unsaved';

// After a deployment a file of the page before may be gone: the page is loaded anew. Not while something is written that would
// be lost by it, and once in ten seconds, so that a file that is really missing does not reload for ever.
addEventListener('vite:preloadError', (event) => {
  const last = Number(sessionStorage.getItem('console.reloaded') ?? 0);
  if (Date.now() - last < 10_000) return;
  if (isUnsaved()) {
    tell('This page is from before a deployment, and a part of it is gone. Finish what you are writing, then reload.', true);
    return;
  }
  event.preventDefault();
  sessionStorage.setItem('console.reloaded', String(Date.now()));
  setTimeout(() => location.reload(), 300);
});

watchWriting();
applyTheme();
watch();
// While it is asked who is signed in, the page is on its way.
void pageAt(route.path)?.load().catch(() => {});
mount(App, { target: document.getElementById('app')! });
void start();
