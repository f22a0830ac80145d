import type { SourceInfo } from '../../../pipeline/core/document.js';
import type { MappingSpec } from '../../../pipeline/core/mapping.js';
import type { Deliver, Source } from '../../source.js';
import type { SourceParts } from '../../source-parts.js';
import { createStatusTracker } from '../../source-status.js';
import type { PushRegistry } from './push-registry.js';
import { createPushReceiver } from './receive-push.js';
import type { SignatureFault } from './verify-signature.js';

export interface PushSourceOptions extends SourceParts {
  readonly source: SourceInfo;
  readonly language?: string | null;
  readonly mapping: MappingSpec;
  /** Any of them may have signed a request: two while a key is changed. */
  readonly secrets: readonly string[];
  readonly requestsPerMinute: number;
  readonly registry: PushRegistry;
  /** Told of each request that is not signed as it should be, and with null of one that is. */
  readonly onChecked: (fault: SignatureFault | null) => void;
}

/**
 * Takes what a sender pushes to `POST /ingest/v1/push/ID` while it runs; its name is known from the start, so that a stopped source can say so.
 *
 * A request counts when its signature does (`checkSignature`); it is answered when its documents are durable, one delivery after the other.
 * A repeat gives the same documents with the same ids. There is no cursor: what was not answered with 200 is sent again by the sender.
 * `run` resolves when the signal is aborted and open requests are answered; it rejects with a bug.
 */
export function createPushSource(options: PushSourceOptions): Source {
  const { source, registry, clock } = options;
  const tracker = createStatusTracker(source.id, clock);
  registry.announce(source.id);
  return {
    id: source.id,
    status: () => tracker.read(),
    async run(deliver, signal) {
      if (!signal.aborted) await receive({ ...options, tracker }, deliver, signal);
      tracker.become('stopped');
    },
  };
}

async function receive(
  options: PushSourceOptions & { readonly tracker: ReturnType<typeof createStatusTracker> },
  deliver: Deliver,
  signal: AbortSignal,
): Promise<void> {
  const { source, registry, tracker } = options;
  const receiver = createPushReceiver(options, deliver);
  const close = registry.open(source.id, receiver.receive);
  tracker.become('ok');
  try {
    await Promise.race([receiver.failed, aborted(signal)]);
  } finally {
    close();
    await receiver.idle();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
  });
}
