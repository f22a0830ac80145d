import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';

import { addPageRoutes } from '../../../../dashboards/api/routes/page.js';

describe('the built page', () => {
  it('goes on as it was at the start when its folder is built anew or removed', async () => {
    const root = await mkdtemp(join(tmpdir(), 'bellwether-page-'));
    await mkdir(join(root, 'assets'));
    await writeFile(join(root, 'index.html'), '<p>first</p>');
    await writeFile(join(root, 'assets', 'index-a1.js'), 'let first;');
    await writeFile(join(root, '.hidden'), 'no page');
    const app = Fastify();
    addPageRoutes(app, root);
    await rm(root, { recursive: true });
    const get = async (url: string) => {
      const { statusCode, headers, body } = await app.inject({ url });
      return [statusCode, headers['content-type'], headers['cache-control'], body];
    };
    expect(await get('/')).toEqual([200, 'text/html; charset=utf-8', 'no-cache', '<p>first</p>']);
    expect(await get('/assets/index-a1.js')).toEqual([
      200,
      'text/javascript; charset=utf-8',
      'public, max-age=31536000, immutable',
      'let first;',
    ]);
    expect((await get('/.hidden'))[0]).toBe(404);
    expect((await get('/assets/..%2f..%2fetc/passwd'))[0]).toBe(404);
    await app.close();
  });

  it('says how to build it where it is not', async () => {
    const app = Fastify();
    addPageRoutes(app, '/nonexistent');
    const answer = await app.inject({ url: '/' });
    expect(answer.statusCode).toBe(503);
    expect(answer.body).toContain('npm run build');
    await app.close();
  });
});
