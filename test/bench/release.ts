import { cpus } from 'node:os';

import { floorsFor } from '../../models/evaluation/release/floors.js';
import type { Figure } from './figures.js';

export interface ReleaseMeasured {
  /** Of the scenario `encoder`. */
  readonly bench: readonly Figure[];
  /** Megabytes a worker. */
  readonly memory: number;
  /** Documents a second from end to end. */
  readonly perSecond: number;
  /** Sent to found by id at 300 documents a second. */
  readonly p99Seconds: number | null;
}

/** The figures by the names and limits of the release list. */
export function releaseFigures({ bench, memory, perSecond, p99Seconds }: ReleaseMeasured): readonly Figure[] {
  const benched = (name: string) => {
    const value = bench.find((figure) => figure.name === name)?.value;
    return typeof value === 'number' ? value : null;
  };
  const values = {
    'headlines served a second, 2 cores': benched('served, text to scores'),
    'times PyTorch BERT-base fp32': benched('served, times PyTorch BERT-base fp32'),
    'times PyTorch BERT-base bf16': benched('served, times PyTorch BERT-base bf16'),
    'end to end, documents a second': perSecond,
    'p99 at 300 documents a second, s': p99Seconds,
    'memory per inference worker, MB': memory,
  };
  return Object.entries(values).map(([name, value]) => ({ name, value, unit: '', ...limitOf(name) }));
}

const FLOORS = floorsFor('encoder');

function limitOf(name: string): Pick<Figure, 'limit' | 'atLeast'> {
  const floor = FLOORS.find(({ figure }) => figure === name);
  if (floor === undefined) throw new Error(`The release list has no figure "${name}".`);
  return { limit: floor.bound, atLeast: floor.must === 'least' };
}

/** What `evaluate --gate --figures` reads; figures that were not measured are left out. */
export function toFiguresFile(figures: readonly Figure[], sha256: string, command: string): string {
  const [processor] = cpus();
  const listed = figures.filter(
    ({ name, value }) =>
      typeof value === 'number' && FLOORS.some(({ figure, from }) => figure === name && from === 'file'),
  );
  const file = {
    sha256,
    date: new Date().toISOString().slice(0, 10),
    machine: `${String(cpus().length)} × ${processor?.model ?? 'unknown processor'}, Node ${process.version}`,
    command,
    figures: Object.fromEntries(listed.map(({ name, value }) => [name, value])),
  };
  return `${JSON.stringify(file, null, 1)}\n`;
}
