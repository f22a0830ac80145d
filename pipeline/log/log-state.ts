import type { StoredChange } from './lmdb-environment.js';

/** One topic (its only partition): offsets `oldest` to `end - 1` are stored and take `bytes`. */
export interface TopicState {
  readonly oldest: number;
  readonly end: number;
  readonly bytes: number;
}

const EMPTY: TopicState = { oldest: 0, end: 0, bytes: 0 };

/** What is true on disk, kept in memory: topics, the committed offset of each group, source cursors. */
export interface LogState {
  readonly topics: Map<string, TopicState>;
  /** Topic, then group. */
  readonly committed: Map<string, Map<string, number>>;
  readonly cursors: Map<string, string>;
}

/** Offset the group reads next: never below the oldest record there is. */
export function committedOffset(state: LogState, topic: string, group: string): number {
  const committed = state.committed.get(topic)?.get(group) ?? 0;
  return Math.max(committed, state.topics.get(topic)?.oldest ?? 0);
}

export function storedBytes(state: LogState): number {
  let bytes = 0;
  for (const topic of state.topics.values()) bytes += topic.bytes;
  return bytes;
}

/** Reads the state back; null when an entry is not what this code writes. */
export function parseState(entries: Iterable<{ key: unknown; value: unknown }>): LogState | null {
  const state: LogState = { topics: new Map(), committed: new Map(), cursors: new Map() };
  for (const { key, value } of entries) {
    const [kind, name, group] = Array.isArray(key) ? (key as unknown[]) : [];
    if (typeof name !== 'string') return null;
    if (kind === 'topic' && isTopicState(value)) state.topics.set(name, value);
    else if (kind === 'cursor' && typeof value === 'string') state.cursors.set(name, value);
    else if (kind === 'group' && typeof group === 'string' && isOffset(value)) {
      setCommitted(state, name, group, value);
    } else return null;
  }
  return state;
}

/**
 * Changes that become true together. They are seen by later reads of this object at once, and by everybody else
 * only after `publish`, which the writer calls when the transaction is on disk.
 */
export class StagedChanges {
  private readonly changes: StoredChange[] = [];
  readonly grownTopics = new Set<string>();
  private readonly topics = new Map<string, TopicState>();
  private readonly publications: (() => void)[] = [];

  constructor(private readonly state: LogState) {}

  topic(name: string): TopicState {
    return this.topics.get(name) ?? this.state.topics.get(name) ?? EMPTY;
  }

  putRecord(topic: string, offset: number, value: Buffer | null): void {
    this.changes.push({ kind: 'record', key: [topic, 0, offset], value });
  }

  setTopic(name: string, next: TopicState): void {
    if (next.end > this.topic(name).end) this.grownTopics.add(name);
    this.topics.set(name, next);
  }

  setCursor(name: string, value: string): void {
    this.changes.push({ kind: 'state', key: ['cursor', name], value });
    this.publications.push(() => this.state.cursors.set(name, value));
  }

  setCommitted(topic: string, group: string, next: number): void {
    this.changes.push({ kind: 'state', key: ['group', topic, group], value: next });
    this.publications.push(() => setCommitted(this.state, topic, group, next));
  }

  /** What the transaction has to store; a topic's state once, however many jobs moved it. */
  toStore(): readonly StoredChange[] {
    const topics = [...this.topics].map(([name, value]): StoredChange => ({
      kind: 'state',
      key: ['topic', name],
      value,
    }));
    return topics.length === 0 ? this.changes : [...this.changes, ...topics];
  }

  publish(): void {
    for (const [name, next] of this.topics) this.state.topics.set(name, next);
    for (const publication of this.publications) publication();
  }
}

function setCommitted(state: LogState, topic: string, group: string, next: number): void {
  const groups = state.committed.get(topic);
  if (groups === undefined) state.committed.set(topic, new Map([[group, next]]));
  else groups.set(group, next);
}

function isOffset(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isTopicState(value: unknown): value is TopicState {
  if (typeof value !== 'object' || value === null) return false;
  const { oldest, end, bytes } = value as Partial<Record<keyof TopicState, unknown>>;
  return isOffset(oldest) && isOffset(end) && isOffset(bytes) && oldest <= end;
}
