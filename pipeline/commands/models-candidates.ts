import { readApproved } from '../app/model-life/approved-model.js';
import { historyOf } from '../app/model-life/approve.js';
import type { AuditStep } from '../app/model-life/audit.js';
import { listCandidates, readCandidate, readComparison } from '../app/model-life/candidate-files.js';
import { systemClock } from '../core/clock.js';
import { flag, noPositionals } from './arguments.js';
import type { Command } from './command.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { textTable } from './text-table.js';
import { findInstallation } from './with-installation.js';

const DAY_MS = 86_400_000;

export const modelsCandidatesCommand: Command = {
  name: 'models candidates',
  summary:
    'Shows the candidates with their age and that of their newest label, which one is approved, and who did what.',
  usage: '[--data DIR] [--json]',
  options: {
    ...CONFIG_OPTIONS,
    json: { type: 'boolean', doc: 'One line of JSON with all hashes and steps.' },
  },
  examples: ['bellwether models candidates --data data/live'],
  async run(args, io) {
    noPositionals(args, 'models candidates');
    const { config, dataDir } = await findInstallation(args, io);
    const { current } = await readApproved(dataDir);
    const history = await historyOf(dataDir);
    const candidates = [];
    for (const id of await listCandidates(dataDir)) {
      const compared = await readComparison(dataDir, id);
      candidates.push({ ...(await readCandidate(dataDir, id)), problems: compared?.problems ?? null });
    }
    if (flag(args, 'json')) {
      io.out(
        `${JSON.stringify({ configured: config.models.sentiment, approved: current, candidates, history })}\n`,
      );
      return 0;
    }
    const age = (iso: string) =>
      `${Math.max(0, Math.floor((systemClock.now() - Date.parse(iso)) / DAY_MS))} d`;
    const rows = candidates.map(({ id, trainedBy, trainedAt, labels, problems }) => [
      id,
      id === current?.id
        ? 'approved'
        : problems === null
          ? 'not compared'
          : problems.length > 0
            ? 'worse'
            : 'compared',
      trainedBy,
      age(trainedAt),
      `${labels.texts}`,
      age(labels.newestAt),
    ]);
    const head = ['CANDIDATE', 'STATE', 'TRAINED BY', 'AGE', 'LABELS', 'NEWEST LABEL'];
    io.out(rows.length === 0 ? 'No candidates.\n' : textTable(head, rows));
    io.out(`Approved: ${current?.id ?? `${config.models.sentiment} of the package`}\n`);
    for (const { at, step, by, account, details } of history)
      io.out(`${at}  ${step.padEnd(11)} ${aboutOf(step, details)}  by ${by} (${account})\n`);
    return 0;
  },
};

function aboutOf(step: AuditStep['step'], { id }: AuditStep['details']): string {
  if (step === 'mended') return 'half a line cut off';
  return typeof id === 'string' ? id : 'package';
}
