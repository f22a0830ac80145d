/* A process of the encoder that misbehaves: the first id of a text says how. */
const HANG = 666;
const CRASH = 667;
const FAIL = 668;

process.once('message', () => {
  process.on('message', ({ inputs }) => {
    const ids = inputs.map((input) => input.ids[0]);
    if (ids.includes(HANG)) for (;;);
    if (ids.includes(CRASH)) {
      process.stderr.write('device lost\n');
      process.kill(process.pid, 'SIGABRT');
      return;
    }
    if (ids.includes(FAIL)) process.send({ kind: 'failed', message: 'out of memory' });
    else process.send({ kind: 'answer', outputs: ids.map((id) => ({ sentiment: [id, 1, inputs.length] })) });
  });
  process.send({ kind: 'ready' });
});
