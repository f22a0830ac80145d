#!/usr/bin/env node
// libuv reads the size of its thread pool once, at first use; chDB reads and LMDB flushes share it, and
// with the usual 4 threads a few heavy reads hold up inserts for seconds.
process.env['UV_THREADPOOL_SIZE'] ??= '16';

void import('./cli.js').then(async (cli) => cli.main(process.argv.slice(2)));
