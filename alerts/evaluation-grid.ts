const HOUR_MS = 3_600_000;

/**
 * The full hours at which a replay or a rehearsal evaluates: after `evaluatedUntil` (or the first document, when nothing
 * was evaluated yet) up to and including the watermark, oldest first.
 *
 * A fixed grid makes the alerts of a stream independent of how fast, in what portions and how often it is fed. A live
 * installation evaluates at any time instead.
 */
export function* dueEvaluations(
  evaluatedUntil: number | null,
  firstDocumentAt: number,
  watermark: number,
): Generator<number> {
  const last = evaluatedUntil ?? firstDocumentAt;
  for (let at = (Math.floor(last / HOUR_MS) + 1) * HOUR_MS; at <= watermark; at += HOUR_MS) yield at;
}
