/** What a Jetstream sends; every text is invented. */
export interface StubEvent {
  readonly timeUs: number;
  readonly message: string;
}

export interface CommitOptions {
  readonly timeUs: number;
  readonly did?: string;
  readonly rkey: string;
  readonly operation?: 'create' | 'update' | 'delete';
  readonly text?: string;
  readonly langs?: readonly string[];
  readonly collection?: string;
  readonly createdAt?: string;
  readonly record?: Readonly<Record<string, unknown>>;
}

/** A commit in the form of the public servers. */
export function jetstreamCommit(options: CommitOptions): StubEvent {
  const { timeUs, rkey, operation = 'create', collection = 'app.bsky.feed.post' } = options;
  const record =
    operation === 'delete'
      ? {}
      : {
          cid: `bafyrei${rkey}`,
          record: {
            $type: collection,
            createdAt: options.createdAt ?? new Date(timeUs / 1_000).toISOString(),
            langs: options.langs ?? ['en'],
            text: options.text ?? `$ALDR post ${rkey}`,
            ...options.record,
          },
        };
  const message = JSON.stringify({
    did: options.did ?? 'did:plc:inventedinventedinvented',
    time_us: timeUs,
    kind: 'commit',
    commit: { rev: `3l${timeUs.toString(36)}`, operation, collection, rkey, ...record },
  });
  return { timeUs, message };
}

export function jetstreamIdentity(timeUs: number): StubEvent {
  const did = 'did:plc:inventedinventedinvented';
  const identity = {
    did,
    handle: 'somebody.example',
    seq: timeUs % 1e9,
    time: new Date(timeUs / 1_000).toISOString(),
  };
  return { timeUs, message: JSON.stringify({ did, time_us: timeUs, kind: 'identity', identity }) };
}
