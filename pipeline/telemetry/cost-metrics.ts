import { Gauge, type Registry } from 'prom-client';

/** As the configuration has them; null is unknown. */
export interface Cost {
  /** Price of an hour of one processor core. */
  readonly cpuHour: number | null;
  readonly wattsPerCore: number;
  /** Cost of a thousand documents that shall not be passed. */
  readonly budgetPerThousand: number | null;
}

export interface CostMetrics {
  cost(cost: Cost): void;
}

/**
 * What turns processor time into money and energy. The time itself is `process_cpu_seconds_total` with all threads; the rules of
 * `config/prometheus` divide it by the stored documents. A series that is not known is absent, so that nothing is computed with it.
 */
export function createCostMetrics(registry: Registry): CostMetrics {
  const gauge = (name: string, help: string) => {
    // Without a label a gauge would show 0 before it is set.
    const made = new Gauge({ name: `bellwether_${name}`, help, labelNames: ['unit'], registers: [registry] });
    return (value: number | null, unit: string) => {
      if (value !== null) made.set({ unit }, value);
    };
  };
  const price = gauge('cpu_hour_price', 'Price of an hour of one processor core.');
  const watts = gauge('core_watts', 'What a busy core is taken to draw.');
  const budget = gauge('budget_per_thousand', 'Cost of a thousand documents that shall not be passed.');
  return {
    cost({ cpuHour, wattsPerCore, budgetPerThousand }) {
      price(cpuHour, 'currency');
      watts(wattsPerCore, 'watt');
      budget(budgetPerThousand, 'currency');
    },
  };
}
