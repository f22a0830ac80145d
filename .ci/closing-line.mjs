// Prints "N passed, N failed, N skipped" from vitest's JSON report; fails when there is none or nothing ran.
import { readFileSync } from 'node:fs';

const path = process.argv[2];
try {
  const report = JSON.parse(readFileSync(path, 'utf8'));
  // A file that could not even be loaded has no tests of its own: it counts as one failure.
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + brokenFiles;
  const skipped = report.numPendingTests + (report.numTodoTests ?? 0);
  console.log(`${report.numPassedTests} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed > 0 || report.numPassedTests === 0 ? 1 : 0;
} catch (error) {
  console.error(`There is no test report at ${path} (${error.message}): the tests did not run.`);
  console.log('0 passed, 1 failed, 0 skipped');
  process.exitCode = 1;
}
