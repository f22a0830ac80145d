/** How many bytes of bodies may be held at the same time, over all requests together. */
export interface BodyCredit {
  /** What gives the bytes back (once, however often it is called), or null when too much is held already. */
  take(bytes: number): (() => void) | null;
}

/** A body alone is always taken, however large: its own limit is another matter. */
export function createBodyCredit(maxBytes: number): BodyCredit {
  let heldBytes = 0;
  return {
    take(bytes) {
      if (heldBytes > 0 && heldBytes + bytes > maxBytes) return null;
      heldBytes += bytes;
      let held = true;
      return () => {
        if (held) heldBytes -= bytes;
        held = false;
      };
    },
  };
}
