import { execFile } from 'node:child_process';
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validate } from 'dockerfile-utils';
import { parse } from 'yaml';

import { loadConfig } from '../../config/load.js';
import { parseRoles, requireSharedParts } from '../../pipeline/app/roles.js';
import { buildCompose, canBuildCompose } from '../support/docker-compose.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SECRETS = ['author_key', 'clickhouse_password', 'grafana_password', 'webhook_token'];

interface ComposeService {
  readonly image: string;
  readonly command?: readonly string[];
  readonly read_only?: boolean;
  readonly user?: string;
  readonly healthcheck?: object;
  readonly ports?: readonly { readonly host_ip?: string }[];
  readonly environment?: Readonly<Record<string, string>>;
}

const POSSIBLE = await canBuildCompose();
const whereGoIs = it.skipIf(!POSSIBLE && process.env['CI'] !== 'true');

describe('The Dockerfile', () => {
  it('has no problem that the linter knows', async () => {
    expect(validate(await readFile(join(ROOT, 'Dockerfile'), 'utf8'))).toEqual([]);
  });

  it('pins its bases, runs as nobody special and checks its health, in both variants', async () => {
    const text = await readFile(join(ROOT, 'Dockerfile'), 'utf8');
    const stages = text.split(/^FROM /m).slice(1);
    for (const stage of stages) expect(stage).not.toMatch(/^\S+:latest/);
    for (const name of ['gpu', 'cpu']) {
      const stage = stages.find((candidate) => new RegExp(`AS ${name}$`, 'm').test(candidate)) ?? '';
      expect(stage).toMatch(/^USER 10001:10001$/m);
      expect(stage).toMatch(/^HEALTHCHECK /m);
    }
  });
});

describe('The compose file', () => {
  it('has no problem that the linter knows', async () => {
    const { stdout } = await run('npx', ['dclint', 'docker-compose.yml'], { cwd: ROOT });
    expect(stdout.trim()).toBe('');
  });

  describe('as the real docker-compose reads it', () => {
    let folder = '';
    let services: Readonly<Record<string, ComposeService>> = {};
    beforeAll(async () => {
      if (!POSSIBLE) return;
      folder = await mkdtemp(join(tmpdir(), 'bellwether-compose-'));
      await mkdir(join(folder, 'secrets'));
      for (const name of SECRETS) await writeFile(join(folder, 'secrets', name), 'invented');
      const file = join(ROOT, 'docker-compose.yml');
      const compose = await buildCompose();
      const args = ['-f', file, '--project-directory', folder, 'config'];
      const { stdout } = await run(compose, args, { maxBuffer: 1e7 });
      services = (parse(stdout) as { services: typeof services }).services;
    }, 900_000);
    afterAll(() => (folder === '' ? undefined : rm(folder, { recursive: true, force: true })));

    whereGoIs('holds every role and every part', () => {
      expect(POSSIBLE, 'Go is needed to build docker-compose').toBe(true);
      expect(Object.keys(services).sort()).toEqual(
        'alertmanager api clickhouse grafana ingest kafka mail monitor monitor-standby prometheus understand'.split(
          ' ',
        ),
      );
      const roles = ['api', 'ingest', 'understand', 'monitor', 'monitor-standby'].map((name) => {
        const { command = [] } = services[name] ?? { image: '' };
        return [...parseRoles(command.at(-1) ?? '')];
      });
      expect(roles).toEqual([['api'], ['ingest'], ['understand'], ['monitor'], ['monitor']]);
    });

    whereGoIs('pins versions, publishes on this machine only and carries no secret', () => {
      for (const [name, service] of Object.entries(services)) {
        expect(service.image, name).toMatch(/:v?\d+\.\d+\.\d+$/);
        for (const port of service.ports ?? []) expect(port.host_ip, name).toBe('127.0.0.1');
        expect(JSON.stringify(service.environment ?? {}), name).not.toContain('invented');
        const ours = service.image.startsWith('bellwether:');
        // Ours brings its health check in the image.
        if (ours) expect(service.read_only, name).toBe(true);
        else expect(service.healthcheck, name).toBeDefined();
      }
    });
  });

  it('shares what is approved with every process that reads or explains texts, to be written beside the monitors only', async () => {
    const file = parse(await readFile(join(ROOT, 'docker-compose.yml'), 'utf8')) as {
      services: Record<string, { command: readonly string[]; volumes?: readonly string[] }>;
    };
    for (const [name, access] of Object.entries({
      understand: ':ro',
      api: ':ro',
      monitor: '',
      'monitor-standby': '',
    })) {
      const { command = [], volumes = [] } = file.services[name] ?? {};
      const data = command[command.indexOf('--data') + 1];
      expect(volumes, name).toContain(`models:${String(data)}/models${access}`);
    }
  });

  it('runs a configuration that roles can share', async () => {
    const text = await readFile(join(ROOT, 'config/cluster.yaml'), 'utf8');
    const folder = await mkdtemp(join(tmpdir(), 'bellwether-cluster-'));
    try {
      for (const name of SECRETS) await writeFile(join(folder, name), 'invented for this test');
      const file = join(folder, 'cluster.yaml');
      await writeFile(file, text.replaceAll('/run/secrets/', `${folder}/`));
      const config = await loadConfig({ file, env: {} });
      expect(() => {
        requireSharedParts(parseRoles('understand'), config);
      }).not.toThrow();
      expect(config.clickhouse.password?.reveal()).toBe('invented for this test');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
