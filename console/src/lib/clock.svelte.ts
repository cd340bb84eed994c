// The edge's clock: ages are told by it, for this machine's may be wrong.

/** How far this machine's clock is behind the edge's, milliseconds. */
export const clock: { skew: number } = $state({ skew: 0 });

/** The edge's time, milliseconds. */
export const now = () => Date.now() + clock.skew;

/** Takes note of an answer's `Date`, which is whole seconds and may have been on its way. */
export function noteDate(date: string | null): void {
  const skew = Date.parse(date ?? '') - Date.now();
  if (Number.isNaN(skew)) return;
  const noted = Math.abs(skew) > 2000 ? skew : 0;
  // Small differences are the way of the answer: no reason to draw anew.
  if (Math.abs(noted - clock.skew) > 2000 || noted === 0) clock.skew = noted;
}
