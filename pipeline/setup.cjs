// Sets up what is missing: dependencies, the compiled service, the page. Quick when nothing is. With a command behind it, runs
// that command in this very process, so that a signal to `npm start` reaches the service. Plain JavaScript, because it
// runs before anything is installed; CommonJS, because nothing asynchronous may run before the bin has set the thread pool.
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
const SOURCES = ['ingest', 'pipeline', 'models', 'alerts', 'dashboards', 'config'];
const CODE = /\.(c?ts|tsx|css|html|json|sql)$/;

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(
    `Bellwether needs Node 20.19 or newer; this is ${process.version}. Install a newer Node and run the command again.`,
  );
}
if (!isInstalled()) {
  say('Installing dependencies (once, about a minute) …');
  // Not `npm ci`: it refuses a lock file made on one platform when optional binaries of another are missing from it. This
  // keeps every locked version, adds what the platform needs, and leaves the lock file as it is.
  const flags = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  run('npm', ['install', ...flags], 'npm could not install the dependencies; its words are above.');
  writeStamp('installed', lockHash());
}
const fingerprint = sourceFingerprint();
if (readStamp('built') !== fingerprint || !existsSync(join(root, 'dist/web/index.html'))) {
  say('Building the service and the page …');
  run('npm', ['run', '--silent', 'build'], 'The build failed; its words are above.');
  writeStamp('built', fingerprint);
}
if (process.argv.length > 2) require('../dist/pipeline/bin.cjs');

/** What was installed is what the lock file says, whoever installed it. */
function isInstalled() {
  if (readStamp('installed') === lockHash()) return true;
  const installed = join(root, 'node_modules/.package-lock.json');
  return (
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs
  );
}

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

/** Names, sizes and times of all sources: a few hundred `stat` calls. */
function sourceFingerprint() {
  const hash = createHash('sha256');
  const visit = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) visit(path);
      else if (CODE.test(entry.name))
        hash.update(`${path}:${statSync(join(root, path)).size}:${statSync(join(root, path)).mtimeMs}\n`);
    }
  };
  SOURCES.forEach(visit);
  for (const file of ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'])
    hash.update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function stampPath(name) {
  return join(root, name === 'installed' ? 'node_modules' : 'dist', `.bellwether-${name}`);
}
function readStamp(name) {
  return existsSync(stampPath(name)) ? readFileSync(stampPath(name), 'utf8') : null;
}
function writeStamp(name, value) {
  mkdirSync(join(root, name === 'installed' ? 'node_modules' : 'dist'), { recursive: true });
  writeFileSync(stampPath(name), value);
}
function run(command, args, words) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) fail(words);
}
function say(words) {
  process.stderr.write(`${words}\n`);
}
function fail(words) {
  say(words);
  process.exit(1);
}
