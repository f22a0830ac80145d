import { toTask } from '../../pipeline/app/labelling/label-queue.js';
import type { LabelDesk, SaidLabel } from '../../dashboards/api/ports.js';
import type { WireDispute } from '../../dashboards/api/wire.js';
import type { MemoryStore } from './dashboards-store.js';

/** A desk over a plain list: what was said lies open. */
export interface MemoryDesk extends LabelDesk {
  readonly said: SaidLabel[];
  readonly disputed: WireDispute[];
}

export function createMemoryDesk(store: MemoryStore): MemoryDesk {
  const said: SaidLabel[] = [];
  const disputed: WireDispute[] = [];
  return {
    said,
    disputed,
    async queue({ labeller, language, size }) {
      const everything = {
        series: 'market',
        topic: null,
        from: 0,
        to: 4e12,
        asOf: null,
        minRelevance: 0,
      } as const;
      const { items } = await store.documents({ ...everything, order: 'newest', limit: 500, cursor: null });
      const mine = new Set(said.filter(({ author }) => author === labeller).map((one) => one.documentId));
      return items
        .filter((view) => !mine.has(view.id) && (language === null || view.language === language))
        .slice(0, size)
        .map(toTask);
    },
    add(labels) {
      said.push(...labels);
      return Promise.resolve(labels.length);
    },
    progress: (labeller) =>
      Promise.resolve({
        items: said.length,
        mine: said.filter(({ author }) => author === labeller).length,
        doublyLabelled: 34,
        disputed: disputed.length,
        figure: 0.71,
        pairs: [{ people: ['ann', 'bo'], items: 34, same: 0.82, kappa: 0.71 }],
        problem: null,
      }),
    disputes: (limit) => Promise.resolve(disputed.slice(0, limit)),
  };
}
