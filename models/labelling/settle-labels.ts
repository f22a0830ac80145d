import { labelledItem, type Label } from '../../pipeline/core/label.js';
import { cohenKappa, krippendorffAlpha } from './agreement.js';

/** Below this agreement labels say more about who labelled than about the texts. */
export const LEAST_AGREEMENT = 0.6;
/** With fewer items that two people labelled the figure is luck. */
export const LEAST_DOUBLE_LABELS = 30;

export interface PairAgreement {
  readonly people: readonly [string, string];
  readonly items: number;
  /** Share of the items with the same label. */
  readonly same: number;
  readonly kappa: number | null;
}

/** An item about which people do not say the same, and nobody has decided yet. */
export interface Dispute {
  readonly documentId: string;
  readonly version: number;
  readonly instrument: string;
  readonly labels: readonly Label[];
}

export interface Agreement {
  /** What at least one person labelled, `skip` left out. */
  readonly items: number;
  readonly doublyLabelled: number;
  readonly pairs: readonly PairAgreement[];
  /** Krippendorff's α over all people. */
  readonly alpha: number | null;
  /** Cohen's κ with two people, α with more. */
  readonly figure: number | null;
  readonly disputes: readonly Dispute[];
  /** Whether labels may train, and if not, why. */
  readonly problem: string | null;
}

/** Compares people where two or more labelled the same item. `labels`: of each item and person the newest; decisions do not count. */
export function measureAgreement(labels: readonly Label[]): Agreement {
  const items = groupItems(labels);
  const double = [...items.values()].filter(({ said }) => said.length > 1);
  const alpha = krippendorffAlpha(double.map(({ said }) => said.map(({ value }) => value)));
  const pairs = pairsOf(double.map(({ said }) => said));
  const [only, ...others] = pairs;
  const figure = only !== undefined && others.length === 0 ? only.kappa : alpha;
  const disputes = double
    .filter(({ said, decided }) => decided === null && new Set(said.map(({ value }) => value)).size > 1)
    .flatMap(({ said }): Dispute[] => {
      const [first] = said;
      if (first === undefined) return [];
      const { documentId, version, instrument } = first;
      return [{ documentId, version, instrument, labels: said }];
    });
  const counts = { items: items.size, doublyLabelled: double.length };
  return { ...counts, pairs, alpha, figure, disputes, problem: problemOf(double.length, figure) };
}

/** What is held for right of each item: what somebody decided, else what everybody said; where people differ nothing. */
export function settleLabels(labels: readonly Label[]): readonly Label[] {
  return [...groupItems(labels).values()].flatMap(({ said, decided }) => {
    if (decided !== null) return decided.value === 'skip' ? [] : [decided];
    const [first] = said;
    return first !== undefined && said.every(({ value }) => value === first.value) ? [first] : [];
  });
}

interface Item {
  readonly said: readonly Label[];
  readonly decided: Label | null;
}

function groupItems(labels: readonly Label[]): ReadonlyMap<string, Item> {
  const items = new Map<string, { said: Label[]; decided: Label | null }>();
  for (const label of labels) {
    const decision = label.origin === 'adjudication';
    if (label.value === 'skip' && !decision) continue;
    const key = labelledItem(label);
    const item = items.get(key) ?? { said: [], decided: null };
    if (!decision) item.said.push(label);
    else if (item.decided === null || item.decided.at <= label.at) item.decided = label;
    items.set(key, item);
  }
  return items;
}

function pairsOf(items: readonly (readonly Label[])[]): readonly PairAgreement[] {
  const pairs = new Map<string, { people: [string, string]; first: string[]; second: string[] }>();
  for (const labels of items) {
    const sorted = [...labels].sort((a, b) => (a.author < b.author ? -1 : 1));
    for (const [index, a] of sorted.entries()) {
      for (const b of sorted.slice(index + 1)) {
        const key = JSON.stringify([a.author, b.author]);
        const pair = pairs.get(key) ?? { people: [a.author, b.author], first: [], second: [] };
        pair.first.push(a.value);
        pair.second.push(b.value);
        pairs.set(key, pair);
      }
    }
  }
  return [...pairs.values()].map(({ people, first, second }) => ({
    people,
    items: first.length,
    same: first.filter((value, index) => value === second[index]).length / first.length,
    kappa: cohenKappa(first, second),
  }));
}

function problemOf(double: number, figure: number | null): string | null {
  if (double < LEAST_DOUBLE_LABELS)
    return `Only ${double} items were labelled by two people; ${LEAST_DOUBLE_LABELS} are needed before labels train. "bellwether labels next --double" asks for second labels.`;
  if (figure === null)
    return 'Everybody always said the same one thing, so agreement cannot be told from habit. Label texts of other kinds.';
  if (figure < LEAST_AGREEMENT)
    return `Agreement is ${figure.toFixed(2)}, below ${LEAST_AGREEMENT}. Talk about the disputed items ("bellwether labels adjudicate"), sharpen the guidelines, label again.`;
  return null;
}
