import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { applyTheme } from './lib/theme.svelte';
import { pageAt } from './pages';
import { route, watch } from './lib/router.svelte';
import { start } from './lib/session.svelte';

// After a deployment the files of the page before are gone. What is being written is kept, so a reload loses nothing; one
// in ten seconds, so that a file that is really missing does not reload for ever.
addEventListener('vite:preloadError', (event) => {
  const last = Number(sessionStorage.getItem('console.reloaded') ?? 0);
  if (Date.now() - last < 10_000) return;
  event.preventDefault();
  sessionStorage.setItem('console.reloaded', String(Date.now()));
  setTimeout(() => location.reload(), 300);
});

applyTheme();
watch();
// While it is asked who is signed in, the page is on its way.
void pageAt(route.path)?.load().catch(() => {});
mount(App, { target: document.getElementById('app')! });
void start();
