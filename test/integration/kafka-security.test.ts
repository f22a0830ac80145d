import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ConfigError } from '../../pipeline/core/errors.js';
import { RAW_TOPIC } from '../../pipeline/core/log.js';
import { PLAINTEXT, type KafkaConnection } from '../../pipeline/log/kafka/connection.js';
import { openTopic } from '../../pipeline/log/kafka/open-topic.js';
import { createAuthority, hasOpenssl, type TestAuthority } from '../support/certificates.js';
import { canStartKafka, type KafkaBroker } from '../support/kafka-broker.js';
import { hasKafkaClient, kafkaLogOptions, openKafkaLog } from '../support/kafka-mock.js';
import { SASL_USER, startSecureBroker, type SecureListener } from '../support/kafka-secure-broker.js';
import { runCommand, temporaryFolder } from '../support/service.js';

const possible = (await hasKafkaClient()) && (await canStartKafka()) && (await hasOpenssl());
const QUICK_MS = 12_000;
const WRONG = 'wombat-9-anchor';

describe.skipIf(!possible && process.env['CI'] !== 'true')('Brokers with TLS and SASL', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let authority: TestAuthority;
  let stranger: TestAuthority;
  let broker: KafkaBroker;
  let made = 0;

  beforeAll(async () => {
    expect(possible, 'Java 17, Maven, openssl and the compiled Kafka client are needed').toBe(true);
    folder = await temporaryFolder();
    authority = await createAuthority(folder.path, 'ours');
    stranger = await createAuthority(folder.path, 'theirs');
    broker = await startSecureBroker(authority);
  }, 180_000);
  afterAll(async () => {
    await broker.dispose();
    await folder.remove();
  });

  const tls = (changes: Partial<KafkaConnection> = {}): KafkaConnection => ({
    ...PLAINTEXT,
    security: 'ssl',
    caFile: authority.caFile,
    ...changes,
  });
  const sasl = (
    mechanism: KafkaConnection['mechanism'],
    changes: Partial<KafkaConnection> = {},
  ): KafkaConnection =>
    tls({
      security: 'sasl_ssl',
      mechanism,
      username: SASL_USER.username,
      password: { reveal: () => SASL_USER.password },
      ...changes,
    });
  const open = (listener: SecureListener | 'PLAINTEXT', connection: KafkaConnection) =>
    openKafkaLog(
      kafkaLogOptions(broker.listeners[listener] ?? '', {
        connection,
        prefix: `secure${(made += 1)}.`,
        partitions: 1,
      }),
    );
  const ours = (authority: TestAuthority) => authority.issue('client', 'DNS:client');

  it.each<[string, SecureListener, () => Promise<KafkaConnection>]>([
    ['TLS with our authority', 'TLS', () => Promise.resolve(tls())],
    [
      'a certificate of ours (mutual TLS)',
      'MUTUAL',
      async () => {
        const { certificate, key } = await ours(authority);
        return tls({ certificateFile: certificate, keyFile: key });
      },
    ],
    ['SCRAM-SHA-256', 'SASLTLS', () => Promise.resolve(sasl('SCRAM-SHA-256'))],
    ['SCRAM-SHA-512', 'SASLTLS', () => Promise.resolve(sasl('SCRAM-SHA-512'))],
    ['PLAIN over TLS', 'SASLTLS', () => Promise.resolve(sasl('PLAIN'))],
    [
      'SCRAM without TLS',
      'SASLPLAIN',
      () => Promise.resolve(sasl('SCRAM-SHA-512', { security: 'sasl_plaintext' })),
    ],
  ])(
    'writes, reads and commits over %s',
    async (_what, listener, connect) => {
      const log = await open(listener, await connect());
      await log.append(RAW_TOPIC, [{ key: 'k', value: Buffer.from('内容') }], {
        cursors: [{ name: 'feed', value: '7' }],
      });
      const reader = await log.openReader(RAW_TOPIC, 'g');
      const messages = await reader.pull({ maxMessages: 1, maxBytes: 1_000, waitMs: 15_000 });
      expect(messages.map(({ value }) => Buffer.from(value).toString())).toEqual(['内容']);
      await reader.commit([{ partition: 0, offset: 1 }]);
      expect(await log.readCursor('feed')).toBe('7');
      expect(await log.committedPositions(RAW_TOPIC, 'g')).toEqual([{ partition: 0, offset: 1 }]);
      await log.close();
    },
    40_000,
  );

  const wrong = { password: { reveal: () => WRONG } };
  it.each<[string, SecureListener | 'PLAINTEXT', () => Promise<KafkaConnection>, RegExp]>([
    ['a certificate that nobody here trusts', 'TLS', () => Promise.resolve(tls({ caFile: null })), /caFile/],
    [
      'a certificate of another authority',
      'TLS',
      () => Promise.resolve(tls({ caFile: stranger.caFile })),
      /signed by nobody that is trusted.*caFile/,
    ],
    ['a certificate for another host', 'OTHERHOST', () => Promise.resolve(tls()), /another host name/],
    ['an expired certificate', 'EXPIRED', () => Promise.resolve(tls()), /has expired\. Renew/],
    ['a broker that wants our certificate', 'MUTUAL', () => Promise.resolve(tls()), /certificateFile/],
    [
      'our certificate by another authority',
      'MUTUAL',
      async () => {
        const { certificate, key } = await ours(stranger);
        return tls({ certificateFile: certificate, keyFile: key });
      },
      /signed by an authority that the broker trusts/,
    ],
    ['a missing file', 'TLS', () => Promise.resolve(tls({ caFile: '/no/such/ca.pem' })), /PEM/],
    ['a port without TLS', 'PLAINTEXT', () => Promise.resolve(tls()), /does not speak TLS/],
    [
      'a wrong SCRAM password',
      'SASLTLS',
      () => Promise.resolve(sasl('SCRAM-SHA-512', wrong)),
      /user or password is wrong/,
    ],
    ['a wrong PLAIN password', 'SASLTLS', () => Promise.resolve(sasl('PLAIN', wrong)), /user or password/],
    ['a port without SASL', 'TLS', () => Promise.resolve(sasl('SCRAM-SHA-512')), /does not offer SASL/],
  ])(
    'refuses %s at once, with cause and mending',
    async (_what, listener, connect, words) => {
      const began = performance.now();
      const error: unknown = await open(listener, await connect()).catch((failure: unknown) => failure);
      expect(error).toBeInstanceOf(ConfigError);
      expect((error as ConfigError).message).toMatch(words);
      expect(JSON.stringify([error, (error as ConfigError).message])).not.toContain(WRONG);
      expect(performance.now() - began).toBeLessThan(QUICK_MS);
    },
    40_000,
  );

  it('reads a topic of somebody else with the same options, and says why when it may not', async () => {
    const connection = sasl('SCRAM-SHA-256');
    const log = await open('SASLTLS', connection);
    await log.append(RAW_TOPIC, [{ key: 'k', value: Buffer.from('{}') }]);
    const topic = {
      brokers: broker.listeners['SASLTLS'] ?? '',
      topic: `secure${made}.${RAW_TOPIC}`,
      group: 'theirs',
      onGap: () => undefined,
      onFailure: () => undefined,
    };
    const reader = await openTopic({ ...topic, connection });
    expect(await reader.pull({ maxMessages: 1, maxBytes: 1_000, waitMs: 15_000 })).toHaveLength(1);
    await reader.close();
    const refused: unknown = await openTopic({
      ...topic,
      connection: sasl('SCRAM-SHA-256', wrong),
    }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'kafka_authentication', retriable: true });
    await log.close();
  }, 60_000);

  it('is said by start and by doctor, and the password by neither', async () => {
    const file = join(folder.path, 'wrong.yaml');
    const reach = [
      'security: sasl_ssl',
      `caFile: ${authority.caFile}`,
      `username: ${SASL_USER.username}`,
      "password: '${env:KAFKA_WORD}'",
    ];
    const lines = [
      `log: { url: 'kafka://${broker.listeners['SASLTLS'] ?? ''}', kafka: { ${reach.join(', ')} } }`,
      'http: { port: 0 }',
      'metrics: { port: 0 }',
      'sources: []',
    ];
    await writeFile(file, `${lines.join('\n')}\n`);
    const args = ['--config', file, '--data', join(folder.path, 'data')];
    const env = { KAFKA_WORD: WRONG };
    const started = await runCommand(['start', ...args], { env });
    expect(started.code).toBe(2);
    expect(started.words).toMatch(/user or password is wrong for SCRAM-SHA-512/);
    expect(started.seconds).toBeLessThan(15);
    const doctor = await runCommand(['doctor', ...args], { env });
    expect(doctor.code).toBe(1);
    expect(doctor.out).toMatch(/BAD +kafka log +Kafka: The broker .* refuses the user bellwether/);
    const right = await runCommand(['doctor', ...args], { env: { KAFKA_WORD: SASL_USER.password } });
    expect(right.out).toMatch(/ok +kafka log +\S+ answers \(sasl_ssl\)/);
    const everything = [started, doctor, right].flatMap(({ out, words }) => [out, words]).join('');
    expect(everything).not.toContain(WRONG);
    expect(everything).not.toContain(SASL_USER.password);
  }, 90_000);
});
