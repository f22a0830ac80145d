// The container's health check: exits 0 when the service of this container is alive. Which port that is comes from the same
// environment variable that sets it.
const port = process.env['BELLWETHER_HTTP__PORT'] ?? '8420';
void fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(2_500) }).then(
  (answer) => process.exit(answer.ok ? 0 : 1),
  () => process.exit(1),
);
