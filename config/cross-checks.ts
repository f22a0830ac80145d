import { namesItems } from './sources/mapping.js';
import type { ConfigProblem, LocateLine } from './problems.js';
import type { ParsedConfig } from './schema.js';

/** Combinations that are refused. Sections with problems of their own are absent and not looked at. */
export function crossChecks(config: Partial<ParsedConfig>, lineOf: LocateLine): readonly ConfigProblem[] {
  return [
    ...openWebhook(config, lineOf),
    ...openModel(config, lineOf),
    ...openStoreQueries(config, lineOf),
    ...budgetWithoutPrice(config, lineOf),
    ...sameIds(config, lineOf),
    ...mixedWorlds(config, lineOf),
    ...samePorts(config, lineOf),
    ...crossedThresholds(config, lineOf),
    ...namelessMessages(config, lineOf),
    ...unnamedReader(config, lineOf),
    ...fullOfProcessed(config, lineOf),
  ];
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function openWebhook({ http, webhook }: Partial<ParsedConfig>, lineOf: LocateLine): readonly ConfigProblem[] {
  if (http === undefined || webhook === undefined) return [];
  if (isLoopback(http.host) || !webhook.enabled || webhook.token !== null) return [];
  return [
    {
      path: 'http.host',
      line: lineOf(['http', 'host']),
      problem: `is ${http.host}, which other machines reach, while anyone may push documents without a token`,
      fix: 'Set webhook.token, or webhook.enabled to false, or http.host to 127.0.0.1.',
    },
  ];
}

function openModel({ models }: Partial<ParsedConfig>, lineOf: LocateLine): readonly ConfigProblem[] {
  if (models === undefined || models.serve.token !== null || isLoopback(models.serve.host)) return [];
  return [
    {
      path: 'models.serve.host',
      line: lineOf(['models', 'serve', 'host']),
      problem: `is ${models.serve.host}, which other machines reach, while anyone may use the model without a token`,
      fix: 'Set models.serve.token, or models.serve.host to 127.0.0.1.',
    },
  ];
}

function openStoreQueries(
  { clickhouse }: Partial<ParsedConfig>,
  lineOf: LocateLine,
): readonly ConfigProblem[] {
  if (clickhouse?.listen.enabled !== true || clickhouse.listen.password !== null) return [];
  return [
    {
      path: 'clickhouse.listen.password',
      line: lineOf(['clickhouse', 'listen', 'password']) ?? lineOf(['clickhouse', 'listen']),
      problem: 'is missing, and the endpoint is enabled: it serves nobody without one',
      fix: 'Set it to ${env:NAME} or {file: PATH}, or clickhouse.listen.enabled to false.',
    },
  ];
}

function budgetWithoutPrice(
  { telemetry }: Partial<ParsedConfig>,
  lineOf: LocateLine,
): readonly ConfigProblem[] {
  if (telemetry === undefined) return [];
  const { budgetPerThousand, cpuHour } = telemetry.cost;
  if (budgetPerThousand === null || cpuHour !== null) return [];
  return [
    {
      path: 'telemetry.cost.budgetPerThousand',
      line: lineOf(['telemetry', 'cost', 'budgetPerThousand']),
      problem: 'can never be passed: what a processor costs is not known',
      fix: 'Set telemetry.cost.cpuHour, the price of an hour of one core.',
    },
  ];
}

function sameIds({ sources = [] }: Partial<ParsedConfig>, lineOf: LocateLine): readonly ConfigProblem[] {
  const first = new Map<string, number>();
  return sources.flatMap(({ id }, index) => {
    const before = first.get(id);
    if (before === undefined) {
      first.set(id, index);
      return [];
    }
    return [
      {
        path: `sources[${index}].id`,
        line: lineOf(['sources', index, 'id']),
        problem: `is the same as that of sources[${before}]`,
        fix: 'Give each source an id of its own: documents are told apart by it.',
      },
    ];
  });
}

function mixedWorlds({ sources = [] }: Partial<ParsedConfig>, lineOf: LocateLine): readonly ConfigProblem[] {
  const active = sources.filter((source) => source.enabled);
  const index = sources.findIndex((source) => source.type === 'demo' && source.enabled);
  if (index < 0 || active.length === 1) return [];
  return [
    {
      path: `sources[${index}]`,
      line: lineOf(['sources', index]),
      problem: 'is the demo beside other sources; invented and real documents are never mixed',
      fix: 'Remove the demo, or run it alone.',
    },
  ];
}

function samePorts(
  { http, metrics, clickhouse }: Partial<ParsedConfig>,
  lineOf: LocateLine,
): readonly ConfigProblem[] {
  const servers = [
    { path: ['http'], at: http },
    { path: ['metrics'], at: metrics },
    {
      path: ['clickhouse', 'listen'],
      at: clickhouse?.listen.enabled === true ? clickhouse.listen : undefined,
    },
  ];
  return servers.flatMap(({ path, at }, index) => {
    const taken = servers.slice(0, index).find((other) => at !== undefined && collide(at, other.at));
    if (at === undefined || taken === undefined) return [];
    return [
      {
        path: [...path, 'port'].join('.'),
        line: lineOf([...path, 'port']) ?? lineOf([...taken.path, 'port']),
        problem: `is ${at.port}, the same as ${taken.path.join('.')}.port`,
        fix: 'Use different ports, or 0 for a free one.',
      },
    ];
  });
}

interface Address {
  readonly host: string;
  readonly port: number;
}

const EVERY_ADDRESS = ['0.0.0.0', '::', '[::]'];

function collide(one: Address, other: Address | undefined): boolean {
  if (other === undefined || one.port === 0 || one.port !== other.port) return false;
  return one.host === other.host || [one.host, other.host].some((host) => EVERY_ADDRESS.includes(host));
}

/** Without an id of its own a message would be another document each time it comes. */
function namelessMessages(
  { sources = [] }: Partial<ParsedConfig>,
  lineOf: LocateLine,
): readonly ConfigProblem[] {
  return sources.flatMap((source, index) => {
    if (!('mapping' in source) || source.type === 'push' || namesItems(source.mapping)) return [];
    return [
      {
        path: `sources[${index}].mapping`,
        line: lineOf(['sources', index, 'mapping']),
        problem: 'names neither nativeId nor url, so a message that comes twice could not be recognised',
        fix: 'Map nativeId to the field that holds the id of the message.',
      },
    ];
  });
}

function unnamedReader(
  { sources = [], fetch }: Partial<ParsedConfig>,
  lineOf: LocateLine,
): readonly ConfigProblem[] {
  const index = sources.findIndex((source) => source.type === 'edgar' && source.enabled);
  if (index < 0 || fetch === undefined || fetch.contact !== null) return [];
  return [
    {
      path: 'fetch.contact',
      line: lineOf(['fetch', 'contact']) ?? lineOf(['sources', index]),
      problem: `is missing, and EDGAR (sources[${index}]) refuses readers that do not say whom to ask`,
      fix: 'Set it to an e-mail address of yours.',
    },
  ];
}

function crossedThresholds({ alerts }: Partial<ParsedConfig>, lineOf: LocateLine): readonly ConfigProblem[] {
  return (alerts?.rules ?? []).flatMap(({ threshold, clearThreshold }, index) =>
    threshold === undefined || clearThreshold === undefined || clearThreshold < threshold
      ? []
      : [
          {
            path: `alerts.rules[${index}].clearThreshold`,
            line: lineOf(['alerts', 'rules', index, 'clearThreshold']),
            problem: 'is not below threshold, so the alert would come and go',
            fix: `Use a number below ${threshold}.`,
          },
        ],
  );
}

function fullOfProcessed({ log }: Partial<ParsedConfig>, lineOf: LocateLine): readonly ConfigProblem[] {
  if (log === undefined || log.maxBytes === null || log.maxBytes > log.retentionBytes) return [];
  return [
    {
      path: 'log.maxBytes',
      line: lineOf(['log', 'maxBytes']),
      problem: `is not above log.retentionBytes (${log.retentionBytes}), so processed messages alone would fill the log`,
      fix: 'Lower log.retentionBytes, or raise log.maxBytes: what lies between them is the room for a backlog.',
    },
  ];
}
