import { effectiveRules } from '../app/effective-rules.js';
import { rehearse } from '../app/rehearse.js';
import { loadRules } from '../app/expert-rules.js';
import { createUnderstanding } from '../app/understanding.js';
import type { RehearsalReport } from '../../alerts/rehearsal/rehearse.js';
import { systemClock } from '../core/clock.js';
import { fileOptions, flag, noPositionals } from './arguments.js';
import type { Command } from './command.js';
import { MODEL_OPTION, modelsFrom } from './model-option.js';
import { CONFIG_OPTIONS, configFrom } from './open-config.js';

const NEEDS_STREAM = 'rehearse needs --stream FILE with recorded documents (JSON lines, gzip or not).';

export const rehearseCommand: Command = {
  name: 'rehearse',
  summary:
    'Says which alerts would have fired over a recorded stream. Nothing is stored and nothing is sent.',
  usage: '--stream FILE [--stream FILE …] [--config FILE] [--model M] [--json]',
  options: {
    stream: {
      type: 'string',
      multiple: true,
      value: 'FILE',
      doc: 'Recorded documents (JSON lines, gzip or not).',
    },
    config: CONFIG_OPTIONS.config,
    ...MODEL_OPTION,
    json: { type: 'boolean', doc: 'The whole report as JSON.' },
  },
  examples: [
    'bellwether rehearse --stream posts-2015.jsonl.gz',
    'bellwether rehearse --stream wire.jsonl --config mine.yaml --json',
  ],
  async run(args, io) {
    noPositionals(args, 'rehearse');
    const config = await configFrom(args, io, { sources: [] });
    const understanding = await createUnderstanding({
      world: 'replay',
      models: modelsFrom(args, config),
      rules: (await loadRules(config.models.rules)).inForce,
      languages: config.languages,
      instrumentFiles: config.instruments.files,
    });
    let rejected = 0;
    const report = await rehearse({
      files: fileOptions(args, 'stream', io.cwd, NEEDS_STREAM),
      rules: effectiveRules(config.alerts.rules),
      understanding,
      clock: systemClock,
      signal: io.signal,
      onRejected: ({ place, message }) => {
        rejected += 1;
        if (rejected <= 20) io.words(`${place}: ${message}`);
      },
      onProgress: () => undefined,
    });
    await understanding.close();
    io.out(flag(args, 'json') ? `${JSON.stringify(report)}\n` : table(report));
    return 0;
  },
};

function table({ alerts, summary }: RehearsalReport): string {
  const lines = alerts.map(({ firedAt, severity, series, count, expected, score, documents }) => {
    const numbers = `${count.toFixed(1).padStart(7)} ${expected.toFixed(1).padStart(8)} ${score.toFixed(1).padStart(6)}`;
    return `${firedAt.slice(0, 16)}  ${severity.padEnd(8)} ${series.name.slice(0, 28).padEnd(28)} ${numbers}  ${documents[0]?.title.slice(0, 70) ?? ''}`;
  });
  const head = `${'fired (UTC)'.padEnd(16)}  ${'severity'.padEnd(8)} ${'what'.padEnd(28)} negative expected  score  strongest document`;
  const { from, to, documents, alertsPerMonth } = summary;
  const period =
    from === null || to === null
      ? 'no documents'
      : `${documents} documents, ${from.slice(0, 10)} to ${to.slice(0, 10)}`;
  return [
    ...(alerts.length === 0 ? [] : [head, ...lines, '']),
    `${alerts.length} alerts (${alertsPerMonth.toFixed(1)} in 30 days), ${period}.`,
    '',
  ].join('\n');
}
