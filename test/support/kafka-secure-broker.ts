import type { TestAuthority } from './certificates.js';
import { startKafkaBroker, type KafkaBroker } from './kafka-broker.js';

/** The one user of the broker; a made-up word that must never be seen in what a process writes. */
export const SASL_USER = { username: 'bellwether', password: 'quokka-7-lantern' };

/** Listeners by name, each with its own certificate or way in; PLAINTEXT is there as well. */
const LISTENERS = {
  TLS: 'SSL',
  /** Wants a certificate of its clients. */
  MUTUAL: 'SSL',
  EXPIRED: 'SSL',
  OTHERHOST: 'SSL',
  SASLTLS: 'SASL_SSL',
  SASLPLAIN: 'SASL_PLAINTEXT',
} as const;
export type SecureListener = keyof typeof LISTENERS;

const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;

/** A real broker with TLS and SASL; its certificates are signed by the authority. */
export async function startSecureBroker(authority: TestAuthority): Promise<KafkaBroker> {
  const good = await authority.issue('broker', 'IP:127.0.0.1,DNS:localhost');
  const expired = await authority.issue('expired', 'IP:127.0.0.1,DNS:localhost', -1);
  const other = await authority.issue('elsewhere', 'DNS:kafka.elsewhere.example');
  const stores: Readonly<Record<SecureListener, string | null>> = {
    TLS: good.both,
    MUTUAL: good.both,
    EXPIRED: expired.both,
    OTHERHOST: other.both,
    SASLTLS: good.both,
    SASLPLAIN: null,
  };
  const { username, password } = SASL_USER;
  const properties: Record<string, string> = {
    'sasl.enabled.mechanisms': MECHANISMS.join(','),
    'listener.name.mutual.ssl.client.auth': 'required',
    'listener.name.mutual.ssl.truststore.type': 'PEM',
    'listener.name.mutual.ssl.truststore.location': authority.caFile,
  };
  for (const [name, store] of Object.entries(stores)) {
    const prefix = `listener.name.${name.toLowerCase()}`;
    if (store !== null) {
      properties[`${prefix}.ssl.keystore.type`] = 'PEM';
      properties[`${prefix}.ssl.keystore.location`] = store;
    }
    if (!name.startsWith('SASL')) continue;
    const module = 'org.apache.kafka.common.security';
    properties[`${prefix}.plain.sasl.jaas.config`] =
      `${module}.plain.PlainLoginModule required user_${username}="${password}";`;
    for (const mechanism of ['scram-sha-256', 'scram-sha-512'])
      properties[`${prefix}.${mechanism}.sasl.jaas.config`] = `${module}.scram.ScramLoginModule required;`;
  }
  return startKafkaBroker({
    properties,
    listeners: LISTENERS,
    scramUsers: MECHANISMS.slice(1).map((name) => `${name}=[name=${username},password=${password}]`),
  });
}
