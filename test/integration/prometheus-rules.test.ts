import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { createMetrics } from '../../pipeline/telemetry/metrics.js';

const run = promisify(execFile);
const FOLDER = fileURLToPath(new URL('../../config/prometheus/', import.meta.url));
const possible = await run('promtool', ['--version']).then(
  () => true,
  () => false,
);

describe('The rules for Prometheus', () => {
  const withPromtool = it.skipIf(!possible && process.env['CI'] !== 'true');
  withPromtool('are right, and fire and keep quiet as their tests say (promtool)', async () => {
    await run('promtool', ['check', 'config', 'prometheus.yaml'], { cwd: FOLDER });
    for (const tests of [
      'rules.test.yaml',
      'rules-edge.test.yaml',
      'rules-sources.test.yaml',
      'rules-cost.test.yaml',
      'rules-foreign.test.yaml',
      'rules-models.test.yaml',
    ]) {
      const { stdout } = await run('promtool', ['test', 'rules', tests], { cwd: FOLDER });
      expect(stdout).toContain('SUCCESS');
    }
  });

  it('speak of metrics that there are, and say what to do', async () => {
    const text = await readFile(`${FOLDER}rules.yaml`, 'utf8');
    const metrics = createMetrics();
    metrics.observeProcess();
    const served = await metrics.text();
    const table = await readFile(`${FOLDER}../../pipeline/telemetry/README.md`, 'utf8');
    for (const [name] of text.matchAll(/\b(?:bellwether|process|nodejs)_[a-z0-9_]+/g)) {
      const metric = name.replace(/_bucket$/, '');
      expect(served, name).toContain(`# HELP ${metric} `);
      if (metric.startsWith('bellwether_')) expect(table, name).toContain(`\`${metric}\``);
    }
    const { groups } = parse(text) as {
      groups: {
        rules: ({ record: string } | { labels: { severity: string }; annotations: Record<string, string> })[];
      }[];
    };
    for (const rule of groups.flatMap(({ rules }) => rules)) {
      if ('record' in rule) continue;
      const { labels, annotations } = rule;
      expect(['warning', 'critical']).toContain(labels.severity);
      expect(Object.keys(annotations)).toEqual(['summary', 'description']);
    }
  });
});
