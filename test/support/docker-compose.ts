import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const VERSION = 'v2.40.3';
const PACKAGE = 'github.com/docker/compose/v2/cmd';

/** Whether the real docker-compose can be built here: it comes as a Go module, no engine is needed. */
export async function canBuildCompose(): Promise<boolean> {
  return run('go', ['version']).then(
    () => true,
    () => false,
  );
}

/** Path of the real docker-compose, built once a machine (two minutes) into the folder for temporary files. */
export async function buildCompose(): Promise<string> {
  const folder = join(tmpdir(), `bellwether-docker-compose-${VERSION}`);
  const binary = join(folder, 'docker-compose');
  if (existsSync(binary)) return binary;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'go.mod'), 'module compose\n\ngo 1.24\n');
  const options = { cwd: folder, maxBuffer: 1e8 };
  await run('go', ['get', `${PACKAGE}@${VERSION}`], options);
  // Whole or not at all: a build that was cut off is no docker-compose.
  await run('go', ['build', '-o', 'docker-compose.new', PACKAGE], options);
  await rename(join(folder, 'docker-compose.new'), binary);
  return binary;
}
