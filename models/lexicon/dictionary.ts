/**
 * What a word of the lexicon does.
 *
 * - `polar`: good (above 0) or bad (below 0) by itself.
 * - `direction`: up (above 0) or down; what that means depends on what moves: profits that fall are bad, losses that fall good.
 * - `quantity`: something that moves. `value` says whether more of it is good (1) or bad (−1); `alone` is its tone without a move.
 * - `negation` turns what follows; `scale` strengthens (above 1) or weakens it; `border` ends a clause.
 */
export interface Entry {
  readonly kind: 'polar' | 'direction' | 'quantity' | 'negation' | 'scale' | 'border';
  readonly value: number;
  readonly alone: number;
}

/** What phrases are compared by, unit for unit: an English token, or the code of a Chinese character. */
export type UnitKey = string | number;

/** What phrases with a common beginning go on with, and what the beginning itself stands for. */
export interface PhraseNode<T> {
  readonly next: Map<UnitKey, PhraseNode<T>>;
  value: T | undefined;
}

/** Words and phrases, folded. */
export interface Dictionary<T> {
  readonly entries: ReadonlyMap<string, T>;
  /** The phrases as a tree of their units, so that a look-up builds no strings. */
  readonly root: PhraseNode<T>;
}

/** Makes a dictionary ready for look-ups; `joiner` stands between the units (English: tokens, Chinese: characters) of a phrase. */
export function toDictionary<T>(entries: ReadonlyMap<string, T>, joiner: '' | ' '): Dictionary<T> {
  const root: PhraseNode<T> = { next: new Map(), value: undefined };
  for (const [phrase, value] of entries) {
    let node = root;
    for (const unit of phrase.split(joiner)) {
      const key = joiner === '' ? unit.charCodeAt(0) : unit;
      const child = node.next.get(key) ?? { next: new Map(), value: undefined };
      node.next.set(key, child);
      node = child;
    }
    node.value = value;
  }
  return { entries, root };
}

/**
 * Reads the word lists' own notation: a line is `KIND VALUE[/ALONE] word word …`, with `_` for a blank inside a phrase and
 * `~` after a regular verb that shall stand for its forms too. Throws on a line it cannot read: the lists are code.
 */
export function parseDictionary(lists: readonly string[], joiner: '' | ' '): Dictionary<Entry> {
  const entries = new Map<string, Entry>();
  for (const line of lists.join('\n').split('\n')) {
    const [kind = '', numbers = '', ...words] = line.trim().split(/\s+/);
    if (kind === '') continue;
    const [value = Number.NaN, alone = 0] = numbers.split('/').map(Number);
    if (!isKind(kind) || !Number.isFinite(value))
      throw new TypeError(`word list line not understood: ${line}`);
    for (const word of words.flatMap(inflect)) {
      entries.set(word, { kind, value, alone });
    }
  }
  return toDictionary(entries, joiner);
}

function isKind(kind: string): kind is Entry['kind'] {
  return ['polar', 'direction', 'quantity', 'negation', 'scale', 'border'].includes(kind);
}

/** `surge~` → surge, surges, surged, surging; irregular forms are written out in the lists. */
function inflect(notation: string): string[] {
  const word = notation.replaceAll(/[_-]/g, ' ').trim() || notation;
  if (!word.endsWith('~')) return [word];
  const base = word.slice(0, -1);
  const stem = base.endsWith('e') ? base.slice(0, -1) : base;
  if (/[^aeiou]y$/.test(base)) {
    const root = base.slice(0, -1);
    return [base, `${root}ies`, `${root}ied`, `${base}ing`];
  }
  const plural = /(?:s|sh|ch|x|z)$/.test(base) ? `${base}es` : `${base}s`;
  return [base, plural, `${stem}ed`, `${stem}ing`];
}
