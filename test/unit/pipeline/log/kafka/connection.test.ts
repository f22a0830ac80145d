import { describe, expect, it } from 'vitest';

import { ConfigError } from '../../../../../pipeline/core/errors.js';
import { brokersOf, connectionSettings, PLAINTEXT } from '../../../../../pipeline/log/kafka/connection.js';

const password = { reveal: () => 'word' };

describe('the settings of a Kafka connection', () => {
  it('takes the brokers from the address', () => {
    expect(brokersOf('kafka://a:9092,b:9093')).toBe('a:9092,b:9093');
  });

  it('has neither certificates nor a password when it is plain', () => {
    const settings = connectionSettings('a:9092', {
      ...PLAINTEXT,
      caFile: '/ca.pem',
      username: 'u',
      password,
    });
    expect(settings).toMatchObject({ 'metadata.broker.list': 'a:9092', 'security.protocol': 'plaintext' });
    expect(Object.keys(settings).filter((name) => /^(ssl|sasl)\./.test(name))).toEqual([]);
  });

  it.each(['ssl', 'sasl_ssl'] as const)('checks certificate and host name with %s', (security) => {
    const files = { caFile: '/ca.pem', certificateFile: '/c.pem', keyFile: '/k.pem' };
    expect(
      connectionSettings('a:9092', { ...PLAINTEXT, ...files, security, username: 'u', password }),
    ).toMatchObject({
      'security.protocol': security,
      'enable.ssl.certificate.verification': true,
      'ssl.endpoint.identification.algorithm': 'https',
      'ssl.ca.location': '/ca.pem',
      'ssl.certificate.location': '/c.pem',
      'ssl.key.location': '/k.pem',
    });
  });

  it.each(['sasl_plaintext', 'sasl_ssl'] as const)(
    'names mechanism, user and password with %s',
    (security) => {
      expect(connectionSettings('a:9092', { ...PLAINTEXT, security, username: 'u', password })).toMatchObject(
        {
          'sasl.mechanisms': 'SCRAM-SHA-512',
          'sasl.username': 'u',
          'sasl.password': 'word',
        },
      );
    },
  );

  it.each([
    { username: null, password },
    { username: 'u', password: null },
  ])('refuses SASL without user or password', (missing) => {
    expect(() => connectionSettings('a:9092', { ...PLAINTEXT, security: 'sasl_ssl', ...missing })).toThrow(
      ConfigError,
    );
  });
});
