/** What the client reads time from. Tests pass one of their own. */
export interface Clock {
  /** Milliseconds since any instant. Never goes back; may stand still while the machine is suspended. */
  monotonic(): number;
  /** Milliseconds since 1970. May jump. */
  wall(): number;
  /** Calls `callback` once after `milliseconds`, unless the returned function is called before. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Clocks that differ by less are of one opinion: a wall clock has whole milliseconds, and is steered. */
const JITTER = 10;

/**
 * What has passed, as nobody can make look less: what the monotonic clock says, and how far the wall clock went on while the
 * monotonic clock stood still, for then the machine was suspended. A wall clock that is set back changes nothing.
 */
export class Passage {
  readonly #clock: Clock;
  /** By how much the wall clock was ahead of the monotonic one when they were last of one opinion. */
  #ahead: number;
  #suspended = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#ahead = clock.wall() - clock.monotonic();
  }

  /** Milliseconds since any instant. */
  now(): number {
    const monotonic = this.#clock.monotonic();
    const more = this.#clock.wall() - monotonic - this.#ahead;
    if (more > JITTER || more < -JITTER) {
      this.#ahead += more;
      if (more > 0) this.#suspended += more;
    }
    return monotonic + this.#suspended;
  }
}
