import { readFile } from 'node:fs/promises';
import { connect as connectTls } from 'node:tls';

import { ConfigError, UnavailableError } from '../../core/errors.js';
import type { KafkaConnection } from './connection.js';

/** Where a client was to connect to, for words about why it did not. */
export interface ConnectionTarget {
  readonly brokers: string;
  readonly connection: KafkaConnection;
  /** How long it is tried, milliseconds; 20 s when left out. */
  readonly connectMs?: number;
}

/** What no waiting mends while the configuration and the brokers stay as they are. */
const REFUSALS = ['kafka_tls', 'kafka_authentication'] as const;
type RefusalCode = (typeof REFUSALS)[number];

const TLS = /SSL|certificate/i;
const SASL = /SASL|authenticat/i;
/** Whatever the plain port answers to a TLS greeting: nothing, an end, or bytes of its own. */
const NOT_TLS =
  /PLAINTEXT broker listener|SSL connection closed by peer|wrong version number|unexpected eof|packet length too long|handshake failed: (Disconnected|Connection reset)/i;
const PROBE_MS = 3_000;

/** The host and port that a line of librdkafka's log is about, when it says that the other side was refused or refuses. */
export function refusedBroker(line: string): string | null {
  if (!TLS.test(line) && !SASL.test(line)) return null;
  return /\]: (?:\w+:\/\/)?([^/\s]+)\//.exec(line)?.[1] ?? null;
}

/**
 * Why there is no connection, from what librdkafka logged last, with what to change. Retriable: a certificate can be renewed
 * and a password set while the service runs. A certificate is asked for once more, because librdkafka does not say what is
 * wrong with it.
 */
export async function explainRefusal(
  line: string | null,
  target: ConnectionTarget,
): Promise<UnavailableError> {
  const { brokers, connection } = target;
  if (line === null) return unavailable(`No Kafka broker answers at ${brokers}.`, target);
  const broker = refusedBroker(line) ?? brokers;
  const said = wordsOf(line);
  if (/certificate verify failed/i.test(line)) {
    return refused('kafka_tls', await explainCertificate(broker, connection), said);
  }
  if (
    /alert (bad|unknown|no) ?certificate|alert certificate|unknown ca|alert number (4[2-8]|116)/i.test(line)
  )
    return refused(
      'kafka_tls',
      `The broker ${broker} does not take our certificate. ${ourCertificate(connection)}`,
      said,
    );
  if (/ssl\.\w+\.location/.test(line))
    return refused(
      'kafka_tls',
      'A file beside security cannot be used: it must be PEM, and the key must not be encrypted.',
      said,
    );
  if (NOT_TLS.test(line))
    return refused(
      'kafka_tls',
      `The broker ${broker} does not speak TLS on this port. Set security to plaintext or sasl_plaintext, or take its TLS port.`,
      said,
    );
  if (/mechanism handshake failed/i.test(line))
    return refused(
      'kafka_authentication',
      `The broker ${broker} does not offer SASL with ${connection.mechanism}. Set mechanism to one that it offers, or take its SASL port.`,
      said,
    );
  if (/SASL|authentication/i.test(line))
    return refused(
      'kafka_authentication',
      `The broker ${broker} refuses the user ${connection.username ?? ''}: user or password is wrong for ${connection.mechanism}. Correct username, password or mechanism beside security.`,
      said,
    );
  if (TLS.test(line))
    return refused(
      'kafka_tls',
      `The TLS connection to ${broker} failed. Check security and its files.`,
      said,
    );
  return unavailable(`No Kafka broker answers at ${brokers} (${said}).`, target);
}

/** At the start of a process a refusal ends it, because somebody has to change something. */
export async function refusalIsConfig<T>(open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof UnavailableError) || !REFUSALS.some((code) => code === error.code)) throw error;
    throw new ConfigError(error.code, error.message, { cause: error });
  }
}

function ourCertificate({ certificateFile }: KafkaConnection): string {
  return certificateFile === null
    ? 'It wants one of its clients: set certificateFile and keyFile.'
    : `Have ${certificateFile} signed by an authority that the broker trusts, and see that it has not expired.`;
}

function refused(code: RefusalCode, words: string, said: string): UnavailableError {
  return new UnavailableError(code, `Kafka: ${words} (librdkafka: ${said})`, { retriable: true });
}

function unavailable(words: string, { connection }: ConnectionTarget): UnavailableError {
  const hint =
    connection.security === 'plaintext'
      ? ' Start them or correct the address; if they want TLS or SASL, set security.'
      : ' Start them or correct the address and security.';
  return new UnavailableError('log_unavailable', `${words}${hint}`, { retriable: true });
}

/** Somebody else's topic, which is never made here. Retriable: it may be made while the service runs. */
export function topicMissing(topic: string, { brokers }: ConnectionTarget): UnavailableError {
  const words = `Kafka at ${brokers} has no topic "${topic}", or does not show it to this user.`;
  const hint = 'Correct "topic", have it made, or ask for the right to read it.';
  return new UnavailableError('kafka_topic_missing', `${words} ${hint}`, { retriable: true });
}

/** Without thread and address, which stand in the sentence, and without how often. */
function wordsOf(line: string): string {
  return line
    .replace(/^\[[^\]]*\]: \S+: /, '')
    .replace(/ \(after .*\)$/, '')
    .slice(0, 300);
}

const CERTIFICATE_WORDS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'has expired. Renew it on the broker',
  CERT_NOT_YET_VALID: 'is not valid yet. Set the clocks right, or wait',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'is for another host name. Use a name that it holds as the address, or have one made for this name',
};
const UNTRUSTED =
  'is signed by nobody that is trusted here. Set caFile to the authority (PEM) that signed it';

/** Connects once more with Node's own TLS, which names what is wrong; nothing is sent. */
async function explainCertificate(broker: string, { caFile }: KafkaConnection): Promise<string> {
  const [, host = '', port = ''] = /^\[?([^\]]*)\]?:(\d+)$/.exec(broker) ?? [];
  const ca = caFile === null ? null : await readFile(caFile, 'utf8').catch(() => null);
  const code = await new Promise<string>((resolve) => {
    const socket = connectTls({
      host,
      port: Number(port),
      timeout: PROBE_MS,
      ...(ca === null ? {} : { ca }),
    });
    const end = (answer: string) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('error', (error: NodeJS.ErrnoException) => {
      end(error.code ?? '');
    });
    socket.once('secureConnect', () => {
      end('');
    });
    socket.once('timeout', () => {
      end('');
    });
  });
  return `The certificate of the broker ${broker} ${CERTIFICATE_WORDS[code] ?? UNTRUSTED}.`;
}
