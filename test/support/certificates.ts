import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** PEM files of one certificate; `both` holds key and certificate, as Kafka's PEM stores want them. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
  readonly both: string;
}

/** An authority of this test and what it has signed, made by openssl. */
export interface TestAuthority {
  readonly caFile: string;
  /** `names` as openssl writes alternative names, such as `IP:127.0.0.1`. With `days` below 0 it has expired. */
  issue(name: string, names: string, days?: number): Promise<CertificateFiles>;
}

export async function hasOpenssl(): Promise<boolean> {
  return run('openssl', ['version']).then(
    () => true,
    () => false,
  );
}

export async function createAuthority(folder: string, name: string): Promise<TestAuthority> {
  const [caFile, caKey] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  await run('openssl', [
    'req',
    '-x509',
    ...KEY,
    ...['-keyout', caKey, '-out', caFile, '-days', '30', '-subj', `/CN=${name}`],
  ]);
  return {
    caFile,
    async issue(subject, names, days = 30) {
      const path = (suffix: string) => join(folder, `${name}-${subject}.${suffix}`);
      const [certificate, key, both] = [path('pem'), path('key'), path('both')];
      const asked = ['-keyout', key, '-out', path('csr'), '-subj', `/CN=${subject}`];
      await run('openssl', ['req', ...KEY, ...asked]);
      await writeFile(path('ext'), `subjectAltName=${names}\n`);
      const signed = ['-CA', caFile, '-CAkey', caKey, '-CAcreateserial', '-extfile', path('ext')];
      const files = ['-in', path('csr'), '-out', certificate];
      await run('openssl', ['x509', '-req', ...files, ...signed, '-days', String(days)]);
      await writeFile(both, `${await readFile(key, 'utf8')}${await readFile(certificate, 'utf8')}`);
      return { certificate, key, both };
    },
  };
}
