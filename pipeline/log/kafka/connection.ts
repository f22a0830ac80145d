import { ConfigError } from '../../core/errors.js';

/** How a cluster is reached; the form of `log.kafka` and of Kafka sources in the configuration. */
export interface KafkaConnection {
  readonly security: 'plaintext' | 'ssl' | 'sasl_plaintext' | 'sasl_ssl';
  /** PEM files; null: the system's authorities, no client certificate. */
  readonly caFile: string | null;
  readonly certificateFile: string | null;
  readonly keyFile: string | null;
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  readonly username: string | null;
  readonly password: { reveal(): string } | null;
}

export const PLAINTEXT: KafkaConnection = {
  security: 'plaintext',
  caFile: null,
  certificateFile: null,
  keyFile: null,
  mechanism: 'SCRAM-SHA-512',
  username: null,
  password: null,
};

export type Settings = Readonly<Record<string, string | number | boolean>>;

/** `kafka://a:9092,b:9092` as librdkafka takes it. */
export function brokersOf(url: string): string {
  return url.replace(/^kafka:\/\//, '');
}

/**
 * The settings of librdkafka for a connection. Certificates are always checked, with the host name.
 *
 * Throws ConfigError `kafka_credentials_missing` when SASL is asked for without user or password.
 */
export function connectionSettings(brokers: string, connection: KafkaConnection): Settings {
  return {
    'metadata.broker.list': brokers,
    'security.protocol': connection.security,
    ...(connection.security.endsWith('ssl') ? tlsSettings(connection) : {}),
    ...(connection.security.startsWith('sasl') ? saslSettings(connection) : {}),
    'socket.keepalive.enable': true,
    'reconnect.backoff.ms': 100,
    'reconnect.backoff.max.ms': 2_000,
    // Errors reach us as events; without this they are printed as well.
    log_level: 3,
  };
}

function tlsSettings({ caFile, certificateFile, keyFile }: KafkaConnection): Settings {
  return {
    'enable.ssl.certificate.verification': true,
    'ssl.endpoint.identification.algorithm': 'https',
    ...(caFile === null ? {} : { 'ssl.ca.location': caFile }),
    ...(certificateFile === null ? {} : { 'ssl.certificate.location': certificateFile }),
    ...(keyFile === null ? {} : { 'ssl.key.location': keyFile }),
  };
}

function saslSettings({ mechanism, username, password }: KafkaConnection): Settings {
  if (username === null || password === null) {
    throw new ConfigError(
      'kafka_credentials_missing',
      'The brokers are to be reached with SASL, but user or password is missing. Set username and password beside security.',
    );
  }
  return {
    'sasl.mechanisms': mechanism,
    'sasl.username': username,
    'sasl.password': password.reveal(),
  };
}
