import { InvariantError } from './errors.js';

/** Called for every occurrence: `[start, end)` in the text and the index of the pattern. */
export type OnHit = (start: number, end: number, pattern: number) => void;

export interface PatternMatcher {
  /** Reports every occurrence of every pattern, also overlapping ones, in the order of their ends. */
  scan(text: Uint16Array, onHit: OnHit): void;
  /** Nodes of the automaton; about 40 bytes each are held, plus 128 kB. */
  readonly nodes: number;
}

interface Trie {
  readonly children: Map<number, number>[];
  readonly patternAt: number[];
}

const NONE = -1;

/**
 * Finds many patterns in one pass (Aho–Corasick over UTF-16 units).
 *
 * Time is linear in the text plus the hits, whatever the text holds. Patterns must be distinct and not empty.
 */
export function createPatternMatcher(patterns: readonly string[]): PatternMatcher {
  const classes = classifyUnits(patterns);
  const trie = buildTrie(patterns, classes.of);
  const table = new TransitionTable(trie, classes.count);
  const { fail, shorter } = linkNodes(trie, table);
  const patternAt = Int32Array.from(trie.patternAt);
  const lengths = Int32Array.from(patterns, (pattern) => pattern.length);

  // Most searches end at the root: its own table spares them the last look-up.
  const rootNext = Int32Array.from({ length: classes.count }, (_, unitClass) =>
    Math.max(0, table.get(0, unitClass)),
  );

  const advance = (from: number, unitClass: number): number => {
    for (let node = from; node !== 0; node = fail[node] ?? 0) {
      const next = table.get(node, unitClass);
      if (next !== NONE) return next;
    }
    return rootNext[unitClass] ?? 0;
  };

  const scan = (text: Uint16Array, onHit: OnHit): void => {
    let node = 0;
    for (let i = 0; i < text.length; i++) {
      const unitClass = classes.of[text[i] ?? 0] ?? 0;
      node = unitClass === 0 ? 0 : advance(node, unitClass);
      let at = (patternAt[node] ?? NONE) !== NONE ? node : (shorter[node] ?? NONE);
      while (at > 0) {
        const pattern = patternAt[at] ?? 0;
        onHit(i + 1 - (lengths[pattern] ?? 0), i + 1, pattern);
        at = shorter[at] ?? NONE;
      }
    }
  };
  return { scan, nodes: patternAt.length };
}

/** Numbers the units that occur in patterns from 1; 0 stands for all others. */
function classifyUnits(patterns: readonly string[]): { of: Uint16Array; count: number } {
  const of = new Uint16Array(65_536);
  let count = 1;
  for (const pattern of patterns) {
    for (let i = 0; i < pattern.length; i++) {
      const unit = pattern.charCodeAt(i);
      if (of[unit] === 0) of[unit] = count++;
    }
  }
  return { of, count };
}

function buildTrie(patterns: readonly string[], classOf: Uint16Array): Trie {
  const children: Map<number, number>[] = [new Map<number, number>()];
  const patternAt: number[] = [NONE];
  patterns.forEach((pattern, index) => {
    let node = 0;
    for (let i = 0; i < pattern.length; i++) {
      const unitClass = classOf[pattern.charCodeAt(i)] ?? 0;
      let next = children[node]?.get(unitClass);
      if (next === undefined) {
        next = children.length;
        children.push(new Map());
        patternAt.push(NONE);
        children[node]?.set(unitClass, next);
      }
      node = next;
    }
    if (node === 0 || patternAt[node] !== NONE) {
      throw new InvariantError('pattern_invalid', `Pattern ${index} is empty or a repeat.`);
    }
    patternAt[node] = index;
  });
  return { children, patternAt };
}

/** For each node the longest proper suffix that is a node, and the nearest suffix that ends a pattern. */
function linkNodes(trie: Trie, table: TransitionTable): { fail: Int32Array; shorter: Int32Array } {
  const fail = new Int32Array(trie.children.length);
  const shorter = new Int32Array(trie.children.length).fill(NONE);
  const queue: number[] = [0];
  for (let head = 0; head < queue.length; head++) {
    const node = queue[head] ?? 0;
    for (const [unitClass, child] of trie.children[node] ?? []) {
      queue.push(child);
      if (node === 0) continue;
      let suffix = fail[node] ?? 0;
      while (suffix !== 0 && table.get(suffix, unitClass) === NONE) suffix = fail[suffix] ?? 0;
      const target = Math.max(table.get(suffix, unitClass), 0);
      fail[child] = target;
      shorter[child] = (trie.patternAt[target] ?? NONE) !== NONE ? target : (shorter[target] ?? NONE);
    }
  }
  return { fail, shorter };
}

/** Open-addressed (node, class) → node, at most half full; far smaller than a dense table for Chinese. */
class TransitionTable {
  private readonly keys: Int32Array;
  private readonly values: Int32Array;
  private readonly mask: number;

  constructor(
    trie: Trie,
    private readonly classCount: number,
  ) {
    if (trie.children.length * classCount >= 2 ** 31) {
      throw new InvariantError('patterns_too_many', 'The patterns do not fit a 31-bit transition key.');
    }
    const size = 2 ** Math.ceil(Math.log2(trie.children.length * 2 + 2));
    this.mask = size - 1;
    this.keys = new Int32Array(size).fill(NONE);
    this.values = new Int32Array(size);
    trie.children.forEach((edges, node) => {
      for (const [unitClass, child] of edges) this.set(node * classCount + unitClass, child);
    });
  }

  get(node: number, unitClass: number): number {
    const key = node * this.classCount + unitClass;
    let slot = this.slotOf(key);
    for (;;) {
      const found = this.keys[slot];
      if (found === key) return this.values[slot] ?? NONE;
      if (found === NONE) return NONE;
      slot = (slot + 1) & this.mask;
    }
  }

  private set(key: number, child: number): void {
    let slot = this.slotOf(key);
    while (this.keys[slot] !== NONE) slot = (slot + 1) & this.mask;
    this.keys[slot] = key;
    this.values[slot] = child;
  }

  private slotOf(key: number): number {
    const mixed = Math.imul(key, 0x9e3779b1);
    return (mixed ^ (mixed >>> 15)) & this.mask;
  }
}
