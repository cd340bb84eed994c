/** Runs `work` again and again while the page is visible, and at once when it becomes visible; gives how to stop it. */
export function every(milliseconds: number, work: () => unknown): () => void {
  const run = () => {
    if (document.visibilityState === 'visible') work();
  };
  const timer = setInterval(run, milliseconds);
  document.addEventListener('visibilitychange', run);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', run);
  };
}
