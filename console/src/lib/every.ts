// Pages are live by asking again: at most one request of a kind at a time, none while nobody looks, and none while the edge
// has asked to be left alone.

/** The longest that the edge is left alone, milliseconds. */
const LONGEST = 60_000;

let heldOffUntil = 0;

/** The edge is overloaded: it is not asked again by itself for so many seconds. */
export function holdOff(seconds: number | null): void {
  heldOffUntil = Math.max(heldOffUntil, Date.now() + Math.min((seconds ?? 1) * 1000, LONGEST));
}

/**
 * Runs `work` again and again while the page is visible, and at once when it becomes visible; gives how to stop it. A round
 * whose former one has not ended is left out.
 */
export function every(milliseconds: number, work: () => unknown): () => void {
  let isRunning = false;
  const run = async () => {
    if (document.visibilityState !== 'visible' || isRunning || Date.now() < heldOffUntil) return;
    isRunning = true;
    try {
      await work();
    } finally {
      isRunning = false;
    }
  };
  const tick = () => void run();
  const timer = setInterval(tick, milliseconds);
  document.addEventListener('visibilitychange', tick);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', tick);
  };
}
