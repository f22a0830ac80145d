import { writeUntilKilled } from './store-child.js';

const [path = '', first = '0'] = process.argv.slice(2);
await writeUntilKilled(path, Number(first));
